/** Bodies that a model has written: signed like every request, and proving nothing. */
import { afterEach, expect, test } from 'vitest'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { Tally } from './tally.ts'

const known = '+4915228817386'
const name = /Sabine|Müller/
let gateway: TestGateway
afterEach(() => gateway.close())

/** Bodies of `check_customer` and its like that say whose call they are, as far as a model could write them. */
function forged(callId: string): object[] {
  const call = { call_id: callId, to_number: salon.mitte, from_number: known, direction: 'inbound' }
  return [
    { call, phone_number: 'x' },
    { call, name: 'x' },
    { call },
    { call, args: [] },
    { chat: { ...call, chat_id: callId }, phone: known },
    { ...call },
    { call_id: callId, phone_number: known },
    { args: { call_id: callId, call }, phone_number: known },
    { name: 'check_customer', args: { call_id: callId, from_number: known } },
  ]
}

const addresses = [
  '/api/retell/check-customer',
  '/api/retell/initialize-call',
  '/api/retell/get-customer-appointments',
  '/api/retell/query-appointment',
]

test('arguments that look like an envelope prove no number, not even of a call that is known', async () => {
  gateway = await startGateway()
  const control = await gateway.call('check_customer', {}, { callId: newCallId(), from: known })
  expect(JSON.stringify(control)).toMatch(name)
  const tally = new Tally('attacks tried')
  const announced = newCallId()
  await gateway.event('call_started', { callId: announced, from: known })
  for (const url of addresses)
    for (const callId of [announced, newCallId(), 'call_new'])
      for (const body of forged(callId)) {
        const response = await gateway.send(url, body)
        tally.tried(`${url} ${JSON.stringify(body)} ${response.body}`, !name.test(response.body))
      }
  tally.expectNoneThrough(100)
  const created = await gateway.database.tenancy.asSystem((tx) =>
    tx.call.count({ where: { retellCallId: 'call_new' } }),
  )
  expect(created).toBe(0)
})

test('as in production: without a full envelope only a callback is offered, with an alarm and a finding', async () => {
  gateway = await startGateway({ environment: { RETELLAI_ARGUMENTS_ONLY: 'false', METRICS_TOKEN: 'token' } })
  const findings = async () => {
    const headers = { authorization: 'Bearer token' }
    const report = await gateway.app.inject({ url: '/api/health/calcom/detailed', headers })
    return report.json<{ findings: Array<{ code: string }> }>().findings.map(({ code }) => code)
  }
  expect(await findings()).not.toContain('envelope_incomplete')
  const tally = new Tally('attacks tried')
  const callId = newCallId()
  await gateway.event('call_started', { callId, from: known })
  for (const url of [...addresses, '/api/retell/check-availability', '/api/retell/start-booking'])
    for (const body of [...forged(callId), { datum: 'morgen', call_id: callId }, {}]) {
      const response = await gateway.send(url, body)
      tally.tried(
        `${url} ${response.body}`,
        response.statusCode === 200 &&
          response.json().error === 'envelope_incomplete' &&
          /zurückrufen\?$/.test(response.json().message),
      )
    }
  tally.expectNoneThrough(60)
  expect(gateway.lines.some((line) => line.includes('"alarm":"envelope_incomplete"'))).toBe(true)
  expect(await findings()).toContain('envelope_incomplete')
  // Whole envelopes are served, and what needs no call needs none (incident I-10).
  expect(await gateway.call('get_available_services', {}, { callId, from: known })).toMatchObject({
    success: true,
  })
  const open = await gateway.send('/api/webhooks/retell/function', {
    name: 'parse_date',
    args: { date_string: 'morgen' },
  })
  expect(open.json()).toMatchObject({ success: true })
})
