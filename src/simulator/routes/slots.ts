/**
 * Free times and holds: `GET /v2/slots` and `/v2/slots/reservations` (2024-09-04), and the undocumented
 * `GET /v2/slots/available` of older versions, which the guide uses (profiles `guide` and `both`).
 */
import { activeHolds, chooseHosts, countUnbookedHosts, freeSlots } from '../availability.ts'
import { checkSchedulable, findEventType, isObject } from '../booking-input.ts'
import { badRequest, notFound, refuseUnknownKeys, VendorError, wrongProperty } from '../errors.ts'
import type { Account, EventType, Reservation } from '../types.ts'
import type { Vendor, VendorRoute } from '../vendor-route.ts'
import { isoIn, isTimeZone, localDate, parseInstant } from '../zone.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const versions = ['2024-09-04']
const badRange = "Invalid time range given - check the 'start' and 'end' query parameters."
const slotsKeys = [
  'start',
  'end',
  'eventTypeId',
  'eventTypeSlug',
  'username',
  'usernames',
  'teamSlug',
  'organizationSlug',
  'timeZone',
  'duration',
  'format',
  'bookingUidToReschedule',
  'rrHostSubsetIds',
]
const reservationKeys = ['eventTypeId', 'slotStart', 'slotDuration', 'reservationDuration']

export function slotRoutes(vendor: Vendor): VendorRoute[] {
  const { state, clock } = vendor
  const published: VendorRoute = {
    method: 'GET',
    url: '/v2/slots',
    operation: 'getSlots',
    versions,
    auth: 'optional',
    handle: ({ query }) => {
      refuseUnknownKeys(query, slotsKeys)
      if (query.format !== undefined && query.format !== 'time' && query.format !== 'range') {
        throw wrongProperty('format', 'format must be one of the following values: range, time')
      }
      const range = rangeOf(query.start, query.end, ['start', 'end'])
      const { zone, duration, starts } = search(query, range, query.bookingUidToReschedule)
      const byRange = query.format === 'range'
      const text = (at: number) => isoIn(zone, at)
      const data = groupByDate(starts, zone, (at) =>
        byRange ? { start: text(at), end: text(at + duration * minuteMs) } : { start: text(at) },
      )
      return { status: 200, body: { status: 'success', data } }
    },
  }
  const guide: VendorRoute = {
    method: 'GET',
    url: '/v2/slots/available',
    operation: 'getSlots',
    versions: ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13'],
    auth: 'optional',
    // Unknown keys are dropped here, and `teamId` is accepted without any effect.
    handle: ({ query }) => {
      const range = rangeOf(query.startTime, query.endTime, ['startTime', 'endTime'])
      const { zone, duration, starts } = search(query, range, query.rescheduleUid)
      const byRange = query.slotFormat === 'range'
      const text = (at: number) => isoIn(zone, at)
      const slots = groupByDate(starts, zone, (at) =>
        byRange ? { startTime: text(at), endTime: text(at + duration * minuteMs) } : { time: text(at) },
      )
      return { status: 200, body: { status: 'success', data: { slots } } }
    },
  }

  function search(query: Record<string, unknown>, range: { from: number; to: number }, ignoreUid: unknown) {
    if (query.timeZone !== undefined && !isTimeZone(query.timeZone)) {
      throw wrongProperty('timeZone', 'timeZone must be a valid IANA time-zone')
    }
    const zone = query.timeZone as string | undefined
    const eventType = slotEventType(vendor, query)
    const duration = durationOf(eventType, query.duration, 'duration')
    const hostIds =
      eventType.rrHostSubsetEnabled && query.rrHostSubsetIds !== undefined
        ? String(query.rrHostSubsetIds).split(',').map(Number)
        : undefined
    const wish = { ...range, now: clock.nowMs(), durationMinutes: duration, hostIds }
    const starts = freeSlots(state, eventType, {
      ...wish,
      ignoreUid: ignoreUid === undefined ? undefined : String(ignoreUid),
    })
    return { zone, duration, starts }
  }

  /** Checks a hold and writes it; PATCH meets its own hold here and is refused, as with the vendor. */
  function hold(body: unknown, account: Account | undefined, uid: string) {
    const input = isObject(body) ? body : {}
    refuseUnknownKeys(input, reservationKeys)
    const start = parseInstant(input.slotStart)
    if (start === undefined)
      throw wrongProperty('slotStart', 'slotStart must be a valid ISO 8601 date string')
    if (typeof input.eventTypeId !== 'number')
      throw wrongProperty('eventTypeId', 'eventTypeId must be an integer number')
    const eventType = state.eventTypes.get(input.eventTypeId)
    if (!eventType) throw notFound(`Event Type with ID=${input.eventTypeId} not found`)
    const minutes = holdMinutes(input.reservationDuration, account, eventType)
    const duration = durationOf(eventType, input.slotDuration, 'slotDuration')
    const end = start + duration * minuteMs
    refuseHeld(eventType, start, end)
    const hostId = eventType.hosts[0]?.userId ?? 0
    const reservation = {
      uid,
      eventTypeId: eventType.id,
      hostId,
      start,
      end,
      until: clock.nowMs() + minutes * minuteMs,
    }
    state.reservations.set(uid, reservation)
    return { ...reservationOutput(reservation), reservationDuration: minutes }
  }

  function refuseHeld(eventType: EventType, start: number, end: number): void {
    const needed = eventType.schedulingType === 'roundRobin' ? 1 : eventType.hosts.length
    if (countUnbookedHosts(state, eventType, { start, end }) < needed) {
      throw new VendorError(422, "Can't reserve a slot if the event is already booked.")
    }
    const isMember = (id: number) => eventType.hosts.some((host) => host.userId === id)
    const holds = activeHolds(state, clock.nowMs()).filter(
      (other) => isMember(other.hostId) && other.start < end && start < other.end,
    )
    // A round robin has room for as many holds as hosts are free.
    const seats = eventType.schedulingType === 'roundRobin' ? countFreeHosts(eventType, start, end) : 1
    if (holds.length < Math.max(1, seats)) return
    throw new VendorError(
      422,
      'This time slot is already reserved by another user. Please choose a different time.',
    )
  }

  function countFreeHosts(eventType: EventType, start: number, end: number): number {
    const alone = (host: EventType['hosts'][number]) => ({
      ...eventType,
      schedulingType: null,
      hosts: [host],
    })
    return eventType.hosts.filter((host) => 'hostIds' in chooseHosts(state, alone(host), { start, end }))
      .length
  }

  const reservations: VendorRoute[] = [
    {
      method: 'POST',
      url: '/v2/slots/reservations',
      operation: 'createReservation',
      versions,
      auth: 'optional',
      handle: ({ body, account }) => ({
        status: 201,
        body: { status: 'success', data: hold(body, account, state.newReservationUid()) },
      }),
    },
    {
      method: 'GET',
      url: '/v2/slots/reservations/:uid',
      operation: 'getReservation',
      versions,
      auth: 'optional',
      handle: ({ params }) => {
        const known = activeHolds(state, clock.nowMs()).find((reservation) => reservation.uid === params.uid)
        return { status: 200, body: { status: 'success', data: known ? reservationOutput(known) : null } }
      },
    },
    {
      method: 'PATCH',
      url: '/v2/slots/reservations/:uid',
      operation: 'updateReservation',
      versions,
      auth: 'optional',
      handle: ({ body, account, params }) => {
        const uid = params.uid ?? ''
        if (!state.reservations.has(uid)) throw notFound(`Reservation with uid ${uid} not found`)
        return { status: 200, body: { status: 'success', data: hold(body, account, uid) } }
      },
    },
    {
      method: 'DELETE',
      url: '/v2/slots/reservations/:uid',
      operation: 'deleteReservation',
      versions,
      auth: 'optional',
      handle: ({ params }) => {
        state.reservations.delete(params.uid ?? '')
        return { status: 200, body: { status: 'success' } }
      },
    },
  ]
  return [
    ...reservations,
    ...(vendor.profile === 'guide' ? [] : [published]),
    ...(vendor.profile === 'published' ? [] : [guide]),
  ]
}

/** The event type a slots request names; the answer for an unknown one differs from that of bookings. */
function slotEventType(vendor: Vendor, query: Record<string, unknown>): EventType {
  if (query.eventTypeId !== undefined && !vendor.state.eventTypes.has(Number(query.eventTypeId))) {
    throw notFound('Event Type not found')
  }
  const eventType = findEventType(vendor.state, query)
  checkSchedulable(eventType)
  return eventType
}

/** A bare date reaches to the end of its day (UTC), and so does an end at exactly midnight. */
function rangeOf(
  startText: unknown,
  endText: unknown,
  names: [string, string],
): { from: number; to: number } {
  const from = parseInstant(startText)
  const end = parseInstant(endText)
  if (from === undefined) throw wrongProperty(names[0], `${names[0]} must be a valid ISO 8601 date string`)
  if (end === undefined) throw wrongProperty(names[1], `${names[1]} must be a valid ISO 8601 date string`)
  const to = end % dayMs === 0 ? end + dayMs - 1_000 : end
  if (to < from) throw badRequest(badRange)
  return { from, to }
}

function durationOf(eventType: EventType, wanted: unknown, name: string): number {
  if (wanted === undefined) return eventType.lengthInMinutes
  const minutes = Number(wanted)
  if (eventType.lengthInMinutesOptions.includes(minutes)) return minutes
  throw badRequest(`${name} is not one of the event type's lengths, or it has only one.`)
}

/** Five minutes unless the event type's own account asks for more or less. */
function holdMinutes(wanted: unknown, account: Account | undefined, eventType: EventType): number {
  if (wanted === undefined) return 5
  if (!account) {
    throw new VendorError(401, 'reservationDuration can only be used for authenticated requests.')
  }
  if (account.id !== eventType.accountId) {
    throw new VendorError(403, 'User is not the owner of the event type and shares no team with it.')
  }
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1) {
    throw wrongProperty('reservationDuration', 'reservationDuration must be a positive integer number')
  }
  return wanted
}

function reservationOutput(reservation: Reservation) {
  return {
    eventTypeId: reservation.eventTypeId,
    slotStart: new Date(reservation.start).toISOString(),
    slotEnd: new Date(reservation.end).toISOString(),
    slotDuration: (reservation.end - reservation.start) / minuteMs,
    reservationUid: reservation.uid,
    reservationUntil: new Date(reservation.until).toISOString(),
  }
}

function groupByDate(starts: number[], zone: string | undefined, shape: (at: number) => object) {
  const days: Record<string, object[]> = {}
  for (const at of starts) {
    const date = localDate(zone ?? 'UTC', at)
    const day = days[date]
    if (day) day.push(shape(at))
    else days[date] = [shape(at)]
  }
  return days
}
