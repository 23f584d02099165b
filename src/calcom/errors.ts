/**
 * What can go wrong with Cal.com, as a closed set. Cal.com tells its refusals apart by English text only, in two body
 * shapes (calcom.md §2.3), so this is where the texts are known. Messages of these errors never hold what Cal.com
 * wrote, because it quotes names and addresses.
 */
import { errorAnswerSchema } from './schemas.ts'

export type CalcomErrorKind =
  | 'slot_unavailable'
  | 'not_found'
  | 'already_cancelled'
  | 'invalid_request'
  | 'unauthorized'
  | 'rate_limited'
  | 'unavailable'
  | 'timeout'

export interface CalcomErrorDetails {
  kind: CalcomErrorKind
  /** Why, as a code for the log: 'slot_taken', 'race', 'too_soon', 'breaker_open', … */
  reason: string
  operation: string
  status?: number
  /** Whether Cal.com may have carried the request out although we got no usable answer. */
  mayHaveActed?: boolean
  retryAfterSeconds?: number
  /** The booking that replaced the one asked for, when Cal.com names it. */
  rescheduledToUid?: string
  /** The booking field that Cal.com misses or refuses. */
  field?: string
  cause?: unknown
}

export class CalcomError extends Error {
  readonly kind: CalcomErrorKind
  readonly reason: string
  readonly operation: string
  readonly status: number | undefined
  readonly mayHaveActed: boolean
  readonly retryAfterSeconds: number | undefined
  readonly rescheduledToUid: string | undefined
  readonly field: string | undefined

  constructor(details: CalcomErrorDetails) {
    const { kind, reason, operation, status, cause } = details
    super(`Cal.com ${operation}: ${kind} (${reason}${status ? `, ${status}` : ''})`, { cause })
    this.name = 'CalcomError'
    this.kind = kind
    this.reason = reason
    this.operation = operation
    this.status = status
    this.mayHaveActed = details.mayHaveActed ?? false
    this.retryAfterSeconds = details.retryAfterSeconds
    this.rescheduledToUid = details.rescheduledToUid
    this.field = details.field
  }
}

/** Errors that say the service is down; everything else is an answer. */
export function isOutage(error: unknown): boolean {
  return error instanceof CalcomError && (error.kind === 'unavailable' || error.kind === 'timeout')
}

/** Whether an error of this kind says that Cal.com cannot be asked now: down, too slow, or asking us to wait. */
export function isDownKind(kind: CalcomErrorKind): boolean {
  return kind === 'unavailable' || kind === 'timeout' || kind === 'rate_limited'
}

/** Whether it passes by itself: down, slow, busy, or our own time was over. What does not is the set-up's, and the last that was known is no answer to it. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof CalcomError) || isDownKind(error.kind)
}

type Meaning = readonly [text: RegExp, kind: CalcomErrorKind, reason: string]

/** First match wins. Texts of cal.diy's error service and of answers seen in production. */
const meanings: readonly Meaning[] = [
  [/booking_conflict/, 'slot_unavailable', 'race'],
  [
    /one of the hosts either already has booking|user either already has booking/i,
    'slot_unavailable',
    'slot_taken',
  ],
  [/no_available_users_found/, 'slot_unavailable', 'no_host_free'],
  [
    /(fixed_hosts|round_robin_host|round_robin_hosts|hosts)_unavailable_for_booking/,
    'slot_unavailable',
    'host_unavailable',
  ],
  [/already reserved by another user/i, 'slot_unavailable', 'slot_held'],
  [/can't reserve a slot if the event is already booked/i, 'slot_unavailable', 'slot_taken'],
  [/no more seats left|booking_seats_full/i, 'slot_unavailable', 'seats_full'],
  // With 401 or 403, and nothing wrong with the key: the day, week or month is full.
  [/(booking|duration)_limit_reached/i, 'slot_unavailable', 'limit_reached'],
  [/not_allowed_by_restriction_schedule/i, 'slot_unavailable', 'restricted'],
  [/can't be booked at the "?start"? time provided/i, 'invalid_request', 'too_soon'],
  [/within the minimum notice period/i, 'invalid_request', 'too_soon'],
  [/book a meeting in the past/i, 'invalid_request', 'past'],
  [/cancelled and rescheduled already/i, 'already_cancelled', 'rescheduled_away'],
  [/has been cancelled|already cancelled/i, 'already_cancelled', 'already_cancelled'],
  [/already ended/i, 'invalid_request', 'ended'],
  [/does not allow cancell?ations?|does not allow reschedul/i, 'invalid_request', 'change_disabled'],
  [/cancellation reason is required/i, 'invalid_request', 'reason_required'],
  [/parent managed event type/i, 'invalid_request', 'managed_parent'],
  [/because it has no hosts/i, 'invalid_request', 'no_hosts'],
  [/^metadata\b|metadata\./i, 'invalid_request', 'metadata'],
  [
    /invalid_number|phone.*(not valid|invalid|must be a valid)|invalid.*phone/i,
    'invalid_request',
    'phone_invalid',
  ],
  [/missing attendee phone number/i, 'invalid_request', 'phone_required'],
  [/at least one contact method/i, 'invalid_request', 'contact_required'],
  [/error_required_field|missing required booking field/i, 'invalid_request', 'missing_field'],
  [/should not exist/i, 'invalid_request', 'unknown_field'],
  [/maximum number of active bookings/i, 'invalid_request', 'attendee_limit'],
  [/email_verification_required|invalid_verification_code/i, 'invalid_request', 'email_verification'],
  [/invalid time range/i, 'invalid_request', 'time_range'],
  [/^cannot (get|post|patch|delete) \//i, 'invalid_request', 'route_unknown'],
  [/eventTypeUser\.notFound/i, 'not_found', 'host_not_found'],
  [/booking with uid=.*(not found|was not found)/i, 'not_found', 'booking_not_found'],
  [/event type.*not found/i, 'not_found', 'event_type_not_found'],
  [/requires ?authentication/i, 'unauthorized', 'authentication_required'],
]

const byStatus: Readonly<Record<number, readonly [CalcomErrorKind, string]>> = {
  401: ['unauthorized', 'key_refused'],
  403: ['unauthorized', 'forbidden'],
  404: ['not_found', 'not_found'],
  408: ['timeout', 'vendor_timeout'],
  409: ['slot_unavailable', 'conflict'],
}

/**
 * Reads an answer that is no success.
 * In: the status, the parsed body (anything, also undefined), the pause the headers ask for in seconds.
 */
export function readErrorAnswer(
  operation: string,
  status: number,
  body: unknown,
  retryAfterSeconds?: number,
): CalcomError {
  if (status === 429) {
    return new CalcomError({
      kind: 'rate_limited',
      reason: 'throttled',
      operation,
      status,
      retryAfterSeconds,
    })
  }
  const text = errorText(body)
  const known = meanings.find(([pattern]) => pattern.test(text))
  // A refusal that names its cause is one, whatever its status: host errors are known to slip out as 500.
  if (known && (status < 500 || known[1] === 'slot_unavailable')) {
    const [, kind, reason] = known
    return new CalcomError({
      kind,
      reason,
      operation,
      status,
      rescheduledToUid: /rescheduled already to booking with uid=([\w-]+)/i.exec(text)?.[1],
      field: /(?:\{|field response: )([\w.-]{1,60})/.exec(text)?.[1],
    })
  }
  if (status < 400 || status >= 500) {
    return new CalcomError({
      kind: 'unavailable',
      reason: `status_${status}`,
      operation,
      status,
      mayHaveActed: true,
    })
  }
  const [kind, reason] = byStatus[status] ?? ['invalid_request', 'unclassified']
  return new CalcomError({ kind, reason, operation, status, mayHaveActed: kind === 'timeout' })
}

/** The vendor's message from either shape, with what `details` adds; for matching only, never for a log. */
function errorText(body: unknown): string {
  const parsed = errorAnswerSchema.safeParse(body)
  if (!parsed.success) return ''
  const { error, message } = parsed.data
  const parts = typeof error === 'string' ? [error] : [error?.message, flatten(error?.details)]
  return [...parts, flatten(message)].filter(Boolean).join(' · ')
}

function flatten(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(flatten).join(', ')
  if (value && typeof value === 'object') return Object.values(value).map(flatten).filter(Boolean).join(', ')
  return ''
}
