/** Without webhooks: what reconcile finds, what the thorough comparison finds and repairs, and when it keeps its hands off. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../../helpers/gateway.ts'
import { asOwner, look, startOver } from '../../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway()
  rows = look(gateway)
})
afterAll(() => gateway.close())
beforeEach(() => startOver(gateway))

const control = () => gateway.simulator.control
const jobs = () => gateway.gateway.jobs
const friday = '2026-11-27T13:00:00Z'
const kinds = async () => (await jobs().consistency.check(1)).map(({ kind }) => kind)

async function bookByPhone(time = '14:00', from = '+4915112345001') {
  const call = { callId: newCallId(), from }
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time, service: 'Herrenhaarschnitt' }
  expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
  const [appointment] = (await rows.appointments()).slice(-1)
  return { ...call, appointment: appointment! }
}
const bookOnTheWeb = (start = friday) =>
  control().bookAsStranger({
    start,
    eventTypeId: 2563101,
    attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
  })

describe('reconcile', () => {
  test('finds a booking, a move and a cancellation that no webhook has told, and asks only for what is new', async () => {
    const booking = await bookOnTheWeb()
    expect(await jobs().reconciler.runCompany(1)).toEqual({ bookings: 1, changed: 1, failed: 0 })
    const moved = await control().rescheduleAsHost(booking.uid, { start: '2026-11-28T09:00:00Z' })
    await jobs().reconciler.runCompany(1)
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: moved.uid, status: 'scheduled', source: 'web' },
    ])
    gateway.clock.advance(3_600_000)
    await control().cancelAsHost(moved.uid)
    expect(await jobs().reconciler.runCompany(1)).toMatchObject({ changed: 1, failed: 0 })
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    gateway.clock.advance(3_600_000)
    expect(await jobs().reconciler.runCompany(1)).toMatchObject({ changed: 0, failed: 0 })
    gateway.clock.advance(3_600_000)
    expect(await jobs().reconciler.runCompany(1)).toEqual({ bookings: 0, changed: 0, failed: 0 })
  })

  test('what we did ourselves is no news', async () => {
    await bookByPhone()
    const before = await rows.changes()
    expect(await jobs().reconciler.runCompany(1)).toEqual({ bookings: 1, changed: 0, failed: 0 })
    expect(await rows.changes()).toEqual(before)
  })

  test('a booking of ours whose answer and webhook were lost is adopted, once (I-49)', async () => {
    control().addFault({ operation: 'createBooking', effect: 'reset', phase: 'after', times: 1 })
    control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: 1 })
    const call = { callId: newCallId(), from: '+4915112345001' }
    const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
    await gateway.call('book_appointment', wish, call)
    await jobs().reconciler.runCompany(1)
    await jobs().reconciler.runCompany(1)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled', callId: call.callId }])
    expect((await rows.attempts()).map(({ state }) => state)).toEqual(['booked'])
  })

  test('a booking that cannot be applied does not stop the rest, and is asked for again', async () => {
    await bookOnTheWeb('2026-11-27T13:00:00Z')
    gateway.clock.advance(60_000)
    await bookOnTheWeb('2026-11-27T15:00:00Z')
    await asOwner(
      gateway,
      `CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.appointment_datetime = '2026-11-27T13:00:00Z' THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER poison BEFORE INSERT ON appointments FOR EACH ROW EXECUTE FUNCTION poison()`,
    )
    expect(await jobs().reconciler.runCompany(1)).toEqual({ bookings: 2, changed: 1, failed: 1 })
    await asOwner(gateway, 'DROP FUNCTION poison CASCADE')
    gateway.clock.advance(3_600_000)
    expect(await jobs().reconciler.runCompany(1)).toMatchObject({ changed: 1, failed: 0 })
    expect((await rows.appointments()).length).toBe(2)
  })

  test('a company whose Cal.com is down does not stop the others', async () => {
    control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: 1 })
    const report = await jobs().reconciler.run()
    expect(report).toMatchObject({ companies: 1, failed: 1 })
  })
})

describe('the consistency check', () => {
  test('is silent about two that agree', async () => {
    await bookByPhone()
    await bookOnTheWeb('2026-11-27T15:00:00Z')
    await jobs().reconciler.runCompany(1)
    expect(await jobs().consistency.check(1)).toEqual([])
  })

  test('names every kind of difference, and repairs what can be repaired', async () => {
    await bookOnTheWeb('2026-11-27T15:00:00Z')
    const cancelledThere = await bookByPhone('14:00', '+4915112345001')
    await control().cancelAsHost(cancelledThere.appointment.calcomUid!)
    const movedThere = await bookByPhone('12:00', '+4915112345002')
    await control().rescheduleAsHost(movedThere.appointment.calcomUid!, { start: '2026-11-28T09:00:00Z' })
    await asOwner(
      gateway,
      `INSERT INTO appointments (company_id, customer_id, service_id, appointment_datetime, ends_at, calcom_uid)
       SELECT company_id, customer_id, service_id, '2026-11-27T09:00Z', '2026-11-27T09:30Z', 'nobody-knows-it'
       FROM appointments WHERE id = $1`,
      [movedThere.appointment.id],
    )
    const found = await jobs().consistency.check(1)
    expect(found.map(({ kind }) => kind).sort()).toEqual([
      'appointment_without_booking',
      'appointment_without_booking',
      'appointment_without_booking',
      'booking_missing_here',
      'booking_missing_here',
    ])
    expect(JSON.stringify(found.map(({ booking, ...difference }) => difference))).not.toMatch(
      /Erika|Muster|\+49/,
    )
    await jobs().consistency.repair(1)
    await jobs().consistency.repair(1)
    expect(await jobs().consistency.check(1)).toEqual([])
    const live = rows.live().map(({ uid }) => uid)
    const standing = (await rows.appointments()).filter(({ status }) => status === 'scheduled')
    expect(standing.map(({ calcomUid }) => calcomUid).sort()).toEqual(live.sort())
  })

  test('a cancellation that Cal.com was not told is told', async () => {
    const { appointment, callId, from } = await bookByPhone()
    control().addFault({ operation: 'cancelBooking', effect: 'error', status: 503, times: 1 })
    control().addFault({ operation: 'getBooking', effect: 'error', status: 503, times: 1 })
    const answer = await gateway.call('cancel_appointment', { confirmed: true }, { callId, from })
    expect(answer).toMatchObject({ success: false, status: 'cancel_pending' })
    expect(await kinds()).toContain('cancellation_not_told')
    await jobs().consistency.repair(1)
    expect(await kinds()).toEqual([])
    expect(await rows.appointments()).toMatchObject([
      { id: appointment.id, status: 'cancelled', syncState: 'in_sync' },
    ])
    expect(rows.live()).toEqual([])
  })

  test('cancelled for everybody here, still held there: it is cancelled there', async () => {
    const { appointment } = await bookByPhone()
    await asOwner(gateway, "UPDATE appointments SET status = 'cancelled' WHERE id = $1", [appointment.id])
    expect(await kinds()).toEqual(['status_differs'])
    await jobs().consistency.repair(1)
    expect(rows.live()).toEqual([])
  })

  test('a wish that is booked twice keeps one booking', async () => {
    const { appointment } = await bookByPhone()
    const [attempt] = await rows.attempts()
    await control().bookAsStranger({
      start: '2026-11-27T13:00:00Z',
      eventTypeId: 2563101,
      attendee: { name: 'Max Mustermann', phoneNumber: '+4915112345001', timeZone: 'Europe/Berlin' },
      metadata: { booking_id: attempt!.id },
    })
    expect(rows.live().length).toBe(2)
    expect(await kinds()).toContain('wish_booked_twice')
    gateway.clock.advance(600_000)
    await jobs().consistency.repair(1)
    expect(rows.live().map(({ uid }) => uid)).toEqual([appointment.calcomUid])
    expect(await kinds()).toEqual([])
  })

  test('a Cal.com that suddenly knows none of our appointments is not believed', async () => {
    for (const [index, time] of ['10:00', '10:30', '11:00', '14:00', '14:30', '15:00'].entries())
      await bookByPhone(time, `+4915112345${100 + index}`)
    await asOwner(gateway, "UPDATE appointments SET calcom_uid = 'wrong-account-' || id")
    await jobs().consistency.repair(1)
    const own = (await rows.appointments()).filter(({ calcomUid }) => calcomUid?.startsWith('wrong'))
    expect(own.map(({ status }) => status)).toEqual(Array(6).fill('scheduled'))
    expect(gateway.lines.some((line) => line.includes('calcom_knows_nothing'))).toBe(true)
  })

  test('an incomplete list is no comparison', async () => {
    await bookByPhone()
    control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: null })
    await expect(jobs().consistency.repair(1)).rejects.toThrow()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
  })
})

describe('sweeps', () => {
  test('an attempt whose worker died is settled: adopted when Cal.com has it, rejected when it does not', async () => {
    for (const booked of [true, false]) {
      control().addFault({
        operation: 'createBooking',
        effect: 'reset',
        phase: booked ? 'after' : 'before',
        times: 1,
      })
      control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: 1 })
      const call = { callId: newCallId(), from: `+49151123451${booked ? 11 : 22}` }
      const wish = { name: 'Max Mustermann', date: '27.11.2026', time: booked ? '14:00' : '15:00' }
      await gateway.call('book_appointment', { ...wish, service: 'Herrenhaarschnitt' }, call)
      gateway.clock.advance(61_000)
      await jobs().runner.runNow('settle_leases')
      expect((await rows.attempts()).at(-1)).toMatchObject({ state: booked ? 'booked' : 'rejected' })
    }
    expect((await rows.appointments()).length).toBe(1)
    expect(await jobs().consistency.check(1)).toEqual([])
  })

  test('a draft whose time is over gives its hold back', async () => {
    const call = { callId: newCallId(), from: '+4915112345001' }
    const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
    await gateway.call('start_booking', wish, call)
    expect(control().reservations().length).toBe(1)
    gateway.clock.advance(16 * 60_000)
    expect(await jobs().runner.runNow('expire_drafts')).toEqual({ expired: 1, visits: 0 })
    expect((await rows.attempts()).map(({ state }) => state)).toEqual(['expired'])
    expect(control().reservations()).toEqual([])
  })
})
