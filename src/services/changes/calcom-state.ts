/**
 * What became of a booking at Cal.com. A moved booking shows as cancelled with a successor, perhaps several in a row:
 * nobody is told that an appointment is gone before the chain has been followed (incident I-53).
 */
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import type { CalcomBooking } from '../../calcom/types.ts'

export type BookingState =
  /** It takes place as it was. */
  | { kind: 'standing'; booking: CalcomBooking }
  /** It was moved; `booking` is the last of the chain, which takes place, or itself when it was moved in place. */
  | { kind: 'moved'; booking: CalcomBooking & { start: Date } }
  /** It (or the last of its chain) does not take place. */
  | { kind: 'cancelled'; booking: CalcomBooking }
  /** Cal.com does not know it. */
  | { kind: 'absent' }
  /** No answer that settles it. */
  | { kind: 'unclear' }

const movesMax = 10

/**
 * Looks a booking up and follows its moves. Standing at another time than `knownStart` it was moved in place, which keeps its
 * uid. Never throws a CalcomError: no answer is `unclear`.
 */
export async function fetchBookingState(
  calcom: Pick<CalcomApi, 'fetchBooking'>,
  uid: string,
  options: CallOptions,
  knownStart: Date | null = null,
): Promise<BookingState> {
  try {
    let booking = await calcom.fetchBooking({ uid }, options)
    for (let moves = 0; moves < movesMax && isGone(booking) && booking.rescheduledToUid; moves += 1)
      booking = await calcom.fetchBooking({ uid: booking.rescheduledToUid }, options)
    if (isGone(booking))
      return booking.rescheduledToUid ? { kind: 'unclear' } : { kind: 'cancelled', booking }
    const { start } = booking
    const elsewhere = knownStart !== null && start !== undefined && start.getTime() !== knownStart.getTime()
    if (booking.uid === uid && !elsewhere) return { kind: 'standing', booking }
    return start === undefined ? { kind: 'unclear' } : { kind: 'moved', booking: { ...booking, start } }
  } catch (error) {
    if (!(error instanceof CalcomError)) throw error
    return { kind: error.kind === 'not_found' ? 'absent' : 'unclear' }
  }
}

/** Cal.com did not know the booking, and a moment later it did: that was no refusal, and asking again can help. */
export function deniedButStanding(error: unknown, state: BookingState): boolean {
  return state.kind === 'standing' && error instanceof CalcomError && error.kind === 'not_found'
}

function isGone(booking: CalcomBooking): boolean {
  return booking.status === 'cancelled' || booking.status === 'rejected'
}
