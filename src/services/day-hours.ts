/**
 * Which hours apply on a local day at a branch, and for a person: the usual week minus closures, public holidays and absences.
 * Everything that offers, promises or tells hours asks here. Pure. Limit: a usual week by itself takes no time off the calendar (a person
 * may work outside the opening hours); what is said of a certain day does.
 */
import {
  addDays,
  type ClockTime,
  clockTimeOf,
  dayBounds,
  dayOffOn,
  type FederalState,
  instantOf,
  type LocalDay,
  localDayOf,
  type OpeningHours,
  publicHolidayOn,
  weekdayOf,
} from '../german/index.ts'

/** Local clock times, `to` exclusive, up to '24:00'. */
export interface Span {
  from: ClockTime
  to: ClockTime
}

/** Days on which other hours than the usual ones apply, both inclusive; `times` null: the whole day, or (open) the usual hours. */
export interface Closure {
  /** null: every branch. */
  branchId: string | null
  kind: 'closed' | 'open'
  firstDay: LocalDay
  lastDay: LocalDay
  times: Span | null
  /** The same days of every year from then on. */
  yearly: boolean
  /** Only what callers may hear. */
  spokenReason: string | null
}

/** A person is away, days inclusive; `times` null: all day. */
export interface Absence {
  firstDay: LocalDay
  lastDay: LocalDay
  times: Span | null
  /** Whether callers may hear until when. */
  endSpoken: boolean
}

/** What a branch has told about its hours. */
export interface BranchHours {
  /** IANA zone. */
  timeZone: string
  openingHours: OpeningHours
  federalState: FederalState | null
  /** Whether public holidays close it. */
  holidaysClosed: boolean
  /** Its own and the company's. */
  closures: readonly Closure[]
}

export interface DayHours {
  /** Ascending; empty: closed. */
  spans: readonly Span[]
  /** False: neither usual hours nor anything about this day is known. */
  isKnown: boolean
  /** Whether something is said of this very day: a closure, an exception, a holiday. */
  isSpecial: boolean
  /** The holiday, or the eve of one, as spoken after "ist". */
  dayOff: string | null
  /** Why, as far as callers may hear it. */
  reason: string | null
  /** A day off of which nobody has said whether the usual hours hold. */
  isUnsure: boolean
}

const wholeDay: Span = { from: '00:00', to: '24:00' }
const searchDaysMax = 60
const hourMs = 3_600_000

/** The hours of one day. */
export function dayHours(branch: BranchHours, day: LocalDay): DayHours {
  const usual = branch.openingHours[weekdayOf(day)] ?? []
  const hasWeek = Object.keys(branch.openingHours).length > 0
  const rule = ruleOf(branch, day)
  const dayOff = dayOffOn(day)
  if (rule.closed)
    return { spans: [], isKnown: true, isSpecial: true, dayOff, reason: rule.reason, isUnsure: false }
  const spans = rule.cuts.reduce(without, [...(rule.spans ?? usual)])
  const isSpecial = rule.isOpen || rule.cuts.length > 0
  return {
    spans,
    isKnown: hasWeek || rule.spans !== null,
    isSpecial,
    dayOff,
    reason: rule.reason,
    isUnsure: dayOff !== null && !isSpecial && branch.federalState === null && spans.length > 0,
  }
}

/** Whether the branch is known to be closed all that day; unknown hours close nothing. */
export function isClosedOn(branch: BranchHours, day: LocalDay): boolean {
  const { isKnown, spans } = dayHours(branch, day)
  return isKnown && spans.length === 0
}

/** Whether the branch may be open at a local time; unknown hours close nothing. */
export function isOpenAt(branch: BranchHours, day: LocalDay, time: ClockTime): boolean {
  const { isKnown, spans } = dayHours(branch, day)
  return !isKnown || spans.some(({ from, to }) => time >= from && time < to)
}

/** The first day after this one on which it is certain to be open; null if there is none within two months. */
export function nextOpenDay(branch: BranchHours, after: LocalDay): LocalDay | null {
  for (let days = 1; days <= searchDaysMax; days++) {
    const day = addDays(after, days)
    const { spans, isUnsure } = dayHours(branch, day)
    if (spans.length > 0 && !isUnsure) return day
  }
  return null
}

/** Whether an appointment of that length from that instant on touches a time at which the branch is closed, or the person away. */
export function isClosedDuring(
  branch: BranchHours,
  absences: readonly Absence[],
  start: Date,
  durationMinutes: number,
): boolean {
  return touches(
    (day) => [...closedTimes(branch, day), ...awayTimes(absences, day)],
    branch.timeZone,
    start,
    durationMinutes,
  )
}

/** A stretch of time, epoch milliseconds, `endMs` exclusive. */
export interface OffTime {
  startMs: number
  endMs: number
}

/** When the branch is closed or the person away on these days, for whoever looks at many times of them. */
export function offTimesOf(
  branch: BranchHours,
  absences: readonly Absence[],
  days: readonly LocalDay[],
): OffTime[] {
  return days.flatMap((day) =>
    [...closedTimes(branch, day), ...awayTimes(absences, day)].map((span) =>
      instantsOf(span, day, branch.timeZone),
    ),
  )
}

/** The same of the absences alone. */
export function isAwayDuring(
  absences: readonly Absence[],
  timeZone: string,
  start: Date,
  durationMinutes: number,
): boolean {
  return touches((day) => awayTimes(absences, day), timeZone, start, durationMinutes)
}

function touches(
  offOn: (day: LocalDay) => readonly Span[],
  timeZone: string,
  start: Date,
  durationMinutes: number,
): boolean {
  const fromMs = start.getTime()
  const toMs = fromMs + durationMinutes * 60_000
  const first = localDayOf(start, timeZone)
  const last = localDayOf(new Date(toMs - 1), timeZone)
  const days = first === last ? [first] : [first, last]
  return days.some((day) =>
    offOn(day).some((span) => {
      const { startMs, endMs } = instantsOf(span, day, timeZone)
      return fromMs < endMs && toMs > startMs
    }),
  )
}

/** What of a day is closed by what is said of that day. */
function closedTimes(branch: BranchHours, day: LocalDay): Span[] {
  const rule = ruleOf(branch, day)
  if (rule.closed) return [wholeDay]
  return [...(rule.spans === null ? [] : rule.spans.reduce(without, [wholeDay])), ...rule.cuts]
}

function awayTimes(absences: readonly Absence[], day: LocalDay): Span[] {
  return absences.filter((absence) => isWithin(absence, day)).map(({ times }) => times ?? wholeDay)
}

/** The absence that covers a local time of a day, or all of the day if no time is named; its last day in a row with those that follow. */
export function absenceOn(
  absences: readonly Absence[],
  day: LocalDay,
  time: ClockTime | null,
): { until: LocalDay; endSpoken: boolean; isWholeDay: boolean } | null {
  const found = absences.find(
    ({ times, ...absence }) =>
      isWithin(absence, day) && (times === null || (time !== null && time >= times.from && time < times.to)),
  )
  if (!found) return null
  let { lastDay: until, endSpoken } = found
  if (found.times === null)
    for (let next = nextOf(absences, until); next !== undefined; next = nextOf(absences, until)) {
      until = next.lastDay
      endSpoken &&= next.endSpoken
    }
  return { until, endSpoken, isWholeDay: found.times === null }
}

/** A whole absence that goes on where another one ends. */
function nextOf(absences: readonly Absence[], until: LocalDay): Absence | undefined {
  const day = addDays(until, 1)
  return absences.find((absence) => absence.times === null && isWithin(absence, day))
}

interface Rule {
  closed: boolean
  isOpen: boolean
  /** The hours that were said for the day; null: the usual ones. */
  spans: readonly Span[] | null
  /** Parts of the day that are off. */
  cuts: Span[]
  reason: string | null
}

/**
 * What is said of a day. What is dated goes before what is yearly, a branch's own before the company's, and of equals the closed
 * one; only then the public holidays.
 */
function ruleOf(branch: BranchHours, day: LocalDay): Rule {
  const said = branch.closures.filter((closure) => appliesOn(closure, day))
  const parts = said.filter(({ kind, times }) => kind === 'closed' && times !== null)
  const whole = said.filter((closure) => !parts.includes(closure))
  const best = Math.max(...whole.map(rankOf))
  const decisive = whole.filter((closure) => rankOf(closure) === best)
  const cuts = parts.flatMap(({ times }) => times ?? [])
  const closed = decisive.find(({ kind }) => kind === 'closed')
  const open = { closed: false, isOpen: decisive.length > 0, spans: null, cuts }
  if (closed) return { ...open, closed: true, isOpen: false, cuts: [], reason: closed.spokenReason }
  const reason =
    [...decisive, ...parts].find(({ spokenReason }) => spokenReason !== null)?.spokenReason ?? null
  if (decisive.length > 0) {
    const spans = decisive.flatMap(({ times }) => times ?? []).sort((a, b) => (a.from < b.from ? -1 : 1))
    return { ...open, spans: spans.length > 0 ? spans : null, reason }
  }
  const { federalState: state, holidaysClosed } = branch
  const isHoliday = state !== null && holidaysClosed && publicHolidayOn(day, state) !== null
  return { ...open, closed: isHoliday, reason }
}

function rankOf({ yearly, branchId }: Closure): number {
  return (yearly ? 0 : 2) + (branchId === null ? 0 : 1)
}

function appliesOn({ yearly, firstDay, lastDay }: Closure, day: LocalDay): boolean {
  if (!yearly) return isWithin({ firstDay, lastDay }, day)
  const [from, to, at] = [firstDay, lastDay, day].map((one) => one.slice(5)) as [string, string, string]
  return day >= firstDay && (from <= to ? at >= from && at <= to : at >= from || at <= to)
}

function isWithin({ firstDay, lastDay }: { firstDay: LocalDay; lastDay: LocalDay }, day: LocalDay): boolean {
  return day >= firstDay && day <= lastDay
}

/** Spans without what a cut takes from them. */
function without(spans: Span[], cut: Span): Span[] {
  return spans.flatMap(({ from, to }) => {
    if (cut.to <= from || cut.from >= to) return [{ from, to }]
    const before = cut.from > from ? [{ from, to: cut.from }] : []
    return cut.to < to ? [...before, { from: cut.to, to }] : before
  })
}

/** On the day the clocks change a time may not exist (then the next one that does) or come twice (then both are covered). */
function instantsOf({ from, to }: Span, day: LocalDay, zone: string): OffTime {
  const { start, end } = dayBounds(day, zone)
  const startMs = from === '00:00' ? start.getTime() : earliestOf(day, from, zone)
  if (to === '24:00') return { startMs, endMs: end.getTime() }
  const endMs = earliestOf(day, to, zone)
  const isTwice = clockTimeOf(new Date(endMs + hourMs), zone) === to
  return { startMs, endMs: isTwice ? endMs + hourMs : endMs }
}

function earliestOf(day: LocalDay, time: ClockTime, zone: string): number {
  const at = instantOf(day, time, zone) ?? instantOf(day, hourLater(time), zone)
  return at?.getTime() ?? dayBounds(day, zone).start.getTime()
}

function hourLater(time: ClockTime): ClockTime {
  return `${String(Number(time.slice(0, 2)) + 1).padStart(2, '0')}:${time.slice(3)}`
}
