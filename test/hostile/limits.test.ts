/** One caller who books, asks and guesses without an end: each kind has its limit per call, number and company, with an alarm. */
import { afterEach, expect, test } from 'vitest'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { Tally } from './tally.ts'

let gateway: TestGateway
afterEach(() => gateway.close())
const alarms = () => gateway.lines.filter((line) => line.includes('"alarm":"abuse_limit"')).length

const ask = (count: number, callId: string, from: string | null): Promise<Answer> =>
  gateway.call(
    'request_callback',
    {
      customer_name: `Anna Muster`,
      phone_number: `0151 555000${10 + count}`,
      reason: `Frage Nummer ${count} zu Farbe ${count}`,
    },
    { callId, from },
  )
const people = ['Anna', 'Berta', 'Cora', 'Dora', 'Emma', 'Frieda', 'Gerda']
const book = (count: number, callId: string, from: string): Promise<Answer> =>
  gateway.call(
    'book_appointment',
    {
      name: `${people[count]} Muster`,
      date: `${count + 1}. Dezember`,
      time: '15 Uhr',
      service: 'Herrenhaarschnitt',
    },
    { callId, from },
  )
const rows = () =>
  gateway.database.tenancy.run(salon.companyId, async (tx) => ({
    callbacks: await tx.callbackRequest.count(),
    appointments: await tx.appointment.count({ where: { status: 'scheduled' } }),
  }))

test('callbacks end per call and per number; another caller is served', async () => {
  gateway = await startGateway({
    environment: {
      CALLBACKS_PER_CALL: '2',
      CALLBACKS_PER_NUMBER_AND_DAY: '3',
      CALLBACKS_PER_COMPANY_AND_DAY: '5',
    },
  })
  const tally = new Tally('attacks tried')
  const before = (await rows()).callbacks
  const calls = [newCallId(), newCallId(), newCallId(), newCallId()]
  for (const callId of calls)
    for (let count = 0; count < 6; count += 1) await ask(count, callId, '+4915155500010')
  tally.tried('per number', (await rows()).callbacks - before <= 3)
  const refused = await ask(9, calls[0]!, '+4915155500010')
  tally.tried(JSON.stringify(refused), refused.error === 'limit_reached' && /später/.test(refused.message))
  tally.tried('alarmed', alarms() > 0)
  expect(await ask(1, newCallId(), '+4915155500099')).toMatchObject({ success: true })
  for (let count = 0; count < 6; count += 1) await ask(count, newCallId(), `+491515550020${count}`)
  tally.tried('per company', (await rows()).callbacks - before <= 5)
  gateway.clock.advance(86_400_000)
  expect(await ask(2, newCallId(), '+4915155500010')).toMatchObject({ success: true })
  tally.expectNoneThrough(4)
})

test('bookings end per call, and what was booked may still be told and confirmed again', async () => {
  gateway = await startGateway({ environment: { BOOKINGS_PER_CALL: '2' } })
  const callId = newCallId()
  const from = '+4915155500011'
  const answers: Answer[] = []
  for (const count of [0, 1, 2, 3]) answers.push(await book(count, callId, from))
  expect(answers.filter(({ success }) => success).length).toBe(2)
  expect(answers.at(-1)).toMatchObject({ error: 'limit_reached', fallback: 'callback_request' })
  expect((await rows()).appointments).toBe(2)
  expect(alarms()).toBeGreaterThan(0)
  expect(await gateway.call('get_customer_appointments', {}, { callId, from })).toMatchObject({
    success: true,
  })
  expect(await book(3, newCallId(), '+4915155500012')).toMatchObject({ success: true })
})

test('moves and cancellations end per call', async () => {
  gateway = await startGateway({ environment: { CHANGES_PER_CALL: '1' } })
  const from = '+4915155500013'
  await book(0, newCallId(), from)
  await book(1, newCallId(), from)
  const callId = newCallId()
  const cancel = (day: string, name: string) =>
    gateway.call('cancel_appointment', { date: day, customer_name: name, confirmed: true }, { callId, from })
  expect(await cancel('1. Dezember', 'Anna Muster')).toMatchObject({ success: true })
  expect(await cancel('2. Dezember', 'Berta Muster')).toMatchObject({
    success: false,
    error: 'limit_reached',
  })
  expect((await rows()).appointments).toBe(1)
})

test('facts named in vain end per company for callers without a number, whatever names they try', async () => {
  gateway = await startGateway({ environment: { FAILED_PROOFS_PER_COMPANY_AND_DAY: '4' } })
  const tally = new Tally('attacks tried')
  const names = [
    'Anna Eins',
    'Berta Zwei',
    'Cora Drei',
    'Dora Vier',
    'Emma Fünf',
    'Frieda Sechs',
    'Gerda Sieben',
    'Hanna Acht',
  ]
  const guess = (name: string, from: string | null) =>
    gateway.call(
      'query_appointment',
      { customer_name: name, appointment_date: '3. Dezember', time: '15 Uhr' },
      { callId: newCallId(), from },
    )
  const answers = []
  for (const name of names) answers.push(await guess(name, null))
  for (const answer of answers.slice(5)) tally.tried(JSON.stringify(answer), answer.error === 'limit_reached')
  tally.tried('alarmed', alarms() > 0)
  // Who calls with a number proves nothing, and is served.
  expect((await guess('Anna Eins', '+4915155500014')).error).not.toBe('limit_reached')
  tally.expectNoneThrough(4)
})
