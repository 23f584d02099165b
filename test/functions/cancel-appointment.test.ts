import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelAppointment } from '../../src/functions/cancel-appointment.ts'
import { requestCallback } from '../../src/functions/request-callback.ts'
import { max, openSalon, type Salon, stranger } from '../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

/** An appointment whose cancellation is noted, because Cal.com did not answer. */
async function noteCancellation() {
  const booked = await salon.book({ at: '2026-11-27 10:00' })
  salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 503 })
  await salon.ask(cancelAppointment, { confirmed: true })
  return booked
}

/** Cal.com says not to know the booking, and the job has to come again. */
const expectDenied = (id: Parameters<typeof salon.actions.pushPendingCancellation>[0]) =>
  expect(salon.actions.pushPendingCancellation(id, 1)).rejects.toMatchObject({ kind: 'not_found' })

describe('the ordinary way', () => {
  test('the only upcoming appointment is cancelled at Cal.com, in the database, in history, and the customer is notified', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const answer = await salon.ask(cancelAppointment, { reason: 'krank', confirmed: true })
    expect(answer).toMatchObject({
      success: true,
      status: 'cancelled',
      appointment_id: Number(booked.id),
      policy_violation: false,
      cancelled_appointment: {
        id: Number(booked.id),
        date: '2026-11-27',
        time: '10:00',
        service: 'Herrenhaarschnitt',
      },
      message: 'Ihr Termin für Herrenhaarschnitt am Freitag, den 27. November um 10 Uhr ist storniert.',
    })
    expect(salon.live()).toHaveLength(0)
    expect(await salon.appointment(booked.id)).toMatchObject({
      status: 'cancelled',
      icalSequence: 1,
      cancellationReason: 'krank',
    })
    expect(await salon.changes(booked.id)).toMatchObject([
      { kind: 'cancelled', fromUid: booked.calcomUid, actor: 'caller', reason: 'krank' },
    ])
    expect(await salon.jobs('appointment_notifications')).toMatchObject([
      { payload: { appointmentId: Number(booked.id), kind: 'cancelled', company_id: 1 } },
    ])
    expect(await salon.attemptRows()).toMatchObject([{ kind: 'cancel', state: 'booked' }])
  })

  test('the day, the time and the service decide between several', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const second = await salon.book({ at: '2026-11-28 11:00', service: 'Färben' })
    const third = await salon.book({ at: '2026-11-28 13:30' })
    expect(await salon.ask(cancelAppointment, { service: 'Haare färben', date: 'Samstag' })).toMatchObject({
      success: true,
      appointment_id: Number(second.id),
    })
    expect(await salon.ask(cancelAppointment, { date: 'Samstag', time: '13:30' })).toMatchObject({
      success: true,
      appointment_id: Number(third.id),
    })
    expect(salon.live()).toHaveLength(1)
  })

  test('several candidates are asked about by name and day, and nothing is cancelled', async () => {
    await salon.book({ at: '2026-11-26 10:00' })
    await salon.book({ at: '2026-11-27 14:00', service: 'Damenhaarschnitt' })
    const answer = await salon.ask(cancelAppointment, { confirmed: true })
    expect(answer).toMatchObject({
      success: false,
      status: 'multiple_found',
      error: 'multiple_found',
      message:
        'Welchen Termin meinen Sie: Herrenhaarschnitt am Donnerstag, den 26. November um 10 Uhr oder Damenhaarschnitt am Freitag, den 27. November um 14 Uhr?',
    })
    expect(answer.appointments).toHaveLength(2)
    expect(salon.live()).toHaveLength(2)
  })

  test('an invented appointment id cancels nothing', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(cancelAppointment, { appointment_id: '12345' })).toMatchObject({
      success: false,
      status: 'not_found',
    })
    expect(salon.live()).toHaveLength(1)
  })

  test('an id and a day that contradict each other are asked about', async () => {
    const first = await salon.book({ at: '2026-11-26 10:00' })
    await salon.book({ at: '2026-11-27 14:00' })
    const answer = await salon.ask(cancelAppointment, {
      appointment_id: String(first.id),
      date: '2026-11-27',
    })
    expect(answer).toMatchObject({ success: false, status: 'multiple_found' })
    expect(salon.live()).toHaveLength(2)
  })

  test('a caller who has not agreed keeps the appointment and is offered to move it', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(cancelAppointment, { confirmed: 'nein' })).toMatchObject({
      success: false,
      status: 'offer_reschedule',
    })
    expect(salon.live()).toHaveLength(1)
    expect(await salon.ask(cancelAppointment, { confirmed: 'nein', skip_reschedule: 'true' })).toMatchObject({
      success: true,
      status: 'cancelled',
    })
  })
})

describe('repeats', () => {
  test('a repeat in the same call answers the same, and cancels nothing else', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const who = { callId: 'call_repeat_1' }
    const first = await salon.ask(cancelAppointment, { confirmed: true }, who)
    const again = await salon.ask(cancelAppointment, { confirmed: true }, who)
    expect(again).toEqual(first)
    expect(salon.simulator.control.requests('cancelBooking')).toHaveLength(1)
  })

  test('a second cancellation in the same call means the second appointment', async () => {
    await salon.book({ at: '2026-11-26 10:00' })
    await salon.book({ at: '2026-11-27 14:00' })
    const who = { callId: 'call_repeat_2' }
    await salon.ask(cancelAppointment, { date: '26.11.' }, who)
    expect(await salon.ask(cancelAppointment, { confirmed: true }, who)).toMatchObject({
      success: true,
      cancelled_appointment: { date: '2026-11-27' },
    })
    expect(salon.live()).toHaveLength(0)
  })

  test('two requests at once make one request to Cal.com, and both answer success', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.setLatency(300, 'cancelBooking')
    const who = { callId: 'call_repeat_3' }
    const answers = await Promise.all([
      salon.ask(cancelAppointment, { confirmed: true }, who),
      salon.ask(cancelAppointment, { confirmed: true }, who),
    ])
    expect(answers.map((answer) => answer.success)).toEqual([true, true])
    expect(salon.simulator.control.requests('cancelBooking')).toHaveLength(1)
  })

  test('I-52 what is cancelled already answers success and says so', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    await salon.ask(cancelAppointment, { confirmed: true }, { callId: 'call_day_1' })
    expect(await salon.ask(cancelAppointment, { date: 'Freitag' }, { callId: 'call_day_2' })).toMatchObject({
      success: true,
      status: 'cancelled',
      already_cancelled: true,
      message: 'Ihr Termin am Freitag, den 27. November um 10 Uhr ist bereits abgesagt.',
    })
  })
})

describe('rules', () => {
  test('I-81 too late: nothing is cancelled, whole hours are said, and one callback is stored and mailed', async () => {
    salon.clock.set('2026-11-26T12:30:00Z')
    await salon.book({ at: '2026-11-27 10:00' })
    const who = { callId: 'call_late' }
    const answer = await salon.ask(cancelAppointment, { confirmed: true }, who)
    expect(answer).toMatchObject({
      success: false,
      error: 'policy_violation',
      status: 'denied',
      reason: 'deadline_missed',
      policy_violation: true,
      message:
        'Absagen ist nur bis 24 Stunden vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. Darf ich Sie zurückrufen?',
    })
    expect(answer.policy_message).toBe(answer.message)
    await salon.ask(cancelAppointment, { confirmed: true }, who)
    const rows = await salon.callbackRows()
    expect(rows).toMatchObject([{ kind: 'policy', phone: max, name: 'Max Mustermann', status: 'open' }])
    expect(await salon.jobs('business_mail')).toMatchObject([
      { payload: { callbackId: Number(rows[0]!.id) } },
    ])
    expect(salon.live()).toHaveLength(1)
    expect(salon.simulator.control.requests('cancelBooking')).toHaveLength(0)
  })

  test('the offered call is one request: whoever says yes to it makes no second one', async () => {
    salon.clock.set('2026-11-26T12:30:00Z')
    await salon.book({ at: '2026-11-27 10:00' })
    const who = { callId: 'call_late_yes' }
    await salon.ask(cancelAppointment, { confirmed: true }, who)
    const yes = { reason: 'Terminabsage nach der Frist', preferred_time: 'morgen Vormittag' }
    expect(await salon.ask(requestCallback, yes, who)).toMatchObject({
      success: true,
      message: 'Wir rufen Sie morgen Vormittag zurück.',
    })
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'policy', preferredTime: 'morgen Vormittag' }])
  })

  test('I-81 the rule is told before the caller is asked to agree', async () => {
    salon.clock.set('2026-11-26T12:30:00Z')
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(cancelAppointment, { confirmed: 'nein' })).toMatchObject({ status: 'denied' })
  })

  test('I-81 exactly at the deadline it is still possible', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.clock.set('2026-11-26T09:00:00Z')
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({ success: true })
  })

  test('the rule of a service wins over the rule of the company', async () => {
    salon.clock.set('2026-11-24T09:00:00Z')
    await salon.book({ at: '2026-11-26 09:00', service: 'Färben' })
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
      status: 'denied',
      details: { cancellation_deadline_hours: 48 },
    })
  })

  test('an appointment that has begun is not cancelled', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.clock.set('2026-11-27T09:10:00Z')
    expect(await salon.ask(cancelAppointment, { date: 'heute' })).toMatchObject({
      success: false,
      error: 'appointment_past',
    })
    expect(salon.live()).toHaveLength(1)
  })
})

describe('Cal.com says otherwise', () => {
  test('I-50 I-53 while Cal.com is down the cancellation is kept, said to be noted, and pushed later', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 503 })
    const who = { callId: 'call_down' }
    const answer = await salon.ask(cancelAppointment, { confirmed: true }, who)
    expect(answer).toMatchObject({ success: false, status: 'cancel_pending', error: 'cancel_pending' })
    expect(answer.message).toMatch(/^Ich habe Ihre Absage für den Termin am Freitag/)
    expect(answer.message).not.toMatch(/storniert|abgesagt\b/)
    expect(await salon.appointment(booked.id)).toMatchObject({
      status: 'scheduled',
      syncState: 'cancel_pending',
    })
    expect(await salon.jobs('sync_to_calcom')).toMatchObject([
      { payload: { appointmentId: Number(booked.id) } },
    ])
    expect(await salon.ask(cancelAppointment, { confirmed: true }, who)).toMatchObject({
      status: 'cancel_pending',
    })

    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled', syncState: 'in_sync' })
    expect(await salon.attemptRows()).toMatchObject([{ state: 'booked' }])
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('nothing_to_do')
    expect(await salon.jobs('appointment_notifications')).toHaveLength(1)
  })

  test('a push while Cal.com is still down fails, so that the job runs again', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 503, times: 2 })
    await salon.ask(cancelAppointment, { confirmed: true })
    await expect(salon.actions.pushPendingCancellation(booked.id, 1)).rejects.toMatchObject({
      kind: 'unavailable',
    })
    expect(await salon.appointment(booked.id)).toMatchObject({ syncState: 'cancel_pending' })
  })

  test('an answer that was lost after Cal.com cancelled is looked up, and the caller hears success', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'reset', phase: 'after' })
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
      success: true,
      status: 'cancelled',
    })
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled' })
  })

  test('I-78 a Cal.com that hangs is waited for no longer than the function has, and looked up', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'hang' })
    const began = performance.now()
    expect(await salon.ask(cancelAppointment, { confirmed: true }, { budgetMs: 4_000 })).toMatchObject({
      status: 'cancel_pending',
    })
    expect(performance.now() - began).toBeLessThan(4_000)
    // Once before it, once after.
    expect(salon.simulator.control.requests('getBooking')).toHaveLength(2)
    expect(await salon.appointment(booked.id)).toMatchObject({ syncState: 'cancel_pending' })
  })

  test('I-76 a Cal.com that asks us to wait keeps the cancellation for later', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 429 })
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
      status: 'cancel_pending',
    })
  })

  test('a cancellation that Cal.com forbids is handed to a person when it is pushed', async () => {
    const { control } = salon.simulator
    const booked = await noteCancellation()
    control.addFault({
      operation: 'cancelBooking',
      effect: 'error',
      status: 400,
      message: 'This event type does not allow cancellations',
    })
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('handed_over')
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'scheduled', syncState: 'in_sync' })
    expect(await salon.attemptRows()).toMatchObject([{ state: 'rejected' }])
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'technical', phone: max }])
  })

  test('a booking that Cal.com does not know for a moment is asked for again before a person is', async () => {
    const { control } = salon.simulator
    const booked = await noteCancellation()
    const gone = { operation: 'getBooking', effect: 'error', status: 404, times: null } as const
    control.addFault(gone)
    await expectDenied(booked.id)
    expect(await salon.appointment(booked.id)).toMatchObject({ syncState: 'cancel_pending' })
    control.clearFaults()
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.callbackRows()).toEqual([])
  })

  test('what was taken back because it stood at another time is cancelled there too, when the caller wants it gone', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const { id } = await salon.run((tx) =>
      salon.attempts.create(tx, {
        companyId: 1,
        branchId: null,
        callId: 'call_earlier',
        kind: 'book',
        wishKey: 'stray',
        startAt: new Date('2026-11-27T08:00:00Z'),
      }),
    )
    // As verify.ts leaves it while Cal.com has not ended the booking yet.
    await salon.run(async (tx) => {
      await tx.bookingAttempt.update({ where: { id }, data: { state: 'unknown', errorCode: 'wrong_start' } })
      const data = { status: 'cancelled', bookingAttemptId: id }
      await tx.appointment.update({ where: { id: booked.id }, data })
    })
    const answer = await salon.ask(cancelAppointment, { date: 'Freitag' })
    expect(answer).toMatchObject({ success: false, status: 'cancel_pending' })
    expect(await salon.jobs('sync_to_calcom')).toHaveLength(1)
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled', syncState: 'in_sync' })
  })

  test('one that stays unknown to Cal.com is for a person', async () => {
    const { control } = salon.simulator
    const booked = await noteCancellation()
    control.addFault({ operation: 'getBooking', effect: 'error', status: 404, times: null })
    salon.clock.advance(6 * 60_000)
    for (let look = 1; look <= 4; look++) await expectDenied(booked.id)
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('handed_over')
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'technical', phone: max }])
  })

  test('one that Cal.com denies and shows a moment later is noted and done, not given to a person (found by the chaos run)', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const { control } = salon.simulator
    const deny = () => control.addFault({ operation: 'getBooking', effect: 'error', status: 404 })
    deny()
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
      status: 'cancel_pending',
    })
    deny()
    await expectDenied(booked.id)
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.callbackRows()).toEqual([])
  })

  test('one that Cal.com denied a few times in a row is cancelled all the same (found by the chaos run)', async () => {
    const { control } = salon.simulator
    const booked = await noteCancellation()
    salon.clock.advance(6 * 60_000)
    // Two looks each: the one before the request, and the one that asks what became of it.
    control.addFault({ operation: 'getBooking', effect: 'error', status: 404, times: 6 })
    for (let look = 1; look <= 3; look++) await expectDenied(booked.id)
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.callbackRows()).toEqual([])
  })

  test('what was moved before the push is cancelled where it is now', async () => {
    const { control } = salon.simulator
    const booked = await noteCancellation()
    await control.rescheduleAsHost(booked.calcomUid!, { start: '2026-11-27T14:00:00Z' })
    expect(await salon.actions.pushPendingCancellation(booked.id, 1)).toBe('done')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled', syncState: 'in_sync' })
    expect((await salon.attemptRows()).every((attempt) => attempt.state !== 'unknown')).toBe(true)
  })

  test('what the business has cancelled meanwhile is cancelled for the caller too', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.simulator.control.cancelAsHost(booked.calcomUid!, { reason: 'krank' })
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
      success: true,
      status: 'cancelled',
    })
  })

  test('I-53 "already cancelled" that means "moved" is followed through a chain, recorded, and asked about', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const second = await salon.simulator.control.rescheduleAsHost(booked.calcomUid!, {
      start: '2026-11-27T12:00:00Z',
    })
    const third = await salon.simulator.control.rescheduleAsHost(second.uid, {
      start: '2026-11-28T10:30:00Z',
    })
    const answer = await salon.ask(cancelAppointment, { confirmed: true })
    expect(answer).toMatchObject({
      success: false,
      error: 'appointment_moved',
      message:
        'Ihr Termin wurde inzwischen verlegt und ist jetzt am Samstag, den 28. November um 11 Uhr 30. Soll ich diesen absagen?',
    })
    expect(await salon.appointment(booked.id)).toMatchObject({
      calcomUid: third.uid,
      appointmentDatetime: new Date('2026-11-28T10:30:00Z'),
      rescheduleCount: 0,
    })
    expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({ success: true })
    expect(salon.live()).toHaveLength(0)
  })

  test('moved by the business while Cal.com was cancelling it: asked about, not "storniert" (found by the chaos run)', async () => {
    const { control } = salon.simulator
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    // Cal.com tells of the cancellation before it writes it down: the moment for somebody else.
    const business = createServer(async (_, answer) => {
      await control.rescheduleAsHost(booked.calcomUid!, { start: '2026-11-27T12:00:00Z' })
      answer.end()
    })
    await new Promise<void>((resolve) => business.listen(0, '127.0.0.1', resolve))
    const { port } = business.address() as AddressInfo
    control.subscribe({ subscriberUrl: `http://127.0.0.1:${port}/`, triggers: ['BOOKING_CANCELLED'] })
    try {
      const answer = await salon.ask(cancelAppointment, { confirmed: true })
      expect(answer).toMatchObject({ success: false, error: 'appointment_moved' })
    } finally {
      business.close()
    }
    expect(await salon.appointment(booked.id)).toMatchObject({
      status: 'scheduled',
      calcomUid: salon.live()[0]!.uid,
      appointmentDatetime: new Date('2026-11-27T12:00:00Z'),
    })
  })

  test('I-52 a booking that Cal.com does not know is never "storniert": a person takes over', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00', localOnly: true })
    const answer = await salon.ask(cancelAppointment, { confirmed: true })
    expect(answer).toMatchObject({ success: false, status: 'callback_queued', error: 'cancel_failed' })
    expect(answer.message).not.toContain('storniert')
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'scheduled' })
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'technical', phone: max }])
  })

  test('I-16 I-55 when our own rows cannot be written after Cal.com cancelled, the caller still hears success', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON appointment_changes FOR EACH ROW EXECUTE FUNCTION refuse()`)
    try {
      expect(await salon.ask(cancelAppointment, { confirmed: true })).toMatchObject({
        success: true,
        status: 'cancelled',
      })
    } finally {
      await salon.sql('DROP FUNCTION refuse CASCADE')
    }
    expect(salon.lines.some((line) => line.includes('cancel_not_recorded'))).toBe(true)
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'scheduled' })

    // The attempt is still executing; once its lease is over, settling repairs the row.
    salon.clock.advance(120_000)
    const [attempt] = await salon.attemptRows()
    expect(await salon.actions.settle(1, attempt!.id)).toBe('done')
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'cancelled' })
    expect(await salon.attemptRows()).toMatchObject([{ state: 'booked' }])
  })

  test('a cancellation that died before Cal.com was asked is settled by a person, not carried out unsaid', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const draft = await salon.run((tx) =>
      salon.attempts.create(tx, {
        companyId: 1,
        branchId: booked.branchId,
        callId: null,
        kind: 'cancel',
        wishKey: 'cancel:x',
        appointmentId: booked.id,
        targetUid: booked.calcomUid,
      }),
    )
    await salon.attempts.claim(1, draft.id)
    expect(await salon.actions.settle(1, draft.id)).toBe('busy')
    salon.clock.advance(120_000)
    expect(await salon.actions.settle(1, draft.id)).toBe('handed_over')
    expect(salon.live()).toHaveLength(1)
    expect(await salon.attemptRows()).toMatchObject([{ state: 'rejected' }])
    expect(await salon.callbackRows()).toMatchObject([{ kind: 'technical', phone: max }])
  })
})

describe('whose appointment', () => {
  test('I-68 the id of somebody else answers as if it did not exist', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const theirs = await salon.ask(
      cancelAppointment,
      { appointment_id: String(booked.id) },
      { from: stranger },
    )
    const nobodys = await salon.ask(cancelAppointment, { appointment_id: '999999' }, { from: stranger })
    expect(theirs).toEqual(nobodys)
    expect(salon.live()).toHaveLength(1)
  })

  test('I-68 a withheld number may cancel what this very call booked, and nothing else', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00', phone: null, callId: 'call_own' })
    const id = { appointment_id: String(booked.id) }
    expect(await salon.ask(cancelAppointment, id, { from: null, callId: 'call_other' })).toMatchObject({
      success: false,
      error: 'anonymous_caller',
    })
    expect(
      await salon.ask(cancelAppointment, { confirmed: true }, { from: null, callId: 'call_own' }),
    ).toMatchObject({
      success: true,
    })
  })

  test('a company may want a second fact: the number alone and an id are not enough, the day is', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await salon.setCompany({ secondFactRequired: true })
    expect(await salon.ask(cancelAppointment, { appointment_id: String(booked.id) })).toMatchObject({
      success: false,
      error: 'second_fact_required',
    })
    const who = { callId: 'call_second' }
    expect(await salon.ask(cancelAppointment, { date: 'Donnerstag' }, who)).toMatchObject({
      error: 'appointment_not_found',
      message: 'Mit diesen Angaben finde ich leider keinen Termin. Stimmen Name, Tag und Uhrzeit?',
    })
    expect(await salon.misses('call_second')).toBe(1)
    expect(await salon.ask(cancelAppointment, { date: 'Freitag' }, who)).toMatchObject({ success: true })
  })
})
