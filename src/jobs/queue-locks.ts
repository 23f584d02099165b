/**
 * Locks of jobs that live as long as their worker. graphile-worker frees the jobs of a dead worker after four hours; here a
 * running job's lock is renewed every few seconds, and one that was not renewed for `lockMs` is freed by whoever looks next. A
 * process that stands still for longer may run a job that another one has taken over: jobs are idempotent.
 */
import type { Pool } from 'pg'

/** Long enough for a busy event loop, short enough for "a minute at most" together with the next look. */
export const lockMs = 40_000
export const renewEveryMs = 8_000

/** Renews the locks of the jobs this process works on. */
export async function renewLocks(pool: Pick<Pool, 'query'>, jobIds: readonly string[]): Promise<void> {
  if (jobIds.length === 0) return
  await pool.query(
    `UPDATE graphile_worker._private_jobs SET locked_at = now() WHERE id = ANY($1::bigint[]) AND locked_by IS NOT NULL`,
    [jobIds],
  )
}

/**
 * Frees the jobs of workers that stopped renewing. Being killed is no failure of the job: the try is given back, but out of
 * the job's whole allowance, so that one which kills its workers ends some day. Out: how many were freed.
 */
export async function freeAbandoned(pool: Pick<Pool, 'query'>, abandonedAfterMs: number): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE graphile_worker._private_jobs
        SET locked_at = NULL, locked_by = NULL, run_at = least(run_at, now()),
            attempts = greatest(attempts - 1, 0), max_attempts = greatest(max_attempts - 1, 1)
      WHERE locked_at < now() - make_interval(secs => $1)`,
    [abandonedAfterMs / 1000],
  )
  return rowCount ?? 0
}

/** The tries of a job are over: it stays in the queue as failed, for people to look at, and runs no more. */
export async function exhaust(pool: Pick<Pool, 'query'>, jobId: string): Promise<void> {
  await pool.query(
    'UPDATE graphile_worker._private_jobs SET max_attempts = attempts WHERE id = $1::bigint AND max_attempts > attempts',
    [jobId],
  )
}

/**
 * Makes jobs due whose time has come by `now`, which may run ahead of the database's own clock. With `retries` also those that
 * wait for their next try. Out: how many.
 */
export async function makeDue(
  pool: Pick<Pool, 'query'>,
  now: Date,
  { retries }: { retries: boolean },
): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE graphile_worker._private_jobs SET run_at = now()
      WHERE is_available AND run_at > now() AND run_at <= $1 AND (attempts = 0 OR $2)`,
    [now, retries],
  )
  return rowCount ?? 0
}
