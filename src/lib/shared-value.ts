/**
 * Reading what others may have written. Redis is shared: by older and newer versions of this program, and by whoever can reach it. What
 * comes out of it is therefore as foreign as a request's body: parsed by a schema, and a misfit is a miss, counted and told once
 * per kind, without its content.
 */
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { z } from 'zod'

/** Where misfits are told; what is read is never part of it. */
export class Misfits {
  readonly #log: Pick<Logger, 'warn'>
  readonly #onMisfit: (kind: string) => void
  readonly #told = new Set<string>()

  constructor({
    log,
    onMisfit = () => {},
  }: { log: Pick<Logger, 'warn'>; onMisfit?: (kind: string) => void }) {
    this.#log = log
    this.#onMisfit = onMisfit
  }

  /** Notes a value that was not what it should be. `kind`: which values these are, from a closed set, never a key. */
  note(kind: string): void {
    this.#onMisfit(kind)
    if (this.#told.has(kind)) return
    this.#told.add(kind)
    this.#log.warn(
      { component: 'redis', kind },
      'a value in Redis is not what it should be and counts as absent',
    )
  }
}

/** Longer texts are nobody's value of ours; parsing them would cost everybody's time. */
const textMax = 1_000_000

/** Texts that fitted, by schema: the offers of a call or the times of a day are read again and again, and parsing them is what costs. */
const fitting = new WeakMap<z.ZodType, LRUCache<string, object>>()
const keptMax = 500
const keptLengthMax = 20_000

/**
 * The value in a text of JSON, if it fits the schema; undefined when it does not, or is no JSON. Objects are frozen: the same text
 * may give the same object to several readers.
 */
export function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  if (text.length > textMax) return undefined
  const kept = fitting.get(schema)
  const known = kept?.get(text)
  if (known !== undefined) return known as T
  try {
    const value = schema.safeParse(JSON.parse(text)).data
    if (typeof value === 'object' && value !== null && text.length <= keptLengthMax) {
      const texts = kept ?? new LRUCache<string, object>({ max: keptMax })
      texts.set(text, deepFrozen(value))
      if (kept === undefined) fitting.set(schema, texts)
    }
    return value
  } catch {
    return undefined
  }
}

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFrozen(inner)
  return Object.freeze(value)
}
