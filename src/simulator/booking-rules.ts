/** Small rules of the booking desk: repetitions, reasons, bookings that cannot be changed any more. */
import type { CheckedBooking } from './booking-input.ts'
import { badRequest } from './errors.ts'
import { seated } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Booking, EventType } from './types.ts'

/** The nth repetition of a time. */
export function later({ recurrence }: EventType, at: number, nth: number): number {
  const { frequency, interval } = recurrence ?? { frequency: 'weekly', interval: 1 }
  const date = new Date(at)
  if (frequency === 'weekly') date.setUTCDate(date.getUTCDate() + 7 * interval * nth)
  else if (frequency === 'monthly') date.setUTCMonth(date.getUTCMonth() + interval * nth)
  else date.setUTCFullYear(date.getUTCFullYear() + interval * nth)
  return date.getTime()
}

export function isReasonRequired(eventType: EventType, isHost: boolean): boolean {
  const rule = eventType.requiresCancellationReason
  if (rule === 'MANDATORY_BOTH') return true
  return isHost ? rule === 'MANDATORY_HOST_ONLY' : rule === 'MANDATORY_ATTENDEE_ONLY'
}

export function refuseGone(booking: Booking): void {
  const { uid, rescheduledToUid } = booking
  if (rescheduledToUid !== undefined) {
    const moved = `it has been cancelled and rescheduled already to booking with uid=${rescheduledToUid}`
    throw badRequest(
      `Can't reschedule booking with uid=${uid} because ${moved}. You probably want to reschedule ${rescheduledToUid} instead.`,
    )
  }
  if (booking.status !== 'cancelled' && booking.status !== 'rejected') return
  const which = 'Please provide uid of a booking that is not cancelled.'
  throw badRequest(`Can't reschedule booking with uid=${uid} because it has been cancelled. ${which}`)
}

/** A booking as it is made. */
export function newBooking(
  state: SimulatorState,
  wish: CheckedBooking & { recurringUid?: string },
  { hostIds, status, now }: { hostIds: number[]; status: Booking['status']; now: number },
): Booking {
  const { eventType, start, end } = wish
  const uid = state.newUid()
  const host = state.hosts.get(hostIds[0] ?? 0)
  const { name, email, phoneNumber } = wish.attendee
  const notes = wish.responses.notes
  return {
    id: state.nextId(),
    uid,
    accountId: eventType.accountId,
    eventTypeId: eventType.id,
    title: String(wish.responses.title ?? `${eventType.title} between ${host?.name} and ${name}`),
    description: typeof notes === 'string' ? notes : '',
    hostIds,
    status,
    start,
    end,
    attendee: eventType.seatsPerTimeSlot === null ? wish.attendee : seated(wish.attendee, wish),
    more: [],
    recurringUid: wish.recurringUid,
    guests: wish.guests,
    metadata: wish.metadata,
    responses: {
      name,
      email,
      displayEmail: email,
      ...(phoneNumber ? { attendeePhoneNumber: phoneNumber } : {}),
      ...wish.responses,
      guests: wish.guests,
      displayGuests: wish.guests,
    },
    location: wish.location,
    cancellationReason: '',
    absentHost: false,
    createdAt: now,
    updatedAt: now,
    icsUid: `${uid}@Cal.com`,
    icsSequence: 0,
  }
}
