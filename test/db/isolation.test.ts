import { Client, type Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Prisma } from '../../src/db/generated/client.ts'
import type { Tenancy, Tx } from '../../src/db/tenancy.ts'
import { createTestDatabase, openOneConnection, type TestDatabase } from '../helpers/database.ts'
import { fillCompany } from './fill.ts'

const companyA = 1
const companyB = 2
const companyColumn = (table: string) => (table === 'companies' ? 'id' : 'company_id')

let server: TestDatabase
/** One connection, opened as the gateway opens its own: everything below happens on it. */
let pool: Pool
let tenancy: Tenancy
let connection: ReturnType<typeof openOneConnection>

beforeAll(async () => {
  server = await createTestDatabase()
  connection = openOneConnection(server.url)
  ;({ pool, tenancy } = connection)
  await tenancy.asSystem(async (tx) => {
    await fillCompany(tx, companyA)
    await fillCompany(tx, companyB)
  })
})
afterAll(async () => {
  await connection?.close()
  await server?.drop()
})

const tables = [
  ...[
    'companies',
    'branches',
    'opening_hours',
    'phone_numbers',
    'staff',
    'services',
    'service_synonyms',
    'service_staff',
  ],
  ...[
    'policies',
    'customers',
    'identity_misses',
    'answered_bodies',
    'calls',
    'call_sessions',
    'function_calls',
    'call_figures',
    'function_figures',
    'figures_due',
    'retell_call_sessions',
    'appointments',
    'appointment_changes',
    'booking_attempts',
    'visits',
  ],
  ...['callback_requests', 'webhook_events', 'mail_outbox', 'audit_log', 'sync_marks'],
  ...[
    'closures',
    'absences',
    'company_files',
    'erasure_marks',
    'call_evidence',
    'console_memberships',
    'agent_releases',
  ],
]

/** The SQLSTATE of a refusal, or what the statement did. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    const text = JSON.stringify(error) + String(error)
    if (/42501|permission denied|row-level security/.test(text)) return 'refused'
    throw error
  }
}

const count = (tx: Tx, table: string, company: number) =>
  tx
    .$queryRawUnsafe<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM ${table} WHERE ${companyColumn(table)} = ${company}`,
    )
    .then(([row]) => row!.n)

test('the list of tables is complete', async () => {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'company_id'",
  )
  await client.end()
  expect([...rows.map(({ name }) => name), 'companies'].sort()).toEqual([...tables].sort())
})

describe.each(tables)('%s', (table) => {
  const column = companyColumn(table)

  test('has rows of both companies, and one company sees its own only, also right after the other', async () => {
    const visible = async (company: number, of: number) =>
      outcome(tenancy.run(company, (tx) => count(tx, table, of)))
    expect(await tenancy.asSystem((tx) => count(tx, table, companyB))).toBeGreaterThan(0)
    const ownRows = await visible(companyB, companyB)
    if (ownRows !== 'refused') expect(ownRows).toBeGreaterThan(0)
    expect(await visible(companyA, companyB)).toBeOneOf([0, 'refused'])
    const others = tenancy.run(companyA, (tx) =>
      tx
        .$queryRawUnsafe<{ n: number }[]>(
          `SELECT count(*)::int AS n FROM ${table} WHERE ${column} IS DISTINCT FROM ${companyA}`,
        )
        .then(([row]) => row!.n),
    )
    expect(await outcome(others)).toBeOneOf([0, 'refused'])
  })

  test("one company neither updates nor deletes the other's rows", async () => {
    const before = await tenancy.asSystem((tx) => count(tx, table, companyB))
    for (const sql of [
      `UPDATE ${table} SET ${column} = ${column} WHERE ${column} = ${companyB}`,
      `DELETE FROM ${table} WHERE ${column} = ${companyB}`,
    ])
      expect(await outcome(tenancy.run(companyA, (tx) => tx.$executeRawUnsafe(sql))), sql).toBeOneOf([
        0,
        'refused',
      ])
    expect(await tenancy.asSystem((tx) => count(tx, table, companyB))).toBe(before)
  })

  test('one company neither inserts rows of the other nor gives its own away', async () => {
    const before = await tenancy.asSystem((tx) => count(tx, table, companyB))
    const copy = await tenancy.asSystem((tx) =>
      tx.$queryRawUnsafe<{ row: Prisma.JsonObject }[]>(
        `SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${column} = ${companyB} LIMIT 1`,
      ),
    )
    // What PostgreSQL computes itself cannot be given.
    const [given] = await tenancy.asSystem(
      (tx) =>
        tx.$queryRaw<{ columns: string }[]>`
        SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = ${table} AND is_updatable = 'YES' AND is_generated = 'NEVER'`,
    )
    const columns = Prisma.raw(given!.columns)
    const insert = Prisma.sql`INSERT INTO ${Prisma.raw(table)} (${columns})
      SELECT ${columns} FROM jsonb_populate_record(NULL::${Prisma.raw(table)}, ${JSON.stringify(copy[0]!.row)}::jsonb)`
    expect(await outcome(tenancy.run(companyA, (tx) => tx.$executeRaw(insert)))).toBe('refused')
    const giveAway = `UPDATE ${table} SET ${column} = ${companyB} WHERE ${column} = ${companyA}`
    expect(await outcome(tenancy.run(companyA, (tx) => tx.$executeRawUnsafe(giveAway)))).toBe('refused')
    expect(await tenancy.asSystem((tx) => count(tx, table, companyB))).toBe(before)
  })

  test('a bare connection sees nothing', async () => {
    await expect(pool.query(`SELECT * FROM ${table} LIMIT 1`)).rejects.toMatchObject({ code: '42501' })
  })
})

test("a row cannot point at another company's row, whoever writes it", async () => {
  const [customerOfB, serviceOfA] = await tenancy.asSystem(async (tx) => [
    await tx.customer.findFirstOrThrow({ where: { companyId: companyB } }),
    await tx.service.findFirstOrThrow({ where: { companyId: companyA } }),
  ])
  const data = {
    companyId: companyA,
    customerId: customerOfB.id,
    serviceId: serviceOfA.id,
    appointmentDatetime: new Date('2030-01-01T10:00:00Z'),
    endsAt: new Date('2030-01-01T10:30:00Z'),
  }
  await expect(tenancy.run(companyA, (tx) => tx.appointment.create({ data }))).rejects.toMatchObject({
    code: 'P2003',
  })
  await expect(tenancy.asSystem((tx) => tx.appointment.create({ data }))).rejects.toMatchObject({
    code: 'P2003',
  })
})

test('secrets of Cal.com connections are not for tenants', async () => {
  expect(await outcome(tenancy.run(companyA, (tx) => tx.calcomConnection.findMany()))).toBe('refused')
})

test('the company, the role and the limits are gone after the transaction, also after a failed one', async () => {
  const settings = `SELECT pg_backend_pid() AS pid, current_user::text AS "user", current_setting('app.company_id', true) AS company,
    current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`
  const inside = await tenancy.run(companyA, (tx) => tx.$queryRawUnsafe<Record<string, unknown>[]>(settings))
  expect(inside[0]).toMatchObject({ user: 'gateway_tenant', company: '1', lock: '2s', statement: '5s' })
  await expect(
    tenancy.run(companyA, async () => {
      throw new Error('on purpose')
    }),
  ).rejects.toThrow('on purpose')
  const { rows } = await pool.query(settings)
  expect(rows[0]).toEqual({
    pid: inside[0]!.pid,
    user: 'gateway_bare',
    company: '',
    lock: '0',
    statement: '0',
  })
})

test('RESET ROLE inside a transaction leads to the role that sees nothing', async () => {
  const work = tenancy.run(companyA, async (tx) => {
    await tx.$executeRaw`RESET ROLE`
    return tx.company.findMany()
  })
  expect(await outcome(work)).toBe('refused')
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])(
  'company %s is refused before anything is asked',
  async (companyId) => {
    await expect(tenancy.run(companyId, async () => 'done')).rejects.toThrow(RangeError)
  },
)

test('a transaction inside a transaction is refused at once instead of waiting for its own connection', async () => {
  await expect(tenancy.run(companyA, () => tenancy.asSystem(async () => 'inner'))).rejects.toThrow(
    'inside another',
  )
  // What is started inside but runs afterwards is free to open its own.
  let later: Promise<string> | undefined
  const gate = deferred()
  await tenancy.run(companyA, async () => {
    later = gate.promise.then(() => tenancy.run(companyB, async () => 'later'))
  })
  gate.resolve(undefined)
  expect(await later).toBe('later')
})

test('a failure inside rolls everything back', async () => {
  const failing = tenancy.run(companyA, async (tx) => {
    await tx.customer.create({ data: { companyId: companyA, name: 'Bleibt nicht' } })
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  expect(await tenancy.run(companyA, (tx) => tx.customer.count({ where: { name: 'Bleibt nicht' } }))).toBe(0)
})

test('a blocked statement ends at its limit', async () => {
  const startedAt = performance.now()
  await expect(
    tenancy.run(companyA, (tx) => tx.$executeRaw`SELECT pg_sleep(20)`, { statementTimeoutMs: 100 }),
  ).rejects.toThrow(/statement timeout/)
  expect(performance.now() - startedAt).toBeLessThan(3_000)
})

/** Node 20 has no Promise.withResolvers. */
function deferred() {
  let resolve: (value: unknown) => void = () => {}
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}
