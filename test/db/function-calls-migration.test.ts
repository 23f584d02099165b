/** The way from the list of function calls to rows of their own, while gateways of version 0.1.0 still write the list. */
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { FunctionCallTracker } from '../../src/functions/tracking.ts'
import type { CallContext } from '../../src/services/call-context.ts'
import { testLog } from '../helpers/log.ts'

const realFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const [rowsOfTheirOwn, copied, figures, consoleReads, viewTakesName] = [
  '20261128200000_function_calls',
  '20261128200100_function_calls_copied',
  '20261128210000_figures',
  '20261128210100_console',
  '20261128235900_call_sessions',
] as const
/** What a gateway of version 0.1.0 sent for each batch, as it stands there. */
const oldRecording = `
  INSERT INTO retell_call_sessions AS s (call_id, company_id, branch_id, agent_id, status, function_calls, updated_at)
  SELECT r.call_id, $1, r.branch_id, r.agent_id, 'ongoing', r.function_calls, now()
  FROM jsonb_to_recordset($2::jsonb) AS r(call_id text, branch_id uuid, agent_id text, function_calls jsonb)
  ORDER BY r.call_id
  ON CONFLICT (call_id) DO UPDATE
    SET function_calls = s.function_calls || EXCLUDED.function_calls, updated_at = now()`

const name = `records_${randomBytes(4).toString('hex')}`
const urlOf = (login: string | null) => {
  const url = new URL(inject('postgres').adminUrl)
  url.pathname = `/${name}`
  if (login !== null) [url.username, url.password] = [login, 'secret']
  return url.href
}
let server: Client
let admin: Client
let folder: string
let database: Database

beforeAll(async () => {
  server = new Client({ connectionString: inject('postgres').adminUrl })
  await server.connect()
  // Row-level security holds an owner that is no superuser; copying must see every company's rows nevertheless.
  await server.query(`CREATE ROLE ${name} LOGIN CREATEROLE PASSWORD 'secret'`)
  await server.query(`CREATE DATABASE ${name} OWNER ${name}`)
  folder = await mkdtemp(join(tmpdir(), 'gateway-records-'))
  await cp(realFolder, folder, { recursive: true })
  for (const step of [rowsOfTheirOwn, copied, figures, consoleReads, viewTakesName])
    await rm(join(folder, step), { recursive: true })
  // Stands on rows of their own, and comes after them.
  await rm(join(folder, '20261128205000_erasure_marks'), { recursive: true })
  admin = new Client({ connectionString: urlOf(null) })
  await admin.connect()
})
afterAll(async () => {
  await database?.close()
  await admin?.end()
  await server?.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await server?.query(`DROP ROLE IF EXISTS ${name}`)
  await server?.end()
  await rm(folder, { recursive: true, force: true })
})

async function addSteps(...wanted: string[]): Promise<string[]> {
  for (const step of wanted) await cp(join(realFolder, step), join(folder, step), { recursive: true })
  return (await migrateDatabase({ url: urlOf(name), folder })).applied
}

const entry = (functionName: string, more: object = {}) => ({
  function_name: functionName,
  arguments: { date: 'morgen' },
  response: { success: true, understood: { date: { value: '2026-11-25', from: 'offered' } } },
  duration_ms: 12,
  status: 'success',
  timestamp: '2026-11-24T08:00:00.125Z',
  ...more,
})

/** As an old gateway does it: in the tenant's role. */
async function oldGatewayRecords(companyId: number, callId: string, entries: object[]): Promise<void> {
  await admin.query('BEGIN')
  await admin.query(
    `SELECT set_config('app.company_id', $1, true), set_config('role', 'gateway_tenant', true)`,
    [String(companyId)],
  )
  await admin.query(oldRecording, [companyId, JSON.stringify([{ call_id: callId, function_calls: entries }])])
  await admin.query('COMMIT')
}

async function newGatewayRecords(companyId: number, callId: string, functionName: string): Promise<void> {
  const tracker = new FunctionCallTracker({ tenancy: database.tenancy, log: testLog().log })
  tracker.record({
    context: { callId, companyId } as CallContext,
    functionName,
    args: { date: 'morgen' },
    response: { success: true },
    responseText: '{"success":true}',
    durationMs: 3,
    status: 'success',
    error: null,
    alternatives: false,
    at: new Date('2026-11-24T08:01:00Z'),
  })
  await tracker.close()
  expect(tracker.waiting).toBe(0)
}

const names = async (callId: string) =>
  (
    await admin.query<{ name: string; said: boolean }>(
      `SELECT function_name AS name, arguments IS NOT NULL OR answer IS NOT NULL AS said FROM function_calls
       WHERE call_id = $1 ORDER BY called_at, number, id`,
      [callId],
    )
  ).rows.map(({ name, said }) => (said ? name : `(${name})`))

test('lists become rows while both versions record, nothing twice, nothing lost', async () => {
  await addSteps()
  await admin.query("INSERT INTO companies (id, name) VALUES (1, 'Eins'), (2, 'Zwei')")
  await oldGatewayRecords(1, 'ended', [entry('initialize_call'), entry('check_availability')])
  await oldGatewayRecords(2, 'ongoing', [entry('initialize_call')])
  await oldGatewayRecords(1, 'talking', [entry('initialize_call')])
  await admin.query(
    "UPDATE retell_call_sessions SET updated_at = now() - interval '1 day' WHERE call_id = 'ended'",
  )

  expect(await addSteps(rowsOfTheirOwn, figures)).toEqual([rowsOfTheirOwn, figures])
  database = await openDatabase({
    url: urlOf(null),
    poolMax: 2,
    applicationName: 'test',
    requireRestrictedLogin: false,
  })
  // A list of before is copied whole with its next entry; an upsert that ends as an update adds its entries once.
  await oldGatewayRecords(1, 'talking', [
    entry('check_availability'),
    entry('start_booking', { error: 'too_slow' }),
  ])
  expect(await names('talking')).toEqual(['initialize_call', 'check_availability', 'start_booking'])
  await newGatewayRecords(1, 'talking', 'confirm_booking')
  await oldGatewayRecords(1, 'fresh', [entry('parse_date')])
  expect(await names('fresh')).toEqual(['parse_date'])

  expect(await addSteps(copied)).toEqual([copied])
  expect(await names('ended')).toEqual(['initialize_call', 'check_availability'])
  expect(await names('ongoing')).toEqual([])

  // An erasure by a command of before.
  await admin.query(`UPDATE retell_call_sessions SET function_calls =
    (SELECT coalesce(jsonb_agg(entry - 'arguments' - 'response'), '[]') FROM jsonb_array_elements(function_calls) AS entry)
    WHERE call_id = 'ended'`)
  expect(await names('ended')).toEqual(['(initialize_call)', '(check_availability)'])
})

test('the name is taken only when no gateway of before is connected, and no run before that fails', async () => {
  const old = new Client({ connectionString: urlOf(null), application_name: 'gateway' })
  await old.connect()
  const lines: string[] = []
  await cp(join(realFolder, viewTakesName), join(folder, viewTakesName), { recursive: true })
  expect(await migrateDatabase({ url: urlOf(name), folder, log: (line) => lines.push(line) })).toEqual({
    applied: [],
  })
  expect(lines).toEqual([
    `not yet migrated: ${viewTakesName}: a gateway of version 0.1.0 is still connected (1 connections); end it, then run "npm run db:migrate" again`,
  ])
  await newGatewayRecords(2, 'ongoing', 'check_availability')
  await old.end()
  await expect
    .poll(async () => (await migrateDatabase({ url: urlOf(name), folder })).applied, { timeout: 10_000 })
    .toEqual([viewTakesName])

  const { rows } = await admin.query(
    'SELECT call_id, function_calls FROM retell_call_sessions ORDER BY call_id',
  )
  const shown = Object.fromEntries(
    rows.map(({ call_id, function_calls }) => [
      call_id,
      function_calls.map((one: { function_name: string }) => one.function_name),
    ]),
  )
  expect(shown).toEqual({
    ended: ['initialize_call', 'check_availability'],
    fresh: ['parse_date'],
    ongoing: ['initialize_call', 'check_availability'],
    talking: ['initialize_call', 'check_availability', 'start_booking', 'confirm_booking'],
  })
  const talking = rows.find(({ call_id }) => call_id === 'talking').function_calls
  expect(talking[0]).toEqual(entry('initialize_call'))
  expect(talking[2]).toEqual(entry('start_booking', { error: 'too_slow' }))
  const { rows: understood } = await admin.query(
    "SELECT understood FROM function_calls WHERE call_id = 'talking' AND number = 1",
  )
  expect(understood).toEqual([{ understood: { date: { value: '2026-11-25', from: 'offered' } } }])

  await newGatewayRecords(1, 'talking', 'parse_date')
  expect(await names('talking')).toHaveLength(5)
})
