/**
 * What Cal.com says of a booking, whoever brought it: a webhook or an answer to our own question. One form for both, so that
 * one set of rules decides what it means (apply.ts). Pure.
 */

import type { CalcomBooking, CalcomBookingStatus } from '../../calcom/types.ts'
import type { CalcomWebhookEvent } from '../../calcom/webhook.ts'
import { outsideText } from '../../lib/outside-text.ts'
import { isLiveBooking } from '../booking/whose.ts'

export interface BookingNews {
  /** `state`: this is how the booking is. The others are events of a booking that go on from there. */
  kind: 'state' | 'ended' | 'no_show' | 'show'
  booking: CalcomBooking
  /** When Cal.com said so; undefined when it did not say. */
  at?: Date
  /** Brought by a webhook: what it says of the people in the booking may be about one of them only. */
  told?: {
    /** Moved, says the event, whatever uid it is moved from. */
    moved: boolean
    shared?: boolean
  }
  /** The host cancelled and asks the guest for another time. */
  rescheduleRequested: boolean
}

/** What came of a piece of news. */
export interface Applied {
  kind: 'created' | 'changed' | 'known' | 'old' | 'ignored'
  /** Why it was ignored, or what else there is to say; a code. */
  reason?: string
}

const statuses: Partial<Record<CalcomWebhookEvent['kind'], CalcomBookingStatus>> = {
  created: 'accepted',
  confirmed: 'accepted',
  rescheduled: 'accepted',
  requested: 'pending',
  cancelled: 'cancelled',
  rejected: 'rejected',
}

/**
 * A webhook as news; undefined for one that changes nothing here (PING, forms, recordings, a meeting that begins).
 * `uid`: of the booking it is about, where the event itself does not name it.
 */
export function newsFromWebhook(event: CalcomWebhookEvent, known?: string): BookingNews | undefined {
  const { sentAt, kind } = event
  const uid = event.uid ?? known
  if (uid === undefined) return undefined
  const told = { moved: kind === 'rescheduled', shared: event.shared }
  const common = { at: sentAt, rescheduleRequested: event.rescheduleRequested, told }
  if (kind === 'meeting_ended')
    return { ...common, kind: 'ended', booking: bookingOf(event, uid, 'accepted') }
  if (kind === 'no_show') {
    const absent = event.attendees.some((attendee) => attendee.noShow === true)
    const kindOf = absent ? 'no_show' : 'show'
    return { ...common, kind: kindOf, booking: bookingOf(event, uid, 'accepted') }
  }
  const usual = statuses[kind]
  if (usual === undefined) return undefined
  // The name of the event decides what is over; for the rest the booking's own status may say that it waits for the host.
  const over = usual === 'cancelled' || usual === 'rejected' || usual === 'pending'
  const status = over || event.status === undefined ? usual : event.status
  return { ...common, kind: 'state', booking: bookingOf(event, uid, status) }
}

/** Whether an event changes a booking, whatever it names it by. */
export function isAboutBooking({ kind }: CalcomWebhookEvent): boolean {
  return statuses[kind] !== undefined || kind === 'meeting_ended' || kind === 'no_show'
}

/** An answer of Cal.com's as news. */
export function newsFromBooking(booking: CalcomBooking): BookingNews {
  const absent = booking.attendees.some((attendee) => attendee.absent === true)
  return {
    kind: absent && isLiveBooking(booking) ? 'no_show' : 'state',
    booking,
    at: booking.updatedAt ?? booking.createdAt,
    rescheduleRequested: false,
  }
}

/** Why it was cancelled, as somebody typed it; null when nothing is left of it. */
export function reasonOf({ cancellationReason }: CalcomBooking): string | null {
  return outsideText(cancellationReason ?? '', 500) || null
}

/** A booking changed later than this after it was made has been changed by somebody. */
const madeWithinMs = 5_000

/** Moved in place, a booking is named as the one it was moved from. */
export function notItsOwnSuccessor(booking: CalcomBooking): CalcomBooking {
  const { uid, rescheduledFromUid, rescheduledToUid } = booking
  if (rescheduledFromUid !== uid && rescheduledToUid !== uid) return booking
  return {
    ...booking,
    rescheduledFromUid: rescheduledFromUid === uid ? undefined : rescheduledFromUid,
    rescheduledToUid: rescheduledToUid === uid ? undefined : rescheduledToUid,
  }
}

/** Told as a move, or changed since it was made. */
export function wasMoved({ told }: BookingNews, { createdAt, updatedAt }: CalcomBooking): boolean {
  const changed =
    createdAt !== undefined &&
    updatedAt !== undefined &&
    updatedAt.getTime() - createdAt.getTime() > madeWithinMs
  return told?.moved === true || changed
}

function bookingOf(event: CalcomWebhookEvent, uid: string, status: CalcomBookingStatus): CalcomBooking {
  const phone =
    event.responses.attendeePhoneNumber ?? event.responses.smsReminderNumber ?? event.responses.phone
  return {
    id: event.bookingId,
    uid,
    status,
    title: event.title,
    start: event.start,
    end: event.end,
    eventTypeId: event.eventTypeId,
    hosts: event.organizer ? [event.organizer] : [],
    attendees: event.attendees.map((attendee, index) => ({
      name: attendee.name,
      email: attendee.email,
      phoneNumber: attendee.phoneNumber ?? (index === 0 ? phone : undefined),
      timeZone: attendee.timeZone,
      absent: attendee.noShow,
    })),
    metadata: event.metadata,
    location: event.location,
    hostAbsent: false,
    cancellationReason: event.cancellationReason,
    rescheduledFromUid: event.rescheduledFromUid,
    updatedAt: event.sentAt,
  }
}
