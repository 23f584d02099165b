/** A person's whole life with the gateway, and where to look for what is left of it. */
import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { apiKey, newCallId, type TestGateway, webhookSecret } from '../helpers/gateway.ts'
import { asOwner } from '../helpers/webhooks.ts'

export const person = {
  first: 'Quendolina',
  last: 'Zwirnsberger',
  phone: '+4915112347731',
  email: 'quendolina.zw@kundenpost-berlin.de',
}
export const child = { first: 'Ottokar', last: 'Zwirnsberger' }
export const said = 'Zahnspangenphobie'
export const words = [
  person.first,
  person.last,
  child.first,
  'quendolina.zw',
  said,
  'Wurzelsepp',
  '15112347731',
  '0151 1234 7731',
  '0151/12347731',
  '(0151) 12347731',
  '0151-1234-7731',
  '151 12347731',
  '12347731',
  apiKey,
  'cal_test_demo_salon',
  webhookSecret,
  'smtp-password',
]

/** A person's whole life with us: books, asks, moves, cancels, is analysed, is mailed, and everything breaks once. */
export async function live(world: TestGateway): Promise<{ callId: string }> {
  const call = { callId: newCallId(), from: person.phone }
  const name = `${person.first} ${person.last}`
  const wish = {
    name,
    email: person.email,
    phone: '0151 1234 7731',
    date: '3. Dezember',
    time: '14 Uhr',
    service: 'Herrenhaarschnitt',
    notes: said,
  }
  await world.event('call_inbound', call)
  await world.event('call_started', call)
  for (const fn of ['initialize_call', 'check_customer', 'get_customer_appointments', 'query_appointment'])
    await world.call(fn, { phone_number: '(0151) 12347731', customer_name: name }, call)
  await world.call('check_availability', wish, call)
  const draft = await world.call('start_booking', wish, call)
  expect(
    (await world.call('confirm_booking', { booking_id: draft.booking_id, confirmed: true }, call)).success,
  ).toBe(true)
  await world.call(
    'book_appointment',
    { ...wish, name: `${child.first} ${child.last}`, time: '15 Uhr' },
    call,
  )
  await world.call(
    'request_callback',
    {
      name,
      phone: '0151/12347731',
      reason: `${said}, bitte 0151-1234-7731 anrufen`,
      preferred_time: 'morgen',
    },
    call,
  )
  await world.call(
    'query_appointment_by_name',
    { customer_name: name, appointment_date: '3. Dezember', appointment_time: '14 Uhr' },
    { callId: newCallId(), from: 'anonymous' },
  )
  await world.call(
    'reschedule_appointment',
    { name, old_date: '3. Dezember', new_date: '4. Dezember', new_time: '10 Uhr', reason: said },
    call,
  )
  await world.settle()
  // Trouble of every kind: Cal.com refuses, is gone, answers garbage; requests are refused, malformed, unknown.
  for (const fault of [
    { effect: 'error', status: 400, message: `bad attendee ${person.email}` },
    { effect: 'error', status: 500 },
    { effect: 'garbage', body: `<p>${person.email} ${person.phone}</p>` },
    { effect: 'reset' },
  ] as const) {
    world.simulator.control.addFault({ operation: 'createBooking', ...fault })
    await world.call(
      'book_appointment',
      { ...wish, date: '8. Dezember' },
      { callId: newCallId(), from: person.phone },
    )
    world.simulator.control.clearFaults()
  }
  await world.send('/api/webhooks/retell/function', { name, args: wish }, { signature: 'v=1,d=00' })
  await world.send('/api/webhooks/retell/function', `{"name":"${name}",`)
  await world.send('/api/webhooks/retell/function', {
    name: `${person.first}_${person.last}`,
    args: wish,
    call: { call_id: call.callId, from_number: '+4915112347731', to_number: '+49301' },
  })
  await world.send(`/api/retell/${person.last}?phone=${encodeURIComponent(person.phone)}`, wish)
  await world.call('cancel_appointment', { name, appointment_id: person.email, reason: said }, call)
  const webhook = {
    triggerEvent: 'BOOKING_CREATED',
    createdAt: '2026-11-24T08:00:00Z',
    payload: {
      uid: 'fremd',
      bookingId: 4711,
      eventTypeId: 2563101,
      startTime: '2026-12-09T10:00:00Z',
      endTime: '2026-12-09T10:30:00Z',
      attendees: [
        {
          name: `${person.first} Wurzelsepp`,
          email: person.email,
          phoneNumber: person.phone,
          timeZone: 'Europe/Berlin',
        },
      ],
    },
  }
  for (const payload of [
    webhook,
    { ...webhook, triggerEvent: 'BOOKING_CANCELLED' },
    { triggerEvent: person.last, payload: { uid: person.email } },
  ]) {
    const body = JSON.stringify(payload)
    const signature = createHmac('sha256', webhookSecret).update(body).digest('hex')
    await world.send('/api/calcom/webhook', body, {
      signature: null,
      headers: { 'x-cal-signature-256': signature },
    })
    await world.send('/api/calcom/webhook', body, {
      signature: null,
      headers: { 'x-cal-signature-256': '0'.repeat(64) },
    })
  }
  const details = {
    transcript: `Agent: Ihr Termin ist gebucht.\nUser: ${name}, ${said}, 0151 1234 7731`,
    recording_url: `https://recordings.example/${person.last}.wav`,
    call_analysis: { call_summary: `${name} hat ${said}`, custom_analysis_data: { customer_name: name } },
  }
  for (const name of ['call_ended', 'call_analyzed']) {
    const response = await world.event(name, { ...call, ...details })
    expect([response.statusCode, response.body]).toEqual([
      200,
      expect.not.stringContaining('"handled":false'),
    ])
  }
  await world.settle()
  return { callId: call.callId }
}

/** Every row of every table, the queue's too, that holds one of the words. */
export async function rowsOfDatabase(world: TestGateway, wanted: readonly string[]): Promise<string[]> {
  const tables = await asOwner<{ name: string }>(
    world,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  )
  expect(tables.length).toBeGreaterThan(30)
  const found: string[] = []
  for (const { name } of tables)
    for (const { row } of await asOwner<{ row: string }>(
      world,
      `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
    ))
      for (const word of wanted)
        if (row.toLowerCase().includes(word.toLowerCase()))
          found.push(`${name}: ${word} in ${row.slice(0, 500)}`)
  return found
}

/** Every key of Redis, with what is under it, that holds one of the words. */
export async function keysOfRedis(url: string, wanted: readonly string[]): Promise<string[]> {
  const redis = new Redis(url)
  try {
    const found: string[] = []
    for (const key of await redis.keys('*')) {
      const value =
        (await redis.type(key)) === 'string'
          ? await redis.get(key)
          : JSON.stringify(await redis.call('DUMP', key))
      for (const word of wanted)
        if (`${key} ${value}`.toLowerCase().includes(word.toLowerCase())) found.push(`${key}: ${word}`)
    }
    return found
  } finally {
    redis.disconnect()
  }
}
