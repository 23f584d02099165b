/** When jobs are due by themselves: cron lines in UTC, one waiting run of each at most. */
import type { ScheduledJob } from './cron.ts'

export const schedule: readonly ScheduledJob[] = [
  { name: 'settle_leases', cron: '* * * * *' },
  { name: 'expire_drafts', cron: '* * * * *' },
  { name: 'send_mail', cron: '* * * * *' },
  { name: 'keep_figures', cron: '* * * * *' },
  { name: 'reconcile', cron: '*/5 * * * *' },
  { name: 'sync_to_calcom', cron: '*/5 * * * *' },
  { name: 'delete_at_vendors', cron: '*/10 * * * *' },
  { name: 'import_event_types', cron: '17 * * * *' },
  { name: 'orphaned_booking_cleanup', cron: '5 * * * *' },
  { name: 'retention', cron: '40 2 * * *' },
]
