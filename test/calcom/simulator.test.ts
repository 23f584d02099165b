/** The client against the simulated Cal.com: the two were written from the same notes by different hands. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CalcomProfile } from '../../src/calcom/routes.ts'
import { verifyCalcomSignature } from '../../src/calcom/signature.ts'
import { parseCalcomWebhook } from '../../src/calcom/webhook.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { openCalcom } from '../helpers/calcom.ts'
import { testClock } from '../helpers/clock.ts'
import { type ScriptedServer, startScriptedServer } from '../helpers/scripted-server.ts'

const clock = testClock()
/** Wednesday, 2 December 2026, local midnight to midnight. */
const day = {
  start: new Date('2026-12-01T23:00:00Z'),
  end: new Date('2026-12-02T23:00:00Z'),
  timeZone: 'Europe/Berlin',
}
const ten = new Date('2026-12-02T09:00:00Z')
const eleven = new Date('2026-12-02T10:00:00Z')
const haircut = 2563101
/** Only host 502 does this one, so one booking takes the slot. */
const beard = 2563105
const attendee = {
  name: 'Erika Muster',
  timeZone: 'Europe/Berlin',
  email: 'erika@example.test',
  language: 'de',
}
const wish = {
  eventTypeId: beard,
  start: ten,
  attendee,
  metadata: { booking_id: 'temp_1', call_id: 'call_1' },
}

let simulator: Simulator
let receiver: ScriptedServer
beforeAll(async () => {
  receiver = await startScriptedServer()
  receiver.answer({ status: 200 })
  simulator = await startSimulator({
    clock: () => clock.now(),
    rateLimit: null,
    webhooks: [{ subscriberUrl: `${receiver.url}/hook`, secret: 'secret' }],
  })
})
beforeEach(() => {
  simulator.control.reset()
  simulator.control.setRateLimit(null)
  receiver.requests.length = 0
})
afterAll(async () => {
  await simulator.close()
  await receiver.close()
})

const opened: { close(): Promise<void> }[] = []
const open: typeof openCalcom = async (...parameters) => {
  const calcom = await openCalcom(...parameters)
  opened.push(calcom.connections)
  return calcom
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
})

describe.each<CalcomProfile>(['published', 'guide'])('profile %s', (profile) => {
  test('a free slot is booked, vanishes, is moved, comes back, and the moved booking is cancelled', async () => {
    const { client, soon } = await open(simulator.url, { profile })
    const times = async () => (await client.fetchSlots({ ...day, eventTypeId: beard }, soon)).map(Number)
    expect(await times()).toContain(Number(ten))

    const booking = await client.createBooking(wish, soon)
    expect(booking).toMatchObject({
      status: 'accepted',
      start: ten,
      eventTypeId: beard,
      metadata: wish.metadata,
    })
    expect(booking.hosts[0]?.id).toBe(502)
    expect(await times()).not.toContain(Number(ten))

    const moved = await client.rescheduleBooking(
      { uid: booking.uid, start: eleven, reason: 'Kundenwunsch' },
      soon,
    )
    expect(moved).toMatchObject({ start: eleven, metadata: wish.metadata })
    expect(moved.uid).not.toBe(booking.uid)
    expect(await client.fetchBooking({ uid: booking.uid }, soon)).toMatchObject({
      status: 'cancelled',
      rescheduledToUid: moved.uid,
    })
    expect(await times()).toContain(Number(ten))

    await client.cancelBooking({ uid: moved.uid, reason: 'Absage am Telefon' }, soon)
    expect(await client.fetchBooking({ uid: moved.uid }, soon)).toMatchObject({ status: 'cancelled' })
    expect(await times()).toContain(Number(eleven))
  })

  test('every refusal is understood', async () => {
    const { client, soon } = await open(simulator.url, { profile })
    const booking = await client.createBooking(wish, soon)
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error) => [error.kind, error.reason],
      )
    expect(await refused(client.createBooking(wish, soon))).toEqual(['slot_unavailable', 'slot_taken'])
    expect(
      await refused(client.createBooking({ ...wish, start: new Date('2026-11-01T09:00:00Z') }, soon)),
    ).toEqual(['invalid_request', 'past'])
    expect(await refused(client.createBooking({ ...wish, eventTypeId: 1 }, soon))).toEqual([
      'not_found',
      'event_type_not_found',
    ])
    expect(await refused(client.fetchSlots({ ...day, eventTypeId: 1 }, soon))).toEqual([
      'not_found',
      'event_type_not_found',
    ])
    expect(await refused(client.fetchBooking({ uid: 'nobody' }, soon))).toEqual([
      'not_found',
      'booking_not_found',
    ])
    expect(await refused(client.cancelBooking({ uid: '12846550', reason: 'x' }, soon))).toEqual([
      'not_found',
      'booking_not_found',
    ])
    // 120 minutes' notice; the clock stands at 9:00 on an opening day.
    const soonStart = new Date('2026-11-24T09:00:00Z')
    expect(
      await refused(client.createBooking({ ...wish, eventTypeId: 2563103, start: soonStart }, soon)),
    ).toEqual(['invalid_request', 'too_soon'])
    const moved = await client.rescheduleBooking({ uid: booking.uid, start: eleven }, soon)
    const again = await client
      .rescheduleBooking({ uid: booking.uid, start: eleven }, soon)
      .catch((error) => error)
    expect(again).toMatchObject({
      kind: 'already_cancelled',
      reason: 'rescheduled_away',
      rescheduledToUid: moved.uid,
    })
    await client.cancelBooking({ uid: moved.uid, reason: 'x' }, soon)
    expect(await refused(client.cancelBooking({ uid: moved.uid, reason: 'x' }, soon))).toEqual([
      'already_cancelled',
      'already_cancelled',
    ])
  })
})

test('two bookings at once for one host: one succeeds, the other hears that the slot is gone', async () => {
  const { client, soon } = await open(simulator.url)
  const results = await Promise.allSettled([1, 2].map(() => client.createBooking(wish, soon)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const refusal = results.find((result) => result.status === 'rejected')
  expect(refusal?.reason).toMatchObject({ kind: 'slot_unavailable', reason: 'race' })
})

test('a hold hides its slot until it is released; taken and held slots refuse it', async () => {
  const { client, soon } = await open(simulator.url)
  const times = async () => (await client.fetchSlots({ ...day, eventTypeId: beard }, soon)).map(Number)
  const hold = await client.reserveSlot({ eventTypeId: beard, start: ten }, soon)
  expect(hold.until.getTime()).toBeGreaterThan(clock.now().getTime())
  expect(await times()).not.toContain(Number(ten))
  await expect(client.reserveSlot({ eventTypeId: beard, start: ten }, soon)).rejects.toMatchObject({
    kind: 'slot_unavailable',
    reason: 'slot_held',
  })
  await client.releaseReservation({ uid: hold.uid }, soon)
  await client.releaseReservation({ uid: hold.uid }, soon)
  expect(await times()).toContain(Number(ten))
  await client.createBooking(wish, soon)
  await expect(client.reserveSlot({ eventTypeId: beard, start: ten }, soon)).rejects.toMatchObject({
    kind: 'slot_unavailable',
    reason: 'slot_taken',
  })
})

test('a caller without an email address can be booked by phone number where the event type allows it', async () => {
  const { client, soon } = await open(simulator.url)
  const byPhone = { name: 'Erika Muster', timeZone: 'Europe/Berlin', phoneNumber: '+4915112345678' }
  const booking = await client.createBooking({ ...wish, attendee: byPhone }, soon)
  expect(booking.attendees[0]).toMatchObject({
    phoneNumber: '+4915112345678',
    email: '4915112345678@sms.cal.com',
  })
  const nobody = { name: 'Erika Muster', timeZone: 'Europe/Berlin' }
  await expect(
    client.createBooking({ ...wish, start: eleven, attendee: nobody }, soon),
  ).rejects.toMatchObject({ kind: 'invalid_request', reason: 'contact_required' })
})

test('a preferred host is asked for and served where the event type allows it, else silently another', async () => {
  const { client, soon } = await open(simulator.url)
  const anyone = await client.createBooking(
    { ...wish, eventTypeId: haircut, start: eleven, hostUserIds: [503] },
    soon,
  )
  expect(anyone.hosts[0]?.id).not.toBe(503)
  simulator.control.putEventType({
    id: haircut,
    title: 'Herrenhaarschnitt',
    lengthInMinutes: 30,
    hosts: [501, 502, 503],
    rrHostSubsetEnabled: true,
  })
  const free = await client.fetchSlots({ ...day, eventTypeId: haircut, hostUserId: 503 }, soon)
  expect(free.map(Number)).toContain(Number(ten))
  const booking = await client.createBooking({ ...wish, eventTypeId: haircut, hostUserIds: [503] }, soon)
  expect(booking.hosts[0]?.id).toBe(503)
  const after = await client.fetchSlots({ ...day, eventTypeId: haircut, hostUserId: 503 }, soon)
  expect(after.map(Number)).not.toContain(Number(ten))
})

test('the booking that is being moved counts as free', async () => {
  const { client, soon } = await open(simulator.url)
  const booking = await client.createBooking(wish, soon)
  const free = await client.fetchSlots(
    { ...day, eventTypeId: beard, bookingUidToReschedule: booking.uid },
    soon,
  )
  expect(free.map(Number)).toContain(Number(ten))
})

test('changed bookings are found by event type and time of change, over several pages', async () => {
  const { client, soon } = await open(simulator.url)
  const booking = await client.createBooking(wish, soon)
  const since = new Date(clock.now().getTime() - 60_000)
  const found = await client.fetchBookings({ eventTypeIds: [beard], afterUpdatedAt: since }, soon)
  expect(found).toMatchObject({ complete: true, bookings: [{ uid: booking.uid, metadata: wish.metadata }] })
  expect((await client.fetchBookings({ eventTypeIds: [haircut] }, soon)).bookings).toEqual([])
  const around = await client.fetchBookings(
    { eventTypeIds: [beard], afterStart: day.start, beforeEnd: day.end, status: ['upcoming', 'cancelled'] },
    soon,
  )
  expect(around.bookings).toHaveLength(1)
})

test("a team's event types come with hosts, length and notice; the account is told by its key", async () => {
  const { client, soon } = await open(simulator.url)
  const types = await client.fetchEventTypes({ teamId: 34209 }, soon)
  expect(types.find(({ id }) => id === 2563103)).toMatchObject({
    title: 'Färben',
    durationMinutes: 120,
    minimumNoticeMinutes: 120,
    bookable: true,
    hosts: [{ userId: 501 }, { userId: 503 }],
  })
  expect(await client.fetchMe(soon)).toMatchObject({ username: 'salon-sonnenschein' })
  const stranger = await open(simulator.url, { apiKey: 'cal_nobody' })
  await expect(stranger.client.fetchMe(stranger.soon)).rejects.toMatchObject({
    kind: 'unauthorized',
    reason: 'key_refused',
  })
})

test('an answer lost after the booking was made is a timeout that may have acted, and the booking is there', async () => {
  const { client, soon, within } = await open(simulator.url)
  simulator.control.addFault({ operation: 'createBooking', effect: 'hang', phase: 'after' })
  await expect(client.createBooking(wish, within(400))).rejects.toMatchObject({
    kind: 'timeout',
    mayHaveActed: true,
  })
  const { bookings } = await client.fetchBookings(
    { eventTypeIds: [beard], afterStart: day.start, beforeEnd: day.end },
    soon,
  )
  expect(bookings).toMatchObject([{ metadata: wish.metadata, start: ten }])
})

test('garbage, half an answer, 5xx and a reset are outages and never "nothing free"', async () => {
  const { client, soon } = await open(simulator.url)
  for (const effect of ['garbage', 'truncate', 'error', 'reset'] as const) {
    simulator.control.addFault({ operation: 'getSlots', effect, times: null })
    await expect(client.fetchSlots({ ...day, eventTypeId: beard }, soon)).rejects.toMatchObject({
      kind: 'unavailable',
    })
    simulator.control.clearFaults()
  }
})

test('an earlier booking given as the answer is recognisable by its metadata and age (I-45)', async () => {
  const { client, soon } = await open(simulator.url)
  const first = await client.createBooking(wish, soon)
  simulator.control.addFault({ operation: 'createBooking', effect: 'old_booking' })
  const second = await client.createBooking(
    { ...wish, start: eleven, metadata: { booking_id: 'temp_2' } },
    soon,
  )
  expect(second).toMatchObject({ uid: first.uid, metadata: { booking_id: 'temp_1' }, start: ten })
})

test('past the limit the key pauses for as long as Cal.com says, and no further request leaves', async () => {
  const { client, within, clock: ours } = await open(simulator.url)
  simulator.control.setRateLimit(3)
  const refusals: string[] = []
  for (let i = 0; i < 6; i += 1) {
    await client.fetchMe(within(2_000)).catch((error) => refusals.push(error.kind))
  }
  expect(new Set(refusals)).toEqual(new Set(['rate_limited']))
  expect(refusals.length).toBeGreaterThanOrEqual(3)
  expect(
    simulator.control.requests('getMe').filter(({ status }) => status === 429).length,
  ).toBeLessThanOrEqual(1)
  ours.advance(61_000)
  simulator.control.setRateLimit(null)
  await client.fetchMe(within(2_000))
})

test('the webhooks it sends are signed and read: created, moved, cancelled', async () => {
  const { client, soon } = await open(simulator.url)
  const booking = await client.createBooking(wish, soon)
  const moved = await client.rescheduleBooking({ uid: booking.uid, start: eleven }, soon)
  await client.cancelBooking({ uid: moved.uid, reason: 'krank' }, soon)
  const deliveries = simulator.control.deliveries()
  expect(deliveries).toHaveLength(3)
  for (const { body, signature } of deliveries) {
    expect(verifyCalcomSignature({ rawBody: Buffer.from(body), signature, secrets: ['secret'] })).toBe(true)
  }
  const events = receiver.requests.map(({ body }) => parseCalcomWebhook(body))
  expect(events).toMatchObject([
    {
      kind: 'created',
      uid: booking.uid,
      eventTypeId: beard,
      start: ten,
      metadata: wish.metadata,
      organizer: { id: 502 },
    },
    { kind: 'rescheduled', uid: moved.uid, rescheduledFromUid: booking.uid, start: eleven },
    { kind: 'cancelled', uid: moved.uid, cancellationReason: 'krank' },
  ])
})
