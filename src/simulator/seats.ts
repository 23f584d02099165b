/**
 * Bookings that several people share: seats of a seated event type (each attendee has a uid and metadata of their own, the
 * booking has none), and attendees whom the business adds to anybody's booking. Who cancels what is calcom.md §2.5.
 */
import { randomUUID } from 'node:crypto'
import { badRequest, notFound, VendorError } from './errors.ts'
import type { SimulatorState } from './state.ts'
import type { Attendee, Booking, EventType } from './types.ts'

/** Everybody in the booking, the first one first. */
export function everybodyIn(booking: Booking): Attendee[] {
  return [booking.attendee, ...booking.more]
}

/** The live booking of a seated event type at exactly that start, full or not. */
export function groupAt(state: SimulatorState, eventType: EventType, start: number): Booking | undefined {
  if (eventType.seatsPerTimeSlot === null) return undefined
  return [...state.bookings.values()].find(
    (booking) =>
      booking.eventTypeId === eventType.id &&
      booking.start === start &&
      (booking.status === 'accepted' || booking.status === 'pending'),
  )
}

export function seatsLeft(eventType: EventType, group: Booking): number {
  return (eventType.seatsPerTimeSlot ?? 0) - everybodyIn(group).length
}

/** Starts inside [from, to] at which a group has seats left. */
export function startsWithSeats(
  state: SimulatorState,
  eventType: EventType,
  from: number,
  to: number,
): number[] {
  if (eventType.seatsPerTimeSlot === null) return []
  return [...state.bookings.values()].flatMap((booking) => {
    const isGroup = groupAt(state, eventType, booking.start) === booking
    const inRange = booking.start >= from && booking.start <= to
    return isGroup && inRange && seatsLeft(eventType, booking) > 0 ? [booking.start] : []
  })
}

/** An attendee with a seat of their own, which holds what was said when it was taken. */
export function seated(
  attendee: Attendee,
  taken: { metadata: Record<string, unknown>; responses: Record<string, unknown> },
): Attendee {
  return { ...attendee, seatUid: randomUUID(), ...taken }
}

/** @throws VendorError when every seat is taken */
export function takeSeat(eventType: EventType, group: Booking, attendee: Attendee): void {
  if (seatsLeft(eventType, group) <= 0)
    throw new VendorError(409, 'No more seats left at this seated booking.')
  group.more.push(attendee)
}

/** Whose place a cancellation names: one seat, or (undefined) all of them, which only the host may end. */
export function seatNamed(booking: Booking, seatUid: unknown, isHost: boolean): Attendee | undefined {
  const isSeated = booking.attendee.seatUid !== undefined
  if (seatUid === undefined) {
    if (!isSeated || isHost) return undefined
    throw badRequest(`Booking with uid=${booking.uid} is a seated booking. Please provide seatUid.`)
  }
  const seat = everybodyIn(booking).find((attendee) => attendee.seatUid === seatUid)
  if (!seat) throw notFound(`Seat with uid=${String(seatUid)} not found`)
  return seat
}

/** Takes one attendee out; false when it was the last one. */
export function leave(booking: Booking, attendee: Attendee): boolean {
  const rest = everybodyIn(booking).filter((other) => other !== attendee)
  const [first, ...more] = rest
  if (!first) return false
  booking.attendee = first
  booking.more = more
  return true
}
