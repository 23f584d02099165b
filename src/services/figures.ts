/**
 * The figures of the whole installation, for metrics: calls and conversion of the last day, week and month, and everything that
 * waits or died. Read across companies in the read-only report role: counts only, nothing of anybody.
 */

import type { Database } from '../db/database.ts'
import { countJobs } from '../db/jobs.ts'
import type { Clock } from '../lib/clock.ts'
import type { Figures } from '../lib/metrics.ts'

interface Deps {
  database: Pick<Database, 'workerPool'> & { tenancy: Pick<Database['tenancy'], 'asReport'> }
  clock: Clock
}

type WindowRow = {
  window: 'day' | 'week' | 'month'
  calls: number
  booked: number
  seconds: number | null
  cents: number | null
}
type QueueRow = { queue: string; state: string; count: number; oldest: number | null }

/** Scrapers may come as often as they like; the tables are read this seldom. */
const keepMs = 15_000
const statementTimeoutMs = 3_000

export class FiguresService {
  readonly #deps: Deps
  #last: { readAtMs: number; figures: Promise<Figures | null> } | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The figures, at most 15 s old; null when the database does not answer. */
  load(): Promise<Figures | null> {
    const nowMs = this.#deps.clock.now().getTime()
    if (this.#last === null || nowMs - this.#last.readAtMs >= keepMs || nowMs < this.#last.readAtMs)
      this.#last = { readAtMs: nowMs, figures: this.#read().catch(() => null) }
    return this.#last.figures
  }

  async #read(): Promise<Figures> {
    const now = this.#deps.clock.now()
    const [windows, queues] = await this.#deps.database.tenancy.asReport(
      async (tx) => {
        const windowRows = await tx.$queryRaw<WindowRow[]>`
          SELECT w.name AS "window", count(c.id)::int AS calls, count(c.id) FILTER (WHERE c.appointment_made)::int AS booked,
                 avg(c.duration_sec)::float AS seconds, avg(c.cost_eur_cents)::float AS cents
            FROM (VALUES ('day', interval '1 day'), ('week', interval '7 days'), ('month', interval '30 days')) AS w (name, span)
            LEFT JOIN calls c ON c.created_at >= ${now}::timestamptz - w.span AND c.created_at >= ${now}::timestamptz - interval '30 days'
           GROUP BY w.name`
        const queueRows = await tx.$queryRaw<QueueRow[]>`
          SELECT queue, state, count(entry)::int AS count, extract(epoch FROM ${now}::timestamptz - min(entry))::float AS oldest
            FROM (VALUES ('inbox', 'received'), ('inbox', 'failed'), ('inbox', 'dead'), ('mail', 'pending'), ('mail', 'failed'),
                         ('booking', 'executing'), ('booking', 'unknown'), ('appointment', 'cancel_pending'), ('callback', 'open'),
                         ('callback', 'overdue'))
                 AS known (queue, state)
            LEFT JOIN (
              SELECT 'inbox' AS queue, status AS state, received_at AS entry FROM webhook_events
               WHERE status IN ('received', 'failed', 'dead')
              UNION ALL SELECT 'mail', state, created_at FROM mail_outbox WHERE state IN ('pending', 'failed')
              UNION ALL SELECT 'booking', state, coalesce(executed_at, updated_at) FROM booking_attempts WHERE state IN ('executing', 'unknown')
              UNION ALL SELECT 'appointment', sync_state, updated_at FROM appointments WHERE sync_state <> 'in_sync'
              UNION ALL SELECT 'callback', status, created_at FROM callback_requests WHERE status = 'open'
              -- Past the promised time, or a day old where no time was promised.
              UNION ALL SELECT 'callback', 'overdue', due FROM (
                SELECT coalesce(preferred_to, created_at + interval '1 day') AS due FROM callback_requests WHERE status = 'open'
              ) AS promised WHERE due < ${now}::timestamptz
            ) AS waiting USING (queue, state)
           GROUP BY queue, state`
        return [windowRows, queueRows] as const
      },
      { statementTimeoutMs },
    )
    const jobs = await countJobs(this.#deps.database.workerPool())
    return {
      windows: windows.map(({ window, calls, booked, seconds, cents }) => ({
        window,
        calls,
        booked,
        durationSeconds: seconds,
        costEur: cents === null ? null : cents / 100,
      })),
      queues: [
        ...queues.map(({ queue, state, count, oldest }) => ({
          queue,
          state,
          count,
          oldestSeconds: Math.max(0, oldest ?? 0),
        })),
        ...jobs.map((job) => ({ queue: 'jobs', ...job })),
      ],
    }
  }
}
