/** The circuit breaker, seen from the phone: when it opens, what it lets through, when it closes, and what health says of it. */
import { afterEach, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { long } from './tally.ts'

let gateway: TestGateway
afterEach(() => gateway.close())

interface Report {
  status: string
  checks: { calcom_api: { status: string; circuit_breaker: string; trips: number } }
}
const health = async () => (await gateway.app.inject('/api/health/calcom')).json<Report>()
const breaker = async () => (await health()).checks.calcom_api.circuit_breaker
/** Days the salon is open on, each with each service: what nobody has asked for yet only Cal.com can answer. */
const wishes = [
  'Herrenhaarschnitt',
  'Damenhaarschnitt',
  'Färben',
  'Dauerwelle',
  'Bartpflege',
  'Beratung',
].flatMap((service) =>
  ['25.11.', '26.11.', '27.11.', '28.11.', '1.12.', '2.12.', '3.12.', '4.12.', '5.12.', '8.12.'].map(
    (date) => ({ service, date }),
  ),
)
let asked = 0
const ask = () => {
  const wish = wishes[(asked * 11) % wishes.length]
  asked += 1
  return gateway.call('check_availability', { ...wish }, { callId: newCallId() })
}
const sent = (operation: 'getSlots' | 'getMe' = 'getSlots') =>
  gateway.simulator.control.requests(operation).length
const outage = (times: number | null, effect: 'error' | 'garbage' = 'error') =>
  gateway.simulator.control.addFault({ operation: 'getSlots', effect, status: 503, times })

test('exactly five outages in a row open it, after sixty seconds one request probes, and two successes close it', async () => {
  gateway = await startGateway()
  // Health has asked Cal.com and will not again for half a minute: its own success would begin the count anew.
  await health()
  outage(4)
  for (let count = 0; count < 4; count += 1) await ask()
  // The fifth answers: the count begins anew.
  await ask()
  expect(await breaker()).toBe('closed')
  gateway.simulator.control.clearRequests()
  outage(5)
  for (let count = 0; count < 4; count += 1) await ask()
  expect(await breaker()).toBe('closed')
  expect(await ask()).toMatchObject({ success: false, fallback: 'callback_request' })
  expect(await health()).toMatchObject({
    status: 'degraded',
    checks: { calcom_api: { circuit_breaker: 'open', trips: 1 } },
  })
  expect(sent()).toBe(5)
  gateway.clock.advance(59_900)
  expect(await ask()).toMatchObject({ success: false, fallback: 'callback_request' })
  expect(sent()).toBe(5)
  gateway.clock.advance(200)
  expect((await ask()).success).toBe(true)
  expect(sent()).toBe(6)
  expect((await ask()).success).toBe(true)
  expect(await health()).toMatchObject({ checks: { calcom_api: { circuit_breaker: 'closed', trips: 1 } } })
  const changes = gateway.lines.filter((line) => line.includes('circuit breaker changed'))
  expect(changes.map((line) => (JSON.parse(line) as { to: string }).to)).toEqual([
    'open',
    'half_open',
    'closed',
  ])
})

test('one failed probe opens it again for a whole minute', async () => {
  gateway = await startGateway()
  await health()
  outage(6)
  for (let count = 0; count < 5; count += 1) await ask()
  gateway.clock.advance(60_100)
  await ask()
  expect(await breaker()).toBe('open')
  expect((await health()).checks.calcom_api.trips).toBe(2)
  gateway.clock.advance(59_000)
  expect((await ask()).success).toBe(false)
  expect(sent()).toBe(6)
  gateway.clock.advance(1_200)
  expect((await ask()).success).toBe(true)
})

test('refusals and limits are answers of a living Cal.com: any number of them leaves it closed', async () => {
  gateway = await startGateway()
  for (const status of [400, 401, 403, 404, 409, 422, 400, 404]) {
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status })
    expect((await ask()).message).not.toMatch(/ausgebucht|keine freien/i)
  }
  gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 429 })
  await ask()
  expect(await health()).toMatchObject({ checks: { calcom_api: { circuit_breaker: 'closed', trips: 0 } } })
})

test('a thousand calls in an outage cost Cal.com the five that found out and one probe a minute, and each is answered with a way on', async () => {
  gateway = await startGateway()
  outage(null, 'garbage')
  for (let minute = 0; minute < 4; minute += 1) {
    const answers = await Promise.all(Array.from({ length: minute === 0 ? 5 : 0 }, ask))
    for (let batch = 0; batch < (long ? 26 : 4); batch += 1)
      answers.push(...(await Promise.all(Array.from({ length: 10 }, ask))))
    for (const answer of answers)
      expect(answer).toMatchObject({ success: false, fallback: 'callback_request' })
    gateway.clock.advance(60_100)
  }
  expect(sent()).toBeLessThanOrEqual(5 + 3)
}, 120_000)

test('health asks Cal.com at most once in thirty seconds, however often it is asked', async () => {
  gateway = await startGateway()
  for (let count = 0; count < 30; count += 1) await Promise.all([health(), health(), health()])
  expect(sent('getMe')).toBe(1)
  gateway.clock.advance(29_000)
  await health()
  expect(sent('getMe')).toBe(1)
  gateway.clock.advance(1_100)
  await Promise.all([health(), health()])
  expect(sent('getMe')).toBe(2)
  gateway.simulator.control.addFault({ operation: 'getMe', effect: 'hang', times: null })
  gateway.clock.advance(30_100)
  const startedAt = performance.now()
  expect((await health()).checks.calcom_api.status).toBe('down')
  expect(performance.now() - startedAt).toBeLessThan(4_000)
})
