/**
 * What a business can tell about itself, in its own sentences by topic: how to get there, where to park, how to pay. Nothing is made up:
 * what is not here is not known.
 */
import { z } from 'zod'

/** Sentences by topic (`way`, `parking`, `payment`, `vouchers`, `accessibility`) or by a word of the business's own ("hunde"). */
export type Facts = Readonly<Record<string, string>>

const factMax = 500
const stored = z.record(z.string().max(60), z.unknown())

/** Facts as they are stored; what is no text is left out. */
export function readFacts(value: unknown): Facts {
  const entries = Object.entries(stored.safeParse(value).data ?? {})
  return Object.fromEntries(
    entries.flatMap(([topic, text]) => {
      const said = typeof text === 'string' ? text.trim().slice(0, factMax) : ''
      return said === '' ? [] : [[topic.trim().toLowerCase(), said]]
    }),
  )
}
