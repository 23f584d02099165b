/**
 * The nightly comparison of everything (guide: OrphanedBookingCleanup, 02:00 Berlin): bookings of ours that nobody wrote down
 * are adopted or cancelled, appointments without a booking end. Cron knows only UTC, so it ticks hourly and does each
 * company once per Berlin date; a company that failed is tried again with the next tick.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../db/tenancy.ts'
import { clockTimeOf, localDayOf } from '../german/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Consistency } from '../services/sync/consistency.ts'
import { loadMark, saveMark } from '../services/sync/marks.ts'
import type { BookingOwners } from '../services/sync/owners.ts'
import type { Job } from './job.ts'

const zone = 'Europe/Berlin'
/** On the day that skips two o'clock the first moment after it is three. */
const notBefore = '02:00'

export const orphanedBookingCleanup: Job<{
  tenancy: Pick<Tenancy, 'run'>
  owners: Pick<BookingOwners, 'loadCompanies'>
  consistency: Pick<Consistency, 'repair'>
  clock: Clock
  log: Pick<Logger, 'warn'>
}> = {
  name: 'orphaned_booking_cleanup',
  timeoutMs: 600_000,
  async run({ tenancy, owners, consistency, clock, log }, _payload, signal) {
    const now = clock.now()
    const day = localDayOf(now, zone)
    const report = { companies: 0, found: 0, repaired: 0, failed: 0 }
    if (clockTimeOf(now, zone) < notBefore) return report
    for (const { id } of await owners.loadCompanies()) {
      if (signal.aborted) throw signal.reason
      const done = await tenancy.run(id, (tx) => loadMark(tx, id, 'orphan_cleanup_day'))
      if (done !== null && done >= day) continue
      try {
        const { found, repaired } = await consistency.repair(id, signal)
        await tenancy.run(id, (tx) => saveMark(tx, id, 'orphan_cleanup_day', day))
        report.companies += 1
        report.found += found
        report.repaired += repaired
      } catch (error) {
        report.failed += 1
        log.warn({ component: 'jobs', companyId: id, err: error }, 'a company could not be compared')
      }
    }
    return report
  },
}
