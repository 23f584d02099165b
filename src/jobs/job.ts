/**
 * A job is data plus `run`: what it needs comes in as `deps`, what to work on as `payload`, and when to stop as `signal`. Jobs
 * are delivered at least once, so each of them may be repeated at any point without a second effect.
 */
import { z } from 'zod'

/** The JSON a job was enqueued with; a tenant's jobs carry `company_id`, stamped by the database. */
export type JobPayload = Readonly<Record<string, unknown>>

export interface Job<Deps> {
  /** The task's name, as `enqueueJob` uses it. */
  readonly name: string
  /** Tries in all, with growing pauses; `triesMax` unless told. */
  readonly maxAttempts?: number
  /** A try is aborted after this; `timeoutMs` unless told. */
  readonly timeoutMs?: number
  /**
   * Does the work. Resolves with a word or a few counts for the log (no personal data); a rejection makes the queue try again.
   * `signal` aborts when the time is up or the process stops: begin nothing new then.
   */
  run(deps: Deps, payload: JobPayload, signal: AbortSignal): Promise<JobReport>
}

/** What a run says of itself: for the log and metrics. */
export type JobReport = Readonly<Record<string, string | number | boolean>> | string | undefined

export const triesMax = 3
export const timeoutMs = 90_000

const companyPayload = z.looseObject({ company_id: z.int().positive() })

/** The company a job belongs to. @throws when the payload has none: such a job can only be a mistake */
export function companyOf(payload: JobPayload): number {
  return companyPayload.parse(payload).company_id
}
