/**
 * Cal.com's webhooks, brought into one form: nested payloads, the flat ones of MEETING_STARTED/ENDED, the guide's names
 * (`booking.created`). Lenient: what is missing stays undefined, an unknown trigger becomes kind 'other'. Reads
 * only; trust is decided by the signature, meaning by the sync service.
 */
import { z } from 'zod'
import { bookingStatusSchema, instantSchema } from './schemas.ts'
import type { CalcomAttendee, CalcomBookingStatus, CalcomHost } from './types.ts'

export type CalcomWebhookKind =
  | 'created'
  | 'confirmed'
  | 'rescheduled'
  | 'cancelled'
  | 'requested'
  | 'rejected'
  | 'no_show'
  | 'meeting_started'
  | 'meeting_ended'
  | 'ping'
  | 'other'

export interface CalcomWebhookEvent {
  kind: CalcomWebhookKind
  /** Cal.com's name, in its own spelling: 'BOOKING_CREATED'. */
  trigger: string
  /** When Cal.com wrote the message; undefined for flat ones, whose `createdAt` is the booking's. */
  sentAt?: Date
  uid?: string
  bookingId?: number
  eventTypeId?: number
  title?: string
  status?: CalcomBookingStatus
  start?: Date
  end?: Date
  organizer?: CalcomHost
  attendees: (CalcomAttendee & { noShow?: boolean })[]
  /** Answers to the booking form, slug → text. */
  responses: Record<string, string>
  /** Undefined where Cal.com leaves it out (cancellations always). */
  metadata?: Record<string, string>
  location?: string
  cancellationReason?: string
  /** The host cancelled and asks the guest to choose another time. */
  rescheduleRequested: boolean
  /** The booking that this one replaces; its own uid when it was moved in place. */
  rescheduledFromUid?: string
  /** Cal.com's number of that booking. */
  rescheduledFromId?: number
  /** Whether several people share the booking; undefined when the event does not say. */
  shared?: boolean
}

const kinds: Readonly<Record<string, CalcomWebhookKind>> = {
  BOOKING_CREATED: 'created',
  BOOKING_CONFIRMED: 'confirmed',
  BOOKING_ACCEPTED: 'confirmed',
  BOOKING_RESCHEDULED: 'rescheduled',
  BOOKING_CANCELLED: 'cancelled',
  BOOKING_CANCELED: 'cancelled',
  BOOKING_REQUESTED: 'requested',
  BOOKING_REJECTED: 'rejected',
  BOOKING_NO_SHOW_UPDATED: 'no_show',
  MEETING_STARTED: 'meeting_started',
  MEETING_ENDED: 'meeting_ended',
  BOOKING_COMPLETED: 'meeting_ended',
  PING: 'ping',
}

/** A field that is absent or of another type than ours reads undefined: one odd field must not lose the event. */
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)
const text = lenient(z.union([z.string().min(1), z.number().transform(String)]))
const integer = lenient(z.coerce.number().int().positive())
const record = lenient(z.record(z.string(), z.unknown()))

const personSchema = z.looseObject({
  id: integer,
  name: text,
  email: text,
  phoneNumber: text,
  timeZone: text,
  noShow: lenient(z.boolean()),
})

const payloadSchema = z.looseObject({
  uid: text,
  bookingUid: text,
  bookingId: integer,
  id: integer,
  eventTypeId: integer,
  title: text,
  status: lenient(bookingStatusSchema),
  startTime: lenient(instantSchema),
  start: lenient(instantSchema),
  endTime: lenient(instantSchema),
  end: lenient(instantSchema),
  organizer: lenient(personSchema),
  user: lenient(personSchema),
  attendees: lenient(z.array(personSchema)),
  responses: record,
  metadata: record,
  location: text,
  cancellationReason: text,
  requestReschedule: lenient(z.boolean()),
  rescheduleUid: text,
  rescheduleId: integer,
  seatsPerTimeSlot: lenient(z.number().nullable()),
  rescheduledFromUid: text,
})

const envelopeSchema = z.looseObject({
  triggerEvent: text,
  event: text,
  createdAt: lenient(instantSchema),
  payload: record,
  data: record,
})

/** In: the parsed body. Out: the event, or undefined when the body is no webhook of Cal.com's at all. */
export function parseCalcomWebhook(body: unknown): CalcomWebhookEvent | undefined {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) return undefined
  const { triggerEvent, event, createdAt, payload, data } = envelope.data
  const named = triggerEvent ?? event
  if (!named) return undefined
  const trigger = named
    .toUpperCase()
    .replaceAll(/[.\s-]/g, '_')
    .slice(0, 80)
  const nested = payload ?? data
  const fields = payloadSchema.parse(nested ?? envelope.data)
  const organizer = fields.organizer ?? fields.user
  return {
    kind: kinds[trigger] ?? 'other',
    trigger,
    sentAt: nested ? createdAt : undefined,
    uid: fields.uid ?? fields.bookingUid,
    bookingId: fields.bookingId ?? fields.id,
    eventTypeId: fields.eventTypeId,
    title: fields.title,
    status: fields.status,
    start: fields.startTime ?? fields.start,
    end: fields.endTime ?? fields.end,
    organizer: organizer && { id: organizer.id, name: organizer.name, email: organizer.email },
    attendees: (fields.attendees ?? []).map(({ name, email, phoneNumber, timeZone, noShow }) => ({
      name,
      email,
      phoneNumber,
      timeZone,
      noShow,
    })),
    responses: responseTexts(fields.responses),
    metadata: fields.metadata && textsOf(fields.metadata),
    location: fields.location,
    cancellationReason: fields.cancellationReason,
    rescheduleRequested: fields.requestReschedule ?? false,
    rescheduledFromUid: fields.rescheduleUid ?? fields.rescheduledFromUid,
    rescheduledFromId: fields.rescheduleId,
    shared: isShared(fields),
  }
}

/** One attendee and no number of seats is one person's booking; a payload that leaves both out may be about anybody. */
function isShared({ seatsPerTimeSlot, attendees }: z.output<typeof payloadSchema>): boolean | undefined {
  if ((seatsPerTimeSlot ?? 0) > 0 || (attendees?.length ?? 0) > 1) return true
  return seatsPerTimeSlot === null ? false : undefined
}

/** Answers come bare or as `{label, value, isHidden}`. */
function responseTexts(responses: Record<string, unknown> | undefined): Record<string, string> {
  const values = Object.entries(responses ?? {}).map(([slug, answer]) => {
    const value = answer && typeof answer === 'object' && 'value' in answer ? answer.value : answer
    return [slug, value] as const
  })
  return textsOf(Object.fromEntries(values))
}

function textsOf(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
