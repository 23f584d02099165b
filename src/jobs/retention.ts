/** Daily: forgets what companies need not keep any longer (services/privacy/retention.ts), and dead jobs with their payloads. */
import type { Pool } from 'pg'
import type { Clock } from '../lib/clock.ts'
import type { Retention } from '../services/privacy/retention.ts'
import type { Job } from './job.ts'

/** A job that used up its tries is kept this long for an operator to look at. */
const deadJobsKeptMs = 30 * 86_400_000

export const retention: Job<{
  retention: Pick<Retention, 'run'>
  pool: () => Pick<Pool, 'query'>
  clock: Clock
}> = {
  name: 'retention',
  timeoutMs: 1_800_000,
  async run({ retention, pool, clock }, _payload, signal) {
    const forgotten = await retention.run(signal)
    const { rowCount } = await pool().query(
      `DELETE FROM graphile_worker._private_jobs
        WHERE attempts >= max_attempts AND locked_at IS NULL AND run_at < $1`,
      [new Date(clock.now().getTime() - deadJobsKeptMs)],
    )
    return { ...forgotten, dead_jobs: rowCount ?? 0 }
  },
}
