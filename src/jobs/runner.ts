/**
 * Runs jobs on graphile-worker, which keeps them in PostgreSQL next to the data they belong to. At least once, in any process;
 * a try has a time and can be cancelled; a job that fails too often stays visible as failed. The queue survives a
 * restarted database and a killed process (queue-locks.ts). Limit: it knows nothing of what the jobs do.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type JobHelpers,
  Logger as QueueLogger,
  type Runner,
  run,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../lib/clock.ts'
import { inBackground } from '../lib/in-background.ts'
import { redactText } from '../lib/redact.ts'
import { TryAgainLater } from '../lib/try-again.ts'
import { Cron, type ScheduledJob } from './cron.ts'
import { type Job, type JobPayload, type JobReport, timeoutMs, triesMax } from './job.ts'
import { exhaust, freeAbandoned, lockMs, makeDue, renewEveryMs, renewLocks } from './queue-locks.ts'
import { watchQueue } from './queue-watch.ts'

/** A job together with what it needs. */
export interface BoundJob {
  name: string
  maxAttempts: number
  timeoutMs: number
  run(payload: JobPayload, signal: AbortSignal): Promise<JobReport>
}

/** Ties a job to its dependencies, so that jobs of different needs fit one list. */
export function bind<Deps>(job: Job<Deps>, deps: Deps): BoundJob {
  return {
    name: job.name,
    maxAttempts: job.maxAttempts ?? triesMax,
    timeoutMs: job.timeoutMs ?? timeoutMs,
    run: (payload, signal) => job.run(deps, payload, signal),
  }
}

/** One run of a job, for metrics. */
export interface JobOutcome {
  task: string
  status: 'success' | 'error'
  durationMs: number
}

export interface JobRunnerOptions {
  /** Connections in the worker's role; opened when first asked for. */
  pool: () => Pool
  jobs: readonly BoundJob[]
  schedule?: readonly ScheduledJob[]
  clock: Clock
  log: Logger
  onJob?: (outcome: JobOutcome) => void
  concurrency?: number
  /** Tests shorten these. */
  locks?: { lockMs: number; renewEveryMs: number }
}

const concurrencyDefault = 4
const pollIntervalMs = 1_000
/** Running jobs get this long to end when the process stops, then their signal aborts. */
const stopGraceMs = 4_000
const stopWithinMs = 8_000
const restartAfterMs = 1_000

export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #tasks: TaskList
  readonly #byName: ReadonlyMap<string, BoundJob>
  readonly #locks: { lockMs: number; renewEveryMs: number }
  readonly #running = new Set<string>()
  readonly #cron: Cron
  #renewing: NodeJS.Timeout | undefined
  #runner: Runner | undefined
  #supervising: Promise<void> | undefined
  #workedAt = Number.NEGATIVE_INFINITY
  #stopped = false

  /** @throws Error when two jobs share a name, or the schedule names none of them */
  constructor(options: JobRunnerOptions) {
    this.#options = options
    this.#locks = options.locks ?? { lockMs, renewEveryMs }
    this.#byName = new Map(options.jobs.map((job) => [job.name, job]))
    if (this.#byName.size !== options.jobs.length) throw new Error('Two jobs share a name')
    for (const { name } of options.schedule ?? [])
      if (!this.#byName.has(name)) throw new Error(`The schedule names an unknown job: ${name}`)
    this.#cron = new Cron({ ...options, schedule: options.schedule ?? [] })
    this.#tasks = Object.fromEntries(
      options.jobs.map((job) => [
        job.name,
        (payload: unknown, helpers: JobHelpers) => this.#try(job, payload, helpers),
      ]),
    )
  }

  /** Begins to work and keeps at it until `stop`, whatever happens to the database. */
  async start(): Promise<void> {
    if (this.#supervising || this.#stopped) return
    this.#keepLocks()
    let begun = () => {}
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    this.#supervising = this.#supervise(begun)
    await beginning
    this.#cron.start()
  }

  /**
   * Runs every job that is due by the injected clock to its end, each at most one try, and what they enqueue in turn; for
   * tests and command-line programs.
   */
  async drain(): Promise<void> {
    const { clock, concurrency = concurrencyDefault } = this.#options
    const pool = this.#options.pool()
    this.#keepLocks()
    await makeDue(pool, clock.now(), { retries: true })
    do {
      await runOnce({
        pgPool: pool,
        taskList: this.#tasks,
        noHandleSignals: true,
        concurrency,
        logger: this.#queueLogger(),
      })
    } while ((await makeDue(pool, clock.now(), { retries: false })) > 0)
  }

  /** Whether the queue was asked with success within a time, or a job is in hand. */
  hasWorkedWithin(ms: number): boolean {
    return this.#running.size > 0 || performance.now() - this.#workedAt <= ms
  }

  /** Runs one job now, in this process and outside of the queue: for command-line programs and tests. */
  async runNow(name: string, payload: JobPayload = {}): Promise<JobReport> {
    const job = this.#byName.get(name)
    if (!job) throw new Error(`There is no job ${name}`)
    return job.run(payload, AbortSignal.timeout(job.timeoutMs))
  }

  /** Lets running jobs end, for a while; what does not end is taken over by other processes. */
  async stop(): Promise<void> {
    this.#stopped = true
    const cronStopped = this.#cron.stop()
    const stopping = this.#runner?.stop().catch(() => {})
    await Promise.race([
      Promise.all([stopping, cronStopped, this.#supervising]),
      pause(stopWithinMs, undefined, { ref: false }),
    ])
    clearInterval(this.#renewing)
  }

  async #supervise(begun: () => void): Promise<void> {
    const { log } = this.#options
    const onWork = () => {
      this.#workedAt = performance.now()
    }
    while (!this.#stopped) {
      try {
        const watch = watchQueue(onWork)
        const runner = await this.#run(watch.events)
        this.#runner = runner
        begun()
        // Stopped while it was starting.
        if (this.#stopped) await runner.stop()
        const reason = await Promise.race([runner.promise, watch.lost])
        if (reason !== undefined && !this.#stopped) {
          log.warn({ component: 'jobs', reason }, 'the job queue stands still: it is started anew')
          const stopping = runner.stop().catch(() => {})
          await Promise.race([stopping, pause(stopWithinMs, undefined, { ref: false })])
        }
      } catch (error) {
        log.warn({ component: 'jobs', err: error }, 'the job queue was lost')
      }
      begun()
      if (!this.#stopped) await pause(restartAfterMs)
    }
  }

  #run(events: WorkerEvents): Promise<Runner> {
    const { pool, concurrency = concurrencyDefault } = this.#options
    return run({
      pgPool: pool(),
      taskList: this.#tasks,
      // Its own cron is not used, see cron.ts.
      parsedCronItems: [],
      noHandleSignals: true,
      events,
      concurrency,
      pollInterval: pollIntervalMs,
      gracefulShutdownAbortTimeout: stopGraceMs,
      logger: this.#queueLogger(),
    })
  }

  async #try(job: BoundJob, payload: unknown, { job: row, abortSignal }: JobHelpers): Promise<void> {
    const { log, onJob } = this.#options
    const id = String(row.id)
    const startedAt = performance.now()
    const timeout = AbortSignal.timeout(job.timeoutMs)
    const signal = abortSignal ? AbortSignal.any([timeout, abortSignal]) : timeout
    const about = { component: 'jobs', job: job.name, jobId: id, attempt: row.attempts }
    const report = (status: JobOutcome['status']): number => {
      const durationMs = Math.round(performance.now() - startedAt)
      try {
        onJob?.({ task: job.name, status, durationMs })
      } catch (error) {
        log.warn({ ...about, err: error }, 'job hook failed')
      }
      return durationMs
    }
    this.#running.add(id)
    try {
      const result = await orAborted(job.run(asPayload(payload), signal), signal)
      log.debug({ ...about, result, durationMs: report('success') }, 'job done')
    } catch (error) {
      const durationMs = report('error')
      const over = row.attempts >= Math.min(job.maxAttempts, row.max_attempts)
      if (error instanceof TryAgainLater)
        log.info({ ...about, durationMs, reason: error.message }, 'job postponed')
      else log.warn({ ...about, err: error, durationMs }, 'job failed')
      if (over) {
        log.error({ ...about, alarm: 'job_failed' }, 'a job failed for good')
        await exhaust(this.#options.pool(), id)
      }
      // The queue stores this text: drivers put values of rows into theirs.
      throw new Error(errorName(error))
    } finally {
      this.#running.delete(id)
    }
  }

  #keepLocks(): void {
    const { pool, log } = this.#options
    this.#renewing ??= setInterval(() => {
      const renewed = async () => {
        await renewLocks(pool(), [...this.#running])
        const freed = await freeAbandoned(pool(), this.#locks.lockMs)
        if (freed > 0) log.warn({ component: 'jobs', freed }, 'jobs of a dead worker were taken over')
      }
      inBackground(renewed(), (error) =>
        log.debug({ component: 'jobs', err: error }, 'job locks not renewed'),
      )
    }, this.#locks.renewEveryMs).unref()
  }

  #queueLogger(): QueueLogger {
    const { log } = this.#options
    return new QueueLogger(() => (level, message) => {
      // Failures are told by #try, with less in them; what is left of the library's errors is about connections.
      const line = { component: 'jobs', queue: redactText(message.slice(0, 200)) }
      // Once stopped, a server that ends its last connections is no news.
      if (level === 'error' && !this.#stopped && !/^Failed task/.test(message)) log.warn(line, 'job queue')
      else log.debug(line, 'job queue')
    })
  }
}

/** Rejects when the signal aborts first: a job that does not listen loses its place all the same. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    work.catch(() => {})
    aborted.catch(() => {})
  }
}

function asPayload(payload: unknown): JobPayload {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? { ...payload } : {}
}

/** What kind of error it was, without its text. */
function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code, kind, reason } = error as { code?: unknown; kind?: unknown; reason?: unknown }
  return [error.name, ...[code, kind, reason].filter((part) => typeof part === 'string')].join(' ')
}
