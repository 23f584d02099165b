import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UnderstoodTime } from '../../../src/german/index.ts'
import { rankAlternatives } from '../../../src/services/availability/alternatives.ts'
import { berlin } from './salon.ts'

const today = '2026-11-24'
const friday = '2026-11-27'
const at = (time: string): UnderstoodTime => ({
  at: time,
  from: null,
  to: null,
  reading: 'exact',
  part: null,
})
const window = (from: string | null, to: string | null): UnderstoodTime => ({
  at: null,
  from,
  to,
  reading: 'span',
  part: null,
})
const wish = (time: UnderstoodTime | null, more = {}) => ({
  day: friday,
  time,
  timeZone: 'Europe/Berlin',
  today,
  ...more,
})
const slots = (...moments: string[]) => moments.map((moment) => berlin(moment.slice(0, 10), moment.slice(11)))
const brief = (found: ReturnType<typeof rankAlternatives>) =>
  found.map(({ date, time, strategy }) => `${date} ${time} ${strategy}`)

describe('alternatives', () => {
  test('come in the order: same day nearest first, next day at that time, that time on following days, anything', () => {
    const free = slots(
      '2026-11-27 09:00',
      '2026-11-27 15:00',
      '2026-11-28 10:00',
      '2026-11-28 14:00',
      '2026-12-01 14:00',
      '2026-12-01 14:15',
    )
    expect(brief(rankAlternatives(free, wish(at('14:00'))))).toEqual([
      '2026-11-27 15:00 same_day',
      '2026-11-27 09:00 same_day',
      '2026-11-28 14:00 next_day',
      '2026-12-01 14:00 same_time',
      '2026-11-28 10:00 any',
    ])
  })

  test('I-32 carry only instants that are free, never a rounded one', () => {
    const found = rankAlternatives(slots('2026-11-27 16:25', '2026-11-27 16:30'), wish(at('16:00')))
    expect(found.map(({ time, start }) => [time, start])).toEqual([
      ['16:25', '2026-11-27T15:25:00.000Z'],
      ['16:30', '2026-11-27T15:30:00.000Z'],
    ])
  })

  test('I-36 each names its full date, weekday and instant, and speaks the day', () => {
    const [found] = rankAlternatives(slots('2026-11-28 08:30'), wish(at('10:00')))
    expect(found).toMatchObject({
      date: '2026-11-28',
      formatted_date: '28.11.2026',
      weekday: 'Samstag',
      start: '2026-11-28T07:30:00.000Z',
      spoken: 'am Samstag, den 28. November um 8 Uhr 30',
      strategy: 'any',
    })
  })

  test('a wished part of day is kept on other days, and only left when it has nothing at all', () => {
    const afternoon = window('13:00', '17:00')
    const free = slots('2026-11-27 09:00', '2026-11-28 13:30', '2026-12-01 16:00')
    expect(brief(rankAlternatives(free, wish(afternoon)))).toEqual([
      '2026-11-28 13:30 next_day',
      '2026-12-01 16:00 same_time',
    ])
    expect(brief(rankAlternatives(slots('2026-11-27 09:00'), wish(afternoon)))).toEqual([
      '2026-11-27 09:00 same_day',
    ])
  })

  test('what is excluded, earlier than the wished day or given twice is not proposed', () => {
    const [refused, again, early] = slots('2026-11-27 15:00', '2026-11-27 16:00', '2026-11-26 14:00')
    const found = rankAlternatives(
      [refused!, again!, again!, early!],
      wish(at('14:00'), { exclude: new Set([refused!.getTime()]) }),
    )
    expect(brief(found)).toEqual(['2026-11-27 16:00 same_day'])
  })

  test('at most five, no duplicates, best strategies first, whatever is free', () => {
    const start = berlin(friday, '00:00').getTime()
    const order = ['same_day', 'next_day', 'same_time', 'any']
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 14 * 96 - 1 })),
        fc.constantFrom(null, '09:00', '14:15'),
        (quarters, time) => {
          const free = quarters.map((quarter) => new Date(start + quarter * 900_000))
          const found = rankAlternatives(free, wish(time === null ? null : at(time)))
          const starts = found.map((alternative) => alternative.start)
          expect(found).toHaveLength(Math.min(5, new Set(quarters).size))
          expect(new Set(starts).size).toBe(starts.length)
          expect(starts.every((one) => free.some((slot) => slot.toISOString() === one))).toBe(true)
          const ranks = found.map(({ strategy }) => order.indexOf(strategy))
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
        },
      ),
    )
  })
})
