/** The same wish twice (production.md 1, 5, 14): a person's own appointment is asked about, and nothing older is told as new. */
import { Client } from 'pg'
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

const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
const booked = /erfolgreich gebucht/
let people = 0
const newNumber = () => `+49151124${String(50_000 + ++people)}`
const ring = (from: string | null = newNumber(), to: string = salon.mitte) => ({
  callId: newCallId(),
  from,
  to,
})
type Call = ReturnType<typeof ring>
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')
const book = async (call: Call, changes: Record<string, unknown> = {}): Promise<Answer> => {
  const started = await gateway.call('start_booking', { ...wish, ...changes }, call)
  expect(started).toMatchObject({ success: true, validation_status: 'valid' })
  const done = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
  expect(done).toMatchObject({ success: true, message: expect.stringMatching(booked) })
  return done
}
/** A function call whose envelope carries the transcript, as Retell sends it. */
const said = async (name: string, args: Record<string, unknown>, call: Call, transcript: string) => {
  const body = JSON.stringify({
    name,
    args,
    call: {
      call_id: call.callId,
      call_type: 'phone_call',
      agent_id: salon.agent,
      from_number: call.from,
      to_number: call.to,
      direction: 'inbound',
      transcript,
    },
  })
  const response = await gateway.send('/api/webhooks/retell/function', body, {
    signature: sign(body, gateway.clock.now()),
  })
  return response.json<Answer>()
}
const own = (existing: Record<string, unknown> = {}) => ({
  success: false,
  error: 'own_appointment',
  existing_appointment: { date: '2026-11-27', time: '10:00', ...existing },
})

describe('one’s own appointment is asked about before the yes', () => {
  test('the line drops after the booking, and the caller rings again with the same wish', async () => {
    const first = ring()
    const done = await book(first)
    const again = ring(first.from)
    const asked = await gateway.call('start_booking', wish, again)
    expect(asked).toMatchObject(own({ id: done.appointment_id, service: 'Herrenhaarschnitt' }))
    expect(asked.message).toBe(
      'Da haben Sie schon einen Termin bei uns, am Freitag, den 27. November um 10 Uhr. Soll ich einen zusätzlichen eintragen?',
    )
    expect(asked.booking_id).toBeUndefined()
    const confirmed = await gateway.call('confirm_booking', { confirmed: true }, again)
    expect(confirmed.success).toBe(false)
    expect(confirmed.message).not.toMatch(booked)
    expect(live()).toHaveLength(1)
  })

  test('at another branch, and at an overlapping time, it is the same person', async () => {
    const first = ring()
    await book(first)
    const nord = ring(first.from, salon.nord)
    expect(await gateway.call('start_booking', wish, nord)).toMatchObject(own({ branch: 'Mitte' }))
    expect(await gateway.call('start_booking', { ...wish, time: '10:15' }, ring(first.from))).toMatchObject(
      own(),
    )
    const colour = { ...wish, service: 'Damenhaarschnitt', time: '9:30' }
    const other = await gateway.call('start_booking', colour, ring(first.from))
    expect(other).toMatchObject(own())
    expect(other.message).toMatch(/zusätzlichen/)
  })

  test('in one call: an overlapping time for the same name, also from a withheld number', async () => {
    for (const from of [newNumber(), 'anonymous']) {
      const call = ring(from)
      gateway.simulator.control.reset()
      await book(call)
      expect(await gateway.call('start_booking', { ...wish, time: '10:15' }, call)).toMatchObject(own())
      expect(await gateway.call('book_appointment', { ...wish, time: '10:15' }, call)).toMatchObject(own())
      const collected = await gateway.call('collect_appointment_data', { ...wish, time: '10:15' }, call)
      expect(collected).toMatchObject({ ...own(), bestaetigung_status: 'not_confirmed' })
      expect(live()).toHaveLength(1)
    }
  })

  test('a correction after the booking asks whether to move or to add', async () => {
    const call = ring()
    await book(call, { time: '13:00' })
    const asked = await gateway.call('start_booking', { ...wish, time: '15:00' }, call)
    expect(asked).toMatchObject(own({ time: '13:00' }))
    expect(asked.message).toBe(
      'Sie haben schon einen Termin bei uns, am Freitag, den 27. November um 13 Uhr. Soll ich den Termin verschieben oder einen zweiten eintragen?',
    )
    const { id } = asked.existing_appointment as { id: number }
    const moved = { appointment_id: id, new_date: '27.11.2026', new_time: '15:00' }
    expect(await gateway.call('reschedule_appointment', moved, call)).toMatchObject({ success: true })
    expect(live().filter(({ status }) => status === 'accepted')).toMatchObject([
      { start: '2026-11-27T14:00:00.000Z' },
    ])
  })

  test('families share a number: another person’s appointment is not one’s own, a cut name is', async () => {
    const first = ring()
    await book(first, { name: 'Petra Sommer' })
    await book(ring(first.from), { name: 'Finn Sommer' })
    expect(await gateway.call('start_booking', { ...wish, name: 'Sommer' }, ring(first.from))).toMatchObject(
      own(),
    )
    const frau = ring()
    await book(frau, { name: 'Frau Winter', time: '16:00' })
    await book(ring(frau.from), { name: 'Herr Winter', time: '16:00' })
    expect(live()).toHaveLength(4)
  })

  test('another number or a withheld one knows nothing of it', async () => {
    await book(ring())
    await book(ring())
    await book(ring('anonymous'))
    expect(live()).toHaveLength(3)
  })

  test('who books two different things, or the same on another day, is not asked', async () => {
    const call = ring()
    await book(call)
    await book(call, { service: 'Beratung', date: '28.11.2026' })
    await book(call, { service: 'Damenhaarschnitt', time: '16:00' })
    await book(ring(call.from), { date: '1.12.2026' })
    expect(live()).toHaveLength(4)
  })

  test('what was cancelled is in nobody’s way', async () => {
    const call = ring()
    const done = await book(call)
    await gateway.call('cancel_appointment', { appointment_id: done.appointment_id }, call)
    await book(call)
    await gateway.call('cancel_appointment', { date: '27.11.2026' }, call)
    await book(ring(call.from))
  })

  test('a single host whose time only the own appointment takes: it is said that it is theirs', async () => {
    const call = ring(newNumber(), salon.nord)
    await book(call, { time: '11:00' })
    const asked = await gateway.call('start_booking', { ...wish, time: '11:00' }, ring(call.from, salon.nord))
    expect(asked).toMatchObject({ ...own({ time: '11:00' }), available: false })
    expect(asked.message).toMatch(/haben Sie selbst schon einen Termin/)
    const { alternatives } = asked as unknown as { alternatives: Array<{ start: string }> }
    expect(alternatives.length).toBeGreaterThan(0)
    const additional = { ...wish, time: '11:00', additional: true }
    expect(await gateway.call('start_booking', additional, ring(call.from, salon.nord))).toMatchObject(
      own({ time: '11:00' }),
    )
  })

  test('the own time is never offered as an alternative', async () => {
    const call = ring()
    await book(call)
    for (const hostId of [501, 502, 503])
      gateway.simulator.control.addBusyTime({
        hostId,
        start: '2026-11-27T08:30:00Z',
        end: '2026-11-27T08:45:00Z',
      })
    const later = ring(call.from)
    const taken = await gateway.call('start_booking', { ...wish, service: 'Beratung', time: '9:30' }, later)
    const starts = (answer: Answer) =>
      (answer.alternatives as Array<{ start: string }>).map(({ start }) => start)
    expect(taken).toMatchObject({ success: false, error: 'slot_unavailable' })
    const inside = (start: string) => start >= '2026-11-27T09:00' && start < '2026-11-27T09:30'
    expect(starts(taken).filter(inside)).toEqual([])
    const more = await gateway.call(
      'get_alternatives',
      { preferred_date: '27.11.2026', preferred_time: '10:00', service: 'Beratung' },
      later,
    )
    expect(starts(more).length).toBeGreaterThan(0)
    expect(starts(more).filter(inside)).toEqual([])
  })

  test('the calendar is down: what is known is asked all the same', async () => {
    const call = ring()
    await book(call)
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503, times: 1 })
    expect(await gateway.call('start_booking', wish, ring(call.from))).toMatchObject(own())
  })
})

describe('nobody knows yet whether the first was booked', () => {
  const lostAnswer = () => {
    const { control } = gateway.simulator
    control.addFault({ operation: 'createBooking', effect: 'reset', phase: 'after', times: 1 })
    control.addFault({ operation: 'listBookings', effect: 'error', status: 503, times: null })
  }

  test('another time for the same person is asked about first: one wish does not become two appointments', async () => {
    const call = ring()
    const first = await gateway.call('start_booking', wish, call)
    lostAnswer()
    expect(await gateway.call('confirm_booking', { booking_id: first.booking_id }, call)).toMatchObject({
      success: false,
      error: 'booking_unknown',
    })
    const other = await gateway.call('start_booking', { ...wish, date: '28.11.2026' }, call)
    expect(other).toMatchObject({
      success: false,
      error: 'booking_unknown',
      message:
        'Ob Ihr Termin am Freitag, den 27. November um 10 Uhr eingetragen ist, prüfen wir noch. Soll ich trotzdem einen weiteren eintragen?',
    })
    expect(await gateway.call('book_appointment', { ...wish, date: '28.11.2026' }, call)).toMatchObject({
      error: 'booking_unknown',
    })
    gateway.simulator.control.clearFaults()
    expect(live()).toHaveLength(1)
    // Who wants it all the same says so; another person is asked nothing.
    expect(
      await gateway.call('start_booking', { ...wish, name: 'Lena Brandt', time: '12:00' }, call),
    ).toMatchObject({
      success: true,
    })
    const besides = { ...wish, date: '28.11.2026', additional: true }
    expect(await gateway.call('start_booking', besides, call)).toMatchObject({ success: true })
  })

  test('a draft from before waits for it', async () => {
    const call = ring()
    const draft = await gateway.call(
      'start_booking',
      { ...wish, name: 'Max Mustermann', time: '15:00' },
      call,
    )
    await gateway.database.tenancy.run(1, (tx) =>
      tx.bookingAttempt.update({
        where: { id: String(draft.booking_id) },
        data: { customerName: 'Somebody Else' },
      }),
    )
    const first = await gateway.call('start_booking', wish, call)
    lostAnswer()
    await gateway.call('confirm_booking', { booking_id: first.booking_id }, call)
    await gateway.database.tenancy.run(1, (tx) =>
      tx.bookingAttempt.update({
        where: { id: String(draft.booking_id) },
        data: { customerName: 'Max Mustermann' },
      }),
    )
    const answer = await gateway.call('confirm_booking', { booking_id: draft.booking_id }, call)
    expect(answer).toMatchObject({ success: false })
    expect(live()).toHaveLength(1)
    gateway.simulator.control.clearFaults()
  })
})

describe('the yes', () => {
  test('additional: true books a second one, once, however often it is repeated', async () => {
    const call = ring()
    await book(call)
    for (const name of ['book_appointment', 'collect_appointment_data']) {
      const again = ring(call.from)
      const before = live().length
      const first = await gateway.call(name, { ...wish, additional: true }, again)
      expect(first).toMatchObject({ success: true, message: expect.stringMatching(booked) })
      const repeat = await gateway.call(name, { ...wish, additional: 'ja' }, again)
      expect(repeat).toMatchObject({ success: true, appointment_id: first.appointment_id })
      expect(live()).toHaveLength(before + 1)
    }
  })

  test('in the very call that booked, additional: true opens a draft of its own', async () => {
    const call = ring()
    const done = await book(call)
    const second = await gateway.call('start_booking', { ...wish, additional: true }, call)
    expect(second).toMatchObject({ success: true, status: 'validating' })
    expect(second.booking_id).not.toBe(done.booking_id)
    await gateway.call('confirm_booking', { booking_id: second.booking_id }, call)
    expect(live()).toHaveLength(2)
  })

  test('the same wish again after the caller has spoken; a retry with the same transcript is none', async () => {
    const first = ring()
    await book(first)
    const call = ring(first.from)
    const before = 'Agent: Guten Tag.\nUser: Freitag um zehn bitte.'
    expect(await said('start_booking', wish, call, before)).toMatchObject(own())
    gateway.clock.advance(10_000)
    expect(await said('start_booking', wish, call, before)).toMatchObject(own())
    const after = `${before}\nAgent: Da haben Sie schon einen Termin. Soll ich einen zusätzlichen eintragen?\nUser: Ja, noch einen.`
    const started = await said('start_booking', wish, call, after)
    expect(started).toMatchObject({ success: true, status: 'validating' })
    expect(await said('confirm_booking', {}, call, `${after}\nUser: Ja.`)).toMatchObject({ success: true })
    expect(live()).toHaveLength(2)
  })

  test('the new turn answers only what was asked: another time is asked about anew', async () => {
    const first = ring()
    await book(first)
    const call = ring(first.from)
    expect(await said('start_booking', wish, call, 'User: Freitag um zehn.')).toMatchObject(own())
    const other = { ...wish, time: '10:15' }
    expect(
      await said('start_booking', other, call, 'User: Freitag um zehn.\nUser: Viertel elf.'),
    ).toMatchObject(own())
  })

  test('without a transcript: at least two seconds later, and not before', async () => {
    const first = ring()
    await book(first)
    const call = ring(first.from)
    expect(await gateway.call('book_appointment', wish, call)).toMatchObject(own())
    gateway.clock.advance(1_900)
    expect(await gateway.call('book_appointment', wish, call)).toMatchObject(own())
    gateway.clock.advance(100)
    expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
    expect(live()).toHaveLength(2)
  })
})

describe('at once', () => {
  test('two calls of one person, at two branches: one is booked, the other hears of it', async () => {
    const mitte = ring()
    const nord = ring(mitte.from, salon.nord)
    const drafts = await Promise.all(
      [mitte, nord].map((call) => gateway.call('start_booking', { ...wish, time: '12:00' }, call)),
    )
    expect(drafts).toMatchObject([{ success: true }, { success: true }])
    gateway.simulator.control.setLatency(150, 'createBooking')
    const answers = await Promise.all(
      [mitte, nord].map((call, index) =>
        gateway.call('confirm_booking', { booking_id: drafts[index]?.booking_id }, call),
      ),
    )
    expect(answers.filter(({ success }) => success)).toHaveLength(1)
    const loser = answers.findIndex(({ success }) => !success)
    expect(answers[loser]).toMatchObject(own({ time: '12:00' }))
    expect(live()).toHaveLength(1)
    // Whoever has heard it and says yes again means it.
    gateway.clock.advance(5_000)
    const call = [mitte, nord][loser]!
    const yes = await gateway.call('confirm_booking', { booking_id: drafts[loser]?.booking_id }, call)
    expect(yes).toMatchObject({ success: true })
    expect(live()).toHaveLength(2)
  })

  test('the first of two fails: the second is booked', async () => {
    const one = ring()
    const two = ring(one.from)
    const drafts = await Promise.all([
      gateway.call('start_booking', { ...wish, time: '10:00' }, one),
      gateway.call('start_booking', { ...wish, time: '15:00' }, two),
    ])
    expect(drafts).toMatchObject([{ success: true }, { success: true }])
    gateway.simulator.control.setLatency(150, 'createBooking')
    gateway.simulator.control.addFault({ operation: 'createBooking', effect: 'error', status: 400, times: 1 })
    const answers = await Promise.all(
      [one, two].map((call, index) =>
        gateway.call('confirm_booking', { booking_id: drafts[index]?.booking_id }, call),
      ),
    )
    expect(answers.filter(({ success }) => success)).toHaveLength(1)
    expect(live()).toHaveLength(1)
  })

  /** Two calls from one number with a draft each for one time; the first has booked it. */
  const twoDraftsOneBooked = async () => {
    const one = ring()
    const two = ring(one.from, salon.nord)
    const drafts = await Promise.all(
      [one, two].map((call) => gateway.call('start_booking', { ...wish, time: '11:00' }, call)),
    )
    expect(drafts).toMatchObject([{ success: true }, { success: true }])
    const [first, second] = drafts
    await gateway.call('confirm_booking', { booking_id: first?.booking_id }, one)
    await gateway.settle()
    return {
      one,
      two,
      confirm: () => gateway.call('confirm_booking', { booking_id: second?.booking_id }, two),
    }
  }
  /** Does something with the database while `confirm` waits for what the other connection has locked. */
  const whileWaiting = async (
    lock: string,
    confirm: () => Promise<Answer>,
    act: (other: Client) => unknown,
  ) => {
    const other = new Client({ connectionString: gateway.databaseUrl })
    await other.connect()
    try {
      await other.query(`BEGIN; ${lock}`)
      const answer = confirm()
      await expect
        .poll(async () => (await other.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount)
        .toBeGreaterThan(0)
      await act(other)
      await other.query('COMMIT')
      return await answer
    } finally {
      await other.end()
    }
  }

  test('a retry that came right after the question, and waited, is not the answer to it', async () => {
    const { two, confirm } = await twoDraftsOneBooked()
    expect(await confirm()).toMatchObject(own({ time: '11:00' }))
    const lock = `SELECT pg_advisory_xact_lock(hashtextextended('booking-for:1:${two.from}', 0))`
    const retried = await whileWaiting(lock, confirm, () => gateway.clock.advance(2_500))
    expect(retried).toMatchObject(own({ time: '11:00' }))
    expect(live()).toHaveLength(1)
  })

  test('what the other call has booked between two looks is seen', async () => {
    const { one, confirm } = await twoDraftsOneBooked()
    const set = (state: string, status: string) =>
      `UPDATE booking_attempts SET state = '${state}' WHERE call_id = '${one.callId}';
       UPDATE appointments SET status = '${status}' WHERE call_id = '${one.callId}'`
    const prepare = new Client({ connectionString: gateway.databaseUrl })
    await prepare.connect()
    // As it was while Cal.com was still being asked.
    await prepare.query(set('executing', 'cancelled'))
    await prepare.end()
    const answer = await whileWaiting('LOCK TABLE calls IN ACCESS EXCLUSIVE MODE', confirm, (other) =>
      other.query(set('booked', 'scheduled')),
    )
    expect(answer).toMatchObject(own({ time: '11:00' }))
    expect(live()).toHaveLength(1)
  })

  test('two identical book_appointment join: both tell the same booking', async () => {
    const call = ring()
    gateway.simulator.control.setLatency(100, 'createBooking')
    const answers = await Promise.all([1, 2, 3].map(() => gateway.call('book_appointment', wish, call)))
    expect(answers.map(({ success }) => success)).toEqual([true, true, true])
    expect(new Set(answers.map((answer) => answer.calcom_uid)).size).toBe(1)
    expect(live()).toHaveLength(1)
  })
})

describe('confirm tells nothing older as new', () => {
  const noHosts = () => {
    for (const hostId of [501, 502, 503])
      gateway.simulator.control.addBusyTime({
        hostId,
        start: '2026-12-02T06:00:00Z',
        end: '2026-12-02T20:00:00Z',
      })
  }

  test.each([
    ['without an id', () => ({})],
    ['with an empty id', () => ({ booking_id: '' })],
    ['with a made-up id', () => ({ booking_id: '1' })],
    ['with the id of the older booking', (older: Answer) => ({ booking_id: older.booking_id })],
  ])('after a failed start, %s: what stands is told as standing', async (_, input) => {
    const call = ring()
    const older = await book(call)
    noHosts()
    const failed = await gateway.call('start_booking', { ...wish, date: '2.12.2026' }, call)
    expect(failed).toMatchObject({ success: false })
    const answer = await gateway.call('confirm_booking', { ...input(older), confirmed: true }, call)
    expect(answer).toMatchObject({ success: false, existing_appointment: { id: older.appointment_id } })
    expect(answer.message).toMatch(/^Ihr Termin am Freitag, den 27\. November um 10 Uhr steht bereits\./)
    expect(live()).toHaveLength(1)
  })

  test.each([
    ['a question that was left open', { date: undefined }],
    ['a person who is not there', { staff: 'Zacharias' }],
  ])('a start that ends in %s counts as failed too', async (_, changes) => {
    const call = ring()
    await book(call)
    await gateway.call('start_booking', { ...wish, date: '2.12.2026', ...changes }, call)
    const answer = await gateway.call('confirm_booking', {}, call)
    expect(answer.success).toBe(false)
    expect(answer.message).not.toMatch(booked)
  })

  test('an older draft is not booked for a newer wish that failed: it is asked about first', async () => {
    for (const withId of [true, false]) {
      const call = ring()
      gateway.simulator.control.reset()
      const draft = await gateway.call('start_booking', wish, call)
      noHosts()
      await gateway.call('start_booking', { ...wish, date: '2.12.2026' }, call)
      const id = withId ? { booking_id: draft.booking_id } : {}
      const asked = await gateway.call('confirm_booking', id, call)
      expect(asked).toMatchObject({ success: false, booking_id: draft.booking_id })
      expect(asked.message).toMatch(/^Meinen Sie den Termin/)
      expect(await gateway.call('confirm_booking', id, call)).toMatchObject({ success: false })
      expect(live()).toEqual([])
      gateway.clock.advance(4_000)
      const yes = await gateway.call('confirm_booking', { booking_id: draft.booking_id }, call)
      expect(yes).toMatchObject({ success: true })
    }
  })

  test('a booking that Cal.com refused is not followed by an older one', async () => {
    const call = ring()
    await book(call)
    await gateway.call('start_booking', { ...wish, date: '2.12.2026' }, call)
    noHosts()
    expect(await gateway.call('confirm_booking', {}, call)).toMatchObject({ success: false })
    const again = await gateway.call('confirm_booking', {}, call)
    expect(again.success).toBe(false)
    expect(again.message).not.toMatch(booked)
  })

  test('a genuine repeat answers the same; much later it stands', async () => {
    const call = ring()
    const done = await book(call)
    expect(await gateway.call('confirm_booking', { booking_id: done.booking_id }, call)).toEqual(done)
    expect(await gateway.call('confirm_booking', {}, call)).toEqual(done)
    gateway.clock.advance(20 * 60_000)
    const later = await gateway.call('confirm_booking', { booking_id: done.booking_id }, call)
    expect(later).toMatchObject({ success: true, appointment_id: done.appointment_id })
    expect(later.message).toMatch(/steht bereits/)
  })

  test('a call id that is used again days later is a new call, and the past is no news', async () => {
    const call = ring()
    const done = await book(call)
    const before = gateway.clock.now()
    try {
      for (const now of ['2026-11-26T08:00:00Z', '2026-11-30T08:00:00Z']) {
        gateway.clock.set(now)
        for (const id of [undefined, '1', done.booking_id]) {
          const answer = await gateway.call('confirm_booking', { booking_id: id, confirmed: true }, call)
          expect(answer.success).toBe(false)
          expect(answer.message).not.toMatch(/gebucht|steht/)
        }
      }
      gateway.clock.set('2026-11-26T08:00:00Z')
      expect(await gateway.call('book_appointment', wish, call)).toMatchObject(own())
    } finally {
      gateway.clock.set(before)
    }
  })
})
