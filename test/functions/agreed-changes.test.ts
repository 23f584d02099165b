/**
 * What a caller has agreed to (meaning.md; production.md 15): an appointment that was neither named nor read out is read back before it
 * is cancelled or moved, an agent's retry is no yes, and where a transcript comes along the caller's own words decide.
 */
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
})

let people = 0
const ring = (from = `+49151126${String(50_000 + ++people)}`) => ({ callId: newCallId(), from })
type Call = ReturnType<typeof ring>
const live = () =>
  gateway.simulator.control
    .bookings()
    .filter(({ status }) => status === 'accepted')
    .map(({ start }) => new Date(start).toISOString())
const [friday, tuesday] = ['2026-11-27T09:00:00.000Z', '2026-12-01T10:00:00.000Z']

/** A function call as Retell sends it, with what was said so far. */
async function ask(name: string, args: object, call: Call, transcript?: string): Promise<Answer> {
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
      ...(transcript !== undefined && { transcript }),
    },
  })
  const response = await gateway.send('/api/webhooks/retell/function', body, {
    signature: sign(body, gateway.clock.now()),
  })
  return response.json<Answer>()
}

/** Somebody who has booked in an earlier call, and rings again. */
async function booked(): Promise<Call> {
  const call = ring()
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
  expect(await ask('book_appointment', wish, call)).toMatchObject({ success: true })
  return ring(call.from)
}

const readOut = { success: false, error: 'not_confirmed', status: 'awaiting_confirmation' }
const move = { new_date: '01.12.2026', new_time: '11:00' }

describe('cancel_appointment', () => {
  test('what was neither named nor read out is read back, and a retry changes nothing', async () => {
    const call = await booked()
    const first = await ask('cancel_appointment', {}, call)
    expect(first).toMatchObject({
      ...readOut,
      message:
        'Sie haben einen Termin für Herrenhaarschnitt am Freitag, den 27. November um 10 Uhr bei Anna Becker. Soll ich ihn absagen?',
    })
    expect(await ask('cancel_appointment', {}, call)).toMatchObject({ ...readOut, message: first.message })
    expect(live()).toEqual([friday])
  })

  test.each([
    ['confirmed', () => ({ confirmed: true })],
    ['the id', (answer: Answer) => ({ appointment_id: answer.appointment_id })],
    ['the day', () => ({ date: 'Freitag' })],
  ])('%s is the yes', async (_, yes) => {
    const call = await booked()
    const asked = await ask('cancel_appointment', {}, call)
    expect(await ask('cancel_appointment', yes(asked), call)).toMatchObject({ status: 'cancelled' })
    expect(live()).toEqual([])
  })

  test('so is the same call after the caller has spoken', async () => {
    const call = await booked()
    const before = 'Agent: Guten Tag.\nUser: Ich möchte meinen Termin absagen.\n'
    expect(await ask('cancel_appointment', {}, call, before)).toMatchObject(readOut)
    expect(await ask('cancel_appointment', {}, call, before)).toMatchObject(readOut)
    const after = `${before}Agent: Soll ich ihn absagen?\nUser: Ja, ich kann leider nicht kommen.\n`
    expect(await ask('cancel_appointment', {}, call, after)).toMatchObject({ status: 'cancelled' })
  })

  test('what was read out in this call is not read out again', async () => {
    const call = await booked()
    expect(await ask('query_appointment', {}, call)).toMatchObject({ found: true })
    expect(await ask('cancel_appointment', {}, call)).toMatchObject({ status: 'cancelled' })
  })

  test.each([
    ['Nein, doch nicht.', 'caller_said_no', /wirklich absagen\?$/],
    ['Moment, ich frage meine Frau.', 'caller_undecided', /Soll ich ihn absagen\?$/],
    ['Kann ich ihn auch verschieben?', 'caller_wants_change', /steht noch\. Möchten Sie ihn verschieben/],
    ['Was kostet das dann?', 'caller_undecided', /Soll ich ihn absagen\?$/],
  ])('"%s" is no yes, whatever the agent says', async (words, reason, message) => {
    const call = await booked()
    const before = 'User: Ich möchte meinen Termin absagen.\n'
    await ask('cancel_appointment', {}, call, before)
    const said = `${before}Agent: Soll ich ihn absagen?\nUser: ${words}\n`
    const doubted = await ask('cancel_appointment', { confirmed: true }, call, said)
    expect(doubted).toMatchObject({ ...readOut, reason, message: expect.stringMatching(message) })
    expect(await ask('cancel_appointment', { date: 'Freitag' }, call, said)).toMatchObject(readOut)
    expect(live()).toEqual([friday])
    const yes = `${said}Agent: ${String(doubted.message)}\nUser: Ja, bitte absagen.\n`
    expect(await ask('cancel_appointment', {}, call, yes)).toMatchObject({ status: 'cancelled' })
  })

  test('a plain no counts also where the agent has read it back on its own', async () => {
    const call = await booked()
    const said = 'Agent: Soll ich den Termin am Freitag absagen?\nUser: Nein, doch nicht, danke.\n'
    expect(await ask('cancel_appointment', { date: 'Freitag', confirmed: true }, call, said)).toMatchObject({
      ...readOut,
      reason: 'caller_said_no',
    })
  })

  test.each(['Ich kann am Freitag doch nicht kommen.', 'Freitag geht nicht, ich bin krank.'])(
    '"%s" is a reason to cancel and no refusal',
    async (words) => {
      const call = await booked()
      expect(await ask('cancel_appointment', { date: 'Freitag' }, call, `User: ${words}\n`)).toMatchObject({
        status: 'cancelled',
      })
    },
  )
})

describe('reschedule_appointment', () => {
  test('both times are read back when the old one was not named, and a retry changes nothing', async () => {
    const call = await booked()
    const first = await ask('reschedule_appointment', move, call)
    expect(first).toMatchObject({
      success: false,
      status: 'ready_for_confirmation',
      message:
        'Soll ich Ihren Termin am Freitag, den 27. November um 10 Uhr auf Dienstag, den 1. Dezember um 11 Uhr verschieben?',
    })
    expect(await ask('reschedule_appointment', move, call)).toMatchObject({ message: first.message })
    expect(live()).toEqual([friday])
    expect(await ask('reschedule_appointment', { ...move, confirmed: true }, call)).toMatchObject({
      status: 'rescheduled',
    })
    expect(live()).toEqual([tuesday])
  })

  test('the caller says yes, or something else', async () => {
    const call = await booked()
    const before = 'User: Ich möchte meinen Termin auf Dienstag um elf verschieben.\n'
    await ask('reschedule_appointment', move, call, before)
    const no = `${before}Agent: Soll ich ihn verschieben?\nUser: Nein, dann lassen wir es.\n`
    expect(await ask('reschedule_appointment', { ...move, confirmed: true }, call, no)).toMatchObject({
      status: 'ready_for_confirmation',
      reason: 'caller_said_no',
      message: expect.stringContaining('wirklich auf Dienstag'),
    })
    expect(live()).toEqual([friday])
    const yes = `${no}Agent: Wirklich?\nUser: Ja, doch.\n`
    expect(await ask('reschedule_appointment', move, call, yes)).toMatchObject({ status: 'rescheduled' })
  })

  test('another new time is a new wish; the old one has been heard', async () => {
    const call = await booked()
    const before = 'User: Ich möchte meinen Termin auf Dienstag um elf verschieben.\n'
    await ask('reschedule_appointment', move, call, before)
    const said = `${before}Agent: Soll ich ihn verschieben?\nUser: Nein, lieber um zwölf.\n`
    expect(await ask('reschedule_appointment', { ...move, confirmed: true }, call, said)).toMatchObject({
      reason: 'caller_wants_change',
    })
    expect(await ask('reschedule_appointment', { ...move, new_time: '12:00' }, call, said)).toMatchObject({
      status: 'rescheduled',
    })
  })
})
