/** A business that books nothing by phone for a while: calls are answered, what is free is told, nothing is held, booked or moved. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { pause, resume } from '../../src/company/pause.ts'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
afterEach(async () => {
  await gateway.settle()
  for (const branch of [null, 'mitte', 'nord']) await again(branch)
  gateway.simulator.control.reset()
})

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = (to = salon.mitte) => ({
  callId: newCallId(),
  from: `+49151127${String(50_000 + ++people)}`,
  to,
})
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')
const inEffect = (to: string, books: boolean) =>
  vi.waitFor(async () => {
    const { branch } = await gateway.call('initialize_call', {}, ring(to))
    expect(branch).toMatchObject({ books })
  }, 2_000)

async function stop(branch: string | null, until: string | null = null) {
  await gateway.database.tenancy.asSystem((tx) =>
    pause(
      tx,
      { company: '1', branch },
      { now: gateway.clock.now(), until: () => (until === null ? null : new Date(until)) },
    ),
  )
  await inEffect(branch === 'nord' ? salon.nord : salon.mitte, false)
}
async function again(branch: string | null) {
  await gateway.database.tenancy.asSystem((tx) => resume(tx, { company: '1', branch }))
}

test('no function books or holds, all say so and offer a callback; what only reads still reads', async () => {
  await stop(null)
  const call = ring()
  for (const name of ['start_booking', 'book_appointment', 'reserve_slot', 'collect_appointment_data'])
    expect(await gateway.call(name, wish, call), name).toMatchObject({
      success: false,
      error: 'booking_paused',
      fallback: 'callback_request',
      message:
        'Zurzeit kann ich am Telefon leider keine Termine vergeben. Darf ich einen Rückruf für Sie notieren?',
    })
  expect(live()).toEqual([])
  for (const [name, args] of [
    ['check_availability', wish],
    ['find_next_available', { service: 'Herrenhaarschnitt' }],
    ['list_services', {}],
    ['get_opening_hours', {}],
  ] as const)
    expect(await gateway.call(name, args, call), name).toMatchObject({ success: true })
  expect(await gateway.call('request_callback', { reason: 'Termin' }, call)).toMatchObject({ success: true })
  const hello = await gateway.call('initialize_call', {}, ring())
  expect(hello.message).toMatch(/keine Termine vergeben/)
})

test('a draft of before is not booked, an appointment is not moved but may be cancelled', async () => {
  const call = ring()
  expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
  const draft = await gateway.call('start_booking', { ...wish, date: '1.12.2026', service: 'Beratung' }, call)
  await stop(null)
  expect(await gateway.call('confirm_booking', { booking_id: draft.booking_id }, call)).toMatchObject({
    success: false,
    error: 'booking_paused',
  })
  const moved = { old_date: '27.11.2026', new_date: '1.12.2026', new_time: '11:00' }
  expect(await gateway.call('reschedule_appointment', moved, call)).toMatchObject({ error: 'booking_paused' })
  expect(live()).toHaveLength(1)
  expect(await gateway.call('cancel_appointment', { date: '27.11.2026' }, call)).toMatchObject({
    success: true,
  })
  expect(live()).toEqual([])
})

test('one branch alone: the other is offered and books; the pause ends by itself', async () => {
  await stop('mitte', '2026-11-24T13:00:00Z')
  const refused = await gateway.call('start_booking', wish, ring())
  expect(refused).toMatchObject({ error: 'booking_paused', branches: ['Nord'] })
  expect(refused.message).toBe(
    'Bis 14 Uhr kann ich am Telefon leider keine Termine vergeben. Soll ich in unserer Filiale Nord nachsehen, oder darf ich einen Rückruf notieren?',
  )
  expect(
    await gateway.call('book_appointment', { ...wish, branch: 'Nord', time: '11:00' }, ring()),
  ).toMatchObject({
    success: true,
  })
  gateway.clock.advance(6 * 3_600_000)
  expect(await gateway.call('start_booking', wish, ring())).toMatchObject({ success: true })
})

test('until a day is said with the day; whoever resumes earlier ends it', async () => {
  await stop(null, '2026-11-29T23:00:00Z')
  expect((await gateway.call('start_booking', wish, ring())).message).toMatch(
    /^Bis Montag, den 30\. November kann ich am Telefon leider keine Termine vergeben\./,
  )
  await again(null)
  await inEffect(salon.mitte, true)
  expect(await gateway.call('start_booking', wish, ring())).toMatchObject({ success: true })
  const audit = await gateway.database.tenancy.asSystem((tx) =>
    tx.auditLog.findMany({ where: { companyId: 1, entity: 'companies' }, orderBy: { id: 'desc' }, take: 1 }),
  )
  expect(audit).toMatchObject([{ detail: { columns: ['paused_at', 'paused_until'] } }])
})
