/**
 * How many requests may still be sent under one key, across all processes: never more than a number in any minute and in any
 * second. Whoever may wait, waits for as long as the work it belongs to has time: nobody is refused while their turn would come
 * in time. Who goes first is the ledger's business (permits/ledger.ts); shared through Redis, and when Redis is slow or gone, and
 * in a process without one, each process keeps to its share.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Deadline } from './deadline.ts'
import { pauseMaxMs, type RequestPriority, share, type Verdict } from './permits/ledger.ts'
import { MemoryLedger } from './permits/memory-ledger.ts'
import { RedisLedger } from './permits/redis-ledger.ts'
import type { SharedRedis } from './redis.ts'

export type { RequestPriority } from './permits/ledger.ts'

/** `retryAfterMs` is when asking again makes sense; `why` tells our own limit from a pause the service imposed. */
export type Permit =
  | { granted: true; waitedMs: number }
  | { granted: false; retryAfterMs: number; why: 'spent' | 'paused' }

export interface RequestBudgetOptions {
  /** Names the limited account; the same in every process. No secret: it becomes part of a Redis key. */
  key: string
  clock: Clock
  redis?: Pick<SharedRedis, 'optional' | 'important'>
  /** Cal.com locks accounts that overrun 120 a minute, so the default keeps well below. */
  perMinuteMax?: number
  perSecondMax?: number
  /** How many processes use the key, for the share of each when Redis cannot tell. */
  processes?: number
  /** Waits in real time; tests replace it. */
  sleep?: (ms: number) => Promise<void>
}

/** Tells the waiting requests of all processes apart. */
const processId = randomUUID()
let asked = 0

export class RequestBudget {
  readonly #own: MemoryLedger
  readonly #shared: RedisLedger | undefined
  readonly #sleep: (ms: number) => Promise<void>
  /** The name of a piece of work, by the deadline that all its requests share. */
  readonly #holders = new WeakMap<Deadline, string>()

  constructor(options: RequestBudgetOptions) {
    const { key, clock, redis, perMinuteMax = 110, perSecondMax = 5, processes = 1, sleep } = options
    this.#shared =
      redis && new RedisLedger({ key, redis, limits: { perSecond: perSecondMax, perMinute: perMinuteMax } })
    const part = 1 / processes
    this.#own = new MemoryLedger({
      clock,
      limits: { perSecond: share(perSecondMax, part), perMinute: share(perMinuteMax, part) },
    })
    this.#sleep = sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  }

  /**
   * A permit for one request, as soon as it is this request's turn. Never waits beyond the deadline: what would not come in time is
   * refused at once. Requests whose deadlines come from one (`child`) are one piece of work.
   * @param needs.follow further permits this work will need: without them this one is refused too, and they are kept for it
   * @param needs.keepMs how much of the deadline must be left after waiting
   */
  async take(
    priority: RequestPriority,
    deadline: Deadline,
    { follow = 0, keepMs = 0 }: { follow?: number; keepMs?: number } = {},
  ): Promise<Permit> {
    const holder = this.#holderOf(deadline.root)
    asked += 1
    // Sorts by when it asked, where two have been going on for equally long.
    const ticket = `${String(asked).padStart(12, '0')}:${processId}`
    let waitedMs = 0
    for (;;) {
      const leftMs = deadline.signal.aborted ? 0 : Math.max(0, deadline.remainingMs() - keepMs)
      const request = { ticket, holder, priority, ageMs: deadline.root.ageMs(), leftMs, follow }
      const verdict = await this.#ask(request)
      if (verdict.kind === 'granted') return { granted: true, waitedMs }
      if (verdict.kind === 'refused') {
        const { retryAfterMs, why } = verdict
        return { granted: false, retryAfterMs, why }
      }
      await this.#sleep(verdict.waitMs)
      waitedMs += verdict.waitMs
    }
  }

  /** Stops all requests under this key, in every process, for so many seconds: the service asked for it. */
  async pause(seconds: number): Promise<void> {
    const pauseMs = Math.min(Math.ceil(seconds * 1000), pauseMaxMs)
    await this.#own.pause(pauseMs)
    await this.#shared?.pause(pauseMs)
  }

  /** Permits that this process took within the last minute. */
  get usedLastMinute(): number {
    return this.#own.usedLastMinute
  }

  async #ask(request: Parameters<MemoryLedger['ask']>[0]): Promise<Verdict> {
    const shared = await this.#shared?.ask(request)
    if (shared === undefined) return this.#own.ask(request)
    // Kept along, so that the share is known should Redis not answer the next time.
    if (shared.kind === 'granted') this.#own.note(request.priority)
    return shared
  }

  #holderOf(work: Deadline): string {
    const known = this.#holders.get(work) ?? randomUUID()
    this.#holders.set(work, known)
    return known
  }
}
