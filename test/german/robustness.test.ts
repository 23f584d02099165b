import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantOf, understand } from '../../src/german/index.ts'
import { vocabulary } from '../../src/german/vocabulary.ts'
import { leastProcessorMs } from '../helpers/processor-time.ts'

const zone = 'Europe/Berlin'
const options = { now: instantOf('2025-11-04', '10:00', zone)!, zone }
const callers = readFileSync(new URL('./callers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text)

/** A day that exists and lies in order, a time that a clock shows: whatever the text. */
function expectSound(text: string): void {
  const { day, time, alternatives } = understand(text, options)
  const isDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
  const isClock = /^([01]\d|2[0-3]):[0-5]\d$/
  if (day) {
    expect(day.from, text).toMatch(isDay)
    expect(day.to, text).toMatch(isDay)
    expect(day.from <= day.to, text).toBe(true)
  }
  if (time) {
    const given = [time.at, time.from, time.to].filter((value) => value !== null)
    expect(given.length, text).toBeGreaterThan(0)
    for (const value of given) expect(value, text).toMatch(isClock)
    if (time.from && time.to) expect(time.from < time.to, text).toBe(true)
  }
  for (const other of alternatives) {
    if (other.day) expect(other.day, text).toMatch(isDay)
    if (other.time) expect(other.time, text).toMatch(isClock)
    expect(other.say, text).not.toBe('')
  }
}

describe('any text', () => {
  test('gives a sound answer and never throws: arbitrary characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expectSound(text)),
      { numRuns: 1000 },
    )
  })

  test('gives a sound answer and never throws: words of the vocabulary, numbers and marks in any order', () => {
    const words = fc.oneof(
      fc.constantFrom(...vocabulary.keys()),
      fc.integer({ min: 0, max: 99_999 }).map(String),
      fc.constantFrom(
        '.',
        ',',
        ':',
        '-',
        '/',
        '?',
        ' uhr',
        'um',
        'am',
        'bis',
        'vor',
        'nach',
        'nicht',
        'oder',
        'nein',
        'von',
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.constantFrom('', ' ')), { maxLength: 14 }), (pieces) =>
        expectSound(pieces.flat().join('')),
      ),
      { numRuns: 4_000 },
    )
  })

  test('a wish keeps its meaning inside a sentence', () => {
    const frames = ['also ähm %s wäre gut', 'Ich hätte gern einen Termin %s, bitte.', 'ginge es %s?']
    for (const wish of [
      'am Freitag um halb drei',
      'morgen nachmittag',
      'nächste Woche Mittwoch',
      'am siebten elften',
    ]) {
      const alone = understand(wish, options)
      for (const frame of frames) expect(understand(frame.replace('%s', wish), options), frame).toEqual(alone)
    }
  })
})

describe('speed', () => {
  test('time grows with the length of the text, not faster', () => {
    const seeds = [
      'von 9 bis ',
      'montag oder ',
      'nicht montag ',
      'nächste oder ',
      '{{',
      '14.',
      '14.1.',
      'zwei tage nach ',
      'ein und ',
      'lieber dienstag als ',
      'am 5. ',
      'xyzzyxy ',
      '7',
    ]
    for (const seed of seeds) {
      const best = (length: number) => {
        const text = seed.repeat(Math.ceil(length / seed.length)).slice(0, length)
        return leastProcessorMs(4, () => understand(text, options))
      }
      best(5_000)
      // Eight times the text: linear is 8 times the work, quadratic 64 times.
      expect(best(40_000), seed).toBeLessThan(Math.max(best(5_000), 3) * 32)
    }
  })

  test('thousands of expressions a second, even on a busy machine', () => {
    const round = () => {
      for (const text of callers) understand(text, options)
    }
    for (let i = 0; i < 10; i++) round()
    const milliseconds = leastProcessorMs(5, round)
    expect((callers.length / milliseconds) * 1000).toBeGreaterThan(10_000)
  })
})
