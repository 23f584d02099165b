/** The permits of one process, by its own clock: alone in a process without Redis, and the share of each when Redis does not answer. */
import type { Clock } from '../clock.ts'
import {
  askAgainMs,
  type PermitLedger,
  type PermitLimits,
  type PermitRequest,
  type PriorityRules,
  rulesOf,
  type Verdict,
  waiterGoneMs,
} from './ledger.ts'

interface Waiter {
  ticket: string
  /** The smaller goes first. */
  order: number
  untilMs: number
}

export class MemoryLedger implements PermitLedger {
  readonly #clock: Clock
  readonly #limits: PermitLimits
  /** When the permits of the last minute were given, oldest first. */
  readonly #timesMs: number[] = []
  readonly #backgroundMs: number[] = []
  readonly #waiting = new Map<string, Waiter>()
  #promised: { holder: string; untilMs: number }[] = []
  #pausedUntilMs = 0

  constructor({ clock, limits }: { clock: Clock; limits: PermitLimits }) {
    this.#clock = clock
    this.#limits = limits
  }

  async ask(request: PermitRequest): Promise<Verdict> {
    const nowMs = this.#tidy()
    const { priority, ticket, holder } = request
    const rules = rulesOf(priority, this.#limits)
    const promised = this.#promised.filter((promise) => promise.holder !== holder).length
    const isPromised = this.#promised.length > promised
    const follow = isPromised ? 0 : request.follow
    const limits = this.#limitsFor(request, rules, nowMs)
    // Jobs that their own part keeps back must not stand in anybody's way meanwhile.
    const keptBack = priority === 'background' && this.#times(nowMs, limits, 0, 1)[0]! > nowMs
    const ahead = keptBack ? 0 : this.#ahead(request, nowMs - request.ageMs + rules.youngerMs)
    const times = this.#times(nowMs, limits, isPromised ? 0 : promised, ahead + 1 + follow)
    const waitMs = times[ahead]! - nowMs
    if (waitMs <= 0 && times.at(-1)! - nowMs <= Math.max(0, request.leftMs)) {
      this.#waiting.delete(ticket)
      this.#grant(request, nowMs, isPromised)
      return { kind: 'granted' }
    }
    const refusedMs = Math.max(waitMs, times.at(-1)! - nowMs)
    if (priority === 'spare' || refusedMs > request.leftMs) {
      this.#waiting.delete(ticket)
      return {
        kind: 'refused',
        retryAfterMs: refusedMs,
        why: this.#pausedUntilMs > nowMs ? 'paused' : 'spent',
      }
    }
    if (keptBack) this.#waiting.delete(ticket)
    return { kind: 'wait', waitMs: Math.max(1, Math.min(waitMs, askAgainMs)) }
  }

  async pause(ms: number): Promise<void> {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now().getTime() + ms)
  }

  /** Notes a permit that another ledger gave. */
  note(priority: PermitRequest['priority']): void {
    this.#remember(this.#tidy(), priority)
  }

  /** Permits of the last minute. */
  get usedLastMinute(): number {
    const sinceMs = this.#clock.now().getTime() - 60_000
    return this.#timesMs.filter((timeMs) => timeMs > sinceMs).length
  }

  /** Forgets who has gone and what time took away. Out: now. */
  #tidy(): number {
    const nowMs = this.#clock.now().getTime()
    // A clock that was set back must not lock the key until it has caught up.
    if ((this.#timesMs.at(-1) ?? 0) > nowMs + 1_000) {
      this.#timesMs.length = 0
      this.#backgroundMs.length = 0
    }
    for (const { ticket, untilMs } of this.#waiting.values())
      if (untilMs <= nowMs) this.#waiting.delete(ticket)
    this.#promised = this.#promised.filter(({ untilMs }) => untilMs > nowMs)
    return nowMs
  }

  /** Jobs have a few permits of a minute in any case; those that have waited for long also in a busy second. */
  #limitsFor({ priority, ageMs }: PermitRequest, rules: PriorityRules, nowMs: number): PermitLimits {
    if (priority !== 'background') return rules
    const last = this.#backgroundMs.at(-rules.ownPerMinute)
    if (last !== undefined && last + 60_000 > nowMs) return rules
    const { perSecond, perMinute } = rulesOf('question', this.#limits)
    return { perSecond: ageMs >= rules.youngerMs ? perSecond : rules.perSecond, perMinute }
  }

  /** How many go before; enters the request into the queue. */
  #ahead({ ticket, priority }: PermitRequest, order: number): number {
    if (priority === 'spare') return this.#waiting.size
    this.#waiting.set(ticket, { ticket, order, untilMs: this.#clock.now().getTime() + waiterGoneMs })
    let ahead = 0
    for (const other of this.#waiting.values())
      if (other.order < order || (other.order === order && other.ticket < ticket)) ahead += 1
    return ahead
  }

  /** When the next `count` permits can be given, if `promised` ones of the minute are not to be had. */
  #times(nowMs: number, { perSecond, perMinute }: PermitLimits, promised: number, count: number): number[] {
    const next: number[] = []
    const before = (back: number) =>
      back <= next.length
        ? next[next.length - back]!
        : (this.#timesMs.at(-(back - next.length)) ?? Number.NEGATIVE_INFINITY)
    const free = Math.max(1, perMinute - promised)
    let earliestMs = Math.max(nowMs, this.#pausedUntilMs, this.#timesMs.at(-1) ?? 0)
    // All of the minute is promised: the next one is nobody's before a permit of this minute is a minute old.
    if (perMinute - promised < 1) earliestMs = Math.max(earliestMs, nowMs + 1_000)
    for (let index = 0; index < count; index += 1) {
      earliestMs = Math.max(earliestMs, before(perSecond) + 1_000, before(free) + 60_000)
      next.push(earliestMs)
    }
    return next
  }

  #grant({ holder, priority, follow, leftMs }: PermitRequest, nowMs: number, isPromised: boolean): void {
    this.#remember(nowMs, priority)
    if (isPromised) {
      this.#promised.splice(
        this.#promised.findIndex((promise) => promise.holder === holder),
        1,
      )
    } else {
      for (let count = 0; count < follow; count += 1) this.#promised.push({ holder, untilMs: nowMs + leftMs })
    }
  }

  #remember(nowMs: number, priority: PermitRequest['priority']): void {
    this.#timesMs.push(Math.max(nowMs, this.#timesMs.at(-1) ?? 0))
    if (this.#timesMs.length > this.#limits.perMinute) this.#timesMs.shift()
    if (priority !== 'background') return
    this.#backgroundMs.push(nowMs)
    if (this.#backgroundMs.length > this.#limits.perMinute) this.#backgroundMs.shift()
  }
}
