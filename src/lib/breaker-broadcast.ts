/**
 * Tells the other processes that a circuit breaker opened or closed, so that a thousand gateways need not each
 * find out by five failures. Best effort: without Redis, or when a message is lost, every process finds out itself.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { inBackground } from './in-background.ts'
import type { SharedRedis } from './redis.ts'
import { type Misfits, readJson } from './shared-value.ts'

/** Times are durations, not instants: the processes' clocks need not agree. */
export type BreakerSignal = { state: 'open'; forMs: number } | { state: 'closed' }

export interface BreakerBroadcast {
  /** Tells the others; returns at once. */
  announce(key: string, signal: BreakerSignal): void
  /** Calls `listener` for what others announce about `key`. Out: a function that ends it. */
  subscribe(key: string, listener: (signal: BreakerSignal) => void): () => void
}

/** For a single process. */
export const noBroadcast: BreakerBroadcast = { announce: () => {}, subscribe: () => () => {} }

const channel = 'gateway:breaker'
/** No breaker of ours stays open for longer, whoever says so. */
const openMaxMs = 60_000
const messageSchema = z.object({
  origin: z.string().max(100),
  key: z.string().max(200),
  signal: z.discriminatedUnion('state', [
    z.object({ state: z.literal('open'), forMs: z.number().positive().max(openMaxMs) }),
    z.object({ state: z.literal('closed') }),
  ]),
})

export class RedisBreakerBroadcast implements BreakerBroadcast {
  readonly #redis: Pick<SharedRedis, 'optional' | 'important' | 'subscribe'>
  readonly #origin = randomUUID()
  readonly #listeners = new Map<string, Set<(signal: BreakerSignal) => void>>()
  readonly #misfits: Misfits | undefined
  #unsubscribe: (() => void) | undefined

  constructor({
    redis,
    misfits,
  }: {
    redis: Pick<SharedRedis, 'optional' | 'important' | 'subscribe'>
    misfits?: Misfits
  }) {
    this.#redis = redis
    this.#misfits = misfits
  }

  announce(key: string, signal: BreakerSignal): void {
    const message = JSON.stringify({ origin: this.#origin, key, signal })
    const told = this.#redis.important(async (redis) => {
      // The key is for processes that start while the breaker is open; the message for those that run.
      if (signal.state === 'open')
        await redis.set(`breaker:${key}`, 'open', 'PX', Math.max(1, Math.ceil(signal.forMs)))
      else await redis.del(`breaker:${key}`)
      await redis.publish(channel, message)
    }, undefined)
    inBackground(told)
  }

  subscribe(key: string, listener: (signal: BreakerSignal) => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    this.#unsubscribe ??= this.#redis.subscribe(channel, (message) => this.#deliver(message))
    const known = this.#redis
      .optional((redis) => redis.pttl(`breaker:${key}`), -2)
      .then((leftMs) => {
        const isOpen = leftMs > 0 && leftMs <= openMaxMs
        if (isOpen && listeners.has(listener)) listener({ state: 'open', forMs: leftMs })
      })
    inBackground(known)
    return () => {
      listeners.delete(listener)
    }
  }

  /** Ends the subscription of this process. */
  close(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #deliver(message: string): void {
    const parsed = readJson(message, messageSchema)
    if (parsed === undefined) {
      this.#misfits?.note('breaker_message')
      return
    }
    const { origin, key, signal } = parsed
    if (origin === this.#origin) return
    for (const listener of this.#listeners.get(key) ?? []) listener(signal)
  }
}
