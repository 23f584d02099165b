import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  germanDate,
  instantOf,
  sayDay,
  sayDuration,
  sayList,
  sayMoment,
  sayOnDay,
  sayPrice,
  sayTime,
  sayWeekday,
  sayWindow,
  understand,
} from '../../src/german/index.ts'

const zone = 'Europe/Berlin'
const today = '2025-11-04'
const at = (day: string, time = '09:00') => ({ now: instantOf(day, time, zone)!, zone })

describe('days and times as they are spoken', () => {
  test.each([
    ['2025-11-04', 'heute'],
    ['2025-11-05', 'am morgen'],
    ['2025-11-07', 'am Freitag, den 7. November'],
    ['2026-10-12', 'am Montag, den 12. Oktober 2026'],
  ])('%s is introduced as "%s"', (day, said) => {
    expect(sayOnDay(day, today)).toBe(said.replace('am morgen', 'morgen'))
  })

  test.each([
    ['14:00', '14 Uhr'],
    ['14:30', '14 Uhr 30'],
    ['09:05', '9 Uhr 5'],
    ['00:00', '0 Uhr'],
  ])('%s is spoken without zeros and colons: %s', (time, said) => {
    expect(sayTime(time)).toBe(said)
  })

  test('a moment names day and time in one breath', () => {
    expect(sayMoment('2025-11-10', '14:30', today)).toBe('am Montag, den 10. November um 14 Uhr 30')
    expect(sayMoment('2025-11-05', '09:45', today)).toBe('morgen um 9 Uhr 45')
  })

  test('the weekday is computed, not remembered: 16 October 2025 is a Thursday (I-31)', () => {
    expect(sayWeekday('2025-10-16')).toBe('Donnerstag')
    expect(germanDate('2025-10-16')).toBe('16.10.2025')
  })

  test.each([
    [30, '30 Minuten'],
    [60, 'eine Stunde'],
    [90, 'eineinhalb Stunden'],
    [135, '2 Stunden und 15 Minuten'],
    [1440, '24 Stunden'],
  ])('%i minutes are "%s"', (minutes, said) => {
    expect(sayDuration(minutes)).toBe(said)
  })

  test.each([
    [3400, '34 Euro'],
    [3450, '34 Euro 50'],
    [3405, '34 Euro und 5 Cent'],
    [50, '50 Cent'],
    [0, '0 Euro'],
  ])('%i cents are "%s"', (cents, said) => {
    expect(sayPrice(cents)).toBe(said)
  })

  test('a list ends with "und" or "oder" and has no comma before it', () => {
    expect(sayList(['14 Uhr', '14 Uhr 30', '15 Uhr'], 'und')).toBe('14 Uhr, 14 Uhr 30 und 15 Uhr')
    expect(sayList(['heute', 'morgen'], 'oder')).toBe('heute oder morgen')
    expect(sayList(['heute'], 'und')).toBe('heute')
    expect(sayList([], 'und')).toBe('')
  })

  test('a window sounds like the wish it came from', () => {
    const said = (text: string) => sayWindow(understand(text, at(today)).time)
    expect(said('nachmittags')).toBe('am Nachmittag')
    expect(said('ab 16 Uhr')).toBe('ab 16 Uhr')
    expect(said('vor zehn')).toBe('vor 10 Uhr')
    expect(said('zwischen zwei und vier')).toBe('zwischen 14 Uhr und 16 Uhr')
    expect(said('so gegen fünf')).toBe('gegen 17 Uhr')
    expect(said('egal')).toBe('')
  })
})

const months = [
  'Januar',
  'Februar',
  'März',
  'April',
  'Mai',
  'Juni',
  'Juli',
  'August',
  'September',
  'Oktober',
  'November',
  'Dezember',
]
const parts = (day: string) => ({
  year: day.slice(0, 4),
  month: Number(day.slice(5, 7)),
  day: Number(day.slice(8)),
})

/** Every way in which we, an agent or a caller write a day that lies less than ten months ahead. */
const styles: Array<[name: string, write: (day: string, today: string) => string]> = [
  ['our own phrase', sayDay],
  ['our own phrase with its preposition', sayOnDay],
  ['ISO', (day) => day],
  ['figures', germanDate],
  ['figures without year', (day) => `${parts(day).day}.${parts(day).month}.`],
  ['figures with a short year', (day) => `${parts(day).day}.${parts(day).month}.${parts(day).year.slice(2)}`],
  ['month name', (day) => `am ${parts(day).day}. ${months[parts(day).month - 1]}`],
  ['month name and year', (day) => `${parts(day).day}. ${months[parts(day).month - 1]} ${parts(day).year}`],
  ['weekday and figures', (day) => `${sayWeekday(day)}, ${germanDate(day)}`],
  ['capitals', (day, now) => sayOnDay(day, now).toUpperCase()],
  ['without umlauts', (day, now) => sayOnDay(day, now).replace('ä', 'ae')],
]

const days = fc.integer({ min: 0, max: 5 * 365 }).map((offset) => addDays('2025-11-04', offset))
const distances = fc.integer({ min: 0, max: 290 })

describe('what we say is understood again, over five years', () => {
  test.each(styles)('a day as %s', (_name, write) => {
    fc.assert(
      fc.property(days, distances, (now, distance) => {
        const day = addDays(now, distance)
        const { day: understood, trouble } = understand(write(day, now), at(now))
        expect({ understood, trouble }).toMatchObject({ understood: { from: day, to: day }, trouble: null })
      }),
      { numRuns: 400 },
    )
  })

  test('a moment with its time of business', () => {
    const times = fc.integer({ min: 8 * 12, max: 20 * 12 - 1 }).map((fives) => {
      const minute = fives * 5
      return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    })
    fc.assert(
      fc.property(days, distances, times, (now, distance, time) => {
        const day = addDays(now, distance)
        const understood = understand(sayMoment(day, time, now), at(now))
        expect(understood.day?.from).toBe(day)
        expect(understood.time?.at).toBe(time)
      }),
      { numRuns: 400 },
    )
  })
})
