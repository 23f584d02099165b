/** A branch or number that is switched off (production.md 4): callers are still answered, nothing is booked there. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
const switchBranch = async (name: string, isActive: boolean) => {
  await gateway.database.tenancy.asSystem((tx) =>
    tx.branch.updateMany({ where: { companyId: 1, name }, data: { isActive } }),
  )
  gateway.clock.advance(61_000)
}
beforeEach(async () => {
  await gateway.settle()
  gateway.simulator.control.reset()
  await switchBranch('Mitte', true)
  await switchBranch('Nord', true)
})

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = () => ({ callId: newCallId(), from: `+49151126${String(50_000 + ++people)}` })
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')

test('a new call is answered, hears what is closed, is offered another branch and may leave a callback', async () => {
  await switchBranch('Mitte', false)
  const call = ring()
  for (const event of ['call_inbound', 'call_started'])
    expect((await gateway.event(event, call)).statusCode).toBe(200)
  const hello = await gateway.call('initialize_call', {}, call)
  expect(hello).toMatchObject({ success: true, branch: { name: 'Mitte', is_active: false } })
  expect(hello.message).toMatch(/Filiale Mitte ist zurzeit geschlossen.*Nord/)
  for (const name of ['check_availability', 'start_booking', 'book_appointment', 'reserve_slot'])
    expect(await gateway.call(name, wish, call)).toMatchObject({ success: false, error: 'branch_closed' })
  expect(await gateway.call('request_callback', { reason: 'Termin' }, call)).toMatchObject({ success: true })
  expect(await gateway.call('book_appointment', { ...wish, branch: 'Nord' }, call)).toMatchObject({
    success: true,
  })
  expect(live()).toHaveLength(1)
})

test('a caller at an open branch who names the closed one hears the same', async () => {
  await switchBranch('Nord', false)
  const answer = await gateway.call('start_booking', { ...wish, branch: 'Filiale Nord' }, ring())
  expect(answer).toMatchObject({ success: false, error: 'branch_closed', branches: ['Mitte'] })
})

test('switched off in mid-call: a draft is not booked, appointments are listed and cancelled but not moved there', async () => {
  const call = ring()
  expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
  const draft = await gateway.call('start_booking', { ...wish, date: '1.12.2026', service: 'Beratung' }, call)
  await switchBranch('Mitte', false)
  const confirmed = await gateway.call('confirm_booking', { booking_id: draft.booking_id }, call)
  expect(confirmed).toMatchObject({ success: false, error: 'branch_closed' })
  expect(live()).toHaveLength(1)
  const listed = await gateway.call('get_customer_appointments', {}, call)
  expect(JSON.stringify(listed)).toContain('"branch":"Mitte"')
  const moved = { old_date: '27.11.2026', new_date: '1.12.2026', new_time: '11:00' }
  expect(await gateway.call('reschedule_appointment', moved, call)).toMatchObject({ error: 'branch_closed' })
  expect(await gateway.call('request_callback', { reason: 'Termin' }, call)).toMatchObject({ success: true })
  expect(await gateway.call('cancel_appointment', { date: '27.11.2026' }, call)).toMatchObject({
    success: true,
  })
  expect(live()).toEqual([])
})

test('a number that is switched off still leads to its company; without any open branch a callback is left', async () => {
  await gateway.database.tenancy.asSystem((tx) =>
    tx.phoneNumber.updateMany({ where: { number: salon.mitte }, data: { isActive: false } }),
  )
  gateway.clock.advance(61_000)
  const call = ring()
  expect((await gateway.event('call_started', call)).statusCode).toBe(200)
  expect(await gateway.call('initialize_call', {}, call)).toMatchObject({ success: true })
  await switchBranch('Mitte', false)
  await switchBranch('Nord', false)
  expect(await gateway.call('start_booking', wish, ring())).toMatchObject({
    error: 'branch_closed',
    branches: [],
  })
  expect(await gateway.call('request_callback', { reason: 'Termin' }, ring())).toMatchObject({
    success: true,
  })
})
