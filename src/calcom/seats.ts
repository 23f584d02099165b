/**
 * Seats of a booking that several people share, each as a booking of its own: one person's place, with a uid that names the booking and
 * the seat. Everything behind the client (attempts, rows, repairs) so deals with one person at a time, and whatever it ends or
 * moves is that person's seat and nobody else's (calendar.md 1, 2, 4).
 */
import type { CalcomBooking } from './types.ts'

/** Stands in neither of the two. */
const joint = '~'

/** The uid of one person's seat. */
function seatRef(bookingUid: string, seatUid: string): string {
  return `${bookingUid}${joint}${seatUid}`
}

/** Booking and seat of such a uid; null for that of a whole booking. */
export function readSeatRef(uid: string): { bookingUid: string; seatUid: string } | null {
  const at = uid.indexOf(joint)
  return at < 0 ? null : { bookingUid: uid.slice(0, at), seatUid: uid.slice(at + 1) }
}

/** How the uids of all seats of a booking begin. */
export function seatsBegin(bookingUid: string): string {
  return `${bookingUid}${joint}`
}

/** Everybody's seat; the booking itself where it has none. */
export function seatsOf(booking: CalcomBooking): CalcomBooking[] {
  const seats = booking.attendees.flatMap(({ seatUid }) => (seatUid === undefined ? [] : [seatUid]))
  return seats.length === 0 ? [booking] : seats.map((seatUid) => seatIn(booking, seatUid))
}

/**
 * One seat of a booking. One that is not in it any more is cancelled; where Cal.com names nobody it may be there all the same.
 */
export function seatIn(booking: CalcomBooking, seatUid: string): CalcomBooking {
  const attendee = booking.attendees.find((one) => one.seatUid === seatUid)
  const { uid, rescheduledFromUid, rescheduledToUid, attendees } = booking
  const isGone = attendee === undefined && attendees.some((one) => one.seatUid !== undefined)
  const elsewhere = (other: string | undefined) => (other === undefined ? undefined : seatRef(other, seatUid))
  return {
    ...booking,
    uid: seatRef(uid, seatUid),
    group: { uid },
    status: isGone ? 'cancelled' : booking.status,
    attendees: attendee ? [attendee] : [],
    guests: [],
    metadata: attendee?.metadata,
    rescheduledFromUid: elsewhere(rescheduledFromUid),
    rescheduledToUid: elsewhere(rescheduledToUid),
  }
}

/** An answer to a booking or a move, which may be about one seat. */
export function asAnswered(booking: CalcomBooking, seatUid = booking.seatUid): CalcomBooking {
  return seatUid === undefined ? booking : seatIn(booking, seatUid)
}

/** A seat that has gone to another booking. */
export function seatMoved(gone: CalcomBooking, seatUid: string, there: CalcomBooking): CalcomBooking {
  return { ...gone, rescheduledToUid: seatRef(there.uid, seatUid) }
}
