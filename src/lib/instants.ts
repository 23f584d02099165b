/** How instants look in what is stored outside of the database: numbers and texts that are moments of our time. */
import { z } from 'zod'

const earliestMs = Date.UTC(2000, 0)
const latestMs = Date.UTC(2200, 0)

/** Epoch milliseconds. */
export const instantMsSchema = z.number().min(earliestMs).max(latestMs)

/** ISO 8601 in UTC as `Date.toISOString` writes it. */
export const isoInstantSchema = z
  .string()
  .max(30)
  .refine((text) => instantMsSchema.safeParse(Date.parse(text)).success)
