/** Requests that somebody has recorded and sends again: the guide's signature has no time in it. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, caller, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { Tally } from './tally.ts'

const path = '/api/webhooks/retell/function'
const secret = 'secret of the guide'
let gateway: TestGateway
let callId: string

beforeAll(async () => {
  gateway = await startGateway({ environment: { RETELLAI_WEBHOOK_SECRET: secret } })
})
afterAll(() => gateway.close())
beforeEach(() => {
  callId = newCallId()
})

const body = (name: string, args: object, transcript = '') =>
  JSON.stringify({
    name,
    args,
    call: { call_id: callId, from_number: caller, to_number: salon.mitte, direction: 'inbound', transcript },
  })
async function send(payload: string): Promise<Answer> {
  const signature = createHmac('sha256', secret).update(payload).digest('hex')
  const response = await gateway.send(path, payload, { signature })
  expect(response.statusCode).toBe(200)
  return response.json<Answer>()
}
const callbacks = () =>
  gateway.database.tenancy.run(salon.companyId, (tx) => tx.callbackRequest.count({ where: { callId } }))
const alarms = () => gateway.lines.filter((line) => line.includes('"alarm":"body_repeated"')).length
const wish = {
  customer_name: 'Jonas Brandt',
  phone_number: '0151 12345678',
  reason: 'Rückfrage zur Dauerwelle',
}

test('a recorded body that changes something gets its recorded answer for five minutes, and is refused with an alarm for a day after', async () => {
  const tally = new Tally('attacks tried')
  const recorded = body('request_callback', wish)
  const first = await send(recorded)
  expect(first.success).toBe(true)
  gateway.clock.advance(4 * 60_000)
  tally.tried('within five minutes', JSON.stringify(await send(recorded)) === JSON.stringify(first))
  for (const minutes of [2, 30, 600, 700]) {
    gateway.clock.advance(minutes * 60_000)
    const before = alarms()
    const answer = await send(recorded)
    tally.tried(
      `${minutes} minutes later: ${JSON.stringify(answer)}`,
      !answer.success && answer.error === 'request_repeated' && alarms() === before + 1,
    )
  }
  expect(await callbacks()).toBe(1)
  tally.expectNoneThrough(5)
})

test('a change that was undone is not made again by a recorded body', async () => {
  const start = await send(
    body('start_booking', {
      customer_name: 'Jonas Brandt',
      service: 'Herrenhaarschnitt',
      datetime: 'morgen um 10 Uhr',
    }),
  )
  expect(start.success).toBe(true)
  const confirm = body('confirm_booking', {}, 'User: Ja, bitte.')
  expect(await send(confirm)).toMatchObject({ success: true })
  const rows = () =>
    gateway.database.tenancy.run(salon.companyId, (tx) =>
      tx.appointment.count({ where: { callId, status: 'scheduled' } }),
    )
  const booked = await rows()
  gateway.clock.advance(10 * 60_000)
  expect(await send(confirm)).toMatchObject({ success: false, error: 'request_repeated' })
  expect(await rows()).toBe(booked)
})

test('questions are answered anew, and so is any other body', async () => {
  const question = body('get_available_services', {})
  for (let times = 0; times < 3; times += 1) {
    expect(await send(question)).toMatchObject({ success: true })
    gateway.clock.advance(10 * 60_000)
  }
  await send(body('request_callback', wish))
  gateway.clock.advance(10 * 60_000)
  expect(await send(body('request_callback', wish, 'User: noch etwas'))).not.toMatchObject({
    error: 'request_repeated',
  })
})

test('Retell’s own signature has its time, so a repeat is left to the functions', async () => {
  const payload = body('request_callback', wish)
  const first = (await gateway.send(path, payload)).json<Answer>()
  gateway.clock.advance(10 * 60_000)
  expect((await gateway.send(path, payload)).json<Answer>()).toMatchObject({ success: first.success })
})
