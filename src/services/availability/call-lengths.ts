/**
 * How long a call wants a service to take, once it was said: so that what was looked up is what is booked. Kept in the cache for the
 * length of a long call. Limit: a memory aid; what is lost is asked for once more.
 */
import { z } from 'zod'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'

const lengthsSchema = z.record(z.string(), z.int().positive())
const memorySeconds = 2 * 3600

function lookup(callId: string): Lookup<z.output<typeof lengthsSchema>> {
  return { key: `call:${callId}:lengths`, kind: 'call_lengths', schema: lengthsSchema }
}

/** Minutes by service. */
export class CallLengths {
  readonly #cache: Pick<Cache, 'get' | 'set'>

  constructor({ cache }: { cache: Pick<Cache, 'get' | 'set'> }) {
    this.#cache = cache
  }

  /** The length said last of the service; null: none. */
  async load(callId: string | null, serviceId: number): Promise<number | null> {
    if (callId === null) return null
    return (await this.#cache.get(lookup(callId)))?.[String(serviceId)] ?? null
  }

  async note(callId: string | null, serviceId: number, minutes: number): Promise<void> {
    if (callId === null) return
    const known = (await this.#cache.get(lookup(callId))) ?? {}
    if (known[String(serviceId)] === minutes) return
    await this.#cache.set(lookup(callId).key, { ...known, [String(serviceId)]: minutes }, memorySeconds)
  }
}
