/**
 * Everything around the gateway, all of it real but Cal.com: PostgreSQL, Redis, a mail server, the gateway's own processes behind
 * a balancer. Each can be broken and mended. One clock for all, ahead of the machine's by an offset that only grows.
 */
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { seedDemo } from '../../src/development/seed.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { withoutAbuseLimits } from '../helpers/no-limits.ts'
import { withOrdinaryDays } from '../helpers/ordinary-days.ts'
import { ownRedisAvailable, startOwnRedis, type TestRedis } from '../helpers/redis.ts'
import { startSmtp, type TestSmtp } from '../helpers/smtp.ts'
import { ServerProcess, startBalancer } from './processes.ts'

export const apiKey = 'key_of_the_chaos_workspace'
/** Bartpflege: shared by several people, booked on the web only. */
export const groupEventType = 2563105
/** Damenhaarschnitt: on the web one may choose how long it takes. */
export const severalLengths = 2563102
export const longLength = 90
const webhookSecret = 'secret-of-the-chaos-webhook'
const sqlTriesMax = 60
const stalledAfterMs = 30_000
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' }

/** So that no call waits for its turn at Cal.com, and more of them fit into a run. */
const lifted = { CALCOM_REQUESTS_PER_MINUTE: '10000', CALCOM_REQUESTS_PER_SECOND: '1000' }

export interface WorldOptions {
  gateways: number
  sabotage?: string
  /** Our limits at Cal.com as they are by default; else they are lifted. */
  ownLimits?: boolean
}

export class World {
  readonly #folder: string
  readonly #logFile: number
  readonly #smtp: TestSmtp
  readonly simulator: Simulator
  #postgres: EmbeddedPostgres | undefined
  #redis: (TestRedis & { port: number }) | undefined
  #balancer: Server | undefined
  #offsetMs = 0
  #ended = false
  readonly gateways: ServerProcess[] = []
  worker!: ServerProcess
  readonly #processes: ServerProcess[] = []
  url = ''
  /** What was broken, how often. */
  readonly disasters: Record<string, number> = {}

  private constructor(parts: { folder: string; smtp: TestSmtp; simulator: Simulator }) {
    this.#folder = parts.folder
    this.#smtp = parts.smtp
    this.simulator = parts.simulator
    this.#logFile = openSync(this.logPath, 'a')
  }

  static async open({ gateways, sabotage = '', ownLimits = false }: WorldOptions): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-chaos-'))
    const smtp = await startSmtp()
    // The simulator asks the world for the time, and the world needs the simulator first.
    let world: World | undefined
    const simulator = await startSimulator({
      rateLimit: ownLimits ? 120 : null,
      clock: () => world?.now() ?? new Date(),
      webhookTimeoutMs: 2_000,
    })
    world = new World({ folder, smtp, simulator })
    try {
      await world.#start(gateways, sabotage, ownLimits ? {} : lifted)
    } catch (error) {
      await world.close({ keepLog: true })
      throw error
    }
    return world
  }

  /** Log lines of all processes. */
  get logPath(): string {
    return join(this.#folder, 'gateway.log')
  }

  get mails() {
    return this.#smtp.mails
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs)
  }

  /** Time passes for everyone at once; the queue, which lives by the database's clock, follows. */
  async advance(ms: number): Promise<void> {
    this.#offsetMs += ms
    await Promise.all(this.#processes.map((server) => server.setOffset(this.#offsetMs)))
    // The queue keeps its locks by the database's clock: they grow old with the others.
    await this.sql(
      `UPDATE graphile_worker._private_jobs SET locked_at = locked_at - make_interval(secs => $1) WHERE locked_at IS NOT NULL`,
      [ms / 1000],
    )
    await this.#forgetBudget()
    await this.hurryJobs()
  }

  /** Jobs that are due by the world's clock are due now. */
  async hurryJobs(): Promise<void> {
    await this.sql(
      `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE is_available AND run_at > now() AND run_at <= $1`,
      [this.now()],
    )
  }

  /** Asks the database as its owner, waiting while it restarts. */
  async sql<T extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<T[]> {
    for (let tried = 1; ; tried += 1) {
      const client = new Client({ connectionString: this.#postgres?.url, connectionTimeoutMillis: 1_000 })
      client.on('error', () => {})
      try {
        await client.connect()
        return (await client.query<T>(text, values)).rows
      } catch (error) {
        const ours = (error as { code?: string }).code?.match(/^(42|23|22)/)
        if (ours || tried >= sqlTriesMax) throw error
        await wait(250)
      } finally {
        await client.end().catch(() => {})
      }
    }
  }

  async restartPostgres(): Promise<void> {
    this.#count('PostgreSQL restarted')
    await this.#postgres!.stop()
    await wait(300)
    const before = this.#postgres!.url
    this.#postgres = await startEmbeddedPostgres({ dataDir: this.#dataDir, log: () => {}, settings })
    if (this.#postgres.url !== before) throw new Error('PostgreSQL came back at another address')
  }

  async killGateway(index: number): Promise<void> {
    this.#count('gateway killed')
    await this.gateways[index]!.kill()
    await this.#startServer(this.gateways[index]!)
  }

  async killWorker(): Promise<void> {
    this.#count('worker killed')
    await this.worker.kill()
    await this.#startServer(this.worker)
  }

  /** Redis is gone for a while, and comes back empty. */
  async loseRedis(forMs: number): Promise<void> {
    if (!this.#redis) return
    this.#count('Redis lost')
    const { port } = this.#redis
    await this.#redis.stop()
    await wait(forMs)
    this.#redis = await startOwnRedis(port)
  }

  async loseSmtp(forMs: number): Promise<void> {
    this.#count('mail server down')
    await this.#smtp.stop()
    await wait(forMs)
    await this.#smtp.start()
  }

  /** The next mails are accepted, but their acknowledgement is lost. */
  async mumbleSmtp(count: number, forMsMax: number): Promise<void> {
    this.#count('mail acknowledgements lost')
    const until = this.mails.length + count
    const endsAt = Date.now() + forMsMax
    this.#smtp.mood('lost')
    while (this.mails.length < until && Date.now() < endsAt) await wait(20)
    this.#smtp.mood('ok')
  }

  /**
   * Runs the queue dry: everything is whole again, time passes in steps, and every job of the cron table has run at each of
   * them. Out: names of jobs that did not end.
   */
  async drain(): Promise<string[]> {
    this.simulator.control.setChaos(null)
    this.simulator.control.clearFaults()
    this.simulator.control.setWebhookMode({ delivery: 'inline' })
    await this.simulator.control.flushWebhooks('lifo')
    for (const minutes of [2, 5, 11, 20]) {
      await this.advance(minutes * 60_000)
      for (const { name } of schedule)
        await this.sql(`SELECT graphile_worker.add_job($1, '{}'::json, job_key => 'chaos:' || $1)`, [name])
      const left = await this.#waitForJobs()
      if (left.length > 0) return left
    }
    return []
  }

  /** Waits while there is progress. */
  async #waitForJobs(): Promise<string[]> {
    let fewest = Number.POSITIVE_INFINITY
    let endsAt = 0
    for (;;) {
      await this.hurryJobs()
      const left = await this.sql<{ name: string }>(
        `SELECT t.identifier AS name FROM graphile_worker._private_jobs j
           JOIN graphile_worker._private_tasks t ON t.id = j.task_id
          WHERE j.attempts < j.max_attempts AND j.run_at <= $1`,
        [this.now()],
      )
      if (left.length < fewest) {
        fewest = left.length
        endsAt = Date.now() + stalledAfterMs
      }
      if (left.length === 0 || Date.now() > endsAt) return left.map(({ name }) => name)
      await wait(200)
    }
  }

  /** Keeps both sides of the story beside the log, for whoever looks into a broken promise. */
  async keepState(ledger: object): Promise<void> {
    const tables: Record<string, unknown> = {}
    for (const table of [
      'appointments',
      'appointment_changes',
      'booking_attempts',
      'callback_requests',
      'mail_outbox',
    ])
      tables[table] = await this.sql(`SELECT * FROM ${table} ORDER BY created_at`)
    const state = { ...tables, bookings: this.simulator.control.bookings(), ledger }
    await writeFile(join(this.#folder, 'state.json'), JSON.stringify(state, null, 1))
  }

  /** Ends everything; the folder with the log stays if `keepLog`. */
  async close({ keepLog }: { keepLog: boolean }): Promise<void> {
    this.#ended = true
    await Promise.all(this.#processes.map((server) => server.kill()))
    this.#balancer?.close()
    await this.simulator.close()
    await this.#smtp.stop()
    await this.#redis?.stop()
    await this.#postgres?.stop()
    closeSync(this.#logFile)
    if (!keepLog) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    else await rm(this.#dataDir, { recursive: true, force: true, maxRetries: 5 })
  }

  get #dataDir(): string {
    return join(this.#folder, 'postgres')
  }

  async #start(gateways: number, sabotage: string, limits: Record<string, string>): Promise<void> {
    this.#postgres = await startEmbeddedPostgres({ dataDir: this.#dataDir, log: () => {}, settings })
    const { url } = this.#postgres
    await migrateDatabase({ url })
    const database = await openDatabase({
      url,
      poolMax: 1,
      applicationName: 'chaos-seed',
      requireRestrictedLogin: false,
    })
    await seedDemo(database)
    await withOrdinaryDays(database)
    await database.close()
    await this.sql('UPDATE companies SET customer_mails = true WHERE id = 1')
    await this.sql(
      'UPDATE services SET requires_confirmation = true WHERE calcom_event_type_id = 2563106 AND company_id = 1',
    )
    this.simulator.control.putEventType({
      id: 2563106,
      title: 'Beratung',
      lengthInMinutes: 15,
      requiresConfirmation: true,
    })
    this.simulator.control.putEventType({
      id: groupEventType,
      title: 'Bartpflege in der Gruppe',
      lengthInMinutes: 20,
      seatsPerTimeSlot: 4,
    })
    this.simulator.control.putEventType({
      id: severalLengths,
      title: 'Damenhaarschnitt',
      lengthInMinutes: 60,
      lengthInMinutesOptions: [60, longLength],
    })
    if (ownRedisAvailable) this.#redis = await startOwnRedis()
    const environment: Record<string, string> = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      JOBS: 'worker',
      DATABASE_URL: url,
      ...(this.#redis && { REDIS_URL: this.#redis.url }),
      RETELLAI_API_KEY: apiKey,
      RETELLAI_FUNCTION_AUTH: 'signature',
      CALCOM_API_KEY: 'cal_test_demo_salon',
      CALCOM_BASE_URL: `${this.simulator.url}/v2`,
      CALCOM_WEBHOOK_SECRET: webhookSecret,
      ...limits,
      FUNCTION_CALLS_PER_MINUTE: '10000',
      ...withoutAbuseLimits,
      UNSIGNED_PER_MINUTE: '10000',
      EVENTS_PER_MINUTE: '10000',
      SMTP_URL: this.#smtp.url,
      MAIL_FROM: 'Terminservice <termine@askpro.example>',
    }
    const server = (role: 'gateway' | 'worker') =>
      new ServerProcess({ role, environment, sabotage, logFile: this.#logFile })
    for (let count = 0; count < gateways; count += 1) this.gateways.push(server('gateway'))
    this.worker = server('worker')
    this.#processes.push(...this.gateways, this.worker)
    await Promise.all(this.#processes.map((one) => this.#startServer(one)))
    const { port, server: balancer } = await startBalancer(this.gateways)
    this.#balancer = balancer
    this.url = `http://127.0.0.1:${port}`
    this.simulator.control.subscribe({
      subscriberUrl: `${this.url}/api/calcom/webhook`,
      secret: webhookSecret,
    })
  }

  async #startServer(server: ServerProcess): Promise<void> {
    if (this.#ended) return
    // The database may be away at that moment: as any supervisor would, try again.
    for (let tried = 1; ; tried += 1) {
      try {
        return await server.start(this.#offsetMs)
      } catch (error) {
        if (tried >= 10 || this.#ended) throw error
        await wait(500)
      }
    }
  }

  /** Permits and pauses of Cal.com's limit live by the clock of Redis: they pass with ours. */
  async #forgetBudget(): Promise<void> {
    if (!this.#redis) return
    const client = new Redis(this.#redis.url)
    try {
      const keys = await client.keys('budget:*')
      if (keys.length > 0) await client.del(...keys)
    } finally {
      client.disconnect()
    }
  }

  #count(disaster: string): void {
    this.disasters[disaster] = (this.disasters[disaster] ?? 0) + 1
  }
}
