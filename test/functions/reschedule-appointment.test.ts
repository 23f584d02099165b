import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelAppointment } from '../../src/functions/cancel-appointment.ts'
import { rescheduleAppointment } from '../../src/functions/reschedule-appointment.ts'
import { openSalon, type Salon, stranger } from '../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const toSaturday = { new_date: 'Samstag', new_time: '11:00', confirmed: true }

describe('the ordinary way', () => {
  test('I-53 the appointment keeps its row and gets the new uid; a later cancellation uses that one', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const answer = await salon.ask(rescheduleAppointment, toSaturday)
    expect(answer).toMatchObject({
      success: true,
      status: 'rescheduled',
      appointment_id: Number(booked.id),
      old_appointment: { date: '2026-11-27', time: '10:00' },
      new_appointment: { date: '2026-11-28', time: '11:00' },
      altes_datum: 'Freitag, den 27. November',
      alte_uhrzeit: '10 Uhr',
      neues_datum: 'Samstag, den 28. November',
      neue_uhrzeit: '11 Uhr',
      policy_violation: false,
    })
    expect(answer.message).toMatch(
      /^Ihr Termin für Herrenhaarschnitt ist verschoben auf Samstag, den 28. November um 11 Uhr bei \S+ \S+\.$/,
    )
    const [live, ...more] = salon.live()
    expect(more).toHaveLength(0)
    expect(live).toMatchObject({ start: '2026-11-28T10:00:00.000Z', rescheduledFromUid: booked.calcomUid })
    expect(await salon.appointment(booked.id)).toMatchObject({
      calcomUid: live!.uid,
      appointmentDatetime: new Date('2026-11-28T10:00:00Z'),
      endsAt: new Date('2026-11-28T10:30:00Z'),
      rescheduleCount: 1,
      icalSequence: 1,
      status: 'scheduled',
    })
    expect(await salon.changes(booked.id)).toMatchObject([
      { kind: 'rescheduled', fromUid: booked.calcomUid, toUid: live!.uid, actor: 'caller' },
    ])
    expect(await salon.jobs('appointment_notifications')).toMatchObject([
      { payload: { kind: 'rescheduled' } },
    ])

    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({ success: true })
    expect(salon.live()).toHaveLength(0)
  })

  test('one request for slots, one look and one for the move', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.clearRequests()
    await salon.ask(rescheduleAppointment, toSaturday)
    expect(salon.simulator.control.requests().map((request) => request.operation)).toEqual([
      'getSlots',
      // What is moved is looked at right before: it may have changed, or others may be in it.
      'getBooking',
      'rescheduleBooking',
    ])
  })

  test('I-54 two appointments and no old date: asks which, moves none; with the old date that one moves', async () => {
    const tuesday = await salon.book({ at: '2026-12-01 10:00' })
    const thursday = await salon.book({ at: '2026-12-03 14:00' })
    const wish = { new_date: '2.12.', new_time: '10:00' }
    expect(await salon.ask(rescheduleAppointment, wish)).toMatchObject({
      success: false,
      status: 'multiple_found',
    })
    expect(await salon.ask(rescheduleAppointment, { ...wish, old_date: '1.12.' })).toMatchObject({
      success: true,
      appointment_id: Number(tuesday.id),
    })
    expect(await salon.appointment(thursday.id)).toMatchObject({
      appointmentDatetime: new Date('2026-12-03T13:00:00Z'),
    })
  })

  test('I-54 the own slot is no conflict: half an hour later, into the own appointment', async () => {
    // All three hosts are busy but for the own appointment, which a two-hour service half overlaps.
    const own = await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
    expect(
      await salon.ask(rescheduleAppointment, { new_date: 'Freitag', new_time: '10:30', confirmed: true }),
    ).toMatchObject({
      success: true,
      appointment_id: Number(own.id),
      new_appointment: { time: '10:30' },
    })
  })

  test('I-54 the same clock time on another day is a change; the very same time is none', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(rescheduleAppointment, { new_date: 'Freitag', new_time: '10 Uhr' })).toMatchObject(
      { success: true, status: 'unchanged' },
    )
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(0)
    expect(
      await salon.ask(rescheduleAppointment, { new_date: 'Samstag', new_time: '10 Uhr', confirmed: true }),
    ).toMatchObject({ status: 'rescheduled' })
  })
})

describe('what is still missing', () => {
  test('no new time: the appointment is named and the time asked for', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(rescheduleAppointment)).toMatchObject({
      success: false,
      status: 'needs_new_time',
      message:
        'Ihr Termin ist am Freitag, den 27. November um 10 Uhr. Auf welchen Tag und welche Uhrzeit soll ich ihn verschieben?',
    })
  })

  test('a clock time without a day is not taken for the same day', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(rescheduleAppointment, { new_time: '15 Uhr' })).toMatchObject({
      success: false,
      status: 'needs_new_time',
      message: 'An welchem Tag möchten Sie um 15 Uhr kommen?',
    })
  })

  test('a day with a part of it: free times in that part are offered', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const answer = await salon.ask(rescheduleAppointment, { new_date: '26.11.', new_time: 'nachmittags' })
    expect(answer).toMatchObject({ success: false, status: 'needs_new_time' })
    const times = (answer.alternatives as Array<{ date: string; time: string }>).map((one) => one.time)
    expect(times.length).toBeGreaterThan(0)
    expect(times.every((time) => time >= '12:00' && time < '18:00')).toBe(true)
    expect(answer.message).toMatch(/^Am Donnerstag, den 26\. November wäre .* frei\. Was passt Ihnen\?$/)
  })

  test('a time in the past is asked about again', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(rescheduleAppointment, { new_date: 'heute', new_time: '08:00' })).toMatchObject({
      success: false,
      error: 'past_time',
    })
  })

  test('confirmed=false checks everything and moves nothing', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(rescheduleAppointment, { ...toSaturday, confirmed: 'false' })).toMatchObject({
      success: false,
      status: 'ready_for_confirmation',
      new_appointment: { date: '2026-11-28', time: '11:00' },
      message:
        'Soll ich Ihren Termin am Freitag, den 27. November um 10 Uhr auf Samstag, den 28. November um 11 Uhr verschieben?',
    })
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(0)
  })
})

test('a booking that Cal.com denies and shows a moment later has not moved; nobody is called back for it', async () => {
  await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
  salon.simulator.control.addFault({ operation: 'getBooking', effect: 'error', status: 404 })
  expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
    success: false,
    error: 'calendar_unavailable',
  })
  expect(await salon.callbackRows()).toEqual([])
  expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({ status: 'rescheduled' })
})

describe('what a move leaves as it is', () => {
  test.each([
    [
      { staff: 'Anna' },
      /^Beim Verschieben kann ich die Person nicht wechseln(, der Termin bleibt bei .+)?\. Soll ich nur die Zeit ändern\?$/,
    ],
    [
      { new_service: 'Herrenhaarschnitt und Bartpflege' },
      /^Beim Verschieben kann ich die Leistung nicht ändern, es bleibt bei Dauerwelle\. Soll ich nur die Zeit ändern\?$/,
    ],
  ])('%j is refused, and nothing is moved', async (wished, message) => {
    await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
    for (const when of [toSaturday, { new_date: '2026-11-27', new_time: '10:00' }]) {
      const answer = await salon.ask(rescheduleAppointment, { ...when, ...wished })
      expect(answer).toMatchObject({ success: false, error: 'only_time_moves' })
      expect(answer.message).toMatch(message)
    }
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(0)
  })

  test.each([{ staff: 'egal' }, { new_service: 'Dauerwelle' }])(
    '%j changes nothing about the move',
    async (wished) => {
      await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
      expect(await salon.ask(rescheduleAppointment, { ...toSaturday, ...wished })).toMatchObject({
        status: 'rescheduled',
      })
    },
  )
})

describe('not free', () => {
  test('a day on which it is never open is said to be that', async () => {
    await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
    const answer = await salon.ask(rescheduleAppointment, { new_date: '2026-11-29', new_time: '10:00' })
    expect(answer).toMatchObject({ success: false, error: 'slot_taken' })
    expect(answer.message).toMatch(
      /^Sonntags haben wir geschlossen, Ihr bisheriger Termin bleibt bestehen\. /,
    )
  })

  test('a taken slot keeps the old appointment and offers the nearest times', async () => {
    await salon.book({ at: '2026-11-27 10:00', service: 'Dauerwelle' })
    await salon.book({ at: '2026-11-28 11:00', service: 'Dauerwelle', phone: stranger, name: 'Eva Stein' })
    const answer = await salon.ask(rescheduleAppointment, toSaturday)
    expect(answer).toMatchObject({
      success: false,
      status: 'unavailable',
      error: 'slot_taken',
      available: false,
    })
    expect(answer.message).toMatch(
      /^Am Samstag, den 28\. November um 11 Uhr ist leider nichts frei, Ihr bisheriger Termin bleibt bestehen\./,
    )
    const offered = answer.alternatives as Array<{ date: string; time: string }>
    expect(offered.length).toBeGreaterThan(0)
    expect(offered).not.toContainEqual(expect.objectContaining({ date: '2026-11-28', time: '11:00' }))
    expect(salon.live()).toHaveLength(2)
  })

  test('a slot that goes between check and move is answered with fresh alternatives', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({
      operation: 'rescheduleBooking',
      effect: 'error',
      status: 400,
      message: 'User either already has booking at this time or is not available',
    })
    const answer = await salon.ask(rescheduleAppointment, toSaturday)
    expect(answer).toMatchObject({ success: false, status: 'unavailable' })
    expect(answer.message).toContain('Ihr bisheriger Termin bleibt bestehen')
    expect(await salon.attemptRows()).toMatchObject([{ kind: 'reschedule', state: 'rejected' }])
  })
})

describe('rules', () => {
  test('I-81 too late is said before the new time is asked for, and a person calls back', async () => {
    await salon.book({ at: '2026-11-24 16:00' })
    expect(await salon.ask(rescheduleAppointment)).toMatchObject({
      success: false,
      status: 'denied',
      reason: 'deadline_missed',
      policy_violation: true,
      message:
        'Verschieben ist nur bis 12 Stunden vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. Darf ich Sie zurückrufen?',
    })
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'policy' }])
  })

  test('I-81 the fourth move is refused where three are allowed', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.sql('UPDATE appointments SET reschedule_count = 3')
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      status: 'denied',
      reason: 'quota_exceeded',
      message: expect.stringMatching(
        /^Ein Termin lässt sich höchstens dreimal verschieben\. Darf ich Sie zurückrufen\?$/,
      ),
    })
    expect((await salon.appointment(booked.id)).calcomUid).toBe(booked.calcomUid)
  })
})

describe('repeats', () => {
  test('a repeat in the same call answers the same and moves nothing again', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    await salon.book({ at: '2026-12-03 14:00' })
    const wish = { ...toSaturday, old_date: 'Freitag', old_time: '10:00' }
    const who = { callId: 'call_again' }
    const first = await salon.ask(rescheduleAppointment, wish, who)
    expect(first).toMatchObject({ success: true })
    expect(await salon.ask(rescheduleAppointment, wish, who)).toEqual(first)
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(1)
  })

  test('a success is not replayed once the appointment has been cancelled', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const wish = { ...toSaturday, old_date: 'Freitag' }
    const who = { callId: 'call_gone' }
    await salon.ask(rescheduleAppointment, wish, who)
    await salon.ask(cancelAppointment, { confirmed: true }, who)
    expect(await salon.ask(rescheduleAppointment, wish, who)).toMatchObject({ success: false })
  })

  test('two requests at once move once, and both answer success', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.setLatency(300, 'rescheduleBooking')
    const who = { callId: 'call_twice' }
    const answers = await Promise.all([
      salon.ask(rescheduleAppointment, toSaturday, who),
      salon.ask(rescheduleAppointment, toSaturday, who),
    ])
    expect(answers.map((answer) => answer.success)).toEqual([true, true])
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(1)
    expect(salon.live()).toHaveLength(1)
  })

  test('of two requests at once, one that cannot look at the calendar does not deny what the other moves', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    // The first look fails at once; the second would succeed a moment later.
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503 })
    salon.simulator.control.setLatency(300, 'getSlots')
    const who = { callId: 'call_twins' }
    const answers = await Promise.all([
      salon.ask(rescheduleAppointment, toSaturday, who),
      salon.ask(rescheduleAppointment, toSaturday, who),
    ])
    const moved = Date.parse(salon.live()[0]!.start) === Date.parse('2026-11-28T10:00:00Z')
    expect(answers.map((answer) => answer.success)).toEqual([moved, moved])
  })
})

describe('Cal.com says otherwise', () => {
  test('I-53 an answer that was lost after the move is looked up: success, one live booking', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'rescheduleBooking', effect: 'reset', phase: 'after' })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      success: true,
      status: 'rescheduled',
    })
    expect((await salon.appointment(booked.id)).calcomUid).toBe(salon.live()[0]!.uid)
  })

  test('I-53 a 5xx is neither "not found" nor success: it is said to be unclear, and settled afterwards', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'rescheduleBooking', effect: 'error', status: 500 })
    const answer = await salon.ask(rescheduleAppointment, toSaturday, { callId: 'call_unclear' })
    expect(answer).toMatchObject({ success: false, error: 'outcome_unknown', status: 'callback_queued' })
    expect(answer.message).toMatch(
      /^Ich konnte gerade nicht sicher klären, ob das Verschieben geklappt hat\. Wir rufen/,
    )
    const [attempt] = await salon.attemptRows()
    expect(attempt).toMatchObject({ state: 'unknown' })
    expect(await salon.jobs('settle_attempt')).toMatchObject([{ payload: { attemptId: attempt!.id } }])

    // While it is unclear nobody changes the same appointment, and a repeat is one and the same errand.
    const elsewhere = { new_date: 'Samstag', new_time: '12:00', confirmed: true }
    expect(await salon.ask(rescheduleAppointment, elsewhere)).toMatchObject({ error: 'change_in_progress' })
    expect(await salon.ask(rescheduleAppointment, toSaturday, { callId: 'call_unclear' })).toMatchObject({
      error: 'outcome_unknown',
      callback_id: answer.callback_id,
    })
    expect(salon.simulator.control.requests('rescheduleBooking')).toHaveLength(1)

    // While its request may still be carried out nobody is told anything; then the callback says what is known.
    expect(await salon.actions.settle(1, attempt!.id)).toBe('busy')
    expect(await salon.attempts.load(1, attempt!.id)).toMatchObject({ state: 'unknown' })
    salon.clock.advance(61_000)
    expect(await salon.actions.settle(1, attempt!.id)).toBe('handed_over')
    expect(await salon.attemptRows()).toContainEqual(
      expect.objectContaining({ id: attempt!.id, state: 'rejected' }),
    )
    expect(await salon.callbackRows()).toMatchObject([
      { status: 'open', reason: expect.stringMatching(/^Verschiebung konnte nicht eingetragen werden/) },
    ])
    expect((await salon.appointment(booked.id)).calcomUid).toBe(booked.calcomUid)
    expect(salon.live()).toHaveLength(1)
  })

  test('a move that is carried out after we gave up on it is done, and no callback is left open', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const { control } = salon.simulator
    control.addFault({ operation: 'rescheduleBooking', effect: 'reset' })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({ error: 'outcome_unknown' })
    const [attempt] = await salon.attemptRows()
    expect(await salon.actions.settle(1, attempt!.id)).toBe('busy')
    const client = await salon.deps.calcom()
    const { deadline } = await salon.context()
    const start = salon.instant('2026-11-28 11:00')
    await client.rescheduleBooking({ uid: booked.calcomUid!, start }, { deadline, priority: 'call' })
    expect(await salon.actions.settle(1, attempt!.id)).toBe('done')
    expect(await salon.attempts.load(1, attempt!.id)).toMatchObject({ state: 'booked' })
    expect(await salon.callbackRows()).toMatchObject([{ status: 'done', attemptId: attempt!.id }])
    expect(await salon.appointment(booked.id)).toMatchObject({ appointmentDatetime: start })
  })

  test.each([
    ['at the time asked for', 0, 'done', '2026-11-28 11:00'],
    ['at another one: the row follows and the caller is called back', 60, 'handed_over', '2026-11-28 12:00'],
  ])('a short answer to a move is a move; a later look finds it %s', async (_, shiftMinutes, settled, at) => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const { control } = salon.simulator
    control.addFault({ operation: 'rescheduleBooking', effect: 'other_start', shiftMinutes, short: true })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({ status: 'rescheduled' })
    const [attempt] = await salon.attemptRows()
    expect(attempt).toMatchObject({ state: 'booked', calcomUid: salon.live()[0]!.uid })
    control.addFault({ operation: 'getBooking', effect: 'error', status: 404 })
    salon.clock.advance(6_000)
    expect(await salon.actions.settle(1, attempt!.id)).toBe('busy')
    salon.clock.advance(31_000)
    expect(await salon.actions.settle(1, attempt!.id)).toBe(settled)
    expect((await salon.attempts.load(1, attempt!.id))!.verifyAt).toBeNull()
    expect(await salon.appointment(booked.id)).toMatchObject({
      appointmentDatetime: salon.instant(at),
      status: 'scheduled',
    })
    expect(await salon.callbackRows()).toHaveLength(settled === 'done' ? 0 : 1)
  })

  test('a move that was carried out although nobody heard of it is settled as done', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const { control } = salon.simulator
    control.addFault({ operation: 'rescheduleBooking', effect: 'error', status: 502, phase: 'after' })
    control.addFault({ operation: 'getBooking', effect: 'error', status: 502, skip: 1, times: 2 })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({ error: 'outcome_unknown' })
    const [attempt] = await salon.attemptRows()
    control.clearFaults()
    expect(await salon.actions.settle(1, attempt!.id)).toBe('done')
    expect(await salon.attemptRows()).toMatchObject([{ state: 'booked' }])
    expect(await salon.appointment(booked.id)).toMatchObject({
      calcomUid: salon.live()[0]!.uid,
      rescheduleCount: 1,
    })
  })

  test('Cal.com unreachable: nothing is promised and nothing changed', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503, times: null })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      success: false,
      error: 'calendar_unavailable',
      fallback: 'callback_request',
      message:
        'Das Verschieben klappt gerade technisch nicht, Ihr bisheriger Termin bleibt bestehen. Darf ich Sie zurückrufen?',
    })
    expect((await salon.appointment(booked.id)).calcomUid).toBe(booked.calcomUid)
  })

  test('I-53 what the host has moved meanwhile is recorded and asked about', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.simulator.control.rescheduleAsHost(booked.calcomUid!, { start: '2026-11-27T14:00:00Z' })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      success: false,
      error: 'appointment_moved',
      message:
        'Ihr Termin wurde inzwischen verlegt und ist jetzt am Freitag, den 27. November um 15 Uhr. Soll ich ihn trotzdem verschieben?',
    })
    expect(await salon.appointment(booked.id)).toMatchObject({
      appointmentDatetime: new Date('2026-11-27T14:00:00Z'),
      rescheduleCount: 0,
    })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({ success: true })
  })

  test('what the host has cancelled meanwhile is not booked anew', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.simulator.control.cancelAsHost(booked.calcomUid!)
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      success: false,
      error: 'appointment_cancelled',
    })
    expect(salon.live()).toHaveLength(0)
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled' })
  })

  test('I-53 a booking that Cal.com does not know is never booked anew: a person takes over', async () => {
    await salon.book({ at: '2026-11-27 10:00', localOnly: true })
    expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
      success: false,
      error: 'reschedule_failed',
      status: 'callback_queued',
    })
    expect(salon.simulator.control.bookings()).toHaveLength(0)
  })

  test('I-16 when our own rows cannot be written after Cal.com moved, the caller still hears success', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON appointment_changes FOR EACH ROW EXECUTE FUNCTION refuse()`)
    try {
      expect(await salon.ask(rescheduleAppointment, toSaturday)).toMatchObject({
        success: true,
        new_appointment: { date: '2026-11-28', time: '11:00' },
      })
    } finally {
      await salon.sql('DROP FUNCTION refuse CASCADE')
    }
    salon.clock.advance(120_000)
    const [attempt] = await salon.attemptRows()
    expect(await salon.actions.settle(1, attempt!.id)).toBe('done')
    expect(await salon.appointment(booked.id)).toMatchObject({
      calcomUid: salon.live()[0]!.uid,
      rescheduleCount: 1,
    })
  })
})
