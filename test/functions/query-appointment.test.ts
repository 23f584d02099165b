import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelAppointment } from '../../src/functions/cancel-appointment.ts'
import { getCustomerAppointments } from '../../src/functions/get-customer-appointments.ts'
import { queryAppointment } from '../../src/functions/query-appointment.ts'
import { queryAppointmentByName } from '../../src/functions/query-appointment-by-name.ts'
import { rescheduleAppointment } from '../../src/functions/reschedule-appointment.ts'
import { openSalon, type Salon, stranger } from '../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

describe('a caller with a number', () => {
  test('hears their appointments, upcoming first, cancelled ones not at all', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const later = await salon.book({ at: '2026-12-01 14:00', service: 'Damenhaarschnitt' })
    await salon.sql(
      `UPDATE appointments SET appointment_datetime = '2026-10-02T08:00Z', status = 'completed' WHERE id = ${(await salon.book({ at: '2026-12-02 09:00', localOnly: true })).id}`,
    )
    const gone = await salon.book({ at: '2026-12-03 09:00' })
    await salon.ask(cancelAppointment, { appointment_id: String(gone.id) })
    const answer = await salon.ask(getCustomerAppointments)
    expect(answer).toMatchObject({
      success: true,
      status: 'found',
      found: true,
      count: 3,
      appointment_count: 2,
      customer_name: 'Max Mustermann',
      message:
        'Sie haben 2 Termine: Herrenhaarschnitt am Freitag, den 27. November um 10 Uhr und Damenhaarschnitt am Dienstag, den 1. Dezember um 14 Uhr.',
    })
    const appointments = answer.appointments as Array<Record<string, unknown>>
    expect(appointments.map((one) => one.date)).toEqual(['2026-11-27', '2026-12-01', '2026-10-02'])
    expect(appointments[1]).toMatchObject({
      id: Number(later.id),
      time: '14:00',
      weekday: 'Dienstag',
      human_date: 'Dienstag, den 1. Dezember',
      human_time: '14 Uhr',
      service: 'Damenhaarschnitt',
      branch: 'Mitte',
      status: 'scheduled',
      duration_minutes: 60,
    })
  })

  test('"wann ist mein Termin am Freitag?" is answered with that one', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    await salon.book({ at: '2026-12-01 14:00' })
    expect(await salon.ask(queryAppointment, { date: 'Freitag' })).toMatchObject({
      success: true,
      found: true,
      appointment: { date: '2026-11-27', time: '10:00' },
    })
    expect(await salon.ask(queryAppointment, { date: 'mein nächster Termin' })).toMatchObject({
      appointment: { date: '2026-11-27' },
    })
  })

  test('several: all are returned, the next one is spoken', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    await salon.book({ at: '2026-12-01 14:00' })
    expect(await salon.ask(queryAppointment)).toMatchObject({
      success: true,
      appointment_count: 2,
      showing: 'next_only',
      remaining_count: 1,
      next_appointment: { date: '2026-11-27' },
      message:
        'Ihr nächster Termin ist am Freitag, den 27. November um 10 Uhr für Herrenhaarschnitt. Danach haben Sie noch einen weiteren Termin.',
    })
  })

  test('two on one day are told apart by their service', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    await salon.book({ at: '2026-11-27 11:00', service: 'Bartpflege' })
    expect(await salon.ask(queryAppointment, { date: 'Freitag' })).toMatchObject({
      same_day: true,
      appointment_count: 2,
    })
    expect(await salon.ask(queryAppointment, { date: 'Freitag', service: 'Bart' })).toMatchObject({
      appointment: { time: '11:00' },
    })
  })

  test('a day without an appointment names the next one instead', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(queryAppointment, { date: 'Donnerstag' })).toMatchObject({
      success: true,
      found: false,
      appointment_count: 0,
      message:
        'Dazu finde ich keinen Termin. Ihr nächster Termin ist am Freitag, den 27. November um 10 Uhr für Herrenhaarschnitt.',
    })
  })

  test('nobody else’s appointments: another number, and one with the same last eight digits (I-68)', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    for (const from of [stranger, '+4315112345678', '+491712345678']) {
      const answer = await salon.ask(
        getCustomerAppointments,
        { customer_name: 'Max Mustermann', phone_number: '+4915112345678' },
        { from },
      )
      expect(answer).toMatchObject({ success: true, found: false, count: 0, appointments: [] })
      expect(JSON.stringify(answer)).not.toContain('2026-11-27')
    }
  })

  test('the same proof opens the same door: of another number name, day and time are asked for, once with the reason', async () => {
    await salon.book({ at: '2026-11-27 10:00', name: 'Erika Mustermann' })
    const husband = { from: stranger, callId: 'call_husband' }
    const half = await salon.ask(rescheduleAppointment, { name: 'Erika Mustermann' }, husband)
    expect(half).toMatchObject({
      success: false,
      error: 'appointment_not_found',
      status: 'needs_verification',
      missing_fields: ['date', 'time'],
      message:
        'Unter Ihrer Nummer finde ich dazu keinen Termin. Bitte nennen Sie mir zu dem Termin noch den Tag und die Uhrzeit.',
    })
    expect(
      await salon.ask(queryAppointment, { name: 'Erika Mustermann', date: 'Freitag' }, husband),
    ).toMatchObject({ message: 'Bitte nennen Sie mir zu Ihrem Termin noch die Uhrzeit.' })
    const moved = await salon.ask(
      rescheduleAppointment,
      {
        name: 'Erika Mustermann',
        old_date: 'Freitag',
        old_time: '10 Uhr',
        new_date: 'Samstag',
        new_time: '10 Uhr',
      },
      husband,
    )
    expect(moved).toMatchObject({ success: true })
  })

  test('I-68 a misheard name is enough when the number is right, another name is not', async () => {
    await salon.book({ at: '2026-11-27 10:00', name: 'Sabine Meier' })
    expect(await salon.ask(getCustomerAppointments, { customer_name: 'Sabine Maier' })).toMatchObject({
      found: true,
    })
    expect(await salon.ask(getCustomerAppointments, { customer_name: 'Jonas Brandt' })).toMatchObject({
      found: false,
    })
  })

  test('several people on one number are told apart by name', async () => {
    await salon.book({ at: '2026-11-27 10:00', name: 'Max Mustermann' })
    await salon.book({ at: '2026-11-28 10:00', name: 'Lisa Mustermann' })
    expect(await salon.ask(queryAppointment)).toMatchObject({
      success: false,
      error: 'missing_name',
      message: 'Um wessen Termin geht es? Bitte nennen Sie mir den Namen.',
    })
    expect(await salon.ask(getCustomerAppointments)).toMatchObject({ success: false, error: 'missing_name' })
    expect(await salon.ask(queryAppointment, { name: 'Lisa Mustermann' })).toMatchObject({
      appointment: { date: '2026-11-28', customer_name: 'Lisa Mustermann' },
    })
  })

  test('an appointment made on the web without a number is proven by name, day and time', async () => {
    const web = await salon.book({ at: '2026-11-27 10:00', name: 'Max Mustermann', phone: null })
    expect(await salon.ask(queryAppointment, { name: 'Max Mustermann', date: 'Freitag' })).toMatchObject({
      found: false,
    })
    const who = { callId: 'call_web' }
    const facts = { name: 'Max Mustermann', date: 'Freitag', time: '10 Uhr' }
    expect(await salon.ask(queryAppointment, facts, who)).toMatchObject({ found: true })
    expect(await salon.ask(cancelAppointment, { appointment_id: String(web.id) }, who)).toMatchObject({
      success: true,
    })
  })
})

describe('a withheld number', () => {
  let calls = 0
  let withheld = { from: null, callId: '' }
  beforeEach(() => {
    calls += 1
    withheld = { from: null, callId: `call_withheld_${calls}` }
  })
  const facts = { customer_name: 'Max Mustermann', appointment_date: 'Freitag', appointment_time: '10 Uhr' }

  test('I-68 without all three facts nothing is shown, only the missing ones are asked for', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(
      await salon.ask(queryAppointmentByName, { customer_name: 'Max Mustermann' }, withheld),
    ).toMatchObject({
      success: false,
      error: 'anonymous_caller',
      requires_phone_number: true,
      missing_fields: ['date', 'time'],
      message:
        'Ihre Rufnummer ist unterdrückt. Bitte nennen Sie mir zu Ihrem Termin noch den Tag und die Uhrzeit.',
    })
    expect(await salon.ask(getCustomerAppointments, {}, withheld)).toMatchObject({
      success: false,
      error: 'anonymous_caller',
      count: 0,
    })
    expect(await salon.misses(withheld.callId)).toBe(0)
  })

  test('I-68 name, day and time together show it, and let it be cancelled by its id later in the call', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(queryAppointmentByName, facts, withheld)).toMatchObject({
      success: true,
      appointment: { id: Number(booked.id), date: '2026-11-27' },
    })
    const id = { appointment_id: String(booked.id) }
    expect(await salon.ask(cancelAppointment, id, { from: null, callId: 'call_elsewhere' })).toMatchObject({
      success: false,
    })
    expect(await salon.ask(cancelAppointment, id, withheld)).toMatchObject({ success: true })
  })

  test('I-68 a merely similar name is not enough without a number', async () => {
    await salon.book({ at: '2026-11-27 10:00', name: 'Sabine Meier' })
    const answer = await salon.ask(
      queryAppointmentByName,
      { ...facts, customer_name: 'Sabine Maier' },
      withheld,
    )
    expect(answer).toMatchObject({ success: false, error: 'appointment_not_found' })
  })

  test('a wrong fact answers the same as an appointment that does not exist', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const wrongTime = await salon.ask(
      queryAppointmentByName,
      { ...facts, appointment_time: '11 Uhr' },
      { from: null, callId: 'call_w1' },
    )
    const nobody = await salon.ask(
      queryAppointmentByName,
      { ...facts, customer_name: 'Jonas Brandt' },
      { from: null, callId: 'call_w2' },
    )
    expect(wrongTime).toEqual(nobody)
  })

  test('three misses end it for the call, also for the right facts, also when guessed at once', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const guesses = ['11 Uhr', '12 Uhr', '13 Uhr', '14 Uhr']
    await Promise.all(
      guesses.map((time) =>
        salon.ask(queryAppointmentByName, { ...facts, appointment_time: time }, withheld),
      ),
    )
    expect(await salon.misses(withheld.callId)).toBe(3)
    expect(await salon.ask(queryAppointmentByName, facts, withheld)).toMatchObject({
      success: false,
      error: 'identity_locked',
      fallback: 'callback_request',
    })
    // Another call gets no further tries for that name; another name has its own.
    const again = { from: null, callId: 'call_new' }
    expect(await salon.ask(queryAppointmentByName, facts, again)).toMatchObject({ error: 'identity_locked' })
    await salon.book({ at: '2026-11-27 11:00', name: 'Jonas Brandt' })
    expect(
      await salon.ask(
        queryAppointmentByName,
        { ...facts, customer_name: 'Jonas Brandt', appointment_time: '11 Uhr' },
        again,
      ),
    ).toMatchObject({ success: true })
  })

  test('three misses for a name in three calls, whatever their numbers, lock it with an alarm; a day later it opens', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    const calls = [null, stranger, '+491712345678']
    for (const [index, from] of calls.entries())
      await salon.ask(
        queryAppointmentByName,
        { ...facts, appointment_time: `${12 + index} Uhr` },
        { from, callId: `call_guess_${index}` },
      )
    const truth = (callId: string) => salon.ask(queryAppointmentByName, facts, { from: stranger, callId })
    expect(await truth('call_guess_9')).toMatchObject({ error: 'identity_locked' })
    expect(salon.lines.filter((line) => line.includes('"alarm":"identity_guessed"'))).toHaveLength(1)
    // Whoever has the number needs no proof.
    expect(await salon.ask(queryAppointment, { date: 'Freitag' })).toMatchObject({ found: true })
    salon.clock.advance(25 * 3_600_000)
    expect(await truth('call_guess_10')).toMatchObject({ success: true })
  })

  test('without a call that can be counted nothing can be guessed', async () => {
    await salon.book({ at: '2026-11-27 10:00' })
    expect(await salon.ask(queryAppointmentByName, facts, { from: null, callId: null })).toMatchObject({
      success: false,
      error: 'identity_locked',
    })
  })
})

test('another company’s appointment on the same number is not seen (I-70)', async () => {
  await salon.sql(`INSERT INTO customers (company_id, name, phone) VALUES (2, 'Max Mustermann', '+4915112345678');
    INSERT INTO appointments (company_id, customer_id, service_id, appointment_datetime, ends_at)
    SELECT 2, c.id, (SELECT min(id) FROM services WHERE company_id = 2), '2026-11-27T09:00Z', '2026-11-27T09:30Z'
    FROM customers c WHERE company_id = 2`)
  expect(await salon.ask(getCustomerAppointments)).toMatchObject({ found: false, count: 0 })
})
