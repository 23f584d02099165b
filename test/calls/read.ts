/** Calls as files (`calls/*.yaml`): who rings when, what is said and done in turn, and what must be true when the caller hangs up. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const args = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]))
/** A regular expression, case ignored. */
const pattern = z.string().transform((text) => new RegExp(text, 'iu'))
const number = z.string().regex(/^\+\d{8,15}$/)

const step = z.strictObject({
  /** What the caller says; "" is silence. */
  caller: z.string().optional(),
  /** The tool that the agent then uses. */
  agent: z.string().optional(),
  /** Its arguments; `{{check_availability.alternatives.0.date}}` is taken from an earlier answer. */
  with: args.default({}),
  /** Words of the agent's own, where no function is needed. */
  speaks: z.string().optional(),
  /** Only if the answer before was a success, or none. */
  when: z.enum(['success', 'failure']).optional(),
})

const call = z.strictObject({
  title: z.string(),
  /** Local time in Berlin. */
  now: z.string().default('2026-11-25T10:20'),
  template: z.string().default('salon'),
  transfer: number.optional(),
  caller: z
    .strictObject({
      /** null: withheld. */
      number: number.nullable().default('+4915112345678'),
      dials: z.enum(['mitte', 'nord']).default('mitte'),
      /** What they would say if they were asked; a required parameter that no step has comes from here. */
      knows: args.default({}),
    })
    .prefault({}),
  /** Appointments that are there before, booked by phone. */
  given: z.array(z.strictObject({ from: number, book: args })).default([]),
  script: z.array(step),
  expect: z.strictObject({
    /** All live bookings, earliest first; Berlin's time. */
    bookings: z.array(
      z.strictObject({
        at: z.string(),
        service: z.string().optional(),
        name: z.string().optional(),
        staff: z.string().optional(),
      }),
    ),
    callbacks: z.array(z.strictObject({ reason: pattern.optional() })).default([]),
    used: z.array(z.string()).default([]),
    never: z.array(z.string()).default([]),
    /** These, among others, in this order. */
    order: z.array(z.string()).default([]),
    said: z.array(pattern).default([]),
    not_said: z.array(pattern).default([]),
    calcom_requests_max: z.number().int().optional(),
  }),
})
export type CallFile = z.output<typeof call> & { id: string }

const folder = join(import.meta.dirname, '../../calls')

/** Every call, by id; throws with the file and the place of what is wrong. */
export function readCalls(): CallFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => {
      const parsed = call.safeParse(parse(readFileSync(join(folder, file), 'utf8')))
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        throw new Error(`calls/${file}: ${issue!.path.join('.')}: ${issue!.message}`)
      }
      return { ...parsed.data, id: file.slice(0, -'.yaml'.length) }
    })
}
