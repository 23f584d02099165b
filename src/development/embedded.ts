/**
 * A real PostgreSQL for development, demo and tests, in a folder of the project: started with us, stopped with us, found
 * again after a crash. One process per folder. Not for production: it listens on 127.0.0.1 only, at a port of its own.
 *
 * The folder holds `cluster/` (the data), `password` and `port` (mode 600), `server.log`, `owner.lock`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import {
  access,
  chmod,
  chown,
  mkdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { DatabaseSetupError } from '../db/errors.ts'
import { type Access, openAccess } from './embedded-access.ts'
import { type Binaries, findBinaries, findServerUser, type ServerUser } from './embedded-binaries.ts'
import { FolderInUse, isProcessAlive, lockFolder } from './folder-lock.ts'

export type EmbeddedOptions = {
  /** Created when missing. */
  dataDir: string
  log: (line: string) => void
  /** Further server settings, for instance `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>
}

export type EmbeddedPostgres = {
  /** A superuser's address of the database `gateway`, password included: not for logs. */
  url: string
  /** Ends all connections, stops the server cleanly and frees the folder. May be called twice. */
  stop(): Promise<void>
}

const databaseName = 'gateway'
const startTimeoutMs = 30_000
const stopTimeoutMs = 15_000
const startAttemptsMax = 20

/**
 * Starts the PostgreSQL of a folder, initialising it at first use (about 1.5 s, later 0.3 s).
 * @throws DatabaseSetupError in one sentence: the folder is in use (names the process), not installed, does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const binaries = await findBinaries()
  const cluster = join(dataDir, 'cluster')
  const user = await findServerUser(cluster)
  await mkdir(dirname(dataDir), { recursive: true })
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(dataDir).catch((error) => {
    if (/EACCES|EPERM/.test((error as NodeJS.ErrnoException).code ?? ''))
      throw new DatabaseSetupError(
        `The database folder ${dataDir} belongs to another user: move it away, or choose another folder with DATA_DIR.`,
      )
    if (!(error instanceof FolderInUse)) throw error
    throw new DatabaseSetupError(
      `The database folder ${dataDir} is already in use by process ${error.pid}: stop that one first, or choose another folder with DATA_DIR.`,
    )
  })
  process.once('exit', lock.releaseSync)
  let access: Access | undefined
  const release = async () => {
    process.off('exit', lock.releaseSync)
    if (access) process.off('exit', access.releaseSync)
    await access?.release()
    await lock.release()
  }
  try {
    // PostgreSQL's user owns the folder, so that it can create the cluster in it.
    if (user) await chown(dataDir, user.uid, user.gid)
    await stopLeftover(cluster, options.log)
    access = await openAccess({ user, binaries, dataDir })
    process.once('exit', access.releaseSync)
    const password = await loadPassword(dataDir)
    if (!(await exists(cluster))) await initialise({ access, dataDir, user, log: options.log })
    await checkMajorVersion(cluster, binaries)
    const { server, port } = await startServer({
      access,
      dataDir,
      password,
      settings: options.settings ?? {},
    })
    options.log(`embedded PostgreSQL is ready (${dataDir})`)
    let stopped: Promise<void> | undefined
    return {
      url: `postgresql://postgres:${password}@127.0.0.1:${port}/${databaseName}`,
      stop() {
        stopped ??= (async () => {
          await stopProcess(server.pid!, () => server.exitCode !== null || server.signalCode !== null)
          await release()
        })()
        return stopped
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

type Start = {
  access: Access
  dataDir: string
  password: string
  settings: Record<string, string>
}

async function startServer(start: Start): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(start.dataDir, attempt)
    const server = spawnServer(start, port)
    const failure = await waitUntilReady(server, start, port)
    if (failure === undefined) {
      await writeFile(join(start.dataDir, 'port'), `${port}\n`, { mode: 0o600 })
      return { server, port }
    }
    // Another program took the port, or processes of a killed server are still going down.
    const passing =
      /Address already in use|could not create any TCP\/IP sockets|shared memory block|is another postmaster/i
    if (attempt >= startAttemptsMax || !passing.test(failure))
      throw new DatabaseSetupError(
        `The embedded PostgreSQL in ${start.dataDir} does not start: ${failure} (see server.log there)`,
      )
    await sleep(250)
  }
}

function spawnServer({ access, dataDir, settings }: Start, port: number): ChildProcess {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...settings,
  }
  const args = [
    ...['-D', join(access.dataPath, 'cluster'), '-p', String(port)],
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const logFile = openSync(join(dataDir, 'server.log'), 'w', 0o600)
  // A group of its own: Ctrl-C reaches us first, and we stop the server when our work is done.
  const server = spawn(access.binaries.postgres, args, { ...access.spawnOptions(logFile), detached: true })
  closeSync(logFile)
  server.on('error', () => {})
  // Also when the process ends without having called stop.
  const onExit = () => server.kill('SIGINT')
  process.once('exit', onExit)
  server.once('exit', () => process.off('exit', onExit))
  server.unref()
  return server
}

/** Resolves with undefined when the server answers, else with the reason why it does not. */
async function waitUntilReady(server: ChildProcess, start: Start, port: number): Promise<string | undefined> {
  const deadline = performance.now() + startTimeoutMs
  while (performance.now() < deadline) {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null)
      return readLastComplaint(join(start.dataDir, 'server.log'))
    if (await createDatabase(port, start.password)) return undefined
    await sleep(30)
  }
  server.kill('SIGQUIT')
  return `no answer within ${startTimeoutMs / 1000} s`
}

/** Connects and makes sure that our database exists; false while the server is not ready yet. */
async function createDatabase(port: number, password: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`)
    return true
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (code === '28P01')
      throw new DatabaseSetupError('The embedded PostgreSQL refuses its password: its folder was mixed up.')
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

type Initialise = Pick<Start, 'access' | 'dataDir'> & {
  user: ServerUser | undefined
  log: (line: string) => void
}

async function initialise({ access, dataDir, user, log }: Initialise): Promise<void> {
  log(`initialising the embedded PostgreSQL in ${dataDir}`)
  // Initialised aside and renamed, so that a run that was killed half-way leaves no half cluster.
  const draft = join(dataDir, 'cluster.new')
  await rm(draft, { recursive: true, force: true })
  if (user) await chown(join(dataDir, 'password'), user.uid, user.gid)
  const args = [
    ...[`--pgdata=${join(access.dataPath, 'cluster.new')}`, '--username=postgres'],
    ...[`--pwfile=${join(access.dataPath, 'password')}`, '--auth=scram-sha-256'],
    // Unicode rules that PostgreSQL brings along: no dependence on the locales of the machine.
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ]
  const failure = await runToEnd(spawn(access.binaries.initdb, args, access.spawnOptions('pipe')))
  if (failure !== undefined) {
    await rm(draft, { recursive: true, force: true })
    throw new DatabaseSetupError(`The embedded PostgreSQL could not be initialised in ${dataDir}: ${failure}`)
  }
  await rename(draft, join(dataDir, 'cluster'))
}

/** Resolves with undefined when the program ended well, else with its last words. Should we end before it, it ends with us. */
async function runToEnd(program: ChildProcess): Promise<string | undefined> {
  const onExit = () => program.kill('SIGTERM')
  process.once('exit', onExit)
  let said = ''
  for (const stream of [program.stdout, program.stderr]) stream?.on('data', (text) => (said += String(text)))
  try {
    const [code, signal] = await once(program, 'close')
    if (code === 0) return undefined
    return said.trim().split('\n').at(-1) || `it ended with ${signal ?? code}`
  } catch (error) {
    return String(error)
  } finally {
    process.off('exit', onExit)
  }
}

async function checkMajorVersion(cluster: string, binaries: Binaries): Promise<void> {
  const stored = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version'])
  const installed = /(\d+)/.exec(stdout)?.[1]
  if (stored !== installed)
    throw new DatabaseSetupError(
      `The data in ${cluster} were written by PostgreSQL ${stored}, installed is ${installed}: move that folder away to start afresh.`,
    )
}

/** Stops the server that a killed process of ours has left running on this cluster; any other process is left alone. */
async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (!(pid > 0)) return
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  const isOurs =
    commandLine === undefined
      ? isProcessAlive(pid)
      : commandLine.includes(cluster) || (await worksIn(pid, cluster))
  if (isOurs) {
    log(`stopping the PostgreSQL that an earlier run left behind (process ${pid})`)
    await stopProcess(pid, () => !isProcessAlive(pid))
  } else if (commandLine !== undefined) {
    // The id belongs to somebody else by now; PostgreSQL itself would refuse to start because of it.
    await rm(pidFile, { force: true })
  }
}

/** Whether a process works in a folder, as a PostgreSQL does in its cluster, whatever it was told as its name (Linux). */
async function worksIn(pid: number, folder: string): Promise<boolean> {
  const [place, wanted] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    realpath(folder).catch(() => folder),
  ])
  return place === wanted
}

/** SIGINT is PostgreSQL's fast shutdown: ends connections, writes everything; SIGQUIT if that takes too long. */
async function stopProcess(pid: number, isGone: () => boolean): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (isGone()) return
    try {
      process.kill(pid, signal)
    } catch {
      // Gone in between; isGone sees it.
    }
    const deadline = performance.now() + stopTimeoutMs
    while (performance.now() < deadline) {
      if (isGone()) return
      await sleep(20)
    }
  }
}

async function loadPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'password')
  const stored = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (stored !== '') return stored
  if (await exists(join(dataDir, 'cluster')))
    throw new DatabaseSetupError(
      `The file ${file} is missing: restore it, or move ${dataDir} away to start afresh.`,
    )
  const password = randomBytes(18).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
  return password
}

/** The port of the last run if it is free, else any free one. */
async function choosePort(dataDir: string, attempt: number): Promise<number> {
  const recorded = Number(await readFile(join(dataDir, 'port'), 'utf8').catch(() => '0'))
  const wanted = attempt === 1 && Number.isInteger(recorded) ? recorded : 0
  return (await probePort(wanted)) ?? (await probePort(0)) ?? 0
}

async function probePort(port: number): Promise<number | undefined> {
  const probe = createServer()
  return new Promise((done) => {
    probe.once('error', () => done(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}

async function readLastComplaint(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n')
  const complaints = lines.filter((line) => /FATAL|PANIC|ERROR|could not|error while/.test(line))
  return (
    (complaints.length > 0 ? complaints.slice(-2).join(' ') : (lines.at(-1) ?? '')).trim() ||
    'no reason given'
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
