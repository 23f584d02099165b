/** Personal data: in no log line, forgotten in time, shown to and erased for whoever asks for it. */
import { createHmac, randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { createLogger } from '../../src/lib/logger.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { PersonalData } from '../../src/services/privacy/erasure.ts'
import { rotateSecrets } from '../../src/services/privacy/secrets.ts'
import { apiKey, newCallId, startGateway, type TestGateway, webhookSecret } from '../helpers/gateway.ts'
import { startSmtp, type TestSmtp } from '../helpers/smtp.ts'
import { Tally } from './tally.ts'

const person = {
  first: 'Quendolina',
  last: 'Zwirnsberger',
  phone: '+4915112347731',
  email: 'quendolina.zw@kundenpost-berlin.de',
}
const child = { first: 'Ottokar', last: 'Zwirnsberger' }
const said = 'Zahnspangenphobie'
const words = [
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

let gateway: TestGateway | undefined
let smtp: TestSmtp | undefined
afterEach(async () => {
  await gateway?.close()
  await smtp?.stop()
  gateway = undefined
  smtp = undefined
})

function realLog() {
  const lines: string[] = []
  const log = createLogger({
    level: 'trace',
    personalData: false,
    destination: { write: (line: string) => void lines.push(line) },
  })
  return { log, lines }
}

/** A person's whole life with us: books, asks, moves, cancels, is analysed, is mailed, and everything breaks once. */
async function live(world: TestGateway): Promise<{ callId: string }> {
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

test('a whole life with everything that can go wrong leaves no name, number, address, word or key in any log line at any level', {
  timeout: 120_000,
}, async () => {
  smtp = await startSmtp()
  const log = realLog()
  gateway = await startGateway({
    log,
    environment: {
      SMTP_URL: smtp.url.replace('smtp://', 'smtp://gateway:smtp-password@'),
      RETELLAI_LOG_WEBHOOKS: 'true',
    },
  })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  await live(gateway)
  smtp.mood('refuse')
  await gateway.call(
    'request_callback',
    { name: person.first, reason: said },
    { callId: newCallId(), from: person.phone },
  )
  await gateway.settle()
  // The database fails under a statement that carries all of it.
  await gateway.database.tenancy.asSystem((tx) =>
    tx.company.update({ where: { id: 1 }, data: { retentionDays: 91 } }),
  )
  const tally = new Tally('personal values searched')
  expect(log.lines.length).toBeGreaterThan(30)
  for (const word of words) {
    const line = log.lines.find((one) => one.toLowerCase().includes(word.toLowerCase()))
    tally.tried(`${word} in ${line?.slice(0, 600)}`, line === undefined)
  }
  tally.expectNoneThrough(words.length)
})

/** Every table's rows that hold one of the words. */
async function rowsWith(world: TestGateway, wanted: readonly string[]): Promise<string[]> {
  const tables = [
    'customers',
    'calls',
    'call_sessions',
    'function_calls',
    'appointments',
    'appointment_changes',
    'booking_attempts',
    'callback_requests',
    'webhook_events',
    'mail_outbox',
    'audit_log',
  ]
  return world.database.tenancy.asSystem(async (tx) => {
    const found: string[] = []
    for (const table of tables) {
      const rows = await tx.$queryRawUnsafe<Array<{ row: string }>>(
        `SELECT to_jsonb(t)::text AS row FROM ${table} t`,
      )
      for (const { row } of rows)
        for (const word of wanted)
          if (row.toLowerCase().includes(word.toLowerCase()))
            found.push(`${table}: ${word} in ${row.slice(0, 500)}`)
    }
    return found
  })
}
const retained = [said, person.email, person.first]

test('after its days a company’s transcripts, recordings, arguments, payloads, drafts and mails are gone, and the facts stay', {
  timeout: 120_000,
}, async () => {
  smtp = await startSmtp()
  gateway = await startGateway({ environment: { SMTP_URL: smtp.url } })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  const { callId } = await live(gateway)
  expect((await rowsWith(gateway, retained)).length).toBeGreaterThan(5)
  const job = () => gateway!.gateway.jobs.runner
  const run = async () => {
    // What another job has only just settled is forgotten by the next run.
    for (let times = 0; times < 2; times += 1) {
      await gateway!.database.tenancy.asSystem(
        (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('retention', '{}'::json, NULL, NULL, NULL)`,
      )
      await job().drain()
    }
  }
  // Nothing is touched before its time.
  await run()
  expect((await rowsWith(gateway, [said])).length).toBeGreaterThan(2)
  gateway.clock.advance(120 * 86_400_000)
  await gateway.database.tenancy.asSystem(async (tx) => {
    for (const table of ['calls', 'call_sessions', 'booking_attempts', 'callback_requests', 'mail_outbox'])
      await tx.$executeRawUnsafe(
        `UPDATE ${table} SET updated_at = updated_at - interval '300 days', created_at = created_at - interval '300 days'`,
      )
    await tx.$executeRawUnsafe(`UPDATE appointment_changes SET created_at = created_at - interval '300 days'`)
    await tx.$executeRawUnsafe(`UPDATE function_calls SET called_at = called_at - interval '300 days'`)
  })
  await run()
  const left = (await rowsWith(gateway, [said, 'recordings.example', ...words.slice(6, 9)])).filter(
    (row) => !/^(customers|appointments): |^calls: 15112347731/.test(row),
  )
  expect(left).toEqual([])
  const counts = await gateway.database.tenancy.asSystem(async (tx) => ({
    call: await tx.call.findFirstOrThrow({ where: { retellCallId: callId } }),
    session: await tx.retellCallSession.findFirstOrThrow({ where: { callId } }),
    appointments: await tx.appointment.count({ where: { companyId: 1 } }),
    audit: await tx.auditLog.findMany({ where: { action: 'forgotten' } }),
  }))
  expect(counts.call).toMatchObject({ transcript: null, recordingUrl: null, status: 'analyzed' })
  expect((counts.session.functionCalls as Array<Record<string, unknown>>)[0]).toMatchObject({
    function_name: 'initialize_call',
    status: 'success',
    duration_ms: expect.any(Number),
  })
  expect(counts.appointments).toBeGreaterThan(0)
  expect(counts.audit.length).toBeGreaterThan(0)
})

test('whoever asks sees everything held about them; erasing refuses before an appointment, and then leaves nothing of them in any table', {
  timeout: 120_000,
}, async () => {
  smtp = await startSmtp()
  gateway = await startGateway({ environment: { SMTP_URL: smtp.url } })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  await live(gateway)
  const data = new PersonalData({ tenancy: gateway.database.tenancy, clock: gateway.clock })
  const key = { companyId: 1, phone: person.phone }
  const shown = await data.export(key)
  const text = JSON.stringify(shown, (_, value) => (typeof value === 'bigint' ? Number(value) : value))
  for (const word of [person.last, child.first, person.email, said, 'recordings.example'])
    expect(text).toContain(word)
  expect(await data.export({ companyId: 2, phone: person.phone })).toBeNull()
  expect(await data.erase({ companyId: 2, phone: person.phone })).toEqual({ kind: 'nobody' })
  expect(await data.erase(key)).toMatchObject({ kind: 'upcoming' })
  gateway.clock.advance(30 * 86_400_000)
  const erased = await data.erase(key)
  expect(erased).toMatchObject({ kind: 'erased', calcomUids: expect.arrayContaining([expect.any(String)]) })
  expect(await rowsWith(gateway, words)).toEqual([])
  // A call after that meets a stranger, and others are untouched.
  expect(await gateway.call('check_customer', {}, { callId: newCallId(), from: person.phone })).toMatchObject(
    { customer_exists: false },
  )
  expect(
    await gateway.call('check_customer', {}, { callId: newCallId(), from: '+4915228817386' }),
  ).toMatchObject({ customer_name: 'Sabine Müller' })
})

test('stored secrets are unreadable without the key, survive its rotation, and are useless with another', async () => {
  gateway = await startGateway()
  const { tenancy } = gateway.database
  const [before, after, stranger] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [
    string,
    string,
    string,
  ]
  const old = new SecretBox([before])
  const sealed = {
    apiKeyEncrypted: old.seal('cal_live_geheim'),
    webhookSecretEncrypted: old.seal('whsec_geheim'),
  }
  await tenancy.asSystem(async (tx) => {
    await tx.calcomConnection.create({ data: { id: 'eigene', baseUrl: 'https://api.cal.com/v2', ...sealed } })
    await tx.company.update({ where: { id: 1 }, data: { calcomConnectionId: 'eigene' } })
  })
  expect(JSON.stringify(sealed)).not.toMatch(/geheim/)
  await expect(rotateSecrets({ tenancy, box: new SecretBox([stranger]) })).rejects.toThrow('not configured')
  expect(await rotateSecrets({ tenancy, box: new SecretBox([after, before]) })).toEqual({
    rotated: ['eigene'],
    current: 0,
  })
  expect(await rotateSecrets({ tenancy, box: new SecretBox([after, before]) })).toEqual({
    rotated: [],
    current: 1,
  })
  const row = await tenancy.asSystem((tx) =>
    tx.calcomConnection.findUniqueOrThrow({ where: { id: 'eigene' } }),
  )
  expect(new SecretBox([after]).open(row.apiKeyEncrypted)).toBe('cal_live_geheim')
  expect(() => old.open(row.apiKeyEncrypted)).toThrow()
  expect(() => new SecretBox([after]).open(row.apiKeyEncrypted.replace(/.{4}$/, 'AAAA'))).toThrow()
  expect(
    await tenancy.asSystem((tx) => tx.auditLog.findFirst({ where: { action: 'secrets_rotated' } })),
  ).toMatchObject({ companyId: 1, entityId: 'eigene', actor: 'cli' })
})
