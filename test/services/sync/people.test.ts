/** People come and go (production.md 2): who left serves nobody, and who was wished for is never taken for who really serves. */
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
beforeEach(async () => {
  await asOwner(gateway, 'UPDATE staff SET is_active = true')
  await startOver(gateway)
})

const control = () => gateway.simulator.control
const ring = () => ({ callId: newCallId(), from: '+4915112345001' })
const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
const leaves = async (firstName: string) => {
  await asOwner(gateway, `UPDATE staff SET is_active = false WHERE company_id = 1 AND first_name = $1`, [
    firstName,
  ])
  gateway.clock.advance(2 * 60_000)
}
const tasks = () =>
  gateway.database.tenancy.run(1, (tx) => tx.callbackRequest.findMany({ orderBy: { id: 'asc' } }))

describe('nobody is left', () => {
  test('a service whose only performer has left is not offered, and a callback is', async () => {
    const before = await gateway.call(
      'check_availability',
      { service: 'Bartpflege', date: 'Freitag' },
      ring(),
    )
    expect(before).toMatchObject({ success: true })
    await leaves('Bernd')
    const call = ring()
    const checked = await gateway.call('check_availability', { service: 'Bartpflege', date: 'Freitag' }, call)
    expect(checked).toMatchObject({
      success: false,
      error: 'service_not_bookable',
      fallback: 'callback_request',
    })
    const listed = await gateway.call('list_services', {}, call)
    expect(JSON.stringify(listed)).not.toContain('Bartpflege')
    const booked = await gateway.call('book_appointment', { ...wish, service: 'Bartpflege' }, call)
    expect(booked).toMatchObject({ success: false })
    expect(rows.live()).toEqual([])
  })

  test('who has left between the read-back and the yes is not booked', async () => {
    const call = ring()
    const started = await gateway.call('start_booking', { ...wish, service: 'Bartpflege' }, call)
    expect(started).toMatchObject({ success: true })
    await leaves('Bernd')
    const confirmed = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(confirmed).toMatchObject({ success: false, fallback: 'callback_request' })
    expect(rows.live()).toEqual([])
  })
})

describe('who really serves', () => {
  /** The event type of everybody loses the wished person and gets somebody whom we do not know. */
  const anothersTurn = () => {
    control().putHost({
      id: 599,
      name: 'Erik Unbekannt',
      timeZone: 'Europe/Berlin',
      workingHours: [{ days: [2, 3, 4, 5, 6], start: '09:00', end: '18:00' }],
    })
  }

  test('the calendar gives it to somebody we do not know: nobody is recorded, and the wish is not told as kept', async () => {
    anothersTurn()
    const call = ring()
    const started = await gateway.call(
      'start_booking',
      { ...wish, service: 'Damenhaarschnitt', staff: 'Bernd' },
      call,
    )
    expect(started).toMatchObject({ success: true })
    control().putEventType({ id: 2563102, title: 'Damenhaarschnitt', lengthInMinutes: 60, hosts: [599] })
    const booked = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(booked).toMatchObject({ success: true, staff: null })
    expect(booked.message).toMatch(/Ob es bei Bernd Krause ist, steht noch nicht fest/)
    expect(await rows.appointments()).toMatchObject([{ staffId: null }])
    // Told again it is no other.
    const again = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(again).toMatchObject({ success: true, staff: null })
  })

  test('a move to somebody who has left is not recorded as theirs', async () => {
    expect(await gateway.call('book_appointment', { ...wish, service: 'Färben' }, ring())).toMatchObject({
      success: true,
    })
    const [before] = await rows.appointments()
    expect(before!.staffId).not.toBeNull()
    anothersTurn()
    control().putEventType({ id: 2563103, title: 'Färben', lengthInMinutes: 120, hosts: [599] })
    await control().rescheduleAsHost(before!.calcomUid!, { start: '2026-11-28T09:00:00Z' })
    gateway.clock.advance(60_000)
    await gateway.gateway.jobs.reconciler.runCompany(1)
    expect(await rows.appointments()).toMatchObject([
      { appointmentDatetime: new Date('2026-11-28T09:00:00Z'), staffId: null },
    ])
  })
})

test('each appointment of somebody who left is one task for the business, with whom to call', async () => {
  const call = ring()
  const booked = await gateway.call('book_appointment', { ...wish, staff: 'Anna' }, call)
  expect(booked).toMatchObject({ success: true, staff: 'Anna Becker' })
  await gateway.call(
    'book_appointment',
    { ...wish, name: 'Moritz Mustermann', time: '15:00', staff: 'Bernd' },
    call,
  )
  await gateway.gateway.jobs.reconciler.runCompany(1)
  expect(await tasks()).toEqual([])
  await leaves('Anna')
  await gateway.gateway.jobs.reconciler.runCompany(1)
  await gateway.gateway.jobs.reconciler.runCompany(1)
  expect(await tasks()).toMatchObject([
    {
      kind: 'technical',
      name: 'Max Mustermann',
      phone: '+4915112345001',
      reason: expect.stringMatching(/nicht mehr da ist.*Herrenhaarschnitt: 27\.11\.2026, 14:00 Uhr/),
    },
  ])
  // It is not moved on her own event type: a person does that.
  const moved = await gateway.call(
    'reschedule_appointment',
    { name: 'Max Mustermann', new_date: '28.11.2026', new_time: '10:00' },
    call,
  )
  expect(moved).toMatchObject({ success: false })
  expect(moved.message).not.toMatch(/verschoben/)
})
