/**
 * The migrations of this version, and how far a database is: its newest one is written where a login without any rights can read it,
 * so that a gateway does not start on a database that is older than its code.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { DatabaseSetupError } from './errors.ts'

export type Migration = { name: string; sql: string; checksum: string }

/** SQLSTATE of a migration that must wait for gateways of an older version to end. */
export const olderGatewayState = 'GWOLD'
/**
 * What the schema is, where a login without rights can read it: the newest migration and how many are applied, as a comment of a table
 * that is always there. The number counts, since a later version may bring a migration that sorts before the newest one.
 */
const schemaMark = /^schema: (\S+?)(?:, (\d+) steps)?$/
const schemaOf = `SELECT obj_description(to_regclass('public.companies'), 'pg_class') AS mark`

/** In the order in which they are applied. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'))
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
}

/** Upwards from this file, so that it is found from src/ and from dist/ alike. */
export function findMigrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new DatabaseSetupError('The folder prisma/migrations is missing.')
    folder = parent
  }
  return join(folder, 'prisma', 'migrations')
}

/** A step that takes something from gateways of an older version, and may have to wait for them to end. */
function mayWait({ sql }: Migration): boolean {
  return sql.includes(`'${olderGatewayState}'`)
}

/** Writes down which migrations are applied. In: a connection of the tables' owner, and all migrations of this version. */
export async function markSchema(client: Client, known: readonly Migration[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1',
  )
  const newest = rows.at(-1)?.name
  const waiting = new Set(known.filter(mayWait).map(({ name }) => name))
  const steps = rows.filter(({ name }) => !waiting.has(name)).length
  if (newest && (await client.query(`SELECT to_regclass('public.companies') AS known`)).rows[0].known)
    await client.query(
      `COMMENT ON TABLE companies IS ${client.escapeLiteral(`schema: ${newest}, ${steps} steps`)}`,
    )
}

/**
 * Refuses a database that is older than this code: what is missing would fail in the middle of a call. Newer ones are fine, and so is
 * one whose last step waits for older gateways to end.
 * @throws DatabaseSetupError with one sentence for the operator
 */
export async function requireSchema(
  query: (sql: string) => Promise<{ rows: Array<{ mark: string | null }> }>,
): Promise<void> {
  const needed = (await readMigrations(findMigrationsFolder())).filter((migration) => !mayWait(migration))
  const mark = (await query(schemaOf)).rows[0]?.mark ?? ''
  const [, newest, steps] = schemaMark.exec(mark) ?? []
  // Before 0.3.0 the number was not written down.
  if (steps === undefined)
    throw new DatabaseSetupError(
      `The database is at ${newest ?? 'a version before 0.2.0'} and this version needs ${needed.at(-1)?.name}: run "npm run db:migrate" first.`,
    )
  const missing = needed.length - Number(steps)
  if (missing > 0)
    throw new DatabaseSetupError(
      `The database lacks ${missing} migration(s) of this version: run "npm run db:migrate" first.`,
    )
}
