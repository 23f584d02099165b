/** A key that Cal.com refuses, or may not do what we ask: one alarm, and callers are offered a callback at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
const ring = () => ({ callId: newCallId(), from: '+4915112345001' })
const control = () => gateway.simulator.control
const alarms = (name: string) =>
  gateway.lines.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm === name)

for (const [status, message] of [
  [401, 'ApiAuthStrategy - api key - Your api key is not valid'],
  [403, 'PermissionsGuard - Missing BOOKING_WRITE permission'],
] as const) {
  test(`${status} while booking: one request, one alarm, a callback and no second try`, async () => {
    const call = ring()
    const started = await gateway.call('start_booking', wish, call)
    expect(started).toMatchObject({ success: true })
    gateway.lines.length = 0
    control().clearRequests()
    control().addFault({ operation: 'createBooking', effect: 'error', status, message, times: null })
    const confirmed = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(confirmed).toMatchObject({
      success: false,
      error: 'booking_refused',
      fallback: 'callback_request',
    })
    expect(confirmed.message).toMatch(/nicht selbst eintragen.*Rückruf/)
    expect(control().requests('createBooking')).toHaveLength(1)
    expect(control().requests('listBookings')).toHaveLength(0)
    expect(alarms('calcom_key_refused')).toHaveLength(1)
    expect(alarms('booking_refused')).toHaveLength(0)
    control().clearFaults()
    await gateway.call('check_availability', { ...wish, name: undefined }, ring())
    await gateway.settle()
  })
}

test('free times that a refused key cannot ask for are not told as the last state; one alarm, however many ask', async () => {
  const day = { date: '1.12.2026', service: 'Damenhaarschnitt' }
  expect(await gateway.call('check_availability', day, ring())).toMatchObject({ success: true })
  // The copy is old now, and would be told while Cal.com is down.
  gateway.clock.advance(6 * 60_000)
  gateway.lines.length = 0
  control().addFault({
    operation: 'getSlots',
    effect: 'error',
    status: 401,
    message: 'Invalid API Key',
    times: null,
  })
  for (let nth = 0; nth < 3; nth += 1)
    expect(await gateway.call('check_availability', day, ring())).toMatchObject({
      success: false,
      error: 'calendar_unavailable',
      fallback: 'callback_request',
    })
  expect(alarms('calcom_key_refused')).toHaveLength(1)
  control().clearFaults()
  expect(await gateway.call('check_availability', day, ring())).toMatchObject({ success: true })
})
