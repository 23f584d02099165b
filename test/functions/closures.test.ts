/** Closures, holidays and absences as callers meet them, through the HTTP route. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner, startOver } from '../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())
beforeEach(async () => {
  await startOver(gateway)
  gateway.clock.set('2026-11-24T08:00:00Z')
  await asOwner(gateway, "UPDATE branches SET federal_state = 'BE', holidays_closed = true")
})

const ask = (name: string, args: Record<string, unknown> = {}, callId = newCallId()) =>
  gateway.call(name, args, { callId, to: salon.mitte })
const hours = (day_of_week: string) => ask('get_opening_hours', { day_of_week })
const cut = { service: 'Herrenhaarschnitt' }

async function close(columns: Record<string, unknown>): Promise<void> {
  const entries = Object.entries({ company_id: 1, ...columns })
  const values = entries.map((_, index) => `$${index + 1}`)
  await asOwner(
    gateway,
    `INSERT INTO closures (${entries.map(([name]) => name).join(', ')}) VALUES (${values.join(', ')})`,
    entries.map(([, value]) => value),
  )
}
const day = (one: string, to = one) => ({ first_day: one, last_day: to })

async function away(name: string, first: string, last: string): Promise<void> {
  await asOwner(
    gateway,
    `INSERT INTO absences (company_id, staff_id, first_day, last_day)
     SELECT 1, id, $2, $3 FROM staff WHERE company_id = 1 AND first_name = $1`,
    [name, first, last],
  )
}

/** Every process hears of a change: that is waited for. The clock stands, so nothing is forgotten by itself. */
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 50 })

describe('a closed day', () => {
  test('is offered by nothing though Cal.com lists it, as soon as it is said', async () => {
    const before = await ask('check_availability', { ...cut, date: 'morgen' })
    expect(before).toMatchObject({ available: true, date: '2026-11-25' })
    await close({ ...day('2026-11-25'), reason: 'Wasserschaden', reason_spoken: false })
    await soon(async () => {
      const answer = await ask('check_availability', { ...cut, date: 'morgen' })
      expect(answer).toMatchObject({ available: false, reason: 'closed' })
      expect(answer.message).toMatch(/^Morgen haben wir geschlossen\. Passt es Ihnen .*26\. November/)
      expect(JSON.stringify(answer)).not.toContain('Wasserschaden')
    })
    const next = await ask('find_next_available', { ...cut, from_date: 'morgen' })
    expect(next).toMatchObject({ found: true, next_slot: { date: '2026-11-26' } })
    const others = await ask('get_alternatives', {
      ...cut,
      preferred_date: 'morgen',
      preferred_time: '10 Uhr',
    })
    expect((others.alternatives as Array<{ date: string }>).map(({ date }) => date)).not.toContain(
      '2026-11-25',
    )
    const started = await ask('start_booking', { ...cut, name: 'Jana Weiß', date: 'morgen', time: '10 Uhr' })
    expect(started).toMatchObject({ success: false, error: 'closed', status: 'closed' })
  })

  test('that becomes one after the read-back is not booked by the yes', async () => {
    const callId = newCallId()
    const wish = { ...cut, name: 'Jana Weiß', date: 'morgen', time: '10 Uhr' }
    const started = await ask('start_booking', wish, callId)
    expect(started).toMatchObject({ success: true })
    await close({ ...day('2026-11-25'), reason: 'Betriebsausflug', reason_spoken: true })
    await soon(async () => expect((await hours('morgen')).is_open).toBe(false))
    const answer = await ask('confirm_booking', { booking_id: started.booking_id, confirmed: true }, callId)
    expect(answer).toMatchObject({ success: false, error: 'closed' })
    expect(answer.message).toMatch(/^Morgen haben wir geschlossen: Betriebsausflug\./)
    expect(gateway.simulator.control.bookings()).toEqual([])
  })

  test('is none to move an appointment to', async () => {
    const callId = newCallId()
    const wish = { ...cut, name: 'Jana Weiß', date: 'morgen', time: '10 Uhr' }
    const started = await ask('start_booking', wish, callId)
    const booked = await ask('confirm_booking', { booking_id: started.booking_id, confirmed: true }, callId)
    expect(booked.success).toBe(true)
    await close(day('2026-11-27'))
    await soon(async () => expect((await hours('Freitag')).is_open).toBe(false))
    const move = { appointment_id: booked.appointment_id, new_date: 'Freitag', new_time: '10 Uhr' }
    await ask('reschedule_appointment', move, callId)
    const answer = await ask('reschedule_appointment', move, callId)
    expect(answer).toMatchObject({ success: false, error: 'slot_taken' })
    expect(answer.message).toMatch(
      /^Am Freitag, den 27\. November haben wir geschlossen\. Ihr bisheriger Termin bleibt bestehen\./,
    )
  })

  test('of part of a day takes what reaches into it, and says that it is not open then', async () => {
    await close({ ...day('2026-11-25'), from_time: '12:00', to_time: '14:00' })
    await soon(async () => expect((await hours('morgen')).message).toContain('von 14 Uhr bis 18 Uhr'))
    const answer = await ask('check_availability', { ...cut, date: 'morgen', time: '13 Uhr' })
    expect(answer).toMatchObject({ available: false, reason: 'outside_opening_hours' })
    expect(answer.message).toMatch(/^Zu dieser Zeit haben wir morgen nicht geöffnet\./)
    const slots = answer.slots as string[]
    expect(slots).toContain('11:30')
    expect(slots.filter((slot) => slot > '11:30' && slot < '14:00')).toEqual([])
  })

  test('is none on which somebody calls back', async () => {
    await close(day('2026-11-24', '2026-11-25'))
    await soon(async () => expect((await hours('heute')).is_open).toBe(false))
    const answer = await ask('request_callback', { reason: 'Frage zum Färben' })
    expect(answer.message).toContain('am Donnerstag, den 26. November vormittags')
  })

  test('is told as that even while Cal.com does not answer', async () => {
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 500, times: null })
    const answer = await ask('check_availability', { ...cut, date: 'am 25. Dezember', time: '10 Uhr' })
    expect(answer).toMatchObject({ success: true, available: false, reason: 'closed', alternatives: [] })
    expect(answer.message).toBe(
      'Am Freitag, den 25. Dezember, ist der erste Weihnachtstag, da haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 29. Dezember. An welchem anderen Tag passt es Ihnen?',
    )
  })

  test('of one branch is none of the other', async () => {
    await close({ ...day('2026-11-25'), branch_id: '5a10a000-0000-4000-8000-000000000002' })
    await soon(async () => {
      const nord = await gateway.call('get_opening_hours', { day_of_week: 'morgen' }, { to: salon.nord })
      expect(nord.is_open).toBe(false)
    })
    expect((await hours('morgen')).is_open).toBe(true)
  })
})

describe('get_opening_hours', () => {
  test.each<[string, Record<string, unknown>[], string]>([
    [
      'Heiligabend',
      [day('2026-12-24')],
      'Am Donnerstag, den 24. Dezember, ist Heiligabend, da haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 29. Dezember.',
    ],
    [
      'Heiligabend',
      [{ ...day('2026-12-24'), kind: 'open', from_time: '09:00', to_time: '12:00' }],
      'Am Donnerstag, den 24. Dezember, ist Heiligabend, da haben wir von 9 Uhr bis 12 Uhr geöffnet.',
    ],
    [
      'am 24. und 25. Dezember',
      [day('2026-12-24')],
      'Am Donnerstag, den 24. Dezember und am Freitag, den 25. Dezember haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 29. Dezember.',
    ],
    [
      'zwischen den Jahren',
      [{ ...day('2026-12-27', '2027-01-03'), reason: 'Betriebsferien', reason_spoken: true }],
      'Von Sonntag, den 27. Dezember, bis Mittwoch, den 30. Dezember, haben wir geschlossen: Betriebsferien. Wieder geöffnet haben wir am Dienstag, den 5. Januar.',
    ],
    [
      'zwischen den Jahren',
      [],
      'Am Sonntag, den 27. Dezember und am Montag, den 28. Dezember haben wir geschlossen. Am Dienstag, den 29. Dezember und am Mittwoch, den 30. Dezember haben wir von 9 Uhr bis 18 Uhr geöffnet.',
    ],
    [
      'über Weihnachten',
      [{ ...day('2026-12-24'), kind: 'open', from_time: '09:00', to_time: '12:00' }],
      'Am Donnerstag, den 24. Dezember, ist Heiligabend, da haben wir von 9 Uhr bis 12 Uhr geöffnet. Am Freitag, den 25. Dezember und am Samstag, den 26. Dezember haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 29. Dezember.',
    ],
    [
      'an den Weihnachtsfeiertagen',
      [day('2026-12-24')],
      'Von Donnerstag, den 24. Dezember, bis Samstag, den 26. Dezember, haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 29. Dezember.',
    ],
    [
      'nächste Woche',
      [],
      'Wir haben Dienstag bis Freitag von 9 Uhr bis 18 Uhr und Samstag von 9 Uhr bis 14 Uhr geöffnet.',
    ],
    [
      'vom 23. Dezember bis 2. Januar',
      [day('2026-12-24', '2027-01-01')],
      'Wir haben Dienstag bis Freitag von 9 Uhr bis 18 Uhr und Samstag von 9 Uhr bis 14 Uhr geöffnet. Von Donnerstag, den 24. Dezember, bis Freitag, den 1. Januar, haben wir geschlossen.',
    ],
    [
      'an Fronleichnam',
      [],
      'Am Donnerstag, den 27. Mai, ist Fronleichnam, da haben wir von 9 Uhr bis 18 Uhr geöffnet.',
    ],
    [
      'am Tag der Deutschen Einheit',
      [],
      'Am Sonntag, den 3. Oktober 2027, ist der Tag der Deutschen Einheit, da haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 5. Oktober 2027.',
    ],
    [
      'am Karfreitag',
      [],
      'Am Freitag, den 26. März, ist Karfreitag, da haben wir geschlossen. Wieder geöffnet haben wir am Samstag, den 27. März.',
    ],
    [
      'Silvester',
      [{ ...day('2025-12-31'), yearly: true, reason: 'Inventur', reason_spoken: false }],
      'Am Donnerstag, den 31. Dezember, ist Silvester, da haben wir geschlossen. Wieder geöffnet haben wir am Samstag, den 2. Januar.',
    ],
  ])('„%s“ with %j', async (words, closures, message) => {
    for (const one of closures) await close(one)
    gateway.clock.advance(61_000)
    expect((await hours(words)).message).toBe(message)
  })

  test('the general answer names what differs in the coming week', async () => {
    await close({ ...day('2026-11-26'), reason: 'Fortbildung', reason_spoken: true })
    gateway.clock.advance(61_000)
    const answer = await ask('get_opening_hours')
    expect(answer.message).toContain('Am Donnerstag, den 26. November haben wir geschlossen: Fortbildung.')
  })

  test('a holiday is not offered, and the refusal names it', async () => {
    const answer = await ask('check_availability', { ...cut, date: 'am 25. Dezember', time: '10 Uhr' })
    expect(answer).toMatchObject({ available: false, reason: 'closed' })
    expect(answer.message).toMatch(
      /^Am Freitag, den 25\. Dezember, ist der erste Weihnachtstag, da haben wir geschlossen\. Passt es Ihnen/,
    )
  })
})

describe('a person who is away', () => {
  const withAnna = { ...cut, staff: 'Anna' }

  test('is not offered: until when is said, with somebody else or a later day', async () => {
    await away('Anna', '2026-11-24', '2026-12-05')
    gateway.clock.advance(61_000)
    const answer = await ask('check_availability', { ...withAnna, date: 'morgen', time: '10 Uhr' })
    expect(answer).toMatchObject({ available: false, reason: 'staff_away' })
    expect(answer.message).toMatch(
      /^Anna Becker ist bis zum 5\. Dezember nicht da\. Bei .* ist morgen um 10 Uhr/,
    )
    const dates = (answer.alternatives as Array<{ date: string }>).map(({ date }) => date)
    expect(dates.every((date) => date > '2026-12-05')).toBe(true)
    const started = await ask('start_booking', {
      ...withAnna,
      name: 'Jana Weiß',
      date: 'morgen',
      time: '10 Uhr',
    })
    expect(started).toMatchObject({ success: false, error: 'staff_away' })
  })

  test('is told in find_next_available too', async () => {
    await away('Anna', '2026-11-24', '2026-12-05')
    gateway.clock.advance(61_000)
    const answer = await ask('find_next_available', withAnna)
    expect(answer).toMatchObject({ next_slot: { date: '2026-12-08' } })
    expect(answer.message).toMatch(
      /^Anna Becker ist bis zum 5\. Dezember nicht da\. Der nächste freie Termin für Herrenhaarschnitt bei Anna Becker/,
    )
  })

  test('with everybody else: nothing is free', async () => {
    for (const name of ['Anna', 'Bernd', 'Clara']) await away(name, '2026-11-25', '2026-11-25')
    gateway.clock.advance(61_000)
    const full = await ask('check_availability', { ...cut, date: 'morgen', time: '10 Uhr' })
    expect(full).toMatchObject({ available: false })
  })

  test('is not named with a booking that the calendar gave them, and the business is asked to see to it', async () => {
    await away('Anna', '2026-11-25', '2026-11-25')
    await away('Bernd', '2026-11-25', '2026-11-25')
    gateway.clock.advance(61_000)
    const callId = newCallId()
    const wish = { ...cut, name: 'Jana Weiß', date: 'morgen', time: '10 Uhr' }
    const started = await ask('start_booking', wish, callId)
    const booked = await ask('confirm_booking', { booking_id: started.booking_id, confirmed: true }, callId)
    expect(booked).toMatchObject({ success: true, staff: null })
    expect(booked.message).not.toMatch(/Anna|Bernd/)
    const tasks = await asOwner<{ reason: string }>(gateway, 'SELECT reason FROM callback_requests')
    expect(tasks.map(({ reason }) => reason)).toEqual([
      'Bei jemandem eingetragen, der dann nicht da ist: bitte jemand anderem geben: Herrenhaarschnitt am 25.11.2026, 10:00 Uhr',
    ])
  })

  test('leaves "anyone" to the others, and the booking goes to none but them', async () => {
    // Cal.com heeds who may be given a booking only where the event type allows it.
    gateway.simulator.control.putEventType({
      id: 2563101,
      title: 'Herrenhaarschnitt',
      lengthInMinutes: 30,
      rrHostSubsetEnabled: true,
    })
    await away('Anna', '2026-11-25', '2026-11-25')
    await away('Bernd', '2026-11-25', '2026-11-25')
    gateway.clock.advance(61_000)
    for (const [index, time] of ['10 Uhr', '11 Uhr', '12 Uhr'].entries()) {
      const callId = newCallId()
      const wish = { ...cut, name: `Jana Weiß${'abc'[index]}`, date: 'morgen', time }
      const caller = { callId, to: salon.mitte, from: `+49151123456${70 + index}` }
      const started = await gateway.call('start_booking', wish, caller)
      expect(started, started.message).toMatchObject({ success: true })
      const booked: Answer = await gateway.call(
        'confirm_booking',
        { booking_id: started.booking_id, confirmed: true },
        caller,
      )
      expect(booked, booked.message).toMatchObject({ success: true, staff: 'Clara Yilmaz' })
    }
  })
})

describe('get_business_info', () => {
  const info = (args: Record<string, unknown>, callId = newCallId()) => ask('get_business_info', args, callId)
  const requests = () =>
    asOwner<{ reason: string; kind: string }>(
      gateway,
      'SELECT reason, kind FROM callback_requests ORDER BY id',
    )

  test.each([
    ['Wo finde ich Sie denn?', ['address'], 'Unsere Adresse ist Rosenthaler Straße 12 in Berlin.'],
    [
      'Und wo kann ich parken?',
      ['parking'],
      'Direkt vor dem Salon gibt es keine Parkplätze, das nächste Parkhaus ist am Hackeschen Markt.',
    ],
    [
      'Wie lautet die Adresse, und gibt es Parkplätze?',
      ['address', 'parking'],
      'Unsere Adresse ist Rosenthaler Straße 12 in Berlin. Direkt vor dem Salon gibt es keine Parkplätze, das nächste Parkhaus ist am Hackeschen Markt.',
    ],
    [
      'Kann ich meinen Gutschein einlösen?',
      ['vouchers'],
      'Gutscheine können Sie bei uns im Salon kaufen und für alle Leistungen einlösen.',
    ],
    [
      'Komme ich mit dem Rollstuhl rein?',
      ['accessibility'],
      'Der Salon liegt im Erdgeschoss und ist ohne Stufen zu erreichen.',
    ],
  ])('„%s“', async (question, topics, message) => {
    expect(await info({ question })).toMatchObject({ success: true, answered: true, topics, message })
    expect(await requests()).toEqual([])
  })

  test('what is not known is noted for the business once, and no answer is promised', async () => {
    const callId = newCallId()
    const question = 'Darf mein Hund mit?'
    const first = await info({ question }, callId)
    expect(first).toMatchObject({ success: true, answered: false, status: 'question_noted', facts: {} })
    expect(first.message).toBe(
      'Das weiß ich leider nicht, ich habe Ihre Frage für das Team notiert. Möchten Sie dazu zurückgerufen werden?',
    )
    await info({ question }, callId)
    expect(await requests()).toEqual([{ kind: 'technical', reason: 'Frage am Telefon: Darf mein Hund mit?' }])
  })

  test("a topic of the business's own, and part of a question that nobody has answered", async () => {
    await asOwner(
      gateway,
      `UPDATE companies SET facts = facts || '{"hund": "Hunde sind willkommen (an der Leine), ab 9:30."}'`,
    )
    gateway.clock.advance(61_000)
    expect((await info({ question: 'Darf mein Hund mit?' })).message).toBe(
      'Hunde sind willkommen an der Leine, ab 9 Uhr 30.',
    )
    const nord = { callId: newCallId(), to: salon.nord }
    const part = await gateway.call(
      'get_business_info',
      { question: 'Adresse, und wie komme ich zu Ihnen?' },
      nord,
    )
    expect(part).toMatchObject({ answered: false, topics: ['address', 'way'] })
    expect(part.message).toMatch(
      /^Unsere Adresse ist Breite Straße 40 in Berlin\. Das Übrige weiß ich leider nicht/,
    )
    await asOwner(gateway, "UPDATE companies SET facts = facts - 'hund'")
  })

  test('nothing asked is asked for', async () => {
    expect(await info({})).toMatchObject({ success: false, error: 'missing_question' })
  })
})
