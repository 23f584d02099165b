/**
 * Who may ask how often (design section 9): @fastify/rate-limit with a store of our own. A process answers from its own count at once
 * and learns the other processes' counts in the background, so that no caller waits for Redis and a Redis that is gone limits nobody.
 */
import rateLimit, { type FastifyRateLimitStore, normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'
import { inBackground } from '../lib/in-background.ts'
import { refuse } from './replies.ts'

/** Counts a request and tells the limit in the answer's headers. Out: the reply, if this one is over the limit and refused with 429. */
type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

export interface RequestLimits {
  /** Requests that are refused for a missing or wrong signature, per address. */
  unsigned: Limit
  /** Signed events, per address. */
  events: Limit
  /** Function calls that are accepted, per call id (Retell calls from one address); one without an id counts per address. */
  functionCalls(
    request: FastifyRequest,
    reply: FastifyReply,
    callId: string | null,
  ): Promise<FastifyReply | undefined>
}

const windowMs = 60_000

interface Deps {
  cache: Pick<Cache, 'increment'>
  clock: Clock
}

/** Makes the limiters of an application. Health and metrics use none of them. */
export async function createRequestLimits(
  app: FastifyInstance,
  deps: Deps,
  max: { unsignedPerMinute: number; eventsPerMinute: number; functionCallsPerMinute: number },
): Promise<RequestLimits> {
  // The plugin constructs its store itself and asks it for a child per limiter.
  class Store extends SharedCounters {
    constructor() {
      super(deps)
    }
  }
  await app.register(rateLimit, { global: false, store: Store, timeWindow: windowMs })
  const limit = (perMinute: number, keyOf: (request: FastifyRequest) => string): Limit => {
    const count = app.createRateLimit({ max: perMinute, keyGenerator: keyOf })
    return async (request, reply) => {
      const verdict = await count(request)
      if (verdict.isAllowed) return undefined
      reply.header('x-ratelimit-limit', verdict.max)
      reply.header('x-ratelimit-remaining', verdict.remaining)
      reply.header('x-ratelimit-reset', verdict.ttlInSeconds)
      if (!verdict.isExceeded) return undefined
      return refuse(reply.header('retry-after', Math.max(1, verdict.ttlInSeconds)), 429)
    }
  }
  const callIds = new WeakMap<FastifyRequest, string>()
  const functionCalls = limit(
    max.functionCallsPerMinute,
    (request) => `call:${callIds.get(request) ?? addressOf(request)}`,
  )
  return {
    unsigned: limit(max.unsignedPerMinute, (request) => `unsigned:${addressOf(request)}`),
    events: limit(max.eventsPerMinute, (request) => `events:${addressOf(request)}`),
    functionCalls(request, reply, callId) {
      if (callId !== null) callIds.set(request, callId)
      return functionCalls(request, reply)
    },
  }
}

/** The sender's address; of IPv6 the /64, because one subscriber has all addresses of it. */
export function addressOf({ ip }: { ip: string | undefined }): string {
  // A sender that is gone has no address any more; nobody reads the answer.
  return normalizeIP(ip ?? 'gone', 64)
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

class SharedCounters implements FastifyRateLimitStore {
  readonly #deps: Deps
  readonly #counters = new LRUCache<string, Counter>({ max: 50_000 })

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Counts one request; how many are known of so far, and how long the window still lasts. */
  incr(key: string, done: (error: Error | null, result?: { current: number; ttl: number }) => void): void {
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
    done(null, { current: Math.max(counter.local, counter.shared + 1), ttl: counter.endsAtMs - nowMs })
  }

  /** All limiters of the application count in one place: their keys differ. */
  child(): FastifyRateLimitStore {
    return this
  }

  /** Tells the other processes and learns their count; nobody waits for it, and a cache never throws. */
  #tell(windowKey: string, counter: Counter): void {
    const untold = counter.local - counter.told
    counter.told = counter.local
    const told = this.#deps.cache
      .increment(`limit:${windowKey}`, Math.ceil(windowMs / 1000), untold)
      .then((shared) => {
        counter.shared = Math.max(counter.shared, shared)
      })
    inBackground(told)
  }
}
