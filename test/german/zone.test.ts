import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  clockTimeOf,
  clockTimesOf,
  dayBounds,
  daysBetween,
  instantOf,
  isoWeekOf,
  localDayOf,
  weekdayOf,
} from '../../src/german/index.ts'

const berlin = 'Europe/Berlin'
const hourMs = 3_600_000
const hoursOf = (day: string, zone = berlin) => {
  const { start, end } = dayBounds(day, zone)
  return (end.getTime() - start.getTime()) / hourMs
}

describe('local days', () => {
  test('are as long as the clocks make them: 25 hours in autumn, 23 in spring', () => {
    expect(hoursOf('2025-10-26')).toBe(25)
    expect(hoursOf('2026-03-29')).toBe(23)
    expect(hoursOf('2026-03-30')).toBe(24)
  })

  test('begin at local midnight, or at the jump where midnight does not exist', () => {
    expect(dayBounds('2025-10-26', berlin).start.toISOString()).toBe('2025-10-25T22:00:00.000Z')
    expect(hoursOf('2018-11-04', 'America/Sao_Paulo')).toBe(23)
    expect(clockTimeOf(dayBounds('2018-11-04', 'America/Sao_Paulo').start, 'America/Sao_Paulo')).toBe('01:00')
  })

  test('08:30Z on the clock-change Sunday is 9 Uhr 30 in Berlin (I-29)', () => {
    expect(clockTimeOf(new Date('2025-10-26T08:30:00Z'), berlin)).toBe('09:30')
    expect(clockTimeOf(new Date('2025-12-15T06:00:00Z'), berlin)).toBe('07:00')
  })
})

describe('the clock times of a day', () => {
  test.each(['2025-10-26', '2026-03-29', '2026-06-15', '2026-12-31'])('%s: each as if told alone', (day) => {
    const { start, end } = dayBounds(day, berlin)
    const quarters = Array.from(
      { length: (end.getTime() - start.getTime()) / 900_000 },
      (_, index) => new Date(start.getTime() + index * 900_000),
    )
    for (const some of [quarters, quarters.slice(4), quarters.slice(40), quarters.slice(0, 1), []])
      expect(clockTimesOf(some, berlin)).toEqual(some.map((instant) => clockTimeOf(instant, berlin)))
    expect(clockTimesOf(quarters, berlin)[0]).toBe('00:00')
    expect(clockTimesOf(quarters, berlin).at(-1)).toBe('23:45')
  })
})

describe('instants of local times', () => {
  test('do not exist in the spring gap, and are the first of two in autumn', () => {
    expect(instantOf('2026-03-29', '02:30', berlin)).toBeNull()
    expect(instantOf('2026-03-29', '03:00', berlin)?.toISOString()).toBe('2026-03-29T01:00:00.000Z')
    expect(instantOf('2025-10-26', '02:30', berlin)?.toISOString()).toBe('2025-10-26T00:30:00.000Z')
  })

  test('come back as the same local day and time', () => {
    const zones = fc.constantFrom(berlin, 'UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe')
    const instants = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2035-01-01'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const [day, time] = [localDayOf(instant, zone), clockTimeOf(instant, zone)]
        const back = instantOf(day, time, zone)
        expect(back && [localDayOf(back, zone), clockTimeOf(back, zone)]).toEqual([day, time])
      }),
    )
  })

  test('an unknown zone is an error, never a silent UTC', () => {
    expect(() => localDayOf(new Date(), 'Europe/Bärlin')).toThrow(RangeError)
  })
})

describe('calendar arithmetic', () => {
  test('crosses month ends, leap days and years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2027-02-28', 1)).toBe('2027-03-01')
    expect(addDays('2025-12-31', 1)).toBe('2026-01-01')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    expect(daysBetween('2025-12-24', '2026-01-06')).toBe(13)
  })

  test('knows weekdays and ISO weeks, also where they belong to the other year', () => {
    expect(weekdayOf('2025-10-16')).toBe(4)
    expect(isoWeekOf('2025-12-29')).toBe(1)
    expect(isoWeekOf('2027-01-01')).toBe(53)
    expect(isoWeekOf('2025-11-04')).toBe(45)
  })

  test('agrees with the platform calendar on every day of four centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 146_097 }), (days) => {
        const expected = new Date(Date.UTC(1900, 0, 1) + days * 86_400_000)
        const day = addDays('1900-01-01', days)
        expect(day).toBe(expected.toISOString().slice(0, 10))
        expect(weekdayOf(day)).toBe(expected.getUTCDay() || 7)
      }),
      { numRuns: 1000 },
    )
  })
})
