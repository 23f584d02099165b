/** Urgent words raise a callback's priority and its sentence; a danger to life names 112. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { requestCallback } from '../../src/functions/request-callback.ts'
import { callbackMail } from '../../src/german/sentences/mail.ts'
import { openSalon, type Salon } from '../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

test.each([
  'Zahnschmerzen',
  'Es ist dringend',
  'ein Notfall, die Krone ist raus',
  'mir tut der Zahn so weh',
  'Kopfhaut brennt, allergische Reaktion auf die Farbe',
  'Bitte so schnell wie möglich',
])('"%s" is passed on as urgent', async (reason) => {
  const answer = await salon.ask(requestCallback, { reason })
  expect(answer).toMatchObject({
    success: true,
    priority: 'high',
    message: expect.stringMatching(/^Ich gebe das als dringend weiter\. Wir rufen Sie .* zurück\.$/),
  })
})

test.each([
  'Mein Mann bekommt keine Luft',
  'starke Schmerzen in der Brust',
  'Sie ist bewusstlos',
  'es blutet stark und hört nicht auf zu bluten',
])('"%s" names 112', async (reason) => {
  const answer = await salon.ask(requestCallback, { reason })
  expect(answer).toMatchObject({
    success: true,
    priority: 'emergency',
    message: expect.stringMatching(/^Bei Lebensgefahr wählen Sie bitte sofort den Notruf 112\. Wir rufen/),
  })
})

test.each([
  'Frage zur Rechnung',
  'nicht dringend, nur eine Frage',
  'Termin zur Kontrolle, keine Schmerzen',
  'es ist kein Notfall',
  'es eilt nicht',
  'schmerzfreie Haarentfernung',
])('"%s" is not urgent', async (reason) => {
  const answer = await salon.ask(requestCallback, { reason })
  expect(answer).toMatchObject({ priority: 'normal', message: expect.stringMatching(/^Wir rufen Sie/) })
})

test('112 is named before the number is asked for', async () => {
  const who = { from: null, callId: 'call_urgent' }
  const answer = await salon.ask(requestCallback, { reason: 'Atemnot' }, who)
  expect(answer).toMatchObject({ success: false, priority: 'emergency' })
  expect(answer.message).toMatch(/112\. Unter welcher Nummer/)
  const unclear = salon.ask(requestCallback, { reason: 'Atemnot', phone: 'null fünf drei' }, who)
  await expect(unclear).rejects.toMatchObject({ say: expect.stringMatching(/112\. Die Nummer/) })
})

test('the business sees it in the subject', () => {
  const facts = {
    kind: 'caller' as const,
    company: 'Salon',
    name: 'Eva Sommer',
    phone: null,
    wish: null,
    promisedFrom: null,
    promisedTo: null,
    branch: null,
    receivedAt: { day: '2026-11-25', time: '10:00' },
    completed: false,
  }
  expect(callbackMail({ ...facts, reason: 'starke Zahnschmerzen' }).subject).toBe(
    'Dringend: Rückruf: Eva Sommer',
  )
  expect(callbackMail({ ...facts, reason: 'Rechnung' }).subject).toBe('Rückruf: Eva Sommer')
})

test('an agent’s own word for it counts as well, and the business reads it', async () => {
  const answer = await salon.ask(requestCallback, { reason: 'Frage zur Rechnung', priority: 'hoch' })
  expect(answer).toMatchObject({ priority: 'high', message: expect.stringMatching(/als dringend/) })
  expect(await salon.callbackRows()).toMatchObject([{ reason: 'Frage zur Rechnung (dringend)' }])
  expect(await salon.ask(requestCallback, { reason: 'Frage zum Preis', priority: 'normal' })).toMatchObject({
    priority: 'normal',
  })
})
