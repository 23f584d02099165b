/**
 * Copies of the whole database, by PostgreSQL's own pg_dump and pg_restore. A copy is whole or refused: row-level security would make
 * pg_dump leave rows out, so the login must be one it does not hold. A restored copy is marked, and no gateway starts on it
 * until an operator says so: the original may still be running, and what was waiting to be sent then was perhaps sent since.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, rename, rm, stat } from 'node:fs/promises'
import { Client } from 'pg'
import { connectTimeoutMs } from './database.ts'
import { DatabaseSetupError } from './errors.ts'

const restoredMark = 'restored: '
const gatewayRole = /\b(?:TO|FROM) "?(gateway_\w+)"?/g

/** What pg_dump and pg_restore are called with. */
export interface CopyOptions {
  /** The owner's login. */
  url: string
  file: string
  /** The process's own, for PATH. */
  environment: Readonly<Record<string, string | undefined>>
}

/** In: a login that row-level security does not hold. Out: the file's size in bytes; it is readable by its owner only. */
export async function backUp({ url, file, environment }: CopyOptions): Promise<{ bytes: number }> {
  if (await exists(file)) throw new DatabaseSetupError(`${file} is there already: name another file.`)
  await withClient(url, async (client) => {
    await requireUnheldLogin(client, 'copy')
    await requireProgram('pg_dump', client, environment)
  })
  // Whole under its name, or not there: a copy that broke off must not look like one.
  const part = `${file}.part`
  try {
    await run('pg_dump', ['--format=custom', '--no-owner', `--file=${part}`], {
      ...environment,
      ...connectionVariables(url),
    })
    await chmod(part, 0o600)
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  return { bytes: (await stat(file)).size }
}

/**
 * Fills an empty database from a copy, in one transaction, with the roles that its grants name, and marks it as restored.
 * `db:migrate` has to follow. @throws DatabaseSetupError with one sentence: not empty, a broken copy, a login that may not
 */
export async function restore({ url, file, environment }: CopyOptions): Promise<void> {
  if (!(await exists(file))) throw new DatabaseSetupError(`${file} is not there.`)
  await withClient(url, async (client) => {
    await requireUnheldLogin(client, 'restore')
    await requireProgram('pg_restore', client, environment)
    if ((await client.query(`SELECT to_regclass('public.companies') AS known`)).rows[0].known)
      throw new DatabaseSetupError(
        'The database has tables of the gateway already: name an empty one in DATABASE_MIGRATION_URL.',
      )
    // Roles belong to the server, not to the database that is copied.
    const schema = await run('pg_restore', ['--schema-only', '--file=-', file], environment)
    const roles = new Set([...schema.matchAll(gatewayRole)].map((match) => match[1]!))
    for (const role of roles) {
      const { rows } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])
      if (rows.length === 0)
        await client.query(`CREATE ROLE ${client.escapeIdentifier(role)} NOLOGIN NOINHERIT`)
    }
  })
  const whole = ['--no-owner', '--exit-on-error', '--single-transaction']
  await run('pg_restore', [...whole, `--dbname=${new URL(url).pathname.slice(1)}`, file], {
    ...environment,
    ...connectionVariables(url),
  })
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ now: string }>(
      `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS now`,
    )
    await client.query(
      `COMMENT ON TABLE _prisma_migrations IS ${client.escapeLiteral(restoredMark + rows[0]!.now)}`,
    )
  })
}

export interface Release {
  /** Mails that waited when the copy was made: not sent, since the original may have sent them; kept as failed. */
  mailsHeldBack: number
}

/** Lets gateways start on a restored copy. @throws DatabaseSetupError when it is none */
export async function release({ url }: { url: string }): Promise<Release> {
  return withClient(url, async (client) => {
    await requireUnheldLogin(client, 'release')
    if ((await readMark(client)) === null)
      throw new DatabaseSetupError('This database is no restored copy, or was released already.')
    await client.query('BEGIN')
    const { rowCount } = await client.query(
      `UPDATE mail_outbox SET state = 'failed', last_error = 'restored copy: the original may have sent it', updated_at = now()
        WHERE state = 'pending'`,
    )
    await client.query('COMMENT ON TABLE _prisma_migrations IS NULL')
    await client.query('COMMIT')
    return { mailsHeldBack: rowCount ?? 0 }
  })
}

/** @throws DatabaseSetupError on a restored copy that nobody has released */
export async function requireReleased(url: string): Promise<void> {
  const mark = await withClient(url, readMark)
  if (mark !== null)
    throw new DatabaseSetupError(
      `This database was restored from a copy (${mark} UTC) and answers nobody yet: end what runs on the original, look at it, then "npm run restore -- --release".`,
    )
}

async function readMark(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ mark: string | null }>(
    `SELECT obj_description(to_regclass('public._prisma_migrations'), 'pg_class') AS mark`,
  )
  const mark = rows[0]?.mark
  return mark?.startsWith(restoredMark) ? mark.slice(restoredMark.length) : null
}

async function requireUnheldLogin(client: Client, what: string): Promise<void> {
  const { rows } = await client.query<{ name: string; free: boolean }>(
    'SELECT rolname AS name, rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user',
  )
  const { name, free } = rows[0]!
  if (!free)
    throw new DatabaseSetupError(
      `The login "${name}" cannot ${what} everything, row-level security holds it: use one with BYPASSRLS in DATABASE_MIGRATION_URL (as a superuser: ALTER ROLE "${name}" BYPASSRLS).`,
    )
}

/** pg_dump and pg_restore must be at least as new as the server. */
async function requireProgram(
  program: string,
  client: Client,
  environment: CopyOptions['environment'],
): Promise<void> {
  const { rows } = await client.query<{ server: string }>(
    `SELECT (current_setting('server_version_num')::int / 10000)::text AS server`,
  )
  const server = rows[0]!.server
  const found = /(\d+)/.exec(await run(program, ['--version'], environment))?.[1]
  if (found === undefined || Number(found) < Number(server))
    throw new DatabaseSetupError(
      `${program} ${found} is older than the server (${server}): install postgresql-client-${server}, or run it where the server is.`,
    )
}

/** Out: what the program printed. The password goes by the environment: arguments are everybody's to read. */
async function run(
  program: string,
  args: readonly string[],
  environment: CopyOptions['environment'],
): Promise<string> {
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (err += String(text)))
  const code = await once(child, 'close').then(
    ([status]) => status as number | null,
    (error: NodeJS.ErrnoException) => {
      throw new DatabaseSetupError(
        error.code === 'ENOENT'
          ? `${program} is not installed here: it comes with postgresql-client.`
          : `${program} could not be started: ${error.message}`,
      )
    },
  )
  if (code !== 0)
    throw new DatabaseSetupError(
      `${program} ended with ${code}: ${err.trim().split('\n').at(0) ?? 'no reason given'}`,
    )
  return out
}

function connectionVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const variables = {
    PGHOST: searchParams.get('host') ?? hostname.replace(/^\[|\]$/g, ''),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    PGSSLMODE: searchParams.get('sslmode') ?? '',
    PGCONNECT_TIMEOUT: String(connectTimeoutMs / 1_000),
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'gateway-copy',
    connectionTimeoutMillis: connectTimeoutMs,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
