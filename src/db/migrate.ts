/**
 * Applies prisma/migrations in order, as `prisma migrate deploy` would, but without Prisma's schema engine (a binary that
 * must be downloaded). It records them in `_prisma_migrations` as Prisma does and takes Prisma's own advisory lock, so the
 * two may be mixed and several processes may start at once. Forward only: there is no down.
 */
import { randomUUID } from 'node:crypto'
import { Logger, runMigrations } from 'graphile-worker'
import { Client, Pool } from 'pg'
import { connectTimeoutMs } from './database.ts'
import { DatabaseSetupError } from './errors.ts'
import {
  findMigrationsFolder,
  type Migration,
  markSchema,
  olderGatewayState,
  readMigrations,
} from './migrations.ts'
import { whenReachable } from './reachable.ts'

export type MigrateOptions = {
  /** A login that owns the tables and may create roles. */
  url: string
  /** One line per applied migration. */
  log?: (line: string) => void
  /** Where the migrations are; default: prisma/migrations of this project. */
  folder?: string
  /** The login of the running gateway, which is to enter the gateway's roles (without inheriting them). */
  grantTo?: string
}

/** The key of `prisma migrate`'s advisory lock. */
const prismaLockKey = 72_707_369

/** Prisma's own table, as its engine creates it. */
const historyTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

/**
 * A table of its own in a session would come before ours of the same name. Privileges on a database do not travel with a dump or a copy,
 * so this is no migration. Who does not own the database is warned by PostgreSQL, and nothing changes.
 */
const withoutTemporaryTables = `DO $$ BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$`

/** graphile-worker's tables refuse everyone but their owner; the worker's role gets them, and only them. */
const workerGrants = `
GRANT USAGE ON SCHEMA graphile_worker TO gateway_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO gateway_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO gateway_worker;
DO $$
DECLARE
  queue_table regclass;
BEGIN
  FOR queue_table IN
    SELECT oid FROM pg_class c WHERE relnamespace = 'graphile_worker'::regnamespace AND relrowsecurity
      AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND polname = 'gateway_worker_all')
  LOOP
    EXECUTE format('CREATE POLICY gateway_worker_all ON %s TO gateway_worker USING (true) WITH CHECK (true)', queue_table);
  END LOOP;
END $$`

type HistoryRow = { migration_name: string; checksum: string; finished_at: Date | null }

/**
 * Brings the database up to date, the job queue's tables included; returns the names of what it applied. A migration that takes
 * something from gateways of an older version is left for a later run while one is connected.
 * @throws DatabaseSetupError when an applied migration was changed since, an earlier one failed half-way, or one fails now
 *   (nothing of that one is kept).
 */
export async function migrateDatabase(options: MigrateOptions): Promise<{ applied: string[] }> {
  const log = options.log ?? (() => {})
  const migrations = await readMigrations(options.folder ?? findMigrationsFolder())
  const client = await whenReachable(() => connect(options.url), {
    onWait: () => log('the database cannot be reached yet, trying for 30 s'),
  })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLockKey])
    await client.query(historyTable)
    const pending = await findPending(client, migrations, log)
    const applied: string[] = []
    for (const migration of pending) {
      const postponed = await applyMigration(client, migration)
      if (postponed !== null) {
        log(`not yet migrated: ${migration.name}: ${postponed}`)
        break
      }
      log(`migrated: ${migration.name}`)
      applied.push(migration.name)
    }
    await markSchema(client, migrations)
    await migrateJobQueue(options.url)
    await client.query(workerGrants)
    await client.query(withoutTemporaryTables)
    if (options.grantTo !== undefined) await grantRoles(client, options.grantTo)
    return { applied }
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'gateway-migrate',
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // The connection may break while the other one works; the next query reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  return client
}

async function findPending(
  client: Client,
  migrations: Migration[],
  log: (line: string) => void,
): Promise<Migration[]> {
  const { rows } = await client.query<HistoryRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const failed = rows.find((row) => row.finished_at === null)
  if (failed)
    throw new DatabaseSetupError(
      `The migration ${failed.migration_name} failed half-way earlier: repair the database and settle it with "prisma migrate resolve".`,
    )
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]))
  for (const { name, checksum } of migrations) {
    const recorded = applied.get(name)
    if (recorded !== undefined && recorded !== checksum)
      throw new DatabaseSetupError(
        `The migration ${name} was changed after it had been applied: restore the file and put the change into a new migration.`,
      )
  }
  const known = new Set(migrations.map(({ name }) => name))
  for (const name of applied.keys())
    if (!known.has(name)) log(`the database has a migration that this version does not know: ${name}`)
  return migrations.filter(({ name }) => !applied.has(name))
}

/** Out: null, or why a migration must wait; it is applied by a later run, and the gateway works without it until then. */
async function applyMigration(client: Client, { name, sql, checksum }: Migration): Promise<string | null> {
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
    return null
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    const reason = error instanceof Error ? error.message : String(error)
    if ((error as { code?: unknown }).code === olderGatewayState) return reason
    throw new DatabaseSetupError(`The migration ${name} failed and was rolled back: ${reason}`, {
      cause: error,
    })
  }
}

async function grantRoles(client: Client, login: string): Promise<void> {
  const { rows } = await client.query<{ known: boolean; options: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known,
       current_setting('server_version_num')::int >= 160000 AS options`,
    [login],
  )
  if (!rows[0]?.known)
    throw new DatabaseSetupError(
      `The database login "${login}" of DATABASE_URL does not exist: create it first.`,
    )
  // Before PostgreSQL 16 only the login itself says whether it inherits; start-up refuses one that does.
  const options = rows[0].options ? 'WITH INHERIT FALSE, SET TRUE' : ''
  await client.query(
    `GRANT gateway_tenant, gateway_system, gateway_report, gateway_worker, gateway_console, gateway_bare TO ${client.escapeIdentifier(login)} ${options}`,
  )
}

async function migrateJobQueue(url: string): Promise<void> {
  const pgPool = new Pool({ connectionString: url, max: 1, application_name: 'gateway-migrate' })
  pgPool.on('error', () => {})
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => {}) })
  } finally {
    await pgPool.end()
  }
}
