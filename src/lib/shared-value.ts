/**
 * Reading what others may have written. Redis is shared: by older and newer versions of this program, and by whoever can reach it. What
 * comes out of it is therefore as foreign as a request's body: parsed by a schema, and a misfit is a miss, counted and told once
 * per kind, without its content.
 */
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

/** The value in a text of JSON, if it fits the schema; undefined when it does not, or is no JSON. */
export function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  if (text.length > textMax) return undefined
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
