/**
 * A lock file that says which process uses a folder. It survives nothing: a lock whose process is gone (kill -9, power
 * loss, a recycled process id) is taken over. Good for one machine; processes in other containers are not seen.
 */

import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Thrown by `lockFolder`: another living process (or this one, earlier) holds the folder. */
export class FolderInUse extends Error {
  readonly pid: number
  constructor(pid: number) {
    super(`in use by process ${pid}`)
    this.name = 'FolderInUse'
    this.pid = pid
  }
}

/** Whether a process exists; one of another user counts. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What tells a process from a later one with the same id: its start in ticks since boot (Linux), else ''. */
function getProcessBirth(pid: number): string {
  try {
    // The second field is the command in parentheses and may contain spaces; the start time is the 22nd.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

/**
 * Takes the lock of a folder; the returned functions release it (the second one for exit handlers, which cannot wait).
 * @throws FolderInUse when a living process holds it.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void>; releaseSync(): void }> {
  const file = join(folder, 'owner.lock')
  const mine = `${process.pid} ${getProcessBirth(process.pid)} ${randomBytes(6).toString('hex')}\n`
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, mine)
  try {
    for (;;) {
      try {
        // A link appears with its content in one step; creating and then writing would show others an empty lock.
        await link(draft, file)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      await removeStaleLock(file, draft)
    }
  } finally {
    await rm(draft, { force: true })
  }
  return {
    release: () => rm(file, { force: true }),
    releaseSync: () => rmSync(file, { force: true }),
  }
}

async function removeStaleLock(file: string, draft: string): Promise<void> {
  // Gone already: its owner has released it. Empty (a machine that lost power while writing) is stale.
  const content = await readFile(file, 'utf8').catch(() => undefined)
  if (content === undefined) return
  const [pidText = '', birth = ''] = content.trim().split(' ')
  const pid = Number(pidText)
  if (pid > 0 && isProcessAlive(pid) && getProcessBirth(pid) === birth) throw new FolderInUse(pid)
  // Moved aside rather than deleted: if somebody else replaced it in between, it is theirs and goes back.
  const aside = `${draft}.stale`
  try {
    await rename(file, aside)
  } catch {
    return
  }
  if ((await readFile(aside, 'utf8')) !== content) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
}
