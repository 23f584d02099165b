import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

/** The two metric queries of the architecture guide, word for word: operators have them in their dashboards. */
const conversionRate = `SELECT
  COUNT(*) as total_calls,
  COUNT(*) FILTER (WHERE appointment_made = true) as successful_calls,
  (COUNT(*) FILTER (WHERE appointment_made = true)::float / COUNT(*)) * 100 as conversion_rate
FROM calls
WHERE created_at >= NOW() - INTERVAL '30 days';`
const functionUsage = `SELECT
  function_call->>'function_name' as function_name,
  COUNT(*) as call_count,
  AVG((function_call->>'duration_ms')::int) as avg_latency_ms,
  COUNT(*) FILTER (WHERE function_call->>'status' = 'error') as error_count
FROM retell_call_sessions,
  jsonb_array_elements(function_calls) as function_call
GROUP BY function_call->>'function_name'
ORDER BY call_count DESC;`

let server: TestDatabase
let database: Database
let client: Client

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url)
  client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query('SET ROLE gateway_report')
})
afterAll(async () => {
  await client?.end()
  await database?.close()
  await server?.drop()
})

test('on empty tables the metric queries answer: no calls, an unknown rate, no functions', async () => {
  expect((await client.query(conversionRate)).rows).toEqual([
    { total_calls: '0', successful_calls: '0', conversion_rate: null },
  ])
  expect((await client.query(functionUsage)).rows).toEqual([])
})

test('the metric queries count the calls of all companies', async () => {
  await database.tenancy.asSystem(async (tx) => {
    for (const [retellCallId, companyId, appointmentMade] of [
      ['c1', 1, true],
      ['c2', 1, false],
      ['c3', 1, false],
      ['c4', 2, false],
    ] as const)
      await tx.call.create({ data: { retellCallId, companyId, appointmentMade } })
    for (const [callId, companyId] of [
      ['c1', 1],
      ['c4', 2],
    ] as const)
      await tx.callSession.create({ data: { callId, companyId } })
    for (const [companyId, callId, number, functionName, durationMs, status] of [
      [1, 'c1', 1, 'check_availability', 100, 'success'],
      [1, 'c1', 2, 'check_availability', 301, 'error'],
      [2, 'c4', 1, 'parse_date', 3, 'success'],
    ] as const)
      await tx.functionCall.create({
        data: { companyId, callId, number, functionName, durationMs, status, calledAt: new Date() },
      })
  })
  expect((await client.query(conversionRate)).rows).toEqual([
    { total_calls: '4', successful_calls: '1', conversion_rate: 25 },
  ])
  expect((await client.query(functionUsage)).rows).toEqual([
    {
      function_name: 'check_availability',
      call_count: '2',
      avg_latency_ms: '200.5000000000000000',
      error_count: '1',
    },
    { function_name: 'parse_date', call_count: '1', avg_latency_ms: '3.0000000000000000', error_count: '0' },
  ])
})

test('a division by zero stays an error for everybody else', async () => {
  await expect(
    database.tenancy.asSystem((tx) => tx.$queryRaw`SELECT 1::float / count(*) FROM calls WHERE false`),
  ).rejects.toThrow(/division by zero/)
})

test.each([
  'SELECT payload FROM webhook_events',
  'SELECT text_body FROM mail_outbox',
  'SELECT * FROM calcom_connections',
  "UPDATE calls SET status = 'completed'",
  "SELECT gateway_enqueue_job('task', '{}', NULL, NULL, NULL)",
])('the report role may not: %s', async (sql) => {
  await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
})
