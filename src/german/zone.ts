/**
 * Where instants meet local days: the only part of the module that knows about time zones. Both clock-change
 * days are right (23 and 25 hours), and the machine's own zone never matters.
 * An unknown zone name is a configuration error and throws a RangeError.
 */
import { IANAZone } from 'luxon'
import { dayNumber, formatDay, isoWeekOfNumber, parseDay, weekdayOfNumber } from './days.ts'
import type { ClockTime, LocalDay, Weekday } from './types.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const epochDay = dayNumber(1970, 1, 1)

/** Clocks change at full quarters of an hour only, so an offset holds for the whole of one. */
const quarterMs = 15 * minuteMs
const quartersKept = 5_000
/** Offsets by zone and quarter: asking the runtime for one costs as much as the rest of a sentence. */
const knownOffsets = new Map<string, Map<number, number>>()

/** Minutes to add to UTC at that instant. */
function offsetMinutes(instantMs: number, zone: string): number {
  const quarter = Math.floor(instantMs / quarterMs)
  let ofZone = knownOffsets.get(zone)
  const known = ofZone?.get(quarter)
  if (known !== undefined) return known
  const offset = IANAZone.create(zone).offset(instantMs)
  if (Number.isNaN(offset)) throw new RangeError('unknown time zone, or not a valid instant')
  if (ofZone === undefined || ofZone.size >= quartersKept) {
    ofZone = new Map()
    knownOffsets.set(zone, ofZone)
  }
  ofZone.set(quarter, offset)
  return offset
}

/** Local day and minute of that day, for the parser: one zone look-up for both. */
export function localNow(instant: Date, zone: string): { day: number; minute: number } {
  const localMinutes = Math.floor(instant.getTime() / minuteMs) + offsetMinutes(instant.getTime(), zone)
  const day = Math.floor(localMinutes / 1440)
  return { day: day + epochDay, minute: localMinutes - day * 1440 }
}

/** The day an instant falls on in that zone. */
export function localDayOf(instant: Date, zone: string): LocalDay {
  return formatDay(localNow(instant, zone).day)
}

/** The clock time of an instant in that zone, seconds cut off. */
export function clockTimeOf(instant: Date, zone: string): ClockTime {
  const ms = instant.getTime()
  const localMinutes = Math.floor(ms / minuteMs) + offsetMinutes(ms, zone)
  return clocks[localMinutes - Math.floor(localMinutes / 1440) * 1440]!
}

/** The clock times of a day's instants in that zone, in ascending order; one look-up of the zone for nearly all days. */
export function clockTimesOf(instants: readonly Date[], zone: string): ClockTime[] {
  const [first] = instants
  const last = instants.at(-1)
  if (first === undefined || last === undefined) return []
  const offset = offsetMinutes(first.getTime(), zone)
  // Clocks change once in a day at most: an offset that holds at both ends holds in between.
  const isConstant =
    last.getTime() - first.getTime() < dayMs && offsetMinutes(last.getTime(), zone) === offset
  if (!isConstant) return instants.map((instant) => clockTimeOf(instant, zone))
  return instants.map((instant) => clocks[Math.floor(instant.getTime() / minuteMs + offset) % 1440]!)
}

/** The candidate instants of a local time, earliest first: two in autumn's doubled hour, none in spring's gap. */
function instantsOf(localMs: number, zone: string): number[] {
  const before = offsetMinutes(localMs - dayMs, zone)
  const after = offsetMinutes(localMs + dayMs, zone)
  const offsets = before === after ? [before] : [before, after].sort((a, b) => b - a)
  return offsets
    .map((offset) => ({ offset, ms: localMs - offset * minuteMs }))
    .filter(({ offset, ms }) => offsetMinutes(ms, zone) === offset)
    .map(({ ms }) => ms)
}

/** The instant of a local time; null if the clocks skip it, the first one if they show it twice. */
export function instantOf(day: LocalDay, time: ClockTime, zone: string): Date | null {
  const [first] = instantsOf((parseDay(day) - epochDay) * dayMs + parseClock(time) * minuteMs, zone)
  return first === undefined ? null : new Date(first)
}

/** From local midnight to the next local midnight: 23, 24 or 25 hours. `end` is exclusive. */
export function dayBounds(day: LocalDay, zone: string): { start: Date; end: Date } {
  const n = parseDay(day) - epochDay
  return { start: midnight(n, zone), end: midnight(n + 1, zone) }
}

function midnight(daysSinceEpoch: number, zone: string): Date {
  const localMs = daysSinceEpoch * dayMs
  // In a zone that springs forward at midnight the day begins at the jump itself.
  return new Date(instantsOf(localMs, zone)[0] ?? localMs - offsetMinutes(localMs - dayMs, zone) * minuteMs)
}

/** The day `days` later (or earlier, if negative). */
export function addDays(day: LocalDay, days: number): LocalDay {
  return formatDay(parseDay(day) + days)
}

/** How many days lie from `from` to `to`; negative if `to` is earlier. */
export function daysBetween(from: LocalDay, to: LocalDay): number {
  return parseDay(to) - parseDay(from)
}

export function weekdayOf(day: LocalDay): Weekday {
  return weekdayOfNumber(parseDay(day))
}

/** ISO week number, 1 to 53. */
export function isoWeekOf(day: LocalDay): number {
  return isoWeekOfNumber(parseDay(day)).week
}

/** Every clock time there is, '00:00' to '24:00'. */
const clocks = Array.from(
  { length: 1441 },
  (_, minute) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
)

/** 'HH:mm' from minutes after midnight, 0 to 1440. */
export function formatClock(minute: number): ClockTime {
  return clocks[minute]!
}

/** Minutes after midnight of 'HH:mm'. */
export function parseClock(time: ClockTime): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
