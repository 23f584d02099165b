/**
 * Keeps calls away from a service that is down. Exact to the number: 5 outages in a row open it, for 60 seconds; then
 * one probe at a time; 2 answers close it, one outage opens it again. An answer the service did give (a refusal
 * included) is no outage and ends the row. Results of work begun before the last change of state are not counted.
 *
 * opossum carries the states; what it does not offer (counting in a row, two answers to close, our clock) is added in
 * `Circuit`. docs/decisions.md, "opossum carries the circuit breaker", says what was hard.
 */
import { EventEmitter } from 'node:events'
import Opossum from 'opossum'
import { type BreakerBroadcast, type BreakerSignal, noBroadcast } from './breaker-broadcast.ts'
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

type Phase = 'closed' | 'half_open'

/** opossum with our way of counting. One object lives from one half-open (or closed) phase to the end of the next open one. */
class Circuit extends Opossum<[work: () => Promise<unknown>], unknown> {
  readonly #judge: CircuitBreakerOptions['judge']
  #outages = 0
  #answers = 0
  #probing = false

  constructor(phase: Phase, judge: CircuitBreakerOptions['judge']) {
    super((work) => this.#work(work), {
      // Work has deadlines of its own, and only our count opens: opossum's rates never reach this threshold.
      timeout: false,
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      errorFilter: (error) => judge(error) !== 'outage',
      status: withoutStatistics(),
      state: {
        enabled: true,
        closed: phase === 'closed',
        halfOpen: phase === 'half_open',
        warmUp: false,
        shutdown: false,
      },
    })
    this.#judge = judge
    // Its own way to half-open is a timer on the real clock; ours is a new object when our clock says so.
    this.removeAllListeners('open')
  }

  /** Whether the next probe may go. opossum would let one through in all; we need a second one after the first answer. */
  override get pendingClose(): boolean {
    return this.halfOpen && !this.#probing
  }

  /** While half-open only the second answer closes; opossum calls this after every result that is no failure. */
  override close(): void {
    if (this.halfOpen && this.#answers < answersNeeded) return
    super.close()
  }

  async #work(work: () => Promise<unknown>): Promise<unknown> {
    const isProbe = this.halfOpen
    if (isProbe) this.#probing = true
    try {
      const result = await work()
      this.#note('answer', isProbe)
      return result
    } catch (error) {
      this.#note(this.#judge(error), isProbe)
      throw error
    }
  }

  /** Counts a result before opossum sees it; one of a phase that is over counts nothing. */
  #note(verdict: BreakerVerdict, isProbe: boolean): void {
    if (isProbe) {
      this.#probing = false
      if (verdict === 'answer') this.#answers += 1
    } else if (this.closed) {
      if (verdict === 'answer') this.#outages = 0
      if (verdict === 'outage') this.#outages += 1
      if (this.#outages >= outagesMax) this.open()
    }
  }
}

/** opossum's figures would grow with every request or need a timer; nobody reads them. */
function withoutStatistics(): Opossum.Status {
  const status = Opossum.newStatus({
    rollingCountBuckets: 1,
    rollingCountTimeout: openMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // Named, so that opossum starts no timer of its own.
    rotateBucketController: new EventEmitter(),
  })
  return Object.assign(status, { increment: () => {} })
}

export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>
  readonly #unsubscribe: () => void
  #circuit: Circuit
  #reported: BreakerState = 'closed'
  #openUntilMs = 0
  #trips = 0

  constructor(options: CircuitBreakerOptions) {
    const { broadcast = noBroadcast, onChange = () => {} } = options
    this.#options = { ...options, broadcast, onChange }
    this.#circuit = this.#newCircuit('closed')
    this.#unsubscribe = broadcast.subscribe(options.key, (signal) => this.#hear(signal))
  }

  /** The state as of now; an open breaker whose time is up reads `half_open`. */
  get state(): BreakerState {
    if (this.#circuit.closed) return 'closed'
    return this.#circuit.halfOpen || this.#leftMs() === 0 ? 'half_open' : 'open'
  }

  /** How often this process found the service down and opened the breaker. */
  get trips(): number {
    return this.#trips
  }

  /** When the next probe may go; undefined while nothing is kept away. */
  get openUntil(): Date | undefined {
    return this.#circuit.opened ? new Date(this.#openUntilMs) : undefined
  }

  /** Milliseconds until the next probe may go; 0 while nothing is kept away. */
  get retryAfterMs(): number {
    return this.#circuit.opened ? this.#leftMs() : 0
  }

  /** Runs the work, or throws `BreakerOpenError` at once. The work's own error is passed on unchanged. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#circuit.opened && this.#leftMs() === 0) this.#enter('half_open', 'local')
    try {
      return (await this.#circuit.fire(work)) as T
    } catch (error) {
      if (error instanceof Error && Opossum.isOurError(error)) throw new BreakerOpenError(this.retryAfterMs)
      throw error
    }
  }

  /** Stops listening to the other processes. */
  close(): void {
    this.#unsubscribe()
  }

  #newCircuit(phase: Phase): Circuit {
    const circuit = new Circuit(phase, this.#options.judge)
    circuit.on('open', () => this.#tripped())
    circuit.on('close', () => this.#recovered())
    return circuit
  }

  /** Begins a phase with an object of its own, so that results of work begun before fall on one that nobody asks any more. */
  #enter(phase: Phase, source: BreakerChange['source']): void {
    this.#circuit.removeAllListeners()
    this.#circuit = this.#newCircuit(phase)
    this.#report(phase, source)
  }

  #tripped(): void {
    const { key, broadcast } = this.#options
    this.#trips += 1
    this.#openUntilMs = this.#nowMs() + openMs
    this.#report('open', 'local')
    broadcast.announce(key, { state: 'open', forMs: openMs })
  }

  #recovered(): void {
    const { key, broadcast } = this.#options
    this.#report('closed', 'local')
    broadcast.announce(key, { state: 'closed' })
  }

  /** What another process found out. */
  #hear(signal: BreakerSignal): void {
    if (signal.state === 'closed') {
      if (!this.#circuit.closed) this.#enter('closed', 'remote')
    } else if (!this.#circuit.opened || this.#leftMs() === 0) {
      this.#openUntilMs = this.#nowMs() + signal.forMs
      this.#circuit.removeAllListeners('open')
      this.#circuit.open()
      this.#report('open', 'remote')
    }
  }

  #report(to: BreakerState, source: BreakerChange['source']): void {
    const from = this.#reported
    if (from === to) return
    this.#reported = to
    try {
      this.#options.onChange({ key: this.#options.key, from, to, source })
    } catch {
      // Whoever watches must not turn the work that just succeeded into a failure.
    }
  }

  #leftMs(): number {
    return Math.max(0, this.#openUntilMs - this.#nowMs())
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
