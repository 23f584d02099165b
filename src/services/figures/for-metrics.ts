/**
 * The figures of the whole installation, for metrics: calls and conversion of today, the last week and month, and everything that
 * waits or died. Read across companies in the read-only report role: counts only, nothing of anybody. Past calls are read from the
 * figures kept per day, so this costs the same however many calls there were.
 */

import type { Database } from '../../db/database.ts'
import { Prisma } from '../../db/generated/client.ts'
import { countJobs } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Figures } from '../../lib/metrics.ts'

interface Deps {
  database: Pick<Database, 'workerPool'> & { tenancy: Pick<Database['tenancy'], 'asReport'> }
  clock: Clock
  /** How many companies get series of their own: those with the most calls; 0 none. */
  companiesMax: number
}

type WindowRow = {
  window: 'day' | 'week' | 'month'
  calls: number
  booked: number
  seconds: number | null
  cents: number | null
}
type CompanyRow = { companyId: number; calls: number; booked: number; cents: number }
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
    const { companiesMax } = this.#deps
    const [windows, companies, queues] = await this.#deps.database.tenancy.asReport(
      async (tx) => {
        const windowRows = await loadWindows(tx, now)
        const companyRows = companiesMax === 0 ? [] : await loadCompanies(tx, now, companiesMax)
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
        return [windowRows, companyRows, queueRows] as const
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
      companies: companies.map(({ companyId, calls, booked, cents }) => ({
        companyId,
        calls,
        booked,
        costEur: cents / 100,
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

/** Today and the 6 or 29 days before it, by the company's own clock, from what is kept per day. */
function loadWindows(tx: Tx, now: Date): Promise<WindowRow[]> {
  return tx.$queryRaw<WindowRow[]>`
    SELECT w.name AS "window", coalesce(sum(f.calls), 0)::int AS calls, coalesce(sum(f.booked), 0)::int AS booked,
           (sum(f.seconds) / nullif(sum(f.calls_with_seconds), 0))::float AS seconds,
           (sum(f.cost_eur_cents) / nullif(sum(f.calls_with_cost), 0))::float AS cents
      FROM (VALUES ('day', 1), ('week', 7), ('month', 30)) AS w (name, days)
      LEFT JOIN (${daysUntil(now)}) AS f ON f.ago < w.days
     GROUP BY w.name`
}

/** The companies with the most calls of the last 30 days, for series of their own. */
function loadCompanies(tx: Tx, now: Date, companiesMax: number): Promise<CompanyRow[]> {
  return tx.$queryRaw<CompanyRow[]>`
    SELECT f.company_id AS "companyId", sum(f.calls)::int AS calls, sum(f.booked)::int AS booked, sum(f.cost_eur_cents)::float AS cents
      FROM (${daysUntil(now)}) AS f WHERE f.ago < 30
     GROUP BY f.company_id ORDER BY 2 DESC, 1 LIMIT ${companiesMax}`
}

/** The days of a month that may count, each with how many days ago it was for its company. */
function daysUntil(now: Date): Prisma.Sql {
  return Prisma.sql`
    SELECT f.*, (${now}::timestamptz AT TIME ZONE c.time_zone)::date - f.day AS ago
    FROM call_figures f JOIN companies c ON c.id = f.company_id
    WHERE f.day > (${now}::timestamptz)::date - 32`
}
