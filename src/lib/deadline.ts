/**
 * The time one piece of work may still take, carried down to every wait it makes. Remaining time is
 * read from the injected clock; only the abort signal runs on a real timer, because sockets do.
 */
import type { Clock } from './clock.ts'

export interface DeadlineOptions {
  clock: Clock
  /** Milliseconds from now on. */
  budgetMs: number
  /** The deadline that this is a part of. */
  partOf?: Deadline
}

export class Deadline {
  readonly #clock: Clock
  readonly #endsAtMs: number
  readonly #begunAtMs: number
  /** The deadline of the whole piece of work: the same for all its parts. */
  readonly root: Deadline
  #signal: AbortSignal | undefined

  constructor({ clock, budgetMs, partOf }: DeadlineOptions) {
    this.#clock = clock
    this.#begunAtMs = clock.now().getTime()
    this.#endsAtMs = this.#begunAtMs + budgetMs
    this.root = partOf?.root ?? this
  }

  /** Milliseconds since the work began, never below 0. */
  ageMs(): number {
    return Math.max(0, this.#clock.now().getTime() - this.#begunAtMs)
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.#endsAtMs - this.#clock.now().getTime())
  }

  get expired(): boolean {
    return this.remainingMs() === 0
  }

  /** Aborts with a `TimeoutError` when the time is up; the same object on every read. */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.timeout(Math.ceil(this.remainingMs()))
    return this.#signal
  }

  /** A part of this time: `budgetMs` from now, but never longer than this deadline itself. */
  child(budgetMs: number): Deadline {
    return new Deadline({
      clock: this.#clock,
      budgetMs: Math.min(budgetMs, this.remainingMs()),
      partOf: this,
    })
  }
}
