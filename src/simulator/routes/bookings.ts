/**
 * `/v2/bookings` in versions 2024-08-13 and 2026-02-25 (identical without seats), the old controller that other
 * versions fall into, and the guide's verbs, which exist in no Cal.com V2 and answer only in profiles `guide` and `both`.
 */

import { isObject } from '../booking-input.ts'
import { bookingOutput, bookingPage } from '../booking-output.ts'
import { badRequest, VendorError } from '../errors.ts'
import { everybodyIn } from '../seats.ts'
import type { Booking } from '../types.ts'
import type { Vendor, VendorAnswer, VendorRequest, VendorRoute } from '../vendor-route.ts'
import { parseInstant } from '../zone.ts'

const versions = ['2024-08-13', '2026-02-25']
const oldVersions = ['2024-04-15', '2024-06-11', '2024-06-14']

export function bookingRoutes(vendor: Vendor): VendorRoute[] {
  const { state, desk, clock } = vendor
  const answer = (status: number, booking: Booking): VendorAnswer => ({
    status,
    body: { status: 'success', data: bookingOutput(state, booking) },
  })
  const created = (booking: Booking): VendorAnswer => ({
    status: 201,
    body: {
      status: 'success',
      data: { ...bookingOutput(state, booking), isPlatformManagedUserBooking: false },
    },
  })
  /** A seated booking names the seat just taken; the owner's key sees who else is in it. */
  const seatTaken = (booking: Booking, body: unknown): VendorAnswer => {
    const seatUid = everybodyIn(booking).at(-1)?.seatUid
    return seatUid === undefined || !isObject(body) ? created(booking) : withSeat(created(booking), seatUid)
  }
  const createdSeries = (bookings: readonly Booking[]): VendorAnswer => ({
    status: 201,
    body: { status: 'success', data: bookings.map((booking) => bookingOutput(state, booking)) },
  })
  const uidOf = (request: VendorRequest) => request.params.uid ?? ''
  const lagMs = () => vendor.faults.listLagMs
  /** Confirming, declining and no-shows are the owner's business. */
  const own = (request: VendorRequest) => {
    const booking = desk.find(uidOf(request), 'change')
    if (booking.accountId === request.account?.id) return booking.uid
    throw new VendorError(403, 'User is not authorized to act on this booking')
  }

  const common: VendorRoute[] = [
    {
      method: 'POST',
      url: '/v2/bookings',
      operation: 'createBooking',
      versions,
      auth: 'optional',
      legacy: { versions: oldVersions, handle: refuseOldBody },
      handle: async (request) => {
        const earlier =
          request.fault?.effect === 'old_booking' ? earlierBooking(vendor, request.body) : undefined
        const made = earlier ? ([earlier] as const) : await desk.create(shifted(request), request)
        return made[0].recurringUid === undefined ? seatTaken(made[0], request.body) : createdSeries(made)
      },
    },
    {
      method: 'GET',
      url: '/v2/bookings',
      operation: 'listBookings',
      versions,
      auth: 'required',
      // The old controller knows none of the filters and returns another shape.
      legacy: {
        versions: oldVersions,
        handle: ({ account }) => {
          const { data } = bookingPage(state, account?.id ?? '', {}, clock.nowMs(), lagMs())
          return {
            status: 200,
            body: { status: 'success', data: { bookings: data, recurringInfo: [], nextCursor: null } },
          }
        },
      },
      handle: ({ account, query }) => ({
        status: 200,
        body: {
          status: 'success',
          ...bookingPage(state, account?.id ?? '', query, clock.nowMs(), lagMs()),
          error: undefined,
        },
      }),
    },
    {
      method: 'GET',
      url: '/v2/teams/:teamId/bookings',
      operation: 'listTeamBookings',
      auth: 'required',
      handle: ({ account, query, params }) => ({
        status: 200,
        body: {
          status: 'success',
          ...bookingPage(
            state,
            account?.id ?? '',
            { ...query, teamId: params.teamId },
            clock.nowMs(),
            lagMs(),
          ),
        },
      }),
    },
    {
      method: 'GET',
      url: '/v2/bookings/:uid',
      operation: 'getBooking',
      versions: [...versions, ...oldVersions],
      auth: 'optional',
      handle: (request) => answer(200, desk.find(uidOf(request), 'read')),
    },
    {
      method: 'GET',
      url: '/v2/bookings/by-seat/:seatUid',
      operation: 'getBooking',
      versions,
      auth: 'optional',
      handle: (request) => answer(200, desk.findBySeat(request.params.seatUid ?? '')),
    },
    {
      method: 'POST',
      url: '/v2/bookings/:uid/confirm',
      operation: 'confirmBooking',
      versions,
      auth: 'required',
      handle: async (request) => answer(200, await desk.confirm(own(request))),
    },
    {
      method: 'POST',
      url: '/v2/bookings/:uid/reassign/:userId',
      operation: 'reassignBooking',
      versions,
      auth: 'required',
      handle: (request) => {
        const { uid, host } = desk.reassign(own(request), Number(request.params.userId))
        const { id, name, email } = host
        const data = { bookingUid: uid, reassignedTo: { id, name, email, displayEmail: email } }
        return { status: 200, body: { status: 'success', data } }
      },
    },
    {
      method: 'POST',
      url: '/v2/bookings/:uid/decline',
      operation: 'declineBooking',
      versions,
      auth: 'required',
      handle: async (request) => {
        const { reason } = request.body as { reason?: unknown }
        return answer(200, await desk.decline(own(request), reason))
      },
    },
    {
      method: 'POST',
      url: '/v2/bookings/:uid/mark-absent',
      operation: 'markAbsent',
      versions,
      auth: 'required',
      handle: async (request) => answer(200, await desk.markAbsent(own(request), request.body)),
    },
  ]
  const published: VendorRoute[] = [
    {
      method: 'POST',
      url: '/v2/bookings/:uid/cancel',
      operation: 'cancelBooking',
      versions: [...versions, '2024-04-15'],
      auth: 'optional',
      handle: async (request) =>
        answer(200, await desk.cancel(uidOf(request), request.body, { account: request.account })),
    },
    {
      method: 'POST',
      url: '/v2/bookings/:uid/reschedule',
      operation: 'rescheduleBooking',
      versions,
      auth: 'optional',
      handle: async (request) => {
        const moved = await desk.reschedule(uidOf(request), shifted(request), { account: request.account })
        const { seatUid } = request.body as { seatUid?: string }
        return seatUid === undefined ? created(moved) : withSeat(created(moved), seatUid)
      },
    },
  ]
  const guide: VendorRoute[] = [
    {
      method: 'DELETE',
      url: '/v2/bookings/:uid',
      operation: 'cancelBooking',
      auth: 'required',
      // The guide's request has no body, so no reason can be demanded of it.
      handle: async (request) => {
        const reason = { cancellationReason: 'Cancelled by API', ...(request.body as object) }
        await desk.cancel(uidOf(request), reason, { account: request.account })
        return { status: 204 }
      },
    },
    {
      method: 'PATCH',
      url: '/v2/bookings/:uid/reschedule',
      operation: 'rescheduleBooking',
      auth: 'required',
      handle: async (request) =>
        answer(200, await desk.reschedule(uidOf(request), shifted(request), { account: request.account })),
    },
  ]
  return [
    ...common,
    ...(vendor.profile === 'guide' ? [] : published),
    ...(vendor.profile === 'published' ? [] : guide),
  ]
}

/** The answer about a seated booking, with the seat it is about. */
function withSeat({ status, body }: VendorAnswer, seatUid: string): VendorAnswer {
  const { data, ...rest } = body as { data: object }
  return { status, body: { ...rest, data: { ...data, seatUid } } }
}

/** The old controller wants another body; one written for 2024-08-13 fails its validation. */
function refuseOldBody(): never {
  const errors = ['timeZone must be a string', 'language must be a string', 'responses must be an object']
  throw badRequest('Bad Request Exception', { details: { errors } })
}

/** The request's body, its start shifted when the fault wants another one than asked for. */
function shifted({ body, fault }: VendorRequest): unknown {
  if (fault?.effect !== 'other_start') return body
  const { start } = body as { start?: unknown }
  const asked = parseInstant(start)
  if (asked === undefined) return body
  return { ...(body as object), start: new Date(asked + (fault.shiftMinutes ?? 60) * 60_000).toISOString() }
}

/** The newest earlier booking under the same email: what Cal.com was once seen to answer instead of a new one. */
function earlierBooking(vendor: Vendor, body: unknown): Booking | undefined {
  const { attendee } = body as { attendee?: { email?: string } }
  return [...vendor.state.bookings.values()].findLast((booking) => booking.attendee.email === attendee?.email)
}
