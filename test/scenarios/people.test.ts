/** Whole calls around people: families, callbacks, questions about the business. Tuesday, 24 November 2026, nine o'clock. */
import { describe, expect } from 'vitest'
import { scenario } from './play.ts'

describe('people', () => {
  scenario('a family on one number is told apart by name', async ({ ring, appointments }) => {
    await ring().books({ date: 'Freitag', time: '14 Uhr', name: 'Petra Lang' })
    await ring().books({ date: 'Samstag', time: '10 Uhr', name: 'Tom Lang' })
    const hello = await ring().asks('initialize_call')
    expect(hello.customer_recognized).toBe(false)
    expect(hello.message).not.toMatch(/Petra|Tom/)
    const answer = await ring().asks('get_customer_appointments', { customer_name: 'Tom Lang' })
    expect(answer.message).toMatch(/28\. November/)
    expect(answer.message).not.toMatch(/27\. November/)
    expect((await appointments()).map(({ customer }) => customer)).toEqual(['Petra Lang', 'Tom Lang'])
  })

  scenario('a known customer’s name is not overwritten by a worse one', async ({ ring, gateway }) => {
    await ring().books({
      date: 'Freitag',
      time: '14 Uhr',
      name: 'Max Mustermann',
      email: 'max@mustermann.de',
    })
    await ring().books({ date: 'Samstag', time: '10 Uhr', name: 'Mustermann' })
    const customers = await gateway.database.tenancy.run(1, (tx) =>
      tx.customer.findMany({ where: { phone: '+4915112345678' } }),
    )
    expect(customers).toMatchObject([{ name: 'Max Mustermann', email: 'max@mustermann.de' }])
  })
})

describe('callbacks', () => {
  scenario(
    'a callback with a wish: stored, promised in words the opening hours can keep',
    async ({ ring, callbacks, gateway }) => {
      const call = ring()
      const answer = await call.asks('request_callback', {
        reason: 'Frage zur Farbe',
        preferred_time: 'morgen Vormittag',
        customer_name: 'Jana Weiß',
      })
      expect(answer).toMatchObject({ success: true, callback_id: expect.anything() })
      expect(answer.message).toMatch(/morgen/)
      expect(await callbacks()).toMatchObject([
        { kind: 'caller', phone: '+4915112345678', reason: 'Frage zur Farbe' },
      ])
      const stored = await gateway.database.tenancy.run(1, (tx) =>
        tx.call.findFirst({ where: { retellCallId: call.caller.callId } }),
      )
      expect(stored?.followUpNeeded).toBe(true)
    },
  )

  scenario('a withheld number is asked for one (I-69)', async ({ ring, callbacks }) => {
    const call = ring({ from: 'anonymous' })
    const asked = await call.asks('request_callback', { reason: 'Frage' })
    expect(asked.success).toBe(false)
    expect(asked.message).toMatch(/Nummer/)
    expect(await callbacks()).toEqual([])
    const given = await call.asks('request_callback', { reason: 'Frage', phone_number: '0151 1234 0077' })
    expect(given.success).toBe(true)
    expect(await callbacks()).toMatchObject([{ phone: '+4915112340077' }])
  })

  scenario('repeated in one call it is one request', async ({ ring, callbacks }) => {
    const call = ring()
    await call.asks('request_callback', { reason: 'Frage zur Farbe' })
    await call.asks('request_callback', { reason: 'Frage zur Farbe' })
    expect(await callbacks()).toHaveLength(1)
  })
})

describe('questions about the business', () => {
  scenario('services, prices and opening hours are spoken, not recited', async ({ ring }) => {
    const call = ring()
    const services = await call.asks('get_available_services')
    expect(services.services).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ name: 'Herrenhaarschnitt', duration_minutes: 30, price_cents: 2800 }),
      ]),
    )
    const price = await call.asks('get_service_info', { service_name: 'Damen Haarschnitt' })
    expect(price.message).toMatch(/48 Euro/)
    const hours = await call.asks('get_opening_hours', { day_of_week: 'sunday' })
    expect(hours.message).toMatch(/geschlossen/)
    const all = await call.asks('list_services')
    expect(JSON.stringify(all.services)).toMatch(/Nord/)
  })

  scenario('the date and the time of the call', async ({ ring }) => {
    const call = ring()
    expect(await call.asks('get_current_context')).toMatchObject({ success: true })
    const parsed = await call.asks('parse_date', {
      date_expression: 'Freitag in acht Tagen um dreiviertel vier',
    })
    expect(parsed).toMatchObject({
      iso_date: '2026-12-04',
      time: '15:45',
      weekday: 'Freitag',
      german_date: '04.12.2026',
    })
  })
})
