/**
 * The checks Cal.com makes on a booking request before it looks at any calendar, in its order and wording. Metadata
 * values must be text: its reference also lets numbers pass, the field saw them refused, and a client that survives
 * the stricter of the two survives both.
 */
import { isValidPhoneNumber } from 'libphonenumber-js'
import { badRequest, bare, notFound, refuseUnknownKeys, VendorError, wrongProperty } from './errors.ts'
import type { SimulatorState } from './state.ts'
import type { Account, Attendee, BookingField, EventType, Location } from './types.ts'
import { isTimeZone, parseInstant } from './zone.ts'

const knownKeys = [
  'start',
  'attendee',
  'eventTypeId',
  'eventTypeSlug',
  'username',
  'teamSlug',
  'organizationSlug',
  'lengthInMinutes',
  'bookingFieldsResponses',
  'guests',
  'metadata',
  'location',
  'meetingUrl',
  'emailVerificationCode',
  'routing',
  'recurrenceCount',
  'instant',
  'rrHostSubsetIds',
  'allowConflicts',
  'allowBookingOutOfBounds',
]
const attendeeKeys = ['name', 'email', 'timeZone', 'phoneNumber', 'language']
const emailPattern = /^[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]{2,}$/

export interface CheckedBooking {
  eventType: EventType
  start: number
  end: number
  attendee: Attendee
  guests: string[]
  metadata: Record<string, unknown>
  responses: Record<string, unknown>
  location: string
  hostIds?: number[]
  /** How many bookings the request makes. */
  count: number
}

/** Narrows to a JSON object, whose keys nobody has checked yet. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Validates a body of POST /v2/bookings; throws Cal.com's refusal. */
export function checkBooking(
  state: SimulatorState,
  body: unknown,
  account: Account | undefined,
): CheckedBooking {
  const input = isObject(body) ? body : {}
  refuseUnknownKeys(input, knownKeys)
  const start = parseInstant(input.start)
  if (start === undefined) throw wrongProperty('start', 'start must be a valid ISO 8601 date string')
  const attendee = checkAttendee(input.attendee)
  checkMetadata(input.metadata)
  const eventType = findEventType(state, input)
  checkBookable(eventType, account)
  checkSchedulable(eventType)
  const responses = isObject(input.bookingFieldsResponses) ? input.bookingFieldsResponses : {}
  const email = checkContact(eventType, attendee)
  checkFields(eventType, responses)
  checkLimits(state, eventType, email, input)
  const minutes = checkLength(eventType, input.lengthInMinutes)
  return {
    eventType,
    start,
    end: start + minutes * 60_000,
    attendee: { ...attendee, email },
    guests: Array.isArray(input.guests) ? input.guests.map(String) : [],
    metadata: isObject(input.metadata) ? { ...input.metadata } : {},
    responses,
    location: checkLocation(eventType, input.location),
    count: checkCount(eventType, input.recurrenceCount),
    hostIds: eventType.rrHostSubsetEnabled ? (input.rrHostSubsetIds as number[] | undefined) : undefined,
  }
}

function checkAttendee(value: unknown): Omit<Attendee, 'email'> & { email?: string } {
  if (!isObject(value)) throw wrongProperty('attendee', 'attendee should not be null or undefined')
  const unknown = Object.keys(value).find((key) => !attendeeKeys.includes(key))
  if (unknown) throw wrongProperty('attendee', `property ${unknown} should not exist`)
  const { name, email, timeZone, phoneNumber, language } = value
  if (typeof name !== 'string' || name === '') throw wrongProperty('attendee', 'name must be a string')
  if (!isTimeZone(timeZone)) throw wrongProperty('attendee', 'timeZone must be a valid IANA time-zone')
  if (email !== undefined && (typeof email !== 'string' || !emailPattern.test(email))) {
    throw wrongProperty('attendee', 'email must be an email')
  }
  if (phoneNumber !== undefined && (typeof phoneNumber !== 'string' || !isValidPhoneNumber(phoneNumber))) {
    throw badRequest('responses - {attendeePhoneNumber}invalid_number')
  }
  if (
    language !== undefined &&
    (typeof language !== 'string' || !/^[a-z]{2}(-[A-Z0-9]{2,3})?$/.test(language))
  ) {
    throw wrongProperty('attendee', 'language must be one of the supported locales')
  }
  if (!email && !phoneNumber) {
    throw wrongProperty('attendee', 'Attendee must have at least one contact method (email or phone number)')
  }
  return { name, email, timeZone, language: language ?? 'en', phoneNumber, absent: false }
}

function checkMetadata(value: unknown): void {
  if (value === undefined) return
  if (!isObject(value)) throw wrongProperty('metadata', 'metadata must be an object')
  const entries = Object.entries(value)
  const tooLong = entries.some(
    ([key, item]) => key.length > 40 || (typeof item === 'string' && item.length > 500),
  )
  if (entries.length > 50 || tooLong) {
    const rule =
      'Metadata must have at most 50 keys, each key up to 40 characters, and values up to 500 characters.'
    throw wrongProperty('metadata', rule)
  }
  const [key, item] = entries.find(([, value]) => typeof value !== 'string') ?? []
  if (key !== undefined) throw badRequest(`metadata.${key} - Expected string, received ${typeof item}`)
}

/** The event type a request names, by id or by slug with its owner. */
export function findEventType(state: SimulatorState, input: Record<string, unknown>): EventType {
  if (input.eventTypeId !== undefined) {
    const id = Number(input.eventTypeId)
    const found = state.eventTypes.get(id)
    if (!found) throw notFound(`Event type with id ${id} not found.`)
    return found
  }
  const { eventTypeSlug, username, teamSlug } = input
  const all = [...state.eventTypes.values()].filter((candidate) => candidate.slug === eventTypeSlug)
  for (const account of state.accounts.values()) {
    const team = account.teams.find((candidate) => candidate.slug === teamSlug)
    const found = all.find((candidate) =>
      team ? candidate.teamId === team.id : candidate.teamId === null && account.user.username === username,
    )
    if (found && (team || found.accountId === account.id)) return found
  }
  if (eventTypeSlug === undefined)
    throw badRequest('Either eventTypeId or eventTypeSlug with its owner is required.')
  const owner = teamSlug === undefined ? `username ${String(username)}` : `team ${String(teamSlug)}`
  throw notFound(`Event type with slug ${String(eventTypeSlug)} of ${owner} not found.`)
}

/** Refuses the template of managed event types. */
export function checkSchedulable(eventType: EventType): void {
  if (eventType.schedulingType !== 'managed') return
  const child =
    "You have to provide the child event type id aka id of event type that's been assigned to one of the users."
  throw badRequest(
    `Event type with id=${eventType.id} is the parent managed event type that can't be booked. ${child}`,
  )
}

function checkBookable(eventType: EventType, account: Account | undefined): void {
  if (eventType.bookingRequiresAuthentication && account?.id !== eventType.accountId) {
    const problem = account ? 'user is not authorized to book this event type' : 'authentication is required'
    throw new VendorError(account ? 403 : 401, `checkBookingRequiresAuthentication - ${problem}`)
  }
  if (eventType.schedulingType !== 'managed' && eventType.hosts.length === 0) {
    throw new VendorError(
      422,
      "Can't book this team event type because it has no hosts. Please add hosts to it.",
    )
  }
}

const isAskable = (field: BookingField | undefined) => field !== undefined && !field.hidden

/** Settles the attendee's email: phone-only callers get a made-up address where the event type allows it. */
function checkContact(eventType: EventType, attendee: { email?: string; phoneNumber?: string }): string {
  const emailField = eventType.bookingFields.find((field) => field.slug === 'email')
  const phoneField = eventType.bookingFields.find((field) => field.slug === 'attendeePhoneNumber')
  if (phoneField?.required && !attendee.phoneNumber) {
    const how = 'Pass it as "attendee.phoneNumber" string in the request.'
    throw badRequest(`Missing attendee phone number - it is required by the event type. ${how}`)
  }
  // A hidden email field beside a visible phone field drops whatever address was sent (issue 25432).
  const dropsEmail = emailField?.hidden === true && isAskable(phoneField)
  if (attendee.email && !dropsEmail) return attendee.email
  if (emailField?.required !== false || !isAskable(phoneField) || !attendee.phoneNumber) {
    throw badRequest('responses - {email}error_required_field, ', { code: 'BAD_REQUEST' })
  }
  return `${attendee.phoneNumber.replaceAll(/\D/g, '')}@sms.cal.com`
}

function checkFields(eventType: EventType, responses: Record<string, unknown>): void {
  const settled = ['name', 'email', 'attendeePhoneNumber', 'guests', 'location']
  for (const field of eventType.bookingFields) {
    if (settled.includes(field.slug) || field.hidden) continue
    const value = responses[field.slug]
    if (value === undefined || value === null || value === '') {
      if (!field.required) continue
      if (field.isDefault)
        throw badRequest(`responses - {${field.slug}}error_required_field, `, { code: 'BAD_REQUEST' })
      const by = 'it is required by the event type booking fields, but missing in the bookingFieldsResponses.'
      throw badRequest(`Missing required booking field response: ${field.slug} - ${by}`)
    }
    const expected = { number: 'number', boolean: 'boolean', checkbox: 'object', multiselect: 'object' }[
      field.type
    ]
    if (typeof value !== (expected ?? 'string')) {
      const types = `is of type ${typeof value} but should be of type ${expected ?? 'string'}`
      throw badRequest(`Invalid type for booking field response: ${field.slug} - ${types}.`)
    }
    if (field.options && typeof value === 'string' && !field.options.includes(value)) {
      throw badRequest(
        `Invalid option for booking field response: ${field.slug} - it is not one of the options.`,
      )
    }
  }
}

function checkLimits(
  state: SimulatorState,
  eventType: EventType,
  email: string,
  input: Record<string, unknown>,
): void {
  if (eventType.requiresBookerEmailVerification) {
    if (input.emailVerificationCode === undefined) throw bare(400, 'email_verification_required')
    throw bare(400, 'invalid_verification_code')
  }
  if (eventType.bookerActiveBookingsMax === null) return
  const active = [...state.bookings.values()].filter(
    (booking) =>
      booking.eventTypeId === eventType.id &&
      booking.attendee.email === email &&
      (booking.status === 'accepted' || booking.status === 'pending'),
  )
  if (active.length < eventType.bookerActiveBookingsMax) return
  throw badRequest(
    "Attendee with this email can't book because the maximum number of active bookings has been reached.",
  )
}

function checkLength(eventType: EventType, wanted: unknown): number {
  if (wanted === undefined) return eventType.lengthInMinutes
  if (eventType.lengthInMinutesOptions.length === 0) {
    throw badRequest(
      "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths.",
    )
  }
  if (typeof wanted !== 'number' || !eventType.lengthInMinutesOptions.includes(wanted)) {
    const options = eventType.lengthInMinutesOptions.join(', ')
    throw badRequest(
      `Provided 'lengthInMinutes' is not one of the possible lengths for the event type: ${options}`,
    )
  }
  return wanted
}

/** Without a wish a recurring event type makes as many bookings as it is set to. */
function checkCount({ recurrence }: EventType, wanted: unknown): number {
  if (!recurrence) return 1
  if (wanted === undefined) return recurrence.occurrences
  if (
    typeof wanted === 'number' &&
    Number.isInteger(wanted) &&
    wanted >= 1 &&
    wanted <= recurrence.occurrences
  )
    return wanted
  throw badRequest(`recurrenceCount must be a whole number up to ${recurrence.occurrences}`)
}

/** The place as text. A place of a kind that the event type does not offer is refused. */
function checkLocation(eventType: EventType, wanted: unknown): string {
  const [first] = eventType.locations
  if (wanted === undefined) {
    if (first?.type === 'attendeePhone') {
      throw badRequest('responses - {location}error_required_field, ', { code: 'BAD_REQUEST' })
    }
    return placeOf(first)
  }
  if (!isObject(wanted)) throw wrongProperty('location', 'location must be an object')
  const offered = eventType.locations.find((location) => location.type === wanted.type)
  if (!offered)
    throw badRequest(`Location with type ${String(wanted.type)} is not configured on the event type.`)
  return placeOf({ ...offered, ...wanted } as Location)
}

function placeOf(location: Location | undefined): string {
  const { address, phone, link, integration, location: said }: Partial<Location> = location ?? {}
  return String(
    address ?? phone ?? link ?? said ?? (integration ? `integrations:${String(integration)}` : ''),
  )
}
