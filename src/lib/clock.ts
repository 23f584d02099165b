/** The only source of "now" in business code, so that tests can pin it. */
export interface Clock {
  /** The current instant. */
  now(): Date
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() }
