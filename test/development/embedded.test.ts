import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { isDatabaseUnavailable } from '../../src/db/errors.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { isProcessAlive } from '../../src/development/folder-lock.ts'

const child = fileURLToPath(new URL('./embedded-child.ts', import.meta.url))
const settings = { fsync: 'off' }

let folder: string
let dataDir: string
const running: EmbeddedPostgres[] = []
const children: ChildProcess[] = []

beforeAll(async () => {
  // Closed to everybody but its owner, as `mktemp -d` and a home folder are.
  folder = await mkdtemp(join(tmpdir(), 'gateway-embedded-'))
  dataDir = join(folder, 'data', 'postgres')
})
afterEach(async () => {
  for (const embedded of running.splice(0)) await embedded.stop()
  for (const process of children.splice(0)) process.kill('SIGKILL')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({ dataDir, log: () => {}, settings })
  running.push(embedded)
  return embedded
}

/** The same in another process; resolves when that server is ready. */
async function startElsewhere(): Promise<{ process: ChildProcess; url: string }> {
  const process = fork(child, [dataDir], { execArgv: ['--import', 'tsx'] })
  children.push(process)
  const [url] = await once(process, 'message')
  return { process, url: url as string }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

const serverPid = async () =>
  Number((await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0])
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((done) => setImmediate(done))
}

test('data survive a restart, the address stays, and the password is for the owner only', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await start()
  expect(second.url).toBe(first.url)
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
  expect(new URL(second.url).hostname).toBe('127.0.0.1')
})

test('a second start in the same process and in another one fails with one sentence that names folder and process', async () => {
  await start()
  const sentence = new RegExp(
    `^The database folder ${dataDir} is already in use by process ${process.pid}: .*DATA_DIR`,
  )
  await expect(start()).rejects.toThrow(sentence)
  const other = fork(child, [dataDir], { execArgv: ['--import', 'tsx'], silent: true })
  children.push(other)
  let complaint = ''
  other.stderr?.on('data', (chunk) => {
    complaint += chunk
  })
  const [code] = await once(other, 'close')
  expect(code).not.toBe(0)
  expect(complaint).toContain(`${dataDir} is already in use by process ${process.pid}`)
})

test('after kill -9 the next start stops the server that was left running and carries on with its data', async () => {
  const killed = await startElsewhere()
  await query(killed.url, 'CREATE TABLE IF NOT EXISTS survivor AS SELECT 1 AS n')
  const leftServer = await serverPid()
  killed.process.kill('SIGKILL')
  await once(killed.process, 'exit')
  expect(isProcessAlive(leftServer)).toBe(true)
  const next = await start()
  expect(await query(next.url, 'SELECT n FROM survivor')).toEqual([{ n: 1 }])
  expect(await serverPid()).not.toBe(leftServer)
  expect(isProcessAlive(leftServer)).toBe(false)
})

test('after server and owner were both killed, also with their ids taken by others, it starts by itself', async () => {
  const killed = await startElsewhere()
  const server = await serverPid()
  killed.process.kill('SIGKILL')
  process.kill(server, 'SIGKILL')
  await until(() => !isProcessAlive(server))
  // The ids of both now belong to a living process that has nothing to do with it: this one.
  const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
  await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid)))
  await writeFile(join(dataDir, 'owner.lock'), `${process.pid} 1 0123\n`)
  const next = await start()
  expect(await query(next.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('a lock that a power failure left empty does not hold anybody up', async () => {
  await writeFile(join(dataDir, 'owner.lock'), '')
  expect(await query((await start()).url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('a process that ends without stopping takes its server along and frees the folder', async () => {
  const ended = await startElsewhere()
  const server = await serverPid()
  ended.process.send('exit')
  await once(ended.process, 'exit')
  await until(() => !isProcessAlive(server))
  await expect(readFile(join(dataDir, 'owner.lock'))).rejects.toMatchObject({ code: 'ENOENT' })
  await start()
})

test('of several starts at once exactly one gets the folder', async () => {
  const starts = await Promise.allSettled([start(), start(), start()])
  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
})

test('when the server goes away every question fails within about a second as an outage, and answers again after', async () => {
  const first = await start()
  await migrateDatabase({ url: first.url })
  const database = await openDatabase({
    url: first.url,
    poolMax: 2,
    applicationName: 'test',
    requireRestrictedLogin: false,
  })
  expect(await database.ping()).toBeLessThan(1_000)
  await first.stop()
  const startedAt = performance.now()
  const failures = await Promise.all([
    database.ping().catch((error: unknown) => error),
    database.tenancy.run(1, (tx) => tx.company.findMany()).catch((error: unknown) => error),
    database.tenancy.asSystem(async () => 'done').catch((error: unknown) => error),
  ])
  expect(performance.now() - startedAt).toBeLessThan(2_500)
  expect(failures.map(isDatabaseUnavailable)).toEqual([true, true, true])
  await start()
  expect(await database.tenancy.asSystem(async () => 'done')).toBe('done')

  // Cut off in the middle of a transaction.
  const cut = await database.tenancy
    .asSystem(async (tx) => {
      await running.pop()!.stop()
      return tx.company.count()
    })
    .catch((error: unknown) => error)
  expect(isDatabaseUnavailable(cut)).toBe(true)
  await database.close()
})
