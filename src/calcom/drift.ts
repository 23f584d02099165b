/**
 * What Cal.com says otherwise than it used to: a field that is gone or of another kind, a status, trigger or answer that we do not know. The
 * readers (schemas.ts, webhook.ts) are lenient so that callers are served all the same; this is strict, so that somebody learns of
 * it first. Pure. Keeps the place and the kind of what was found, never a value that may be somebody's.
 */
import { z } from 'zod'
import type { CalcomOperation } from './routes.ts'
import { instantSchema } from './schemas.ts'

export interface Drift {
  /** An operation of ours, or 'webhook'. */
  source: string
  /** Where: 'data[].hosts[].id'. */
  field: string
  /** What stood there: a kind ('text', 'missing'), or the word itself where words are a closed set. */
  found: string
}

const perAnswerMax = 20

const optional = <T extends z.ZodType>(schema: T) => schema.nullish()
const loose = z.looseObject
/** In answers. Webhooks write them in capitals. */
const statuses = ['accepted', 'pending', 'cancelled', 'rejected'] as const
const person = loose({
  name: optional(z.string()),
  email: optional(z.string()),
  phoneNumber: optional(z.string()),
  timeZone: optional(z.string()),
})

/** Answers to writing requests may be short; what they do hold must be what it is called. */
const booking = loose({
  id: optional(z.int()),
  uid: z.string().min(1),
  status: z.enum(statuses),
  title: optional(z.string()),
  start: optional(instantSchema),
  end: optional(instantSchema),
  duration: optional(z.number()),
  eventTypeId: optional(z.int()),
  eventType: optional(loose({ id: z.int() })),
  hosts: optional(z.array(person.extend({ id: z.int() }))),
  attendees: optional(z.array(person.extend({ absent: optional(z.boolean()) }))),
  guests: optional(z.array(z.string())),
  metadata: optional(z.record(z.string(), z.unknown())),
  absentHost: optional(z.boolean()),
  cancellationReason: optional(z.string()),
  rescheduledFromUid: optional(z.string()),
  rescheduledToUid: optional(z.string()),
  createdAt: optional(instantSchema),
  updatedAt: optional(instantSchema),
})
const eventType = loose({
  id: z.int(),
  title: z.string(),
  lengthInMinutes: z.number(),
  lengthInMinutesOptions: optional(z.array(z.number())),
  schedulingType: optional(
    z.enum(['roundRobin', 'collective', 'managed', 'ROUND_ROBIN', 'COLLECTIVE', 'MANAGED']),
  ),
  hidden: optional(z.boolean()),
  minimumBookingNotice: optional(z.number()),
  hosts: optional(z.array(loose({}))),
  bookingFields: optional(z.array(loose({ type: z.string(), slug: optional(z.string()) }))),
})
const slotsByDay = z.record(z.iso.date(), z.array(loose({ start: instantSchema })))
const webhook = loose({
  id: z.union([z.string(), z.number()]),
  subscriberUrl: z.string(),
  active: z.boolean(),
  triggers: z.array(z.string()),
})
const answered = <T extends z.ZodType>(data: T) => loose({ data })

/** By operation; one that is not listed here may answer what it likes. */
const answers: Partial<Record<CalcomOperation, z.ZodType>> = {
  slots: answered(slotsByDay),
  reserve: answered(loose({ reservationUid: z.string().min(1), reservationUntil: instantSchema })),
  book: answered(booking),
  booking: answered(booking),
  reschedule: answered(booking),
  cancel: answered(booking),
  bookings: answered(z.array(booking)),
  event_types: answered(z.array(eventType)),
  team_event_types: answered(z.array(eventType)),
  me: answered(loose({ id: z.int(), timeZone: optional(z.string()) })),
  webhooks: answered(z.array(webhook)),
  create_webhook: answered(webhook),
  update_webhook: answered(webhook),
}

/** Everything Cal.com can be told to send. */
const triggers = [
  ...[
    'BOOKING_CREATED',
    'BOOKING_PAYMENT_INITIATED',
    'BOOKING_PAID',
    'BOOKING_RESCHEDULED',
    'BOOKING_REQUESTED',
  ],
  ...['BOOKING_CANCELLED', 'BOOKING_REJECTED', 'BOOKING_NO_SHOW_UPDATED', 'FORM_SUBMITTED', 'MEETING_ENDED'],
  ...[
    'MEETING_STARTED',
    'RECORDING_READY',
    'INSTANT_MEETING',
    'RECORDING_TRANSCRIPTION_GENERATED',
    'OOO_CREATED',
  ],
  ...['AFTER_HOSTS_CAL_VIDEO_NO_SHOW', 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', 'FORM_SUBMITTED_NO_EVENT'],
  ...['ROUTING_FORM_FALLBACK_HIT', 'DELEGATION_CREDENTIAL_ERROR', 'WRONG_ASSIGNMENT_REPORT', 'PING'],
] as const
const capitals = ['ACCEPTED', 'PENDING', 'CANCELLED', 'REJECTED', 'AWAITING_HOST'] as const
const told = loose({
  uid: z.string().min(1),
  bookingId: optional(z.int()),
  eventTypeId: optional(z.int()),
  status: optional(z.enum(capitals)),
  startTime: instantSchema,
  endTime: instantSchema,
  organizer: optional(person.extend({ id: optional(z.int()) })),
  attendees: z.array(person),
  metadata: optional(z.record(z.string(), z.unknown())),
  rescheduleUid: optional(z.string()),
})
const message = loose({ triggerEvent: z.enum(triggers) })
const bookingMessage = message.extend({ payload: told })
/** Of a booking as a whole, in the nested form. */
const aboutBookings = [
  'BOOKING_CREATED',
  'BOOKING_RESCHEDULED',
  'BOOKING_REQUESTED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
]

/** Words as Cal.com writes them: BOOKING_CREATED, accepted, roundRobin. A name is written otherwise and is not kept. */
const vendorWord = /^(?:[A-Z]+(?:_[A-Z]+)*|[a-z]+(?:[A-Z][a-z]+|_[a-z]+)*)$/

/** Where a word outside of a closed set is kept as it is. */
const closedSets = /(^|\.)(status|schedulingType|triggerEvent)$/

/** In: the parsed body of a success. Out: what is not as we know it, each place once. */
export function driftOfAnswer(operation: CalcomOperation, body: unknown): Drift[] {
  const schema = answers[operation]
  // A recurring event type answers with a list of bookings; the guide's cancellation with nothing.
  const data = (body as { data?: unknown } | undefined)?.data
  if (schema === undefined || body === undefined || (operation === 'cancel' && data === undefined)) return []
  const isList = Array.isArray(data) && ['book', 'reschedule', 'cancel'].includes(operation)
  return driftOf(operation, isList ? answers.bookings! : schema, body)
}

/** In: the parsed body of a webhook whose signature was right. */
export function driftOfWebhook(body: unknown): Drift[] {
  const { triggerEvent, event } = (body ?? {}) as { triggerEvent?: unknown; event?: unknown }
  // The guide's own names.
  if (triggerEvent === undefined && typeof event === 'string') return []
  return driftOf('webhook', aboutBookings.includes(String(triggerEvent)) ? bookingMessage : message, body)
}

/** A refusal that we have no name for. */
export function driftOfRefusal(operation: CalcomOperation, status: number): Drift {
  return { source: operation, field: 'refusal', found: `status ${status}` }
}

function driftOf(source: string, schema: z.ZodType, body: unknown): Drift[] {
  const parsed = schema.safeParse(body)
  if (parsed.success) return []
  const byPlace = new Map<string, Drift>()
  for (const { path } of parsed.error.issues.slice(0, 10 * perAnswerMax)) {
    const field = placeOf(path)
    const drift = { source, field, found: kindOf(valueAt(body, path), closedSets.test(field)) }
    byPlace.set(`${field} ${drift.found}`, drift)
  }
  return [...byPlace.values()].slice(0, perAnswerMax)
}

/** Positions and days are the same place; a key that is not one of ours may be anything. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) =>
      typeof key === 'number' || !/^[A-Za-z]{1,40}$/.test(String(key)) ? '[]' : `.${String(key)}`,
    )
    .join('')
    .replace(/^\./, '')
    .slice(0, 100)
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  )
}

function kindOf(value: unknown, isWord: boolean): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (isWord && typeof value === 'string' && value.length <= 40 && vendorWord.test(value)) return value
  return Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value
}
