/**
 * What kind of event type it is, as far as a booking by phone depends on it, and why one that cannot be served rightly is not offered to
 * callers at all. Read with the event type, stored with the service (or with the pair of service and person) it belongs to.
 */
import { z } from 'zod'
import type { eventTypeSchema } from './schemas.ts'

type Wire = z.output<typeof eventTypeSchema>

const field = z.enum(['required', 'optional', 'hidden'])

export const eventTypeKindSchema = z.object({
  /** Minutes that may be chosen from, ascending; empty where there is no choice. */
  lengths: z.array(z.int().positive()).catch([]),
  /** How many people share one booking; null: it is one person's. */
  seats: z.int().positive().nullable().catch(null),
  /** One request makes several bookings unless it says how many. */
  repeats: z.boolean().catch(false),
  /** Needs all of its hosts at once, and has more than one. */
  everyHost: z.boolean().catch(false),
  /** Whether a booking may insist on one of its hosts; null: Cal.com does not say. */
  hostSubset: z.boolean().nullable().catch(null),
  /** What it limits: bookings or minutes per day, week, month or year, active bookings of one person. */
  limits: z.array(z.enum(['bookings', 'minutes', 'per_person'])).catch([]),
  email: field.catch('required'),
  phone: field.catch('hidden'),
})

export type EventTypeKind = z.output<typeof eventTypeKindSchema>

/** Why callers are not offered it, for whoever can change that. */
export const notOfferedBecause = {
  seats_hidden:
    'it has seats and does not show who has them, so that a caller could not be told from the others',
  seats_confirmed: 'it has seats and waits for a confirmation, which would be one for all of them',
  seated_series: 'it has seats and repeats, so that one yes would take seats in several bookings',
  field_required: 'it insists on a field that no caller is asked for, so that every booking is refused',
  email_verified: 'it has each e-mail verified by a code, which nobody can type on the phone',
  place_asked: 'its place is one that only the caller can tell, and none is asked for',
  paid_online: 'it is paid when it is booked, which nobody can do on the phone',
} as const

export type NotOfferedReason = keyof typeof notOfferedBecause

/** Fields that a booking by phone can fill. */
export const filledFields: ReadonlySet<string> = new Set([
  'name',
  'email',
  'attendeePhoneNumber',
  'phone',
  'smsReminderNumber',
  'notes',
  'title',
  'location',
  'guests',
  'rescheduleReason',
])
/** Places whose address only the caller can tell. */
const askedPlaces = ['attendeeAddress', 'attendeeDefined', 'attendeePhone']

export function kindOf(wire: Wire): EventTypeKind {
  const lengths = [...new Set(wire.lengthInMinutesOptions ?? [])].sort((a, b) => a - b)
  const active = (limit: { disabled?: boolean } | undefined) => limit !== undefined && limit.disabled !== true
  const hosts = wire.hosts?.length ?? 0
  return {
    lengths: lengths.length > 1 ? lengths : [],
    seats: seatsOf(wire),
    repeats: repeats(wire),
    everyHost: wire.schedulingType?.toLowerCase() === 'collective' && hosts > 1,
    hostSubset: wire.rrHostSubsetEnabled ?? null,
    limits: [
      ...(active(wire.bookingLimitsCount) ? (['bookings'] as const) : []),
      ...(active(wire.bookingLimitsDuration) ? (['minutes'] as const) : []),
      ...(active(wire.bookerActiveBookingsLimit) ? (['per_person'] as const) : []),
    ],
    // Cal.com asks for an address unless told otherwise, and for a number only where told.
    email: fieldOf(wire, 'email', 'required'),
    phone: fieldOf(wire, 'attendeePhoneNumber', 'hidden'),
  }
}

/** Null: callers may have it. */
export function whyNotOffered(
  wire: Wire,
  { seats, repeats: series }: EventTypeKind,
): NotOfferedReason | null {
  if (seats !== null && series) return 'seated_series'
  if (seats !== null && wire.seats?.showAttendeeInfo === false) return 'seats_hidden'
  if (seats !== null && confirms(wire)) return 'seats_confirmed'
  if (wire.requiresBookerEmailVerification === true) return 'email_verified'
  if ((wire.price ?? 0) > 0 && isPaidOnline(wire.metadata)) return 'paid_online'
  const [place] = wire.locations ?? []
  if (place !== undefined && askedPlaces.includes(place.type ?? '')) return 'place_asked'
  return missingFields(wire).length > 0 ? 'field_required' : null
}

/** Fields that Cal.com insists on and no caller is asked for. */
function missingFields({ bookingFields = [] }: Wire): string[] {
  return bookingFields.flatMap(({ slug, required, hidden }) =>
    slug && required && !hidden && !filledFields.has(slug) ? [slug] : [],
  )
}

/** An object, `{ disabled: true }` or null; seats have also been seen as a bare number. */
function seatsOf({ seats, seatsPerTimeSlot }: Wire): number | null {
  const perSlot = seatsPerTimeSlot || seats?.seatsPerTimeSlot
  return perSlot !== undefined && perSlot > 0 && seats?.disabled !== true ? Math.round(perSlot) : null
}

/** Whether its bookings wait for the business. */
export function confirms({ requiresConfirmation, confirmationPolicy }: Wire): boolean {
  return requiresConfirmation ?? (confirmationPolicy ? !confirmationPolicy.disabled : false)
}

function repeats({ recurrence }: Wire): boolean {
  const isSet = recurrence?.occurrences !== undefined || recurrence?.frequency !== undefined
  return isSet && recurrence?.disabled !== true
}

function fieldOf(
  { bookingFields }: Wire,
  slug: string,
  unsaid: EventTypeKind['email'],
): EventTypeKind['email'] {
  if (bookingFields === undefined) return 'optional'
  const found = bookingFields.find((one) => one.slug === slug)
  if (!found) return unsaid
  return found.hidden ? 'hidden' : found.required ? 'required' : 'optional'
}

/** A payment app is switched on: a booking then waits for its payment, which nobody makes on the phone. */
function isPaidOnline(metadata: Wire['metadata']): boolean {
  return Object.values(metadata?.apps ?? {}).some((app) => app.enabled === true && (app.price ?? 0) > 0)
}
