/** The permits of all processes: one queue inside Redis, by Redis's clock. Says nothing (undefined) when Redis is slow or gone. */
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { SharedRedis } from '../redis.ts'
import { askScript, pauseScript } from './ask-script.ts'
import {
  askAgainMs,
  type PermitLedger,
  type PermitLimits,
  type PermitRequest,
  pauseMaxMs,
  rulesOf,
  type Verdict,
  waiterGoneMs,
} from './ledger.ts'

export interface RedisLedgerOptions {
  /** Names the limited account; the same in every process. No secret: it becomes part of Redis keys. */
  key: string
  redis: Pick<SharedRedis, 'optional' | 'important'>
  limits: PermitLimits
  /** For tests; the clock that all processes share is Redis's own. */
  clock?: Clock
}

const answerSchema = z.union([
  z.tuple([z.literal(2)]),
  z.tuple([z.literal(1), z.number().positive()]),
  z.tuple([z.literal(0), z.number().nonnegative(), z.union([z.literal(0), z.literal(1)])]),
])

export class RedisLedger implements PermitLedger {
  readonly #options: RedisLedgerOptions
  readonly #keys: readonly [permits: string, jobs: string, paused: string, ...more: string[]]

  constructor(options: RedisLedgerOptions) {
    this.#options = options
    const name = (part: string) => `budget:{${options.key}}:${part}`
    this.#keys = [
      name('permits'),
      name('background'),
      name('paused'),
      name('queue'),
      name('alive'),
      name('promised'),
    ]
  }

  async ask(request: PermitRequest): Promise<Verdict | undefined> {
    const { redis, limits } = this.#options
    const { priority, ticket, holder, ageMs, leftMs, follow } = request
    const rules = rulesOf(priority, limits)
    const answer: unknown = await redis.optional(
      (connection) =>
        connection.eval(
          askScript,
          this.#keys.length,
          ...this.#keys,
          this.#pinned(),
          priority,
          ticket,
          holder,
          Math.floor(ageMs),
          rules.youngerMs,
          Math.floor(leftMs),
          follow,
          rules.perSecond,
          rules.perMinute,
          rules.ownPerMinute,
          rulesOf('question', limits).perMinute,
          limits.perMinute,
          askAgainMs,
          waiterGoneMs,
          pauseMaxMs,
          limits.perSecond,
        ),
      undefined,
    )
    const parsed = answerSchema.safeParse(answer)
    if (!parsed.success) return undefined
    const [kind, ms, isPaused] = parsed.data
    if (kind === 2) return { kind: 'granted' }
    return kind === 1
      ? { kind: 'wait', waitMs: ms }
      : { kind: 'refused', retryAfterMs: ms, why: isPaused === 1 ? 'paused' : 'spent' }
  }

  async pause(ms: number): Promise<void> {
    await this.#options.redis.important(
      (connection) => connection.eval(pauseScript, 1, this.#keys[2], this.#pinned(), ms, pauseMaxMs),
      undefined,
    )
  }

  /** The moment for the script; empty: Redis's own. */
  #pinned(): string {
    return this.#options.clock ? String(this.#options.clock.now().getTime()) : ''
  }
}
