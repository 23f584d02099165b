/** The functions about services, opening hours and time, through the HTTP route. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner } from '../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
  await vi.waitFor(
    async () => expect((await gateway.send('/api/zeitinfo', '', { method: 'GET' })).statusCode).toBe(200),
    { timeout: 10_000 },
  )
})
afterAll(() => gateway?.close())

const ask = (name: string, args: Record<string, unknown> = {}, to = salon.mitte) =>
  gateway.call(name, args, { callId: newCallId(), to })
type Named = { name: string }

describe('services', () => {
  test('get_available_services names what the dialled branch offers', async () => {
    const answer = await ask('get_available_services')
    expect(answer).toMatchObject({ success: true, count: 6, auto_selected: false })
    expect((answer.services as Named[])[0]).toMatchObject({
      name: 'Herrenhaarschnitt',
      duration_minutes: 30,
      price_cents: 2800,
      price: 28,
    })
    expect(answer.message).toMatch(/^Wir bieten Herrenhaarschnitt, .* und Beratung an\.$/)
    const nord = await ask('get_available_services', {}, salon.nord)
    expect((nord.services as Named[]).map(({ name }) => name)).not.toContain('Dauerwelle')
  })

  test('list_services tells the whole company with its branches', async () => {
    const answer = await ask('list_services')
    expect((answer.branches as Named[]).map(({ name }) => name)).toEqual(['Mitte', 'Nord'])
    expect((answer.services as Named[]).length).toBe(9)
    expect(JSON.stringify(answer)).not.toContain('Zahnreinigung')
  })

  test('list_services narrows to what was asked about, and says when there is no such thing', async () => {
    const none = await ask('list_services', { category: 'Gutscheine' })
    expect(none).toMatchObject({ success: true, count: 0, services: [] })
    expect(none.message).toMatch(/^Das bieten wir leider nicht an\. Wir bieten .*Herrenhaarschnitt.* an\.$/)
    const colours = await ask('list_services', { category: 'Färben' })
    expect((colours.services as Named[]).map(({ name }) => name)).toContain('Färben')
    expect((colours.services as Named[]).map(({ name }) => name)).not.toContain('Herrenhaarschnitt')
  })

  test('get_service_info says duration and price, and lists what there is when it is none of ours', async () => {
    expect(await ask('get_service_info', { service_name: 'Färben' })).toMatchObject({
      success: true,
      count: 1,
      services: [{ name: 'Färben', duration_minutes: 120, price_formatted: '89 Euro' }],
      message: 'Für Färben planen wir 2 Stunden ein, der Preis beträgt 89 Euro.',
    })
    const none = await ask('get_service_info', { service_name: 'Massage' })
    expect(none).toMatchObject({ success: true, count: 0, services: [] })
    expect(none.message).toContain('Herrenhaarschnitt')
  })
})

describe('get_opening_hours', () => {
  test('today and the week', async () => {
    expect(await ask('get_opening_hours')).toMatchObject({
      success: true,
      has_hours: true,
      branch_name: 'Mitte',
      today: { day_name: 'Dienstag', is_open: true, is_currently_open: true },
      message:
        'Heute haben wir von 9 Uhr bis 18 Uhr geöffnet. Wir haben Dienstag bis Freitag von 9 Uhr bis 18 Uhr und Samstag von 9 Uhr bis 14 Uhr geöffnet.',
    })
  })

  test.each([
    [
      'sunday',
      false,
      'Am Sonntag haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 1. Dezember.',
    ],
    ['Samstag', true, 'Am Samstag haben wir von 9 Uhr bis 14 Uhr geöffnet.'],
    ['heute', true, 'Heute haben wir von 9 Uhr bis 18 Uhr geöffnet.'],
  ])('of %s', async (day, isOpen, message) => {
    expect(await ask('get_opening_hours', { day_of_week: day })).toMatchObject({ is_open: isOpen, message })
  })

  test.each([
    ['Heiligabend', 'Heiligabend', 'Am Donnerstag, den 24. Dezember, ist Heiligabend.'],
    ['am 25.12.', 'der erste Weihnachtstag', 'Am Freitag, den 25. Dezember, ist der erste Weihnachtstag.'],
    ['Silvester', 'Silvester', 'Am Donnerstag, den 31. Dezember, ist Silvester.'],
    ['Karfreitag', 'Karfreitag', 'Am Freitag, den 26. März, ist Karfreitag.'],
  ])(
    'of %s, where the Bundesland is unknown: the usual hours, and no promise',
    async (day, holiday, begins) => {
      await asOwner(gateway, 'TRUNCATE closures; UPDATE branches SET federal_state = NULL')
      const answer = await vi.waitFor(
        async () => {
          const told = await ask('get_opening_hours', { day_of_week: day })
          expect(told).toMatchObject({ is_open: null, holiday })
          return told
        },
        { timeout: 10_000 },
      )
      expect(answer.message).toBe(
        `${begins} Sonst haben wir von 9 Uhr bis 18 Uhr geöffnet. Ob das an diesem Tag auch gilt, kann ich Ihnen leider nicht sicher sagen.`,
      )
    },
  )

  test('in the evening today is over', async () => {
    gateway.clock.advance(10 * 3_600_000)
    const answer = await ask('get_opening_hours', { day_of_week: 'heute' })
    gateway.clock.advance(-10 * 3_600_000)
    expect(answer.message).toBe('Heute haben wir schon geschlossen.')
  })

  test('of a holiday on which it is closed as every week, and of a usual day further away', async () => {
    expect(await ask('get_opening_hours', { day_of_week: 'Ostermontag' })).toMatchObject({
      is_open: false,
      message:
        'Am Montag, den 29. März, ist Ostermontag, da haben wir geschlossen. Wieder geöffnet haben wir am Dienstag, den 30. März.',
    })
    expect(await ask('get_opening_hours', { day_of_week: 'am 12. Dezember' })).toMatchObject({
      is_open: true,
      message: 'Am Samstag, den 12. Dezember, haben wir von 9 Uhr bis 14 Uhr geöffnet.',
    })
  })
})

describe('parse_date', () => {
  const parse = (text: string) => ask('parse_date', { date_string: text })

  test('I-10 works without a call', async () => {
    const response = await gateway.send('/api/webhooks/retell/function', {
      name: 'parse_date',
      args: { date_string: 'morgen' },
    })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ success: true, iso_date: '2026-11-25', relative: 'tomorrow' })
  })

  test('I-31 every date carries its German weekday', async () => {
    expect(await parse('27.11.2026')).toMatchObject({
      success: true,
      iso_date: '2026-11-27',
      date: '2026-11-27',
      german_date: '27.11.2026',
      display_date: '27.11.2026',
      weekday: 'Freitag',
      day_name: 'Freitag',
      relative: 'specific',
      message: 'Das ist am Freitag, den 27. November.',
    })
  })

  test('time and part of day travel along', async () => {
    expect(await parse('übermorgen um halb drei')).toMatchObject({
      iso_date: '2026-11-26',
      time: '14:30',
      relative: 'day_after_tomorrow',
      message: 'Das ist am Donnerstag, den 26. November um 14 Uhr 30.',
    })
    expect(await parse('morgen nachmittag')).toMatchObject({
      iso_date: '2026-11-25',
      part_of_day: 'afternoon',
    })
  })

  test('what is no date, or an impossible one, is asked about', async () => {
    expect(await parse('irgendwie blau')).toMatchObject({ success: false, error: 'date_not_understood' })
    expect(await parse('31.11.')).toMatchObject({ success: false, error: 'impossible_date' })
    expect(await ask('parse_date')).toMatchObject({ success: false, error: 'date_not_understood' })
  })

  test('words with two readings say so and list both', async () => {
    const answer = await parse('nächsten Freitag')
    expect(answer).toMatchObject({ success: true, ambiguous: true, next_action: 'ask_which_date' })
    expect(answer.message).toBe('Meinen Sie Freitag, den 27. November oder Freitag, den 4. Dezember?')
    expect(answer.alternatives).toHaveLength(1)
  })
})

test('get_current_context tells day and time of the branch', async () => {
  expect(await ask('get_current_context')).toMatchObject({
    success: true,
    date: '2026-11-24',
    time: '09:00',
    day_of_week: 'Dienstag',
    month_name: 'November',
    year: 2026,
    week_number: 48,
    is_weekend: false,
    tomorrow: { date: '2026-11-25', day: 'Mittwoch' },
    current_datetime: '2026-11-24T09:00',
    timezone: 'Europe/Berlin',
    message: 'Heute ist Dienstag, der 24. November 2026, und es ist 9 Uhr.',
  })
})
