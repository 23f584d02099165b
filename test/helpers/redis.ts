/**
 * A real Redis for tests: the one of REDIS_URL, or a redis-server of our own on a free port. Suites are skipped when there is
 * neither, except with REQUIRE_REDIS=1.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export interface TestRedis {
  url: string
  /** Undefined for a server that is not ours: it cannot be stopped or frozen. */
  process?: ChildProcess
  stop(): Promise<void>
}

function findServer(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

const serverPath = findServer()

/** Whether Redis suites can run here; throws where they must and cannot. */
export const redisAvailable = Boolean(process.env.REDIS_URL || serverPath)
/** Whether a server of our own can be started, for tests that stop it. */
export const ownRedisAvailable = Boolean(serverPath)

if (process.env.REQUIRE_REDIS === '1' && !redisAvailable) {
  throw new Error('REQUIRE_REDIS=1, but there is neither REDIS_URL nor a redis-server on the PATH')
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** REDIS_URL's server, or else our own. */
export async function startRedis(): Promise<TestRedis> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} }
  return startOwnRedis()
}

/** A server of our own, on a given or a free port, without persistence. */
export async function startOwnRedis(
  port?: number,
): Promise<TestRedis & { process: ChildProcess; port: number }> {
  if (!serverPath) throw new Error('no redis-server on the PATH')
  const chosenPort = port ?? (await freePort())
  const directory = mkdtempSync(join(tmpdir(), 'gateway-redis-'))
  const child = spawn(
    serverPath,
    [
      '--port',
      String(chosenPort),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ],
    { stdio: 'ignore' },
  )
  const url = `redis://127.0.0.1:${chosenPort}`
  await answers(url)
  return {
    url,
    port: chosenPort,
    process: child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 250 })
  client.on('error', () => {})
  try {
    await client.ping()
  } finally {
    client.disconnect()
  }
}
