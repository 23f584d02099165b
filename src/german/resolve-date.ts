/**
 * Dates on the calendar: "am 7.11.", "am dritten", "ersten Montag im Dezember". A date without its year is the next
 * one; one just past, one that no calendar has and one implausibly far away carry their trouble.
 */
import { addMonths, civilOf, type DayNumber, dayNumber, monthLength, weekdayOfNumber } from './days.ts'
import { holidayOf } from './holidays.ts'
import type { DayItem, SaidDate } from './items.ts'
import { type Calendar, type NoDay, one, type ResolvedDay, refuse } from './resolved.ts'
import type { Weekday } from './types.ts'

/** How long after a day a caller may still mean it: asked about, not moved to next year. */
const justPastDays = 14
/** A date without its year that is this far ahead was more likely just missed or misheard. */
const distantDays = 306
/** A year that a model invented is moved to the next such day only if that is near (incident I-20). */
const movedDaysMax = 92
/** Explicit years further back are birthdays, not appointments. */
const pastYearsMax = 10
/** In how many months a day of the month is looked for until its weekday agrees. */
const monthsTried = 4

export function nextYearly(
  dayIn: (year: number) => DayNumber,
  year: number | null,
  today: DayNumber,
): DayNumber {
  if (year !== null) return dayIn(year)
  const thisYear = dayIn(civilOf(today).year)
  return thisYear >= today ? thisYear : dayIn(civilOf(today).year + 1)
}

export function resolveDate(date: SaidDate, wanted: Weekday | null, cal: Calendar): ResolvedDay | NoDay {
  const { today } = cal
  if (Number.isNaN(date.day)) return refuse('impossible_date')
  const now = civilOf(today)
  if (date.month === null) return resolveDayOfMonth(date, wanted, today)
  const { day, month } = date
  if (date.year !== null) {
    if (day > monthLength(date.year, month)) return refuse('impossible_date')
    const named = dayNumber(date.year, month, day)
    if (named >= today) return { ...one(named), trouble: named - today > cal.daysAhead ? 'far_away' : null }
    if (today - named <= justPastDays) return pastDay(named, month, day, now.year)
    if (now.year - date.year >= pastYearsMax) return refuse('past_day')
    const next = yearlyFrom(now.year, month, day, today)
    if (next === null) return refuse('impossible_date')
    return { ...one(next), trouble: next - today > movedDaysMax ? 'far_away' : null }
  }
  const passed = month < now.month || (month === now.month && day < now.day)
  const year = passed ? now.year + 1 : now.year
  if (passed && day <= monthLength(now.year, month)) {
    const past = dayNumber(now.year, month, day)
    if (today - past <= justPastDays) return pastDay(past, month, day, now.year)
  }
  // In January "am 28. Dezember" is just past as well.
  if (!passed && month === 12 && now.month === 1) {
    const past = dayNumber(now.year - 1, month, day)
    if (today - past <= justPastDays) return pastDay(past, month, day, now.year - 1)
  }
  if (day > monthLength(year, month)) {
    return refuse(
      'impossible_date',
      { day: dayNumber(year, month, monthLength(year, month)), reason: 'last_of_month' },
      { day: dayNumber(year, month + 1, 1), reason: 'first_of_month' },
    )
  }
  return distantDate(date, year, wanted, today)
}

/** The next such day; if it is most of a year away, the one just past was perhaps meant, so it is asked about. */
function distantDate(
  { day, month }: SaidDate,
  year: number,
  wanted: Weekday | null,
  today: DayNumber,
): ResolvedDay {
  const next = dayNumber(year, month!, day)
  if (next - today <= distantDays || day > monthLength(year - 1, month!)) return one(next)
  const past = dayNumber(year - 1, month!, day)
  if (wanted !== null && weekdayOfNumber(next) === wanted) return one(next)
  if (wanted !== null && weekdayOfNumber(past) === wanted) return pastDay(past, month!, day, year - 1)
  return { ...one(next), trouble: 'past_day', alternatives: [{ day: past, reason: 'just_past' }] }
}

/** The next such day of a year; null if neither this nor the next year has it. */
function yearlyFrom(year: number, month: number, day: number, today: DayNumber): DayNumber | null {
  for (const y of [year, year + 1]) {
    if (day <= monthLength(y, month) && dayNumber(y, month, day) >= today) return dayNumber(y, month, day)
  }
  return null
}

function pastDay(past: DayNumber, month: number, day: number, year: number): ResolvedDay {
  const next =
    day <= monthLength(year + 1, month) ? [{ day: dayNumber(year + 1, month, day), reason: 'next_year' }] : []
  return { ...one(past), trouble: 'past_day', alternatives: next }
}

/** "am dritten": in the first month that has the day ahead, and with a weekday the first one where both agree. */
function resolveDayOfMonth(date: SaidDate, wanted: Weekday | null, today: DayNumber): ResolvedDay | NoDay {
  const now = civilOf(today)
  const candidates: DayNumber[] = []
  const first = date.monthShift ?? 0
  for (
    let shift = first;
    candidates.length < (date.monthShift === null ? monthsTried : 1) && shift < first + 8;
    shift++
  ) {
    const index = now.year * 12 + now.month - 1 + shift
    const [year, month] = [Math.floor(index / 12), (index % 12) + 1]
    if (date.day > monthLength(year, month)) {
      if (date.monthShift !== null) return refuse('impossible_date')
      continue
    }
    const day = dayNumber(year, month, date.day)
    if (day >= today || date.monthShift !== null) candidates.push(day)
  }
  const main = candidates[0]!
  if (wanted === null || weekdayOfNumber(main) === wanted) return one(main)
  const yesterdayOrSo = addMonths(main, -1)
  if (today - yesterdayOrSo <= justPastDays && weekdayOfNumber(yesterdayOrSo) === wanted) {
    return { ...one(yesterdayOrSo), trouble: 'past_day', alternatives: [{ day: main, reason: 'next_month' }] }
  }
  const agreeing = candidates.find((day) => weekdayOfNumber(day) === wanted)
  return agreeing === undefined
    ? one(main)
    : { ...one(agreeing), trouble: 'weekday_mismatch', alternatives: [{ day: main, reason: 'date' }] }
}

/** A holiday; one just past is asked about like any other day, but next year's stays the main reading. */
export function resolveHoliday(key: string, year: number | null, today: DayNumber): ResolvedDay {
  const next = nextYearly((of) => holidayOf(key, of), year, today)
  const past = holidayOf(key, civilOf(next).year - 1)
  if (year !== null || today - past > justPastDays) return one(next)
  return { ...one(next), trouble: 'past_day', alternatives: [{ day: past, reason: 'just_past' }] }
}

/** The nth day of a month that is neither on a weekend nor New Year; a negative one counts as the last. */
function workdayOf(year: number, month: number, nth: number): DayNumber | null {
  const [first, last] = [dayNumber(year, month, 1), dayNumber(year, month, monthLength(year, month))]
  const works = (day: DayNumber) => weekdayOfNumber(day) <= 5 && !(month === 1 && day === first)
  const step = nth < 0 ? -1 : 1
  let left = Math.abs(nth)
  for (let day = nth < 0 ? last : first; day >= first && day <= last; day += step) {
    if (works(day) && --left === 0) return day
  }
  return null
}

export function resolveNth(item: Extract<DayItem, { kind: 'nth' }>, today: DayNumber): ResolvedDay | NoDay {
  const now = civilOf(today)
  const dayIn = (index: number): DayNumber | null => {
    const [year, month] = [Math.floor(index / 12), (index % 12) + 1]
    const length = monthLength(year, month)
    if (item.workday) return workdayOf(year, month, item.nth)
    if (item.weekday === null)
      return item.nth > length ? null : dayNumber(year, month, item.nth < 0 ? length : item.nth)
    if (item.nth < 0) {
      const last = dayNumber(year, month, length)
      return last - ((weekdayOfNumber(last) - item.weekday + 7) % 7)
    }
    const firstDay = dayNumber(year, month, 1)
    const day = firstDay + ((item.weekday - weekdayOfNumber(firstDay) + 7) % 7) + (item.nth - 1) * 7
    return day - firstDay >= length ? null : day
  }
  const current = now.year * 12 + now.month - 1
  let index = current + item.monthShift
  if (item.month !== null) index = (item.year ?? now.year) * 12 + item.month - 1
  let day = dayIn(index)
  // Past or missing: the same of the next month, or of the next year if the month was named.
  if (item.year === null && (day === null || day < today)) {
    index += item.month === null ? 1 : 12
    day = dayIn(index) ?? null
  }
  return day === null ? refuse('impossible_date') : one(day)
}
