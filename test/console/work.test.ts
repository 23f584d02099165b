/** What people do in the console, and what comes of it at the calendar and in the database. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedIn, type Visitor } from '../helpers/console.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
let owner: Visitor

beforeAll(async () => {
  gateway = await startGateway()
  owner = await signedIn(gateway, { role: 'owner' })
})
afterAll(() => gateway?.close())

/** Follows where a form leads; the page there. */
async function send(url: string, form: Record<string, string> = {}): Promise<string> {
  const answer = await owner.post(url, form)
  expect(answer.statusCode, answer.body).toBe(303)
  return (await owner.get(String(answer.headers.location))).body
}

const database = () => gateway.database.tenancy

/** An appointment booked on the phone. */
async function book(time: string): Promise<{ id: bigint; uid: string; callId: string }> {
  const callId = newCallId()
  const call = { callId }
  await gateway.event('call_started', call)
  const started = await gateway.call(
    'start_booking',
    { service: 'Herrenhaarschnitt', date: '2026-11-27', time, customer_name: 'Erika Sommer' },
    call,
  )
  const confirmed = await gateway.call(
    'confirm_booking',
    { booking_id: started.booking_id, confirmed: true },
    call,
  )
  expect(confirmed.success, confirmed.message).toBe(true)
  await gateway.settle()
  const row = await database().run(1, (tx) =>
    tx.appointment.findFirstOrThrow({ where: { companyId: 1, callId } }),
  )
  return { id: row.id, uid: row.calcomUid!, callId }
}

test('an appointment is cancelled at the calendar too, and the history says by whom', async () => {
  const { id, uid } = await book('10:00')
  const day = await owner.get('/console/termine?tag=2026-11-27')
  expect(day.body).toContain('Erika Sommer')
  const said = await send(`/console/termine/${id}/absagen`, { reason: 'Wasserschaden' })
  expect(said).toContain('Der Termin ist abgesagt.')
  expect(said).toContain('durch den Betrieb')
  const booking = gateway.simulator.control.bookings().find((one) => one.uid === uid)
  expect(booking).toMatchObject({ status: 'cancelled' })
  expect(JSON.stringify(booking)).toContain('Vom Betrieb abgesagt: Wasserschaden')
  await gateway.settle()
  const row = await database().run(1, (tx) =>
    tx.appointment.findFirstOrThrow({ where: { companyId: 1, id } }),
  )
  expect(row.status).toBe('cancelled')
  // A second click cancels nothing else and says so.
  expect(await send(`/console/termine/${id}/absagen`, { reason: 'noch einmal' })).toContain('ist abgesagt')
})

test('a deadline for callers does not bind the business', async () => {
  await database().asSystem((tx) => tx.policy.deleteMany({ where: { companyId: 1 } }))
  await database().asSystem((tx) =>
    tx.policy.create({ data: { companyId: 1, cancellationDeadlineHours: 700 } }),
  )
  const { id } = await book('11:00')
  expect(await send(`/console/termine/${id}/absagen`, { reason: 'Clara ist krank' })).toContain(
    'ist abgesagt',
  )
})

test('while the calendar is down the cancellation is noted and told later', async () => {
  const { id, uid } = await book('12:00')
  gateway.simulator.control.addFault({
    operation: 'cancelBooking',
    effect: 'error',
    status: 503,
    times: null,
  })
  expect(await send(`/console/termine/${id}/absagen`, { reason: 'Stromausfall' })).toContain('ist notiert')
  gateway.simulator.control.clearFaults()
  await gateway.settle()
  expect(gateway.simulator.control.bookings().find((one) => one.uid === uid)?.status).toBe('cancelled')
})

test('without a reason nothing is cancelled', async () => {
  const { id } = await book('15:00')
  const answer = await owner.post(`/console/termine/${id}/absagen`, { reason: ' ' })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('Bitte schreiben Sie einen Grund dazu.')
  const row = await database().run(1, (tx) =>
    tx.appointment.findFirstOrThrow({ where: { companyId: 1, id } }),
  )
  expect(row.status).toBe('scheduled')
})

test('a callback belongs to whoever takes it first, and what was done is written down', async () => {
  await gateway.call(
    'request_callback',
    { reason: 'Frage zur Rechnung', name: 'Krause' },
    { callId: newCallId() },
  )
  const { id } = await database().run(1, (tx) =>
    tx.callbackRequest.findFirstOrThrow({ where: { companyId: 1 }, orderBy: { id: 'desc' } }),
  )
  const others = await signedIn(gateway, { role: 'receptionist' })
  const [first, second] = await Promise.all([
    owner.post(`/console/rueckrufe/${id}/uebernehmen`),
    others.post(`/console/rueckrufe/${id}/uebernehmen`),
  ])
  expect(
    [first, second].map(({ headers }) => String(headers.location).match(/gesagt=(\w+)/)![1]).sort(),
  ).toEqual(['callback_taken', 'callback_taken_by_other'])
  expect(await send(`/console/rueckrufe/${id}/erledigt`, { note: 'Betrag geklärt' })).toContain(
    'Betrag geklärt',
  )
  const row = await database().run(1, (tx) =>
    tx.callbackRequest.findFirstOrThrow({ where: { companyId: 1, id } }),
  )
  expect(row).toMatchObject({ status: 'done', closingNote: 'Betrag geklärt' })
  const audit = await database().run(1, (tx) =>
    tx.auditLog.findFirstOrThrow({ where: { companyId: 1, action: 'callback_closed' } }),
  )
  expect(audit.actor).toMatch(/^console:\d+$/)
})
