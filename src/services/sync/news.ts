/**
 * What Cal.com says of a booking, whoever brought it: a webhook or an answer to our own question. One form for both, so that
 * one set of rules decides what it means (apply.ts). Pure.
 */
import type { CalcomBooking, CalcomBookingStatus } from '../../calcom/types.ts'
import type { CalcomWebhookEvent } from '../../calcom/webhook.ts'

export interface BookingNews {
  /** `state`: this is how the booking is. The others are events of a booking that go on from there. */
  kind: 'state' | 'ended' | 'no_show' | 'show'
  booking: CalcomBooking
  /** When Cal.com said so; undefined when it did not say. */
  at?: Date
  /** The host cancelled and asks the guest for another time. */
  rescheduleRequested: boolean
}

const statuses: Partial<Record<CalcomWebhookEvent['kind'], CalcomBookingStatus>> = {
  created: 'accepted',
  confirmed: 'accepted',
  rescheduled: 'accepted',
  requested: 'pending',
  cancelled: 'cancelled',
  rejected: 'rejected',
}

/** A webhook as news; undefined for one that changes nothing here (PING, forms, recordings, a meeting that begins). */
export function newsFromWebhook(event: CalcomWebhookEvent): BookingNews | undefined {
  const { uid, sentAt, kind } = event
  if (uid === undefined) return undefined
  const common = { at: sentAt, rescheduleRequested: event.rescheduleRequested }
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

/** An answer of Cal.com's as news. */
export function newsFromBooking(booking: CalcomBooking): BookingNews {
  const absent = booking.attendees.some((attendee) => attendee.absent === true)
  return {
    kind: absent && isLive(booking) ? 'no_show' : 'state',
    booking,
    at: booking.updatedAt ?? booking.createdAt,
    rescheduleRequested: false,
  }
}

/** Whether the booking takes place (or will, once confirmed). */
export function isLive(booking: Pick<CalcomBooking, 'status'>): boolean {
  return booking.status === 'accepted' || booking.status === 'pending'
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
