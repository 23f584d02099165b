/**
 * What an event type limits beyond its hosts' time: bookings or minutes of bookings per day, week, month or year, and a restriction
 * schedule. A day that is full is not listed; a request that comes too late for it is refused (calendar case 6).
 */
import { badRequest, VendorError } from './errors.ts'
import type { SimulatorState } from './state.ts'
import type { Booking, EventType, Limits } from './types.ts'
import { addDays, instantOf, localDate, minuteOfDay, weekdayOf } from './zone.ts'

interface Meeting {
  start: number
  end: number
}

const minuteMs = 60_000

/** The zone in which an event type's days are counted: that of its first host. */
function zoneOf(state: SimulatorState, eventType: EventType): string {
  return state.hosts.get(eventType.hosts[0]?.userId ?? 0)?.timeZone ?? 'UTC'
}

/** First and last local date of the period that a date lies in. */
function periodOf(unit: keyof Limits, date: string): [string, string] {
  if (unit === 'day') return [date, date]
  if (unit === 'week') {
    const monday = addDays(date, 1 - weekdayOf(date))
    return [monday, addDays(monday, 6)]
  }
  const year = date.slice(0, 4)
  return unit === 'year'
    ? [`${year}-01-01`, `${year}-12-31`]
    : [`${date.slice(0, 7)}-01`, `${date.slice(0, 7)}-31`]
}

function held(state: SimulatorState, eventType: EventType, ignoreUid?: string): Booking[] {
  return [...state.bookings.values()].filter(
    (booking) =>
      booking.eventTypeId === eventType.id &&
      booking.uid !== ignoreUid &&
      (booking.status === 'accepted' || booking.status === 'pending'),
  )
}

/** Which limit a further booking would break; undefined: none. `bookings`: those that count. */
function brokenLimit(
  { bookingLimitsCount, bookingLimitsDuration }: EventType,
  bookings: readonly Booking[],
  zone: string,
  meeting: Meeting,
): 'booking_limit_reached' | 'duration_limit_reached' | undefined {
  const date = localDate(zone, meeting.start)
  const among = (unit: keyof Limits) => {
    const [first, last] = periodOf(unit, date)
    return bookings.filter(({ start }) => {
      const at = localDate(zone, start)
      return at >= first && at <= last
    })
  }
  for (const [unit, most] of Object.entries(bookingLimitsCount ?? {}) as [keyof Limits, number][])
    if (among(unit).length >= most) return 'booking_limit_reached'
  for (const [unit, most] of Object.entries(bookingLimitsDuration ?? {}) as [keyof Limits, number][]) {
    const minutes = [...among(unit), meeting].reduce(
      (sum, { start, end }) => sum + (end - start) / minuteMs,
      0,
    )
    if (minutes > most) return 'duration_limit_reached'
  }
  return undefined
}

function isRestricted({ restrictionHours }: EventType, zone: string, meeting: Meeting): boolean {
  if (restrictionHours === null) return false
  const date = localDate(zone, meeting.start)
  return !restrictionHours.some(
    ({ days, start, end }) =>
      days.includes(weekdayOf(date)) &&
      instantOf(zone, date, minuteOfDay(start)) <= meeting.start &&
      meeting.end <= instantOf(zone, date, minuteOfDay(end)),
  )
}

/** Whether a start may be listed. Out: a function to ask for each. */
export function withinLimits(
  state: SimulatorState,
  eventType: EventType,
  durationMinutes: number,
  ignoreUid?: string,
): (start: number) => boolean {
  const { bookingLimitsCount, bookingLimitsDuration, restrictionHours } = eventType
  if (!bookingLimitsCount && !bookingLimitsDuration && !restrictionHours) return () => true
  const zone = zoneOf(state, eventType)
  const bookings = held(state, eventType, ignoreUid)
  return (start) => {
    const meeting = { start, end: start + durationMinutes * minuteMs }
    const restricted = isRestricted(eventType, zone, meeting) && !eventType.listsRestricted
    return !restricted && brokenLimit(eventType, bookings, zone, meeting) === undefined
  }
}

/** @throws VendorError when the meeting breaks a limit or lies outside of the restriction schedule */
export function refuseBeyondLimits(
  state: SimulatorState,
  eventType: EventType,
  meeting: Meeting,
  ignoreUid?: string,
): void {
  const zone = zoneOf(state, eventType)
  if (isRestricted(eventType, zone, meeting))
    throw badRequest('booking_not_allowed_by_restriction_schedule_error')
  const broken = brokenLimit(eventType, held(state, eventType, ignoreUid), zone, meeting)
  if (broken) throw new VendorError(broken === 'booking_limit_reached' ? 401 : 403, broken, { shape: 'bare' })
}
