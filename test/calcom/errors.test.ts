import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CalcomErrorKind, isOutage, readErrorAnswer } from '../../src/calcom/errors.ts'

/** Shape A, as Cal.com's filters write it. */
const envelope = (message: string, code = 'BadRequestException', details?: unknown) => ({
  status: 'error',
  timestamp: '2026-11-22T10:00:05.001Z',
  path: '/v2/bookings',
  error: { code, message, details },
})
/** Shape B, when booking code throws past the filters. */
const bare = (statusCode: number, message: string) => ({ statusCode, message })

const cases: [kind: CalcomErrorKind, reason: string, status: number, body: unknown][] = [
  [
    'slot_unavailable',
    'slot_taken',
    400,
    envelope('User either already has booking at this time or is not available'),
  ],
  [
    'slot_unavailable',
    'slot_taken',
    400,
    envelope('One of the hosts either already has booking at this time or is not available'),
  ],
  ['slot_unavailable', 'race', 409, bare(409, 'booking_conflict_error')],
  ['slot_unavailable', 'race', 409, bare(409, 'booking_conflict')],
  ['slot_unavailable', 'conflict', 409, envelope('Something else collided', 'ConflictException')],
  ['slot_unavailable', 'no_host_free', 400, envelope('no_available_users_found_error')],
  ['slot_unavailable', 'host_unavailable', 400, envelope('fixed_hosts_unavailable_for_booking')],
  ['slot_unavailable', 'host_unavailable', 500, bare(500, 'round_robin_host_unavailable_for_booking')],
  [
    'slot_unavailable',
    'slot_taken',
    422,
    envelope("Can't reserve a slot if the event is already booked.", 'UnprocessableEntityException'),
  ],
  [
    'slot_unavailable',
    'slot_held',
    422,
    envelope('This time slot is already reserved by another user. Please choose a different time.'),
  ],
  [
    'slot_unavailable',
    'seats_full',
    409,
    envelope('No more seats left at this seated booking.', 'ConflictException'),
  ],
  [
    'invalid_request',
    'too_soon',
    400,
    envelope(
      'The event type can\'t be booked at the "start" time provided. This could be because it\'s too soon',
    ),
  ],
  [
    'invalid_request',
    'too_soon',
    403,
    bare(403, 'Rescheduling is not allowed within the minimum notice period before the event'),
  ],
  ['invalid_request', 'past', 400, envelope('Attempting to book a meeting in the past.')],
  [
    'invalid_request',
    'missing_field',
    400,
    envelope('responses - {email}error_required_field, ', 'BAD_REQUEST'),
  ],
  [
    'invalid_request',
    'missing_field',
    400,
    envelope('Missing required booking field response: haarlaenge - it is required by the event type'),
  ],
  [
    'invalid_request',
    'phone_required',
    400,
    envelope('Missing attendee phone number - it is required by the event type.'),
  ],
  [
    'invalid_request',
    'contact_required',
    400,
    envelope('Bad Request Exception', 'BadRequestException', {
      errors: ['Attendee must have at least one contact method (email or phone number)'],
    }),
  ],
  ['invalid_request', 'phone_invalid', 400, envelope('responses - {attendeePhoneNumber}invalid_number')],
  ['invalid_request', 'metadata', 400, envelope('metadata.attempt - Expected string, received number')],
  [
    'invalid_request',
    'unknown_field',
    400,
    envelope('title property is wrong, property title should not exist'),
  ],
  [
    'invalid_request',
    'managed_parent',
    400,
    envelope(
      "Event type with id=7 is the parent managed event type that can't be booked. You have to provide the child event type id.",
    ),
  ],
  [
    'invalid_request',
    'no_hosts',
    422,
    envelope("Can't book this team event type because it has no hosts. Please add some."),
  ],
  [
    'invalid_request',
    'attendee_limit',
    400,
    envelope(
      "Attendee with this email can't book because the maximum number of active bookings has been reached.",
    ),
  ],
  ['invalid_request', 'email_verification', 400, bare(400, 'email_verification_required')],
  [
    'invalid_request',
    'reason_required',
    400,
    bare(400, 'Cancellation reason is required when you are the host'),
  ],
  ['invalid_request', 'ended', 400, bare(400, 'Cannot cancel a booking that has already ended')],
  ['invalid_request', 'change_disabled', 400, bare(400, 'This event type does not allow cancellations')],
  [
    'invalid_request',
    'time_range',
    400,
    envelope("Invalid time range given - check the 'start' and 'end' query parameters."),
  ],
  [
    'invalid_request',
    'route_unknown',
    404,
    envelope('Cannot GET /v2/slots?eventTypeId=1', 'NotFoundException'),
  ],
  ['invalid_request', 'unclassified', 400, envelope('Something nobody has seen before')],
  [
    'already_cancelled',
    'already_cancelled',
    400,
    envelope(
      "Can't cancel booking with uid=abc because it has been cancelled already. Please provide uid of a booking that is not cancelled.",
    ),
  ],
  [
    'not_found',
    'booking_not_found',
    404,
    envelope('Booking with uid=12846550 not found', 'NotFoundException'),
  ],
  [
    'not_found',
    'booking_not_found',
    404,
    envelope('Booking with uid=abc was not found in the database', 'NotFoundException'),
  ],
  [
    'not_found',
    'event_type_not_found',
    404,
    envelope('Event type with id 999 not found.', 'NotFoundException'),
  ],
  ['not_found', 'event_type_not_found', 404, envelope('Event Type not found', 'NotFoundException')],
  ['not_found', 'host_not_found', 404, envelope('eventTypeUser.notFound', 'NotFoundException')],
  [
    'unauthorized',
    'key_refused',
    401,
    envelope('CustomThrottlerGuard - Invalid API Key', 'UnauthorizedException'),
  ],
  [
    'unauthorized',
    'authentication_required',
    403,
    envelope('checkBookingRequiresAuthentication - user is not authorized', 'ForbiddenException'),
  ],
  ['unauthorized', 'forbidden', 403, envelope('Forbidden resource', 'ForbiddenException')],
  [
    'rate_limited',
    'throttled',
    429,
    envelope('CustomThrottlerGuard - Too many requests. Please try again later.', 'ThrottlerException'),
  ],
  ['timeout', 'vendor_timeout', 408, undefined],
  ['unavailable', 'status_500', 500, bare(500, 'Internal server error')],
  ['unavailable', 'status_503', 503, undefined],
  ['unavailable', 'status_302', 302, undefined],
]

test.each(cases)('%s (%s): status %i', (kind, reason, status, body) => {
  expect(readErrorAnswer('book', status, body)).toMatchObject({ kind, reason, status })
})

test('a booking that was moved away names the booking it became', () => {
  const body = envelope(
    "Can't reschedule booking with uid=OLD because it has been cancelled and rescheduled already to booking with uid=nT7Qx2-L_r5. You probably want to reschedule that one.",
  )
  expect(readErrorAnswer('reschedule', 400, body)).toMatchObject({
    kind: 'already_cancelled',
    reason: 'rescheduled_away',
    rescheduledToUid: 'nT7Qx2-L_r5',
  })
})

test('the booking field that Cal.com misses is named', () => {
  expect(readErrorAnswer('book', 400, envelope('responses - {title}error_required_field')).field).toBe(
    'title',
  )
  expect(
    readErrorAnswer('book', 400, envelope('Missing required booking field response: haar-laenge - it is'))
      .field,
  ).toBe('haar-laenge')
})

test('only the service being down or silent is an outage', () => {
  const outages = new Set<CalcomErrorKind>(['unavailable', 'timeout'])
  for (const [kind, , status, body] of cases)
    expect(isOutage(readErrorAnswer('book', status, body))).toBe(outages.has(kind))
  expect(isOutage(new Error('ours'))).toBe(false)
})

test('after a refusal nothing can have happened, after a 5xx it can', () => {
  for (const [kind, , status, body] of cases) {
    expect(readErrorAnswer('book', status, body).mayHaveActed).toBe(
      kind === 'unavailable' || kind === 'timeout',
    )
  }
})

test('what Cal.com quotes never reaches our message', () => {
  const error = readErrorAnswer(
    'book',
    400,
    envelope('Erika Muster <erika@example.test> +4915112345678 already has booking'),
  )
  expect(JSON.stringify([error.message, error])).not.toMatch(/erika|\+49/i)
})

test.each([
  undefined,
  null,
  'text',
  42,
  [],
  {},
  { error: null },
  { error: 'plain' },
  { message: { deep: [1] } },
])('a body that is no error body (%j) is judged by its status', (body) => {
  expect(readErrorAnswer('book', 400, body)).toMatchObject({
    kind: 'invalid_request',
    reason: 'unclassified',
  })
})

const payloads = new URL('../fixtures/payloads/', import.meta.url)

describe('answers seen in production (I-56)', () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, payloads), 'utf8'))
  const meant: Record<string, [CalcomErrorKind, string]> = {
    'no host free at that time': ['slot_unavailable', 'no_host_free'],
    'minimum booking notice / window': ['invalid_request', 'too_soon'],
    'event type has a required custom booking field': ['invalid_request', 'missing_field'],
    'title was sent at payload root': ['invalid_request', 'unknown_field'],
    'metadata values must be strings': ['invalid_request', 'metadata'],
    'phone not valid E.164': ['invalid_request', 'phone_invalid'],
    'managed parent event type': ['invalid_request', 'managed_parent'],
    'fixed host not free': ['slot_unavailable', 'host_unavailable'],
    'team event type without team context': ['not_found', 'host_not_found'],
    'numeric id used where uid is required': ['not_found', 'booking_not_found'],
    'transient: not the same as "not found"': ['unavailable', 'status_500'],
    'rate limit; Retry-After header; body text assumed': ['rate_limited', 'throttled'],
  }

  test('each means what it is said to mean, and no two meanings share a reason', () => {
    const { cases: seen } = read('calcom-errors.json') as {
      cases: { httpStatus: number; body: unknown; meaning: string }[]
    }
    for (const { httpStatus, body, meaning } of seen) {
      const { kind, reason } = readErrorAnswer('book', httpStatus, body)
      expect([meaning, kind, reason]).toEqual([meaning, ...(meant[meaning] ?? [])])
    }
    expect(seen).toHaveLength(Object.keys(meant).length)
  })

  test('the slot-taken answer is slot_unavailable', () => {
    const { httpStatus, body } = read('calcom-error.slot-taken.json')
    expect(readErrorAnswer('book', httpStatus, body)).toMatchObject({
      kind: 'slot_unavailable',
      reason: 'slot_taken',
    })
  })
})
