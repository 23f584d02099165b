/**
 * Calendar days as plain integers (days since 1970-01-01), in the proleptic Gregorian calendar.
 * No zone, no Date object, no allocation beyond the strings: the parser's hot path runs on this.
 * Limit: years 1 to 9999, which is what four digits can spell.
 */
import type { LocalDay, Weekday } from './types.ts'

/** Days since 1970-01-01, may be negative. */
export type DayNumber = number

export interface CivilDate {
  year: number
  /** 1 to 12 */
  month: number
  day: number
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** How many days the month has; 0 for a month that does not exist. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0)
}

/** The number of a civil date; out-of-range days run over into the neighbouring month. */
export function dayNumber(year: number, month: number, day: number): DayNumber {
  // Years start in March, so that the leap day is the last day of one (Howard Hinnant's days_from_civil).
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Year, month and day of a day number. */
export function civilOf(n: DayNumber): CivilDate {
  const shifted = n + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

/** ISO weekday of a day number, Monday = 1. */
export function weekdayOfNumber(n: DayNumber): Weekday {
  return (((((n + 3) % 7) + 7) % 7) + 1) as Weekday
}

/** Monday of the week the day lies in. */
export function mondayOf(n: DayNumber): DayNumber {
  return n - weekdayOfNumber(n) + 1
}

/** Monday of ISO week `week` of `year` (the week that holds 4 January is the first). */
export function mondayOfIsoWeek(year: number, week: number): DayNumber {
  return mondayOf(dayNumber(year, 1, 4)) + (week - 1) * 7
}

/** ISO week number, 1 to 53, and the year it belongs to. */
export function isoWeekOfNumber(n: DayNumber): { year: number; week: number } {
  const { year } = civilOf(mondayOf(n) + 3)
  return { year, week: (mondayOf(n) - mondayOfIsoWeek(year, 1)) / 7 + 1 }
}

/** The same day of the month `months` later, or that month's last day if it is shorter. */
export function addMonths(n: DayNumber, months: number): DayNumber {
  const { year, month, day } = civilOf(n)
  const index = year * 12 + month - 1 + months
  const y = Math.floor(index / 12)
  const m = index - y * 12 + 1
  return dayNumber(y, m, Math.min(day, monthLength(y, m)))
}

const pad = (value: number, width: number) => String(value).padStart(width, '0')

/** 'YYYY-MM-DD' */
export function formatDay(n: DayNumber): LocalDay {
  const { year, month, day } = civilOf(n)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** The number of a 'YYYY-MM-DD' that names a real day. Throws a RangeError otherwise: only code produces these. */
export function parseDay(day: LocalDay): DayNumber {
  const year = Number(day.slice(0, 4))
  const month = Number(day.slice(5, 7))
  const dayOfMonth = Number(day.slice(8, 10))
  if (day.length !== 10 || !(dayOfMonth >= 1 && dayOfMonth <= monthLength(year, month))) {
    throw new RangeError('not a calendar day in the form YYYY-MM-DD')
  }
  return dayNumber(year, month, dayOfMonth)
}
