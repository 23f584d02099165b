/**
 * The simulator's time. It follows the injected source until a test shifts or stops it; everything that Cal.com
 * decides by time (past, notice, holds, limits, timestamps) reads this clock. Latencies alone run in real time.
 */
export class SimulatorClock {
  readonly #source: () => Date
  #offsetMs = 0
  #frozenAt: number | undefined

  constructor(source: () => Date) {
    this.#source = source
  }

  now(): Date {
    return new Date(this.nowMs())
  }

  nowMs(): number {
    return this.#frozenAt ?? this.#source().getTime() + this.#offsetMs
  }

  /** Jumps to `now` (ISO) or by `offsetMs` from the source; `frozen` stops time there. No argument: back to the source. */
  set(wish: { now?: string; offsetMs?: number; frozen?: boolean }): void {
    this.#offsetMs =
      wish.offsetMs ?? (wish.now === undefined ? 0 : Date.parse(wish.now) - this.#source().getTime())
    this.#frozenAt = undefined
    if (wish.frozen) this.#frozenAt = wish.now === undefined ? this.nowMs() : Date.parse(wish.now)
  }
}
