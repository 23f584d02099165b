/**
 * Days of a wish on the calendar. Everything is a day number; the readings that lose stay as alternatives, and what
 * cannot or should not be acted on carries its trouble.
 */
import {
  addMonths,
  civilOf,
  type DayNumber,
  dayNumber,
  mondayOf,
  mondayOfIsoWeek,
  weekdayOfNumber,
} from './days.ts'
import { holidayOf } from './holidays.ts'
import type { DayItem, SaidDate } from './items.ts'
import { nextYearly, resolveDate, resolveHoliday, resolveNth } from './resolve-date.ts'
import { resolveMonth, resolveWeekend, weekPortions } from './resolve-span.ts'
import { byOffset, byWhich } from './resolve-which.ts'
import { type Calendar, type NoDay, one, type ResolvedDay, refuse, span } from './resolved.ts'
import type { Weekday } from './types.ts'
import type { Draft, Slot } from './wish.ts'

/** How far an open end ("ab Montag", "so bald wie möglich") reaches. */
const openDays = 13

/** The day or days of a draft; null if it names none. */
export function resolveDay(
  { days, order }: Pick<Draft, 'days' | 'order'>,
  cal: Calendar,
): ResolvedDay | NoDay | null {
  const { point, relative, weekday, week, weekend, offset, range, year } = days
  const month = withYear(days.month, year, cal)
  let resolved: ResolvedDay | NoDay | null = null
  if (point) resolved = resolvePoint(withMonth(withYear(point, year, cal), month), weekday, cal)
  else if (relative?.kind === 'relative')
    resolved =
      offset?.kind === 'offset'
        ? byOffset(offset, cal.relativeToday + relative.days)
        : one(cal.relativeToday + relative.days)
  else if (range) {
    const whole = withinMonth(resolveRange(rangeOfMonth(range, month), week, cal), month, cal)
    resolved = weekday?.kind === 'weekday' ? weekdayWithin(whole, weekday.weekday) : whole
  } else if (weekday?.kind === 'weekday') resolved = resolveWeekday(weekday, days, order, cal)
  else if (week) resolved = resolveWeek(week, cal)
  else if (weekend?.kind === 'weekend') resolved = resolveWeekend(weekend.which, cal.today)
  else if (offset?.kind === 'offset') resolved = byOffset(offset, cal.relativeToday)
  else if (month ?? year) resolved = resolveMonth((month ?? year)!, cal.today)
  else if (days.soonest) resolved = { ...span(cal.today, cal.today + openDays), reading: 'soonest' }
  if (resolved === null || resolved.from === null) return resolved
  if (relative?.kind === 'relative' && point) checkSame(resolved, cal.relativeToday + relative.days)
  if (weekday?.kind === 'weekday' && (point || relative)) checkWeekday(resolved, weekday.weekday, cal.today)
  return inTime(resolved, cal.today)
}

/** Spans begin today at the earliest; a day before today is asked about. */
function inTime(resolved: ResolvedDay, today: DayNumber): ResolvedDay {
  if (resolved.to < today) return { ...resolved, trouble: resolved.trouble ?? 'past_day' }
  return resolved.from < today ? { ...resolved, from: today } : resolved
}

/** "zwischen den Jahren am Dienstag", "freitags ab 4. Dezember": the first such day of the span. */
function weekdayWithin(whole: ResolvedDay | NoDay, weekday: Weekday): ResolvedDay | NoDay {
  if (whole.from === null) return whole
  const day = whole.from + ((weekday - weekdayOfNumber(whole.from) + 7) % 7)
  if (day > whole.to) return refuse('weekday_mismatch', { day: whole.from, reason: 'date' })
  return { ...one(day), trouble: whole.trouble }
}

function checkSame(resolved: ResolvedDay, other: DayNumber): void {
  if (resolved.from === other) return
  resolved.trouble = 'weekday_mismatch'
  resolved.alternatives.unshift({ day: other, reason: 'relative_day' })
}

/** "Mittwoch, den 11. November" when the 11th is a Tuesday: the nearest Wednesday is the other reading. */
function checkWeekday(resolved: ResolvedDay, weekday: Weekday, today: DayNumber): void {
  const distance = ((weekday - weekdayOfNumber(resolved.from) + 10) % 7) - 3
  if (distance === 0) return
  const nearest = resolved.from + distance
  resolved.trouble = 'weekday_mismatch'
  resolved.alternatives.unshift({ day: nearest < today ? nearest + 7 : nearest, reason: 'weekday' })
}

/** "im März nächsten Jahres", "nächstes Jahr am dritten Januar" */
function withYear<Item extends DayItem | undefined>(
  item: Item,
  year: DayItem | undefined,
  cal: Calendar,
): Item {
  if (year?.kind !== 'year' || !item || !('year' in item) || item.year !== null) return item
  return { ...item, year: civilOf(cal.today).year + year.shift }
}

/** "am dritten" and "im Dezember" or "nächsten Monat" belong together. */
function withMonth(point: DayItem, month: DayItem | undefined): DayItem {
  if (point.kind !== 'date' || !month || point.month !== null) return point
  if (month.kind === 'month') return { ...point, month: month.month, year: month.year }
  return month.kind === 'monthShift' ? { ...point, monthShift: month.shift } : point
}

function resolvePoint(point: DayItem, weekday: DayItem | undefined, cal: Calendar): ResolvedDay | NoDay {
  const { today } = cal
  switch (point.kind) {
    case 'date': {
      const wanted = weekday?.kind === 'weekday' ? weekday.weekday : null
      const resolved = resolveDate(point, wanted, cal)
      if (resolved.from === null) return resolved
      if (point.american && wanted === null) return eitherOrder(point, resolved, cal)
      return point.approximate ? { ...resolved, reading: 'approximate' } : resolved
    }
    case 'nth':
      return resolveNth(point, today)
    case 'holiday':
      return resolveHoliday(point.key, point.year, today)
    case 'afterHoliday': {
      const dayIn = (year: number) => {
        const holiday = holidayOf(point.key, year)
        const distance = (point.weekday - weekdayOfNumber(holiday) + 7) % 7
        return point.after ? holiday + (distance || 7) : holiday + distance - 7
      }
      return one(nextYearly(dayIn, null, today))
    }
    case 'besideDate': {
      const { from } = resolveDate(point.date, null, cal)
      if (from === null) return refuse('impossible_date')
      const distance = (point.weekday - weekdayOfNumber(from) + 7) % 7
      return one(point.after ? from + (distance || 7) : from + distance - 7)
    }
    case 'bridge': {
      const dayIn = (year: number) => {
        const holiday = holidayOf(point.key, year)
        return weekdayOfNumber(holiday) === 2 ? holiday - 1 : holiday + 1
      }
      return one(nextYearly(dayIn, null, today))
    }
    case 'shifted': {
      const base = resolveDay(draftOf(point.base), cal)
      if (base === null || base.from === null) return base ?? refuse('ambiguous_day')
      const move = (day: DayNumber) => addMonths(day + point.days, point.months)
      return {
        ...base,
        from: move(base.from),
        to: move(base.from),
        reading: 'exact',
        alternatives: base.alternatives.map(({ day, reason }) => ({ day: move(day), reason })),
        trouble: null,
      }
    }
    default:
      return refuse('ambiguous_day')
  }
}

/** "12/04/2026": day first as Germans write, unless that is over and month first is not. */
function eitherOrder(point: SaidDate, dayFirst: ResolvedDay, cal: Calendar): ResolvedDay {
  const monthFirst = resolveDate({ ...point, ...point.american!, american: undefined }, null, cal)
  if (monthFirst.from === null || monthFirst.trouble !== null) return dayFirst
  if (dayFirst.trouble !== null) return monthFirst
  return { ...dayFirst, alternatives: [{ day: monthFirst.from, reason: 'month_first' }] }
}

/** "im Februar nach dem 10.": the month is that of both ends. */
function rangeOfMonth(range: DayItem, month: DayItem | undefined): DayItem {
  if (range.kind !== 'range' || !month) return range
  return {
    ...range,
    from: range.from && withMonth(range.from, month),
    to: range.to && withMonth(range.to, month),
  }
}

/** "im Dezember vor Weihnachten": of an open span what lies in the month. */
function withinMonth(
  span: ResolvedDay | NoDay,
  month: DayItem | undefined,
  cal: Calendar,
): ResolvedDay | NoDay {
  if (!month || span.from === null) return span
  const { from, to } = resolveMonth(month, cal.today)
  return span.from > to || span.to < from
    ? span
    : { ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }
}

const slotFor: Partial<Record<DayItem['kind'], Slot>> = {
  relative: 'relative',
  weekday: 'weekday',
  week: 'week',
  isoWeek: 'week',
  weekOf: 'week',
  weekend: 'weekend',
  month: 'month',
  monthShift: 'month',
  offset: 'offset',
  range: 'range',
  within: 'range',
  betweenYears: 'range',
  nthWeek: 'range',
}

/** A draft of one item, to resolve parts of a range or shift on their own. */
export function draftOf(item: DayItem): Pick<Draft, 'days' | 'order'> {
  const slot = slotFor[item.kind] ?? 'point'
  return { days: { [slot]: item }, order: [slot] }
}

function resolveWeekday(
  item: Extract<DayItem, { kind: 'weekday' }>,
  days: Draft['days'],
  order: Slot[],
  cal: Calendar,
): ResolvedDay | NoDay {
  const { weekday } = item
  const { today } = cal
  const { week, weekend, offset, month } = days
  if (week) {
    const monday = weekMonday(week, cal)
    if (monday === null) return refuse('ambiguous_day')
    const day = monday + weekday - 1
    // "diese Woche Freitag" said on a Sunday may mean the coming one.
    return day < today ? { ...one(day), alternatives: [{ day: day + 7, reason: 'next_week' }] } : one(day)
  }
  if (weekend?.kind === 'weekend') {
    const { from, alternatives } = resolveWeekend(weekend.which, today)
    const day = mondayOf(from) + weekday - 1
    return {
      ...one(day),
      alternatives: alternatives.map((a) => ({ ...a, day: mondayOf(a.day) + weekday - 1 })),
    }
  }
  const ahead = (weekday - weekdayOfNumber(today) + 7) % 7
  if (offset?.kind === 'offset') {
    const counted = today + ahead + offset.days
    const inWeek = mondayOf(addMonths(today + offset.days, offset.months)) + weekday - 1
    const main = order.indexOf('weekday') < order.indexOf('offset') ? counted : inWeek
    const other = main === counted ? inWeek : counted
    return {
      ...one(main),
      alternatives: other === main || offset.months !== 0 ? [] : [{ day: other, reason: 'other_count' }],
    }
  }
  if (month) {
    const { from } = resolveMonth(month, today)
    return one(from + ((weekday - weekdayOfNumber(from) + 7) % 7))
  }
  return byWhich(item.which, today + ahead, ahead, weekday > weekdayOfNumber(today), cal)
}

/** Monday of the week an item names, or null if its own day cannot be resolved. */
function weekMonday(item: DayItem, cal: Calendar): DayNumber | null {
  if (item.kind === 'week') return mondayOf(cal.today) + item.shift * 7
  if (item.kind === 'isoWeek') {
    if (item.year) return mondayOfIsoWeek(item.year, item.week)
    const year = civilOf(mondayOf(cal.today) + 3).year
    const monday = mondayOfIsoWeek(year, item.week)
    return monday + 6 >= cal.today ? monday : mondayOfIsoWeek(year + 1, item.week)
  }
  if (item.kind !== 'weekOf') return null
  const date = resolveDay(draftOf(item.date), cal)
  if (date === null || date.from === null) return null
  // The week before a Sunday ("vor Ostern") is the one that leads up to it.
  const base = item.shift < 0 && weekdayOfNumber(date.from) === 7 ? date.from + 7 : date.from
  return mondayOf(base) + item.shift * 7
}

function resolveWeek(item: DayItem, cal: Calendar): ResolvedDay | NoDay {
  let monday = weekMonday(item, cal)
  if (monday === null) return refuse('ambiguous_day')
  if (item.kind === 'isoWeek' && item.weekday) return one(monday + item.weekday - 1)
  if (item.kind !== 'week' || (item.portion === null && !item.workdays)) return span(monday, monday + 6)
  const [first, last] = item.portion === null ? [0, 4] : weekPortions[item.portion]
  // "Anfang der Woche" said on a Thursday is next week's.
  if (item.shift === 0 && monday + last < cal.today) monday += 7
  return span(monday + first, monday + last)
}

function resolveRange(item: DayItem, week: DayItem | undefined, cal: Calendar): ResolvedDay | NoDay {
  const { today } = cal
  switch (item.kind) {
    case 'within':
      return span(
        today + Math.floor(item.fromDays),
        Math.max(today + Math.floor(item.fromDays), addMonths(today + item.toDays, item.toMonths)),
      )
    case 'betweenYears': {
      const start = nextYearly((year) => dayNumber(year, 12, 30), null, today) - 3
      return span(start, start + 3)
    }
    case 'nthWeek': {
      const month: DayItem =
        item.month === null
          ? { kind: 'monthShift', shift: item.monthShift, portion: null }
          : { kind: 'month', month: item.month, year: null, portion: null, next: false }
      const whole = resolveMonth(month, today)
      if (item.nth < 0) return span(whole.to - 6, whole.to)
      return span(whole.from + (item.nth - 1) * 7, Math.min(whole.to, whole.from + item.nth * 7 - 1))
    }
    case 'range':
      return resolveEnds(item, week, cal)
    default:
      return refuse('ambiguous_day')
  }
}

/** "von Montag bis Mittwoch", "ab Donnerstag", "vor Freitag"; an open end reaches two weeks. */
function resolveEnds(
  item: Extract<DayItem, { kind: 'range' }>,
  week: DayItem | undefined,
  cal: Calendar,
): ResolvedDay | NoDay {
  const resolveEnd = (end: DayItem): ResolvedDay | NoDay | null => {
    const draft = draftOf(end)
    if (week && end.kind === 'weekday') draft.days.week = week
    return resolveDay(draft, cal)
  }
  const from = item.from && resolveEnd(item.from)
  const to = item.to && resolveEnd(item.to)
  if (from && from.from === null) return from
  if (to && to.from === null) return to
  if (from && to) {
    // "Freitag bis Dienstag": the end is after the beginning, in the next week or year if need be.
    let until = to.to
    if (until < from.from)
      until =
        item.to?.kind === 'weekday' ? until + 7 * Math.ceil((from.from - until) / 7) : addMonths(until, 12)
    return { ...span(from.from, until), trouble: from.trouble }
  }
  if (from) {
    const start = item.exclusive ? from.to + 1 : from.from
    const monday = week ? weekMonday(week, cal) : null
    return {
      ...span(start, monday === null ? start + openDays : Math.max(start, monday + 6)),
      trouble: from.trouble,
    }
  }
  if (!to) return refuse('ambiguous_day')
  const last = item.exclusive ? to.from - 1 : to.to
  const monday = week ? weekMonday(week, cal) : null
  return { ...span(Math.min(monday ?? cal.today, last), last), trouble: to.trouble }
}
