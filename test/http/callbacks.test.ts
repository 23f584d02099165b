/** A promised callback reaches somebody: who can be told, what the caller hears, what operators see. Over HTTP, on a whole gateway. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GatewayOptions, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())
beforeEach(async () => {
  await gateway.database.tenancy.asSystem((tx) => tx.callbackRequest.deleteMany())
  await setAddress('team@salon-sonnenschein.example')
})

/** The catalogue is kept for a minute unless the database tells of a change; a minute passes. */
async function setAddress(notifyEmail: string | null, on: TestGateway = gateway): Promise<void> {
  await on.database.tenancy.asSystem((tx) => tx.company.update({ where: { id: 1 }, data: { notifyEmail } }))
  on.clock.advance(61_000)
}

const rows = (on: TestGateway = gateway) =>
  on.database.tenancy.asSystem((tx) => tx.callbackRequest.findMany({ orderBy: { id: 'asc' } }))

async function metric(name: string, on: TestGateway = gateway): Promise<number> {
  const { body } = await on.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  return Number(
    body
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  )
}
const unnotified = 'gateway_alarms_total{alarm="callback_unnotified"}'

const detailed = (on: TestGateway = gateway, headers: Record<string, string> = {}) =>
  on.app.inject({ url: '/api/health/calcom/detailed', headers, remoteAddress: '127.0.0.1' })

/** Nothing that sounds like "we will call you". */
const promise = /rufen Sie (?!bitte)[^.?!]* zurück|meld(et|en) (sich|uns)|rufen Sie zurück/

const request = (on: TestGateway = gateway, args: Record<string, unknown> = {}) =>
  on.call('request_callback', { reason: 'Frage zur Farbe', ...args }, { callId: newCallId() })

test('with an address the time is promised, and no alarm is raised', async () => {
  const before = await metric(unnotified)
  const answer = await request(gateway, { preferred_time: 'morgen Vormittag' })
  expect(answer).toMatchObject({
    success: true,
    status: 'callback_queued',
    estimated_callback: 'morgen Vormittag',
    business_notified: true,
    message: 'Wir rufen Sie morgen Vormittag zurück.',
  })
  expect(await metric(unnotified)).toBe(before)
})

describe.each([
  ['none', null, 'notify_address_missing'],
  ['an empty one', '', 'notify_address_missing'],
  ['blanks', '  ', 'notify_address_missing'],
  ['a word', 'team', 'notify_address_malformed'],
  ['two', 'a@salon.example, b@salon.example', 'notify_address_malformed'],
  ['one with a name', 'Team <team@salon.example>', 'notify_address_malformed'],
  ['one with a typing error', 'team@salon', 'notify_address_malformed'],
  ['one that belongs to nobody', 'team@salon.invalid', 'notify_address_malformed'],
])('the address is %s', (_kind, notifyEmail, code) => {
  test('the request is stored, an alarm is raised once, and the caller is promised nothing', async () => {
    await setAddress(notifyEmail)
    const before = await metric(unnotified)
    const callId = newCallId()
    const ask = (args: Record<string, unknown>) => gateway.call('request_callback', args, { callId })
    const answer = await ask({
      reason: 'Frage zur Farbe',
      preferred_time: 'morgen Vormittag',
      name: 'Erika Muster',
    })
    expect(answer).toMatchObject({
      success: true,
      status: 'callback_noted',
      estimated_callback: null,
      estimated_callback_time: null,
      business_notified: false,
    })
    expect(answer.message).toContain('keinen Rückruf zusagen')
    expect(answer.message).not.toMatch(promise)
    expect(await rows()).toMatchObject([
      {
        companyId: 1,
        status: 'open',
        reason: 'Frage zur Farbe',
        preferredTime: 'morgen Vormittag',
        preferredFrom: null,
        preferredTo: null,
      },
    ])
    await ask({ reason: 'Frage zur Farbe' })
    expect(await metric(unnotified)).toBe(before + 1)
    const line = gateway.lines.findLast((one) => one.includes('callback_unnotified'))!
    expect(JSON.parse(line)).toMatchObject({ companyId: 1, reason: code })
    expect(line).not.toMatch(/Erika|Farbe|\+49/)
  })

  test('operators find the company in the detailed health report', async () => {
    await setAddress(notifyEmail)
    const { findings } = (await detailed()).json<{ findings: Array<{ code: string; company_id: number }> }>()
    expect(findings.filter(({ company_id }) => company_id === 1)).toMatchObject([{ code, company_id: 1 }])
    // Never the address itself.
    if (notifyEmail?.trim()) expect(JSON.stringify(findings)).not.toContain(notifyEmail)
  })
})

test('an appointment that can only be moved by a person: no promise either', async () => {
  const callId = newCallId()
  const from = '+4915112345001'
  const found = await gateway.call('find_next_available', { service: 'Herrenhaarschnitt' }, { callId, from })
  const booked = await gateway.call(
    'book_appointment',
    {
      name: 'Max Kurzfristig',
      date: String(found.date ?? (found.next_slot as { date?: string })?.date),
      time: String(found.time ?? (found.next_slot as { time?: string })?.time),
      service: 'Herrenhaarschnitt',
    },
    { callId, from },
  )
  expect(booked.success).toBe(true)
  await setAddress(null)
  const answer = await gateway.call('cancel_appointment', {}, { callId: newCallId(), from })
  expect(answer).toMatchObject({ success: false, error: 'policy_violation', business_notified: false })
  expect(answer.message).toContain('keinen Rückruf zusagen')
  expect(answer.message).not.toMatch(promise)
})

test('findings are for operators: with a token only to who shows it, without one only on this machine', async () => {
  await setAddress(null)
  const far = await gateway.app.inject({ url: '/api/health/calcom/detailed', remoteAddress: '203.0.113.9' })
  expect(far.statusCode).toBe(200)
  expect(far.json()).not.toHaveProperty('findings')
  expect((await detailed(gateway, { 'x-forwarded-for': '203.0.113.9' })).json()).not.toHaveProperty(
    'findings',
  )
  expect((await gateway.app.inject('/api/health/calcom')).json()).not.toHaveProperty('findings')
  await withGateway({ environment: { METRICS_TOKEN: 'token-of-the-scraper' } }, async (guarded) => {
    expect((await detailed(guarded)).json()).not.toHaveProperty('findings')
    const shown = await detailed(guarded, { authorization: 'Bearer token-of-the-scraper' })
    expect(shown.json()).toMatchObject({ findings: [] })
  })
})

test('open callbacks and those past their promised time are figures', async () => {
  await request(gateway, { preferred_time: 'heute' })
  await setAddress(null)
  await request()
  await setAddress('team@salon-sonnenschein.example')
  const figures = async () => ({
    open: await metric('gateway_queue_entries{queue="callback",state="open"}'),
    overdue: await metric('gateway_queue_entries{queue="callback",state="overdue"}'),
    oldest: await metric('gateway_queue_oldest_seconds{queue="callback",state="open"}'),
  })
  expect(await figures()).toMatchObject({ open: 2, overdue: 0 })
  // The salon is closed by then; who was promised nothing waits for a day.
  gateway.clock.advance(14 * 3_600_000)
  expect(await figures()).toMatchObject({ open: 2, overdue: 1 })
  gateway.clock.advance(12 * 3_600_000)
  const later = await figures()
  expect(later).toMatchObject({ open: 2, overdue: 2 })
  expect(later.oldest).toBeGreaterThan(26 * 3_600)
})

async function withGateway(options: GatewayOptions, work: (on: TestGateway) => Promise<void>): Promise<void> {
  const on = await startGateway(options)
  try {
    await work(on)
  } finally {
    await on.close()
  }
}
