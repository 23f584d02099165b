/** Notes and contact data of an appointment that stands: in our rows and mails at once, a task for the business, "notiert" for the caller. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner } from '../helpers/webhooks.ts'

let gateway: TestGateway
const from = '+4915112345678'

beforeEach(async () => {
  gateway = await startGateway()
  await asOwner(
    gateway,
    "UPDATE companies SET customer_mails = true, notify_email = 'salon@salon.example' WHERE id = 1",
  )
})
afterEach(() => gateway?.close())

async function book(time = '14 Uhr', name = 'Max Mustermann') {
  const call = { callId: newCallId(), from }
  const wish = { name, email: 'max.mustermann@web.de', service: 'Herrenhaarschnitt', date: 'Freitag', time }
  const started = await gateway.call('start_booking', { ...wish, additional: true }, call)
  await gateway.call('confirm_booking', { booking_id: started.booking_id, confirmed: true }, call)
  await gateway.settle()
}
const change = (args: Record<string, unknown>, call: object = {}) =>
  gateway.call('change_appointment', args, { callId: newCallId(), from, ...call })
const row = async () =>
  (
    await asOwner(
      gateway,
      'SELECT attendee_name, attendee_email, notes, ical_sequence FROM appointments ORDER BY id DESC LIMIT 1',
    )
  )[0]
const mails = () =>
  asOwner<{ kind: string; recipient: string; ics: string }>(
    gateway,
    'SELECT kind, to_address AS recipient, ics_body AS ics FROM mail_outbox ORDER BY kind, to_address',
  )
const tasks = () =>
  asOwner(gateway, 'SELECT kind, reason, name, preferred_from FROM callback_requests ORDER BY id')

describe('what is noted', () => {
  test('a note, a name, a number and an address: rows, mail, task and sentence', async () => {
    await book()
    const answer = await change({
      notes: 'kommt mit Rollstuhl',
      name: 'Moritz Mustermann',
      email: 'moritz punkt mustermann at web punkt de',
      phone: '0171 3920415',
    })
    expect(answer).toMatchObject({
      success: true,
      status: 'noted',
      changed: ['name', 'email', 'phone', 'notes'],
      appointment: { customer_name: 'Moritz Mustermann', date: '2026-11-27' },
    })
    expect(answer.message).toBe(
      'Ich habe zu Ihrem Termin am Freitag, den 27. November um 14 Uhr den Namen Moritz Mustermann, Ihren Hinweis, die Rufnummer und die E-Mail-Adresse notiert. Die Rufnummer ist 0 1 7 1, 3 9 2, 0 4, 1 5. Die E-Mail-Adresse ist moritz Punkt mustermann ät web Punkt de.',
    )
    expect(await row()).toMatchObject({
      attendee_name: 'Moritz Mustermann',
      attendee_email: 'moritz.mustermann@web.de',
      notes: 'kommt mit Rollstuhl\nErreichbar unter +491713920415',
      ical_sequence: 1,
    })
    await gateway.settle()
    const written = await mails()
    expect(written.map(({ kind, recipient }) => [kind, recipient])).toEqual([
      ['booking_confirmation', 'max.mustermann@web.de'],
      ['booking_confirmation', 'moritz.mustermann@web.de'],
      ['technical', 'salon@salon.example'],
    ])
    expect(written.find(({ recipient }) => recipient.startsWith('moritz'))!.ics).toMatch(/SEQUENCE:1/)
    expect(await tasks()).toMatchObject([
      {
        kind: 'technical',
        name: 'Moritz Mustermann',
        preferred_from: null,
        reason: expect.stringMatching(
          /bitte im Kalender nachtragen: Herrenhaarschnitt am 27\.11\.2026, 14:00 Uhr \(neuer Name; Rufnummer \+491713920415; E-Mail moritz\.mustermann@web\.de; Hinweis: kommt mit Rollstuhl\)/,
        ),
      },
    ])
  })

  test('the same again is told as noted already, and makes no second task; a second note is added', async () => {
    await book()
    await change({ notes: 'kommt mit Rollstuhl' })
    expect(await change({ notes: 'kommt mit Rollstuhl' })).toMatchObject({
      success: true,
      status: 'already_noted',
      message: expect.stringMatching(/schon so notiert/),
    })
    expect(await tasks()).toHaveLength(1)
    await change({ notes: 'bringt Fotos mit' })
    expect(await row()).toMatchObject({ notes: 'kommt mit Rollstuhl\nbringt Fotos mit' })
    expect(await tasks()).toHaveLength(2)
  })

  test('the appointment can still be moved and cancelled under its new name', async () => {
    await book()
    const call = { callId: newCallId(), from }
    await change({ name: 'Moritz Mustermann' }, call)
    const moved = await gateway.call(
      'reschedule_appointment',
      { old_date: 'Freitag', new_date: 'Samstag', new_time: '10 Uhr', confirmed: true },
      call,
    )
    expect(moved).toMatchObject({ success: true })
    expect(await row()).toMatchObject({ attendee_name: 'Moritz Mustermann' })
  })
})

describe('what is not', () => {
  test.each([
    [{}, 'missing_change'],
    [{ email: 'irgendwas ohne Klammeraffe' }, 'invalid_email'],
    [{ phone: 'null eins sieben' }, 'invalid_phone'],
    [{ name: 'keine Ahnung' }, 'missing_customer_name'],
  ])('%j is asked about, and nothing is changed', async (args, error) => {
    await book()
    const before = await row()
    expect(await change({ notes: undefined, ...args })).toMatchObject({ success: false, error })
    expect(await row()).toEqual(before)
    expect(await tasks()).toEqual([])
  })

  test('of two appointments the caller is asked which', async () => {
    await book('14 Uhr')
    await book('16 Uhr')
    const call = { callId: newCallId(), from }
    expect(await change({ notes: 'mit Hund' }, call)).toMatchObject({
      success: false,
      error: 'multiple_found',
    })
    expect(await change({ notes: 'mit Hund', date: 'Freitag', time: '16 Uhr' }, call)).toMatchObject({
      success: true,
      appointment: { time: '16:00' },
    })
  })

  test('a stranger changes nothing, and learns nothing', async () => {
    await book()
    const stranger = { from: '+4915199999999' }
    const answer = await change({ notes: 'Hallo' }, stranger)
    expect(answer).toMatchObject({ success: false, error: 'appointment_not_found' })
    expect(await change({ notes: 'Hallo', date: 'Freitag' }, { from: 'anonymous' })).toMatchObject({
      success: false,
      error: 'anonymous_caller',
    })
    expect(await row()).toMatchObject({ notes: null })
  })
})

test('a number and an address that are new are read back before the yes, each in its own sentence', async () => {
  const started = await gateway.call(
    'start_booking',
    {
      name: 'Max Mustermann',
      service: 'Herrenhaarschnitt',
      date: 'Freitag',
      time: '14 Uhr',
      phone: '0171 3920415',
      email: 'max punkt m at gmx punkt de',
    },
    { callId: newCallId(), from },
  )
  expect(started.message).toBe(
    'Ich fasse zusammen: Termin für Max Mustermann am Freitag, den 27. November um 14 Uhr: Herrenhaarschnitt. Die Rufnummer ist 0 1 7 1, 3 9 2, 0 4, 1 5. Die E-Mail-Adresse ist max Punkt m ät gmx Punkt de. Soll ich das so eintragen?',
  )
})
