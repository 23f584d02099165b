import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'

const realFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const realCount = readdirSync(realFolder, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
).length

let server: TestDatabase
let client: Client
let folder: string

beforeEach(async () => {
  server = await createTestDatabase()
  client = new Client({ connectionString: server.url })
  await client.connect()
  folder = await mkdtemp(join(tmpdir(), 'gateway-migrations-'))
  await cp(realFolder, folder, { recursive: true })
})
afterEach(async () => {
  await client.end()
  await server.drop()
  await rm(folder, { recursive: true })
})

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, name, 'migration.sql'), sql)
}
/** Removes everything, so that the database is as new. */
async function empty(): Promise<void> {
  await client.query(
    'DROP SCHEMA public CASCADE; DROP SCHEMA graphile_worker CASCADE; DROP SCHEMA gateway_report CASCADE; CREATE SCHEMA public',
  )
}
const history = async () =>
  (await client.query('SELECT * FROM _prisma_migrations ORDER BY migration_name')).rows as Record<
    string,
    unknown
  >[]

test('a migrated database is left as it is', async () => {
  const before = await history()
  expect(await migrateDatabase({ url: server.url })).toEqual({ applied: [] })
  expect(await history()).toEqual(before)
})

test('a migration is recorded as Prisma records it', async () => {
  const [row] = await history()
  const file = await readFile(join(realFolder, '20251101000000_init', 'migration.sql'))
  expect(row).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    checksum: createHash('sha256').update(file).digest('hex'),
    finished_at: expect.any(Date),
    migration_name: '20251101000000_init',
    logs: null,
    rolled_back_at: null,
    started_at: expect.any(Date),
    applied_steps_count: 1,
  })
})

test('several processes that migrate an empty database at once apply each migration once', async () => {
  await empty()
  const results = await Promise.all([1, 2, 3].map(() => migrateDatabase({ url: server.url })))
  expect(results.map(({ applied }) => applied.length).sort()).toEqual([0, 0, realCount])
  expect(await history()).toHaveLength(realCount)
})

test('new migrations are applied in the order of their names, each announced', async () => {
  await addMigration('20990102000000_second', 'ALTER TABLE first_table ADD COLUMN more int')
  await addMigration('20990101000000_first', 'CREATE TABLE first_table (id int)')
  const lines: string[] = []
  const { applied } = await migrateDatabase({ url: server.url, folder, log: (line) => lines.push(line) })
  expect(applied).toEqual(['20990101000000_first', '20990102000000_second'])
  expect(lines).toEqual(['migrated: 20990101000000_first', 'migrated: 20990102000000_second'])
})

test('a migration that fails leaves nothing behind and says which one it was', async () => {
  await addMigration('20990101000000_broken', 'CREATE TABLE half (id int); SELECT no_such_function()')
  await expect(migrateDatabase({ url: server.url, folder })).rejects.toThrow(
    /^The migration 20990101000000_broken failed and was rolled back: function no_such_function\(\) does not exist/,
  )
  expect((await client.query("SELECT to_regclass('half') AS half")).rows[0]).toEqual({ half: null })
  expect(await history()).toHaveLength(realCount)
})

test('a migration that was changed after it had been applied is refused', async () => {
  await addMigration('20251101000000_init', 'SELECT 1')
  await expect(migrateDatabase({ url: server.url, folder })).rejects.toThrow(
    'The migration 20251101000000_init was changed after it had been applied',
  )
})

test('a migration that failed half-way under Prisma stops everything', async () => {
  await client.query(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('x', 'y', '20990101000000_half', 'boom')",
  )
  await expect(migrateDatabase({ url: server.url })).rejects.toThrow(
    '20990101000000_half failed half-way earlier',
  )
})

test('a migration of a newer version is mentioned and tolerated, so that an older process may start', async () => {
  await addMigration('20990101000000_newer', 'SELECT 1')
  await migrateDatabase({ url: server.url, folder })
  const lines: string[] = []
  await migrateDatabase({ url: server.url, log: (line) => lines.push(line) })
  expect(lines).toEqual([
    'the database has a migration that this version does not know: 20990101000000_newer',
  ])
})

test('an unmigrated database is refused at start-up with what to do', async () => {
  await empty()
  // The roles belong to the whole server and are there; the tables are not.
  const options = { url: server.url, poolMax: 1, applicationName: 'test', requireRestrictedLogin: false }
  await expect(openDatabase(options)).rejects.toThrow(
    'The database is not migrated: run "npm run db:migrate" first.',
  )
})

test('a database that is older than the code is refused at start-up, a newer one is not', async () => {
  const options = {
    ...{ url: server.url, poolMax: 1, applicationName: 'test', requireRestrictedLogin: false },
    requireSchema: true,
  }
  await (await openDatabase(options)).close()
  await client.query("COMMENT ON TABLE companies IS 'schema: 20261126010000_attempts_to_verify'")
  await expect(openDatabase(options)).rejects.toThrow(
    /^The database is at 20261126010000_attempts_to_verify and this version needs \d{14}_\w+: run "npm run db:migrate" first\.$/,
  )
  await client.query('COMMENT ON TABLE companies IS NULL')
  await expect(openDatabase(options)).rejects.toThrow('The database is at a version before 0.2.0 and')
  // A migration that sorts before the newest one is missing all the same.
  await client.query("COMMENT ON TABLE companies IS 'schema: 20261128235900_call_sessions, 3 steps'")
  await expect(openDatabase(options)).rejects.toThrow(
    /^The database lacks \d+ migration\(s\) of this version: run/,
  )
  await addMigration('20990101000000_newer', 'SELECT 1')
  await migrateDatabase({ url: server.url, folder })
  await (await openDatabase(options)).close()
})
