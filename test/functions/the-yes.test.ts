/** The yes is the caller's (production.md 15): where a transcript comes along, what they said since the read-back decides. */
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

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = () => ({ callId: newCallId(), from: `+49151125${String(50_000 + ++people)}` })
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')

/** A function call as Retell sends it: with everything that was said so far. */
async function ask(
  name: string,
  args: Record<string, unknown>,
  call: ReturnType<typeof ring>,
  transcript: string | null,
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
      ...(transcript !== null && { transcript }),
    },
  })
  const response = await gateway.send('/api/webhooks/retell/function', body, {
    signature: sign(body, gateway.clock.now()),
  })
  return response.json<Answer>()
}

const before = 'Agent: Salon, guten Tag.\nUser: Freitag um zehn, ein Herrenhaarschnitt, Max Mustermann.\n'
const readBack = `${before}Agent: Termin für Max Mustermann am Freitag um 10 Uhr. Soll ich das so eintragen?\n`

/** A draft that was read back. */
async function drafted() {
  const call = ring()
  const started = await ask('start_booking', wish, call, before)
  expect(started).toMatchObject({ success: true })
  const confirm = (
    transcript: string | null,
    args: Record<string, unknown> = { booking_id: started.booking_id, confirmed: true },
  ) => ask('confirm_booking', args, call, transcript)
  return { call, started, confirm }
}

describe('what was said since the read-back', () => {
  test.each([
    ['Nein, doch nicht.', 'caller_said_no', /wirklich eintragen\?$/],
    ['Moment, ich muss erst meine Frau fragen.', 'caller_undecided', /so eintragen\?$/],
    ['Was kostet das denn?', 'caller_undecided', /so eintragen\?$/],
    ['Ja, aber lieber um elf.', 'caller_wants_change', /^Was soll anders sein\? Vorgemerkt ist der Termin/],
    ['Am Samstag wäre besser.', 'caller_wants_change', /^Was soll anders sein/],
    ['Ja, um 11 Uhr.', 'caller_wants_change', /^Was soll anders sein/],
  ])('"%s": nothing is booked, and it is asked about (%s)', async (words, reason, message) => {
    const { started, confirm } = await drafted()
    const transcript = `${readBack}User: ${words}\nAgent: Einen Moment, ich trage das ein.\n`
    const answer = await confirm(transcript)
    expect(answer).toMatchObject({
      success: false,
      error: 'not_confirmed',
      reason,
      booking_id: started.booking_id,
      message: expect.stringMatching(message),
    })
    // A retry says nothing new, with or without the id.
    expect(await confirm(transcript)).toMatchObject({ error: 'not_confirmed' })
    expect(await confirm(transcript, { confirmed: true })).toMatchObject({ error: 'not_confirmed' })
    expect(live()).toEqual([])
    const then = `${transcript}Agent: ${String(answer.message)}\nUser: Ja, bitte.\n`
    expect(await confirm(then)).toMatchObject({ success: true, status: 'confirmed' })
    expect(live()).toHaveLength(1)
  })

  test.each([
    'Ja.',
    'Ja, um zehn passt.',
    'Moment … ja, das geht.',
    'Passt, Freitag ist gut.',
    'Jo, machen Sie das.',
  ])('"%s" is a yes', async (words) => {
    const { confirm } = await drafted()
    expect(await confirm(`${readBack}User: ${words}\n`)).toMatchObject({ success: true })
    expect(live()).toHaveLength(1)
  })

  test('what was asked and answered in between counts by its end', async () => {
    const { confirm } = await drafted()
    const talk = `${readBack}User: Was kostet das?\nAgent: 28 Euro. Soll ich es eintragen?\nUser: Ja, gut.\n`
    expect(await confirm(talk)).toMatchObject({ success: true })
  })

  test('another wish in between that no new draft was made for is not booked as the old one', async () => {
    const { confirm } = await drafted()
    const talk = `${readBack}User: Nein, lieber um elf.\nAgent: Um elf, ist gut. Soll ich?\nUser: Ja.\n`
    expect(await confirm(talk)).toMatchObject({ error: 'not_confirmed', reason: 'caller_wants_change' })
    expect(live()).toEqual([])
  })

  test('a new start is a new read-back: what was said before it is over', async () => {
    const { call } = await drafted()
    const talk = `${readBack}User: Nein, lieber um elf.\n`
    const again = await ask('start_booking', { ...wish, time: '11:00' }, call, talk)
    const yes = `${talk}Agent: Um 11 Uhr. Soll ich das so eintragen?\nUser: Ja.\n`
    expect(await ask('confirm_booking', { booking_id: again.booking_id }, call, yes)).toMatchObject({
      success: true,
      time: '11:00',
    })
  })
})

test('without a transcript, and when nothing was said since, nothing changes', async () => {
  const first = await drafted()
  expect(await first.confirm(null)).toMatchObject({ success: true })
  const second = await drafted()
  expect(await second.confirm(before)).toMatchObject({ success: true })
})

test('a repeat after the booking is told as before, whatever was said since', async () => {
  const { confirm } = await drafted()
  expect(await confirm(`${readBack}User: Ja.\n`)).toMatchObject({ success: true })
  const later = `${readBack}User: Ja.\nAgent: Gebucht.\nUser: Was kostet das noch mal?\n`
  expect(await confirm(later)).toMatchObject({ success: true })
  expect(live()).toHaveLength(1)
})
