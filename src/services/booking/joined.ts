/**
 * The same request of one call twice at once (a retry that overtakes its answer): the second waits for the first one's outcome
 * and tells the same. Within this process; across processes the attempt in the database sees to it.
 */
import type { CallContext } from '../call-context.ts'
import type { BookingWish } from './types.ts'

export class Joined<Outcome> {
  readonly #running = new Map<string, Promise<Outcome>>()

  /** Runs the work, or shares the outcome of the same wish that is under way. Without a call nothing is ever the same. */
  join(
    { companyId, callId }: Pick<CallContext, 'companyId' | 'callId'>,
    wish: BookingWish,
    work: () => Promise<Outcome>,
  ): Promise<Outcome> {
    if (callId === null) return work()
    const entries = Object.entries(wish).sort(([a], [b]) => (a < b ? -1 : 1))
    const key = JSON.stringify([companyId, callId, entries])
    const running = this.#running.get(key)
    if (running) return running
    const started = work().finally(() => this.#running.delete(key))
    this.#running.set(key, started)
    return started
  }
}
