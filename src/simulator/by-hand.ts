/**
 * What the business changes in a booking by hand, at the same time as before. Cal.com tells nobody of it, except where it says that the booking
 * was rescheduled.
 */
import type { SimulatorClock } from './clock.ts'
import type { SimulatorState } from './state.ts'
import type { Booking } from './types.ts'
import { bookingBody } from './webhook-payloads.ts'
import type { WebhookSender } from './webhooks.ts'

export interface ByHand {
  /** Another length, in minutes. */
  minutes?: number
  /** Another host. */
  hostId?: number
  /** Changes of the attendee. */
  attendee?: { name?: string; email?: string; phoneNumber?: string }
  /** Whether BOOKING_RESCHEDULED tells of it; default: nobody is told. */
  told?: boolean
}

/** Writes the changes into a live booking, and tells of them where asked to. */
export async function changeByHand(
  { state, clock, webhooks }: { state: SimulatorState; clock: SimulatorClock; webhooks: WebhookSender },
  booking: Booking,
  { minutes, hostId, attendee, told = false }: ByHand,
): Promise<Booking> {
  if (minutes !== undefined) booking.end = booking.start + minutes * 60_000
  if (hostId !== undefined) booking.hostIds = [hostId]
  booking.attendee = { ...booking.attendee, ...attendee }
  booking.updatedAt = clock.nowMs()
  if (told) {
    const content = bookingBody(state, 'BOOKING_RESCHEDULED', booking, clock.now())
    await webhooks.send(booking.accountId, 'BOOKING_RESCHEDULED', content, booking.uid)
  }
  return booking
}
