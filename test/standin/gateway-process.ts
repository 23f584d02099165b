/**
 * The gateway as an operator runs it: built, a process of its own against an embedded PostgreSQL, started, killed in the middle and
 * started again on the same database; and its commands. Nothing of it is imported but the starting of PostgreSQL.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { withoutAbuseLimits } from '../helpers/no-limits.ts'

export type GatewayOptions = {
  /** Folder for the database and the logs. */
  folder: string
  calcomUrl: string
  apiKey: string
}

const root = new URL('../..', import.meta.url).pathname
/** Generous: the machine may be busy with other things. */
const readyWithinMs = 240_000

export class GatewayProcess {
  readonly retellKey = `key_${randomBytes(12).toString('hex')}`
  readonly webhookSecret = randomBytes(16).toString('hex')
  databaseUrl = ''
  url = ''
  /** How often it has been started. */
  starts = 0
  readonly #options: GatewayOptions
  #postgres: EmbeddedPostgres | undefined
  #process: ChildProcess | undefined
  #environment: Record<string, string> = {}

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  /** PostgreSQL, the demonstration companies, the gateway. */
  async start(): Promise<void> {
    const { folder, calcomUrl, apiKey } = this.#options
    this.#postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      log: () => {},
      settings: { fsync: 'off', synchronous_commit: 'off', max_connections: '60' },
    })
    this.databaseUrl = this.#postgres.url
    const port = await freePort()
    this.url = `http://127.0.0.1:${port}`
    this.#environment = {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, NODE_ENV: 'development', LOG_LEVEL: 'info' },
      ...{ HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: this.databaseUrl, DATA_DIR: folder },
      ...{ RETELLAI_API_KEY: this.retellKey, RETELLAI_FUNCTION_AUTH: 'signature' },
      ...{ CALCOM_API_KEY: apiKey, CALCOM_BASE_URL: calcomUrl, CALCOM_WEBHOOK_SECRET: this.webhookSecret },
      // One busy test account: our own limits would only make the run long.
      ...{
        CALCOM_REQUESTS_PER_MINUTE: '10000',
        ...withoutAbuseLimits,
        CALCOM_REQUESTS_PER_SECOND: '200',
        EVENTS_PER_MINUTE: '100000',
      },
      ...{ READ_DEADLINE_MS: '2500', STALE_DEADLINE_MS: '900', ANSWER_WITHIN_MS: '3000' },
      ...{ START_BOOKING_DEADLINE_MS: '3500', WRITE_DEADLINE_MS: '4000', SHED_ABOVE_DELAY_MS: '0' },
    }
    await this.command('seed')
    await this.#withOrdinaryDays()
    await this.restart()
  }

  /** As in helpers/ordinary-days.ts: the calendar of this stand-in knows no closures and holidays. */
  async #withOrdinaryDays(): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl })
    await client.connect()
    await client.query('DELETE FROM closures; UPDATE branches SET federal_state = NULL')
    await client.end()
  }

  /** Starts the process and waits until it can serve calls. */
  async restart(): Promise<void> {
    this.starts += 1
    const log = createWriteStream(join(this.#options.folder, 'gateway.log'), { flags: 'a' })
    const child = spawn(process.execPath, ['dist/main.js'], {
      ...{ cwd: root, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] },
    })
    this.#process = child
    child.stdout?.pipe(log, { end: false })
    child.stderr?.pipe(log, { end: false })
    const deadline = Date.now() + readyWithinMs
    while (Date.now() < deadline) {
      if (child.exitCode !== null)
        throw new Error(`the gateway ended with ${child.exitCode}, see gateway.log`)
      const ready = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      )
      if (ready) return
      await pause(50)
    }
    throw new Error('the gateway does not become ready, see gateway.log')
  }

  /** SIGKILL, as a machine that fails. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** One of the gateway's commands; its exit code and what it printed. */
  async command(name: 'seed' | 'reconcile', ...args: string[]): Promise<{ code: number; text: string }> {
    const child = spawn(process.execPath, [`dist/cli/${name}.js`, ...args], {
      ...{ cwd: root, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => {
        text += data.toString()
      })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? 1, text }
  }

  /** TERM to the gateway, then PostgreSQL. */
  async stop(): Promise<void> {
    const child = this.#process
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const ended = await Promise.race([once(child, 'exit').then(() => true), pause(20_000, false)])
      if (!ended) await this.kill()
    }
    await this.#postgres?.stop()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
