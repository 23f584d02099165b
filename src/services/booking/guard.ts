/**
 * The one door to Cal.com's cancel and reschedule requests (`test/architecture.test.ts` keeps it the only one). Cal.com cancels
 * a whole group for a host's key, and a booking may have changed since we last heard of it; so it is read right before, and
 * nothing is cancelled or moved that has other people in it, that we did not make, or that is newer than what we know.
 * Limit: between the look and the request lies a moment that nobody can close.
 */
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import type { CalcomAttendee, CalcomBooking } from '../../calcom/types.ts'
import { normalisePhone } from '../../lib/phone.ts'
import { comparePersonNames } from '../matching/index.ts'

/**
 * Why it was left alone: `other_people` are in it too; `not_ours`: a repair may end only what we made; `series`: one of several
 * bookings made together; `moved`: it is at another time than we believe; `changed`: somebody has been at it since.
 */
export type Protection = 'other_people' | 'not_ours' | 'series' | 'moved' | 'changed'

/** Nothing was sent: a person has to decide. */
export class BookingProtected extends Error {
  readonly reason: Protection
  /** As it is at Cal.com now. */
  readonly booking: CalcomBooking

  constructor(reason: Protection, booking: CalcomBooking) {
    super(`A booking was left alone: ${reason}`)
    this.name = 'BookingProtected'
    this.reason = reason
    this.booking = booking
  }
}

/** What is known of a booking by whoever wants to end or move it. */
interface Known {
  uid: string
  /** Where we believe it is. */
  startAt: Date | null
  /** Our booking id it was made with; null when it was made elsewhere. */
  attemptId: string | null
}

/**
 * `person`: whose appointment it is and who wants the change, whoever made the booking. `repair`: nobody asked; then
 * it must carry our booking id, and `knownAt` is the last change at Cal.com that the decision knew of.
 */
export type Target =
  | (Known & { by: 'person'; name: string; phone: string | null; email?: string | null })
  | (Known & { by: 'repair'; knownAt: Date | null })

/** A booking that carries one of our ids and must not exist, as it was when that was decided. */
export function strayTarget(booking: CalcomBooking): Target {
  return {
    by: 'repair',
    uid: booking.uid,
    startAt: booking.start ?? null,
    attemptId: booking.metadata?.booking_id ?? null,
    knownAt: booking.updatedAt ?? booking.createdAt ?? null,
  }
}

/** For a `catch`: a booking that was left alone is not gone; anything else goes on. */
export function leftAlone(error: unknown): false {
  if (error instanceof BookingProtected) return false
  throw error
}

type Reading = Pick<CalcomApi, 'fetchBooking'>

/** Clocks of one vendor differ by less; a change later than this is somebody's. */
const sameChangeMs = 5_000

/**
 * Cancels a booking, or in a group only the seat of the person who asks.
 * @throws BookingProtected when it was left alone; CalcomError as `CalcomApi.cancelBooking`
 */
export async function cancelGuarded(
  api: Reading & Pick<CalcomApi, 'cancelBooking'>,
  target: Target,
  reason: string,
  options: CallOptions,
): Promise<void> {
  const booking = await lookAt(api, target, 'cancel', options)
  const seatUid = seatOf(booking, target)
  await api.cancelBooking({ uid: target.uid, reason, ...(seatUid !== undefined && { seatUid }) }, options)
}

/**
 * Moves a booking that is one person's alone. Out: the new booking.
 * @throws BookingProtected when it was left alone; CalcomError as `CalcomApi.rescheduleBooking`
 */
export async function rescheduleGuarded(
  api: Reading & Pick<CalcomApi, 'rescheduleBooking'>,
  target: Target,
  wish: { start: Date; reason?: string },
  options: CallOptions,
): Promise<CalcomBooking> {
  const booking = await lookAt(api, target, 'reschedule', options)
  // A seat would leave its group for a time of its own: a person of the business arranges that.
  if (seatOf(booking, target) !== undefined) throw new BookingProtected('other_people', booking)
  return api.rescheduleBooking({ uid: target.uid, ...wish }, options)
}

/**
 * Gives a booking that is one person's alone to another host, at the same time.
 * @throws BookingProtected when it was left alone; CalcomError as `CalcomApi.reassignBooking`
 */
export async function reassignGuarded(
  api: Reading & Pick<CalcomApi, 'reassignBooking'>,
  target: Target,
  wish: { userId: number; reason?: string },
  options: CallOptions,
): Promise<void> {
  const booking = await lookAt(api, target, 'reschedule', options)
  const isOfGroup = booking.group !== undefined || seatOf(booking, target) !== undefined
  if (isOfGroup) throw new BookingProtected('other_people', booking)
  await api.reassignBooking({ uid: target.uid, ...wish }, options)
}

/** Whether a booking is shared: seats, or more than one person. A seat by itself is one person's. */
export function isShared(booking: Pick<CalcomBooking, 'attendees' | 'guests' | 'group'>): boolean {
  if (booking.group !== undefined) return false
  return booking.attendees.some(({ seatUid }) => seatUid !== undefined) || peopleIn(booking) > 1
}

/** The one attendee that is the person meant; undefined when none or several could be. */
export function participantOf(
  booking: Pick<CalcomBooking, 'attendees'>,
  person: { attemptId: string | null; name: string | null; phone: string | null; email: string | null },
): CalcomAttendee | undefined {
  const only = (fits: (attendee: CalcomAttendee) => boolean) => {
    const found = booking.attendees.filter(fits)
    return found.length === 1 ? found[0] : undefined
  }
  const { attemptId, name, phone, email } = person
  const hasName = (attendee: CalcomAttendee) =>
    attendee.name !== undefined && name !== null && comparePersonNames(attendee.name, name) === 'same'
  return (
    only(({ metadata }) => attemptId !== null && metadata?.booking_id === attemptId) ??
    only((attendee) => hasContact(attendee, phone, email) && hasName(attendee)) ??
    only((attendee) => hasContact(attendee, phone, email)) ??
    only(hasName)
  )
}

/** The booking as it is now, if it may be touched. */
async function lookAt(
  api: Reading,
  target: Target,
  operation: 'cancel' | 'reschedule',
  options: CallOptions,
): Promise<CalcomBooking> {
  const booking = await read(api, target.uid, options)
  if (booking.status === 'cancelled' || booking.status === 'rejected') {
    const { rescheduledToUid } = booking
    const reason = rescheduledToUid === undefined ? 'already_cancelled' : 'rescheduled_away'
    throw new CalcomError({ kind: 'already_cancelled', reason, operation, rescheduledToUid })
  }
  const objection = objectionTo(booking, target)
  if (objection) throw new BookingProtected(objection, booking)
  return booking
}

function objectionTo(booking: CalcomBooking, target: Target): Protection | null {
  // The uid of a series leads to its first booking, and would end all of them.
  if (booking.uid !== target.uid) return 'series'
  const { startAt } = target
  if (target.by === 'repair') {
    if (target.attemptId === null || !carries(booking, target.attemptId)) return 'not_ours'
    if (booking.seriesUid !== undefined) return 'series'
    if (isShared(booking)) return 'other_people'
    if (isChanged(booking, target.knownAt)) return 'changed'
  }
  if (startAt !== null && booking.start !== undefined && booking.start.getTime() !== startAt.getTime())
    return 'moved'
  return null
}

/** The seat to give up; undefined for a booking that is this one person's alone. @throws BookingProtected */
function seatOf(booking: CalcomBooking, target: Target): string | undefined {
  if (target.by === 'repair' || !isShared(booking)) return undefined
  const person = { ...target, email: target.email ?? null }
  const seatUid = participantOf(booking, person)?.seatUid
  if (seatUid === undefined) throw new BookingProtected('other_people', booking)
  return seatUid
}

function carries(booking: CalcomBooking, attemptId: string): boolean {
  return [booking, ...booking.attendees].some(({ metadata }) => metadata?.booking_id === attemptId)
}

function isChanged({ updatedAt }: CalcomBooking, knownAt: Date | null): boolean {
  return updatedAt !== undefined && knownAt !== null && updatedAt.getTime() > knownAt.getTime() + sameChangeMs
}

/** Attendees and the guests they brought, each once. */
function peopleIn({ attendees, guests = [] }: Pick<CalcomBooking, 'attendees' | 'guests'>): number {
  const keys = attendees.map(
    ({ email, phoneNumber, name }, index) => email?.toLowerCase() ?? phoneNumber ?? name ?? `#${index}`,
  )
  return new Set([...keys, ...guests.map((guest) => guest.toLowerCase())]).size
}

function hasContact({ email, phoneNumber }: CalcomAttendee, phone: string | null, known: string | null) {
  const digits = /^(\d{8,15})@sms\.cal\.com$/.exec(email ?? '')?.[1]
  const number = phoneNumber ?? (digits && `+${digits}`)
  const samePhone = phone !== null && number !== undefined && normalisePhone(number) === phone
  return samePhone || (known !== null && email?.toLowerCase() === known.toLowerCase())
}

/** A look that fails has changed nothing, however it fails. */
async function read(api: Reading, uid: string, options: CallOptions): Promise<CalcomBooking> {
  try {
    return await api.fetchBooking({ uid }, options)
  } catch (error) {
    if (!(error instanceof CalcomError) || !error.mayHaveActed) throw error
    const { kind, reason, operation, status, retryAfterSeconds } = error
    throw new CalcomError({ kind, reason, operation, status, retryAfterSeconds, cause: error })
  }
}
