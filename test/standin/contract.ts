/**
 * What Cal.com's OpenAPI says about the routes that the stand-in serves, checked in both directions. `contract.json` holds
 * those routes and the schemas they reach, as published (2026-03-11) without prose. Where the document is known to be wrong
 * or weaker than Cal.com's own validation, `corrections` says so with its reason; nothing else is forgiven.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

type Json = Record<string, unknown>
type Operation = {
  parameters: { name: string; required?: boolean; schema: Json }[]
  requestBody?: Json
  responses: Record<string, Json>
}
type Contract = { paths: Record<string, Record<string, Operation>>; schemas: Record<string, Json> }

/** Routes by the names used here. */
export const operations = {
  slots: ['get', '/v2/slots', '2024-09-04'],
  reserve: ['post', '/v2/slots/reservations', '2024-09-04'],
  reservation: ['get', '/v2/slots/reservations/{uid}', '2024-09-04'],
  extend: ['patch', '/v2/slots/reservations/{uid}', '2024-09-04'],
  release: ['delete', '/v2/slots/reservations/{uid}', '2024-09-04'],
  create: ['post', '/v2/bookings', '2024-08-13'],
  list: ['get', '/v2/bookings', '2024-08-13'],
  read: ['get', '/v2/bookings/{bookingUid}', '2024-08-13'],
  move: ['post', '/v2/bookings/{bookingUid}/reschedule', '2024-08-13'],
  cancel: ['post', '/v2/bookings/{bookingUid}/cancel', '2024-08-13'],
  eventTypes: ['get', '/v2/event-types', '2024-06-14'],
  teamEventTypes: ['get', '/v2/teams/{teamId}/event-types', null],
  registerWebhook: ['post', '/v2/webhooks', null],
  webhooks: ['get', '/v2/webhooks', null],
  me: ['get', '/v2/me', null],
  teams: ['get', '/v2/teams', null],
} as const satisfies Record<string, readonly [string, string, string | null]>

export type OperationName = keyof typeof operations

const isBooking = /^(Create|Get|Cancel|Reschedule)Booking/

/** Name → what is changed and why; each is printed with the result. */
const corrections: Record<string, string> = {
  'oneOf → anyOf':
    'a plain booking input also fits the recurring one (its recurrenceCount is optional), an empty list fits several outputs',
  'inputs are closed':
    'Cal.com answers 400 to unknown keys (calcom.md 2.1, 2.5); the document leaves the objects open',
  'hidden inputs':
    'rrHostSubsetIds, allowConflicts and allowBookingOutOfBounds exist, undocumented (calcom.md 2.1)',
  'hosts and users are objects': 'the document types them as strings (calcom.md 3)',
  'isDefault and required are booleans':
    'the document types them as objects; a booking field has true or false',
  'slots are objects in an envelope':
    'the document describes the inside and types a start as a bare string (calcom.md 1.1)',
  'short answers': 'a fault on purpose: id, uid and status only; not checked',
}
const closedInputs = [
  'CreateBookingInput_2024_08_13',
  'CreateInstantBookingInput_2024_08_13',
  'CreateRecurringBookingInput_2024_08_13',
  'CreateBookingAttendee',
  'CancelBookingInput_2024_08_13',
  'RescheduleBookingInput_2024_08_13',
  'ReserveSlotInput_2024_09_04',
  'CreateWebhookInputDto',
]
const slot = {
  type: 'object',
  properties: { start: { type: 'string' }, end: { type: 'string' } },
  required: ['start'],
}
const slotsAnswer = {
  type: 'object',
  properties: {
    status: { const: 'success' },
    data: { type: 'object', additionalProperties: { type: 'array', items: slot } },
  },
  required: ['status', 'data'],
}

export class ContractChecks {
  /** `request create: /attendee must …` → how often. */
  readonly violations = new Map<string, number>()
  readonly checked = { requests: 0, answers: 0 }
  readonly #operations = new Map<OperationName, Operation>()
  readonly #bodies = new Map<OperationName, ValidateFunction>()
  readonly #queries = new Map<OperationName, ValidateFunction>()
  readonly #answers = new Map<OperationName, ValidateFunction>()

  constructor() {
    const contract = JSON.parse(readFileSync(new URL('contract.json', import.meta.url), 'utf8')) as Contract
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { uri: true } })
    const queryAjv = new Ajv({ strict: false, allErrors: true, coerceTypes: 'array' })
    for (const [name, schema] of Object.entries(contract.schemas)) {
      ajv.addSchema(corrected(schema, name) as Json, `#/components/schemas/${name}`)
    }
    for (const [name, [method, path]] of Object.entries(operations) as [
      OperationName,
      readonly [string, string, string | null],
    ][]) {
      const operation = contract.paths[path]?.[method]
      if (!operation) throw new Error(`contract.json has no ${method} ${path}`)
      this.#operations.set(name, operation)
      if (operation.requestBody)
        this.#bodies.set(name, ajv.compile(corrected(operation.requestBody, name) as Json))
      const known = Object.fromEntries(operation.parameters.map((each) => [each.name, each.schema]))
      const required = operation.parameters.filter((each) => each.required).map((each) => each.name)
      this.#queries.set(
        name,
        queryAjv.compile({ type: 'object', properties: known, required, additionalProperties: false }),
      )
      const answer = name === 'slots' ? slotsAnswer : Object.values(operation.responses)[0]!
      this.#answers.set(name, ajv.compile(corrected(answer, name) as Json))
    }
  }

  /** Reasons why Cal.com would refuse the request; each is counted. */
  checkRequest(name: OperationName, query: Record<string, string>, body: unknown): string[] {
    this.checked.requests += 1
    const split = Object.fromEntries(
      Object.entries(query).map(([key, value]) => [key, key === 'status' ? value.split(',') : value]),
    )
    return [
      ...this.#apply(`request ${name} query`, this.#queries.get(name), split),
      ...this.#apply(`request ${name} body`, this.#bodies.get(name), body),
    ]
  }

  /** Counts what an answer of the stand-in's own has wrong. */
  checkAnswer(name: OperationName, body: unknown): void {
    this.checked.answers += 1
    this.#apply(`answer ${name}`, this.#answers.get(name), JSON.parse(JSON.stringify(body)))
  }

  /** Counts something that the document does not know at all. */
  note(what: string): void {
    this.violations.set(what, (this.violations.get(what) ?? 0) + 1)
  }

  /** Deviations from the document that are meant, with their reasons. */
  get corrections(): readonly string[] {
    return Object.entries(corrections).map(([name, why]) => `${name}: ${why}`)
  }

  #apply(label: string, validate: ValidateFunction | undefined, value: unknown): string[] {
    if (!validate || validate(value)) return []
    const found = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
    for (const each of found) this.note(`${label}: ${each}`)
    return found
  }
}

/** A schema as JSON Schema (OpenAPI 3.0 says `nullable`) with the corrections above. */
function corrected(schema: unknown, name: string): unknown {
  const walk = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, key))
    if (value === null || typeof value !== 'object') return value
    const { nullable, oneOf, ...rest } = value as Json
    if (key === 'isDefault' || (key === 'required' && rest.type === 'object')) return { type: 'boolean' }
    if (key === 'hosts' || key === 'users') {
      const items = rest.items as Json | undefined
      if (items?.type === 'string') return { type: 'array', items: { type: 'object' } }
    }
    const copy = Object.fromEntries(Object.entries(rest).map(([each, inner]) => [each, walk(inner, each)]))
    if (oneOf) copy.anyOf = walk(oneOf, key)
    if (!nullable) return copy
    if (typeof copy.type === 'string') return { ...copy, type: [copy.type, 'null'] }
    return { anyOf: [copy, { type: 'null' }] }
  }
  const result = walk(schema, '') as Json
  if (!closedInputs.includes(name)) return result
  const hidden = isBooking.test(name)
    ? {
        rrHostSubsetIds: { type: 'array', items: { type: 'number' } },
        allowConflicts: { type: 'boolean' },
        allowBookingOutOfBounds: { type: 'boolean' },
      }
    : {}
  return {
    ...result,
    properties: { ...(result.properties as Json), ...hidden },
    additionalProperties: false,
  }
}
