import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cancelAppointment } from '../../src/functions/cancel-appointment.ts'
import { requestCallback } from '../../src/functions/request-callback.ts'
import { max, openSalon, type Salon, stranger } from '../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

test('a request is stored with reason, number, name and time, the business notified, the call marked', async () => {
  const answer = await salon.ask(
    requestCallback,
    { reason: 'Frage zur Farbe', preferred_time: 'morgen Vormittag', name: 'Erika Muster' },
    { callId: 'call_cb' },
  )
  expect(answer).toMatchObject({
    success: true,
    status: 'callback_queued',
    estimated_callback: 'morgen Vormittag',
    message: 'Wir rufen Sie morgen Vormittag zurück.',
  })
  const [row, ...more] = await salon.callbackRows()
  expect(more).toHaveLength(0)
  expect(row).toMatchObject({
    reason: 'Frage zur Farbe',
    phone: max,
    name: 'Erika Muster',
    kind: 'caller',
    preferredTime: 'morgen Vormittag',
    preferredFrom: new Date('2026-11-25T08:00:00Z'),
    preferredTo: new Date('2026-11-25T11:00:00Z'),
  })
  expect(answer.callback_id).toBe(Number(row!.id))
  expect(await salon.jobs('business_mail')).toMatchObject([
    { payload: { callbackId: Number(row!.id), company_id: 1 } },
  ])
  const call = await salon.run((tx) => tx.call.findUniqueOrThrow({ where: { retellCallId: 'call_cb' } }))
  expect(call.followUpNeeded).toBe(true)
})

test('the same wish of one call is stored once, also when asked twice at once', async () => {
  const who = { callId: 'call_same' }
  const wish = { reason: 'Frage zur Farbe.' }
  const answers = await Promise.all([
    salon.ask(requestCallback, wish, who),
    salon.ask(requestCallback, { reason: 'frage zur farbe' }, who),
  ])
  expect(answers[0]!.callback_id).toBe(answers[1]!.callback_id)
  expect(await salon.callbackRows()).toHaveLength(1)
  await salon.ask(requestCallback, { reason: 'Gutschein' }, who)
  expect(await salon.callbackRows()).toHaveLength(2)
})

test('I-69 a withheld number is asked for one; nothing is stored until then', async () => {
  const who = { from: null, callId: 'call_hidden' }
  expect(await salon.ask(requestCallback, { reason: 'Gutschein' }, who)).toMatchObject({
    success: false,
    error: 'missing_phone',
    message: 'Unter welcher Nummer darf ich Sie zurückrufen?',
  })
  expect(await salon.callbackRows()).toHaveLength(0)
  expect(
    await salon.ask(requestCallback, { reason: 'Gutschein', phone: '0151 12345699' }, who),
  ).toMatchObject({ success: true })
  expect(await salon.callbackRows()).toMatchObject([{ phone: stranger }])
})

test('a number in words is understood and read back', async () => {
  const spoken = 'null hunderteinundsiebzig drei neun zwei null vier eins fünf eins'
  const asked = await salon.ask(requestCallback, { reason: 'Gutschein', phone: spoken })
  expect(asked).toMatchObject({ success: true })
  expect(asked.message).toContain('unter der Nummer 0 1 7 1, ')
  expect(await salon.callbackRows()).toMatchObject([{ phone: '+4917139204151' }])
})

test('a number that was not understood is asked for, never replaced by the one they call from', async () => {
  const phone = 'null hunderteinundsiebzig drei blau zwei'
  await expect(salon.ask(requestCallback, { reason: 'Gutschein', phone })).rejects.toMatchObject({
    code: 'phone_not_understood',
    fields: { status: 'needs_phone', missing_fields: ['phone'] },
  })
  expect(await salon.callbackRows()).toHaveLength(0)
})

test('I-69 an invented number is no number', async () => {
  expect(
    await salon.ask(requestCallback, { phone: '0151123456' }, { from: null, callId: 'call_dummy' }),
  ).toMatchObject({ error: 'missing_phone' })
  await salon.ask(requestCallback, { phone: '0151123456' })
  expect(await salon.callbackRows()).toMatchObject([{ phone: max }])
})

test('a policy callback of a withheld number is stored at once and gets its number afterwards', async () => {
  salon.clock.set('2026-11-26T12:30:00Z')
  await salon.book({ at: '2026-11-27 10:00', phone: null, callId: 'call_policy' })
  const who = { from: null, callId: 'call_policy' }
  const denied = await salon.ask(cancelAppointment, {}, who)
  expect(denied).toMatchObject({ status: 'denied', requires_phone_number: true })
  expect(denied.message).toBe(
    'Absagen ist nur bis 24 Stunden vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. Unter welcher Nummer darf ich Sie zurückrufen?',
  )
  await salon.ask(requestCallback, { phone: '0151 12345699', reason: 'Absage' }, who)
  expect(await salon.callbackRows()).toMatchObject([{ kind: 'policy', phone: stranger }])
})

test('a time at which nobody is there is moved to the next opening, and said so', async () => {
  expect(await salon.ask(requestCallback, { preferred_time: 'am Sonntag um 15 Uhr' })).toMatchObject({
    success: true,
    message:
      'Zu dieser Zeit haben wir geschlossen. Wir rufen Sie am Dienstag, den 1. Dezember vormittags zurück.',
  })
})
