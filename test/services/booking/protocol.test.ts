/** One wish, one booking: every outcome of a request to Cal.com, and every way to ask twice (design section 7). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { confirmAnswer } from '../../../src/functions/answers/booking.ts'
import { openBooking, wish } from './kit.ts'

let salon: Awaited<ReturnType<typeof openBooking>>
beforeAll(async () => {
  salon = await openBooking()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const bookingWords = /gebucht|bestätigt/i
/** Long enough to look a lost booking up, short enough for a test. */
const budgetMs = 3_000

describe('done', () => {
  test('a confirmed draft is booked once, with our id in its metadata, and written down whole', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    const confirmed = await salon.confirm(call)

    expect(confirmed).toMatchObject({ kind: 'booked', again: false })
    const [live] = salon.live()
    expect(salon.live()).toHaveLength(1)
    expect(live?.metadata).toEqual({
      booking_id: attempt.id,
      call_id: call.callId,
      source: 'retell_voice_agent',
      booking_timezone: 'Europe/Berlin',
      company_id: '1',
    })
    const [appointment] = await salon.appointments()
    expect(appointment).toMatchObject({
      calcomUid: live?.uid,
      calcomBookingId: live?.id,
      status: 'scheduled',
      callId: call.callId,
      bookingAttemptId: attempt.id,
      attendeeName: 'Max Mustermann',
      appointmentDatetime: new Date('2026-11-27T13:00:00Z'),
      endsAt: new Date('2026-11-27T13:30:00Z'),
    })
    expect(appointment?.staffId).not.toBeNull()
    expect(await salon.changes(appointment!.id)).toMatchObject([{ kind: 'created', actor: 'caller' }])
    expect(await salon.attempt(attempt.id)).toMatchObject({
      state: 'booked',
      calcomUid: live?.uid,
      leaseUntil: null,
    })
    expect(await salon.jobs('appointment_notifications')).toMatchObject([
      { payload: { appointmentId: Number(appointment!.id), kind: 'booked', company_id: 1 } },
    ])
    const row = await salon.run((tx) => tx.call.findUniqueOrThrow({ where: { retellCallId: call.callId } }))
    expect(row).toMatchObject({ appointmentMade: true, customerId: appointment?.customerId })
    // The hold has done its work.
    expect(salon.simulator.control.reservations()).toEqual([])
  })

  test('I-65 a booking lasts as long as its service, not a default', async () => {
    const call = salon.newCall()
    await salon.start(call, { service: 'Dauerwelle', time: '9 Uhr' })
    await salon.confirm(call)
    const [appointment] = await salon.appointments()
    expect(appointment).toMatchObject({ durationMinutes: 135, endsAt: new Date('2026-11-27T10:15:00Z') })
  })

  test('a booking that the business must confirm is told as such, never as booked', async () => {
    salon.simulator.control.putEventType({
      id: 2563101,
      title: 'Herrenhaarschnitt',
      lengthInMinutes: 30,
      requiresConfirmation: true,
    })
    const call = salon.newCall()
    await salon.start(call)
    const confirmed = await salon.confirm(call)
    const answer = confirmAnswer(confirmed)
    expect(answer).toMatchObject({ success: true, status: 'pending' })
    expect(answer.message).not.toMatch(bookingWords)
    expect(await salon.appointments()).toMatchObject([{ status: 'pending' }])
  })
})

describe('the answer gets lost', () => {
  test.each([
    ['hangs after the work', { effect: 'hang', phase: 'after' }],
    ['is a 500 after the work', { effect: 'error', status: 500, phase: 'after', shape: 'bare' }],
    ['is a 503 after the work', { effect: 'error', status: 503, phase: 'after' }],
    ['is a reset connection after the work', { effect: 'reset', phase: 'after' }],
    ['is garbage', { effect: 'garbage' }],
    ['is cut in half', { effect: 'truncate' }],
  ] as const)('I-49 a booking whose answer %s is found and told as booked', async (_, fault) => {
    const call = { ...salon.newCall(), budgetMs }
    await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', ...fault })
    const confirmed = await salon.confirm(call)
    expect(confirmed).toMatchObject({ kind: 'booked' })
    expect(salon.live()).toHaveLength(1)
    expect(await salon.appointments()).toHaveLength(1)
    expect(salon.posts()).toBe(1)
  })

  test.each([
    ['hangs', { effect: 'hang' }],
    ['is a 503', { effect: 'error', status: 503 }],
    ['is a reset connection', { effect: 'reset' }],
  ] as const)(
    'I-50 a request that %s before the work is never told as booked, and is settled as absent',
    async (_, fault) => {
      const call = { ...salon.newCall(), budgetMs }
      const { attempt } = await salon.start(call)
      salon.simulator.control.addFault({ operation: 'createBooking', ...fault })
      const confirmed = await salon.confirm(call)

      expect(confirmed).toMatchObject({ kind: 'unknown', canCallBack: true, promised: true })
      expect(confirmAnswer(confirmed)).toMatchObject({
        success: false,
        error: 'booking_unknown',
        fallback: 'callback_request',
      })
      expect(confirmAnswer(confirmed).message).not.toMatch(bookingWords)
      expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'unknown' })
      expect(await salon.jobs('settle_attempt')).toMatchObject([{ payload: { attemptId: attempt.id } }])
      expect(await salon.callbackRows()).toMatchObject([{ kind: 'technical', phone: call.from }])

      // While it is unknown no second request leaves the house, whoever asks and however often.
      expect((await salon.start(call)).attempt.id).toBe(attempt.id)
      expect(await salon.confirm(call, attempt.id)).toMatchObject({ kind: 'unknown' })
      expect(salon.posts()).toBe(1)

      expect(await salon.booking.settle(attempt.id, 1)).toBe('later')
      salon.clock.advance(61_000)
      expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
      expect(await salon.appointments()).toEqual([])
      // Now the wish is free again.
      await salon.start(call)
      expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
      expect(salon.live()).toHaveLength(1)
    },
  )

  test('a booking that Cal.com carries out after we gave up is adopted, and a repeat of the caller finds it', async () => {
    const call = { ...salon.newCall(), budgetMs }
    const { attempt } = await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'reset' })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'unknown' })
    const late = await salon.arriveLate(attempt)
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked', done: { calcomUid: late.uid } })
    expect(await salon.booking.settle(attempt.id, 1)).toBe('nothing')
    expect(await salon.appointments()).toHaveLength(1)
  })

  test('a list that cannot be read proves nothing: the attempt stays unknown', async () => {
    const call = { ...salon.newCall(), budgetMs }
    const { attempt } = await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'reset' })
    salon.simulator.control.addFault({ operation: 'listBookings', effect: 'error', status: 500, times: null })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'unknown' })
    salon.clock.advance(120_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('later')
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'unknown' })
  })
})

describe('refused', () => {
  test('I-44 a slot lost between summary and booking is told as taken, with alternatives in the same answer', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    for (const hostId of [501, 502, 503])
      salon.simulator.control.addBusyTime({
        hostId,
        start: '2026-11-27T13:00:00Z',
        end: '2026-11-27T13:30:00Z',
      })
    const confirmed = await salon.confirm(call)
    const answer = confirmAnswer(confirmed)
    expect(answer).toMatchObject({ success: false, error: 'slot_taken', status: 'slot_taken' })
    expect(answer.alternatives).not.toEqual([])
    expect(answer.message).not.toMatch(bookingWords)
    expect(answer.message).toMatch(/nicht mehr frei/)
    expect(await salon.attempt(attempt.id)).toMatchObject({
      state: 'rejected',
      errorCode: 'slot_unavailable',
    })
    expect(await salon.appointments()).toEqual([])
  })

  test('I-45 an older booking of another call in the answer is never taken for ours', async () => {
    const first = salon.newCall('+4915112340001')
    await salon.start(first, { name: 'Timo Sander', email: 'gemeinsam@kunden.de' })
    await salon.confirm(first)
    const [before] = await salon.appointments()

    const second = salon.newCall('+4915112340002')
    await salon.start(second, { name: 'Jonas Brandt', email: 'gemeinsam@kunden.de' })
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'old_booking' })
    const confirmed = await salon.confirm(second)
    expect(confirmAnswer(confirmed)).toMatchObject({ success: false, error: 'slot_taken' })
    expect(await salon.appointments()).toEqual([before])
    expect(salon.live()).toHaveLength(1)
  })

  test('I-46 a refusal because of our own earlier request is a success', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    const earlier = await salon.arriveLate(attempt)
    // The slot is gone because it is ours.
    salon.simulator.control.addFault({
      operation: 'createBooking',
      effect: 'error',
      status: 400,
      message: 'One of the hosts either already has booking at this time or is not available',
    })
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked', done: { calcomUid: earlier.uid } })
    expect(salon.live()).toHaveLength(1)
  })

  test('a 429 gives the draft back, and the next confirmation books it', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'error', status: 429 })
    const confirmed = await salon.confirm(call)
    expect(confirmed.kind).toBe('calendar_busy')
    expect(confirmAnswer(confirmed).message).not.toMatch(bookingWords)
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'draft' })
    salon.clock.advance(61_000)
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
    expect(salon.live()).toHaveLength(1)
  })

  test('I-56 a refusal that is our mistake offers a callback, raises an alarm and is not called taken', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    salon.simulator.control.addFault({
      operation: 'createBooking',
      effect: 'error',
      status: 400,
      message: 'responses - {title}error_required_field, ',
    })
    const confirmed = await salon.confirm(call)
    expect(confirmAnswer(confirmed)).toMatchObject({
      success: false,
      error: 'booking_refused',
      fallback: 'callback_request',
    })
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'rejected' })
    expect(salon.lines.some((line) => line.includes('"alarm":"booking_refused"'))).toBe(true)
  })

  test('I-41 Cal.com’s "too soon" is a notice answer with alternatives, no technical fault', async () => {
    const call = salon.newCall()
    await salon.start(call, { date: 'heute', time: '10:00' })
    salon.clock.advance(50 * 60_000)
    await salon.run((tx) => tx.bookingAttempt.updateMany({ where: {}, data: { expiresAt: null } }))
    salon.simulator.control.addFault({
      operation: 'createBooking',
      effect: 'error',
      status: 400,
      message: 'The event type can\'t be booked at the "start" time provided. It is too soon.',
    })
    const answer = confirmAnswer(await salon.confirm(call))
    expect(answer).toMatchObject({
      success: false,
      error: 'booking_notice_violation',
      minimum_notice_minutes: 15,
    })
    expect(answer.alternatives).not.toEqual([])
  })

  test('an outage that is known beforehand sends nothing and keeps the draft', async () => {
    const call = { ...salon.newCall(), budgetMs }
    const { attempt } = await salon.start(call)
    const posts = salon.posts()
    const down = salon.process({
      calcom: async () => {
        const { CalcomError } = await import('../../../src/calcom/errors.ts')
        throw new CalcomError({ kind: 'unavailable', reason: 'breaker_open', operation: 'book' })
      },
    })
    const confirmed = await salon.confirm(call, attempt.id, down)
    expect(confirmAnswer(confirmed)).toMatchObject({
      success: false,
      error: 'calendar_unavailable',
      fallback: 'callback_request',
    })
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'draft' })
    expect(salon.posts()).toBe(posts)
    expect(await salon.confirm(call)).toMatchObject({ kind: 'booked' })
  })
})

describe('asked twice', () => {
  test('I-58 confirming twice books once and answers the same', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    const first = confirmAnswer(await salon.confirm(call))
    expect(confirmAnswer(await salon.confirm(call))).toEqual(first)
    expect(confirmAnswer(await salon.confirm(call, attempt.id))).toEqual(first)
    expect(salon.posts()).toBe(1)
  })

  test('I-46 two confirmations at once in one process share one request', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    salon.simulator.control.setLatency(150, 'createBooking')
    const answers = await Promise.all([1, 2, 3].map(() => salon.confirm(call, attempt.id)))
    expect(answers.map(({ kind }) => kind)).toEqual(['booked', 'booked', 'booked'])
    expect(new Set(answers.map((one) => confirmAnswer(one).calcom_uid)).size).toBe(1)
    expect(salon.posts()).toBe(1)
    expect(await salon.appointments()).toHaveLength(1)
  })

  test('I-46 two confirmations at once in two processes book once, and both hear it', async () => {
    const call = { ...salon.newCall(), budgetMs }
    const { attempt } = await salon.start(call)
    salon.simulator.control.setLatency(200, 'createBooking')
    const other = salon.process()
    const answers = await Promise.all([
      salon.confirm(call, attempt.id),
      salon.confirm(call, attempt.id, other),
    ])
    expect(answers.map(({ kind }) => kind)).toEqual(['booked', 'booked'])
    expect(salon.posts()).toBe(1)
  })

  test('a duplicate whose first request takes too long says so instead of booking again', async () => {
    const call = { ...salon.newCall(), budgetMs: 600 }
    const { attempt } = await salon.start({ ...call, budgetMs })
    await salon.attempts.claim(1, attempt.id)
    const confirmed = await salon.confirm(call, attempt.id)
    expect(confirmed.kind).toBe('in_progress')
    expect(confirmAnswer(confirmed).message).not.toMatch(bookingWords)
    expect(salon.posts()).toBe(0)
  })

  test('I-46 the same start twice, also at once, leads to one draft and one hold', async () => {
    const call = salon.newCall()
    await salon.context(call)
    const ids = (await Promise.all([salon.start(call), salon.start(call), salon.start(call)])).map(
      ({ attempt }) => attempt.id,
    )
    ids.push((await salon.start(call)).attempt.id)
    expect(new Set(ids).size).toBe(1)
    expect(salon.simulator.control.reservations()).toHaveLength(1)
  })

  test('two drafts of one wish that were both confirmed still book once', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    // A second draft of the same wish, as a race of two processes could leave it.
    const {
      id: _id,
      createdAt: _created,
      updatedAt: _updated,
      state: _state,
      result: _result,
      ...copy
    } = attempt
    const twin = await salon.run((tx) => salon.attempts.create(tx, { ...copy, kind: 'book' }))
    salon.simulator.control.setLatency(100, 'createBooking')
    const answers = await Promise.all([
      salon.confirm(call, attempt.id),
      salon.confirm(call, twin.id, salon.process()),
    ])
    expect(answers.map(({ kind }) => kind)).toEqual(['booked', 'booked'])
    expect(await salon.confirm(call, twin.id)).toMatchObject({ kind: 'booked' })
    expect(salon.live()).toHaveLength(1)
    expect(await salon.appointments()).toHaveLength(1)
  })

  test('starting again what has been booked returns the booking, and books nothing', async () => {
    const call = salon.newCall()
    await salon.start(call)
    const first = confirmAnswer(await salon.confirm(call))
    const again = await salon.start(call)
    expect(again).toMatchObject({ again: 'booked', attempt: { id: first.booking_id } })
    expect(confirmAnswer(await salon.confirm(call, again.attempt.id))).toEqual(first)
    expect(salon.posts()).toBe(1)
  })

  test('a success is replayed only while it stands: cancelled since, and the wish can be booked anew', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.confirm(call)
    const [live] = salon.live()
    await salon.simulator.control.cancelAsHost(live!.uid)
    await salon.run((tx) => tx.appointment.updateMany({ where: {}, data: { status: 'cancelled' } }))
    expect(confirmAnswer(await salon.confirm(call, attempt.id))).toMatchObject({
      success: false,
      error: 'booking_cancelled',
    })
    const anew = await salon.start(call)
    expect(anew.attempt.id).not.toBe(attempt.id)
    expect(await salon.confirm(call, anew.attempt.id)).toMatchObject({ kind: 'booked', again: false })
    expect(salon.live()).toHaveLength(1)
  })
})

describe('our side fails after Cal.com has booked', () => {
  test('I-49 a database that refuses the rows leaves a success with the uid, and the repair makes exactly one row', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON appointments FOR EACH ROW EXECUTE FUNCTION refuse()`)
    let answer: ReturnType<typeof confirmAnswer>
    try {
      answer = confirmAnswer(await salon.confirm(call))
    } finally {
      await salon.sql('DROP TRIGGER refuse ON appointments; DROP FUNCTION refuse()')
    }
    const [live] = salon.live()
    expect(answer).toMatchObject({
      success: true,
      status: 'confirmed',
      calcom_uid: live?.uid,
      appointment_id: null,
    })
    expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'unknown', calcomUid: live?.uid })
    expect(await salon.appointments()).toEqual([])

    expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
    expect(await salon.booking.settle(attempt.id, 1)).toBe('nothing')
    expect(await salon.appointments()).toMatchObject([
      { calcomUid: live?.uid, attendeeName: 'Max Mustermann' },
    ])
    expect(salon.live()).toHaveLength(1)
  })

  test('I-16 I-59 a cache that fails after the booking changes nothing about the success', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    const { availability } = salon
    const broken = salon.process({
      availability: {
        fetchLive: availability.fetchLive.bind(availability),
        load: availability.load.bind(availability),
        earliestBookable: availability.earliestBookable.bind(availability),
        offers: availability.offers,
        callTimes: availability.callTimes,
        lengths: availability.lengths,
        markChanged: async () => {
          throw new Error('cache is gone')
        },
      },
    })
    expect(await salon.confirm(call, attempt.id, broken)).toMatchObject({ kind: 'booked' })
    expect(await salon.appointments()).toHaveLength(1)
  })

  test('a process killed before it asked Cal.com leaves a lease that runs out into "not booked"', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    expect(await salon.attempts.claim(1, attempt.id)).toMatchObject({ kind: 'claimed' })
    expect(await salon.booking.settle(attempt.id, 1)).toBe('later')
    salon.clock.advance(61_000)
    expect(await salon.attempts.loadExpiredLeases(10)).toMatchObject([
      { id: attempt.id, companyId: 1, kind: 'book' },
    ])
    expect(await salon.booking.settle(attempt.id, 1)).toBe('rejected')
  })

  test('a process killed after Cal.com booked leaves a lease that runs out into the appointment', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    const made = await salon.arriveLate(attempt)
    salon.clock.advance(61_000)
    expect(await salon.booking.settle(attempt.id, 1)).toBe('booked')
    expect(await salon.appointments()).toMatchObject([{ calcomUid: made.uid, callId: call.callId }])
    expect(await salon.jobs('appointment_notifications')).toHaveLength(1)
  })

  test('two jobs that settle one attempt at once write one appointment', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    await salon.arriveLate(attempt)
    salon.clock.advance(61_000)
    const outcomes = await Promise.all([1, 2, 3].map(() => salon.process().settle(attempt.id, 1)))
    expect(outcomes.filter((outcome) => outcome === 'booked')).toHaveLength(1)
    expect(await salon.appointments()).toHaveLength(1)
  })
})

describe('the webhook of our own booking', () => {
  test('I-60 coming before our own commit, and twice, it makes one appointment and one mail job', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    const made = await salon.arriveLate(attempt)
    const outcomes = await Promise.all([
      salon.booking.adopt(1, attempt.id, made),
      salon.process().adopt(1, attempt.id, made),
    ])
    expect(outcomes.map((one) => one.kind)).toEqual(['recorded', 'recorded'])
    expect(outcomes.filter((one) => one.kind === 'recorded' && one.first)).toHaveLength(1)
    expect(await salon.appointments()).toHaveLength(1)
    expect(await salon.jobs('appointment_notifications')).toHaveLength(1)
    expect(await salon.confirm(call, attempt.id)).toMatchObject({ kind: 'booked', again: true })
  })

  test('a second live booking of one wish is cancelled at Cal.com', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.confirm(call)
    const second = await salon.arriveLate(attempt)
    expect(salon.live()).toHaveLength(2)
    expect(await salon.booking.adopt(1, attempt.id, second)).toEqual({ kind: 'duplicate' })
    expect(salon.live()).toHaveLength(1)
    expect(salon.live()[0]?.uid).not.toBe(second.uid)
    expect(await salon.appointments()).toHaveLength(1)
  })

  test('a row that a webhook wrote as a foreign booking is completed, not doubled', async () => {
    const call = salon.newCall()
    const { attempt } = await salon.start(call)
    await salon.attempts.claim(1, attempt.id)
    const made = await salon.arriveLate(attempt)
    await salon.run(async (tx) => {
      const customer = await tx.customer.create({ data: { companyId: 1, name: 'Web', source: 'web' } })
      await tx.appointment.create({
        data: {
          companyId: 1,
          customerId: customer.id,
          serviceId: attempt.serviceId!,
          appointmentDatetime: attempt.startAt!,
          endsAt: attempt.endAt!,
          calcomUid: made.uid,
          source: 'web',
        },
      })
    })
    await salon.booking.adopt(1, attempt.id, made)
    expect(await salon.appointments()).toMatchObject([
      { calcomUid: made.uid, callId: call.callId, attendeeName: 'Max Mustermann', source: 'retell_webhook' },
    ])
  })
})

test('I-74 names, numbers and addresses of a booking reach no log line', async () => {
  const call = { ...salon.newCall('+4915112349876'), budgetMs }
  await salon.start(call, { name: 'Friederike Unverwechselbar', email: 'friederike@unverwechselbar.de' })
  salon.simulator.control.addFault({ operation: 'createBooking', effect: 'reset' })
  await salon.confirm(call)
  const text = salon.lines.join('\n')
  expect(text).not.toMatch(/Friederike|Unverwechselbar|15112349876/i)
})

test('every wish of the tests above is spoken without a code, a colon or an ISO date', async () => {
  const call = salon.newCall()
  const { attempt, booking } = await salon.start(call)
  const answers = [
    confirmAnswer({ kind: 'unknown', attempt, canCallBack: true, promised: true }),
    confirmAnswer({ kind: 'unknown', attempt, canCallBack: false, promised: true }),
    confirmAnswer({ kind: 'in_progress', attempt, booking }),
    confirmAnswer({ kind: 'calendar_busy', attempt }),
    confirmAnswer({ kind: 'calendar_unavailable', attempt }),
    confirmAnswer({ kind: 'refused', attempt }),
    confirmAnswer({ kind: 'released', attempt }),
    confirmAnswer({ kind: 'release_too_late', attempt, booking }),
    confirmAnswer({ kind: 'this_one', attempt, booking }),
    confirmAnswer({
      kind: 'which',
      drafts: [
        { id: attempt.id, booking },
        { id: attempt.id, booking },
      ],
    }),
    confirmAnswer({ kind: 'nothing_open' }),
  ]
  for (const { message } of answers) {
    expect(message).not.toMatch(bookingWords)
    expect(message).not.toMatch(/\d{4}-\d|\d:\d|temp_|undefined|null/)
  }
  expect(wish.name).toBe(booking.customer)
})
