/**
 * How a program that stays up begins and ends. Asked to stop (SIGTERM, SIGINT, a closed terminal, the death of the npm that
 * started it, an error nobody caught) it ends what it has started, last first, within a time, and leaves nothing behind.
 */
import type { Logger } from 'pino'
import { isRunByNpm } from '../config.ts'
import { inBackground } from '../lib/in-background.ts'
import { explain } from './run-cli.ts'

export interface Life {
  /** Something ends with the program; what was given last ends first. */
  atEnd(step: () => Promise<void>): void
  /** Where to tell of the end. */
  tell(log: Pick<Logger, 'info' | 'error' | 'fatal'>): void
  /** Ends the program by itself. */
  end(exitCode: number): Promise<never>
}

const endsWithinMs = 15_000
/** Ctrl-C in a terminal and service managers signal npm and us alike, and npm passes its own signal on: one wish, heard twice. */
const sameWishMs = 1_000
const parentLookEveryMs = 300

/**
 * Runs `start` and stays until asked to stop; resolves never, the process ends instead: with 0 after a clean end, with 1 when
 * the start failed, something broke or the end took too long, with 128 + signal when stopped before it was up.
 */
export async function stayUp(start: (life: Life) => Promise<void>): Promise<void> {
  const steps: Array<() => Promise<void>> = []
  let log: Pick<Logger, 'info' | 'error' | 'fatal'> | undefined
  let up = false
  let stoppedAt: number | undefined

  async function end(exitCode: number): Promise<never> {
    stoppedAt ??= performance.now()
    const overdue = setTimeout(() => {
      log?.error(`not ended within ${endsWithinMs} ms, leaving`)
      process.exit(1)
    }, endsWithinMs)
    let code = exitCode
    for (const step of steps.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        // What it is about to fail at, others may still need their end.
        if (up) log?.error({ err: error }, 'could not be ended')
        code ||= 1
      }
    }
    clearTimeout(overdue)
    process.exit(code)
  }

  function onSignal(signal: NodeJS.Signals, number: number): void {
    if (stoppedAt !== undefined) {
      if (performance.now() - stoppedAt > sameWishMs) process.exit(1)
      return
    }
    log?.info({ signal }, 'stopping')
    inBackground(end(up ? 0 : 128 + number))
  }

  function onError(error: unknown): void {
    if (log) log.fatal({ err: error, alarm: 'crash' }, 'stopping after an error')
    else console.error(error)
    if (stoppedAt !== undefined) process.exit(1)
    inBackground(end(1))
  }

  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('SIGHUP', onSignal)
  process.on('uncaughtException', onError)
  process.on('unhandledRejection', onError)
  if (isRunByNpm()) whenOrphaned(() => onSignal('SIGTERM', 15))

  try {
    await start({
      atEnd(step) {
        steps.push(step)
      },
      tell(to) {
        log = to
      },
      end,
    })
    up = true
  } catch (error) {
    // While it is stopped, whatever was still starting fails for that reason.
    if (stoppedAt !== undefined) return
    explain(error)
    await end(1)
  }
}

/** Calls back once the process that started this one is gone: npm dies of a signal that its shell does not pass on. */
function whenOrphaned(callback: () => void): void {
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    callback()
  }, parentLookEveryMs)
  look.unref()
}
