/** Cal.com's things as the rest of the gateway sees them: instants are Dates, statuses lower-case, absent is undefined. */
import type { z } from 'zod'
import { confirms, type EventTypeKind, kindOf, type NotOfferedReason, whyNotOffered } from './kinds.ts'
import type { bookingSchema, eventTypeSchema } from './schemas.ts'

export type CalcomBookingStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected'

export interface CalcomHost {
  id?: number
  name?: string
  email?: string
}

export interface CalcomAttendee {
  name?: string
  email?: string
  phoneNumber?: string
  timeZone?: string
  absent?: boolean
  /** Set in bookings with seats: what cancels this person alone. */
  seatUid?: string
  /** A seat's own; the booking then has none. */
  metadata?: Record<string, string>
}

/** Answers to writing requests have been seen with `id`, `uid` and `status` only: fetch the booking if more is needed. */
export interface CalcomBooking {
  id?: number
  uid: string
  status: CalcomBookingStatus
  title?: string
  start?: Date
  end?: Date
  eventTypeId?: number
  hosts: CalcomHost[]
  attendees: CalcomAttendee[]
  /** Email addresses that an attendee brought along. */
  guests?: string[]
  /** The seat that an answer is about. */
  seatUid?: string
  /** One person's seat of a shared booking, looked at by itself (seats.ts): the booking it is in. */
  group?: { uid: string }
  /** Joins the bookings that one request to a recurring event type has made. */
  seriesUid?: string
  /**
   * Undefined when the answer did not contain any; cancellations told by webhook never do. A booking with seats has none of
   * its own: that of the seat just taken, or of the only one.
   */
  metadata?: Record<string, string>
  location?: string
  hostAbsent: boolean
  cancellationReason?: string
  rescheduledFromUid?: string
  rescheduledToUid?: string
  createdAt?: Date
  updatedAt?: Date
}

export interface CalcomEventType {
  id: number
  title: string
  slug?: string
  description?: string
  durationMinutes?: number
  durationOptionsMinutes: number[]
  hidden: boolean
  /** 'roundRobin', 'collective', 'managed'; undefined for a single person's. */
  schedulingType?: string
  /** False for managed parents, which refuse every booking. */
  bookable: boolean
  requiresConfirmation: boolean
  minimumNoticeMinutes: number
  slotIntervalMinutes?: number
  price?: number
  currency?: string
  teamId?: number
  parentEventTypeId?: number
  hosts: { userId: number; name?: string }[]
  /** Slugs of the visible fields that a booking must fill. */
  requiredFields: string[]
  kind: EventTypeKind
  /** Why callers are not offered it. */
  notOffered?: NotOfferedReason
}

export interface CalcomReservation {
  uid: string
  until: Date
}

export interface CalcomAccount {
  id: number
  username?: string
  timeZone?: string
  organizationId?: number
}

/** A webhook as Cal.com keeps it; its secret is not needed here and not read. */
export interface CalcomSubscription {
  id: string
  subscriberUrl: string
  active: boolean
  triggers: string[]
}

export interface SubscriptionInput {
  active: boolean
  subscriberUrl: string
  triggers: readonly string[]
  secret?: string
}

/** Brings the wire's variants of a booking into one form. */
export function toBooking(wire: z.output<typeof bookingSchema>): CalcomBooking {
  const seats = (wire.attendees ?? []).filter(({ seatUid }) => seatUid !== undefined)
  const [seat] = seats.length === 1 ? seats : seats.filter(({ seatUid }) => seatUid === wire.seatUid)
  return {
    id: wire.id,
    uid: wire.uid,
    status: wire.status,
    title: wire.title,
    start: wire.start ?? wire.startTime,
    end: wire.end ?? wire.endTime,
    eventTypeId: wire.eventTypeId ?? wire.eventType?.id,
    hosts: (wire.hosts ?? []).map(({ id, name, email }) => ({ id, name, email })),
    attendees: (wire.attendees ?? []).map(
      ({ name, email, phoneNumber, timeZone, absent, seatUid, metadata }) => ({
        name,
        email,
        phoneNumber,
        timeZone,
        absent,
        seatUid,
        metadata,
      }),
    ),
    guests: wire.guests ?? [],
    seatUid: wire.seatUid,
    seriesUid: wire.recurringBookingUid,
    metadata: hasEntries(wire.metadata) ? wire.metadata : (seat?.metadata ?? wire.metadata),
    location: typeof wire.location === 'string' ? wire.location : undefined,
    hostAbsent: wire.absentHost ?? false,
    cancellationReason: wire.cancellationReason || undefined,
    rescheduledFromUid: wire.rescheduledFromUid || undefined,
    rescheduledToUid: wire.rescheduledToUid || undefined,
    createdAt: wire.createdAt,
    updatedAt: wire.updatedAt,
  }
}

function hasEntries(metadata: Record<string, string> | undefined): boolean {
  return metadata !== undefined && Object.keys(metadata).length > 0
}

/** Brings the wire's variants of an event type into one form. */
export function toEventType(wire: z.output<typeof eventTypeSchema>): CalcomEventType {
  const kind = kindOf(wire)
  const people = wire.hosts?.length ? wire.hosts : (wire.users ?? [])
  return {
    id: wire.id,
    title: wire.title,
    slug: wire.slug,
    description: wire.description,
    durationMinutes: wire.lengthInMinutes ?? wire.length,
    durationOptionsMinutes: wire.lengthInMinutesOptions ?? [],
    hidden: wire.hidden ?? false,
    schedulingType: wire.schedulingType,
    bookable: wire.schedulingType?.toLowerCase() !== 'managed',
    requiresConfirmation: confirms(wire),
    minimumNoticeMinutes: wire.minimumBookingNotice ?? 0,
    slotIntervalMinutes: wire.slotInterval,
    price: wire.price,
    currency: wire.currency,
    teamId: wire.teamId,
    parentEventTypeId: wire.parentEventTypeId,
    hosts: people.flatMap(({ userId, id, name }) => {
      const hostId = userId ?? id
      return hostId === undefined ? [] : [{ userId: hostId, name }]
    }),
    requiredFields: (wire.bookingFields ?? []).flatMap(({ slug, required, hidden }) =>
      slug && required && !hidden ? [slug] : [],
    ),
    kind,
    notOffered: whyNotOffered(wire, kind) ?? undefined,
  }
}
