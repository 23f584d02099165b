/**
 * Which free times come nearest to a wish. Pure: slots in, ranking out.
 * Order (design section 6): the same day, nearest first; the next day at the same time; the same time on following days; then
 * anything, in time order. A wished part of day or span holds for all of it, and is only left when it has nothing at all.
 */
import {
  type ClockTime,
  clockTimeOf,
  daysBetween,
  germanDate,
  type LocalDay,
  localDayOf,
  parseClock,
  sayMoment,
  sayWeekday,
  type UnderstoodTime,
} from '../../german/index.ts'

type Strategy = 'same_day' | 'next_day' | 'same_time' | 'any'

/** The most that are handed out at once. */
export const alternativesMax = 5

/** A free time as agents read it. */
export interface OfferedTime {
  /** YYYY-MM-DD */
  date: LocalDay
  /** HH:mm */
  time: ClockTime
  /** DD.MM.YYYY */
  formatted_date: string
  /** "Freitag" */
  weekday: string
  /** ISO 8601 in UTC. */
  start: string
  /** "am Freitag, den 27. November um 14 Uhr 30" */
  spoken: string
  available: true
}

export interface Alternative extends OfferedTime {
  strategy: Strategy
  /** The same as `strategy` and `spoken`, under the names older agents read. */
  type: Strategy
  description: string
}

export interface AlternativeWish {
  /** The first wished day; alternatives lie on it or later. */
  day: LocalDay
  /** A point, a window, or null when no time was named. */
  time: UnderstoodTime | null
  timeZone: string
  today: LocalDay
  /** Epoch milliseconds that must not be proposed: refused, or the very time that is taken. */
  exclude?: ReadonlySet<number>
  max?: number
}

interface Candidate {
  slot: Date
  day: LocalDay
  time: ClockTime
  daysLater: number
  /** Minutes between its clock time and the wished one. */
  apart: number
  sameTime: boolean
  inWindow: boolean
}

/** The nearest free times, at most five, none twice. `slots` in any order. */
export function rankAlternatives(slots: Iterable<Date>, wish: AlternativeWish): Alternative[] {
  const candidates = readCandidates(slots, wish)
  const wanted = candidates.some((candidate) => candidate.inWindow)
    ? candidates.filter((candidate) => candidate.inWindow)
    : candidates
  const chosen = new Map<Candidate, Strategy>()
  const take = (strategy: Strategy, some: readonly Candidate[]) => {
    for (const candidate of some) {
      if (chosen.size < (wish.max ?? alternativesMax) && !chosen.has(candidate))
        chosen.set(candidate, strategy)
    }
  }
  take('same_day', wanted.filter((candidate) => candidate.daysLater === 0).sort(nearestFirst))
  take(
    'next_day',
    firstOfEachDay(wanted.filter((candidate) => candidate.daysLater === 1 && candidate.sameTime)),
  )
  take(
    'same_time',
    firstOfEachDay(wanted.filter((candidate) => candidate.daysLater > 1 && candidate.sameTime)),
  )
  take(
    'any',
    [...wanted].sort((a, b) => a.daysLater - b.daysLater || nearestFirst(a, b)),
  )
  return [...chosen].map(([candidate, strategy]) => {
    const offered = offeredTime(candidate.slot, wish.timeZone, wish.today)
    return { ...offered, strategy, type: strategy, description: offered.spoken }
  })
}

/** A free time in all the forms that agents read and callers hear, made from the one instant (incident I-32). */
export function offeredTime(slot: Date, timeZone: string, today: LocalDay): OfferedTime {
  const date = localDayOf(slot, timeZone)
  const time = clockTimeOf(slot, timeZone)
  return {
    date,
    time,
    formatted_date: germanDate(date),
    weekday: sayWeekday(date),
    start: slot.toISOString(),
    spoken: sayMoment(date, time, today),
    available: true,
  }
}

/** A clock time as a wish for exactly that. */
export function exactly(at: ClockTime): UnderstoodTime {
  return { at, from: null, to: null, reading: 'exact', part: null }
}

/** Whether a clock time is what was wished for: the very time, or within the window. */
export function isAsWished(time: ClockTime, wish: UnderstoodTime | null): boolean {
  return wish?.at ? time === wish.at : isInWindow(time, wish)
}

/** Whether a clock time lies in a wished window; true when none was wished. A point in time is no window. */
export function isInWindow(time: ClockTime, wish: UnderstoodTime | null): boolean {
  if (wish === null || wish.at !== null) return true
  return (wish.from === null || time >= wish.from) && (wish.to === null || time < wish.to)
}

function readCandidates(slots: Iterable<Date>, wish: AlternativeWish): Candidate[] {
  const wishedMinute = minuteOf(wish.time)
  const seen = new Set<number>(wish.exclude)
  const candidates: Candidate[] = []
  for (const slot of [...slots].sort((a, b) => a.getTime() - b.getTime())) {
    if (seen.has(slot.getTime())) continue
    seen.add(slot.getTime())
    const day = localDayOf(slot, wish.timeZone)
    const daysLater = daysBetween(wish.day, day)
    if (daysLater < 0) continue
    const time = clockTimeOf(slot, wish.timeZone)
    const inWindow = isInWindow(time, wish.time)
    candidates.push({
      slot,
      day,
      time,
      daysLater,
      apart: wishedMinute === null ? 0 : Math.abs(parseClock(time) - wishedMinute),
      sameTime: wish.time?.at ? time === wish.time.at : inWindow,
      inWindow,
    })
  }
  return candidates
}

/** The point that "nearest" is measured from: the wished time, or the edge of the window one would come at. */
function minuteOf(time: UnderstoodTime | null): number | null {
  if (time === null) return null
  if (time.at !== null) return parseClock(time.at)
  if (time.from !== null) return parseClock(time.from)
  return time.to === null ? null : parseClock(time.to)
}

const nearestFirst = (a: Candidate, b: Candidate) => a.apart - b.apart || a.slot.getTime() - b.slot.getTime()

function firstOfEachDay(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<LocalDay>()
  return candidates.filter((candidate) => !seen.has(candidate.day) && seen.add(candidate.day))
}
