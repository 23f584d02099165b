/** The two-login set-up of production, on a PostgreSQL of its own: an owner without superuser rights, and the gateway's login. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Logger, runOnce } from 'graphile-worker'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { enqueueJob } from '../../src/db/jobs.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { seedDemo } from '../../src/development/seed.ts'

let folder: string
let embedded: EmbeddedPostgres
let admin: Client

const urlOf = (login: string, database = 'production') => {
  const url = new URL(embedded.url)
  url.username = login
  url.password = 'secret'
  url.pathname = `/${database}`
  return url.href
}
const open = (login: string, requireRestrictedLogin = true) =>
  openDatabase({ url: urlOf(login), poolMax: 2, applicationName: 'test', requireRestrictedLogin })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-production-'))
  embedded = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: () => {},
    settings: { fsync: 'off' },
  })
  admin = new Client({ connectionString: embedded.url })
  await admin.connect()
  await admin.query("CREATE ROLE gateway_owner LOGIN CREATEROLE PASSWORD 'secret'")
  await admin.query("CREATE ROLE gateway_app LOGIN NOINHERIT PASSWORD 'secret'")
  for (const name of ['production', 'second', 'third'])
    await admin.query(`CREATE DATABASE ${name} OWNER gateway_owner`)
})
afterAll(async () => {
  await admin?.end()
  await embedded?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('an owner without superuser rights migrates, and grants the gateway its roles', async () => {
  const unmigrated = open('gateway_app')
  await expect(unmigrated).rejects.toThrow('The database is not migrated')
  // Roles belong to the whole server: several databases that are migrated at once all try to make them.
  const databases = ['production', 'second', 'third']
  await Promise.all(databases.map((name) => migrateDatabase({ url: urlOf('gateway_owner', name) })))
  await expect(open('gateway_app')).rejects.toThrow(
    'The database login "gateway_app" may not take the roles gateway_console, gateway_system, gateway_tenant, gateway_worker: grant them',
  )
  await expect(migrateDatabase({ url: urlOf('gateway_owner'), grantTo: 'nobody_at_all' })).rejects.toThrow(
    'The database login "nobody_at_all" of DATABASE_URL does not exist',
  )
  await migrateDatabase({ url: urlOf('gateway_owner'), grantTo: 'gateway_app' })
  await (await open('gateway_app')).close()
  await (await open('gateway_app', false)).close()
})

test("the gateway's login serves companies and runs jobs, and sees nothing outside of a transaction", async () => {
  const database = await open('gateway_app')
  await seedDemo(database)
  expect(await database.tenancy.run(1, (tx) => tx.company.findMany({ select: { id: true } }))).toEqual([
    { id: 1 },
  ])
  await database.tenancy.run(1, (tx) => enqueueJob(tx, { task: 'send_mail', payload: {} }))
  const seen: unknown[] = []
  const taskList = { send_mail: async (payload: unknown) => void seen.push(payload) }
  const logger = new Logger(() => () => {})
  await runOnce({ pgPool: database.workerPool(), noHandleSignals: true, logger, taskList })
  expect(seen).toEqual([{ company_id: 1 }])
  await database.close()
  const bare = new Client({ connectionString: urlOf('gateway_app') })
  await bare.connect()
  await expect(bare.query('SELECT * FROM customers')).rejects.toMatchObject({ code: '42501' })
  await bare.end()
})

test('even the owner of the tables sees no row without a role', async () => {
  const owner = new Client({ connectionString: urlOf('gateway_owner') })
  await owner.connect()
  for (const table of ['companies', 'customers', 'services', 'calcom_connections'])
    expect((await owner.query(`SELECT count(*)::int AS n FROM ${table}`)).rows, table).toEqual([{ n: 0 }])
  await owner.end()
})

test('the owner alone may serve a single-login set-up, each connection in the role that sees nothing', async () => {
  const database = await open('gateway_owner', false)
  expect(await database.tenancy.run(2, (tx) => tx.company.findMany({ select: { id: true } }))).toEqual([
    { id: 2 },
  ])
  await database.close()
})

test.each([
  [
    'a superuser',
    "CREATE ROLE mighty LOGIN SUPERUSER PASSWORD 'secret'",
    'mighty',
    /"mighty" is a superuser or has BYPASSRLS/,
  ],
  [
    'a login that passes row-level security',
    "CREATE ROLE passing LOGIN BYPASSRLS NOINHERIT PASSWORD 'secret' IN ROLE gateway_tenant, gateway_system, gateway_worker, gateway_console",
    'passing',
    /"passing" is a superuser or has BYPASSRLS/,
  ],
  [
    'a login that inherits the roles',
    "CREATE ROLE heir LOGIN INHERIT PASSWORD 'secret' IN ROLE gateway_tenant, gateway_system, gateway_worker, gateway_console",
    'heir',
    /"heir" inherits gateway_.*, so it would see rows outside of a transaction/,
  ],
])('production refuses %s', async (_what, sql, login, sentence) => {
  await admin.query(sql)
  await expect(open(login)).rejects.toThrow(sentence)
})
