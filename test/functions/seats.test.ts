/** Seats as callers meet them: one's own is booked, moved and cancelled, whatever the others do (calendar.md 1, 2, 4). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { look, receiveWebhooks, startOver } from '../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway({ environment: { STALE_DEADLINE_MS: '60000', READ_DEADLINE_MS: '20000' } })
  rows = look(gateway)
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await startOver(gateway)
  await receiveWebhooks(gateway)
  control().putEventType({ ...course, seatsPerTimeSlot: 3 })
  await jobs().eventTypes.runCompany(1)
  gateway.clock.advance(61_000)
  gateway.lines.length = 0
})

const control = () => gateway.simulator.control
const jobs = () => gateway.gateway.jobs
const course = { id: 2563101, title: 'Herrenhaarschnitt', lengthInMinutes: 30 }
const wish = { date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = () => ({ callId: newCallId(), from: `+49151127${String(50_000 + ++people)}` })
type Call = ReturnType<typeof ring>
async function book(call: Call, name: string, changes: Record<string, unknown> = {}): Promise<Answer> {
  const started = await gateway.call('start_booking', { ...wish, name, ...changes }, call)
  if (!started.success) return started
  return gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
}
/** With the yes that is asked for. */
async function change(name: string, args: Record<string, unknown>, call: Call): Promise<Answer> {
  const asked = await gateway.call(name, { ...args, confirmed: true }, call)
  return asked.success ? asked : gateway.call(name, { ...args, confirmed: true }, call)
}
const names = (booking: ReturnType<typeof rows.live>[number] | undefined) =>
  booking?.attendees.map(({ name }) => name)
const standing = async () =>
  (await rows.appointments())
    .filter(({ status }) => status === 'scheduled')
    .map(({ attendeeName, appointmentDatetime }) => [
      attendeeName,
      appointmentDatetime.toISOString().slice(11, 16),
    ])
/** Everything that came is worked off, and what came not is found. */
async function inStep() {
  await gateway.settle()
  gateway.clock.advance(61_000)
  await gateway.settle()
  await jobs().reconciler.runCompany(1)
  expect(await jobs().consistency.check(1)).toEqual([])
}

test('two callers share one booking, each with a row; a third and last too; then the time is taken', async () => {
  const [anna, berta, cora, dora] = [ring(), ring(), ring(), ring()]
  expect(await book(anna, 'Anna Alt')).toMatchObject({ success: true, status: 'confirmed' })
  expect(await book(berta, 'Berta Blau')).toMatchObject({ success: true, status: 'confirmed' })
  await gateway.settle()
  expect(await gateway.call('check_availability', wish, cora)).toMatchObject({
    available: true,
    seats_left: 1,
    message:
      'Ja, am Freitag, den 27. November um 10 Uhr ist für Herrenhaarschnitt noch ein Platz frei. Möchten Sie ihn nehmen?',
  })
  expect(await book(cora, 'Cora Caro')).toMatchObject({ success: true })
  expect(rows.live()).toHaveLength(1)
  expect(names(rows.live()[0])).toEqual(['Anna Alt', 'Berta Blau', 'Cora Caro'])
  await inStep()
  expect(await standing()).toEqual([
    ['Anna Alt', '09:00'],
    ['Berta Blau', '09:00'],
    ['Cora Caro', '09:00'],
  ])
  expect(new Set((await rows.appointments()).map(({ calcomUid }) => calcomUid)).size).toBe(3)
  expect(await gateway.call('check_availability', wish, dora)).toMatchObject({ available: false })
  expect(await book(dora, 'Dora Dick')).toMatchObject({ success: false, error: 'slot_unavailable' })
})

test("a caller's cancellation ends their own seat; nothing that runs afterwards touches the others", async () => {
  const [anna, berta] = [ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await gateway.settle()
  expect(await change('cancel_appointment', wish, anna)).toMatchObject({ success: true })
  expect(names(rows.live()[0])).toEqual(['Berta Blau'])
  await inStep()
  await jobs().consistency.repair(1)
  expect(await standing()).toEqual([['Berta Blau', '09:00']])
  expect(names(rows.live()[0])).toEqual(['Berta Blau'])
  expect(await change('cancel_appointment', wish, berta)).toMatchObject({ success: true })
  expect(rows.live()).toEqual([])
  await inStep()
})

test("the business cancels one person's seat: that person's row ends, told under the uid of all", async () => {
  const [anna, berta] = [ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await gateway.settle()
  await control().cancelSeat(rows.live()[0]!.uid, {
    seatUid: rows.live()[0]!.attendees.find(({ name }) => name === 'Anna Alt')!.seatUid,
  })
  await inStep()
  expect(await standing()).toEqual([['Berta Blau', '09:00']])
  const mine = await gateway.call('get_customer_appointments', {}, berta)
  expect(mine.appointments).toHaveLength(1)
})

test('the same without its webhook: found by the next reconcile', async () => {
  const [anna, berta] = [ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await gateway.settle()
  control().setWebhookMode({ delivery: 'off' })
  gateway.clock.advance(60_000)
  await control().cancelSeat(rows.live()[0]!.uid, {
    seatUid: rows.live()[0]!.attendees.find(({ name }) => name === 'Berta Blau')!.seatUid,
  })
  await jobs().reconciler.runCompany(1)
  expect(await standing()).toEqual([['Anna Alt', '09:00']])
})

test('the business cancels the whole: everybody’s row ends', async () => {
  const [anna, berta] = [ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await gateway.settle()
  await control().cancelAsHost(rows.live()[0]!.uid)
  await inStep()
  expect(await standing()).toEqual([])
})

test('a seat is moved alone, to a time of its own and into a group that is there', async () => {
  const [anna, berta, cora] = [ring(), ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await book(cora, 'Cora Caro', { time: '14:00' })
  await gateway.settle()
  const to = (time: string) => ({ old_date: wish.date, new_date: wish.date, new_time: time })
  expect(await change('reschedule_appointment', to('12:30'), anna)).toMatchObject({ success: true })
  await inStep()
  expect(await standing()).toEqual([
    ['Anna Alt', '11:30'],
    ['Berta Blau', '09:00'],
    ['Cora Caro', '13:00'],
  ])
  expect(await change('reschedule_appointment', to('14:00'), berta)).toMatchObject({ success: true })
  await inStep()
  expect((await standing()).sort()).toEqual([
    ['Anna Alt', '11:30'],
    ['Berta Blau', '13:00'],
    ['Cora Caro', '13:00'],
  ])
  expect(rows.live().map(names)).toEqual([['Cora Caro', 'Berta Blau'], ['Anna Alt']])
  expect(control().requests('cancelBooking')).toEqual([])
})

test('a move whose answer is lost is looked for where the seat is now', async () => {
  const [anna, berta] = [ring(), ring()]
  await book(anna, 'Anna Alt')
  await book(berta, 'Berta Blau')
  await gateway.settle()
  control().setWebhookMode({ delivery: 'off' })
  control().addFault({ operation: 'rescheduleBooking', effect: 'reset', phase: 'after' })
  const moved = await change('reschedule_appointment', { new_date: wish.date, new_time: '12:30' }, anna)
  expect(moved).toMatchObject({ success: true })
  await inStep()
  expect((await standing()).sort()).toEqual([
    ['Anna Alt', '11:30'],
    ['Berta Blau', '09:00'],
  ])
})

test('strangers on the web have rows of their own, which come and go without the caller’s', async () => {
  const anna = ring()
  await book(anna, 'Anna Alt')
  await control().bookAsStranger({
    start: '2026-11-27T09:00:00Z',
    eventTypeId: course.id,
    attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
  })
  await inStep()
  expect(await standing()).toEqual([
    ['Anna Alt', '09:00'],
    ['Erika Web', '09:00'],
  ])
  await control().cancelSeat(rows.live()[0]!.uid, { email: 'erika@web.example' })
  await inStep()
  expect(await standing()).toEqual([['Anna Alt', '09:00']])
})
