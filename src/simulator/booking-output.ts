/** How a booking and a page of bookings look on the wire (version 2024-08-13, identical under 2026-02-25). */
import { badRequest } from './errors.ts'
import { everybodyIn } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Attendee, Booking } from './types.ts'
import { parseInstant } from './zone.ts'

const iso = (ms: number) => new Date(ms).toISOString()

/** BookingAttendee, or SeatedAttendee with the seat's own metadata and answers. */
function attendeeOutput({ responses, ...attendee }: Attendee) {
  const { name, email, timeZone, language, absent, phoneNumber, seatUid, metadata } = attendee
  return {
    name,
    email,
    displayEmail: email,
    timeZone,
    language,
    absent,
    phoneNumber,
    ...(seatUid === undefined ? {} : { seatUid, metadata, bookingFieldsResponses: responses }),
  }
}

/**
 * BookingOutput, RecurringBookingOutput or GetSeatedBookingOutput. `hosts` holds the organizer alone, also for collective
 * events; a seated booking has neither metadata nor guests nor answers of its own.
 */
export function bookingOutput(state: SimulatorState, booking: Booking) {
  const host = state.hosts.get(booking.hostIds[0] ?? 0)
  const isSeated = booking.attendee.seatUid !== undefined
  return {
    id: booking.id,
    uid: booking.uid,
    title: booking.title,
    description: booking.description,
    hosts: host
      ? [
          {
            id: host.id,
            name: host.name,
            email: host.email,
            displayEmail: host.email,
            username: host.username,
            timeZone: host.timeZone,
          },
        ]
      : [],
    status: booking.status,
    cancellationReason: booking.cancellationReason,
    cancelledByEmail: '',
    reschedulingReason: booking.reschedulingReason,
    rescheduledByEmail: booking.rescheduledByEmail,
    rescheduledFromUid: booking.rescheduledFromUid,
    rescheduledToUid: booking.rescheduledToUid,
    start: iso(booking.start),
    end: iso(booking.end),
    duration: Math.round((booking.end - booking.start) / 60_000),
    eventTypeId: booking.eventTypeId,
    eventType: { id: booking.eventTypeId, slug: state.eventTypes.get(booking.eventTypeId)?.slug ?? '' },
    meetingUrl: booking.location,
    location: booking.location,
    absentHost: booking.absentHost,
    createdAt: iso(booking.createdAt),
    updatedAt: iso(booking.updatedAt),
    metadata: isSeated ? undefined : booking.metadata,
    icsUid: booking.icsUid,
    attendees: everybodyIn(booking).map(attendeeOutput),
    guests: isSeated ? undefined : booking.guests,
    bookingFieldsResponses: isSeated ? undefined : booking.responses,
    recurringBookingUid: booking.recurringUid,
    ...booking.odd,
  }
}

type Query = Record<string, unknown>

const listOf = (value: unknown) =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).flatMap((part) =>
    String(part).split(','),
  )
const same = (a: string, b: unknown) => a.toLowerCase() === String(b).toLowerCase()

/** The filters of GET /v2/bookings, all that are given must hold. */
function filtersOf(state: SimulatorState, query: Query, now: number): ((booking: Booking) => boolean)[] {
  const filters: ((booking: Booking) => boolean)[] = []
  const bound = (name: string, holds: (booking: Booking, at: number) => boolean) => {
    if (query[name] === undefined) return
    const at = parseInstant(query[name])
    if (at === undefined)
      throw badRequest(`${name} property is wrong,${name} must be a valid ISO 8601 date string `)
    filters.push((booking) => holds(booking, at))
  }
  const isGone = (booking: Booking) => booking.status === 'cancelled' || booking.status === 'rejected'
  const statuses: Record<string, (booking: Booking) => boolean> = {
    upcoming: (booking) => !isGone(booking) && booking.end >= now,
    past: (booking) => !isGone(booking) && booking.end <= now,
    cancelled: isGone,
    unconfirmed: (booking) => booking.status === 'pending' && booking.end >= now,
    recurring: (booking) => booking.recurringUid !== undefined && !isGone(booking),
  }
  if (query.status !== undefined) {
    const wanted = listOf(query.status).map((status) => {
      const holds = statuses[status]
      if (!holds) {
        const problem = 'Invalid status. Allowed are upcoming, recurring, past, cancelled, unconfirmed'
        throw badRequest(`status property is wrong,${problem} `)
      }
      return holds
    })
    filters.push((booking) => wanted.some((holds) => holds(booking)))
  }
  const { attendeeEmail, attendeeName, bookingUid } = query
  if (attendeeEmail !== undefined)
    filters.push((booking) => everybodyIn(booking).some(({ email }) => same(email, attendeeEmail)))
  if (attendeeName !== undefined)
    filters.push((booking) => everybodyIn(booking).some(({ name }) => same(name, attendeeName)))
  if (bookingUid !== undefined) filters.push((booking) => booking.uid === bookingUid)
  const typeIds = [...listOf(query.eventTypeId), ...listOf(query.eventTypeIds)].map(Number)
  if (typeIds.length > 0) filters.push((booking) => typeIds.includes(booking.eventTypeId))
  const teamIds = [...listOf(query.teamId), ...listOf(query.teamsIds)].map(Number)
  if (teamIds.length > 0) {
    filters.push((booking) => teamIds.includes(state.eventTypes.get(booking.eventTypeId)?.teamId ?? 0))
  }
  bound('afterStart', (booking, at) => booking.start >= at)
  bound('beforeEnd', (booking, at) => booking.end <= at)
  bound('afterCreatedAt', (booking, at) => booking.createdAt >= at)
  bound('beforeCreatedAt', (booking, at) => booking.createdAt <= at)
  bound('afterUpdatedAt', (booking, at) => booking.updatedAt >= at)
  bound('beforeUpdatedAt', (booking, at) => booking.updatedAt <= at)
  return filters
}

function wholeNumber(query: Query, name: string, fallback: number, min: number, max: number): number {
  if (query[name] === undefined) return fallback
  const value = Number(query[name])
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw badRequest(`${name} property is wrong,${name} must be an integer from ${min} to ${max} `)
}

/**
 * One page of an account's bookings, filtered and sorted as the query says, with the vendor's pagination block. A list that
 * lags leaves out what was made in the last `lagMs`.
 */
export function bookingPage(
  state: SimulatorState,
  accountId: string,
  query: Query,
  now: number,
  lagMs: number,
) {
  const take = wholeNumber(query, 'take', 100, 1, 250)
  const skip = wholeNumber(query, 'skip', 0, 0, Number.MAX_SAFE_INTEGER)
  const filters = filtersOf(state, query, now)
  const found = [...state.bookings.values()].filter(
    (booking) =>
      booking.accountId === accountId &&
      (lagMs === 0 || booking.createdAt <= now - lagMs) &&
      filters.every((holds) => holds(booking)),
  )
  const sorts = {
    sortStart: 'start',
    sortEnd: 'end',
    sortCreated: 'createdAt',
    sortUpdatedAt: 'updatedAt',
  } as const
  const given = Object.entries(sorts).find(([name]) => query[name] !== undefined) ?? ['', 'start' as const]
  const direction = query[given[0]] === 'desc' ? -1 : 1
  found.sort((a, b) => direction * (a[given[1]] - b[given[1]] || a.id - b.id))
  const page = found.slice(skip, skip + take)
  const totalPages = Math.ceil(found.length / take)
  return {
    data: page.map((booking) => bookingOutput(state, booking)),
    pagination: {
      totalItems: found.length,
      remainingItems: Math.max(0, found.length - skip - page.length),
      returnedItems: page.length,
      itemsPerPage: take,
      currentPage: Math.floor(skip / take) + 1,
      totalPages,
      hasNextPage: skip + page.length < found.length,
      hasPreviousPage: skip > 0,
    },
  }
}
