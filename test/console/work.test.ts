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

test('closed for Christmas: the next caller hears it, and the audit says who entered it', async () => {
  const page = '/console/einstellungen/schliesstage'
  const before = await gateway.call('get_opening_hours', { date: '2026-12-22' }, { callId: newCallId() })
  const said = await send(page, {
    ...{ first: '2026-12-21', last: '2026-12-23', branch: '', reason: 'Betriebsferien', spoken: 'yes' },
  })
  expect(said).toContain('Ab dem nächsten Anruf gilt es.')
  const after = await gateway.call('get_opening_hours', { date: '2026-12-22' }, { callId: newCallId() })
  expect(after.message).not.toBe(before.message)
  expect(after.message).toContain('Betriebsferien')
  const closure = await database().run(1, (tx) =>
    tx.closure.findFirstOrThrow({ where: { companyId: 1, reason: 'Betriebsferien' } }),
  )
  const audit = await database().run(1, (tx) =>
    tx.auditLog.findMany({ where: { companyId: 1, entity: 'closures', entityId: String(closure.id) } }),
  )
  expect(audit.map(({ actor }) => actor)).toEqual([expect.stringMatching(/^console:\d+$/)])
  expect(await send(`${page}/${closure.id}/loeschen`)).toContain('Gelöscht.')
  const again = await gateway.call('get_opening_hours', { date: '2026-12-22' }, { callId: newCallId() })
  expect(again.message).toBe(before.message)
})

test.each([
  [{ first: '2026-12-24', last: '2026-12-23' }, 400],
  [{ first: 'morgen', last: '2026-12-23' }, 400],
  [{ first: '2026-12-23', last: '2026-12-24', branch: 'nirgends' }, 404],
])('a closure that makes no sense is not entered: %j', async (form, statusCode) => {
  const before = await database().run(1, (tx) => tx.closure.count())
  const answer = await owner.post('/console/einstellungen/schliesstage', form as Record<string, string>)
  expect(answer.statusCode).toBe(statusCode)
  expect(await database().run(1, (tx) => tx.closure.count())).toBe(before)
})

test('held to a branch, closures of all branches are not theirs to change', async () => {
  const branch = await database().run(1, (tx) => tx.branch.findFirstOrThrow({ where: { name: 'Mitte' } }))
  const held = await signedIn(gateway, { role: 'owner', branchId: branch.id })
  const page = '/console/einstellungen/schliesstage'
  const days = { first: '2027-02-01', last: '2027-02-01' }
  expect((await held.post(page, days)).statusCode).toBe(404)
  expect((await held.post(page, { ...days, branch: branch.id })).statusCode).toBe(303)
  const all = await database().asSystem((tx) =>
    tx.closure.create({
      data: { companyId: 1, firstDay: new Date('2027-03-01'), lastDay: new Date('2027-03-01') },
    }),
  )
  expect((await held.post(`${page}/${all.id}/loeschen`)).statusCode).toBe(404)
})

test('the figures of a week as a table for a spreadsheet', async () => {
  await gateway.gateway.jobs.runner.drain()
  await database().asSystem((tx) =>
    tx.callFigures.create({
      data: {
        ...{
          companyId: 1,
          branchId: null,
          day: new Date('2026-11-23'),
          calls: 31,
          booked: 14,
          seconds: 3600,
        },
        ...{ callsWithSeconds: 31, costCents: 500, costEurCents: 460, callsWithCost: 31, productCosts: {} },
      },
    }),
  )
  const file = await owner.get('/console/auswertung/csv')
  expect(file.headers['content-disposition']).toBe(
    'attachment; filename="anrufe-2026-11-18-bis-2026-11-24.csv"',
  )
  expect(file.body).toContain('2026-11-23;31;14;60;4,60')
  const page = await owner.get('/console/auswertung')
  expect(page.body).not.toMatch(/ style=/)
})
