/**
 * Opens the database: one pool of connections, Prisma on top of it, and tenancy as the only way to rows. Outside of a
 * tenancy transaction a connection sees nothing: with a login of its own rights that is checked at start-up, with the
 * single login of development every connection enters a role without any policy.
 */
import { Pool, type PoolConfig } from 'pg'
import { DatabaseSetupError } from './errors.ts'
import { PrismaClient } from './generated/client.ts'
import { requireSchema } from './migrations.ts'
import { openPool, prismaAdapter } from './pool.ts'
import { whenReachable } from './reachable.ts'
import { type Limits, Tenancy } from './tenancy.ts'

export type DatabaseOptions = {
  url: string
  /** Connections of this process, besides those of the job worker. */
  poolMax: number
  /** Shown in pg_stat_activity. */
  applicationName: string
  /** Production: refuse a login that row-level security does not hold. */
  requireRestrictedLogin: boolean
  /** Refuse a database that is older than this code. */
  requireSchema?: boolean
  /** Of its transactions, unless one has its own. */
  limits?: Limits
  /** How long to try to reach it; default: as long as a start may take (30 s). */
  reachWithinMs?: number
}

export type Database = {
  readonly tenancy: Tenancy
  /** The same rows and connections; the audit names `actor`. */
  tenancyOf(actor: string): Tenancy
  /** One round trip; resolves with its milliseconds, rejects within about a second when the database is gone. */
  ping(): Promise<number>
  /** Connections for graphile-worker, in a role that reaches the job queue and nothing else. Opened when first asked for. */
  workerPool(): Pool
  close(): Promise<void>
}

/** What a connection may take on a machine under load. The caller's own time is often shorter and ends the wait before. */
export const connectTimeoutMs = 5_000
/** After this a database that does not answer counts as gone for whoever asks how it is. */
const pingWithinMs = 1_000
const gatewayRoles = ['gateway_tenant', 'gateway_system', 'gateway_worker', 'gateway_console']
/** Roles whose rights a login must not have without asking for them. */
const powerfulRoles = [
  'gateway_tenant',
  'gateway_system',
  'gateway_report',
  'gateway_worker',
  'gateway_console',
]

/**
 * Connects and checks the login.
 * @throws DatabaseSetupError with one sentence for the operator: not migrated, or a login that is too powerful or too weak.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const base: PoolConfig = {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }
  const role = options.requireRestrictedLogin ? {} : { options: '-c role=gateway_bare' }
  const pool = openPool({ ...base, ...role, max: options.poolMax })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  try {
    await whenReachable(() => checkLogin(pool, options.requireRestrictedLogin), {
      ...(options.reachWithinMs === undefined ? {} : { withinMs: options.reachWithinMs }),
    })
    if (options.requireSchema) await requireSchema((sql) => pool.query(sql))
  } catch (error) {
    await pool.end()
    throw error
  }

  const prisma = new PrismaClient({ adapter: prismaAdapter(pool), errorFormat: 'minimal' })
  let workers: Pool | undefined

  const shared = { prisma, pool, detectNesting: !options.requireRestrictedLogin, limits: options.limits }
  return {
    tenancy: new Tenancy(shared),
    tenancyOf: (actor) => new Tenancy({ ...shared, actor }),
    async ping() {
      const startedAt = performance.now()
      await within(pingWithinMs, pool.query('SELECT 1'))
      return performance.now() - startedAt
    },
    workerPool() {
      if (workers === undefined) {
        workers = new Pool({ ...base, options: '-c role=gateway_worker', max: Math.max(4, options.poolMax) })
        workers.on('error', () => {})
      }
      return workers
    },
    async close() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), workers?.end()])
    },
  }
}

/** Rejects when an answer takes longer; the answer itself is then nobody's. */
async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('no answer from the database'), { code: 'ETIMEDOUT' })),
      milliseconds,
    )
  })
  answer.catch(() => {})
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

type Login = {
  name: string
  too_powerful: boolean
  inherits: string[]
  migrated: boolean
  cannot_take: string[]
}

async function checkLogin(pool: Pool, requireRestricted: boolean): Promise<void> {
  // Up to PostgreSQL 15 a member may always SET ROLE; 16 made it an option of its own.
  const sql = `SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls AS too_powerful,
      ARRAY(SELECT rolname::text FROM pg_roles g
             WHERE g.rolname = ANY($1) AND pg_has_role(session_user, g.oid, 'USAGE') ORDER BY 1) AS inherits,
      EXISTS (SELECT FROM pg_class WHERE relname = 'companies' AND relnamespace = 'public'::regnamespace)
        AND NOT EXISTS (SELECT FROM unnest($2::text[]) n WHERE n NOT IN (SELECT rolname FROM pg_roles)) AS migrated,
      ARRAY(SELECT rolname::text FROM pg_roles g WHERE g.rolname = ANY($2) AND NOT pg_has_role(session_user, g.oid,
             CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
             ORDER BY 1) AS cannot_take
    FROM pg_roles r WHERE r.rolname = session_user`
  let login: Login | undefined
  try {
    login = (await pool.query<Login>(sql, [powerfulRoles, gatewayRoles])).rows[0]
  } catch (error) {
    if (
      error instanceof Error &&
      /role "gateway_bare" does not exist|invalid value for parameter "role"/.test(error.message)
    )
      throw new DatabaseSetupError('The database is not migrated: run "npm run db:migrate" first.', {
        cause: error,
      })
    if (error instanceof Error && /permission denied to set role/.test(error.message))
      throw new DatabaseSetupError(
        'The database login may not take the role gateway_bare: grant it, as the README shows under "Production".',
        { cause: error },
      )
    throw error
  }
  if (!login?.migrated)
    throw new DatabaseSetupError('The database is not migrated: run "npm run db:migrate" first.')
  if (login.cannot_take.length > 0)
    throw new DatabaseSetupError(
      `The database login "${login.name}" may not take the roles ${login.cannot_take.join(', ')}: grant them, as the README shows under "Production".`,
    )
  if (!requireRestricted) return
  if (login.too_powerful)
    throw new DatabaseSetupError(
      `The database login "${login.name}" is a superuser or has BYPASSRLS, so row-level security would not hold: use a login of its own for the gateway.`,
    )
  if (login.inherits.length > 0)
    throw new DatabaseSetupError(
      `The database login "${login.name}" inherits ${login.inherits.join(', ')}, so it would see rows outside of a transaction: make it NOINHERIT (PostgreSQL 16: GRANT … WITH INHERIT FALSE).`,
    )
}
