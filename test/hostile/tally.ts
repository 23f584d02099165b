/**
 * Counts what a hostile suite tried and what got through, so that a run can say both. A suite asks `tried` once per attempt
 * and ends with `none got through`; test:hostile reads the counts from the file that HOSTILE_TALLY names.
 */
import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'

type Kind =
  | 'routes swept'
  | 'attacks tried'
  | 'fuzz cases'
  | 'fault cells'
  | 'promises checked'
  | 'personal values searched'

/** One line of the tally file. */
export interface TallyLine {
  kind: Kind
  tried: number
  through: number
}

/** Long forms run under `npm run test:hostile`. */
export const long = process.env.HOSTILE === 'long'

export class Tally {
  readonly #kind: Kind
  #tried = 0
  readonly #through: string[] = []

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** Notes one attempt; `held` says whether the gateway withstood it, `what` names it if not. */
  tried(what: string, held: boolean): void {
    this.#tried += 1
    if (!held) this.#through.push(what)
  }

  /** Notes many attempts that all held. */
  add(count: number): void {
    this.#tried += count
  }

  /** Writes the counts down and fails the test that let something through; at least `min` must have been tried. */
  expectNoneThrough(min = 1): void {
    const [tried, through] = [this.#tried, this.#through.splice(0)]
    this.#tried = 0
    const file = process.env.HOSTILE_TALLY
    if (file)
      appendFileSync(
        file,
        `${JSON.stringify({ kind: this.#kind, tried, through: through.length } satisfies TallyLine)}\n`,
      )
    expect(through).toEqual([])
    expect(tried).toBeGreaterThanOrEqual(min)
  }
}
