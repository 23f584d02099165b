import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Logger, runOnce } from 'graphile-worker'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { enqueueJob } from '../../src/db/jobs.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

type QueuedJob = { task: string; payload: unknown; key: string | null; attempts: number; run_at: Date }

let server: TestDatabase
let database: Database
let client: Client

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url)
  client = new Client({ connectionString: server.url })
  await client.connect()
})
beforeEach(() => client.query('DELETE FROM graphile_worker._private_jobs'))
afterAll(async () => {
  await client?.end()
  await database?.close()
  await server?.drop()
})

async function queued(): Promise<QueuedJob[]> {
  const { rows } = await client.query<QueuedJob>(
    `SELECT t.identifier AS task, j.payload, j.key, j.max_attempts::int AS attempts, j.run_at
     FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.id`,
  )
  return rows
}

test("a tenant's job carries its company, whatever the payload claims", async () => {
  const runAt = new Date('2030-01-01T08:00:00.000Z')
  const payload = { company_id: 2, mail: 'x' }
  await database.tenancy.run(1, (tx) =>
    enqueueJob(tx, { task: 'send_mail', payload, jobKey: 'mail:x', runAt, maxAttempts: 3 }),
  )
  expect(await queued()).toEqual([
    {
      task: 'send_mail',
      payload: { company_id: 1, mail: 'x' },
      key: 'company:1:mail:x',
      attempts: 3,
      run_at: runAt,
    },
  ])
})

test('a job goes with its transaction', async () => {
  const failing = database.tenancy.run(1, async (tx) => {
    await enqueueJob(tx, { task: 'send_mail', payload: {} })
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  expect(await queued()).toEqual([])
})

test('the same key replaces a waiting job of the same company only', async () => {
  for (const [company, n] of [
    [1, 1],
    [1, 2],
    [2, 3],
  ] as const)
    await database.tenancy.run(company, (tx) =>
      enqueueJob(tx, { task: 'sync_to_calcom', payload: { n }, jobKey: 'k' }),
    )
  expect((await queued()).map(({ payload }) => payload)).toEqual([
    { company_id: 1, n: 2 },
    { company_id: 2, n: 3 },
  ])
})

test("the system names the company itself, and its key is the same as the tenant's", async () => {
  await database.tenancy.run(2, (tx) =>
    enqueueJob(tx, { task: 'sync_to_calcom', payload: { n: 1 }, jobKey: 'k' }),
  )
  await database.tenancy.asSystem((tx) =>
    enqueueJob(tx, { task: 'sync_to_calcom', payload: { company_id: 2, n: 2 }, jobKey: 'k' }),
  )
  await database.tenancy.asSystem((tx) =>
    enqueueJob(tx, { task: 'process_webhook', payload: {}, jobKey: 'sweep' }),
  )
  expect((await queued()).map(({ payload, key }) => [payload, key])).toEqual([
    [{ company_id: 2, n: 2 }, 'company:2:k'],
    [{}, 'sweep'],
  ])
})

test("the job queue's tables are closed to tenants and to the system role", async () => {
  for (const work of [
    database.tenancy.run(1, (tx) => tx.$queryRaw`SELECT * FROM graphile_worker.jobs`),
    database.tenancy.asSystem((tx) => tx.$queryRaw`SELECT * FROM graphile_worker.jobs`),
  ])
    await expect(work).rejects.toThrow(/permission denied for schema graphile_worker/)
})

test("the worker's role runs jobs and reaches nothing else", async () => {
  await database.tenancy.run(1, (tx) => enqueueJob(tx, { task: 'settle_attempt', payload: { name: 'a' } }))
  const seen: unknown[] = []
  await runOnce({
    pgPool: database.workerPool(),
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: {
      settle_attempt: async (payload) => {
        seen.push(payload)
      },
    },
  })
  expect(seen).toEqual([{ company_id: 1, name: 'a' }])
  expect(await queued()).toEqual([])
  await expect(database.workerPool().query('SELECT * FROM calls')).rejects.toMatchObject({ code: '42501' })
})

test('every job that the source enqueues may be enqueued', async () => {
  const src = join(import.meta.dirname, '../../src')
  const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('generated'))
    .map((path) => readFileSync(join(src, path), 'utf8'))
    .join('\n')
  const used = [...new Set([...text.matchAll(/\btask: '([a-z_]+)'/g)].map(([, name]) => name))]
  const { rows } = await client.query<{ names: string[] }>('SELECT gateway_job_names() AS names')
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter((name) => !rows[0]?.names.includes(name ?? ''))).toEqual([])
})
