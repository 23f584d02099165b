/** Waits for a database that is not there yet: a machine that starts everything at once, a failover, a container that is late. */
import { setTimeout as pause } from 'node:timers/promises'
import { isDatabaseUnavailable } from './errors.ts'

/** How long a start tries before it gives up. */
export const startWithinMs = 30_000
const againAfterMs = 250

/**
 * Runs work again until it meets a living database or the time is over; then it rejects with work's last error. Errors of a
 * living database (a wrong password, a failing statement) are not tried again. @param onWait told once, at the first failure
 */
export async function whenReachable<T>(
  work: () => Promise<T>,
  { withinMs = startWithinMs, onWait = () => {} }: { withinMs?: number; onWait?: () => void } = {},
): Promise<T> {
  const endsAt = performance.now() + withinMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || performance.now() + againAfterMs >= endsAt) throw error
      if (tries === 1) onWait()
      await pause(againAfterMs)
    }
  }
}
