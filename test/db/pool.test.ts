import { Client, type Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tenancy } from '../../src/db/tenancy.ts'
import { createTestDatabase, openOneConnection, type TestDatabase } from '../helpers/database.ts'

let server: TestDatabase
let admin: Client
/** One connection, so that everything below happens on it. */
let pool: Pool
let connection: ReturnType<typeof openOneConnection>
let tenancy: Tenancy
let pid: number

beforeAll(async () => {
  server = await createTestDatabase()
  admin = new Client({ connectionString: server.url })
  await admin.connect()
  connection = openOneConnection(server.url)
  ;({ pool, tenancy } = connection)
  pid = (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid
})
afterAll(async () => {
  await connection?.close()
  await admin?.end()
  await server?.drop()
})

async function connectionState(): Promise<string> {
  const { rows } = await admin.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid])
  return rows[0].state
}

describe('a transaction', () => {
  test('is opened by its first statement, in its scope', async () => {
    await tenancy.run(7, async (tx) => {
      expect(await connectionState()).toBe('idle')
      const [row] = await tx.$queryRaw<Array<{ company: string; role: string }>>`
        SELECT current_setting('app.company_id') AS company, current_user::text AS role`
      expect(row).toEqual({ company: '7', role: 'gateway_tenant' })
      expect(await connectionState()).toBe('idle in transaction')
    })
    expect(await connectionState()).toBe('idle')
  })

  test('leaves nothing of its scope behind', async () => {
    await tenancy.run(7, async () => undefined)
    const { rows } = await pool.query(
      "SELECT current_setting('app.company_id', true) AS company, current_user::text AS role",
    )
    expect(rows[0]).toEqual({ company: '', role: 'gateway_bare' })
  })

  test('whose scope is refused runs nothing and says why', async () => {
    const client = await pool.connect()
    try {
      await client.query({ text: 'BEGIN' })
      await client.query({
        text: "SELECT set_config('app.company_id', '7', true), set_config('role', 'nobody_here', true)",
      })
      await expect(client.query({ text: 'SELECT 1 AS one' })).rejects.toThrow(
        'role "nobody_here" does not exist',
      )
      await client.query({ text: 'ROLLBACK' })
    } finally {
      client.release()
    }
    await expect(tenancy.run(7, (tx) => tx.$queryRaw`SELECT 1 AS one`)).resolves.toEqual([{ one: 1 }])
  })

  test('that fails is rolled back, and the connection goes on', async () => {
    await expect(tenancy.run(7, (tx) => tx.$queryRaw`SELECT 1/0`)).rejects.toThrow(/division by zero/)
    expect(await connectionState()).toBe('idle')
    await expect(tenancy.run(7, (tx) => tx.$queryRaw`SELECT 2 AS two`)).resolves.toEqual([{ two: 2 }])
  })
})

test('statements are prepared once per connection, but not without end', async () => {
  const prepared = () =>
    tenancy.run(7, async (tx) => {
      const [row] = await tx.$queryRaw<
        Array<{ n: number }>
      >`SELECT count(*)::int AS n FROM pg_prepared_statements`
      return row!.n
    })
  const before = await prepared()
  await prepared()
  expect(await prepared()).toBe(before)
  await tenancy.run(
    7,
    async (tx) => {
      for (let index = 0; index < 1_050; index += 1) await tx.$queryRawUnsafe(`SELECT ${index} AS variant`)
    },
    { transactionTimeoutMs: 60_000 },
  )
  const after = await prepared()
  expect(after).toBeGreaterThan(before + 500)
  expect(after).toBeLessThanOrEqual(1_000)
})

describe('statements in one round trip', () => {
  const insert = (name: string) => ({
    name: 'test_insert',
    text: 'INSERT INTO customers (company_id, name, source, updated_at) VALUES ($1, $2, $3, now())',
    values: [1, name, 'test'],
  })
  const counting = {
    name: 'test_count',
    text: "SELECT count(*)::int AS n FROM customers WHERE source = 'test'",
    values: [],
  }
  const names = () =>
    tenancy.run(1, (tx) => tx.customer.findMany({ where: { source: 'test' }, select: { name: true } }))

  test('run in order, in their own transaction and scope, and each answers', async () => {
    const [written, counted] = await tenancy.oneTrip(1, [insert('Eins'), counting])
    expect([written?.rowCount, counted?.rows]).toEqual([1, [{ n: 1 }]])
    expect(await names()).toEqual([{ name: 'Eins' }])
    expect((await tenancy.oneTrip(2, [counting]))[0]?.rows).toEqual([{ n: 0 }])
    expect((await tenancy.oneTripAsSystem([counting]))[0]?.rows).toEqual([{ n: 1 }])
    await expect(tenancy.oneTrip(2, [insert('Fremd')])).rejects.toMatchObject({ code: '42501' })
    expect(await names()).toEqual([{ name: 'Eins' }])
  })

  test('of which one fails leave nothing, and their connection goes on', async () => {
    const wrong = { ...insert('Zwei'), values: [1, 'Zwei'] }
    await expect(tenancy.oneTrip(1, [insert('Davor'), wrong, insert('Danach')])).rejects.toThrow(/parameters/)
    await expect(tenancy.oneTrip(0, [insert('Null')])).rejects.toThrow(RangeError)
    expect(await connectionState()).toBe('idle')
    await tenancy.oneTrip(1, [insert('Drei')])
    expect(await names()).toEqual([{ name: 'Eins' }, { name: 'Drei' }])
  })

  test('whose connection breaks are refused, and the next ones get another', async () => {
    const broken = tenancy.oneTrip(1, [
      {
        name: 'test_break',
        text: 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid()',
        values: [],
      },
    ])
    await expect(broken).rejects.toThrow()
    expect((await tenancy.oneTrip(1, [insert('Vier')]))[0]?.rowCount).toBe(1)
  })
})
