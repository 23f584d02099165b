/**
 * Who may ask how often (design section 9). Counting is @fastify/rate-limit's; its store answers from this process's own
 * count at once and learns the other processes' counts in the background, so that no caller waits for Redis and a Redis
 * that is gone limits nobody.
 */
import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'

export interface LimitVerdict {
  exceeded: boolean
  retryAfterSeconds: number
}

type Limiter = (request: FastifyRequest) => Promise<LimitVerdict>

export interface RequestLimits {
  /** Requests without or with a wrong signature, per address. */
  unsigned: Limiter
  /** Signed events, per address. */
  events: Limiter
  /** Function calls, per call id; a request without one counts per address. */
  functionCalls(request: FastifyRequest, callId: string | null): Promise<LimitVerdict>
}

const windowMs = 60_000

/** Registers the plugin and makes the limiters. Health and metrics use none of them. */
export async function createRequestLimits(
  app: FastifyInstance,
  deps: { cache: Pick<Cache, 'increment'>; clock: Clock },
  max: { unsignedPerMinute: number; eventsPerMinute: number; functionCallsPerMinute: number },
): Promise<RequestLimits> {
  const counters = new SharedCounters(deps)
  await app.register(rateLimit, { global: false, store: storeOver(counters), skipOnError: true })
  const limiter = (name: string, perMinute: number, keyOf: (request: FastifyRequest) => string): Limiter => {
    const check = app.createRateLimit({
      max: perMinute,
      timeWindow: windowMs,
      keyGenerator: (request) => `${name}:${keyOf(request)}`,
    })
    return async (request) => {
      const result = await check(request)
      return result.isAllowed
        ? { exceeded: false, retryAfterSeconds: 0 }
        : { exceeded: result.isExceeded, retryAfterSeconds: result.ttlInSeconds }
    }
  }
  const callIds = new WeakMap<FastifyRequest, string>()
  const perCall = limiter('call', max.functionCallsPerMinute, (request) => callIds.get(request) ?? request.ip)
  return {
    unsigned: limiter('unsigned', max.unsignedPerMinute, (request) => request.ip),
    events: limiter('events', max.eventsPerMinute, (request) => request.ip),
    functionCalls(request, callId) {
      if (callId !== null) callIds.set(request, callId)
      return perCall(request)
    },
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

  /** Counts one request; what is known so far, and how long the window still lasts. */
  count(key: string, windowMs: number): { current: number; ttl: number } {
    const nowMs = this.#deps.clock.now().getTime()
    const window = Math.floor(nowMs / windowMs)
    const windowKey = `${key}:${window}`
    let counter = this.#counters.get(windowKey)
    if (!counter) {
      counter = { local: 0, told: 0, shared: 0, endsAtMs: (window + 1) * windowMs }
      this.#counters.set(windowKey, counter)
    }
    counter.local += 1
    if (counter.local >= countedAlone) this.#tell(windowKey, counter, windowMs)
    return { current: Math.max(counter.local, counter.shared + 1), ttl: counter.endsAtMs - nowMs }
  }

  /** Tells the other processes and learns their count; nobody waits for it. */
  #tell(windowKey: string, counter: Counter, windowMs: number): void {
    const untold = counter.local - counter.told
    counter.told = counter.local
    void this.#deps.cache
      .increment(`limit:${windowKey}`, Math.ceil(windowMs / 1000), untold)
      .then((shared) => {
        counter.shared = Math.max(counter.shared, shared)
      })
  }
}

/** The plugin wants a class; all its limiters count in the same place under different keys. */
function storeOver(counters: SharedCounters) {
  return class SharedStore implements FastifyRateLimitStore {
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      timeWindow: number,
    ): void {
      callback(null, counters.count(key, timeWindow))
    }

    child(): SharedStore {
      return this
    }
  }
}
