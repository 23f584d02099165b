/** Times that Cal.com lists and refuses to book (production.md 3), and our own hold, which is taken for nobody afterwards. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  // What is listed is judged by a live answer: a slow machine must not turn it into a stale one.
  gateway = await startGateway({ environment: { STALE_DEADLINE_MS: '60000', READ_DEADLINE_MS: '20000' } })
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await gateway.settle()
  gateway.simulator.control.reset()
  gateway.clock.advance(60_000)
  gateway.lines.length = 0
})

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = () => ({ callId: newCallId(), from: `+49151125${String(50_000 + ++people)}` })
type Call = ReturnType<typeof ring>
const refuseEverything = () =>
  gateway.simulator.control.addFault({
    operation: 'createBooking',
    effect: 'error',
    status: 400,
    message: 'no_available_users_found_error',
    times: null,
  })
const round = async (call: Call, changes: Record<string, unknown> = {}): Promise<Answer> => {
  const started = await gateway.call('start_booking', { ...wish, ...changes }, call)
  if (!started.success) return started
  return gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
}
const alarms = () =>
  gateway.lines.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm === 'listed_time_refused')
const callbacks = (call: Call) =>
  gateway.database.tenancy.run(salon.companyId, (tx) =>
    tx.callbackRequest.findMany({ where: { callId: call.callId, kind: 'technical' } }),
  )
const posts = () => gateway.simulator.control.requests('createBooking').length

test('a time that is refused though it is listed is not offered again in this call; then a person calls back', async () => {
  const call = ring()
  refuseEverything()
  const first = await round(call)
  expect(first).toMatchObject({ success: false, error: 'slot_taken' })
  expect(alarms()).toHaveLength(1)
  expect(await callbacks(call)).toEqual([])

  const checked = await gateway.call('check_availability', { ...wish, name: undefined }, call)
  expect(checked).toMatchObject({ available: false })
  expect(JSON.stringify(checked.alternatives)).not.toContain('2026-11-27T09:00')

  const sent = posts()
  const second = await round(call)
  expect(second).toMatchObject({ success: false, callback_requested: true, callback_id: expect.any(Number) })
  expect(second.message).toMatch(/nicht selbst eintragen\..*zurück/)
  expect(posts()).toBe(sent)
  expect(await callbacks(call)).toHaveLength(1)
  // For other callers the time is what Cal.com says.
  expect(await gateway.call('check_availability', { ...wish, name: undefined }, ring())).toMatchObject({
    available: true,
  })
})

test('the second refusal of another time in the same call ends in a callback too, and only one', async () => {
  const call = ring()
  refuseEverything()
  await round(call)
  const second = await round(call, { time: '11:00' })
  expect(second).toMatchObject({ success: false, callback_requested: true })
  await round(call, { time: '12:00' })
  expect(await callbacks(call)).toHaveLength(1)
  expect(alarms()).toHaveLength(3)
})

test('a time that somebody else has really taken raises no alarm', async () => {
  const call = ring()
  const started = await gateway.call('start_booking', wish, call)
  for (const hostId of [501, 502, 503])
    gateway.simulator.control.addBusyTime({
      hostId,
      start: '2026-11-27T08:00:00Z',
      end: '2026-11-27T10:00:00Z',
    })
  const lost = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  expect(lost.success).toBe(false)
  expect(alarms()).toEqual([])
})

test('our own hold hides its time from nobody once it is given back', async () => {
  const one = ring()
  const nord = { to: salon.nord }
  const started = await gateway.call('start_booking', wish, { ...one, ...nord })
  const question = { date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
  // Somebody else's booking of that day reads it anew, without the time we hold.
  await gateway.call('start_booking', { ...wish, time: '15:00' }, { ...ring(), ...nord })
  const held = await gateway.call('check_availability', question, { ...ring(), ...nord })
  expect(held).toMatchObject({ available: false })
  await gateway.call(
    'confirm_booking',
    { booking_id: started.booking_id, confirmed: false },
    { ...one, ...nord },
  )
  await gateway.settle()
  const after = await gateway.call('check_availability', question, { ...ring(), ...nord })
  expect(after).toMatchObject({ available: true })
})

test('when the call ends, what it held is free for the next caller; what may have been booked stays held', async () => {
  const nord = { to: salon.nord }
  const [dropped, unclear] = [
    { ...ring(), ...nord },
    { ...ring(), ...nord },
  ]
  await gateway.call('start_booking', wish, dropped)
  const started = await gateway.call('start_booking', { ...wish, time: '15:00' }, unclear)
  // Somebody else's booking of that day reads it anew, without the times that are held.
  await gateway.call('start_booking', { ...wish, time: '17:00' }, { ...ring(), ...nord })
  const ask = (time: string) =>
    gateway.call(
      'check_availability',
      { date: '27.11.2026', time, service: 'Herrenhaarschnitt' },
      { ...ring(), ...nord },
    )
  expect([(await ask('10:00')).available, (await ask('15:00')).available]).toEqual([false, false])
  await gateway.database.tenancy.run(salon.companyId, (tx) =>
    tx.bookingAttempt.updateMany({
      where: { id: String(started.booking_id), companyId: salon.companyId },
      data: { state: 'unknown' },
    }),
  )
  for (const call of [dropped, unclear]) await gateway.event('call_ended', call)
  await gateway.settle()
  expect([(await ask('10:00')).available, (await ask('15:00')).available]).toEqual([true, false])
  expect(gateway.simulator.control.requests('deleteReservation')).toHaveLength(1)
})

test('alternatives to a refused booking are looked up without our own hold, and remembered so for others', async () => {
  const call = { ...ring(), to: salon.nord }
  const started = await gateway.call('start_booking', wish, call)
  refuseEverything()
  await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  const question = { date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
  expect(await gateway.call('check_availability', question, { ...ring(), to: salon.nord })).toMatchObject({
    available: true,
  })
})
