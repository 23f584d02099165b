/**
 * Everything the benchmark measures against, on this machine: a real PostgreSQL with production's two logins, a real Redis, the
 * simulated Cal.com in a process of its own, and the built server, once or several times, with all protections on.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { seedDemo } from '../../src/development/seed.ts'
import { withoutAbuseLimits } from '../helpers/no-limits.ts'
import { withOrdinaryDays } from '../helpers/ordinary-days.ts'
import { freePort, startOwnRedis } from '../helpers/redis.ts'
import { type Child, projectFolder, spawnNode, waitFor } from './children.ts'
import { metricsToken } from './scrape.ts'

export const apiKey = 'key_of_the_benchmark'
export const calcomKey = 'cal_test_demo_salon'
const appPassword = 'benchmark'
/** What `npm start` gives to Node. */
export const productionFlags = startFlags()

export interface Server {
  url: string
  child: Child
  /** From spawn to the first /readyz that answers 200. */
  readyMs: number
}

export interface Stack {
  databaseUrl: string
  /** Superuser; for looking, never for measuring. */
  adminUrl: string
  redisUrl: string
  database: Database
  calcom: { url: string; control(path: string, body?: unknown, method?: string): Promise<unknown> }
  /** Where PostgreSQL writes its log. */
  postgresLog: string
  startServer(env?: Record<string, string>, nodeArgs?: string[], from?: string): Promise<Server>
  close(): Promise<void>
}

function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'))
  const words = (scripts.start as string).split(' ')
  return words.slice(words.indexOf('node') + 1, -1)
}

/** Starts PostgreSQL, Redis and the simulator. `dist` is the folder of the built server. */
export async function startStack(dist: string): Promise<Stack> {
  const closing: Array<() => Promise<unknown>> = []
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  try {
    const dataDir = join(folder, 'postgres')
    const postgres = await startEmbeddedPostgres({
      dataDir,
      log: () => {},
      settings: { max_connections: '200', log_line_prefix: '%a|%v|' },
    })
    closing.push(() => postgres.stop())
    const databaseUrl = await prepareDatabase(postgres.url)
    const redis = await startOwnRedis()
    closing.push(() => redis.stop())
    const calcom = await startCalcom(dist)
    closing.push(() => calcom.child.stop())
    const database = await openDatabase({
      url: databaseUrl,
      poolMax: 4,
      applicationName: 'bench',
      requireRestrictedLogin: true,
    })
    closing.push(() => database.close())

    return {
      databaseUrl,
      adminUrl: postgres.url,
      redisUrl: redis.url,
      database,
      calcom,
      postgresLog: join(dataDir, 'server.log'),
      async startServer(env = {}, nodeArgs = [], from = dist) {
        const port = await freePort()
        const startedAt = performance.now()
        const child = spawnNode({
          args: [...productionFlags, ...nodeArgs, join(from, 'main.js')],
          probe: true,
          env: {
            NODE_ENV: 'production',
            PUBLIC_URL: 'https://gateway.example',
            HOST: '127.0.0.1',
            PORT: String(port),
            LOG_LEVEL: 'info',
            DATABASE_URL: databaseUrl,
            REDIS_URL: redis.url,
            RETELLAI_API_KEY: apiKey,
            METRICS_TOKEN: metricsToken,
            CALCOM_API_KEY: calcomKey,
            CALCOM_BASE_URL: `${calcom.url}/v2`,
            CALCOM_WEBHOOK_SECRET: 'secret-of-the-benchmark',
            CALCOM_REQUESTS_PER_MINUTE: '10000',
            ...withoutAbuseLimits,
            CALCOM_REQUESTS_PER_SECOND: '1000',
            EVENTS_PER_MINUTE: '1000000',
            ...env,
          },
        })
        closing.push(() => child.stop())
        const url = `http://127.0.0.1:${port}`
        await waitFor(`${url}/readyz`, child)
        const readyMs = performance.now() - startedAt
        await settled(url)
        return { url, child, readyMs }
      },
      close: () => closeAll(closing),
    }
  } catch (error) {
    await closeAll(closing)
    throw error
  }
}

/** The owner migrates, the gateway's own login may do nothing by itself: as in production. Out: where that login connects to. */
export async function prepareDatabase(adminUrl: string): Promise<string> {
  const admin = new Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`CREATE ROLE gateway_app LOGIN NOINHERIT PASSWORD '${appPassword}'`)
  await admin.end()
  await migrateDatabase({ url: adminUrl, grantTo: 'gateway_app' })
  const address = new URL(adminUrl)
  address.username = 'gateway_app'
  address.password = appPassword
  const database = await openDatabase({
    url: address.href,
    poolMax: 1,
    applicationName: 'bench-seed',
    requireRestrictedLogin: true,
  })
  await seedDemo(database)
  await withOrdinaryDays(database)
  await database.close()
  return address.href
}

async function startCalcom(dist: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawnNode({
    args: [join(dist, 'cli/simulator.js'), '--port', String(port), '--no-rate-limit'],
  })
  await waitFor(`${url}/__control/bookings`, child)
  return {
    url,
    child,
    async control(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
      const response = await fetch(`${url}/__control/${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      if (!response.ok) throw new Error(`simulator: ${path} answered ${response.status}`)
      return response.json()
    },
  }
}

/** Waits until the server sheds nothing: on a busy machine its own start looks like an overload. */
async function settled(url: string): Promise<void> {
  const status = () =>
    fetch(`${url}/api/retell/parse-date`, { method: 'POST' }).then((response) => response.status)
  for (let attempt = 0; attempt < 100 && (await status()) === 503; attempt += 1) await pause(100)
}

async function closeAll(closing: Array<() => Promise<unknown>>): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close().catch((error) => console.error(error))
}
