/**
 * How many requests may still be sent under one key, across all processes: never more than a number in any minute and in any
 * second, phone calls before background work. Shared through Redis and measured by Redis's clock; when Redis is slow
 * or gone, and in a process without one, each process keeps to its share. A permit is a place in one common
 * queue: whoever may wait gets a moment in the near future, in the order of asking.
 */
import type { Clock } from './clock.ts'
import type { Deadline } from './deadline.ts'
import type { SharedRedis } from './redis.ts'

export type RequestPriority = 'call' | 'background'

/** `after` is when asking again makes sense; `why` tells our own limit from a pause the service imposed. */
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

interface Limits {
  perSecond: number
  perMinute: number
  /** How far ahead a place may be taken. */
  aheadMs: number
}

/** A silent caller notices more than this. */
const callWaitMaxMs = 300
/** The part of both limits that background work leaves to phone calls. */
const reservedForCalls = 0.4

/**
 * KEYS: times of the last permits (list), paused until · ARGV: per second, per minute, ahead (ms), list length kept.
 * Out: {1, wait} or {0, wait, 1 if paused}.
 */
const takeScript = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local at, paused = now, tonumber(redis.call('GET', KEYS[2]) or '0')
local second = redis.call('LINDEX', KEYS[1], -tonumber(ARGV[1]))
local minute = redis.call('LINDEX', KEYS[1], -tonumber(ARGV[2]))
local last = redis.call('LINDEX', KEYS[1], -1)
if second then at = math.max(at, tonumber(second) + 1000) end
if minute then at = math.max(at, tonumber(minute) + 60000) end
if last then at = math.max(at, tonumber(last)) end
if paused > at then at = paused end
if at - now > tonumber(ARGV[3]) then return {0, at - now, paused > now and 1 or 0} end
redis.call('RPUSH', KEYS[1], string.format('%.0f', at))
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[4]), -1)
redis.call('PEXPIRE', KEYS[1], 61000)
return {1, at - now, 0}`

/** KEYS[1]: paused until · ARGV[1]: pause (ms). A longer pause that is already there stays. */
const pauseScript = `
local time = redis.call('TIME')
local untilMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[1])
if untilMs > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', untilMs), 'PX', ARGV[1])
end
return 1`

export class RequestBudget {
  readonly #clock: Clock
  readonly #redis: RequestBudgetOptions['redis']
  readonly #keys: [permits: string, pause: string]
  readonly #perMinuteMax: number
  readonly #perSecondMax: number
  readonly #processes: number
  readonly #sleep: (ms: number) => Promise<void>
  /** Times of this process's own permits, oldest first: what the share is measured by when Redis does not answer. */
  readonly #ownTimesMs: number[] = []
  #pausedUntilMs = 0

  constructor({
    key,
    clock,
    redis,
    perMinuteMax = 110,
    perSecondMax = 5,
    processes = 1,
    sleep,
  }: RequestBudgetOptions) {
    this.#clock = clock
    this.#redis = redis
    this.#keys = [`budget:{${key}}:permits`, `budget:{${key}}:paused`]
    this.#perMinuteMax = perMinuteMax
    this.#perSecondMax = perSecondMax
    this.#processes = processes
    this.#sleep = sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  }

  /**
   * A permit for one request, after at most 300 ms for a phone call; background work waits as long as its deadline
   * lets it. Never waits beyond the deadline: what would not come in time is refused at once.
   */
  async take(priority: RequestPriority, deadline: Deadline): Promise<Permit> {
    let waitedMs = 0
    for (;;) {
      // Background work takes no place in the queue ahead of time: it would stand before the next caller.
      const aheadMs = priority === 'call' ? Math.min(callWaitMaxMs, deadline.remainingMs()) : 0
      const place = await this.#place(priority, aheadMs)
      if (place.granted) {
        if (place.waitMs > 0) await this.#sleep(place.waitMs)
        return { granted: true, waitedMs: waitedMs + place.waitMs }
      }
      if (priority === 'call' || place.waitMs >= deadline.remainingMs() || deadline.signal.aborted) {
        return { granted: false, retryAfterMs: place.waitMs, why: place.paused ? 'paused' : 'spent' }
      }
      await this.#sleep(place.waitMs)
      waitedMs += place.waitMs
    }
  }

  /** Stops all requests under this key, in every process, for so many seconds: the service asked for it. */
  async pause(seconds: number): Promise<void> {
    const pauseMs = Math.ceil(seconds * 1000)
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now().getTime() + pauseMs)
    await this.#redis?.important((redis) => redis.eval(pauseScript, 1, this.#keys[1], pauseMs), undefined)
  }

  /** Permits that this process took within the last minute. */
  get usedLastMinute(): number {
    const since = this.#clock.now().getTime() - 60_000
    return this.#ownTimesMs.filter((timeMs) => timeMs > since).length
  }

  async #place(
    priority: RequestPriority,
    aheadMs: number,
  ): Promise<{ granted: boolean; waitMs: number; paused: boolean }> {
    const part = priority === 'call' ? 1 : 1 - reservedForCalls
    const nowMs = this.#clock.now().getTime()
    const shared = await this.#redis?.optional(
      (redis) =>
        redis.eval(
          takeScript,
          2,
          ...this.#keys,
          share(this.#perSecondMax, part),
          share(this.#perMinuteMax, part),
          aheadMs,
          this.#perMinuteMax,
        ) as Promise<[number, number, number]>,
      undefined,
    )
    if (shared) {
      const [granted, waitMs, paused] = shared
      if (granted === 1) this.#remember(nowMs + waitMs)
      return { granted: granted === 1, waitMs, paused: paused === 1 }
    }
    const own = part / this.#processes
    return this.#placeInShare(nowMs, {
      perSecond: share(this.#perSecondMax, own),
      perMinute: share(this.#perMinuteMax, own),
      aheadMs,
    })
  }

  /** The same rule as the script's, over this process's own permits. */
  #placeInShare(nowMs: number, { perSecond, perMinute, aheadMs }: Limits) {
    // A clock that was set back must not lock the key until it has caught up.
    if ((this.#ownTimesMs.at(-1) ?? 0) > nowMs + 60_000) this.#ownTimesMs.length = 0
    const times = this.#ownTimesMs
    const atMs = Math.max(
      nowMs,
      (times.at(-perSecond) ?? Number.NEGATIVE_INFINITY) + 1_000,
      (times.at(-perMinute) ?? Number.NEGATIVE_INFINITY) + 60_000,
      // Keeps the list sorted when the clock takes a small step back.
      times.at(-1) ?? 0,
      this.#pausedUntilMs,
    )
    const waitMs = atMs - nowMs
    const granted = waitMs <= aheadMs
    if (granted) this.#remember(atMs)
    return { granted, waitMs, paused: this.#pausedUntilMs > nowMs }
  }

  #remember(timeMs: number): void {
    this.#ownTimesMs.push(timeMs)
    if (this.#ownTimesMs.length > this.#perMinuteMax) this.#ownTimesMs.shift()
  }
}

/** A part of a limit, but never none at all. */
function share(limit: number, part: number): number {
  return Math.max(1, Math.floor(limit * part))
}
