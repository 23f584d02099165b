/**
 * Arithmetic between local clock times and instants, fast enough to compute weeks of slots in a few milliseconds:
 * offsets are remembered per quarter of an hour, the finest step at which any zone changes its clock.
 */
import { IANAZone } from 'luxon'

const quarterMs = 15 * 60_000
const minuteMs = 60_000
const knownOffsets = new Map<string, { zone: IANAZone; offsets: Map<number, number> }>()

/** Whether `name` is an IANA zone. */
export function isTimeZone(name: unknown): name is string {
  return typeof name === 'string' && IANAZone.isValidZone(name)
}

/** Minutes east of UTC in `zoneName` at the instant `ms`. */
export function offsetMinutes(zoneName: string, ms: number): number {
  let known = knownOffsets.get(zoneName)
  if (!known) {
    known = { zone: IANAZone.create(zoneName), offsets: new Map() }
    knownOffsets.set(zoneName, known)
  }
  const quarter = Math.floor(ms / quarterMs)
  let offset = known.offsets.get(quarter)
  if (offset === undefined) {
    if (known.offsets.size > 50_000) known.offsets.clear()
    offset = known.zone.offset(quarter * quarterMs)
    known.offsets.set(quarter, offset)
  }
  return offset
}

/** The local date "YYYY-MM-DD" at an instant. */
export function localDate(zoneName: string, ms: number): string {
  return new Date(ms + offsetMinutes(zoneName, ms) * minuteMs).toISOString().slice(0, 10)
}

/** The instant of a local date and minute of the day; a time skipped by a clock change moves forward. */
export function instantOf(zoneName: string, date: string, minuteOfDay: number): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + minuteOfDay * minuteMs
  const guess = wall - offsetMinutes(zoneName, wall) * minuteMs
  return wall - offsetMinutes(zoneName, guess) * minuteMs
}

/** ISO text with the zone's offset, "Z" for UTC itself, as Cal.com formats slots. */
export function isoIn(zoneName: string | undefined, ms: number): string {
  if (zoneName === undefined || zoneName === 'UTC') return new Date(ms).toISOString()
  const offset = offsetMinutes(zoneName, ms)
  const sign = offset < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0')
  return `${new Date(ms + offset * minuteMs).toISOString().slice(0, -1)}${sign}${hours}:${minutes}`
}

/** The date `days` later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** ISO weekday of a date, 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7
}

/** Minutes since midnight of "HH:MM". */
export function minuteOfDay(text: string): number {
  const [hours, minutes] = text.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/**
 * Reads an instant as Cal.com does: an offset is honoured, no offset means UTC, a bare date means its first moment
 * in UTC. Returns undefined for anything else.
 */
export function parseInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.test(value))
    return undefined
  const dated = value.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(value)
  const ms = Date.parse(dated ? value : `${value}Z`)
  return Number.isNaN(ms) ? undefined : ms
}
