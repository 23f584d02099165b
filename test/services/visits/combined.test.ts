/** Several services with one yes: booked whole or not at all (docs/visits.md). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkAvailability } from '../../../src/functions/check-availability.ts'
import { both, openVisits } from './kit.ts'

let salon: Awaited<ReturnType<typeof openVisits>>
beforeAll(async () => {
  salon = await openVisits()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const bookingWords = /gebucht|bestätigt/i
/** Long enough to look a lost booking up, short enough for a test. */
const budgetMs = 3_000

/** All of it lives, none of it, or the business has been asked to tell the caller. */
async function wholeOrTold(parts = 2) {
  const rows = await salon.standing()
  expect(salon.live()).toHaveLength(rows.length)
  const visits = await salon.visitRows()
  expect(visits.filter(({ state }) => state === 'executing' || state === 'undoing')).toEqual([])
  const told = (await salon.callbackRows()).filter(({ kind }) => kind === 'technical')
  if (rows.length !== 0 && rows.length !== parts) expect(told).not.toEqual([])
  return { living: rows.length, told }
}

describe('one yes', () => {
  test('c10 colour and cut are held back to back, read back in one summary, and booked with one yes', async () => {
    const call = salon.newCall()
    const started = await salon.start(call)
    expect(started).toMatchObject({
      success: true,
      requires_confirmation: true,
      message:
        'Ich fasse zusammen: Termine für Max Mustermann am Freitag, den 27. November: um 10 Uhr Färben, danach um 12 Uhr Damenhaarschnitt. Soll ich beides so eintragen?',
      services: ['Färben', 'Damenhaarschnitt'],
      appointments: [
        { service: 'Färben', date: '2026-11-27', time: '10:00' },
        { service: 'Damenhaarschnitt', date: '2026-11-27', time: '12:00' },
      ],
    })
    expect(salon.live()).toHaveLength(0)
    expect(salon.simulator.control.reservations()).toHaveLength(2)

    const confirmed = await salon.confirm(call)
    expect(confirmed).toMatchObject({ success: true, status: 'confirmed', booking_id: started.booking_id })
    expect(confirmed.message).toMatch(
      /^Ihre Termine wurden erfolgreich gebucht! Am Freitag, den 27\. November: um 10 Uhr Färben bei .+, danach um 12 Uhr Damenhaarschnitt bei .+\.$/,
    )
    expect(salon.live()).toHaveLength(2)
    expect(await salon.standing()).toHaveLength(2)
    expect(await salon.visitRows()).toMatchObject([{ state: 'booked', parts: 2, leaseUntil: null }])
    expect(salon.simulator.control.reservations()).toEqual([])
  })

  test.each([2, 3])('a visit of %i parts costs at most 2 + 4n requests', async (n) => {
    const call = salon.newCall()
    const service = n === 2 ? both.service : 'Färben, Damenhaarschnitt und Beratung'
    expect(await salon.start(call, { service })).toMatchObject({ success: true })
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(n)
    expect(salon.simulator.control.requests().length).toBeLessThanOrEqual(2 + 4 * n)
  })

  test('as said with "erst … dann"; else colour comes before the cut', async () => {
    const said = await salon.start(salon.newCall(), { service: 'Damenhaarschnitt und Färben' })
    expect(said.services).toEqual(['Färben', 'Damenhaarschnitt'])
    const ordered = await salon.start(salon.newCall('+4915112345600'), {
      service: 'erst Damenhaarschnitt, dann Färben',
      date: '1.12.2026',
      name: 'Erika Beispiel',
    })
    expect(ordered.services).toEqual(['Damenhaarschnitt', 'Färben'])
  })

  test('the person asked for does what they do; the other part is whoever is free', async () => {
    const started = await salon.start(salon.newCall(), {
      service: 'Herrenhaarschnitt und Bartpflege',
      staff: 'Bernd',
    })
    expect(started.message).toContain(
      'Herrenhaarschnitt bei Bernd Krause, danach um 10 Uhr 30 Bartpflege bei Bernd Krause',
    )
    const other = await salon.start(salon.newCall('+4915112345600'), {
      name: 'Erika Beispiel',
      service: 'Herrenhaarschnitt und Bartpflege',
      staff: 'Anna',
      time: '15:00',
    })
    expect(other.message).toContain('Herrenhaarschnitt bei Anna Becker, danach um 15 Uhr 30 Bartpflege.')
  })

  test('the yes again is told again, and books nothing more', async () => {
    const call = salon.newCall()
    const { booking_id } = await salon.start(call)
    await salon.confirm(call)
    expect(await salon.confirm(call, { confirmed: true, booking_id })).toMatchObject({
      success: true,
      booking_id,
    })
    expect(await salon.confirm(call)).toMatchObject({ success: true, booking_id })
    expect(await salon.start(call)).toMatchObject({ success: true, status: 'already_booked' })
    expect(salon.live()).toHaveLength(2)
  })

  test('the same wish twice at once is one visit, the same yes twice at once one booking of each part', async () => {
    const call = salon.newCall()
    const [one, other] = await Promise.all([salon.start(call), salon.start(call)])
    expect(one?.booking_id).toBe(other?.booking_id)
    const answers = await Promise.all([salon.confirm(call), salon.confirm(call)])
    for (const answer of answers) expect(answer).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(2)
  })

  test('the id of any part means the whole', async () => {
    const call = salon.newCall()
    const { appointments } = await salon.start(call)
    const [, second] = appointments as Array<{ booking_id: string }>
    expect(await salon.confirm(call, { confirmed: true, booking_id: second!.booking_id })).toMatchObject({
      success: true,
      status: 'confirmed',
    })
    expect(salon.live()).toHaveLength(2)
  })

  test('a part is never executed alone, whatever asks for it', async () => {
    const call = salon.newCall()
    const { booking_id } = await salon.start(call)
    const single = await salon.booking.confirm(await salon.context(call), { bookingId: String(booking_id) })
    expect(single.kind).toBe('part')
    expect((await salon.attempts.claim(1, String(booking_id))).kind).not.toBe('claimed')
    expect(salon.live()).toHaveLength(0)
  })
})

describe('changed mind', () => {
  test('"doch lieber um elf" moves all of it', async () => {
    const call = salon.newCall()
    await salon.start(call)
    const later = await salon.start(call, {
      service: undefined,
      date: undefined,
      name: undefined,
      time: 'elf Uhr',
    })
    expect(later.appointments).toMatchObject([
      { service: 'Färben', time: '11:00' },
      { service: 'Damenhaarschnitt', time: '13:00' },
    ])
    expect(salon.simulator.control.reservations()).toHaveLength(2)
    await salon.confirm(call)
    expect(
      (await salon.standing()).map(({ appointmentDatetime }) => appointmentDatetime.toISOString()),
    ).toEqual(['2026-11-27T10:00:00.000Z', '2026-11-27T12:00:00.000Z'])
  })

  test('"nur das Färben" is a single booking, and nothing of the visit is left open', async () => {
    const call = salon.newCall()
    await salon.start(call)
    expect(await salon.start(call, { service: 'Färben' })).toMatchObject({ success: true, service: 'Färben' })
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(1)
    expect((await salon.attemptRows()).filter(({ state }) => state === 'draft')).toEqual([])
    expect(salon.simulator.control.reservations()).toEqual([])
  })

  test('"nein" gives all of it back', async () => {
    const call = salon.newCall()
    await salon.start(call)
    expect(await salon.confirm(call, { confirmed: false })).toMatchObject({
      success: true,
      status: 'released',
    })
    expect(salon.simulator.control.reservations()).toEqual([])
    expect(await salon.visitRows()).toMatchObject([{ state: 'released' }])
    expect(await salon.confirm(call)).toMatchObject({ success: false })
    expect(salon.live()).toHaveLength(0)
  })

  test('a yes after fifteen minutes is read back again, not booked', async () => {
    const call = salon.newCall()
    const { booking_id } = await salon.start(call)
    salon.clock.advance(16 * 60_000)
    const late = await salon.confirm(call, { confirmed: true, booking_id })
    expect(late).toMatchObject({ success: false, error: 'not_confirmed' })
    expect(late.message).toContain('Soll ich beides so eintragen?')
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(2)
  })
})

describe('a part cannot be had', () => {
  test('the next part cannot follow at once: the nearest gap, and the summary says so', async () => {
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
    const started = await salon.start(salon.newCall())
    expect(started.message).toContain('um 10 Uhr Färben, danach um 13 Uhr Damenhaarschnitt')
  })

  test('nothing back to back within an hour: alternatives are visits too', async () => {
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T13:00:00Z')
    const call = salon.newCall()
    const started = await salon.start(call)
    expect(started).toMatchObject({
      success: false,
      error: 'slot_unavailable',
      service: 'Färben und Damenhaarschnitt',
    })
    expect(salon.simulator.control.reservations()).toEqual([])
    const [first] = started.alternatives as Array<{ date: string; time: string }>
    expect(await salon.start(call, { date: first!.date, time: first!.time })).toMatchObject({ success: true })
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
  })

  test('lost at the yes: the other is undone, and other times are offered for all of it', async () => {
    const call = salon.newCall()
    await salon.start(call)
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
    const confirmed = await salon.confirm(call)
    expect(confirmed.success).toBe(false)
    expect(confirmed.message).not.toMatch(bookingWords)
    expect(confirmed.service).toBe('Färben und Damenhaarschnitt')
    expect(salon.live()).toHaveLength(0)
    expect(await salon.standing()).toHaveLength(0)
    expect(await salon.visitRows()).toMatchObject([{ state: 'undone' }])
    await salon.runJobs()
    expect((await wholeOrTold()).living).toBe(0)
    const [first] = confirmed.alternatives as Array<{ date: string; time: string }>
    expect(await salon.start(call, { date: first!.date, time: first!.time })).toMatchObject({ success: true })
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(2)
  })

  test('both lost: nothing stands, nothing to undo', async () => {
    const call = salon.newCall()
    await salon.start(call)
    salon.takeAll('2026-11-27T09:00:00Z', '2026-11-27T12:00:00Z')
    expect(await salon.confirm(call)).toMatchObject({ success: false, error: 'slot_taken' })
    expect((await wholeOrTold()).living).toBe(0)
  })

  test('refused for another reason: none of it stands, and it is said', async () => {
    const call = salon.newCall()
    await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'error', status: 422, skip: 1 })
    const confirmed = await salon.confirm(call)
    expect(confirmed).toMatchObject({ success: false, error: 'booking_refused' })
    expect(confirmed.message).toContain('keinen davon')
    await salon.runJobs()
    expect((await wholeOrTold()).living).toBe(0)
  })

  test('nothing was sent: it is open again, and the yes may be repeated', async () => {
    const call = salon.newCall()
    await salon.start(call)
    salon.simulator.control.addFault({ operation: 'createBooking', effect: 'error', status: 429, times: 2 })
    expect(await salon.confirm(call)).toMatchObject({ success: false, error: 'calendar_busy' })
    expect(await salon.visitRows()).toMatchObject([{ state: 'open' }])
    salon.forgetPauses()
    expect(await salon.confirm(call)).toMatchObject({ success: true, status: 'confirmed' })
    expect(salon.live()).toHaveLength(2)
  })

  test('undoing fails for good: the part that stands is told, and a person has it', async () => {
    const call = salon.newCall()
    await salon.start(call)
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
    salon.simulator.control.addFault({
      operation: 'cancelBooking',
      effect: 'error',
      status: 400,
      times: null,
    })
    const confirmed = await salon.confirm(call)
    expect(confirmed).toMatchObject({ success: false, status: 'partly_booked' })
    expect(confirmed.message).toContain('steht aber noch um 10 Uhr Färben')
    expect(confirmed.message).not.toMatch(bookingWords)
    await salon.runJobs()
    const { living, told } = await wholeOrTold()
    expect(living).toBe(1)
    expect(told[0]?.reason).toContain('Färben')
  })

  test('undoing while Cal.com is down is noted and pushed later', async () => {
    const call = { ...salon.newCall(), budgetMs }
    await salon.start(call)
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
    salon.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 503, times: 2 })
    expect(await salon.confirm(call)).toMatchObject({ success: false, error: 'slot_taken' })
    await salon.runJobs()
    expect((await wholeOrTold()).living).toBe(0)
  })
})

describe('nobody knows', () => {
  test.each([
    ['was made', 'after', 2],
    ['was not made', 'before', 0],
  ] as const)(
    'a part whose answer is lost and that %s is settled by a job, and the visit with it',
    async (_, phase, living) => {
      const call = { ...salon.newCall(), budgetMs }
      await salon.start(call)
      const { control } = salon.simulator
      control.addFault({ operation: 'createBooking', effect: 'hang', phase, skip: 1 })
      control.addFault({ operation: 'listBookings', effect: 'error', status: 503, times: null })
      const confirmed = await salon.confirm(call)
      expect(confirmed).toMatchObject({ success: false, error: 'booking_unknown', callback_requested: true })
      expect(confirmed.message).not.toMatch(bookingWords)
      control.clearFaults()
      salon.forgetPauses()
      await salon.runJobs()
      expect((await wholeOrTold()).living).toBe(living)
      if (living === 0) {
        const open = (await salon.callbackRows()).filter(({ status }) => status === 'open')
        expect(open).toHaveLength(1)
        expect(open[0]?.reason).toMatch(/Färben am .*Damenhaarschnitt am /)
      }
    },
  )

  test('a part that is found after its visit was given up is ended', async () => {
    const call = { ...salon.newCall(), budgetMs }
    await salon.start(call)
    const { control } = salon.simulator
    control.setListLag(20 * 60_000)
    control.addFault({ operation: 'createBooking', effect: 'hang', phase: 'after', skip: 1 })
    await salon.confirm(call)
    await salon.runJobs(4)
    expect(await salon.visitRows()).toMatchObject([{ state: 'undone' }])
    const late = (await salon.attemptRows()).find(
      ({ kind, state }) => kind === 'book' && state === 'rejected',
    )!
    const [booking] = salon.live()
    expect(booking?.metadata?.booking_id).toBe(late.id)
    control.setListLag(0)
    await salon.bookingNews(late.id)
    expect((await wholeOrTold()).living).toBe(0)
  })
})

describe('mails', () => {
  test('a part is confirmed by mail only once all of it is booked, and one that is undone is never mailed about', async () => {
    await salon.sql('UPDATE companies SET customer_mails = true')
    const call = salon.newCall()
    await salon.start(call, { email: 'max@mustermann-post.de' })
    salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
    await salon.confirm(call)
    expect(await salon.mailReports()).toEqual(['overtaken', 'overtaken'])
    salon.simulator.control.reset()
    const again = salon.newCall()
    await salon.start(again, { email: 'max@mustermann-post.de', date: '1.12.2026' })
    await salon.confirm(again)
    await salon.sql("UPDATE visits SET state = 'executing' WHERE state = 'booked'")
    await expect(salon.mailReports()).rejects.toThrow('visit_undecided')
    await salon.sql("UPDATE visits SET state = 'booked' WHERE state = 'executing'")
    expect(await salon.mailReports()).toEqual(expect.arrayContaining(['written']))
  })
})

describe('free times', () => {
  test('several services are asked about together, and a wish without a service goes on with all of them', async () => {
    salon.takeAll('2026-12-15T09:00:00Z', '2026-12-15T10:00:00Z')
    const call = salon.newCall()
    const { service } = both
    const asked = await salon.ask(checkAvailability, { service, date: '15.12.2026', time: '10:00' }, call)
    expect(asked).toMatchObject({
      success: true,
      available: false,
      service,
      services: ['Färben', 'Damenhaarschnitt'],
    })
    const [first] = asked.alternatives as Array<{ date: string; time: string }>
    const again = await salon.ask(checkAvailability, { service, date: first!.date, time: first!.time }, call)
    expect(again).toMatchObject({ success: true, available: true })
    expect(again.message).toContain('für Färben und Damenhaarschnitt')
    const started = await salon.start(call, { service: undefined, date: first!.date, time: first!.time })
    expect(started).toMatchObject({ success: true, services: ['Färben', 'Damenhaarschnitt'] })
    expect(started.understood).toMatchObject({ service: { value: service, from: 'offered' } })
  })

  test('a service alone after that is that service alone', async () => {
    const call = salon.newCall()
    await salon.ask(checkAvailability, { service: both.service, date: '27.11.2026' }, call)
    const started = await salon.start(call, { service: 'Färben' })
    expect(started).toMatchObject({ success: true, service: 'Färben' })
    expect(started.services).toBeUndefined()
  })
})

describe('the yes is the caller’s', () => {
  test.each(['Ja, aber nur das Färben.', 'Nur den ersten bitte.', 'Nein, lieber um elf.'])(
    '"%s" books nothing and is asked about',
    async (words) => {
      const call = salon.newCall()
      const before = { ...call, transcript: 'User: Guten Tag.\nAgent: Soll ich beides so eintragen?' }
      await salon.start(before)
      const after = { ...call, transcript: `${before.transcript}\nUser: ${words}` }
      const answer = await salon.confirm(after)
      expect(answer).toMatchObject({ success: false, error: 'not_confirmed' })
      expect(salon.live()).toHaveLength(0)
    },
  )

  test('"Ja, beides bitte." books both', async () => {
    const call = salon.newCall()
    const before = { ...call, transcript: 'User: Guten Tag.\nAgent: Soll ich beides so eintragen?' }
    await salon.start(before)
    expect(
      await salon.confirm({ ...call, transcript: `${before.transcript}\nUser: Ja, beides bitte.` }),
    ).toMatchObject({
      success: true,
      status: 'confirmed',
    })
  })
})
