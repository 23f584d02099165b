/**
 * Debian's PostgreSQL 15 with its client programs, which the embedded one has not: a server of its own in a folder under the
 * temporary directory, without a password.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { vi } from 'vitest'

const programs = '/usr/lib/postgresql/15/bin'

export const hasDebianPostgres = existsSync(join(programs, 'initdb')) && existsSync('/usr/bin/pg_dump')

export interface DebianPostgres {
  /** A superuser's address of a database of this server. */
  url(database: string): string
  query(database: string, sql: string): Promise<Array<Record<string, unknown>>>
  stop(): Promise<void>
}

export async function startDebianPostgres(): Promise<DebianPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-debian-postgres-'))
  const user = serverUser()
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-N'], {
    ...user,
  })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const port = await freePort()
  const server: ChildProcess = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-c', 'fsync=off'],
    { ...user, stdio: 'ignore' },
  )
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
  const query = async (database: string, sql: string) => {
    const client = new Client({ connectionString: url(database) })
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query(sql)).rows as Array<Record<string, unknown>>
    } finally {
      await client.end().catch(() => {})
    }
  }
  await vi.waitFor(() => query('postgres', 'SELECT 1'), { timeout: 60_000, interval: 200 })
  return {
    url,
    query,
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL does not run as root; the package brings a user of its own. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
