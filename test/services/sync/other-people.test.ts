/**
 * Other people's bookings: seats and guests beside our customer, moves in place, bookings we did not make or that have changed since.
 * Whatever we run (webhooks, repair, strays, callers, jobs) leaves them alone; a person is asked and the caller told so.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CalcomBooking } from '../../../src/calcom/types.ts'
import { demoCatalogue } from '../../../src/cli/understand/demo-catalogue.ts'
import { askPerson } from '../../../src/services/sync/ask-person.ts'
import { newCallId, startGateway, type TestGateway } from '../../helpers/gateway.ts'
import { asOwner, look, receiveWebhooks, sendWebhook, startOver } from '../../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway()
  rows = look(gateway)
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await startOver(gateway)
  await receiveWebhooks(gateway)
  await asOwner(gateway, 'UPDATE companies SET customer_mails = true')
})

const control = () => gateway.simulator.control
const jobs = () => gateway.gateway.jobs
const mitteCut = 2563101
const max = '+4915112345001'
const friday = '2026-11-27T13:00:00.000Z'
const saturday = '2026-11-28T09:00:00.000Z'

const callbacks = () =>
  gateway.database.tenancy.run(1, (tx) => tx.callbackRequest.findMany({ orderBy: { id: 'asc' } }))
const mails = () =>
  gateway.database.tenancy.run(1, (tx) => tx.mailOutbox.findMany({ orderBy: { id: 'asc' } }))
const cancels = () => control().requests('cancelBooking').length
const moves = () => control().requests('rescheduleBooking').length

async function bookByPhone(time = '14:00', from = max) {
  const call = { callId: newCallId(), from }
  const wish = {
    name: 'Max Mustermann',
    date: '27.11.2026',
    time,
    service: 'Herrenhaarschnitt',
  }
  expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
  await gateway.settle()
  const [appointment] = (await rows.appointments()).slice(-1)
  control().clearRequests()
  return { ...call, appointment: appointment!, uid: appointment!.calcomUid! }
}

/** Seats are sold on the web; a caller's booking gets there when the event type became a seated one afterwards. */
async function groupOnTheWeb() {
  control().putEventType({
    id: mitteCut,
    title: 'Herrenhaarschnitt',
    lengthInMinutes: 30,
    seatsPerTimeSlot: 4,
  })
  const take = (name: string, email: string) =>
    control().bookAsStranger({
      start: friday,
      eventTypeId: mitteCut,
      attendee: { name, email, timeZone: 'Europe/Berlin' },
    })
  await take('Erika Web', 'erika@web.example')
  // The row is the first one's, whichever of the two webhooks is worked on first.
  await gateway.settle()
  const group = await take('Paul Platz', 'paul@web.example')
  await gateway.settle()
  control().clearRequests()
  const [appointment] = await rows.appointments()
  return { uid: group.uid, appointment: appointment! }
}

/** Everything that runs by itself, twice. */
async function repairEverything() {
  for (let run = 0; run < 2; run += 1) {
    await jobs().reconciler.runCompany(1)
    await jobs().consistency.repair(1)
    for (const job of ['settle_leases', 'reconcile']) await jobs().runner.runNow(job)
    gateway.clock.advance(3_600_000)
    await gateway.settle()
  }
}

describe('one seat of a group', () => {
  test("another person's seat is cancelled: our row stands, and no repair touches the group", async () => {
    const { uid } = await groupOnTheWeb()
    await control().cancelSeat(uid, { email: 'paul@web.example' })
    await gateway.settle()
    expect(await rows.events()).toMatchObject([{}, {}, { status: 'processed', lastError: 'another_seat' }])
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled', attendeeName: 'Erika Web' }])
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live()).toMatchObject([{ uid, attendees: [{ name: 'Erika Web' }] }])
  })

  test('the seat of our own customer is cancelled: only that row ends, the group goes on', async () => {
    const { uid } = await groupOnTheWeb()
    await control().cancelSeat(uid, { email: 'erika@web.example' })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live()).toMatchObject([{ uid, attendees: [{ name: 'Paul Platz' }] }])
    // Whoever else is in it has a row of their own.
    expect(await rows.appointments()).toMatchObject([
      { status: 'cancelled', attendeeName: 'Erika Web' },
      { status: 'scheduled', attendeeName: 'Paul Platz' },
    ])
    expect(await jobs().consistency.check(1)).toEqual([])
    expect(await callbacks()).toEqual([])
  })

  test('the same without any webhook: the repair finds who has left', async () => {
    const { uid } = await groupOnTheWeb()
    control().setWebhookMode({ delivery: 'off' })
    gateway.clock.advance(60_000)
    await control().cancelSeat(uid, { email: 'erika@web.example' })
    await jobs().reconciler.runCompany(1)
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    await repairEverything()
    expect(rows.live()).toHaveLength(1)
    expect(cancels()).toBe(0)
  })

  test('the host cancels the whole group: our row ends with it', async () => {
    const { uid } = await groupOnTheWeb()
    await control().cancelAsHost(uid, { reason: 'krank' })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    expect(rows.live()).toEqual([])
  })

  test('news that came before Cal.com wrote the change waits until its list of people is true', async () => {
    const { uid } = await groupOnTheWeb()
    const told = await sendCancelled(uid, ['Erika Web', 'Paul Platz'])
    expect(told).toMatchObject({ status: 'failed', lastError: 'seat_unclear' })
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
    gateway.clock.advance(120_000)
    await asOwner(gateway, 'UPDATE graphile_worker._private_jobs SET run_at = now()')
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
  })

  test("a caller's cancellation gives up their own seat and nobody else's", async () => {
    const { uid, appointment } = await groupOnTheWeb()
    await asOwner(gateway, 'UPDATE customers SET phone = $1 WHERE id = $2', [max, appointment.customerId])
    const answer = await gateway.call(
      'cancel_appointment',
      { confirmed: true },
      { callId: newCallId(), from: max },
    )
    expect(answer).toMatchObject({ success: true, status: 'cancelled' })
    expect(rows.live()).toMatchObject([{ uid, attendees: [{ name: 'Paul Platz' }] }])
    await gateway.settle()
    await repairEverything()
    expect(rows.live()).toHaveLength(1)
    expect(await jobs().consistency.check(1)).toEqual([])
  })

  test("a caller's move of a seat goes to a person", async () => {
    const { uid, appointment } = await groupOnTheWeb()
    await asOwner(gateway, 'UPDATE customers SET phone = $1 WHERE id = $2', [max, appointment.customerId])
    const wish = { new_date: '28.11.2026', new_time: '10:00', confirmed: true }
    const answer = await gateway.call('reschedule_appointment', wish, { callId: newCallId(), from: max })
    expect(answer).toMatchObject({ success: false, status: 'callback_queued' })
    expect(moves()).toBe(0)
    expect(rows.live()).toMatchObject([{ uid, attendees: [{}, {}] }])
    expect(await callbacks()).toMatchObject([{ reason: expect.stringContaining('noch andere teilnehmen') }])
  })
})

describe('people whom the business added to a booking of ours', () => {
  test("a caller's cancellation and move go to a person, with an honest sentence", async () => {
    const { uid, callId, from } = await bookByPhone()
    control().addAttendee(uid, { name: 'Nina Neben', email: 'nina@web.example' })
    const cancelled = await gateway.call('cancel_appointment', { confirmed: true }, { callId, from })
    expect(cancelled).toMatchObject({ success: false, status: 'callback_queued', error: 'cancel_failed' })
    expect(cancelled.message).not.toMatch(/storniert|abgesagt\b.*\./)
    const wish = { new_date: '28.11.2026', new_time: '10:00', confirmed: true }
    const moved = await gateway.call('reschedule_appointment', wish, { callId, from })
    expect(moved).toMatchObject({ success: false, status: 'callback_queued' })
    expect([cancels(), moves()]).toEqual([0, 0])
    expect(rows.live()).toMatchObject([{ uid, start: friday }])
    expect((await callbacks()).map(({ kind }) => kind)).toEqual(['technical', 'technical'])
  })

  test('a cancellation that was only noted is not pushed through for the others', async () => {
    const { uid, callId, from, appointment } = await bookByPhone()
    control().addFault({ operation: 'cancelBooking', effect: 'error', status: 503 })
    expect(await gateway.call('cancel_appointment', { confirmed: true }, { callId, from })).toMatchObject({
      status: 'cancel_pending',
    })
    control().addAttendee(uid, { name: 'Nina Neben', email: 'nina@web.example' })
    control().clearRequests()
    expect(await jobs().settling.push(1, appointment.id)).toBe('handed_over')
    expect(cancels()).toBe(0)
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled', syncState: 'in_sync' }])
    expect(await callbacks()).toMatchObject([{ reason: expect.stringContaining('noch andere teilnehmen') }])
  })

  test('cancelled here, alive there with somebody else in it: asked once, never cancelled', async () => {
    const { uid, appointment } = await bookByPhone()
    await asOwner(gateway, "UPDATE appointments SET status = 'cancelled' WHERE id = $1", [appointment.id])
    control().addAttendee(uid, { name: 'Nina Neben', email: 'nina@web.example' })
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live()).toHaveLength(1)
    expect(await callbacks()).toHaveLength(1)
  })

  test('found by several processes at the same moment, it is one question (found by the chaos run)', async () => {
    const { uid } = await bookByPhone()
    control().addAttendee(uid, { name: 'Nina Neben', email: 'nina@web.example' })
    const catalogue = demoCatalogue()
    const booking = { uid, start: new Date(friday), eventTypeId: mitteCut } as CalcomBooking
    const question = { catalogue, booking, why: 'other_people', now: gateway.clock.now() } as const
    let hasAsked = () => {}
    let isOver = false
    const second = new Promise<void>((resolve) => {
      hasAsked = resolve
    })
      .then(() => gateway.database.tenancy.run(1, (tx) => askPerson(tx, question)))
      .finally(() => {
        isOver = true
      })
    const first = await gateway.database.tenancy.run(1, async (tx) => {
      const asked = await askPerson(tx, question)
      hasAsked()
      const waiting = 'SELECT 1 FROM pg_locks WHERE locktype = $1 AND NOT granted'
      await expect
        .poll(async () => isOver || (await asOwner(gateway, waiting, ['advisory'])).length > 0)
        .toBe(true)
      return asked
    })
    expect([first, await second]).toEqual([true, false])
    expect(await callbacks()).toHaveLength(1)
  })

  test('a second booking of one wish that has others in it is left to a person', async () => {
    await bookByPhone()
    const [attempt] = await rows.attempts()
    control().setWebhookMode({ delivery: 'off' })
    const second = await control().bookAsStranger({
      start: friday,
      eventTypeId: mitteCut,
      attendee: { name: 'Max Mustermann', phoneNumber: max, timeZone: 'Europe/Berlin' },
      guests: ['freundin@web.example'],
      metadata: { booking_id: attempt!.id },
    })
    gateway.clock.advance(600_000)
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live().map(({ uid }) => uid)).toContain(second.uid)
    expect(await callbacks()).toHaveLength(1)
    expect(gateway.lines.some((line) => line.includes('booking_protected'))).toBe(true)
  })
})

describe('bookings that we did not make, or that changed since', () => {
  test('what Cal.com itself called cancelled and now calls alive is asked about, not cancelled', async () => {
    const { uid } = await bookByPhone()
    await sendCancelled(uid, ['Max Mustermann'], { seatsPerTimeSlot: null })
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live()).toMatchObject([{ uid }])
    expect(await callbacks()).toHaveLength(1)
  })

  test('a booking from the web that is cancelled here is nothing a repair may end', async () => {
    const booking = await control().bookAsStranger({
      start: friday,
      eventTypeId: mitteCut,
      attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
    })
    await gateway.settle()
    await asOwner(gateway, "UPDATE appointments SET status = 'cancelled'")
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(rows.live()).toMatchObject([{ uid: booking.uid }])
    expect(await callbacks()).toHaveLength(1)
  })

  test('changed at Cal.com after everybody was told of its end: a person decides', async () => {
    const { uid, appointment } = await bookByPhone()
    await asOwner(gateway, "UPDATE appointments SET status = 'cancelled' WHERE id = $1", [appointment.id])
    gateway.clock.advance(600_000)
    control().spoilBooking(uid, { description: 'Kommt doch' })
    await repairEverything()
    expect(cancels()).toBe(0)
    expect(await callbacks()).toHaveLength(1)
  })
})

describe('a move in place', () => {
  for (const withRescheduleUid of [true, false]) {
    test(`keeps row and uid at the new time, with a new sequence and the mail (${withRescheduleUid ? 'rescheduleUid is its own uid' : 'without rescheduleUid'})`, async () => {
      const { uid, appointment } = await bookByPhone()
      await asOwner(gateway, "UPDATE appointments SET attendee_email = 'max@kundenpost.de'")
      const sent = (await mails()).length
      await control().moveInPlace(uid, { start: saturday, withRescheduleUid })
      await gateway.settle()
      expect(await rows.appointments()).toMatchObject([
        {
          id: appointment.id,
          status: 'scheduled',
          calcomUid: uid,
          appointmentDatetime: new Date(saturday),
          icalSequence: appointment.icalSequence + 1,
          rescheduleCount: 0,
        },
      ])
      expect((await rows.changes()).at(-1)).toMatchObject({
        kind: 'rescheduled',
        actor: 'calcom',
        toUid: uid,
      })
      const moved = (await mails())
        .slice(sent)
        .filter(({ dedupeKey }) => dedupeKey?.includes(':rescheduled:'))
      expect(moved).toHaveLength(1)
      await repairEverything()
      expect([cancels(), moves()]).toEqual([0, 0])
      expect(rows.live()).toMatchObject([{ uid, start: saturday }])
      expect(await jobs().consistency.check(1)).toEqual([])

      await control().moveInPlace(uid, { start: friday, withRescheduleUid })
      await gateway.settle()
      expect(await rows.appointments()).toMatchObject([
        { appointmentDatetime: new Date(friday), icalSequence: appointment.icalSequence + 2 },
      ])
      const again = (await mails())
        .slice(sent)
        .filter(({ dedupeKey }) => dedupeKey?.includes(':rescheduled:'))
      expect(again).toHaveLength(2)
    })
  }

  test('without any webhook it is found by reconcile, and by the thorough comparison', async () => {
    const { uid } = await bookByPhone()
    control().setWebhookMode({ delivery: 'off' })
    gateway.clock.advance(60_000)
    await control().moveInPlace(uid, { start: saturday })
    expect((await jobs().consistency.check(1)).map(({ kind }) => kind)).toEqual(['time_differs'])
    await jobs().reconciler.runCompany(1)
    expect(await rows.appointments()).toMatchObject([{ appointmentDatetime: new Date(saturday) }])
    await control().moveInPlace(uid, { start: friday })
    await jobs().consistency.repair(1)
    expect(await rows.appointments()).toMatchObject([
      { appointmentDatetime: new Date(friday), status: 'scheduled' },
    ])
  })

  test('news in any order ends where Cal.com is', async () => {
    control().setWebhookMode({ delivery: 'held' })
    const booking = await control().bookAsStranger({
      start: friday,
      eventTypeId: mitteCut,
      attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
    })
    await control().moveInPlace(booking.uid, { start: saturday })
    await control().moveInPlace(booking.uid, { start: '2026-11-28T10:00:00.000Z' })
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { status: 'scheduled', appointmentDatetime: new Date('2026-11-28T10:00:00Z') },
    ])
  })

  test('nobody heard of it: a caller who cancels or moves is told where the appointment is now', async () => {
    const { uid, callId, from } = await bookByPhone()
    control().setWebhookMode({ delivery: 'off' })
    await control().moveInPlace(uid, { start: saturday })
    const answer = await gateway.call('cancel_appointment', { confirmed: true }, { callId, from })
    expect(answer).toMatchObject({ success: false, error: 'appointment_moved' })
    expect(answer.message).toContain('28. November um 10 Uhr')
    expect(cancels()).toBe(0)
    await control().moveInPlace(uid, { start: friday })
    const wish = { new_date: '28.11.2026', new_time: '12:00', confirmed: true }
    const moved = await gateway.call('reschedule_appointment', wish, { callId, from })
    expect(moved).toMatchObject({ success: false })
    expect(moves()).toBe(0)
    expect(await rows.appointments()).toMatchObject([
      { status: 'scheduled', appointmentDatetime: new Date(friday) },
    ])
  })

  test('of a booking whose answer was lost: adopted where it is now, never cancelled as a stray', async () => {
    control().addFault({ operation: 'createBooking', effect: 'reset', phase: 'after', times: 1 })
    control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: 1 })
    control().setWebhookMode({ delivery: 'off' })
    const call = { callId: newCallId(), from: max }
    const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
    await gateway.call('book_appointment', wish, call)
    const [booking] = rows.live()
    gateway.clock.advance(600_000)
    await control().moveInPlace(booking!.uid, { start: saturday })
    await repairEverything()
    expect(rows.live()).toMatchObject([{ uid: booking!.uid, start: saturday }])
    expect(cancels()).toBe(0)
    expect(await rows.appointments()).toMatchObject([
      {
        calcomUid: booking!.uid,
        status: 'scheduled',
        appointmentDatetime: new Date(saturday),
        callId: call.callId,
      },
    ])
  })
})

/** BOOKING_CANCELLED as somebody else's Cal.com might write it, and what became of it. */
async function sendCancelled(uid: string, names: string[], more: object = {}) {
  await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_CANCELLED',
    createdAt: gateway.clock.now().toISOString(),
    payload: {
      uid,
      eventTypeId: mitteCut,
      startTime: friday,
      status: 'CANCELLED',
      attendees: names.map((name) => ({ name, email: `${name.split(' ')[0]!.toLowerCase()}@web.example` })),
      ...more,
    },
  })
  await gateway.settle()
  return (await rows.events()).at(-1)
}
