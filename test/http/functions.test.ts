/** The function endpoint as Retell and strangers use it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const dispatcher = '/api/webhooks/retell/function'
const rows = () =>
  gateway.database.tenancy.asSystem(async (tx) => ({
    calls: await tx.call.count(),
    attempts: await tx.bookingAttempt.count(),
    appointments: await tx.appointment.count(),
  }))

describe('addresses', () => {
  test.each([dispatcher, '/api/webhooks/retell/function-call', '/api/retell/function-call'])(
    '%s dispatches by name',
    async (path) => {
      const response = await gateway.send(path, { name: 'parse_date_v3', args: { date_string: 'morgen' } })
      expect(response.statusCode).toBe(200)
      expect(response.json()).toMatchObject({ success: true, iso_date: '2026-11-25', weekday: 'Mittwoch' })
    },
  )

  test.each([
    '/api/webhooks/retell/check-availability',
    '/api/retell/check-availability',
    '/api/retell/v17/check-availability',
  ])('%s takes the arguments in args or at the root', async (path) => {
    const call = {
      call_id: newCallId(),
      from_number: '+4915112345678',
      to_number: salon.mitte,
      call_type: 'phone_call',
    }
    const args = { datum: 'morgen', dienstleistung: 'Herrenhaarschnitt' }
    const inArgs = await gateway.send(path, { args, call })
    const atRoot = await gateway.send(path, { ...args, call_id: call.call_id })
    expect(inArgs.json<Answer>()).toMatchObject({ success: true, date: '2026-11-25' })
    expect(atRoot.json<Answer>().slots).toEqual(inArgs.json<Answer>().slots)
  })

  test('every function of the reference has an address of its own', async () => {
    const names = [
      'initialize-call',
      'check-customer',
      'check-availability',
      'get-alternatives',
      'start-booking',
    ]
      .concat(['confirm-booking', 'book-appointment', 'get-available-services', 'list-services'])
      .concat([
        'get-customer-appointments',
        'query-appointment',
        'query-appointment-by-name',
        'cancel-appointment',
      ])
      .concat(['reschedule-appointment', 'find-next-available', 'request-callback', 'parse-date'])
    for (const name of names) {
      const response = await gateway.send(`/api/retell/${name}`, {})
      expect([name, response.statusCode]).toEqual([name, 200])
      expect(response.json<Answer>().message).toMatch(/\p{L}{3}.*[.?]/u)
    }
  })

  test('GET with a query is off: nothing but its time would be signed', async () => {
    const response = await gateway.send('/api/retell/parse-date?date_string=morgen', '', { method: 'GET' })
    expect(response.statusCode).toBe(404)
    expect(gateway.lines.some((line) => line.includes('"alarm":"unknown_address"'))).toBe(true)
  })

  test('/api/zeitinfo tells the time in Berlin to anybody', async () => {
    const response = await gateway.app.inject('/api/zeitinfo')
    expect(response.json()).toEqual({
      date: '24.11.2026',
      time: '09:00',
      weekday: 'Dienstag',
      iso_date: '2026-11-24',
      week_number: 48,
    })
  })
})

describe('bad input is answered clearly and writes nothing', () => {
  test.each([
    ['not JSON', '{"name":', 400, 'invalid_json'],
    ['an array', '[1,2]', 400, 'invalid_json'],
    ['a text', '"hello"', 400, 'invalid_json'],
    ['an unknown function', '{"name":"foo_v2","args":{}}', 200, 'unknown_function'],
    ['no function', '{}', 200, 'unknown_function'],
    [
      'a body over the limit',
      JSON.stringify({ name: 'x', args: { a: 'x'.repeat(4 * 1024 * 1024) } }),
      413,
      'too_large',
    ],
  ])('%s', async (_title, body, status, error) => {
    const before = await rows()
    const response = await gateway.send(dispatcher, body)
    expect([response.statusCode, response.json<Answer>().error]).toEqual([status, error])
    expect(response.json<Answer>()).toMatchObject({ success: false, message: expect.stringMatching(/[.?]$/) })
    expect(await rows()).toEqual(before)
  })

  test('I-05, I-08: a number that is nobody’s, without test mode: nothing booked, a callback offered', async () => {
    const before = await rows()
    const answer = await gateway.call(
      'check_availability',
      { datum: 'morgen' },
      { callId: newCallId(), to: '+4930999999', agentId: 'agent_unknown' },
    )
    expect(answer).toMatchObject({ success: false, error: 'context_not_found', fallback: 'callback_request' })
    expect(await rows()).toEqual(before)
  })

  test('a call whose numbers contradict the stored one is refused', async () => {
    const callId = newCallId()
    await gateway.call('initialize_call', {}, { callId })
    const answer = await gateway.call('initialize_call', {}, { callId, to: salon.nord })
    expect(answer).toMatchObject({ success: false, error: 'context_mismatch' })
  })

  test('missing arguments are asked for in German', async () => {
    const answer = await gateway.call('check_availability', {}, { callId: newCallId() })
    expect(answer.message).toMatch(/\?$/)
    expect(answer.message).not.toMatch(/undefined|null|\d{4}-\d{2}/)
  })

  test('an argument of the wrong kind counts as absent', async () => {
    const answer = await gateway.call(
      'check_availability',
      { datum: true, dienstleistung: { a: 1 } },
      { callId: newCallId() },
    )
    expect(answer.error).not.toBe('technical_error')
  })
})

/** What the look-ups of a call that is still to be announced take together (the guide: five, 50 ms × attempt). */
const lookUpsMs = 740

describe('context', () => {
  test('I-07: a function call may overtake call_started; the webhook merges later', async () => {
    const callId = newCallId()
    const answer = await gateway.call('get_available_services', {}, { callId })
    expect(answer.success).toBe(true)
    const started = await gateway.event('call_started', { callId, agent_version: 7, call_status: 'ongoing' })
    expect(started.statusCode).toBe(200)
    const calls = await gateway.database.tenancy.asSystem((tx) =>
      tx.call.findMany({ where: { retellCallId: callId } }),
    )
    expect(calls).toMatchObject([{ companyId: 1, fromNumber: '+4915112345678', status: 'ongoing' }])
    const session = await gateway.database.tenancy.asSystem((tx) =>
      tx.retellCallSession.findFirst({ where: { callId } }),
    )
    expect(session?.agentVersion).toBe('7')
  })

  test('I-04: without any id the newest call of somebody is not taken', async () => {
    await gateway.call('initialize_call', {}, { callId: newCallId() })
    const response = await gateway.send(dispatcher, { name: 'get_customer_appointments', args: {} })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ success: false, error: 'context_not_found' })
  })

  test('the agent proves the company when there are no numbers; the only ongoing call is then taken', async () => {
    const response = await gateway.send(dispatcher, {
      name: 'get_available_services',
      args: {},
      call: { call_id: newCallId(), call_type: 'web_call', agent_id: salon.agent },
    })
    expect(response.json()).toMatchObject({ success: true })
  })

  test('a call that nobody announced is waited for once, not for each of its functions', async () => {
    const ask = async (callId: string) => {
      const begun = performance.now()
      const response = await gateway.send(dispatcher, {
        name: 'get_available_services',
        args: {},
        call: { call_id: callId },
      })
      expect(response.json()).toMatchObject({ success: false, error: 'context_not_found' })
      return performance.now() - begun
    }
    const callId = newCallId()
    const [first, beside] = await Promise.all([ask(callId), ask(callId)])
    expect(Math.min(first, beside)).toBeGreaterThanOrEqual(lookUpsMs)
    expect(await ask(callId)).toBeLessThan(lookUpsMs)
    expect(await ask(newCallId())).toBeGreaterThanOrEqual(lookUpsMs)

    await gateway.event('call_started', { callId })
    const announced = await gateway.send(dispatcher, {
      name: 'get_available_services',
      args: {},
      call: { call_id: callId },
    })
    expect(announced.json()).toMatchObject({ success: true })
  })

  test('I-10: parse_date works without any call', async () => {
    const response = await gateway.send(dispatcher, { name: 'parse_date', args: { date_string: 'morgen' } })
    expect(response.json()).toMatchObject({ success: true, iso_date: '2026-11-25' })
  })

  test('I-01: whatever args.call_id says, the call object counts', async () => {
    const [mine, other] = [newCallId(), newCallId()]
    await gateway.call('initialize_call', {}, { callId: other, from: '+4915112340077' })
    await gateway.call('initialize_call', { call_id: other }, { callId: mine })
    await gateway.settle()
    const sessions = await gateway.database.tenancy.asSystem((tx) =>
      tx.retellCallSession.findMany({ where: { callId: { in: [mine, other] } } }),
    )
    expect(sessions.map((session) => (session.functionCalls as unknown[]).length)).toEqual([1, 1])
  })
})

test('every function call is recorded without names, numbers and addresses in its arguments', async () => {
  const callId = newCallId()
  const args = {
    datum: 'morgen',
    dienstleistung: 'Herrenhaarschnitt',
    name: 'Jana Weiß',
    customer_phone: '+4915112349999',
  }
  await gateway.call('check_availability_v17', args, { callId })
  await gateway.call('foo', {}, { callId })
  await gateway.settle()
  const session = await gateway.database.tenancy.asSystem((tx) =>
    tx.retellCallSession.findFirstOrThrow({ where: { callId } }),
  )
  const [entry] = session.functionCalls as Array<Record<string, unknown>>
  expect(entry).toMatchObject({
    function_name: 'check_availability',
    status: 'success',
    timestamp: '2026-11-24T08:00:00.000Z',
    response: { success: true },
  })
  expect(Number.isInteger(entry?.duration_ms)).toBe(true)
  expect(JSON.stringify(entry)).not.toMatch(/Jana|Weiß|49999/)
})

test('one log line per function call, without personal data', async () => {
  const callId = newCallId()
  await gateway.call('check_customer', {}, { callId, from: '+4915112348888' })
  const lines = gateway.lines
    .map((line) => JSON.parse(line))
    .filter((line) => line.callId === callId && line.msg === 'function call')
  expect(lines).toMatchObject([{ function: 'check_customer', companyId: 1, status: 'success' }])
  expect(gateway.lines.join('\n')).not.toContain('15112348888')
})

describe('the transcript in a body', () => {
  const utterance = (content: string) => ({
    role: 'user',
    content,
    words: content.split(' ').map((word, index) => ({ word, start: index, end: index + 0.3 })),
  })
  const spoken = [
    utterance('Ich sagte: "Morgen ]} um \\ zehn" [{ \\" ä € 😀'),
    utterance('"transcript_object":[ "args":{"date":"übermorgen"}'),
  ]
  const toolCall = { role: 'tool_call_invocation', arguments: '{"transcript_with_tool_calls":[1,[2]]}' }
  const body = (call: object) => ({ name: 'parse_date', args: { date: 'morgen' }, call })

  test.each([
    ['before the ids', { transcript_object: spoken, transcript_with_tool_calls: [...spoken, toolCall] }],
    ['in the other order', { transcript_with_tool_calls: [toolCall], transcript_object: spoken }],
    ['empty', { transcript_object: [], transcript_with_tool_calls: [[]] }],
    ['not as lists', { transcript_object: 'nichts', transcript_with_tool_calls: null }],
  ])('%s changes nothing', async (_name, transcript) => {
    const callId = newCallId()
    const call = { ...transcript, call_id: callId, to_number: salon.mitte, call_type: 'phone_call' }
    const response = await gateway.send(dispatcher, body(call))
    expect(response.json()).toMatchObject({ success: true, iso_date: '2026-11-25' })
    await gateway.settle()
    const session = await gateway.database.tenancy.asSystem((tx) =>
      tx.retellCallSession.findFirstOrThrow({ where: { callId } }),
    )
    expect(session.functionCalls).toMatchObject([{ arguments: { date_expression: 'morgen' } }])
  })

  test.each([
    '{"name":"parse_date","args":{"date":"morgen"},"call":{"transcript_object":[{"words":[1,2}',
    '{"name":"parse_date","args":{"date":"morgen"},"call":{"transcript_object":["ohne Ende',
    '{"name":"parse_date","args":{"date":"morgen"},"call":{"transcript_object":[1,2]',
    '{"transcript_object":[]]}',
  ])('that breaks off is no JSON: %s', async (text) => {
    expect((await gateway.send(dispatcher, text)).statusCode).toBe(400)
  })
})
