/** Ends drafts whose time is over and gives their holds back. */
import type { BookingService } from '../services/booking/booking.ts'
import type { Job } from './job.ts'

export const expireDrafts: Job<{ booking: Pick<BookingService, 'expireDrafts'> }> = {
  name: 'expire_drafts',
  run: async ({ booking }) => ({ expired: await booking.expireDrafts() }),
}
