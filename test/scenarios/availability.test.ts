/** Whole calls that look for a time. Tuesday, 24 November 2026, nine o'clock in Berlin, unless said otherwise. */
import { describe, expect } from 'vitest'
import type { Answer } from '../helpers/gateway.ts'
import { salon } from '../helpers/gateway.ts'
import { scenario } from './play.ts'

const alternatives = (answer: Answer) =>
  answer.alternatives as Array<{ date: string; time: string; weekday?: string; strategy?: string }>

describe('looking for a time', () => {
  scenario(
    'a taken time: regret and the nearest ones in the same answer (I-17)',
    async ({ ring, gateway }) => {
      const start = '2026-11-27T13:30:00.000Z'
      for (const hostId of [501, 502, 503])
        gateway.simulator.control.addBusyTime({ hostId, start, end: '2026-11-27T14:00:00.000Z' })
      const answer = await ring().asks('check_availability', {
        date: 'Freitag',
        time: '14:30',
        service: 'Herrenhaarschnitt',
      })
      expect(answer).toMatchObject({ success: true, available: false })
      expect(
        alternatives(answer)
          .slice(0, 2)
          .map(({ date }) => date),
      ).toEqual(['2026-11-27', '2026-11-27'])
      expect(answer.message).not.toMatch(/14 Uhr 30/)
    },
  )

  scenario('a closed day is said plainly, and the next open one is offered', async ({ ring }) => {
    const answer = await ring().asks('check_availability', {
      date: 'Sonntag',
      time: '10 Uhr',
      service: 'Herrenhaarschnitt',
    })
    expect(answer).toMatchObject({ success: true, available: false })
    expect(answer.message).toMatch(/Am Sonntag haben wir geschlossen/)
    expect(alternatives(answer).every(({ date }) => date !== '2026-11-29')).toBe(true)
  })

  scenario('part of the day is a window, not a time (I-26)', async ({ ring }) => {
    const answer = await ring().asks('check_availability', {
      date: 'morgen',
      preferred_time: 'vormittags',
      service: 'Herrenhaarschnitt',
    })
    const slots = answer.slots as string[]
    expect(slots.length).toBeGreaterThan(3)
    expect(slots.every((time) => time >= '09:00' && time < '12:00')).toBe(true)
  })

  scenario('"ab 16 Uhr" and "zwischen zwei und vier"', async ({ ring }) => {
    const call = ring()
    const late = (
      await call.asks('check_availability', {
        date: 'morgen',
        time: 'ab 16 Uhr',
        service: 'Herrenhaarschnitt',
      })
    ).slots as string[]
    const between = (
      await call.asks('check_availability', {
        date: 'morgen',
        time: 'zwischen zwei und vier',
        service: 'Herrenhaarschnitt',
      })
    ).slots as string[]
    expect(late.every((time) => time >= '16:00')).toBe(true)
    expect(between.length).toBeGreaterThan(0)
    expect(between.every((time) => time >= '14:00' && time <= '16:00')).toBe(true)
  })

  scenario(
    'a past time today is not offered, nor what is too soon (I-41)',
    async ({ ring }) => {
      const call = ring()
      const past = await call.asks('check_availability', {
        date: 'heute',
        time: '8 Uhr',
        service: 'Herrenhaarschnitt',
      })
      const soon = await call.asks('check_availability', { date: 'heute', time: '10 Uhr', service: 'Färben' })
      expect([past.available, soon.available]).toEqual([false, false])
      expect(soon).toMatchObject({ reason: 'booking_notice_violation' })
      const today = (await call.asks('check_availability', { date: 'heute', service: 'Herrenhaarschnitt' }))
        .slots as string[]
      expect(today.every((time) => time >= '09:15')).toBe(true)
    },
    { now: '2026-11-24T08:00:00Z' },
  )

  scenario('at most three times are spoken, all are in slots', async ({ ring }) => {
    const answer = await ring().asks('check_availability', { date: 'morgen', service: 'Herrenhaarschnitt' })
    expect((answer.slots as string[]).length).toBeGreaterThan(10)
    expect((answer.message.match(/ Uhr/g) ?? []).length).toBeLessThanOrEqual(3)
  })

  scenario('no date: the day is asked for; no service: asked with the names', async ({ ring }) => {
    const call = ring()
    expect((await call.asks('check_availability', { service: 'Herrenhaarschnitt' })).message).toMatch(
      /Tag.*\?/,
    )
    const which = await ring({ from: '+4915112340003' }).asks('check_availability', {
      date: 'morgen',
      service: 'Haarschnitt',
    })
    expect(which.message).toMatch(/Herrenhaarschnitt.*Damenhaarschnitt|Damenhaarschnitt.*Herrenhaarschnitt/)
  })

  scenario('an unknown service lists the services and books nothing (I-61)', async ({ ring, bookings }) => {
    const answer = await ring().asks('start_booking', {
      name: 'Jana Weiß',
      date: 'morgen',
      time: '10 Uhr',
      service: 'Massage',
    })
    expect(answer.success).toBe(false)
    expect(answer.message).toMatch(/Herrenhaarschnitt/)
    expect(bookings()).toEqual([])
  })

  scenario(
    'the next free time, whatever the range, is one request to the calendar',
    async ({ ring, gateway }) => {
      const call = ring()
      gateway.simulator.control.clearRequests()
      const answer = await call.asks('find_next_available', { service: 'Dauerwelle' })
      expect(answer).toMatchObject({
        success: true,
        next_slot: { date: expect.any(String), time: expect.any(String) },
      })
      expect(gateway.simulator.control.requests()).toHaveLength(1)
    },
  )

  scenario('a time the caller declined is not offered again', async ({ ring }) => {
    const call = ring()
    const wish = { preferred_date: 'Freitag', preferred_time: '14 Uhr', service: 'Herrenhaarschnitt' }
    const first = alternatives(await call.asks('get_alternatives', wish))
    const second = alternatives(await call.asks('get_alternatives', wish))
    const key = ({ date, time }: { date: string; time: string }) => `${date} ${time}`
    expect(second.map(key).filter((one) => first.map(key).includes(one))).toEqual([])
  })

  scenario('weekday and date that disagree are asked about (I-23)', async ({ ring }) => {
    const answer = await ring().asks('check_availability', {
      date: 'Mittwoch, den 27. November',
      time: '10 Uhr',
      service: 'Herrenhaarschnitt',
    })
    expect(answer.message).toMatch(/Wochentag und Datum passen nicht zusammen/)
  })

  scenario('Cal.com is down: never "ausgebucht", a callback is offered (I-43)', async ({ ring, gateway }) => {
    gateway.simulator.control.addFault({ operation: '*', effect: 'error', status: 503, times: null })
    const answer = await ring().asks('check_availability', {
      date: 'morgen',
      time: '10 Uhr',
      service: 'Herrenhaarschnitt',
    })
    expect(answer).toMatchObject({ success: false, fallback: 'callback_request' })
    expect(answer.message).not.toMatch(/belegt|ausgebucht|nichts frei/)
  })

  scenario('Cal.com goes down after it was asked: the stale answer says so', async ({ ring, gateway }) => {
    const wish = { date: 'morgen', service: 'Herrenhaarschnitt' }
    await ring().asks('check_availability', wish)
    gateway.clock.advance(10 * 60_000)
    gateway.simulator.control.addFault({ operation: '*', effect: 'error', status: 503, times: null })
    const answer = await ring().asks('check_availability', wish)
    expect(answer).toMatchObject({ success: true, warning: 'stale_data' })
    expect(answer.message).toMatch(/^Mein letzter Stand, möglicherweise nicht aktuell: /)
  })
})

describe('clock changes and year ends', () => {
  scenario(
    'autumn: slots of the 25-hour day are Berlin’s (I-29)',
    async ({ ring, gateway }) => {
      gateway.simulator.control.putHost({
        id: 501,
        name: 'Anna Becker',
        timeZone: 'Europe/Berlin',
        workingHours: [{ days: [7], start: '09:00', end: '12:00' }],
      })
      const answer = await ring().asks('check_availability', {
        date: '25.10.2026',
        service: 'Herrenhaarschnitt',
        staff: 'Anna',
      })
      expect((answer.slots as string[])[0]).toBe('09:00')
      await ring().books({ date: '25.10.2026', time: '9 Uhr', staff: 'Anna' })
      expect(gateway.simulator.control.bookings()[0]?.start).toBe('2026-10-25T08:00:00.000Z')
    },
    { now: '2026-10-22T08:00:00Z' },
  )

  scenario(
    'spring: nine o’clock after the change is an hour earlier in UTC; half past two does not exist',
    async ({ ring, gateway }) => {
      gateway.simulator.control.putHost({
        id: 501,
        name: 'Anna Becker',
        timeZone: 'Europe/Berlin',
        workingHours: [{ days: [7], start: '00:00', end: '12:00' }],
      })
      const call = ring()
      const gone = await call.asks('start_booking', {
        name: 'Jana Weiß',
        date: '29.03.2026',
        time: '02:30',
        service: 'Herrenhaarschnitt',
        staff: 'Anna',
      })
      expect(gone.success).toBe(false)
      await call.books({ date: '29.03.2026', time: '9 Uhr', staff: 'Anna' })
      expect(gateway.simulator.control.bookings()[0]?.start).toBe('2026-03-29T07:00:00.000Z')
    },
    { now: '2026-03-26T08:00:00Z' },
  )

  scenario(
    'over the year end a day is still the next one',
    async ({ ring, bookings }) => {
      await ring({ to: salon.nord }).books({ date: 'am vierten Januar', time: '11 Uhr' })
      expect(bookings()[0]?.start).toBe('2027-01-04T10:00:00.000Z')
    },
    { now: '2026-12-29T08:00:00Z' },
  )
})
