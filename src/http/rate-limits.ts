/**
 * Who may ask how often (design section 9). A process answers from its own count at once and learns the other processes' counts in
 * the background, so that no caller waits for Redis and a Redis that is gone limits nobody.
 */
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'

export interface LimitVerdict {
  exceeded: boolean
  retryAfterSeconds: number
}

export interface RequestLimits {
  /** Requests without or with a wrong signature, per address. */
  unsigned(request: FastifyRequest): LimitVerdict
  /** Signed events, per address. */
  events(request: FastifyRequest): LimitVerdict
  /** Function calls, per call id; a request without one counts per address. */
  functionCalls(request: FastifyRequest, callId: string | null): LimitVerdict
}

const windowMs = 60_000

/** Makes the limiters. Health and metrics use none of them. */
export function createRequestLimits(
  deps: { cache: Pick<Cache, 'increment'>; clock: Clock },
  max: { unsignedPerMinute: number; eventsPerMinute: number; functionCallsPerMinute: number },
): RequestLimits {
  const counters = new SharedCounters(deps)
  const verdict = (key: string, perMinute: number): LimitVerdict => {
    const { current, leftMs } = counters.count(key)
    return { exceeded: current > perMinute, retryAfterSeconds: Math.ceil(leftMs / 1000) }
  }
  return {
    unsigned: (request) => verdict(`unsigned:${request.ip}`, max.unsignedPerMinute),
    events: (request) => verdict(`events:${request.ip}`, max.eventsPerMinute),
    functionCalls: (request, callId) => verdict(`call:${callId ?? request.ip}`, max.functionCallsPerMinute),
  }
}

/** So many requests of a window a process counts alone; a whole call stays below and costs the cache nothing. */
const countedAlone = 10

interface Counter {
  local: number
  /** How many of these the cache knows. */
  told: number
  /** The count over all processes, as far as it is known. */
  shared: number
  endsAtMs: number
}

class SharedCounters {
  readonly #deps: { cache: Pick<Cache, 'increment'>; clock: Clock }
  readonly #counters = new LRUCache<string, Counter>({ max: 50_000 })

  constructor(deps: { cache: Pick<Cache, 'increment'>; clock: Clock }) {
    this.#deps = deps
  }

  /** Counts one request; how many are known of so far, and how long the window still lasts. */
  count(key: string): { current: number; leftMs: number } {
    const nowMs = this.#deps.clock.now().getTime()
    const window = Math.floor(nowMs / windowMs)
    const windowKey = `${key}:${window}`
    let counter = this.#counters.get(windowKey)
    if (!counter) {
      counter = { local: 0, told: 0, shared: 0, endsAtMs: (window + 1) * windowMs }
      this.#counters.set(windowKey, counter)
    }
    counter.local += 1
    if (counter.local >= countedAlone) this.#tell(windowKey, counter)
    return { current: Math.max(counter.local, counter.shared + 1), leftMs: counter.endsAtMs - nowMs }
  }

  /** Tells the other processes and learns their count; nobody waits for it. */
  #tell(windowKey: string, counter: Counter): void {
    const untold = counter.local - counter.told
    counter.told = counter.local
    void this.#deps.cache
      .increment(`limit:${windowKey}`, Math.ceil(windowMs / 1000), untold)
      .then((shared) => {
        counter.shared = Math.max(counter.shared, shared)
      })
  }
}
