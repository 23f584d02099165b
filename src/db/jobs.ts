/**
 * Enqueues a background job in the transaction of the data it belongs to: both happen or neither. The database stamps the
 * company into the payload (`company_id`) and keeps the job keys of companies apart; see the migration.
 */
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
  await tx.$executeRaw`SELECT gateway_enqueue_job(${job.task}::text, ${JSON.stringify(job.payload)}::json,
    ${job.jobKey ?? null}::text, ${job.runAt ?? null}::timestamptz, ${job.maxAttempts ?? null}::int)`
}
