/** What the chaos runs have found, each on its own. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())
beforeEach(() => {
  gateway.simulator.control.reset()
})

async function book(time: string, name: string, from: string, to = salon.mitte) {
  const call = { callId: newCallId(), from, to }
  const answer = await gateway.call(
    'book_appointment',
    { name, service: 'Herrenhaarschnitt', date: '2026-12-03', time },
    call,
  )
  expect(answer).toMatchObject({ success: true, status: 'confirmed' })
  return { call, uid: String(answer.calcom_uid), id: Number(answer.appointment_id) }
}

const row = (id: number) =>
  gateway.database.tenancy.run(salon.companyId, (tx) => tx.appointment.findFirstOrThrow({ where: { id } }))

test('a booking that was moved and then cancelled unheard ends here too', async () => {
  const { control } = gateway.simulator
  const { uid, id } = await book('10:00', 'Anna Bauer', '+4915111111111')
  gateway.clock.advance(60_000)
  const moved = await control.rescheduleAsHost(uid, { start: '2026-12-03T13:00:00Z' })
  gateway.clock.advance(60_000)
  await control.cancelAsHost(moved.uid, { reason: 'Krank' })
  gateway.clock.advance(60_000)
  await gateway.gateway.jobs.runner.runNow('reconcile')
  expect(await row(id)).toMatchObject({ status: 'cancelled' })
})

test('a booking that was moved twice unheard has moved on here too', async () => {
  const { control } = gateway.simulator
  const { uid, id } = await book('09:30', 'Doris Otto', '+4915111111114')
  gateway.clock.advance(60_000)
  const moved = await control.rescheduleAsHost(uid, { start: '2026-12-03T13:00:00Z' })
  gateway.clock.advance(60_000)
  const last = await control.rescheduleAsHost(moved.uid, { start: '2026-12-04T09:00:00Z' })
  gateway.clock.advance(60_000)
  await gateway.gateway.jobs.runner.runNow('reconcile')
  expect(await row(id)).toMatchObject({
    status: 'scheduled',
    calcomUid: last.uid,
    appointmentDatetime: new Date('2026-12-04T09:00:00Z'),
  })
})

test('a move whose answer was lost, asked for again in the same words, is told as moved', async () => {
  const { id } = await book('11:00', 'Ben Fischer', '+4915111111112')
  const call = { callId: newCallId(), from: '+4915111111112' }
  const args = {
    name: 'Ben Fischer',
    old_date: '2026-12-03',
    old_time: '11:00',
    new_date: '2026-12-03',
    new_time: '15:00',
  }
  expect(await gateway.call('reschedule_appointment', args, call)).toMatchObject({ status: 'rescheduled' })
  expect(await gateway.call('reschedule_appointment', args, call)).toMatchObject({
    success: true,
    appointment_id: id,
  })
})

test('a cancellation whose answer was lost, asked for again in the same words, is told as cancelled', async () => {
  await book('12:00', 'Clara Horn', '+4915111111113')
  const call = { callId: newCallId(), from: '+4915111111113' }
  const args = { name: 'Clara Horn', date: '2026-12-03', time: '12:00' }
  expect(await gateway.call('cancel_appointment', args, call)).toMatchObject({ status: 'cancelled' })
  expect(await gateway.call('cancel_appointment', args, call)).toMatchObject({
    success: true,
    status: 'cancelled',
  })
})

test.each([
  ['as taken', null, '+4915111111115'],
  ['as failed when free times are not to be had', 'getSlots' as const, '+4915111111117'],
])('a move asked for again while its first request is under way is not told %s', async (_, broken, from) => {
  // One person works there: what the first request takes, nobody else has free.
  const { id } = await book('15:00', 'Emma Keller', from, salon.nord)
  const call = { callId: newCallId(), from, to: salon.nord }
  const args = {
    name: 'Emma Keller',
    old_date: '2026-12-03',
    old_time: '15:00',
    new_date: '2026-12-03',
    new_time: '17:00',
  }
  const { control } = gateway.simulator
  control.addFault({ operation: 'rescheduleBooking', effect: 'delay', ms: 2_500, phase: 'after' })
  const first = gateway.call('reschedule_appointment', args, call)
  // Cal.com has moved it; its answer is still on the way.
  const isMoved = () => control.bookings().some(({ rescheduledFromUid }) => rescheduledFromUid)
  await expect.poll(isMoved, { timeout: 10_000 }).toBe(true)
  if (broken) control.addFault({ operation: broken, effect: 'error', status: 503, times: 2 })
  const second = await gateway.call('reschedule_appointment', args, call)
  expect(second).toMatchObject({ success: true, appointment_id: id })
  expect(await first).toMatchObject({ status: 'rescheduled' })
})

test('a time that the caller’s own request has taken meanwhile is not told as taken to the same caller', async () => {
  const { control } = gateway.simulator
  control.setWebhookMode({ delivery: 'off' })
  const from = '+4915111111116'
  const wish = { name: 'Ida Lorenz', service: 'Herrenhaarschnitt', date: '2026-12-03', time: '16:00' }
  control.addFault({ operation: 'createBooking', effect: 'hang', phase: 'after' })
  const first = gateway.call('book_appointment', wish, { callId: newCallId(), from, to: salon.nord })
  // Cal.com has booked it; the line dropped, and the caller rings again while its answer does not arrive.
  await expect.poll(() => control.bookings().length, { timeout: 10_000 }).toBe(1)
  const again = await gateway.call('start_booking', wish, { callId: newCallId(), from, to: salon.nord })
  expect(again).toMatchObject({ success: false, error: 'booking_in_progress' })
  expect(await first).toMatchObject({ success: true, status: 'confirmed' })
  expect(control.bookings()).toHaveLength(1)
})
