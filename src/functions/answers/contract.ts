/**
 * What an answer must contain, in zod: the fields of the agents' contract (docs/functions.md), declared beside each function's input.
 * The tests hold every answer against it and `GET /openapi.json` publishes it. An answer may carry more; nothing validates or
 * serialises by it while a call goes on.
 */
import { z } from 'zod'
import { errorCodes } from '../../error-codes.ts'

/** YYYY-MM-DD */
export const day = z.iso.date()
/** HH:mm */
export const clock = z.string().regex(/^\d{2}:\d{2}$/)
/** DD.MM.YYYY */
export const germanDay = z.string().regex(/^\d{2}\.\d{2}\.\d{4}$/)
/** ISO 8601, in UTC. */
export const instant = z.iso.datetime()
export const weekday = z.enum([
  'Montag',
  'Dienstag',
  'Mittwoch',
  'Donnerstag',
  'Freitag',
  'Samstag',
  'Sonntag',
])
const count = z.int().min(0)

/** A free time that is offered. */
export const offeredTimeShape = z.looseObject({
  date: day,
  time: clock,
  formatted_date: germanDay,
  weekday,
  start: instant,
  spoken: z.string(),
})
export const alternativeShape = offeredTimeShape.extend({
  strategy: z.enum(['same_day', 'next_day', 'same_time', 'any']),
})
/** One of several days or times that words can mean. */
export const readingShape = z.looseObject({ iso_date: day.nullable(), spoken: z.string() })
export const appointmentShape = z.looseObject({
  id: z.int(),
  date: day,
  time: clock,
  service: z.string(),
  staff: z.string().nullable(),
  status: z.enum(['scheduled', 'pending', 'completed', 'cancelled', 'rejected', 'no_show', 'cancel_pending']),
})
export const serviceShape = z.looseObject({
  id: z.int(),
  name: z.string(),
  duration_minutes: z.int().positive(),
  price_cents: z.int().nullable(),
  description: z.string().nullable(),
})

/** The answer of start_booking when everything is said and the time is held. */
export const draftShape = {
  booking_id: z.string(),
  validation_status: z.literal('valid'),
  availability_confirmed: z.literal(true),
  summary: z.string(),
  requires_confirmation: z.literal(true),
  expires_at: instant.nullable(),
}
/** What a booking leaves in Cal.com and here. */
export const bookedShape = {
  booking_id: z.string(),
  appointment_id: z.int().nullable(),
  calcom_booking_id: z.int().nullable(),
  calcom_uid: z.string().nullable(),
  confirmation_message: z.string().optional(),
}
/** A draft that was given up on the caller's no. */
export const releasedShape = { status: z.literal('released'), confirmed: z.literal(false) }
/** One appointment that was asked for, or those it may be. */
export const foundShape = {
  found: z.boolean(),
  appointment: appointmentShape.optional(),
  appointments: z.array(appointmentShape).optional(),
  appointment_count: count,
}

const common = {
  message: z.string().min(1).describe('Deutsch, zum Vorlesen'),
  /** A copy of the calendar that may be out of date was told. */
  warning: z.literal('stale_data').optional(),
}
const failure = {
  success: z.literal(false),
  error: z.enum(errorCodes).describe('Fester Code, nie zum Vorlesen'),
  /** Nothing but a callback can be offered. */
  fallback: z.literal('callback_request').optional(),
  /** Free times instead; for words that are not clear, what they can mean. */
  alternatives: z.array(z.union([alternativeShape, readingShape])).optional(),
}

/** The one that every function can answer: why not, and what to ask or offer. */
const failed = z.looseObject({ ...common, ...failure })

/**
 * What a function answers: one of the given shapes with `success: true`, or the failure that all have in common. `error` stands in
 * failures only.
 */
export function answers(...shapes: readonly z.ZodRawShape[]): z.ZodType {
  const done = shapes.map((shape) =>
    z
      .looseObject({ success: z.literal(true), ...common, ...shape })
      .refine((answer) => !('error' in answer), { error: 'an answer with success carries no error' }),
  )
  return z.union([...done, failed])
}
