/** What was neither named nor read out in a call is read back before it is cancelled or moved; a retry is no yes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, newCallId, salon, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await gateway.settle()
  gateway.simulator.control.reset()
  gateway.clock.advance(60_000)
})

let people = 0
const ring = (from = `+49151126${String(50_000 + ++people)}`) => ({ callId: newCallId(), from })
type Call = ReturnType<typeof ring>
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')

/** A caller of another day has one appointment: Friday, 10 o'clock. */
async function booked(): Promise<Call> {
  const first = ring()
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
  const started = await gateway.call('start_booking', wish, first)
  await gateway.call('confirm_booking', { booking_id: started.booking_id }, first)
  await gateway.settle()
  return ring(first.from)
}

async function said(
  name: string,
  args: Record<string, unknown>,
  call: Call,
  transcript: string,
): Promise<Answer> {
  const body = JSON.stringify({
    name,
    args,
    call: {
      call_id: call.callId,
      call_type: 'phone_call',
      agent_id: salon.agent,
      from_number: call.from,
      to_number: salon.mitte,
      direction: 'inbound',
      transcript,
    },
  })
  const signature = sign(body, gateway.clock.now())
  return (await gateway.send('/api/webhooks/retell/function', body, { signature })).json<Answer>()
}

const move = { new_date: '28.11.2026', new_time: '11:00' }
const changes = [
  [
    'cancel_appointment',
    {},
    'Sie haben einen Termin für Herrenhaarschnitt am Freitag, den 27. November um 10 Uhr bei Anna Becker. Soll ich ihn absagen?',
  ],
  [
    'reschedule_appointment',
    move,
    'Soll ich Ihren Termin am Freitag, den 27. November um 10 Uhr auf Samstag, den 28. November um 11 Uhr verschieben?',
  ],
] as const

describe.each(changes)('%s', (name, args, question) => {
  test('unnamed and unread it is read back, and an identical request gets the same', async () => {
    const call = await booked()
    const first = await gateway.call(name, args, call)
    expect(first).toMatchObject({
      success: false,
      error: 'not_confirmed',
      message: question,
      next_action: name,
    })
    gateway.clock.advance(10_000)
    expect(await gateway.call(name, args, call)).toEqual(first)
    expect(live()).toMatchObject([{ start: '2026-11-27T09:00:00.000Z' }])
  })

  test.each([
    ['confirmed: true', { confirmed: true }],
    ['the day', name === 'cancel_appointment' ? { date: 'Freitag' } : { old_date: 'Freitag' }],
  ])('%s is a yes', async (_what, yes) => {
    const call = await booked()
    expect(await gateway.call(name, { ...args, ...yes }, call)).toMatchObject({ success: true })
  })

  test('an id is a yes', async () => {
    const call = await booked()
    const asked = await gateway.call(name, args, call)
    expect(await gateway.call(name, { ...args, appointment_id: asked.appointment_id }, call)).toMatchObject({
      success: true,
    })
  })

  test('what was read out in this call needs no second reading', async () => {
    const call = await booked()
    await gateway.call('get_customer_appointments', {}, call)
    expect(await gateway.call(name, args, call)).toMatchObject({ success: true })
  })

  test('the same request after the caller has agreed; not after a no, a question or another wish', async () => {
    const call = await booked()
    let talk = 'Agent: Salon, guten Tag.\nUser: Es geht um meinen Termin.\n'
    expect(await said(name, args, call, talk)).toMatchObject({ error: 'not_confirmed', message: question })
    // A retry brings nothing new.
    expect(await said(name, args, call, talk)).toMatchObject({ error: 'not_confirmed', message: question })
    for (const [words, reason] of [
      ['Nein, doch nicht.', 'caller_said_no'],
      ['Moment, da muss ich erst nachsehen.', 'caller_undecided'],
    ]) {
      talk += `Agent: ${question}\nUser: ${words}\n`
      expect(await said(name, { ...args, confirmed: true }, call, talk)).toMatchObject({
        error: 'not_confirmed',
        reason,
      })
    }
    expect(live()).toMatchObject([{ start: '2026-11-27T09:00:00.000Z' }])
    talk += `Agent: ${question}\nUser: Ja, bitte.\n`
    expect(await said(name, args, call, talk)).toMatchObject({ success: true })
  })

  test('the agent asked in its own words and the caller said no', async () => {
    const call = await booked()
    const talk = 'Agent: Soll ich das machen?\nUser: Nein, doch lieber nicht.\n'
    expect(await said(name, { ...args, confirmed: true }, call, talk)).toMatchObject({
      error: 'not_confirmed',
      reason: 'caller_said_no',
    })
    expect(live()).toMatchObject([{ start: '2026-11-27T09:00:00.000Z' }])
  })
})

test('what this very call has booked is known to the caller', async () => {
  const call = ring()
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
  const started = await gateway.call('start_booking', wish, call)
  await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  expect(await gateway.call('cancel_appointment', {}, call)).toMatchObject({ success: true })
})
