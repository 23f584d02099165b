/** A person is promised only where the calendar keeps it; elsewhere that is said before the yes, and a no afterwards counts at once. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { phoneFields } from '../../src/simulator/state.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner, look, startOver } from '../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway()
  rows = look(gateway)
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await startOver(gateway)
  await gateway.gateway.jobs.eventTypes.runCompany(1)
})

const control = () => gateway.simulator.control
const ring = () => ({ callId: newCallId(), from: '+4915112345001' })
const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Damenhaarschnitt' }
const lady = { id: 2563102, title: 'Damenhaarschnitt', lengthInMinutes: 60 }

test('an event type for everybody: check and read-back say who decides, and name nobody as certain', async () => {
  const call = ring()
  const checked = await gateway.call('check_availability', { ...wish, name: undefined, staff: 'Bernd' }, call)
  expect(checked.message).toMatch(/Ob es bei Bernd Krause ist, entscheidet der Kalender\./)
  const started = await gateway.call('start_booking', { ...wish, staff: 'Bernd' }, call)
  expect(started).toMatchObject({ success: true, staff: null })
  expect(started.summary).not.toContain('Bernd')
  expect(started.message).toMatch(/entscheidet der Kalender\. Soll ich das so eintragen\?/)
})

test('own event type, host subset, or nobody else: the person is promised', async () => {
  const own = await gateway.call('start_booking', { ...wish, staff: 'Anna' }, ring())
  expect(own).toMatchObject({ staff: 'Anna Becker' })
  expect(own.message).not.toContain('Kalender')
  const alone = await gateway.call(
    'start_booking',
    { ...wish, service: 'Bartpflege', staff: 'Bernd' },
    ring(),
  )
  expect(alone).toMatchObject({ staff: 'Bernd Krause' })
  control().putEventType({ ...lady, rrHostSubsetEnabled: true })
  await gateway.gateway.jobs.eventTypes.runCompany(1)
  const call = ring()
  const subset = await gateway.call('start_booking', { ...wish, time: '16:00', staff: 'Bernd' }, call)
  expect(subset).toMatchObject({ staff: 'Bernd Krause' })
  const booked = await gateway.call('confirm_booking', { booking_id: subset.booking_id }, call)
  expect(booked).toMatchObject({ success: true, staff: 'Bernd Krause' })
})

test('somebody else than wished is named, and the no is carried out at once, whatever the deadline', async () => {
  await asOwner(gateway, 'UPDATE policies SET cancellation_deadline_hours = 2000 WHERE company_id = 1')
  gateway.clock.advance(2 * 60_000)
  control().putEventType({ ...lady, hosts: [503] })
  const call = ring()
  const started = await gateway.call('start_booking', { ...wish, staff: 'Bernd' }, call)
  const booked = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  expect(booked).toMatchObject({ success: true, staff: 'Clara Yilmaz' })
  expect(booked.message).toMatch(/allerdings bei Clara Yilmaz statt bei Bernd Krause\. Ist Ihnen das recht\?/)
  const told = await gateway.call('get_customer_appointments', {}, call)
  expect(JSON.stringify(told)).toContain('Clara Yilmaz')
  expect(JSON.stringify(told)).not.toContain('Bernd Krause')
  const undone = await gateway.call(
    'cancel_appointment',
    { appointment_id: String(booked.appointment_id), confirmed: true },
    call,
  )
  expect(undone).toMatchObject({ success: true, status: 'cancelled' })
  expect(rows.live()).toEqual([])
  // Who got whom they wished for is held to the deadline.
  const other = ring()
  const kept = await gateway.call('book_appointment', { ...wish, staff: 'Clara' }, other)
  expect(kept).toMatchObject({ success: true, staff: 'Clara Yilmaz' })
  const late = await gateway.call(
    'cancel_appointment',
    { appointment_id: String(kept.appointment_id), confirmed: true },
    other,
  )
  expect(late).toMatchObject({ success: false, error: 'policy_violation' })
})

test("a person's own event type is linked to its service and person by the import, never a service of its own", async () => {
  const own = {
    teamId: 34209,
    schedulingType: 'roundRobin' as const,
    slotInterval: 15,
    bookingFields: phoneFields(),
    account: 'demo-salon',
  }
  control().putEventType({
    ...own,
    id: 2563190,
    title: 'Damenhaarschnitt – Bernd',
    lengthInMinutes: 60,
    hosts: [502],
  })
  // Another length is another thing: a service of its own, as ever.
  control().putEventType({
    ...own,
    id: 2563191,
    title: 'Beratung bei Bernd',
    lengthInMinutes: 45,
    hosts: [502],
  })
  await gateway.gateway.jobs.eventTypes.runCompany(1)
  await gateway.gateway.jobs.eventTypes.runCompany(1)
  const services = await asOwner<{ name: string }>(
    gateway,
    'SELECT name FROM services WHERE company_id = 1 AND calcom_event_type_id IN (2563190, 2563191)',
  )
  expect(services).toEqual([{ name: 'Beratung bei Bernd' }])
  gateway.clock.advance(2 * 60_000)
  const call = ring()
  const started = await gateway.call('start_booking', { ...wish, staff: 'Bernd' }, call)
  expect(started).toMatchObject({ success: true, staff: 'Bernd Krause' })
  const booked = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  expect(booked).toMatchObject({ success: true, staff: 'Bernd Krause' })
  expect(await rows.appointments()).toMatchObject([{ calcomEventTypeId: 2563190 }])
})
