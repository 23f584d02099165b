/**
 * vitest's globalSetup: one PostgreSQL for the whole run, with a migrated and seeded template that `createTestDatabase`
 * clones. Embedded in a folder of its own under the temporary directory, or the server at DATABASE_URL (its login must be
 * allowed to create databases and roles). Runs do not meet: every name is unique, and what a killed run left is swept.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { isProcessAlive } from '../../src/development/folder-lock.ts'
import { seedDemo } from '../../src/development/seed.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `adminUrl` may create databases; `template` is the one to clone; `prefix` starts every name of this run. */
    postgres: { adminUrl: string; template: string; prefix: string }
  }
}

const parentFolder = join(tmpdir(), 'gateway-test-postgres')
const namePrefix = 'gateway_test_'
/** Databases on a shared server are dropped by whoever comes this much later. */
const abandonedAfterMs = 3 * 3_600_000

/** Not durable on purpose: the data live as long as the run. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  autovacuum: 'off',
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = `${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`
  const prefix = `${namePrefix}${run}`
  const external = process.env.DATABASE_URL
  const embedded = external ? undefined : await startOwn(run)
  const adminUrl = embedded?.url ?? external!
  const template = `${prefix}_template`
  if (external) await dropMatching(adminUrl, isAbandoned)
  await execute(adminUrl, `CREATE DATABASE ${template}`)
  const url = withDatabase(adminUrl, template)
  await migrateDatabase({ url })
  const database = await openDatabase({
    url,
    poolMax: 1,
    applicationName: 'test-seed',
    requireRestrictedLogin: false,
  })
  await seedDemo(database)
  await database.close()
  project.provide('postgres', { adminUrl, template, prefix })

  return async () => {
    if (embedded) {
      await embedded.stop()
      await rm(embedded.folder, { recursive: true, force: true })
    } else await dropMatching(adminUrl, (name) => name.startsWith(prefix))
  }
}

async function startOwn(run: string): Promise<EmbeddedPostgres & { folder: string }> {
  await mkdir(parentFolder, { recursive: true, mode: 0o755 })
  await sweepFolders()
  const folder = join(parentFolder, `${process.pid}-${run}`)
  const embedded = await startEmbeddedPostgres({ dataDir: folder, log: () => {}, settings })
  return { ...embedded, folder }
}

/** Folders of runs whose process is gone: their servers are stopped, their files deleted. */
async function sweepFolders(): Promise<void> {
  for (const name of await readdir(parentFolder)) {
    const owner = Number(name.split('-')[0])
    if (isProcessAlive(owner)) continue
    const folder = join(parentFolder, name)
    const server = Number(
      (await readFile(join(folder, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0],
    )
    const commandLine = server > 0 ? await readFile(`/proc/${server}/cmdline`, 'utf8').catch(() => '') : ''
    const workFolder = server > 0 ? await readlink(`/proc/${server}/cwd`).catch(() => '') : ''
    if (commandLine.includes(folder) || workFolder.startsWith(folder)) process.kill(server, 'SIGQUIT')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => {})
  }
}

function isAbandoned(name: string): boolean {
  const startedAt = Number.parseInt(name.slice(namePrefix.length).split('_')[0] ?? '', 36)
  return name.startsWith(namePrefix) && startedAt < Date.now() - abandonedAfterMs
}

async function dropMatching(adminUrl: string, matches: (name: string) => boolean): Promise<void> {
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database')
  for (const { datname } of rows)
    if (matches(datname)) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  await client.end()
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** The same server and login, another database. */
function withDatabase(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}
