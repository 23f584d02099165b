/**
 * Keeps calls away from a service that is down. Exact to the number: 5 outages in a row open it, for 60 seconds; then
 * one probe at a time; 2 answers close it, one outage opens it again. An answer the service did give (a refusal
 * included) is no outage and ends the row. Results of work begun before the last change of state are not counted.
 *
 * Why not opossum: version 9 keeps its half-open state private and leaves it only by a timer of its own on the real
 * clock, and it closes on the first success by a built-in listener. A policy that steers it must hold it "closed" while
 * it is half-open, so that what it reports is wrong; what remains of it then is a function call.
 */
import { type BreakerBroadcast, noBroadcast } from './breaker-broadcast.ts'
import type { Clock } from './clock.ts'

export type BreakerState = 'closed' | 'open' | 'half_open'

/** What an error says about the service: it is down, it answered, or nothing (never reached it). */
export type BreakerVerdict = 'outage' | 'answer' | 'none'

/** Thrown instead of running the work. */
export class BreakerOpenError extends Error {
  /** Until the next probe may go; 0 while one is under way. */
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super('circuit breaker is open')
    this.name = 'BreakerOpenError'
    this.retryAfterMs = retryAfterMs
  }
}

export interface BreakerChange {
  key: string
  from: BreakerState
  to: BreakerState
  /** `remote`: another process found out and told us. */
  source: 'local' | 'remote'
}

export interface CircuitBreakerOptions {
  /** Names the guarded service; the same in every process. */
  key: string
  clock: Clock
  judge: (error: unknown) => BreakerVerdict
  broadcast?: BreakerBroadcast
  onChange?: (change: BreakerChange) => void
}

const outagesMax = 5
const openMs = 60_000
const answersNeeded = 2

export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>
  readonly #unsubscribe: () => void
  #state: BreakerState = 'closed'
  #epoch = 0
  #outages = 0
  #answers = 0
  #openUntilMs = 0
  #probing = false
  #trips = 0

  constructor(options: CircuitBreakerOptions) {
    const { broadcast = noBroadcast, onChange = () => {} } = options
    this.#options = { ...options, broadcast, onChange }
    this.#unsubscribe = broadcast.subscribe(options.key, (signal) => {
      if (signal.state === 'closed') this.#moveTo('closed', 'remote')
      else if (this.#state !== 'open' || this.#leftMs() === 0) this.#open(signal.forMs, 'remote')
    })
  }

  /** The state as of now; an open breaker whose time is up reads `half_open`. */
  get state(): BreakerState {
    return this.#state === 'open' && this.#leftMs() === 0 ? 'half_open' : this.#state
  }

  /** How often this process found the service down and opened the breaker. */
  get trips(): number {
    return this.#trips
  }

  /** When the next probe may go; undefined while nothing is kept away. */
  get openUntil(): Date | undefined {
    return this.#state === 'open' ? new Date(this.#openUntilMs) : undefined
  }

  /** Runs the work, or throws `BreakerOpenError` at once. The work's own error is passed on unchanged. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const epoch = this.#enter()
    try {
      const result = await work()
      this.#settle(epoch, 'answer')
      return result
    } catch (error) {
      this.#settle(epoch, this.#options.judge(error))
      throw error
    }
  }

  /** Stops listening to the other processes. */
  close(): void {
    this.#unsubscribe()
  }

  #enter(): number {
    if (this.#state === 'open') {
      const leftMs = this.#leftMs()
      if (leftMs > 0) throw new BreakerOpenError(leftMs)
      this.#moveTo('half_open', 'local')
    }
    if (this.#state === 'half_open') {
      if (this.#probing) throw new BreakerOpenError(0)
      this.#probing = true
    }
    return this.#epoch
  }

  #settle(epoch: number, verdict: BreakerVerdict): void {
    if (epoch !== this.#epoch) return
    this.#probing = false
    if (verdict === 'outage') {
      this.#outages += 1
      if (this.#state === 'half_open' || this.#outages >= outagesMax) {
        this.#trips += 1
        this.#open(openMs, 'local')
        this.#options.broadcast.announce(this.#options.key, { state: 'open', forMs: openMs })
      }
    } else if (verdict === 'answer') {
      this.#outages = 0
      if (this.#state !== 'half_open') return
      this.#answers += 1
      if (this.#answers >= answersNeeded) {
        this.#moveTo('closed', 'local')
        this.#options.broadcast.announce(this.#options.key, { state: 'closed' })
      }
    }
  }

  #open(forMs: number, source: BreakerChange['source']): void {
    this.#openUntilMs = this.#options.clock.now().getTime() + forMs
    this.#moveTo('open', source)
  }

  #moveTo(to: BreakerState, source: BreakerChange['source']): void {
    const from = this.#state
    if (from === to) return
    this.#state = to
    this.#epoch += 1
    this.#outages = 0
    this.#answers = 0
    this.#probing = false
    try {
      this.#options.onChange({ key: this.#options.key, from, to, source })
    } catch {
      // Whoever watches must not turn the work that just succeeded into a failure.
    }
  }

  #leftMs(): number {
    return Math.max(0, this.#openUntilMs - this.#options.clock.now().getTime())
  }
}
