/**
 * Makes jobs due by the clock. graphile-worker's own cron ends the whole process when PostgreSQL is gone at a full minute (an
 * unhandled rejection, found by the chaos run); this one tries again. Several processes may tick: each minute of a job counts once.
 */
import { type ParsedCronItem, parseCronItems } from 'graphile-worker'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../lib/clock.ts'

/** When a job is due by itself: a cron line in UTC. */
export interface ScheduledJob {
  name: string
  cron: string
}

export interface CronOptions {
  schedule: readonly ScheduledJob[]
  pool: () => Pick<Pool, 'query'>
  clock: Clock
  log: Pick<Logger, 'debug'>
}

const minuteMs = 60_000
const lookEveryMs = 1_000
/** After a longer outage only the last minutes are caught up with. */
const minutesBackMax = 5

/** One waiting run of a job is enough, however long the last one takes. */
const enqueueSql = `
  WITH due AS (
    INSERT INTO graphile_worker._private_known_crontabs AS known (identifier, known_since, last_execution)
    VALUES ($1, $2, $2)
    ON CONFLICT (identifier) DO UPDATE SET last_execution = EXCLUDED.last_execution
      WHERE known.last_execution IS NULL OR known.last_execution < EXCLUDED.last_execution
    RETURNING identifier
  )
  SELECT graphile_worker.add_job(identifier, '{}'::json, job_key => 'schedule:' || identifier, job_key_mode => 'preserve_run_at')
  FROM due`

export class Cron {
  readonly #options: CronOptions
  readonly #items: ParsedCronItem[]
  #timer: NodeJS.Timeout | undefined
  #doneMinute = 0
  #ticking: Promise<void> = Promise.resolve()

  constructor(options: CronOptions) {
    this.#options = options
    this.#items = parseCronItems(options.schedule.map(({ name, cron }) => ({ task: name, match: cron })))
  }

  /** Begins with the next full minute. */
  start(): void {
    if (this.#timer) return
    const { clock } = this.#options
    this.#doneMinute = minuteOf(clock.now())
    this.#timer = setInterval(() => {
      this.#ticking = this.#ticking.then(() => this.#catchUp(clock.now()))
    }, lookEveryMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#ticking
  }

  /** Every minute that passed since the last one done; what fails is tried again at the next look. */
  async #catchUp(now: Date): Promise<void> {
    const { pool, log } = this.#options
    const current = minuteOf(now)
    try {
      for (
        let minute = Math.max(this.#doneMinute + 1, current - minutesBackMax);
        minute <= current;
        minute += 1
      ) {
        const at = new Date(minute * minuteMs)
        for (const { task } of this.#items.filter((item) => item.match(digestOf(at)))) {
          await pool().query(enqueueSql, [task, at])
        }
        this.#doneMinute = minute
      }
    } catch (error) {
      log.debug({ component: 'jobs', err: error }, 'scheduled jobs wait for the database')
    }
  }
}

function minuteOf(instant: Date): number {
  return Math.floor(instant.getTime() / minuteMs)
}

function digestOf(at: Date) {
  return {
    min: at.getUTCMinutes(),
    hour: at.getUTCHours(),
    date: at.getUTCDate(),
    month: at.getUTCMonth() + 1,
    dow: at.getUTCDay(),
  }
}
