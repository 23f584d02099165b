/** The questions about free times, asked through the HTTP route as Retell asks them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Answer, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
let callId: string

// A gateway for each test: what one test made it remember of a day is no other's business.
beforeEach(async () => {
  gateway = await startGateway()
  callId = newCallId()
  await vi.waitFor(
    async () => expect((await gateway.send('/api/zeitinfo', '', { method: 'GET' })).statusCode).toBe(200),
    { timeout: 10_000 },
  )
})
afterEach(() => gateway?.close())

const friday = '2026-11-27'
const everyone = [501, 502, 503]

interface Alternative {
  date: string
  time: string
  spoken: string
  strategy: string
  start: string
}

const ask = (name: string, args: Record<string, unknown>, call = {}) =>
  gateway.call(name, args, { callId, ...call })
const check = (args: Record<string, unknown>) =>
  ask('check_availability', { service: 'Herrenhaarschnitt', ...args })
const alternativesOf = (answer: Answer) => answer.alternatives as Alternative[]
const slotRequests = () => gateway.simulator.control.requests('getSlots')

function occupy(day: string, from: string, to: string, hosts = everyone) {
  for (const hostId of hosts) {
    gateway.simulator.control.addBusyTime({
      hostId,
      start: `${day}T${from}:00+01:00`,
      end: `${day}T${to}:00+01:00`,
    })
  }
}

describe('check_availability', () => {
  test('a free time is said to be free, with weekday and date', async () => {
    expect(await check({ date: 'Freitag', time: '14:30' })).toMatchObject({
      success: true,
      available: true,
      status: 'available',
      message:
        'Ja, am Freitag, den 27. November um 14 Uhr 30 ist für Herrenhaarschnitt noch ein Termin frei. Möchten Sie ihn nehmen?',
      date: friday,
      formatted_date: '27.11.2026',
      weekday: 'Freitag',
      requested_time: '14:30',
      service: 'Herrenhaarschnitt',
      alternatives: [],
    })
  })

  test('without a time the day is told: all in slots, three spoken', async () => {
    const answer = await check({ date: '27.11.2026' })
    expect(answer).toMatchObject({ success: true, available: true, date: friday })
    expect(answer.slots).toHaveLength(35)
    expect(answer.slots).toContain('14:30')
    expect(answer.message).toBe(
      'Am Freitag, den 27. November geht es für Herrenhaarschnitt zum Beispiel um 9 Uhr, 13 Uhr 15 oder 17 Uhr 30. Was passt Ihnen?',
    )
  })

  test('I-17 I-32 a taken time is a successful answer with the nearest times, and names no other', async () => {
    occupy(friday, '14:00', '15:00')
    const answer = await check({ date: friday, time: '14:30' })
    expect(answer).toMatchObject({
      success: true,
      available: false,
      status: 'unavailable',
      reason: 'taken',
      requested_time: '14:30',
      message:
        'Zu dieser Zeit ist am Freitag, den 27. November für Herrenhaarschnitt leider nichts frei. Passt es Ihnen um 13 Uhr 30, 15 Uhr oder 15 Uhr 15?',
    })
    expect(alternativesOf(answer).map(({ time, strategy }) => `${time} ${strategy}`)).toEqual([
      '15:00 same_day',
      '15:15 same_day',
      '13:30 same_day',
      '15:30 same_day',
      '13:15 same_day',
    ])
    expect(slotRequests()).toHaveLength(1)
  })

  test('I-37 on a day without any time the next days are named with their dates', async () => {
    occupy(friday, '00:00', '23:59')
    const answer = await check({ date: friday, time: '10:00' })
    expect(answer).toMatchObject({
      available: false,
      reason: 'day_full',
      same_day_available: false,
      slots: [],
    })
    expect(answer.message).toBe(
      'Am Freitag, den 27. November ist für Herrenhaarschnitt leider nichts mehr frei. In unserer Filiale Nord ist um 10 Uhr noch etwas frei. Passt Ihnen das, oder lieber hier am Samstag, den 28. November um 10 Uhr?',
    )
    expect(alternativesOf(answer)[0]).toMatchObject({
      date: '2026-11-28',
      time: '10:00',
      strategy: 'next_day',
    })
  })

  test('a closed day is said plainly, with the next open ones', async () => {
    const answer = await check({ date: 'Sonntag' })
    expect(answer).toMatchObject({ success: true, available: false, reason: 'closed', date: '2026-11-29' })
    expect(answer.message).toMatch(
      /^Am Sonntag haben wir geschlossen\. Passt es Ihnen für Herrenhaarschnitt am Dienstag, den 1\. Dezember um 9 Uhr/,
    )
  })

  test('a time outside the opening hours is said to be that', async () => {
    const answer = await check({ date: friday, time: '20:00' })
    expect(answer).toMatchObject({ available: false, reason: 'outside_opening_hours' })
    expect(answer.message).toBe(
      'Zu dieser Zeit haben wir am Freitag nicht geöffnet. Passt es Ihnen für Herrenhaarschnitt um 17 Uhr, 17 Uhr 15 oder 17 Uhr 30?',
    )
  })

  test('I-26 a part of day is a window', async () => {
    const answer = await check({ date: 'morgen', preferred_time: 'vormittags' })
    expect(answer).toMatchObject({ available: true, date: '2026-11-25' })
    const slots = answer.slots as string[]
    expect(slots[0]).toBe('09:00')
    expect(slots.at(-1)).toBe('11:45')
    expect(answer.message).toMatch(
      /^Morgen am Vormittag geht es für Herrenhaarschnitt zum Beispiel um 9 Uhr, /,
    )
  })

  test('I-26 a whole week asks for day and time, and names examples', async () => {
    const answer = await check({ datum: 'diese Woche' })
    expect(answer).toMatchObject({ success: true, available: false, status: 'needs_time', slots: [] })
    expect(answer.message).toContain('An welchem Tag und zu welcher Uhrzeit passt es Ihnen?')
    expect(alternativesOf(answer)[0]!.date).toBe('2026-11-24')
    expect(slotRequests()).toHaveLength(1)
  })

  test('I-26 I-14 no date is a question, never tomorrow', async () => {
    expect(await check({})).toMatchObject({
      success: false,
      error: 'missing_date',
      status: 'needs_date',
      message: 'Für welchen Tag wünschen Sie den Termin?',
    })
    expect(await check({ time: '14:00' })).toMatchObject({ error: 'missing_date' })
    expect(await check({ date: '{{current_date}}', time: '10:00' })).toMatchObject({ error: 'missing_date' })
    expect(slotRequests()).toHaveLength(0)
  })

  test('I-23 a weekday and a date that disagree are asked about with both readings', async () => {
    const answer = await check({ date: 'Mittwoch, den 27. November' })
    expect(answer).toMatchObject({ success: false, error: 'weekday_mismatch', status: 'needs_date' })
    expect(answer.message).toContain('Freitag, den 27. November')
  })

  test('I-25 a time that is over today is said to be over', async () => {
    gateway.clock.set('2026-11-24T14:05:00Z')
    const answer = await check({ date: 'heute', time: '14:00' })
    expect(answer).toMatchObject({ available: false, reason: 'past_time' })
    expect(answer.message).toMatch(
      /^Diese Uhrzeit ist heute schon vorbei\. Passt es Ihnen für Herrenhaarschnitt heute um 15 Uhr 30/,
    )
  })

  test('I-41 a wish within the notice is refused for that reason, with the first bookable time', async () => {
    const answer = await ask('check_availability', { service: 'Dauerwelle', date: 'heute', time: '10:00' })
    expect(answer).toMatchObject({
      success: true,
      available: false,
      reason: 'booking_notice_violation',
      minimum_notice_minutes: 120,
      earliest_bookable: '11:00',
    })
    expect(answer.message).toMatch(
      /^So kurzfristig geht es leider nicht, wir brauchen 2 Stunden Vorlauf\. Passt es Ihnen für \S+ heute um /,
    )
    expect(alternativesOf(answer).every(({ start }) => start >= '2026-11-24T10:00:00')).toBe(true)
  })

  test('I-28 I-29 22:15 in Berlin is 21:15 UTC, in winter', async () => {
    for (const id of everyone) {
      gateway.simulator.control.putHost({
        id,
        name: `Host ${id}`,
        timeZone: 'Europe/Berlin',
        workingHours: [{ days: [5], start: '07:00', end: '23:00' }],
        breaks: [],
      })
    }
    const answer = await check({ date: friday, time: '22:15' })
    expect(answer).toMatchObject({
      available: true,
      requested_time: '22:15',
      start: '2026-11-27T21:15:00.000Z',
    })
    expect((answer.slots as string[])[0]).toBe('07:00')
  })

  test('I-43 an outage is a technical answer with a callback, never "leider belegt"', async () => {
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 500, times: null })
    expect(await check({ date: '2026-12-18', time: '10:00' })).toMatchObject({
      success: false,
      error: 'calendar_unavailable',
      fallback: 'callback_request',
      message: 'Ich kann die Verfügbarkeit gerade nicht prüfen. Darf ich Sie zurückrufen?',
    })
  })

  test('a stale copy is spoken with its warning while Cal.com is away', async () => {
    await check({ date: friday, time: '10:00' })
    gateway.clock.advance(6 * 60_000)
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 500, times: null })
    const answer = await check({ date: friday, time: '10:00' })
    expect(answer).toMatchObject({ success: true, available: true, warning: 'stale_data' })
    expect(answer.message).toMatch(/^Mein letzter Stand, möglicherweise nicht aktuell: Ja, /)
  })

  test('I-67 a wished person restricts the answer, and who cannot is said', async () => {
    occupy(friday, '10:00', '10:30', [501])
    expect(await check({ date: friday, time: '10:00', staff: 'Anna' })).toMatchObject({
      available: false,
      staff: 'Anna Becker',
    })
    expect(await check({ date: friday, time: '10:00', preferred_staff_id: 'Bernd' })).toMatchObject({
      available: true,
      staff: 'Bernd Krause',
    })
    expect(
      await ask('check_availability', { service: 'Dauerwelle', date: friday, mitarbeiter: 'Anna' }),
    ).toMatchObject({
      success: false,
      error: 'staff_not_for_service',
      staff_options: ['Clara Yilmaz'],
    })
  })

  test('I-61 an ambiguous or unknown service is a question', async () => {
    const ambiguous = await ask('check_availability', { dienstleistung: 'Haarschnitt', datum: 'morgen' })
    expect(ambiguous).toMatchObject({ success: false, error: 'ambiguous_service' })
    expect(ambiguous.message).toBe('Meinen Sie Herrenhaarschnitt oder Damenhaarschnitt?')
    expect(await ask('check_availability', { dienstleistung: 'Massage', datum: 'morgen' })).toMatchObject({
      error: 'unknown_service',
    })
  })

  test('a question without a service means the one this call spoke about', async () => {
    await ask('check_availability', { service: 'Bartpflege', date: friday })
    expect(await ask('check_availability', { date: friday, time: '15:00' })).toMatchObject({
      service: 'Bartpflege',
    })
  })

  test('I-36 a time alone means the day on which it was offered; on two days it is asked about', async () => {
    occupy(friday, '09:00', '18:00')
    const first = await check({ date: friday, time: '10:00' })
    expect(alternativesOf(first).map(({ date }) => date)).toContain('2026-12-01')
    const asked = await check({ time: '10:00' })
    expect(asked).toMatchObject({ success: false, error: 'ambiguous_day', status: 'needs_date' })
    expect(asked.message).toMatch(/^Meinen Sie Samstag, den 28. November oder Dienstag, den 1. Dezember\?$/)
    await check({ date: 'Samstag', time: '11:30' })
    expect(await check({ time: '11:30' })).toMatchObject({ available: true, date: '2026-11-28' })
    expect(await check({ time: '11:45' })).toMatchObject({ error: 'missing_date' })
  })

  test('another branch of the company may be asked for by name', async () => {
    const answer = await check({ date: 'Montag', branch: 'Nord' })
    expect(answer).toMatchObject({ success: true, available: true, branch: 'Nord', date: '2026-11-30' })
    expect((answer.slots as string[])[0]).toBe('10:00')
  })
})

describe('get_alternatives', () => {
  test('five nearest times of two weeks in one request', async () => {
    occupy(friday, '09:00', '18:00')
    const answer = await ask('get_alternatives', {
      service_name: 'Herrenhaarschnitt',
      preferred_date: friday,
      preferred_time: '14:00',
    })
    expect(answer).toMatchObject({ success: true, found: true, strategy: 'same_time', count: 5 })
    expect(alternativesOf(answer).map(({ date, time }) => `${date} ${time}`)).toEqual([
      '2026-12-01 14:00',
      '2026-12-02 14:00',
      '2026-12-03 14:00',
      '2026-12-04 14:00',
      '2026-12-08 14:00',
    ])
    expect(slotRequests()).toHaveLength(1)
  })

  test('a refused time is not offered again in that call, but in another it is', async () => {
    const args = { service: 'Herrenhaarschnitt', preferred_date: friday, preferred_time: '14:00' }
    const first = alternativesOf(await ask('get_alternatives', args)).map(({ start }) => start)
    const second = alternativesOf(await ask('get_alternatives', args)).map(({ start }) => start)
    expect(second).toHaveLength(5)
    expect(second.filter((start) => first.includes(start))).toEqual([])
    const elsewhere = alternativesOf(await ask('get_alternatives', args, { callId: newCallId() }))
    expect(elsewhere.map(({ start }) => start)).toEqual(first)
    expect(slotRequests()).toHaveLength(1)
  })

  test('a time that was declined at the summary is not offered again in that call', async () => {
    const wish = { service: 'Herrenhaarschnitt', preferred_date: friday, preferred_time: '10:00' }
    const started = await ask('start_booking', {
      service: 'Herrenhaarschnitt',
      date: friday,
      time: '10:15',
      name: 'Max Mustermann',
    })
    expect(started).toMatchObject({ success: true })
    expect(await ask('confirm_booking', { booking_id: started.booking_id, confirmed: false })).toMatchObject({
      success: true,
    })
    const offered = alternativesOf(await ask('get_alternatives', wish))
    expect(offered.map(({ time }) => time)).not.toContain('10:15')
    const elsewhere = alternativesOf(await ask('get_alternatives', wish, { callId: newCallId() }))
    expect(elsewhere.map(({ time }) => time)).toContain('10:15')
  })

  test('at most as many as asked for; the part of day is kept', async () => {
    const answer = await ask('get_alternatives', {
      service: 'Herrenhaarschnitt',
      preferred_date: 'Samstag',
      preferred_time: 'nachmittags',
      max_alternatives: 2,
    })
    expect(alternativesOf(answer)).toHaveLength(2)
    expect(alternativesOf(answer).every(({ time }) => time >= '13:00' && time < '18:00')).toBe(true)
  })

  test('during an outage nothing is "leider nicht frei"', async () => {
    gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'reset', times: null })
    expect(
      await ask('get_alternatives', {
        service: 'Färben',
        preferred_date: '2026-12-20',
        preferred_time: '10:00',
      }),
    ).toMatchObject({ success: false, error: 'calendar_unavailable', fallback: 'callback_request' })
  })
})

describe('find_next_available', () => {
  test('the next time in two weeks, in one request', async () => {
    occupy('2026-11-24', '09:00', '18:00')
    const answer = await ask('find_next_available', { service: 'Herrenhaarschnitt' })
    expect(answer).toMatchObject({
      success: true,
      found: true,
      next_slot: { date: '2026-11-25', time: '09:00', service: 'Herrenhaarschnitt' },
      next_available: '2026-11-25T08:00:00.000Z',
      formatted_date: '25.11.2026',
      formatted_time: '9 Uhr',
      message: 'Der nächste freie Termin für Herrenhaarschnitt ist morgen um 9 Uhr. Passt Ihnen das?',
    })
    expect(answer.slots).toHaveLength(10)
    expect(slotRequests()).toHaveLength(1)
  })

  test('from a day on, in a part of day', async () => {
    const answer = await ask('find_next_available', {
      service: 'Bartpflege',
      from_date: 'nächste Woche Mittwoch',
      part_of_day: 'nachmittags',
    })
    expect(answer.next_slot).toMatchObject({ date: '2026-12-02' })
    expect((answer.next_slot as Alternative).time >= '13:00').toBe(true)
  })

  test('nothing in two weeks offers a callback', async () => {
    for (let day = 24; day < 40; day++) {
      occupy(new Date(Date.UTC(2026, 10, day)).toISOString().slice(0, 10), '09:00', '18:00', [502])
    }
    expect(await ask('find_next_available', { service: 'Bartpflege' })).toMatchObject({
      success: true,
      found: false,
      next_slot: null,
      slots: [],
      fallback: 'callback_request',
      message: 'In den nächsten zwei Wochen ist für Bartpflege leider nichts frei. Darf ich Sie zurückrufen?',
    })
  })
})
