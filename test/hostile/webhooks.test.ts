/** Cal.com's webhooks as an attacker or another tenant would send them: each secret opens its own connection's companies only. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCallId, salon, webhookSecret } from '../helpers/gateway.ts'
import { sendWebhook, signatureOf } from '../helpers/webhooks.ts'
import { Tally } from './tally.ts'
import { practice, startTwoCompanies, type TwoCompanies } from './two-companies.ts'

let world: TwoCompanies
let salonUid: string
let salonAttempt: string
beforeAll(async () => {
  world = await startTwoCompanies()
  const booked = await world.call(
    'book_appointment',
    { name: 'Sina Salon', date: '3. Dezember', time: '15 Uhr', service: 'Herrenhaarschnitt' },
    { callId: newCallId(), from: '+4915144400001' },
  )
  expect(booked.success).toBe(true)
  salonUid = String(booked.calcom_uid)
  salonAttempt = String(booked.booking_id)
  await world.settle()
})
afterAll(() => world.close())

const paths = { own: '/api/calcom/webhook', practice: `/api/calcom/webhook/${practice.connectionId}` }
const triggers = [
  'BOOKING_CREATED',
  'BOOKING_CANCELLED',
  'BOOKING_RESCHEDULED',
  'BOOKING_REJECTED',
  'BOOKING_CONFIRMED',
  'BOOKING_NO_SHOW_UPDATED',
  'MEETING_ENDED',
]

const salonRows = () =>
  world.database.tenancy.asSystem(async (tx) => {
    const rows = await tx.$queryRawUnsafe<Array<{ row: string }>>(
      `SELECT to_jsonb(t)::text AS row FROM appointments t WHERE company_id = 1
       UNION ALL SELECT to_jsonb(t)::text FROM customers t WHERE company_id = 1
       UNION ALL SELECT to_jsonb(t)::text FROM booking_attempts t WHERE company_id = 1
       UNION ALL SELECT to_jsonb(t)::text FROM appointment_changes t WHERE company_id = 1
       UNION ALL SELECT to_jsonb(t)::text FROM callback_requests t WHERE company_id = 1 ORDER BY 1`,
    )
    return rows.map(({ row }) => row)
  })

test('a missing, foreign, stale-bodied or empty signature opens no address, and an unknown connection looks like a wrong secret', async () => {
  const tally = new Tally('attacks tried')
  const body = JSON.stringify({ triggerEvent: 'BOOKING_CANCELLED', payload: { uid: salonUid } })
  const wrong: Array<[string, Record<string, string>]> = [
    ['none', {}],
    ['empty', { 'x-cal-signature-256': '' }],
    ['Cal.com without a secret', { 'x-cal-signature-256': 'no-secret-provided' }],
    ['of the empty secret', { 'x-cal-signature-256': signatureOf(body, '') }],
    ['of the connection’s id', { 'x-cal-signature-256': signatureOf(body, practice.connectionId) }],
    ['of another body', { 'x-cal-signature-256': signatureOf(`${body} `) }],
    ['in base64', { 'x-cal-signature-256': Buffer.from(signatureOf(body), 'hex').toString('base64') }],
    ['cut', { 'x-cal-signature-256': signatureOf(body).slice(2) }],
    ['twice', { 'x-cal-signature-256': `${signatureOf(body)}, ${signatureOf(body)}` }],
    ['Retell’s header', { 'x-retell-signature': signatureOf(body) }],
  ]
  const addresses = [
    paths.own,
    '/api/webhooks/calcom',
    paths.practice,
    '/api/calcom/webhook/default',
    '/api/calcom/webhook/unknown',
    '/api/calcom/webhook/..%2fdefault',
    '/api/calcom/webhook/__proto__',
    `/api/calcom/webhook/${'x'.repeat(90)}`,
  ]
  for (const url of addresses)
    for (const [what, headers] of wrong)
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const response = await world.app.inject({
          method: 'POST',
          url,
          payload: body,
          headers: { ...headers, 'content-type': type },
        })
        tally.tried(`${url} ${what}: ${response.statusCode}`, response.statusCode === 401)
      }
  // One connection's secret at the other's address.
  tally.tried(
    'the default’s at the practice’s',
    (await sendWebhook(world, body, { path: paths.practice, secret: webhookSecret })).statusCode === 401,
  )
  tally.tried(
    'the practice’s at the default’s',
    (await sendWebhook(world, body, { path: paths.own, secret: practice.webhookSecret })).statusCode === 401,
  )
  tally.expectNoneThrough(200)
})

test('a webhook of one connection changes nothing of another’s companies, whatever it names', async () => {
  const tally = new Tally('attacks tried')
  const { first, draft } = world.secrets
  await world.settle()
  const before = { salon: await salonRows(), practice: await world.practiceRows() }
  const send = async (
    path: string,
    secret: string,
    uid: string,
    bookingId: string,
    eventTypeId: number,
    companyId: string,
  ) => {
    for (const [index, triggerEvent] of triggers.entries()) {
      const payload = {
        uid,
        bookingId: 800_000 + index,
        eventTypeId,
        startTime: '2026-12-17T10:00:00Z',
        endTime: '2026-12-17T10:30:00Z',
        rescheduleUid: uid,
        metadata: { booking_id: bookingId, company_id: companyId },
        attendees: [{ name: 'Eve Fremd', email: 'eve@fremdpost.de', timeZone: 'Europe/Berlin' }],
      }
      for (const fields of [
        payload,
        { ...payload, metadata: undefined },
        { ...payload, uid: `neu${index}${bookingId.slice(-4)}` },
      ]) {
        const response = await sendWebhook(
          world,
          { triggerEvent, createdAt: `2026-11-24T08:00:${10 + index}Z`, payload: fields },
          { path, secret },
        )
        tally.tried(`${triggerEvent}: ${response.statusCode}`, response.statusCode === 200)
      }
    }
  }
  // The practice's connection names what is the salon's, then the other way round.
  await send(paths.practice, practice.webhookSecret, salonUid, salonAttempt, 2563101, '1')
  await world.settle()
  tally.tried('the salon is as before', JSON.stringify(await salonRows()) === JSON.stringify(before.salon))
  await send(
    paths.own,
    webhookSecret,
    String(first.answer.calcom_uid),
    String(draft.answer.booking_id),
    7700101,
    '2',
  )
  await world.settle()
  for (const [table, rows] of Object.entries(await world.practiceRows()))
    tally.tried(`the practice’s ${table}`, rows === before.practice[table])
  tally.expectNoneThrough(40)
})

test('a job of one company that names another’s rows does nothing to them', async () => {
  const tally = new Tally('attacks tried')
  const { first, draft } = world.secrets
  await world.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  const before = await world.practiceRows()
  const appointmentId = Number(first.answer.appointment_id)
  const payloads: Array<[string, Record<string, unknown>]> = [
    ['appointment_notifications', { appointmentId, kind: 'booked' }],
    ['appointment_notifications', { appointmentId, kind: 'cancelled' }],
    ['settle_attempt', { attemptId: draft.answer.booking_id }],
    ['settle_attempt', { attemptId: first.answer.booking_id }],
    ['sync_to_calcom', { appointmentId }],
    ['business_mail', { callbackId: 1 }],
  ]
  await world.database.tenancy.run(salon.companyId, async (tx) => {
    for (const [task, payload] of payloads) {
      const text = JSON.stringify(payload)
      const forged = JSON.stringify({
        ...payload,
        company_id: practice.companyId,
        companyId: practice.companyId,
      })
      for (const body of [text, forged])
        await tx.$executeRaw`SELECT gateway_enqueue_job(${task}::text, ${body}::json, NULL, NULL, 1)`
    }
  })
  // What is no company's job is refused outright.
  const foreignJob = world.database.tenancy.run(
    salon.companyId,
    (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('expire_drafts', '{}'::json, NULL, NULL, 1)`,
  )
  await expect(foreignJob).rejects.toThrow('There is no such job for a company')
  await world.settle()
  for (const [table, rows] of Object.entries(await world.practiceRows()))
    tally.tried(`${table} of the practice`, rows === before[table])
  tally.tried(
    'no mail about it',
    (await world.database.tenancy.asSystem((tx) =>
      tx.mailOutbox.count({ where: { textBody: { contains: 'Kontrolle' } } }),
    )) === 0,
  )
  tally.expectNoneThrough(10)
})
