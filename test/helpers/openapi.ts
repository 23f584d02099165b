/**
 * The vendor's OpenAPI file as something to hold requests and answers to. The file is known to be wrong in places; `corrections`
 * lists each with what real answers hold instead, and nothing else is forgiven.
 * One ambiguity stays: a plain body of POST /v2/bookings fits CreateBookingInput and CreateRecurringBookingInput alike (its
 * recurrenceCount may be left out), so the file's `oneOf` is read as `anyOf`.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

const specPath = new URL('../fixtures/calcom/openapi-v2.json', import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema
type Schema = any

const object = { type: 'object' }
const nullableText = { type: ['string', 'null'] }
const eventType = {
  slotInterval: { type: ['number', 'null'] },
  forwardParamsSuccessRedirect: { type: ['boolean', 'null'] },
  bookingWindow: object,
  seats: object,
  // The file says an object; the number of seats is a number.
  seatsPerTimeSlot: { type: ['number', 'null'] },
  recurrence: {},
}
const corrections: Record<string, Record<string, Schema>> = {
  TeamEventTypeOutput_2024_06_14: {
    ...eventType,
    hosts: { type: 'array', items: object },
    parentEventTypeId: { type: ['number', 'null'] },
  },
  EventTypeOutput_2024_06_14: { ...eventType, users: { type: 'array', items: object } },
  EventTypeTeam: { bannerUrl: nullableText, logoUrl: nullableText, theme: nullableText },
  NameDefaultFieldOutput_2024_06_14: { isDefault: { type: 'boolean' }, required: { type: 'boolean' } },
  EmailDefaultFieldOutput_2024_06_14: { isDefault: { type: 'boolean' }, required: { type: 'boolean' } },
  PhoneFieldOutput_2024_06_14: { isDefault: { type: 'boolean' } },
  NotesDefaultFieldOutput_2024_06_14: { isDefault: { type: 'boolean' } },
}
/** Cal.com refuses unknown keys (calcom.md 2.1, 2.5); the file leaves its inputs open. */
const closedInputs = /^(Create|Cancel|Reschedule|ReserveSlot|ReassignToUser).*(Input|Attendee|Dto)/
/** Served and not in the file (calcom.md 1.1, 2.1): only these hosts of a round robin. */
const hidden = { rrHostSubsetIds: { type: 'array', items: { type: 'number' } } }
const hiddenQuery = { rrHostSubsetIds: { type: 'string' } }

/** OpenAPI 3.0 to JSON schema: `nullable`, and `oneOf` as `anyOf`, since the file's alternatives overlap. */
function convert(value: Schema): Schema {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, oneOf, example: _example, ...rest } = value
  const converted = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, convert(part)]))
  const schema = oneOf ? { ...converted, anyOf: oneOf.map(convert) } : converted
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}

export interface OpenApiContract {
  /** What is wrong with an answer; empty: nothing. `operation`: "GET /v2/bookings/{bookingUid}". */
  answerProblems(operation: string, answer: { status: number; body: unknown }): unknown[]
  /** What is wrong with a request as it went over the wire. */
  requestProblems(operation: string, request: { query: Record<string, string>; body: unknown }): unknown[]
  /** The operation that an address belongs to; undefined when the file has none. */
  operationOf(method: string, path: string): string | undefined
}

/** Reads the file and compiles what is asked for. */
export function openApiContract(): OpenApiContract {
  const spec = JSON.parse(readFileSync(specPath, 'utf8'))
  const { schemas } = spec.components
  for (const [name, properties] of Object.entries(corrections))
    Object.assign(schemas[name].properties, properties)
  // The answer of GET reservation refers to itself where the data should be.
  const reservation = schemas.ReserveSlotOutput_2024_09_04
  const { reservationDuration: _only, ...read } = reservation.properties
  const required = reservation.required.filter((name: string) => name !== 'reservationDuration')
  schemas.GetReservedSlotOutput_2024_09_04.properties.data = {
    type: ['object', 'null'],
    properties: read,
    required,
  }
  const inputs = structuredClone(spec.components)
  for (const [name, schema] of Object.entries<Schema>(inputs.schemas)) {
    if (!closedInputs.test(name) || !schema.properties) continue
    schema.additionalProperties = false
    if (/^Create.*BookingInput/.test(name)) Object.assign(schema.properties, hidden)
  }
  // So does that of a reassignment.
  schemas.ReassignBookingOutput_2024_08_13.properties.data = {
    type: 'object',
    properties: {
      bookingUid: { type: 'string' },
      reassignedTo: { $ref: '#/components/schemas/ReassignedToDto' },
    },
    required: ['bookingUid', 'reassignedTo'],
  }
  const outputComponents = convert(spec.components)
  const inputComponents = convert(inputs)
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const queryAjv = new Ajv({ strict: false, allErrors: true, validateFormats: false, coerceTypes: 'array' })
  const compiled = new Map<string, ValidateFunction>()
  const validator = (id: string, make: () => Schema, by = ajv) => {
    const known = compiled.get(id) ?? by.compile(make())
    compiled.set(id, known)
    return known
  }
  const problems = (validate: ValidateFunction, value: unknown) =>
    validate(value) ? [] : (validate.errors ?? [])
  const find = (operation: string) => {
    const [method = '', path = ''] = operation.split(' ')
    return spec.paths[path]?.[method.toLowerCase()]
  }
  return {
    answerProblems(operation, { status, body }) {
      const response = find(operation)?.responses?.[String(status)]
      if (!response) return [`${operation} documents no ${status}`]
      const schema = response.content?.['application/json']?.schema ?? {}
      const make = () => ({ ...convert(schema), components: outputComponents })
      return problems(validator(`answer ${operation} ${status}`, make), body)
    },
    requestProblems(operation, { query, body }) {
      const documented = find(operation)
      if (!documented) return [`${operation} is not documented`]
      const known: Schema[] = (documented.parameters ?? []).filter((one: Schema) => one.in === 'query')
      const makeQuery = () => ({
        type: 'object',
        additionalProperties: false,
        properties: {
          ...Object.fromEntries(known.map((one) => [one.name, convert(one.schema ?? {})])),
          ...(operation === 'GET /v2/slots' && hiddenQuery),
        },
        required: known.filter((one) => one.required).map((one) => one.name),
      })
      // A list of several is written with commas.
      const split = Object.fromEntries(
        Object.entries(query).map(([key, value]) => [key, key === 'status' ? value.split(',') : value]),
      )
      const ofQuery = problems(validator(`query ${operation}`, makeQuery, queryAjv), split)
      const input = documented.requestBody?.content?.['application/json']?.schema
      if (input === undefined) return body === undefined ? ofQuery : [...ofQuery, 'a body where none belongs']
      const makeBody = () => ({ ...convert(input), components: inputComponents })
      return [...ofQuery, ...problems(validator(`body ${operation}`, makeBody), body ?? {})]
    },
    operationOf(method, path) {
      const parts = path.split('/')
      const fits = Object.keys(spec.paths).filter((template) => {
        const segments = template.split('/')
        return (
          segments.length === parts.length &&
          segments.every((segment, index) => segment.startsWith('{') || segment === parts[index]) &&
          spec.paths[template][method.toLowerCase()] !== undefined
        )
      })
      // "/bookings/by-seat/…" before "/bookings/{bookingUid}/…".
      const [best] = fits.sort((a, b) => a.split('{').length - b.split('{').length)
      return best && `${method.toUpperCase()} ${best}`
    },
  }
}
