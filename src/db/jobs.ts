/**
 * Enqueues a background job in the transaction of the data it belongs to: both happen or neither. The database stamps the
 * company into the payload (`company_id`) and keeps the job keys of companies apart; see the migration.
 */
import type { Pool } from 'pg'
import { Prisma } from './generated/client.ts'
import type { Tx } from './tenancy.ts'

export type JobRequest = {
  /** The task's name, as the worker registers it. */
  task: string
  /** Plain JSON. Under `tenancy.asSystem` it names its company itself as `company_id`, or none. */
  payload: Record<string, unknown>
  /** A waiting job of the same company with this key is replaced, so that a fact is worked on once. */
  jobKey?: string
  /** Not before this instant; default: at once. */
  runAt?: Date
  /** Attempts in all with growing pauses; default 25. */
  maxAttempts?: number
}

/** Adds a job when (and only when) the transaction commits. */
export async function enqueueJob(tx: Tx, job: JobRequest): Promise<void> {
  await tx.$executeRaw`SELECT ${enqueuing(job)}`
}

/** The same as part of a statement that writes the data, for where a round trip counts. */
export function enqueuing(job: JobRequest): Prisma.Sql {
  return Prisma.sql`gateway_enqueue_job(${job.task}::text, ${JSON.stringify(job.payload)}::json,
    ${job.jobKey ?? null}::text, ${job.runAt ?? null}::timestamptz, ${job.maxAttempts ?? null}::int)`
}

/** Jobs by state: due or later (`waiting`), `running`, and those that used up their attempts (`failed`). */
export type JobCount = { state: 'waiting' | 'running' | 'failed'; count: number; oldestSeconds: number }

/** Counts the jobs of the queue; `pool` is the worker's. A waiting job's age counts from when it was due. */
export async function countJobs(pool: Pick<Pool, 'query'>): Promise<JobCount[]> {
  const { rows } = await pool.query<JobCount>(`
    SELECT state, count(job.id)::int AS count,
           greatest(0, coalesce(extract(epoch FROM now() - min(coalesce(job.locked_at, job.run_at))), 0))::float AS "oldestSeconds"
      FROM unnest(ARRAY['waiting', 'running', 'failed']) AS state
      LEFT JOIN graphile_worker._private_jobs job
        ON state = CASE WHEN job.attempts >= job.max_attempts AND job.locked_at IS NULL THEN 'failed'
                        WHEN job.locked_at IS NOT NULL THEN 'running' ELSE 'waiting' END
     GROUP BY state`)
  return rows
}
