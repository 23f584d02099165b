/** What SQL that got into a tenant's transaction, or into a report, can still not do. */
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'

let server: TestDatabase
let client: Client
beforeAll(async () => {
  server = await createTestDatabase()
  await migrateDatabase({ url: server.url })
  client = new Client({ connectionString: server.url })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await server?.drop()
})

/** One statement in a role, undone afterwards; what PostgreSQL said. */
async function attempt(role: string, sql: string): Promise<string> {
  await client.query('BEGIN')
  try {
    await client.query(`SET LOCAL ROLE ${role}`)
    await client.query("SELECT set_config('app.company_id', $1, true)", [
      role === 'gateway_tenant' ? '1' : '',
    ])
    await client.query(sql)
    return 'done'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await client.query('ROLLBACK')
  }
}

test('nobody of ours makes temporary tables, which would stand before the real ones', async () => {
  for (const role of ['gateway_tenant', 'gateway_system', 'gateway_report', 'gateway_bare'])
    expect(await attempt(role, 'CREATE TEMP TABLE customers (id int)')).toMatch(/permission denied/)
})

test('a company enqueues only the jobs that companies have', async () => {
  const enqueue = (name: string) => `SELECT gateway_enqueue_job(${name}, '{}', NULL, NULL, NULL)`
  for (const name of ["'retention'", "'keep_figures'", "''", "'send_mail; DROP TABLE customers'", 'NULL'])
    expect(await attempt('gateway_tenant', enqueue(name))).toMatch(/no such job/)
  expect(await attempt('gateway_tenant', enqueue("'send_mail'"))).toBe('done')
  expect(await attempt('gateway_tenant', 'SELECT gateway_job_names()')).toMatch(/permission denied/)
  expect(await attempt('gateway_system', enqueue("'keep_figures'"))).toBe('done')
  for (const role of ['gateway_report', 'gateway_bare'])
    expect(await attempt(role, enqueue("'send_mail'"))).toMatch(/permission denied/)
})

test('reports read figures, and nothing that was said or recorded', async () => {
  for (const column of ['transcript', 'summary', 'recording_url', 'analysis'])
    expect(await attempt('gateway_report', `SELECT ${column} FROM calls`)).toMatch(/permission denied/)
  expect(await attempt('gateway_report', 'SELECT * FROM calls')).toMatch(/permission denied/)
  expect(
    await attempt('gateway_report', 'SELECT count(*), max(duration_sec) FROM calls WHERE appointment_made'),
  ).toBe('done')
  for (const sql of [
    'SELECT payload FROM webhook_events',
    'SELECT text_body FROM mail_outbox',
    'SELECT answer FROM answered_bodies',
    'SELECT * FROM calcom_connections',
  ])
    expect(await attempt('gateway_report', sql)).toMatch(/permission denied/)
  for (const sql of ['UPDATE calls SET summary = NULL', 'DELETE FROM customers'])
    expect(await attempt('gateway_report', sql)).toMatch(/permission denied/)
})
