/**
 * How our command-line programs end: 0 when the work is done, 1 with one clear sentence when the operator can fix it, and
 * with the stack when it is our mistake.
 */
import { ConfigError } from '../config.ts'
import { DatabaseSetupError, isDatabaseUnavailable } from '../db/errors.ts'

/** What an operator typed cannot be done: said in the message, without a stack. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Runs the work of a program and sets the exit code; never rejects. `exitOnSignal` is for short programs without an end of
 * their own: Ctrl-C then runs the exit handlers (an embedded PostgreSQL goes along), which the default does not.
 */
export async function runCli(
  work: () => Promise<void>,
  { exitOnSignal = false }: { exitOnSignal?: boolean } = {},
): Promise<void> {
  if (exitOnSignal)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  try {
    await work()
  } catch (error) {
    process.exitCode = 1
    explain(error)
  }
}

/** Tells the operator why a program could not do its work: one sentence where they can help it, else all there is. */
export function explain(error: unknown): void {
  if (error instanceof ConfigError || error instanceof DatabaseSetupError || isUsageError(error))
    console.error(error.message)
  else if (isDatabaseUnavailable(error))
    console.error('The database cannot be reached: is it running, is DATABASE_URL right?')
  else if ((error as NodeJS.ErrnoException | null)?.code === 'EADDRINUSE')
    console.error(
      `The port ${(error as { port?: number }).port} is taken: end what listens there, or choose another one with PORT.`,
    )
  else console.error(error)
}

/** Ours, or parseArgs's own: an option that does not exist, a value that is missing. */
function isUsageError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS') === true
}
