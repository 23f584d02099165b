/** What Cal.com's webhooks do to our rows: twice, late, out of order, never, and in the middle of our own request. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, salon, startGateway, type TestGateway } from '../../helpers/gateway.ts'
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
})

const control = () => gateway.simulator.control
const mitteCut = 2563101
const friday = '2026-11-27T13:00:00Z'

/** Books by phone, both steps. */
async function bookByPhone(time = '14:00', from = '+4915112345001') {
  const call = { callId: newCallId(), from }
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time, service: 'Herrenhaarschnitt' }
  const answer = await gateway.call('book_appointment', wish, call)
  expect(answer).toMatchObject({ success: true })
  return { ...call, answer }
}

function bookOnTheWeb(changes: { start?: string; eventTypeId?: number; attendee?: object } = {}) {
  return control().bookAsStranger({
    start: friday,
    eventTypeId: mitteCut,
    attendee: {
      name: 'Erika Web',
      email: 'erika@web.example',
      phoneNumber: '+4915112345002',
      timeZone: 'Europe/Berlin',
    },
    ...changes,
  })
}

describe('our own bookings', () => {
  test('the echo changes nothing, not even twice: one appointment, no request to Cal.com (I-60)', async () => {
    control().setWebhookMode({ delivery: 'inline', copies: 2 })
    await bookByPhone()
    const [before] = await rows.appointments()
    control().clearRequests()
    await gateway.settle()
    expect(await rows.appointments()).toEqual([
      { ...before, calcomUpdatedAt: expect.any(Date), updatedAt: expect.any(Date) },
    ])
    expect(before).toMatchObject({ source: 'retell_webhook', attendeeName: 'Max Mustermann' })
    expect(control().requests()).toEqual([])
    expect((await rows.events()).map(({ status, companyId }) => [status, companyId])).toEqual([
      ['processed', 1],
    ])
    expect((await rows.customers()).length).toBe(1)
  })

  test('the webhook may be worked on before our own answer is written: both meet, one appointment, booked once', async () => {
    // Cal.com answers late; its webhook was sent inside the request, long before.
    control().setLatency(1_500, 'createBooking')
    const booking = bookByPhone()
    while ((await rows.events()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await gateway.gateway.jobs.runner.drain()
    await booking
    control().clearFaults()
    await gateway.settle()
    const appointments = await rows.appointments()
    expect(appointments.length).toBe(1)
    expect(appointments[0]).toMatchObject({
      source: 'retell_webhook',
      status: 'scheduled',
      calcomUid: rows.live()[0]!.uid,
    })
    expect((await rows.attempts()).map(({ state }) => state)).toEqual(['booked'])
    expect((await rows.changes()).map(({ kind }) => kind)).toEqual(['created'])
  })

  test('an answer that never came is repaired by the webhook: the caller was not told "gebucht", the appointment exists', async () => {
    control().addFault({ operation: 'createBooking', effect: 'reset', phase: 'after', times: 1 })
    control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: null })
    const call = { callId: newCallId(), from: '+4915112345003' }
    const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
    const answer = await gateway.call('book_appointment', wish, call)
    expect(answer.message).not.toMatch(/gebucht/)
    expect(await rows.appointments()).toEqual([])
    control().clearFaults()
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled', callId: call.callId }])
    expect((await rows.attempts()).map(({ state }) => state)).toEqual(['booked'])
  })

  test('the host moves it, then cancels it: the same row goes on, whoever tells it how often', async () => {
    await bookByPhone()
    await gateway.settle()
    const first = rows.live()[0]!.uid
    control().setWebhookMode({ delivery: 'inline', copies: 2 })
    const moved = await control().rescheduleAsHost(first, { start: '2026-11-28T09:00:00Z' })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      {
        calcomUid: moved.uid,
        appointmentDatetime: new Date('2026-11-28T09:00:00Z'),
        status: 'scheduled',
        rescheduleCount: 0,
      },
    ])
    await control().cancelAsHost(moved.uid, { reason: 'krank', requestReschedule: true })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { status: 'cancelled', cancellationReason: 'Der Betrieb bittet um einen anderen Termin' },
    ])
    expect((await rows.changes()).map(({ kind, actor }) => [kind, actor])).toEqual([
      ['created', 'caller'],
      ['rescheduled', 'calcom'],
      ['cancelled', 'calcom'],
    ])
  })

  test('a chain of moves told in the wrong order ends where Cal.com is (I-53)', async () => {
    await bookByPhone()
    await gateway.settle()
    control().setWebhookMode({ delivery: 'held' })
    const second = await control().rescheduleAsHost(rows.live()[0]!.uid, { start: '2026-11-28T09:00:00Z' })
    gateway.clock.advance(1_000)
    const third = await control().rescheduleAsHost(second.uid, { start: '2026-11-28T10:00:00Z' })
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: third.uid, appointmentDatetime: new Date('2026-11-28T10:00:00Z'), status: 'scheduled' },
    ])
  })
})

describe('bookings made elsewhere', () => {
  test('become appointments of the right company, branch, service, person and customer, and the free times are asked for anew', async () => {
    const call = { callId: newCallId(), from: '+4915112345004' }
    const wish = { date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
    expect(await gateway.call('check_availability', wish, call)).toMatchObject({ available: true })
    const booking = await bookOnTheWeb()
    await gateway.settle()
    const [appointment] = await rows.appointments()
    const person = await gateway.database.tenancy.run(1, (tx) =>
      tx.staff.findFirstOrThrow({ where: { id: appointment!.staffId! } }),
    )
    expect(person.calcomUserId).toBe(booking.hosts[0]!.id)
    expect(appointment).toMatchObject({
      source: 'web',
      status: 'scheduled',
      branchId: '5a10a000-0000-4000-8000-000000000001',
      calcomUid: booking.uid,
      appointmentDatetime: new Date(friday),
      durationMinutes: 30,
      attendeeName: 'Erika Web',
      attendeeEmail: 'erika@web.example',
    })
    expect(await rows.customers()).toMatchObject([
      { name: 'Erika Web', phone: '+4915112345002', source: 'web' },
    ])
    control().clearRequests()
    await gateway.call('check_availability', wish, call)
    expect(control().requests('getSlots').length).toBe(1)
  })

  test('a second booking of the same person finds them; their address is never completed by what somebody typed', async () => {
    await bookByPhone('14:00', '+4915112345005')
    await bookOnTheWeb({
      start: '2026-11-27T15:00:00Z',
      attendee: {
        name: 'Max Mustermann',
        email: 'other@web.example',
        phoneNumber: '+4915112345005',
        timeZone: 'Europe/Berlin',
      },
    })
    await gateway.settle()
    expect((await rows.appointments()).length).toBe(2)
    expect(await rows.customers()).toMatchObject([{ name: 'Max Mustermann', email: null }])
  })

  test("a person's own event type says who serves and which service it is", async () => {
    await bookOnTheWeb({ eventTypeId: 2563121 })
    await gateway.settle()
    const [appointment] = await rows.appointments()
    const service = await gateway.database.tenancy.run(1, (tx) =>
      tx.service.findFirstOrThrow({ where: { id: appointment!.serviceId } }),
    )
    expect(service.name).toBe('Herrenhaarschnitt')
    expect(appointment!.staffId).not.toBeNull()
  })

  test('cancelled before created: it stays cancelled', async () => {
    control().setWebhookMode({ delivery: 'held' })
    const booking = await bookOnTheWeb()
    await control().cancelAsHost(booking.uid)
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ calcomUid: booking.uid, status: 'cancelled' }])
  })

  test('moves told backwards, of a booking nobody has heard of, leave one appointment', async () => {
    control().setWebhookMode({ delivery: 'held' })
    const first = await bookOnTheWeb()
    gateway.clock.advance(1_000)
    const second = await control().rescheduleAsHost(first.uid, { start: '2026-11-28T09:00:00Z' })
    gateway.clock.advance(1_000)
    const third = await control().rescheduleAsHost(second.uid, { start: '2026-11-28T10:00:00Z' })
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect((await rows.appointments()).map(({ calcomUid, status }) => [calcomUid, status])).toEqual([
      [third.uid, 'scheduled'],
    ])
  })

  test('news that comes an hour late does not bring a cancelled booking back', async () => {
    control().setWebhookMode({ delivery: 'held' })
    const booking = await bookOnTheWeb()
    control().setWebhookMode({ delivery: 'off' })
    await control().cancelAsHost(booking.uid)
    gateway.clock.advance(3_600_000)
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks()
    await gateway.settle()
    expect(await rows.appointments()).toEqual([])
    expect(await rows.events()).toMatchObject([{ status: 'processed', lastError: 'no_longer_live' }])
  })

  test("another company's event types are nobody's here, and its bookings stay its own", async () => {
    await sendWebhook(gateway, {
      triggerEvent: 'BOOKING_CREATED',
      createdAt: gateway.clock.now().toISOString(),
      payload: {
        uid: 'foreign-uid',
        eventTypeId: 999_999,
        startTime: friday,
        metadata: { company_id: '2', booking_id: 'temp_1_unknown' },
        attendees: [{ name: 'X', email: 'x@web.example' }],
      },
    })
    await gateway.settle()
    expect(await rows.events()).toMatchObject([
      { status: 'ignored', lastError: 'nobodys_booking', companyId: null },
    ])
    const all = await asOwner(gateway, 'SELECT 1 FROM appointments')
    expect(all).toEqual([])
  })
})

describe('what only the host decides', () => {
  test('a booking that needs confirmation is pending until the host confirms or rejects it', async () => {
    for (const outcome of ['confirm', 'reject'] as const) {
      control().putEventType({
        id: mitteCut,
        title: 'Herrenhaarschnitt',
        lengthInMinutes: 30,
        requiresConfirmation: true,
      })
      const { answer } = await (outcome === 'confirm'
        ? bookByPhone('14:00')
        : bookByPhone('15:00', '+4915112345002'))
      expect(answer.message).not.toMatch(/erfolgreich gebucht/)
      await gateway.settle()
      const latest = async () => (await rows.appointments()).at(-1)!
      expect((await latest()).status).toBe('pending')
      const { calcomUid } = await latest()
      if (outcome === 'confirm') await control().confirmAsHost(calcomUid!)
      else await control().rejectAsHost(calcomUid!, 'keine Zeit')
      await gateway.settle()
      expect((await latest()).status).toBe(outcome === 'confirm' ? 'scheduled' : 'rejected')
      expect((await rows.changes()).at(-1)).toMatchObject({
        kind: outcome === 'confirm' ? 'confirmed' : 'rejected',
      })
    }
  })

  test('confirmed at another time than was told, which nobody had seen: it stands, and a person is asked to tell the caller', async () => {
    const eventType = { id: mitteCut, title: 'Herrenhaarschnitt', lengthInMinutes: 30 }
    control().putEventType({ ...eventType, requiresConfirmation: true })
    control().addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    control().setWebhookMode({ delivery: 'held' })
    await bookByPhone()
    const [live] = rows.live()
    expect(live!.start).not.toMatch(/T13:00/)
    gateway.clock.advance(61_000)
    await control().confirmAsHost(live!.uid)
    // The news of the confirmation comes before the job that looks at what was believed.
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect(rows.live()).toMatchObject([{ uid: live!.uid }])
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: live!.uid, status: 'scheduled', appointmentDatetime: new Date(live!.start) },
    ])
    const open = await asOwner(gateway, "SELECT reason FROM callback_requests WHERE status = 'open'")
    expect(open).toMatchObject([{ reason: expect.stringContaining('zu einer anderen Zeit') }])
  })

  test('a request that arrives after its confirmation does not make it pending again', async () => {
    control().putEventType({
      id: mitteCut,
      title: 'Herrenhaarschnitt',
      lengthInMinutes: 30,
      requiresConfirmation: true,
    })
    control().setWebhookMode({ delivery: 'held' })
    const booking = await bookOnTheWeb()
    await control().confirmAsHost(booking.uid)
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks('lifo')
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
  })

  test('a meeting that is over is completed, one that was missed a no-show, also the other way round', async () => {
    const booking = await bookOnTheWeb()
    await gateway.settle()
    const now = gateway.clock.now()
    gateway.clock.set('2026-11-27T13:40:00Z')
    await control().endMeeting(booking.uid)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'completed' }])
    await control().markNoShow(booking.uid)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'no_show' }])
    await sendWebhook(gateway, {
      triggerEvent: 'BOOKING_NO_SHOW_UPDATED',
      createdAt: gateway.clock.now().toISOString(),
      payload: { bookingUid: booking.uid, attendees: [{ email: 'erika@web.example', noShow: false }] },
    })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'completed' }])
    gateway.clock.set(now)
  })

  test('a meeting that ended before its time is news of another time', async () => {
    const booking = await bookOnTheWeb()
    await control().endMeeting(booking.uid)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
  })
})

describe('what cannot be worked on', () => {
  test('is tried again with pauses, then dead, visible and replayable', async () => {
    control().setWebhookMode({ delivery: 'held' })
    const booking = await bookOnTheWeb()
    gateway.clock.advance(3_600_000)
    control().setWebhookMode({ delivery: 'inline' })
    await control().flushWebhooks()
    // Late news has to be checked with Cal.com, which is down.
    control().addFault({ operation: 'getBooking', effect: 'error', status: 503, times: null })
    const { inbox } = gateway.gateway.jobs
    for (let tries = 1; tries <= 8; tries += 1) {
      gateway.clock.advance(4_000_000)
      await asOwner(gateway, 'UPDATE graphile_worker._private_jobs SET run_at = now()')
      await gateway.settle()
      expect(await rows.events()).toMatchObject([{ status: tries < 8 ? 'failed' : 'dead', attempts: tries }])
    }
    expect(gateway.lines.some((line) => line.includes('webhook_dead'))).toBe(true)
    expect(await inbox.list()).toMatchObject([
      { status: 'dead', attempts: 8, lastError: expect.stringMatching(/^CalcomError/) },
    ])
    expect(JSON.stringify(await inbox.list())).not.toMatch(/erika/i)
    control().clearFaults()
    gateway.clock.advance(120_000)
    expect(await inbox.replay('dead')).toBe(1)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ calcomUid: booking.uid, status: 'scheduled' }])
    expect(await inbox.list()).toEqual([])
  })

  test('an event whose job is gone is enqueued again', async () => {
    await bookOnTheWeb()
    await asOwner(gateway, 'DELETE FROM graphile_worker._private_jobs')
    await gateway.settle()
    expect(await rows.appointments()).toEqual([])
    gateway.clock.advance(11 * 60_000)
    await gateway.gateway.jobs.runner.runNow('reconcile')
    await gateway.settle()
    expect(await rows.events()).toMatchObject([{ status: 'processed' }])
    expect((await rows.appointments()).length).toBe(1)
  })

  test('nothing of a caller or attendee is in the log', () => {
    const text = gateway.lines.join('\n')
    expect(text.length).toBeGreaterThan(0)
    expect(text).not.toMatch(/Erika|erika@|Mustermann|\+4915112345/)
    expect(text).not.toContain(salon.mitte)
  })
})
