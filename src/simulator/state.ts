/**
 * The simulated vendor's memory: accounts, hosts, event types, bookings, holds, webhooks. It lives as long as the
 * simulator and is lost with it. Nothing here knows HTTP.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type {
  Account,
  Booking,
  BookingField,
  EventType,
  EventTypeInput,
  Host,
  HostInput,
  Reservation,
  Seed,
  WebhookSubscription,
} from './types.ts'

const uidAlphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

const field = (
  type: string,
  slug: string,
  label: string,
  more: Partial<BookingField> = {},
): BookingField => ({
  type,
  slug,
  label,
  required: true,
  hidden: false,
  isDefault: true,
  ...more,
})

/** Cal.com's own form: name, and an email that is required. */
const defaultFields = (): BookingField[] => [
  field('name', 'name', 'your_name'),
  field('email', 'email', 'email_address'),
]

/** A form that also takes callers who only have a phone number. */
export const phoneFields = (): BookingField[] => [
  field('name', 'name', 'your_name'),
  field('email', 'email', 'email_address', { required: false }),
  field('phone', 'attendeePhoneNumber', 'phone_number', { required: false }),
  field('textarea', 'notes', 'additional_notes', { required: false }),
]

export class SimulatorState {
  readonly accounts = new Map<string, Account>()
  readonly hosts = new Map<number, Host>()
  readonly eventTypes = new Map<number, EventType>()
  readonly bookings = new Map<string, Booking>()
  readonly reservations = new Map<string, Reservation>()
  readonly webhooks = new Map<number, WebhookSubscription>()
  /** Times a host is busy for reasons outside Cal.com (a private calendar). */
  readonly busy: { hostId: number; start: number; end: number }[] = []
  /** Laid over the next booking that is made. */
  oddNext: Record<string, unknown> | undefined
  readonly #bookingsByHost = new Map<number, Booking[]>()
  #lastId = 9_000_000

  constructor(seed: Seed) {
    this.load(seed)
  }

  /** Forgets everything and starts again from a seed. */
  load(seed: Seed): void {
    for (const store of [
      this.accounts,
      this.hosts,
      this.eventTypes,
      this.bookings,
      this.reservations,
      this.webhooks,
    ]) {
      store.clear()
    }
    this.#bookingsByHost.clear()
    this.busy.length = 0
    this.oddNext = undefined
    for (const account of seed.accounts) {
      const { hosts, eventTypes, ...own } = account
      this.accounts.set(account.id, {
        ...own,
        apiKeys: [...own.apiKeys],
        expiredKeys: [...(own.expiredKeys ?? [])],
        organizationId: own.organizationId ?? null,
      })
      for (const host of hosts) this.putHost(host)
      for (const eventType of eventTypes) this.putEventType({ accountId: account.id, ...eventType })
    }
  }

  /** Adds a host or changes the given properties of a known one. */
  putHost(input: HostInput): Host {
    const username = input.name.toLowerCase().replaceAll(/[^a-z]+/g, '-')
    const fresh = {
      email: `${username}@calendar.example`,
      username,
      timeZone: 'Europe/Berlin',
      workingHours: [{ days: [1, 2, 3, 4, 5], start: '09:00', end: '17:00' }],
      breaks: [],
      daysOff: [],
    }
    const host: Host = { ...fresh, ...this.hosts.get(input.id), ...input }
    this.hosts.set(host.id, host)
    return host
  }

  /** Adds an event type or changes the given properties of a known one; the first account owns it unless said otherwise. */
  putEventType(input: EventTypeInput): EventType {
    const known = this.eventTypes.get(input.id)
    const hosts = input.hosts?.map((host) => ({
      mandatory: false,
      priority: 'medium' as const,
      ...(typeof host === 'number' ? { userId: host } : host),
    }))
    const eventType: EventType = {
      ...freshEventType(input),
      accountId: this.accounts.keys().next().value ?? '',
      ...known,
      ...input,
      hosts: hosts ?? known?.hosts ?? [],
    }
    this.eventTypes.set(eventType.id, eventType)
    return eventType
  }

  addBooking(booking: Booking): void {
    booking.odd ??= this.oddNext
    this.oddNext = undefined
    this.bookings.set(booking.uid, booking)
    for (const hostId of booking.hostIds) {
      const list = this.#bookingsByHost.get(hostId)
      if (list) list.push(booking)
      else this.#bookingsByHost.set(hostId, [booking])
    }
  }

  /** Every booking that ever took the host's time, in order of creation. */
  bookingsOfHost(hostId: number): readonly Booking[] {
    return this.#bookingsByHost.get(hostId) ?? []
  }

  accountOfKey(key: string): Account | undefined {
    for (const account of this.accounts.values()) {
      if (account.apiKeys.includes(key) || account.expiredKeys.includes(key)) return account
    }
    return undefined
  }

  nextId(): number {
    return ++this.#lastId
  }

  /** A booking uid in Cal.com's form: 22 characters without look-alikes. */
  newUid(): string {
    return Array.from(randomBytes(22), (byte) => uidAlphabet[byte % uidAlphabet.length]).join('')
  }

  newReservationUid(): string {
    return randomUUID()
  }
}

function freshEventType(input: EventTypeInput): Omit<EventType, 'accountId' | 'hosts'> {
  const slug = input.title
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '-')
  return {
    id: input.id,
    title: input.title,
    lengthInMinutes: input.lengthInMinutes,
    slug,
    description: input.title,
    teamId: null,
    ownerId: null,
    parentEventTypeId: null,
    schedulingType: null,
    lengthInMinutesOptions: [],
    hidden: false,
    slotInterval: null,
    minimumBookingNotice: 0,
    beforeEventBuffer: 0,
    afterEventBuffer: 0,
    bookingWindow: null,
    requiresConfirmation: false,
    blockUnconfirmedBookings: false,
    bookingFields: defaultFields(),
    locations: [{ type: 'address', address: 'Hauptstr. 1, Berlin', public: true }],
    price: 0,
    currency: 'eur',
    disableCancelling: false,
    disableRescheduling: false,
    minimumReschedulingNotice: 0,
    requiresCancellationReason: 'MANDATORY_HOST_ONLY',
    bookingRequiresAuthentication: false,
    requiresBookerEmailVerification: false,
    bookerActiveBookingsMax: null,
    rrHostSubsetEnabled: false,
    rescheduleWithSameRoundRobinHost: false,
    bookingLimitsCount: null,
    bookingLimitsDuration: null,
    restrictionHours: null,
    listsRestricted: false,
    seatsPerTimeSlot: null,
    recurrence: null,
  }
}
