/** Cal.com's webhooks at the door: who gets in, what is kept, what is answered. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner, look, sendWebhook, signatureOf, startOver } from '../helpers/webhooks.ts'

const encryptionKey = Buffer.alloc(32, 7).toString('base64')
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { ENCRYPTION_KEY: encryptionKey } })
})
afterAll(() => gateway.close())
beforeEach(() => startOver(gateway))

const cancelled = (uid = 'abc') => ({
  triggerEvent: 'BOOKING_CANCELLED',
  createdAt: '2026-11-24T08:00:00.000Z',
  payload: { uid, eventTypeId: 2563101, startTime: '2026-12-02T09:00:00+00:00', status: 'CANCELLED' },
})
const jobs = () =>
  asOwner<{ payload: { eventId: string } }>(gateway, 'SELECT payload FROM graphile_worker._private_jobs')

test.each(['/api/calcom/webhook', '/api/webhooks/calcom', '/api/calcom/webhook/default'])(
  'a signed event at %s is stored together with its job and answered at once',
  async (path) => {
    const response = await sendWebhook(gateway, cancelled(), { path })
    expect([response.statusCode, response.json()]).toEqual([200, { success: true, status: 'received' }])
    const [event, ...others] = await look(gateway).events()
    expect(others).toEqual([])
    expect(event).toMatchObject({
      source: 'calcom',
      connectionId: 'default',
      eventType: 'BOOKING_CANCELLED',
      status: 'received',
      payload: cancelled(),
    })
    expect(await jobs()).toEqual([{ payload: { eventId: String(event!.id) } }])
  },
)

test('the same delivery again is known: one row, one job', async () => {
  await sendWebhook(gateway, cancelled())
  const again = await sendWebhook(gateway, cancelled())
  expect(again.json()).toEqual({ success: true, status: 'known' })
  await Promise.all([sendWebhook(gateway, cancelled('x')), sendWebhook(gateway, cancelled('x'))])
  expect((await look(gateway).events()).length).toBe(2)
  expect((await jobs()).length).toBe(2)
})

test('the test button is answered and not kept', async () => {
  const ping = { triggerEvent: 'PING', createdAt: '2026-11-24T08:00:00.000Z', payload: { type: 'Test' } }
  expect((await sendWebhook(gateway, ping)).json()).toEqual({ success: true, status: 'pong' })
  expect(await look(gateway).events()).toEqual([])
})

test('a missing, wrong, foreign or empty signature and an unknown connection are all refused, and nothing is kept (I-75)', async () => {
  const body = JSON.stringify(cancelled())
  const send = (headers: Record<string, string>, path = '/api/calcom/webhook') =>
    gateway.app.inject({
      method: 'POST',
      url: path,
      payload: body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  const refused = [
    send({}),
    send({ 'x-cal-signature-256': '' }),
    send({ 'x-cal-signature-256': 'no-secret-provided' }),
    send({ 'x-cal-signature-256': signatureOf(body, '') }),
    send({ 'x-cal-signature-256': signatureOf(body, 'another secret') }),
    send({ 'x-cal-signature-256': signatureOf(`${body} `) }),
    send({ 'x-cal-signature-256': signatureOf(body) }, '/api/calcom/webhook/nobody'),
    send({ 'x-cal-signature-256': signatureOf(body) }, '/api/calcom/webhook/..%2Fdefault'),
  ]
  expect((await Promise.all(refused)).map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(401))
  expect(await look(gateway).events()).toEqual([])
})

test("a connection's webhooks need its own secret", async () => {
  const box = new SecretBox([encryptionKey])
  await gateway.database.tenancy.asSystem((tx) =>
    tx.calcomConnection.upsert({
      where: { id: 'praxis' },
      update: {},
      create: {
        id: 'praxis',
        apiKeyEncrypted: box.seal('cal_test_other_company'),
        baseUrl: `${gateway.simulator.url}/v2`,
        webhookSecretEncrypted: box.seal('the secret of the practice'),
      },
    }),
  )
  const path = '/api/calcom/webhook/praxis'
  expect((await sendWebhook(gateway, cancelled(), { path })).statusCode).toBe(401)
  expect(
    (await sendWebhook(gateway, cancelled(), { path, secret: 'the secret of the practice' })).statusCode,
  ).toBe(200)
  expect((await look(gateway).events()).map(({ connectionId }) => connectionId)).toEqual(['praxis'])
})

test('what is signed but no event is malformed: 400', async () => {
  const bodies = ['false', '[]', '{', '{}', '{"payload":{"uid":"a"}}', '"BOOKING_CREATED"']
  const statuses = []
  for (const body of bodies) statuses.push((await sendWebhook(gateway, body)).statusCode)
  expect(statuses).toEqual(Array(6).fill(400))
})

test('spellings of real deliveries are accepted: a prefix, another content type, the names of the guide', async () => {
  const body = JSON.stringify({ event: 'booking.cancelled', data: { uid: 'guide' } })
  const headers = {
    'x-cal-signature-256': `sha256=${signatureOf(body).toUpperCase()}`,
    'content-type': 'text/plain',
  }
  expect((await sendWebhook(gateway, body, { headers })).statusCode).toBe(200)
  expect((await look(gateway).events())[0]).toMatchObject({
    eventType: 'BOOKING_CANCELLED',
    status: 'received',
  })
})

test('what cannot be stored is answered 500, so that the loss is seen', async () => {
  await asOwner(gateway, 'ALTER TABLE webhook_events RENAME TO webhook_events_gone')
  try {
    const response = await sendWebhook(gateway, cancelled())
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toMatch(/webhook_events|relation/)
  } finally {
    await asOwner(gateway, 'ALTER TABLE webhook_events_gone RENAME TO webhook_events')
  }
})
