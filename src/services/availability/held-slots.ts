/** How the holds of a call lie in the cache: written by booking/holds.ts, read by availability together with its own keys. */
import { z } from 'zod'
import type { Lookup } from '../../lib/cache/cache.ts'
import { isoInstantSchema } from '../../lib/instants.ts'

const storedHoldsSchema = z
  .array(
    z.object({
      eventTypeId: z.int().positive(),
      start: isoInstantSchema,
      until: isoInstantSchema,
      /** Cal.com's reservation; null when its answer got lost. */
      uid: z.string().min(1).max(200).nullable(),
    }),
  )
  .max(50)

/** A hold of a call; instants in ISO 8601. */
export type StoredHold = z.output<typeof storedHoldsSchema>[number]

/** Where the holds of a call are. */
export function holdsLookup(callId: string): Lookup<StoredHold[]> {
  return { key: `call:${callId}:holds`, kind: 'holds', schema: storedHoldsSchema }
}
