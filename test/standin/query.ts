/** Reading a list's query and its instants as the API does. */
import type { Booking, Calendar } from './calendar.ts'
import { emailOf } from './output.ts'

/**
 * An instant in milliseconds, NaN when it is none. A date alone is the start of that day in UTC (its end for `isEnd`), a time
 * without offset is UTC: `naive`. An end at exactly midnight means the end of that day.
 */
export function readInstant(text: string, isEnd = false): { millis: number; naive: boolean } {
  const dateOnly = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const naive = !dateOnly && !/(Z|[+-]\d{2}:?\d{2})$/.test(text)
  const millis = Date.parse(dateOnly ? `${text}T00:00:00Z` : naive ? `${text}Z` : text)
  const midnight = isEnd && millis % 86_400_000 === 0
  return { millis: midnight ? millis + 86_400_000 - 1_000 : millis, naive }
}

type Page = { page: Booking[]; total: number; skip: number; take: number }

/** The bookings that a list shows for a query, as of what lists know by now. */
export function selectBookings(calendar: Calendar, query: Record<string, string>): Page {
  const now = Date.now()
  const ids = (query.eventTypeIds ?? query.eventTypeId)?.split(',').map(Number)
  const teamIds = (query.teamsIds ?? query.teamId)?.split(',').map(Number)
  const instant = (name: string) => (query[name] === undefined ? undefined : readInstant(query[name]).millis)
  const after = (value: number, name: string) => !(value < (instant(name) ?? value))
  const before = (value: number, name: string) => !(value > (instant(name) ?? value))
  const hasStatus = (booking: Booking, status: string) =>
    status === 'cancelled'
      ? booking.status === 'cancelled'
      : booking.status === 'accepted' &&
        ((status === 'upcoming' && booking.end >= now) || (status === 'past' && booking.end < now))
  const found = [...calendar.bookings.values()]
    .map((booking) => calendar.listed(booking))
    .filter((booking) => booking !== undefined)
    .filter(
      (booking) =>
        (query.status === undefined || query.status.split(',').some((each) => hasStatus(booking, each))) &&
        (query.attendeeEmail === undefined ||
          [emailOf(booking), ...booking.guests].includes(query.attendeeEmail)) &&
        (query.attendeeName === undefined || booking.attendee.name === query.attendeeName) &&
        (query.bookingUid === undefined || booking.uid === query.bookingUid) &&
        (ids === undefined || ids.includes(booking.type.id)) &&
        (teamIds === undefined || teamIds.includes(booking.type.teamId)) &&
        after(booking.start, 'afterStart') &&
        before(booking.end, 'beforeEnd') &&
        after(booking.createdAt, 'afterCreatedAt') &&
        before(booking.createdAt, 'beforeCreatedAt') &&
        after(booking.updatedAt, 'afterUpdatedAt') &&
        before(booking.updatedAt, 'beforeUpdatedAt'),
    )
  const [by, direction] = sortOf(query)
  found.sort((one, other) => (one[by] - other[by] || one.id - other.id) * direction)
  const skip = Number(query.skip ?? 0)
  const take = Math.min(250, Math.max(1, Number(query.take ?? 100)))
  return { page: found.slice(skip, skip + take), total: found.length, skip, take }
}

function sortOf(query: Record<string, string>): ['start' | 'end' | 'createdAt' | 'updatedAt', 1 | -1] {
  const orders = [
    ['sortStart', 'start'],
    ['sortEnd', 'end'],
    ['sortCreated', 'createdAt'],
    ['sortUpdatedAt', 'updatedAt'],
  ] as const
  for (const [name, by] of orders) if (query[name] !== undefined) return [by, query[name] === 'desc' ? -1 : 1]
  return ['start', 1]
}
