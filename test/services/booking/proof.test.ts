/**
 * What is believed, and what is not said before it is known: short answers, refusals of our own bookings, lists that lag, other starts
 * than asked for (found by an independent stand-in for Cal.com). In the end the caller, our rows and Cal.com agree.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { confirmAnswer } from '../../../src/functions/answers/booking.ts'
import type { FaultRule } from '../../../src/simulator/faults.ts'
import { openBooking } from './kit.ts'

let salon: Awaited<ReturnType<typeof openBooking>>
beforeAll(async () => {
  salon = await openBooking()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const control = () => salon.simulator.control
const bookingWords = /gebucht|bestätigt/i
const taken = /nicht mehr frei/
const open = async () => (await salon.callbackRows()).filter(({ status }) => status === 'open')

/** A 201 with id, uid and status only, and what happens to the read that would complete it. */
function answerShort(...reads: Array<Omit<FaultRule, 'operation'>>) {
  control().addFault({
    operation: 'createBooking',
    effect: 'short',
    followedBy: reads.map((read) => ({ operation: 'getBooking' as const, ...read })),
  })
}

describe('a 2xx with a uid is a booking, whatever follows', () => {
  test.each([
    ['a 429', { effect: 'error', status: 429 }],
    ['a 404', { effect: 'error', status: 404, message: 'Booking was not found in the database' }],
    ['a 503', { effect: 'error', status: 503 }],
    ['a reset connection', { effect: 'reset', times: 2 }],
    ['garbage', { effect: 'garbage' }],
  ] as const)('a short 201 and %s on the second read: booked, once, and verified later', async (_, read) => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    answerShort(read)
    const first = confirmAnswer(await salon.confirm(call))
    const [live] = salon.live()
    expect(first).toMatchObject({ success: true, status: 'confirmed', calcom_uid: live!.uid })
    expect(confirmAnswer(await salon.confirm(call, attempt.id))).toMatchObject({
      success: true,
      calcom_uid: live!.uid,
    })
    expect(salon.posts()).toBe(1)
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'booked', calcomUid: live!.uid })
    expect((await salon.attempt(attempt.id)).verifyAt).not.toBeNull()
    expect(await salon.jobs('settle_attempt')).toMatchObject([{ payload: { attemptId: attempt.id } }])

    control().clearFaults()
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
    expect((await salon.attempt(attempt.id)).verifyAt).toBeNull()
    expect(await salon.booking.settle(attempt.id, 1)).toBe('nothing')
    const [row] = await salon.appointments()
    expect(row).toMatchObject({ calcomUid: live!.uid, status: 'scheduled', calcomBookingId: live!.id })
    expect(row!.staffId).not.toBeNull()
    expect(await open()).toEqual([])
    expect(salon.live()).toHaveLength(1)
  })

  test('the uid is stored before anything else is asked', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    answerShort({ effect: 'delay', ms: 1_500 })
    const confirmed = salon.confirm(call)
    await expect.poll(() => control().requests('getBooking').length, { timeout: 10_000 }).toBe(1)
    expect(await salon.attempt(attempt.id)).toMatchObject({
      state: 'executing',
      calcomUid: salon.live()[0]!.uid,
    })
    expect(await confirmed).toMatchObject({ kind: 'booked' })
  })

  test('a 201 of which nothing but the uid can be read is a booking too', async () => {
    const call = salon.newCall()
    await salon.start(call)
    const made = { status: 'success', data: { uid: 'kept', id: {}, status: 'strange', hosts: 'nobody' } }
    control().addFault({
      operation: 'createBooking',
      effect: 'garbage',
      status: 201,
      body: JSON.stringify(made),
    })
    expect(confirmAnswer(await salon.confirm(call))).toMatchObject({ success: true, calcom_uid: 'kept' })
    expect(salon.posts()).toBe(1)
  })

  test('a short answer that a later look proves to be an older booking: the caller is called back, that booking is left alone', async () => {
    const older = await control().bookAsStranger({
      start: '2026-11-28T10:00:00Z',
      eventTypeId: 2563101,
      attendee: { name: 'Max Mustermann', email: 'max@kunden.de', timeZone: 'Europe/Berlin' },
    })
    const call = salon.newCall()
    const { attempt } = await salon.start(call, { email: 'max@kunden.de' })
    control().addFault({
      operation: 'createBooking',
      effect: 'old_booking',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked', done: { calcomUid: older.uid } })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(salon.live().map(({ uid }) => uid)).toEqual([older.uid])
    expect(await salon.appointments()).toMatchObject([{ status: 'cancelled', calcomUid: null }])
    expect(await open()).toMatchObject([
      { kind: 'technical', phone: call.from, reason: expect.stringMatching(/zugesagt.*27\.11\.2026/) },
    ])
  })

  test('a short answer with the uid of a booking that we know is not believed for a moment (I-45)', async () => {
    const first = salon.newCall('+4915112340001')
    await salon.start(first, { name: 'Timo Sander', email: 'gemeinsam@kunden.de', time: '15:00' })
    await salon.confirm(first)
    const [before] = await salon.appointments()
    const second = salon.newCall('+4915112340002')
    await salon.start(second, { name: 'Jonas Brandt', email: 'gemeinsam@kunden.de' })
    control().addFault({
      operation: 'createBooking',
      effect: 'old_booking',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 404 }],
    })
    const answer = confirmAnswer(await salon.confirm(second))
    expect(answer.success).toBe(false)
    expect(answer.message).not.toMatch(bookingWords)
    expect(await salon.appointments()).toEqual([before])
  })

  test('a uid that stays unknown to Cal.com is taken back after its reads had time to catch up, not before', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    const made = { status: 'success', data: { uid: 'never-there', id: 1, status: 'accepted' } }
    control().addFault({
      operation: 'createBooking',
      effect: 'garbage',
      phase: 'before',
      status: 201,
      body: JSON.stringify(made),
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('later')
    expect(await salon.appointments()).toMatchObject([{ status: 'scheduled' }])
    salon.clock.advance(300_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(await salon.appointments()).toMatchObject([{ status: 'cancelled' }])
    expect(await open()).toHaveLength(1)
  })
})

describe('"taken" only when it is', () => {
  const conflict = {
    operation: 'createBooking',
    effect: 'error',
    status: 409,
    phase: 'after',
    shape: 'bare',
    message: 'booking_conflict_error',
  } as const

  test('a request that was repeated on the way and refused by its own booking is booked', async () => {
    for (const hostId of [501, 502])
      control().addBusyTime({ hostId, start: '2026-11-27T13:00:00Z', end: '2026-11-27T13:30:00Z' })
    const call = salon.newCall()
    await salon.start(call)
    control().addFault({ operation: 'createBooking', effect: 'repeated' })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    expect(salon.live()).toHaveLength(1)
  })

  test('a repeated request that two hosts could serve leaves one booking, once the other is heard of', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().addFault({ operation: 'createBooking', effect: 'repeated' })
    const confirmed = await salon.confirm(call)
    expect(confirmed).toMatchObject({ kind: 'booked' })
    const first = control().bookings()[0]!
    const client = await salon.deps.calcom()
    const { deadline } = await salon.context(call)
    const heard = await client.fetchBooking({ uid: first.uid }, { deadline, priority: 'background' })
    expect(await salon.booking.adopt(1, attempt.id, heard)).toEqual({ kind: 'duplicate' })
    expect(salon.live().map(({ uid }) => uid)).toEqual([confirmAnswer(confirmed).calcom_uid])
  })

  test('the list catches up between the looks: booked', async () => {
    const call = salon.newCall()
    await salon.start(call)
    control().setListLag(3_000)
    control().addFault(conflict)
    const patient = salon.process({ refusalPausesMs: [1_000] })
    const confirmed = salon.confirm(call, undefined, patient)
    await expect.poll(() => control().requests('listBookings').length, { timeout: 10_000 }).toBe(1)
    salon.clock.advance(3_000)
    expect(await confirmed).toMatchObject({ kind: 'booked' })
  })

  test.each([
    [
      'cannot be read',
      () => control().addFault({ operation: 'listBookings', effect: 'error', status: 503, times: null }),
    ],
    ['lags', () => control().setListLag(30_000)],
  ])(
    'a conflict while the list %s is unclear, and settled as booked; its callback is closed with it',
    async (_, spoil) => {
      const call = salon.newCall()
      const { attempt } = await salon.start(call)
      spoil()
      control().addFault(conflict)
      const answer = confirmAnswer(await salon.confirm(call))
      expect(answer).toMatchObject({ success: false, error: 'booking_unknown', callback_requested: true })
      expect(answer.message).not.toMatch(taken)
      expect(answer).not.toHaveProperty('alternatives')
      expect(await open()).toHaveLength(1)
      control().clearFaults()
      salon.clock.advance(61_000)
      expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
      expect(await open()).toEqual([])
      expect(await salon.callbackRows()).toMatchObject([{ status: 'done', attemptId: attempt.id }])
      expect(salon.live()).toHaveLength(1)
      expect(await salon.appointments()).toHaveLength(1)
    },
  )

  test('somebody else’s booking in the list is proof: one look, and "taken" at once', async () => {
    const call = salon.newCall()
    await salon.start(call, { staff: 'Clara' })
    await control().bookAsStranger({
      start: '2026-11-27T13:00:00Z',
      eventTypeId: 2563101,
      attendee: { name: 'Erika Web', email: 'e1@web.example', timeZone: 'Europe/Berlin' },
    })
    await control().bookAsStranger({
      start: '2026-11-27T13:00:00Z',
      eventTypeId: 2563101,
      attendee: { name: 'Erika Web', email: 'e2@web.example', timeZone: 'Europe/Berlin' },
    })
    await control().bookAsStranger({
      start: '2026-11-27T13:00:00Z',
      eventTypeId: 2563101,
      attendee: { name: 'Erika Web', email: 'e3@web.example', timeZone: 'Europe/Berlin' },
    })
    control().clearRequests()
    expect(confirmAnswer(await salon.confirm(call))).toMatchObject({ error: 'slot_taken' })
    expect(control().requests('listBookings')).toHaveLength(1)
    expect(await salon.jobs('settle_attempt')).toEqual([])
  })

  test('a booking of theirs that begins when ours ends is no proof: ours is looked for again', async () => {
    const call = salon.newCall()
    await salon.start(call)
    for (const person of ['e1', 'e2', 'e3'])
      await control().bookAsStranger({
        start: '2026-11-27T13:30:00Z',
        eventTypeId: 2563101,
        attendee: { name: 'Erika Web', email: `${person}@web.example`, timeZone: 'Europe/Berlin' },
      })
    control().addFault({
      operation: 'createBooking',
      effect: 'error',
      phase: 'after',
      status: 400,
      message: 'no_available_users_found_error',
    })
    // The list shows the other three, and not yet ours.
    salon.clock.advance(10_000)
    control().setListLag(5_000)
    control().clearRequests()
    await salon.confirm(call)
    expect(control().requests('listBookings').length).toBeGreaterThan(1)
    control().clearFaults()
    salon.clock.advance(120_000)
    expect(await salon.jobs('settle_attempt')).toHaveLength(1)
  })

  test('a booking found after "taken" was said is cancelled, and the one the caller took instead stands', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().setListLag(30_000)
    control().addFault({
      operation: 'createBooking',
      effect: 'error',
      status: 400,
      phase: 'after',
      message: 'One of the hosts either already has booking at this time or is not available',
    })
    expect(confirmAnswer(await salon.confirm(call))).toMatchObject({ error: 'slot_taken' })
    await salon.start(call, { time: '16:00' })
    const second = await salon.confirm(call)
    expect(second).toMatchObject({ kind: 'booked' })
    expect(salon.live()).toHaveLength(2)
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(salon.live().map(({ start }) => start)).toEqual(['2026-11-27T15:00:00.000Z'])
    expect(await salon.appointments()).toHaveLength(1)
    expect(salon.lines.some((line) => line.includes('refused_booking_found'))).toBe(true)
  })

  test('the same found by a webhook or reconcile: cancelled, never adopted', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    for (const hostId of [501, 502, 503])
      control().addBusyTime({ hostId, start: '2026-11-27T13:00:00Z', end: '2026-11-27T13:30:00Z' })
    expect(confirmAnswer(await salon.confirm(call))).toMatchObject({ error: 'slot_taken' })
    control().putHost({ id: 501, name: 'Anna Becker' })
    salon.simulator.control.reset()
    const late = await salon.arriveLate(attempt)
    expect(await salon.booking.adopt(1, attempt.id, late)).toMatchObject({ kind: 'unwanted' })
    expect(salon.live()).toEqual([])
    expect(await salon.appointments()).toEqual([])
  })

  test('where Cal.com will not cancel it, or people have had to do with it, a person decides', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    await salon.run((tx) =>
      salon.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'slot_unavailable' }),
    )
    const late = await salon.arriveLate(attempt)
    control().addFault({
      operation: 'cancelBooking',
      effect: 'error',
      status: 400,
      shape: 'bare',
      message: 'This event type does not allow cancellations',
    })
    expect(await salon.booking.adopt(1, attempt.id, late)).toMatchObject({ kind: 'recorded' })
    expect(await open()).toMatchObject([{ reason: expect.stringContaining('steht aber im Kalender') }])
    expect(await salon.appointments()).toMatchObject([{ calcomUid: late.uid, status: 'scheduled' }])
  })

  test('while Cal.com is down it stays, and the next try ends it', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    await salon.run((tx) =>
      salon.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'slot_unavailable' }),
    )
    const late = await salon.arriveLate(attempt)
    control().addFault({ operation: 'cancelBooking', effect: 'error', status: 503 })
    await expect(salon.booking.adopt(1, attempt.id, late)).rejects.toThrow('unwanted_booking_stands')
    expect(await salon.booking.adopt(1, attempt.id, late)).toMatchObject({ kind: 'unwanted' })
    expect(salon.live()).toEqual([])
  })
})

describe('told as booked while the database is gone', () => {
  test('is written down as soon as it is back, by the process that told it', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.sql(`
      CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the database is gone'; END $$;
      CREATE TRIGGER gone BEFORE UPDATE OF state ON booking_attempts FOR EACH ROW
        WHEN (NEW.state IN ('booked', 'unknown')) EXECUTE FUNCTION gone()`)
    try {
      const answer = confirmAnswer(await salon.confirm(call))
      expect(answer).toMatchObject({ success: true, status: 'confirmed', appointment_id: null })
      expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'executing' })
      expect(await salon.appointments()).toEqual([])
    } finally {
      await salon.sql('DROP TRIGGER gone ON booking_attempts; DROP FUNCTION gone()')
    }
    await expect.poll(() => salon.appointments(), { timeout: 10_000 }).toHaveLength(1)
    expect(await salon.appointments()).toMatchObject([
      { calcomUid: salon.live()[0]!.uid, status: 'scheduled' },
    ])
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'booked' })
    expect(salon.live()).toHaveLength(1)
  })
})

test('the same yes twice at once is refused twice: what the first hears is not booked for the second', async () => {
  const call = salon.newCall()
  const { attempt } = await salon.start(call)
  control().addFault({
    operation: 'createBooking',
    effect: 'error',
    status: 400,
    message: 'User either already has booking at this time or is not available',
  })
  control().setLatency(300, 'createBooking')
  const other = salon.process()
  const [first, second] = await Promise.all([
    salon.confirm(call, attempt.id),
    salon.confirm(call, attempt.id, other),
  ])
  control().clearFaults()
  expect([confirmAnswer(first).error, confirmAnswer(second).error]).toEqual(['slot_taken', 'slot_taken'])
  expect(salon.posts()).toBe(1)
  expect(salon.live()).toEqual([])
})

test('a yes that waited for the refusal of another raises no alarm of its own, whatever is listed by then', async () => {
  const call = salon.newCall()
  const { attempt } = await salon.start(call)
  await salon.attempts.claim(1, attempt.id)
  const wait = vi.spyOn(salon.booking.attempts, 'waitUntilSettled')
  const waiting = salon.confirm(call, attempt.id)
  await expect.poll(() => wait.mock.calls.length).toBe(1)
  wait.mockRestore()
  // Refused by the other process, which has not let go of the held time yet: for this call it is free.
  await salon.run((tx) =>
    salon.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'slot_unavailable' }),
  )
  expect(confirmAnswer(await waiting)).toMatchObject({ success: false, error: 'slot_taken' })
  expect(salon.lines.filter((line) => line.includes('listed_time_refused'))).toEqual([])
})

describe('another start than asked for', () => {
  test('whose cancellation fails is told as unclear, and settled until both sides agree', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().addFault({ operation: 'createBooking', effect: 'other_start' })
    control().addFault({ operation: 'cancelBooking', effect: 'error', status: 503, times: 3 })
    const answer = confirmAnswer(await salon.confirm(call))
    expect(answer).toMatchObject({ success: false, error: 'booking_unknown', callback_requested: true })
    expect(await open()).toHaveLength(1)
    expect(await salon.appointments()).toEqual([])
    expect(await salon.attempt(attempt.id)).toMatchObject({ calcomUid: salon.live()[0]!.uid })
    // Asking again does not make fourteen o'clock of it.
    expect(await salon.confirm(call, attempt.id)).toMatchObject({ kind: 'unknown' })
    for (const expected of ['later', 'later', 'rejected']) {
      salon.clock.advance(61_000)
      expect(await salon.booking.settle(attempt.id, 1)).toBe(expected)
    }
    expect(salon.live()).toEqual([])
    expect(await salon.appointments()).toEqual([])
    expect(await open()).toMatchObject([{ reason: expect.stringContaining('nicht eingetragen') }])
  })

  test('behind a short answer: told, then seen, taken back, cancelled at Cal.com, and the caller is called back', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    control().addFault({ operation: 'cancelBooking', effect: 'error', status: 503 })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(await salon.appointments()).toMatchObject([{ status: 'cancelled' }])
    expect(await open()).toMatchObject([{ reason: expect.stringContaining('zugesagt') }])
    // Cal.com would not cancel it the first time.
    expect(await salon.booking.settle(attempt.id, 1)).toBe('later')
    expect(salon.live()).toHaveLength(1)
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(salon.live()).toEqual([])
    expect(await open()).toHaveLength(1)
  })

  test('taken back, and then moved by the business before we could end it: it stands, as it is, and a person still calls', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(await salon.appointments()).toMatchObject([{ status: 'cancelled', icalSequence: 1 }])
    const [stray] = salon.live()
    await control().moveInPlace(stray!.uid, { start: '2026-11-27T15:30:00Z' })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
    expect(salon.live()).toHaveLength(1)
    expect(await salon.appointments()).toMatchObject([
      {
        status: 'scheduled',
        appointmentDatetime: new Date('2026-11-27T15:30:00Z'),
        cancelledAt: null,
        cancellationReason: null,
        icalSequence: 2,
      },
    ])
    expect(await open()).toMatchObject([{ reason: expect.stringContaining('neu vereinbaren') }])
  })

  test('confirmed by the business before anybody looked: it stands, and a person tells the caller', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().putEventType({
      id: 2563101,
      title: 'Herrenhaarschnitt',
      lengthInMinutes: 30,
      requiresConfirmation: true,
    })
    control().addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    expect((await salon.confirm(call)).kind).toMatch(/booked|pending/)
    const [live] = control().bookings()
    salon.clock.advance(61_000)
    await control().confirmAsHost(live!.uid)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
    expect(control().bookings()).toMatchObject([{ uid: live!.uid }])
    expect(await open()).toMatchObject([{ reason: expect.stringContaining('zu einer anderen Zeit') }])
    expect((await salon.attempt(attempt.id)).verifyAt).toBeNull()
  })

  test('two jobs that look at once: what one has taken back, the other does not postpone', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    control().addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }],
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    salon.clock.advance(61_000)
    const before = await salon.attempt(attempt.id)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    // The other one was not answered, and writes when to look again.
    const later = new Date(salon.clock.now().getTime() + 30_000)
    await salon.run((tx) => salon.attempts.verifyAgainAt(tx, before!, later))
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'unknown', verifyAt: null })
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
    expect(salon.live()).toEqual([])
  })
})
