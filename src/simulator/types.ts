/**
 * What the simulated Cal.com holds in memory. Instants are epoch milliseconds inside and ISO text on the wire;
 * clock times of schedules are "HH:MM" in the host's own zone; durations are minutes, as with the vendor.
 */

/** Which addresses exist: Cal.com's published ones, the older guide's, or both side by side. */
export type Profile = 'published' | 'guide' | 'both'

/** Names of operations, for faults, latencies and the request log; a guide address shares its published twin's name. */
export const operations = [
  'getSlots',
  'createReservation',
  'getReservation',
  'updateReservation',
  'deleteReservation',
  'createBooking',
  'listBookings',
  'getBooking',
  'cancelBooking',
  'rescheduleBooking',
  'reassignBooking',
  'confirmBooking',
  'declineBooking',
  'markAbsent',
  'listEventTypes',
  'getEventType',
  'listTeamEventTypes',
  'listTeamBookings',
  'listTeams',
  'getMe',
  'createWebhook',
  'listWebhooks',
  'getWebhook',
  'updateWebhook',
  'deleteWebhook',
] as const
export type Operation = (typeof operations)[number]

/** Opening times or breaks on ISO weekdays (1 = Monday … 7 = Sunday). */
interface WeeklyHours {
  days: number[]
  start: string
  end: string
}

/** A person with a calendar; shared by all event types that name the id, so that conflicts cross event types. */
export interface Host {
  id: number
  name: string
  email: string
  username: string
  timeZone: string
  workingHours: WeeklyHours[]
  breaks: WeeklyHours[]
  /** Local dates "YYYY-MM-DD" without any work. */
  daysOff: string[]
}

/** A host's part in one event type; `mandatory` hosts of a round robin always take part. */
interface EventTypeHost {
  userId: number
  mandatory: boolean
  priority: 'lowest' | 'low' | 'medium' | 'high' | 'highest'
}

/** One question of the booking form. `isDefault` fields belong to Cal.com, the others to the business. */
export interface BookingField {
  type: string
  slug: string
  label: string
  required: boolean
  hidden: boolean
  isDefault: boolean
  options?: string[]
}

/** How far ahead may be booked: days from now, or a range of local dates (inclusive). */
type BookingWindow =
  | { type: 'calendarDays' | 'businessDays'; value: number }
  | { type: 'range'; value: [string, string] }

/** A place of meeting, with the vendor's own keys (`address`, `link`, `phone`, `integration`, …). */
export interface Location {
  type: string
  [key: string]: unknown
}

/** Per period. */
export type Limits = Partial<Record<'day' | 'week' | 'month' | 'year', number>>

export interface EventType {
  id: number
  accountId: string
  /** Set for team event types, null for a single user's. */
  teamId: number | null
  ownerId: number | null
  parentEventTypeId: number | null
  schedulingType: 'roundRobin' | 'collective' | 'managed' | null
  title: string
  slug: string
  description: string
  lengthInMinutes: number
  lengthInMinutesOptions: number[]
  hidden: boolean
  hosts: EventTypeHost[]
  /** Minutes between offered starts; null means the length. */
  slotInterval: number | null
  /** Minutes. */
  minimumBookingNotice: number
  beforeEventBuffer: number
  afterEventBuffer: number
  bookingWindow: BookingWindow | null
  requiresConfirmation: boolean
  /** Whether a pending booking hides its slot; Cal.com's default is no. */
  blockUnconfirmedBookings: boolean
  bookingFields: BookingField[]
  locations: Location[]
  price: number
  currency: string
  disableCancelling: boolean
  disableRescheduling: boolean
  /** Minutes before the start in which only the organizer may move the booking. */
  minimumReschedulingNotice: number
  requiresCancellationReason:
    | 'MANDATORY_HOST_ONLY'
    | 'MANDATORY_ATTENDEE_ONLY'
    | 'MANDATORY_BOTH'
    | 'OPTIONAL_BOTH'
  bookingRequiresAuthentication: boolean
  requiresBookerEmailVerification: boolean
  /** Active bookings one attendee email may hold; null for any number. */
  bookerActiveBookingsMax: number | null
  rrHostSubsetEnabled: boolean
  rescheduleWithSameRoundRobinHost: boolean
  /** Bookings, or minutes of bookings, that a day, week (from Monday), month or year of the organizer may hold; null: any number. */
  bookingLimitsCount: Limits | null
  bookingLimitsDuration: Limits | null
  /** Refused outside of these, whatever the hosts' own hours; slots are listed all the same only while `listsRestricted`. */
  restrictionHours: WeeklyHours[] | null
  listsRestricted: boolean
  /** How many people share one booking; null: it is one person's. */
  seatsPerTimeSlot: number | null
  /** One request makes `occurrences` bookings; null: one. */
  recurrence: { interval: number; occurrences: number; frequency: 'weekly' | 'monthly' | 'yearly' } | null
}

export interface Team {
  id: number
  name: string
  slug: string
}

/** One Cal.com customer: keys, a user, teams. Data of different accounts never mix in a key's answers. */
export interface Account {
  id: string
  apiKeys: string[]
  expiredKeys: string[]
  user: { id: number; name: string; email: string; username: string; timeZone: string }
  organizationId: number | null
  teams: Team[]
}

type BookingStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected'

export interface Attendee {
  name: string
  email: string
  timeZone: string
  language: string
  phoneNumber?: string
  absent: boolean
  /** Of a seated booking: the seat, and what the booking itself holds elsewhere. */
  seatUid?: string
  metadata?: Record<string, unknown>
  responses?: Record<string, unknown>
}

export interface Booking {
  id: number
  uid: string
  accountId: string
  eventTypeId: number
  title: string
  description: string
  /** Everyone whose time it takes, the organizer first. */
  hostIds: number[]
  status: BookingStatus
  start: number
  end: number
  attendee: Attendee
  /** Who shares it with the first attendee. */
  more: Attendee[]
  guests: string[]
  metadata: Record<string, unknown>
  responses: Record<string, unknown>
  location: string
  cancellationReason: string
  reschedulingReason?: string
  rescheduledByEmail?: string
  rescheduledFromUid?: string
  rescheduledToUid?: string
  absentHost: boolean
  createdAt: number
  updatedAt: number
  icsUid: string
  icsSequence: number
  /** Joins the bookings of one request to a recurring event type. */
  recurringUid?: string
  /** Laid over what the API shows of it: things Cal.com has been seen to answer and should not. */
  odd?: Record<string, unknown>
}

/** A temporary hold of a slot. */
export interface Reservation {
  uid: string
  eventTypeId: number
  /** Cal.com writes the hold for the first host of the event type only. */
  hostId: number
  start: number
  end: number
  until: number
}

export interface WebhookSubscription {
  id: number
  accountId: string
  subscriberUrl: string
  secret: string | null
  active: boolean
  triggers: string[]
}

/** An event type as tests write it: the id, title and length are enough. */
export type EventTypeInput = Partial<Omit<EventType, 'hosts'>> &
  Pick<EventType, 'id' | 'title' | 'lengthInMinutes'> & {
    /** User ids, or hosts with priority and `mandatory`. */
    hosts?: (number | (Partial<EventTypeHost> & { userId: number }))[]
  }

/** A host as tests write it. */
export type HostInput = Partial<Host> & Pick<Host, 'id' | 'name'>

/** One account with everything it owns. */
interface AccountSeed {
  id: string
  apiKeys: string[]
  expiredKeys?: string[]
  user: Account['user']
  organizationId?: number | null
  teams: Team[]
  hosts: HostInput[]
  eventTypes: EventTypeInput[]
}

export interface Seed {
  accounts: AccountSeed[]
}
