/**
 * Anything at all as envelope, arguments, event or webhook: the gateway answers in time, with words, and never breaks. The long
 * form tries 100,000 and more cases.
 */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCalcomWebhook } from '../../src/calcom/webhook.ts'
import { allFunctions } from '../../src/functions/all.ts'
import { understandWish } from '../../src/german/index.ts'
import { normalisePhone } from '../../src/lib/phone.ts'
import { redactPersonalData } from '../../src/lib/redact.ts'
import { storableJson } from '../../src/lib/storable.ts'
import { readArguments } from '../../src/retell/arguments.ts'
import { readFunctionRequest } from '../../src/retell/envelope.ts'
import { readEvent } from '../../src/retell/events.ts'
import { verifyRetellSignature } from '../../src/retell/signature.ts'
import { readEmail, readPersonName } from '../../src/services/matching/index.ts'
import { newCallId, salon, startGateway, type TestGateway, webhookSecret } from '../helpers/gateway.ts'
import { long, Tally } from './tally.ts'

const runs = (short: number, longRuns: number) => (long ? longRuns : short)
/** Loaded machines stretch everything; the single answer must still be far below what a caller would notice. */
const answerMsMax = 1_000

let gateway: TestGateway
const broken: string[] = []
const note = (error: unknown) => void broken.push(String((error as Error)?.stack ?? error))
beforeAll(async () => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  gateway = await startGateway({ environment: { LOG_LEVEL: 'info' } })
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  await gateway.close()
})

const names = allFunctions()
  .list()
  .map(({ name }) => name)
const keys = [
  'date',
  'time',
  'service',
  'staff',
  'name',
  'customer_name',
  'phone',
  'phone_number',
  'email',
  'appointment_id',
  'booking_id',
  'confirmed',
  'new_date',
  'new_time',
  'old_date',
  'old_time',
  'reason',
  'notes',
  'branch',
  'search_days',
  'max_alternatives',
  'part_of_day',
  'category',
  'include_inactive',
  'date_string',
  'date_expression',
  'datum',
  'uhrzeit',
  'dienstleistung',
  'bestaetigung',
  'call_id',
  'duration_minutes',
  'from_date',
  'preferred_time',
  'day_of_week',
  '__proto__',
  'constructor',
  'toString',
]
const germanWords = [
  'heute',
  'morgen',
  'übermorgen',
  'nächsten',
  'Freitag',
  'Dienstag',
  'in',
  'drei',
  'Wochen',
  'Tagen',
  'um',
  'halb',
  'viertel',
  'vor',
  'nach',
  'zehn',
  '14',
  'Uhr',
  '30',
  'am',
  '27.',
  '11.',
  '2026',
  'nachmittags',
  'ab',
  'bis',
  'zwischen',
  'und',
  'oder',
  'Ende',
  'Anfang',
  'Dezember',
  'ersten',
  'Montag',
  'Herrenhaarschnitt',
  'bei',
  'Anna',
  'Färben',
  'letzten',
  'Stunde',
  'früh',
  'spät',
  '31.02.',
  '24:00',
  '25:99',
]
const nasty = [
  '',
  ' ',
  '\u0000',
  '\u202e\u2066evil',
  '👩‍👩‍👧‍👦',
  '\ud800',
  'é'.normalize('NFD'),
  'null',
  '{{name}}',
  '$' + '{7*7}',
  "'; DROP TABLE customers; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '%s%s%n',
  'A'.repeat(10_000),
  '9'.repeat(400),
  '1e309',
  '-0',
  'NaN',
  'true',
  '2026-02-30',
  '9999-12-31',
  '0000-00-00',
  '-271821-04-20',
  '+4915112345678',
  '0'.repeat(30),
  'a@b',
  'x@y.z\r\nBcc: a@b.c',
  '((((((((((',
  '[object Object]',
  '١٢:٣٠',
  '１２：００',
  'ß'.repeat(500),
  'a'.repeat(300).split('').join(' '),
  '1 '.repeat(400),
  'nächsten '.repeat(60),
  'um '.repeat(150),
  '\ufeff',
  '\u2028',
  'Infinity',
]
const spoken = fc.array(fc.constantFrom(...germanWords), { maxLength: 9 }).map((words) => words.join(' '))
const value = fc.oneof(
  { weight: 4, arbitrary: spoken },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...nasty) },
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 40 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 10 }), { maxLength: 4 }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.jsonValue({ maxDepth: 3 }),
)
const args = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, fc.string({ maxLength: 12 })),
  value,
  { maxKeys: 7 },
)
const numbers = fc.oneof(
  fc.constantFrom<unknown>(
    salon.mitte,
    salon.nord,
    '+498999998001',
    '+4915112345678',
    '+4915228817386',
    'anonymous',
    '',
    null,
    undefined,
    'Restricted',
    '030 23125001',
  ),
  value,
)
const callObject = fc.record(
  {
    call_id: fc.oneof(fc.constantFrom<unknown>('call_fuzz_0000001', 'call_fuzz_0000002', null), value),
    from_number: numbers,
    to_number: numbers,
    agent_id: fc.oneof(fc.constantFrom<unknown>(salon.agent, 'agent_demo_praxis'), value),
    direction: fc.oneof(fc.constantFrom<unknown>('inbound', 'outbound'), value),
    call_type: fc.oneof(fc.constantFrom<unknown>('phone_call', 'web_call'), value),
    start_timestamp: fc.oneof(fc.integer(), value),
    agent_version: value,
  },
  { requiredKeys: [] },
)

const callIds = Array.from({ length: 40 }, newCallId)
let calls = 0

/** Sends it signed; answers what is wrong with the answer, or null. */
async function probe(
  path: string,
  payload: string,
  headers?: Record<string, string>,
): Promise<string | null> {
  const send = async () => {
    const startedAt = performance.now()
    const response = await gateway.send(path, payload, headers ? { signature: null, headers } : {})
    return { response, took: performance.now() - startedAt }
  }
  let { response, took } = await send()
  // A busy machine is slow for any input; what is slow because of its input is so again.
  for (let again = 0; took > answerMsMax && again < 10; again += 1) ({ response, took } = await send())
  if (broken.length > 0) return `unhandled: ${broken.splice(0).join()}`
  if (response.statusCode >= 500)
    return `HTTP ${response.statusCode} ${response.body} ${gateway.lines.findLast((line) => line.includes('"err"'))}`
  if (took > answerMsMax) return `${Math.round(took)} ms`
  if (response.statusCode === 200 && path.includes('function')) {
    const answer = response.json<Record<string, unknown>>()
    if (typeof answer.success !== 'boolean') return `no success: ${response.body}`
    if (typeof answer.message !== 'string' || answer.message.trim() === '')
      return `no message: ${response.body}`
    if (answer.error === 'technical_error')
      return `technical_error: ${gateway.lines.findLast((line) => line.includes('function_failed'))}`
    if (/undefined|\[object|NaN|\{\{|[\u0000-\u001f\u202a-\u202e\u2066-\u2069<>]/.test(answer.message))
      return `unspeakable: ${answer.message}`
    if (answer.message.length > 1_500) return `too long to speak: ${answer.message.length}`
    if (response.body.length > 15_000) return `${response.body.length} characters`
  }
  if (gateway.lines.length > 5_000) gateway.lines.length = 0
  return null
}

const functionPath = '/api/webhooks/retell/function'
const atOnce = 8

/** Draws cases and sends them, a few at once; the first seed is random and in the report. */
async function fuzz(
  path: string,
  bodies: fc.Arbitrary<unknown>,
  count: number,
  signature?: (payload: string) => Record<string, string>,
): Promise<void> {
  const tally = new Tally('fuzz cases')
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
  for (let done = 0; done < count; done += 1_000) {
    const cases = fc.sample(bodies, { numRuns: Math.min(1_000, count - done), seed: seed + done })
    for (let index = 0; index < cases.length; index += atOnce)
      await Promise.all(
        cases.slice(index, index + atOnce).map(async (body) => {
          const payload = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
          const wrong = await probe(path, payload, signature?.(payload))
          tally.tried(`seed ${seed}: ${wrong}\n${payload.slice(0, 2_000)}`, wrong === null)
        }),
      )
  }
  tally.expectNoneThrough(count)
}

test('arguments of any kind to any function, in a proper call', { timeout: 1_800_000 }, async () => {
  const body = fc.record({
    name: fc.constantFrom(...names),
    args,
    call: fc.constantFrom('+4915112345678', 'anonymous').map((from_number) => ({
      call_id: callIds[calls++ % callIds.length],
      call_type: 'phone_call',
      agent_id: salon.agent,
      from_number,
      to_number: salon.mitte,
      direction: 'inbound',
    })),
  })
  await fuzz(functionPath, body, runs(150, 12_000))
})

test('envelopes of any shape', { timeout: 1_800_000 }, async () => {
  const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<unknown>(...names) }, value)
  const body = fc.oneof(
    fc.record({ name, args, call: callObject }, { requiredKeys: [] }),
    fc.record(
      { function_name: name, parameters: args, call: callObject, call_id: value },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        function: fc.record({
          name,
          arguments: fc.oneof(
            args,
            args.map((value) => JSON.stringify(value)),
          ),
        }),
        call: fc.oneof(callObject, value),
      },
      { requiredKeys: [] },
    ),
    fc.record({ name: value, args: value, call: value }, { requiredKeys: [] }),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.jsonValue().map((json) => JSON.stringify(json)),
  )
  await fuzz(functionPath, body, runs(120, 10_000))
})

test('call events of any shape', { timeout: 1_800_000 }, async () => {
  const details = fc.record(
    {
      transcript: value,
      recording_url: value,
      duration_ms: value,
      end_timestamp: value,
      call_status: value,
      disconnection_reason: value,
      call_cost: fc.oneof(fc.record({ combined_cost: value }), value),
      call_analysis: fc.oneof(
        fc.record(
          {
            call_summary: value,
            user_sentiment: value,
            call_successful: value,
            custom_analysis_data: fc.oneof(args, value),
          },
          { requiredKeys: [] },
        ),
        value,
      ),
    },
    { requiredKeys: [] },
  )
  const event = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom<unknown>('call_inbound', 'call_started', 'call_ended', 'call_analyzed'),
    },
    value,
  )
  const body = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(event, callObject, details)
        .map(([event, call, more]) => ({ event, call: { ...more, ...call }, call_inbound: call })),
    },
    fc.record({ event, call: value }, { requiredKeys: [] }),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )
  await fuzz('/api/webhooks/retell', body, runs(80, 5_000))
})

test('Cal.com webhooks of any shape', { timeout: 1_800_000 }, async () => {
  const payload = fc.record(
    {
      uid: value,
      bookingId: value,
      eventTypeId: fc.oneof(fc.constantFrom<unknown>(2563101, 7700101), value),
      startTime: value,
      endTime: value,
      status: value,
      attendees: fc.oneof(
        fc.array(fc.record({ name: value, email: value, phoneNumber: value }, { requiredKeys: [] }), {
          maxLength: 3,
        }),
        value,
      ),
      organizer: value,
      responses: value,
      metadata: fc.oneof(
        fc.record({ booking_id: value, company_id: value, call_id: value }, { requiredKeys: [] }),
        value,
      ),
      rescheduleUid: value,
    },
    { requiredKeys: [] },
  )
  const trigger = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom<unknown>(
        'BOOKING_CREATED',
        'BOOKING_CANCELLED',
        'BOOKING_RESCHEDULED',
        'BOOKING_REJECTED',
        'MEETING_ENDED',
        'PING',
        'booking.created',
        'BOOKING_NO_SHOW_UPDATED',
      ),
    },
    value,
  )
  const body = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record(
        {
          triggerEvent: trigger,
          createdAt: value,
          payload: fc.oneof({ weight: 4, arbitrary: payload }, value),
        },
        { requiredKeys: [] },
      ),
    },
    fc.tuple(trigger, payload).map(([triggerEvent, fields]) => ({ triggerEvent, ...fields })),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )
  const signed = (text: string) => ({
    'x-cal-signature-256': createHmac('sha256', webhookSecret).update(text).digest('hex'),
  })
  await fuzz('/api/calcom/webhook', body, runs(60, 1_500), signed)
  await gateway.settle()
  expect(broken).toEqual([])
})

test('every reader of words and payloads takes anything, quickly', { timeout: 1_800_000 }, () => {
  const tally = new Tally('fuzz cases')
  const now = gateway.clock.now()
  const wordsOf = (input: unknown) =>
    (typeof input === 'object' ? JSON.stringify(input) : String(input)).slice(0, 500)
  const readers: Record<string, (input: unknown) => unknown> = {
    function: (input) => readFunctionRequest((input ?? {}) as never, () => true),
    arguments: (input) => readArguments(Object(input), keys),
    event: readEvent,
    webhook: parseCalcomWebhook,
    signature: (input) =>
      verifyRetellSignature(Buffer.alloc(0), wordsOf(input), { apiKeys: ['k'], webhookSecret: 's' }, now),
    wish: (input) =>
      understandWish({ date: wordsOf(input), time: wordsOf(input) }, { now, zone: 'Europe/Berlin' }),
    personName: (input) => readPersonName(wordsOf(input), []),
    email: (input) => readEmail(wordsOf(input)),
    phone: (input) => normalisePhone(wordsOf(input)),
    redaction: (input) => redactPersonalData(input),
    storable: (input) => JSON.stringify(storableJson(input)),
  }
  const inputs = fc.oneof(
    value,
    args,
    callObject,
    fc.record(
      { name: value, args, call: callObject, event: value, payload: value, triggerEvent: value },
      { requiredKeys: [] },
    ),
  )
  for (const input of fc.sample(inputs, runs(300, 10_000)))
    for (const [name, read] of Object.entries(readers)) {
      const startedAt = performance.now()
      let wrong: string | null = null
      try {
        read(input)
      } catch (error) {
        wrong = String(error)
      }
      const took = performance.now() - startedAt
      tally.tried(
        `${name}: ${wrong ?? `${took} ms`} ${JSON.stringify(input)?.slice(0, 300)}`,
        wrong === null && took < answerMsMax / 2,
      )
    }
  tally.expectNoneThrough(3_000)
})

test('deep, wide and long JSON is refused or answered, quickly', async () => {
  const tally = new Tally('fuzz cases')
  const call = { call_id: newCallId(), from_number: '+4915112345678', to_number: salon.mitte }
  const bodies = [
    '['.repeat(200_000),
    `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    `{"name":"check_customer","args":${'{"name":'.repeat(5_000)}1${'}'.repeat(5_000)},"call":${JSON.stringify(call)}}`,
    JSON.stringify({
      name: 'check_customer',
      args: Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, index])),
      call,
    }),
    JSON.stringify({
      name: 'start_booking',
      args: { name: 'x'.repeat(3_000_000), date: '1 '.repeat(200_000), time: '{'.repeat(100_000) },
      call,
    }),
    JSON.stringify({ name: 'parse_date', args: { date_string: 'am '.repeat(100_000) }, call }),
    JSON.stringify({ name: '{{'.repeat(100_000), args: {}, call }),
    `{"name":"parse_date","name":"cancel_appointment","args":{"date_string":"morgen"},"__proto__":{"isAdmin":true},"call":${JSON.stringify(call)}}`,
    JSON.stringify({
      name: 'parse_date',
      args: { date_string: 'morgen' },
      call: { ...call, transcript: 'x'.repeat(3_500_000) },
    }),
  ]
  for (const body of bodies) {
    const wrong = await probe(functionPath, body)
    tally.tried(`${body.slice(0, 60)}: ${wrong}`, wrong === null)
  }
  for (const [path, bytes] of [
    [functionPath, 4 * 1024 * 1024 + 1],
    ['/api/webhooks/retell', 10 * 1024 * 1024 + 1],
    [functionPath, 50 * 1024 * 1024],
  ] as const) {
    const response = await gateway.send(path, Buffer.alloc(bytes, 0x20))
    tally.tried(`${path} with ${bytes} bytes: ${response.statusCode}`, response.statusCode === 413)
  }
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  tally.expectNoneThrough(10)
})
