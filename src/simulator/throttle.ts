/**
 * Cal.com's request limit: so many per 60 s and key (or per address without a key), then a block of 60 s. Every
 * answer carries the X-RateLimit headers; reset is in seconds left, and there is no Retry-After.
 */
import { VendorError } from './errors.ts'

const windowMs = 60_000
/** The words of a 429, in `message` and `details` alike. */
export const tooManyRequests = 'CustomThrottlerGuard - Too many requests. Please try again later.'

interface Counter {
  count: number
  windowEnds: number
  blockedUntil: number
}

export class Throttle {
  readonly #counters = new Map<string, Counter>()
  #limit: number | null
  #blockSeconds = 60

  /** `limit` requests a minute; null switches the limit off. */
  constructor(limit: number | null) {
    this.#limit = limit
  }

  /** Changes the limit and forgets everybody's count. */
  configure(wish: { limit: number | null; blockSeconds?: number }): void {
    this.#limit = wish.limit
    this.#blockSeconds = wish.blockSeconds ?? 60
    this.#counters.clear()
  }

  /** Counts one request. Returns the headers to send and, over the limit, the 429 to refuse with. */
  take(who: string, nowMs: number): { headers: Record<string, string>; refusal?: VendorError } {
    if (this.#limit === null) return { headers: {} }
    let counter = this.#counters.get(who)
    if (!counter || (nowMs >= counter.windowEnds && nowMs >= counter.blockedUntil)) {
      counter = { count: 0, windowEnds: nowMs + windowMs, blockedUntil: 0 }
      this.#counters.set(who, counter)
    }
    counter.count++
    if (counter.count > this.#limit && counter.blockedUntil <= nowMs) {
      counter.blockedUntil = nowMs + this.#blockSeconds * 1000
    }
    const blocked = counter.blockedUntil > nowMs
    const resetSeconds = Math.ceil(((blocked ? counter.blockedUntil : counter.windowEnds) - nowMs) / 1000)
    const headers = {
      'x-ratelimit-limit-default': String(this.#limit),
      'x-ratelimit-remaining-default': String(Math.max(0, this.#limit - counter.count)),
      'x-ratelimit-reset-default': String(resetSeconds),
    }
    return blocked
      ? { headers, refusal: new VendorError(429, tooManyRequests, { details: tooManyRequests }) }
      : { headers }
  }
}
