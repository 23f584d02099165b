/**
 * How the user that runs the embedded PostgreSQL reaches its programs and its data. PostgreSQL refuses to run as root, and
 * under root the project often lies where nobody else may enter (a clone in root's home, what `mktemp -d` makes, files
 * installed with a closed umask). It gets no right over other files for that: programs out of its reach are copied to a
 * temporary folder while it runs, and a data folder out of its reach is handed down open, as `/proc/self/fd/3`.
 */
import { execFile, type SpawnOptions } from 'node:child_process'
import { closeSync, constants, openSync, rmSync } from 'node:fs'
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { DatabaseSetupError } from '../db/errors.ts'
import type { Binaries, ServerUser } from './embedded-binaries.ts'

const run = promisify(execFile)

export interface Access {
  /** Programs that the database's user can start. */
  binaries: Binaries
  /** The data folder as those programs must name it. */
  dataPath: string
  /** What `spawn` needs besides the command: user, folder, and after the given two outputs whatever is handed down. */
  spawnOptions(output: number | 'pipe'): SpawnOptions
  /** Removes what was made for this run. */
  release(): Promise<void>
  /** The same for exit handlers, which cannot wait. */
  releaseSync(): void
}

const copyPrefix = 'gateway-postgres-'
/** In the data folder: where the programs were copied to, for whoever comes after a killed run. */
const noteFile = 'programs'
/** The first descriptor after the three that every program has. */
const handedDown = '/proc/self/fd/3'

/**
 * Finds a way for the user to the programs and into the folder. @param user undefined: ourselves, who reach both
 * @throws DatabaseSetupError when there is none
 */
export async function openAccess(options: {
  user: ServerUser | undefined
  binaries: Binaries
  dataDir: string
}): Promise<Access> {
  const { user, dataDir } = options
  await removeLeftCopy(dataDir)
  if (user === undefined) return describe({ ...options, dataPath: dataDir })
  const copy = (await starts(options.binaries.postgres, user))
    ? undefined
    : await copyPrograms(options.binaries, user)
  if (copy !== undefined) await writeFile(join(dataDir, noteFile), `${copy.folder}\n`, { mode: 0o600 })
  const binaries = copy?.binaries ?? options.binaries
  if (await enters(dataDir, user)) return describe({ user, binaries, dataPath: dataDir, copy: copy?.folder })
  if (process.platform !== 'linux')
    throw new DatabaseSetupError(
      `PostgreSQL does not run as root, and the user that runs it instead cannot enter ${dataDir}: move the project out of the closed folder, or set DATABASE_URL.`,
    )
  const descriptor = openSync(dataDir, constants.O_RDONLY | constants.O_DIRECTORY)
  return describe({ user, binaries, dataPath: handedDown, descriptor, copy: copy?.folder })
}

function describe(way: {
  user?: ServerUser | undefined
  binaries: Binaries
  dataPath: string
  descriptor?: number | undefined
  copy?: string | undefined
}): Access {
  const { user, binaries, dataPath, copy } = way
  let { descriptor } = way
  const close = () => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    binaries,
    dataPath,
    spawnOptions: (output) => ({
      ...user,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', output, output, ...(descriptor === undefined ? [] : [descriptor])],
    }),
    async release() {
      close()
      if (copy !== undefined) await rm(copy, { recursive: true, force: true })
    },
    releaseSync() {
      close()
      if (copy !== undefined) rmSync(copy, { recursive: true, force: true })
    },
  }
}

/** Whether the user can start a program; being found and being allowed are tried together. */
async function starts(program: string, user: ServerUser): Promise<boolean> {
  return run(program, ['--version'], { ...user, cwd: '/', env: serverEnvironment() }).then(
    () => true,
    () => false,
  )
}

async function enters(folder: string, user: ServerUser): Promise<boolean> {
  return run('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

/** Copies the installation to the first temporary folder from which the user can start it (one may be closed or `noexec`). */
async function copyPrograms(
  binaries: Binaries,
  user: ServerUser,
): Promise<{ folder: string; binaries: Binaries }> {
  const installation = dirname(dirname(binaries.postgres))
  const places = [...new Set([tmpdir(), '/tmp', '/var/tmp', '/dev/shm', '/run'])]
  for (const place of places) {
    const folder = await mkdtemp(join(place, copyPrefix)).catch(() => undefined)
    if (folder === undefined) continue
    const moved = (program: string) => join(folder, relative(installation, program))
    const copied = { postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) }
    try {
      await chmod(folder, 0o755)
      if (await enters(folder, user)) {
        await cp(installation, folder, { recursive: true, dereference: true })
        // Installed with a closed umask, the files are root's alone.
        for (const entry of ['', ...(await readdir(folder, { recursive: true }))])
          await chmod(join(folder, entry), 0o755)
        if (await starts(copied.postgres, user)) return { folder, binaries: copied }
      }
    } catch {
      // Full, for one: the next place.
    }
    await rm(folder, { recursive: true, force: true })
  }
  throw new DatabaseSetupError(
    `PostgreSQL does not run as root, and the user that runs it instead reaches its programs neither in ${installation} nor copied to any of ${places.join(', ')}: move the project out of the closed folder, or set DATABASE_URL.`,
  )
}

/** Removes the copy of a run that was killed. The data folder is the database's: its word alone deletes nothing of others. */
async function removeLeftCopy(dataDir: string): Promise<void> {
  const note = join(dataDir, noteFile)
  const folder = (await readFile(note, 'utf8').catch(() => '')).trim()
  if (!basename(folder).startsWith(copyPrefix) || basename(folder).length !== copyPrefix.length + 6) return
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() && found.uid === process.getuid?.())
    await rm(folder, { recursive: true, force: true })
  await rm(note, { force: true })
}

/** None of our own variables: PG* ones would change the server, others may be secrets. */
function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', LC_MESSAGES: 'C' }
}
