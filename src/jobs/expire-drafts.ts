/** Ends drafts whose time is over and gives their holds back. */
import type { BookingService } from '../services/booking/booking.ts'
import type { VisitService } from '../services/visits/visits.ts'
import type { Job } from './job.ts'

export const expireDrafts: Job<{
  booking: Pick<BookingService, 'expireDrafts'>
  visits: Pick<VisitService, 'closeEnded'>
}> = {
  name: 'expire_drafts',
  run: async ({ booking, visits }) => ({
    expired: await booking.expireDrafts(),
    visits: await visits.closeEnded(),
  }),
}
