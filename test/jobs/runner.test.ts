/** The runner: tries, time, cancellation, a restarted database, a killed process. Real PostgreSQL, jobs made for the test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { enqueueJob } from '../../src/db/jobs.ts'
import type { Job, JobPayload, JobReport } from '../../src/jobs/job.ts'
import { bind, type JobOutcome, JobRunner, type JobRunnerOptions } from '../../src/jobs/runner.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { TryAgainLater } from '../../src/lib/try-again.ts'
import { testClock } from '../helpers/clock.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { testLog } from '../helpers/log.ts'

let server: TestDatabase
let database: Database
let client: Client
let runner: JobRunner | undefined
let outcomes: JobOutcome[]
let lines: string[]

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url)
  client = new Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
})
beforeEach(async () => {
  outcomes = []
  await client.query('DELETE FROM graphile_worker._private_jobs')
})
afterEach(async () => {
  await runner?.stop()
  runner = undefined
})
afterAll(async () => {
  await client?.end()
  await database?.close()
  await server?.drop()
})

type Work = (payload: JobPayload, signal: AbortSignal) => Promise<JobReport>

function jobOf(work: Work, changes: Partial<Job<undefined>> = {}): Job<undefined> {
  return { name: 'send_mail', run: (_deps, payload, signal) => work(payload, signal), ...changes }
}

function make(job: Job<undefined>, changes: Partial<JobRunnerOptions> = {}): JobRunner {
  const made = testLog()
  lines = made.lines
  runner = new JobRunner({
    pool: () => database.workerPool(),
    jobs: [bind(job, undefined)],
    clock: systemClock,
    log: made.log,
    onJob: (outcome) => outcomes.push(outcome),
    ...changes,
  })
  return runner
}

const enqueue = (payload = {}, more: { runAt?: Date; jobKey?: string; maxAttempts?: number } = {}) =>
  database.tenancy.run(1, (tx) => enqueueJob(tx, { task: 'send_mail', payload, ...more }))
const queue = async () =>
  (
    await client.query<{
      attempts: number
      max_attempts: number
      last_error: string | null
      locked: boolean
    }>(
      `SELECT attempts, max_attempts, last_error, locked_at IS NOT NULL AS locked FROM graphile_worker._private_jobs ORDER BY id`,
    )
  ).rows

test('a job runs with its payload and company, once, and is gone; its run is measured', async () => {
  const seen: JobPayload[] = []
  await enqueue({ n: 1 })
  await make(jobOf(async (payload) => void seen.push(payload) as undefined)).drain()
  expect(seen).toEqual([{ n: 1, company_id: 1 }])
  expect(await queue()).toEqual([])
  expect(outcomes).toEqual([{ task: 'send_mail', status: 'success', durationMs: expect.any(Number) }])
})

test('three tries, then it stays visible as failed, with an alarm and without the text of the error', async () => {
  let tries = 0
  const failing = jobOf(async () => {
    tries += 1
    throw new Error('Key (email)=(max@muster.example) already exists')
  })
  await enqueue()
  // A clock far ahead of the database's: every pause is over.
  make(failing, { clock: testClock('2099-01-01T00:00:00Z') })
  for (let round = 0; round < 5; round += 1) await runner!.drain()
  expect(tries).toBe(3)
  expect(await queue()).toEqual([{ attempts: 3, max_attempts: 3, last_error: 'Error', locked: false }])
  expect(lines.filter((line) => line.includes('"alarm":"job_failed"')).length).toBe(1)
  expect(outcomes.map(({ status }) => status)).toEqual(['error', 'error', 'error'])
})

test('a failed try waits longer each time, and one drain is one try', async () => {
  let tries = 0
  await enqueue()
  make(
    jobOf(async () => {
      tries += 1
      throw new TryAgainLater('not_yet')
    }),
  )
  await runner!.drain()
  await runner!.drain()
  expect(tries).toBe(1)
  expect(lines.filter((line) => line.includes('"level":40')).length).toBe(0)
})

test('a job that hangs is cancelled when its time is up, whether it listens or not', async () => {
  const aborted: unknown[] = []
  await enqueue()
  const deaf = jobOf(
    (_payload, signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => aborted.push((signal.reason as Error).name))
      }),
    { timeoutMs: 100 },
  )
  await make(deaf).drain()
  expect(aborted).toEqual(['TimeoutError'])
  expect(await queue()).toMatchObject([{ attempts: 1, locked: false, last_error: 'TimeoutError' }])
})

test('what is due is decided by the injected clock; what jobs enqueue runs in the same drain', async () => {
  const clock = testClock('2030-01-01T12:00:00Z')
  const seen: unknown[] = []
  await enqueue({ n: 'soon' }, { runAt: new Date('2030-01-01T12:01:00Z') })
  await enqueue({ n: 'due' }, { runAt: new Date('2030-01-01T11:59:00Z') })
  make(
    jobOf(async ({ n }) => {
      seen.push(n)
      if (n === 'due') await enqueue({ n: 'child' }, { runAt: new Date('2030-01-01T11:59:30Z') })
      return undefined
    }),
    { clock },
  )
  await runner!.drain()
  expect(seen).toEqual(['due', 'child'])
  clock.advance(60_000)
  await runner!.drain()
  expect(seen).toEqual(['due', 'child', 'soon'])
})

test('started, it works on jobs as they come, and survives the database cutting every connection', async () => {
  const seen: unknown[] = []
  await make(jobOf(async ({ n }) => void seen.push(n) as undefined)).start()
  await enqueue({ n: 1 })
  await vi.waitFor(() => expect(seen).toEqual([1]), { timeout: 10_000 })
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  await vi.waitFor(() => enqueue({ n: 2 }), { timeout: 10_000 })
  await vi.waitFor(() => expect(seen).toContain(2), { timeout: 20_000 })
}, 60_000)

describe('a queue that stands still is started anew', () => {
  const rename = (from: string, to: string) =>
    client.query(`ALTER TABLE graphile_worker.${from} RENAME TO ${to}`)

  test('after a worker that could not give its job back', async () => {
    const seen: unknown[] = []
    let finish = () => {}
    await make(
      jobOf(async ({ n }) => {
        seen.push(n)
        if (n === 1) await new Promise<void>((resolve) => (finish = resolve))
        return undefined
      }),
      { concurrency: 1 },
    ).start()
    await enqueue({ n: 1 })
    await vi.waitFor(() => expect(seen).toEqual([1]), { timeout: 10_000 })
    await rename('_private_jobs', '_private_jobs_away')
    try {
      finish()
      await vi.waitFor(() => expect(lines.join()).toContain('stands still'), { timeout: 20_000 })
    } finally {
      await rename('_private_jobs_away', '_private_jobs')
    }
    await enqueue({ n: 2 })
    await vi.waitFor(() => expect(seen).toContain(2), { timeout: 20_000 })
  }, 60_000)

  test('after a first statement that failed', async () => {
    const seen: unknown[] = []
    await rename('_private_tasks', '_private_tasks_away')
    try {
      await make(jobOf(async ({ n }) => void seen.push(n) as undefined)).start()
      await vi.waitFor(() => expect(lines.join()).toContain('stands still'), { timeout: 20_000 })
    } finally {
      await rename('_private_tasks_away', '_private_tasks')
    }
    await enqueue({ n: 3 })
    await vi.waitFor(() => expect(seen).toEqual([3]), { timeout: 20_000 })
  }, 60_000)
})

test('stopping lets a running job end, and cancels one that does not', async () => {
  let finish = () => {}
  let ended = false
  await make(
    jobOf(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      ended = true
      return undefined
    }),
  ).start()
  await enqueue()
  await vi.waitFor(async () => expect((await queue())[0]?.locked).toBe(true), { timeout: 10_000 })
  const stopping = runner!.stop()
  finish()
  await stopping
  expect(ended).toBe(true)
  expect(await queue()).toEqual([])

  let aborted = false
  const endless: Work = (_payload, signal) =>
    new Promise(() => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
    })
  await make(jobOf(endless)).start()
  await enqueue()
  await vi.waitFor(async () => expect((await queue())[0]?.locked).toBe(true), { timeout: 10_000 })
  await runner!.stop()
  expect(aborted).toBe(true)
  expect(await queue()).toMatchObject([{ locked: false, attempts: 1 }])
})

test('a killed process holds its jobs only until its lock runs out; the kill is no failed try', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', new URL('hanging-worker.ts', import.meta.url).pathname, server.url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    await enqueue({ n: 1 })
    await once(child.stdout, 'data')
    expect(await queue()).toMatchObject([{ attempts: 1, locked: true }])
    child.kill('SIGKILL')
    await once(child, 'exit')
    const seen: unknown[] = []
    await make(
      jobOf(async ({ n }) => void seen.push(n) as undefined),
      { locks: { lockMs: 1_500, renewEveryMs: 300 } },
    ).start()
    await vi.waitFor(() => expect(seen).toEqual([1]), { timeout: 15_000 })
    await vi.waitFor(async () => expect(await queue()).toEqual([]), { timeout: 5_000 })
  } finally {
    child.kill('SIGKILL')
  }
}, 60_000)

test('a job whose worker lives is not taken over, however long it takes', async () => {
  let running = 0
  let most = 0
  let finish = () => {}
  const released = new Promise<void>((resolve) => {
    finish = resolve
  })
  await make(
    jobOf(async () => {
      running += 1
      most = Math.max(most, running)
      await released
      running -= 1
      return undefined
    }),
    { locks: { lockMs: 900, renewEveryMs: 200 } },
  ).start()
  await enqueue()
  const lockedAt = async () =>
    (await client.query('SELECT locked_at FROM graphile_worker._private_jobs')).rows[0]
      ?.locked_at as Date | null
  await vi.waitFor(async () => expect(await lockedAt()).toBeTruthy(), { timeout: 10_000 })
  const first = (await lockedAt())!
  // Renewed well beyond the time after which an abandoned one is freed.
  await vi.waitFor(
    async () => expect((await lockedAt())!.getTime() - first.getTime()).toBeGreaterThan(2_000),
    { timeout: 20_000 },
  )
  finish()
  await vi.waitFor(async () => expect(await queue()).toEqual([]), { timeout: 5_000 })
  expect(most).toBe(1)
}, 60_000)

test('two jobs of one name, or a schedule of an unknown job, never start', () => {
  const job = bind(
    jobOf(async () => undefined),
    undefined,
  )
  const options = { pool: () => database.workerPool(), clock: systemClock, log: testLog().log }
  expect(() => new JobRunner({ ...options, jobs: [job, job] })).toThrow(/share a name/)
  expect(
    () => new JobRunner({ ...options, jobs: [job], schedule: [{ name: 'x', cron: '* * * * *' }] }),
  ).toThrow(/unknown job/)
})
