/** News of a booking that was believed on a short answer, and is not where it was told. */
import type { CalcomBooking } from '../../calcom/types.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import type { AttemptStore } from '../attempts.ts'
import type { BookingService } from '../booking/booking.ts'

type Deps = { attempts: Pick<AttemptStore, 'load'>; booking: Pick<BookingService, 'settle'> }

/**
 * Whether the attempt of this booking had been believed unseen and was looked at now, so that what it means has to be found out
 * once more. Cal.com may have booked another time than was told, which is no move by the business.
 * @throws TryAgainLater while that cannot be found out
 */
export async function isVerifiedNow(
  { attempts, booking }: Deps,
  companyId: number,
  { metadata }: CalcomBooking,
): Promise<boolean> {
  const attempt = metadata?.booking_id ? await attempts.load(companyId, metadata.booking_id) : null
  if (attempt?.state !== 'booked' || attempt.verifyAt === null) return false
  if ((await booking.settle(attempt.id, companyId)) === 'later')
    throw new TryAgainLater('own_request_under_way')
  return true
}
