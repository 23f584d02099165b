/**
 * Chance that can be repeated: every decision is drawn from the seed and a key that names what is decided, so that the same
 * seed decides alike whatever order requests arrive in.
 */
import { createHash } from 'node:crypto'

/** A number in [0, 1) for a key. */
export function draw(seed: number, key: string): number {
  return createHash('sha256').update(`${seed}|${key}`).digest().readUInt32BE(0) / 2 ** 32
}

/** 22 letters and digits, as Cal.com's uids look; the same for the same seed and key. */
export function drawUid(seed: number, key: string): string {
  return createHash('sha256')
    .update(`${seed}|uid|${key}`)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .padEnd(22, 'x')
    .slice(0, 22)
}

/** A stream of decisions under one key, for scripts that decide step by step. */
export class Chance {
  readonly #seed: number
  readonly #key: string
  #drawn = 0
  constructor(seed: number, key: string) {
    this.#seed = seed
    this.#key = key
  }
  /** A number in [0, 1). */
  next(): number {
    this.#drawn += 1
    return draw(this.#seed, `${this.#key}|${this.#drawn}`)
  }
  /** True with this probability. */
  hits(probability: number): boolean {
    return this.next() < probability
  }
  /** One of the entries. @throws RangeError for an empty list. */
  pick<T>(entries: readonly T[]): T {
    if (entries.length === 0) throw new RangeError('nothing to pick from')
    return entries[Math.floor(this.next() * entries.length)] as T
  }
  /** One name by weight: `{ book: 5, cancel: 1 }`. */
  weighted<N extends string>(weights: Readonly<Record<N, number>>): N {
    const entries = Object.entries(weights) as [N, number][]
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      rest -= weight
      if (rest < 0) return name
    }
    return (entries.at(-1) as [N, number])[0]
  }
}
