/** Whole calls that want an appointment. Tuesday, 24 November 2026, nine o'clock in Berlin, unless said otherwise. */
import { describe, expect } from 'vitest'
import { newCallId, salon } from '../helpers/gateway.ts'
import { scenario } from './play.ts'

const friday = { date: 'Freitag', time: 'halb drei' }
/** 14:30 in Berlin. */
const fridayInstant = '2026-11-27T13:30:00.000Z'

describe('booking', () => {
  scenario('happy: from the greeting to the booked appointment', async ({ ring, bookings, appointments }) => {
    const call = ring()
    const hello = await call.asks('initialize_call')
    expect(hello).toMatchObject({
      customer_recognized: false,
      weekday: 'Dienstag',
      current_time: expect.anything(),
    })
    const free = await call.asks('check_availability', { ...friday, service: 'Herrenschnitt' })
    expect(free).toMatchObject({ available: true, date: '2026-11-27', formatted_date: '27.11.2026' })
    const done = await call.books({ ...friday, name: 'Max Mustermann' })
    expect(done).toMatchObject({
      success: true,
      confirmation_message: expect.stringContaining('Ihr Termin wurde erfolgreich gebucht!'),
      calcom_uid: bookings()[0]?.uid,
    })
    expect(done.message).toContain('am Freitag, den 27. November um 14 Uhr 30')
    expect(await appointments()).toMatchObject([
      { status: 'scheduled', at: fridayInstant, service: 'Herrenhaarschnitt', customer: 'Max Mustermann' },
    ])
  })

  scenario('the second call of a customer knows the name and the appointment', async ({ ring }) => {
    await ring().books({ ...friday, name: 'Max Mustermann' })
    const hello = await ring().asks('initialize_call')
    expect(hello).toMatchObject({ customer_recognized: true, customer_name: 'Max Mustermann' })
    expect(hello.upcoming_appointments).toMatchObject([{ service: 'Herrenhaarschnitt' }])
  })

  scenario(
    'nothing is booked before the yes, and a no releases the hold',
    async ({ ring, bookings, gateway }) => {
      const call = ring()
      const started = await call.asks('start_booking', {
        ...friday,
        name: 'Jana Weiß',
        service: 'Bartpflege',
      })
      expect([bookings(), gateway.simulator.control.reservations().length]).toEqual([[], 1])
      const refused = await call.asks('confirm_booking', { booking_id: started.booking_id, confirmed: false })
      await gateway.settle()
      expect(refused.message).not.toMatch(/gebucht/)
      expect([bookings(), gateway.simulator.control.reservations().length]).toEqual([[], 0])
    },
  )

  scenario(
    'changed mind between the steps: only the last wish is booked, its predecessor’s hold is gone',
    async ({ ring, bookings, gateway }) => {
      const call = ring()
      await call.asks('start_booking', { ...friday, name: 'Jana Weiß', service: 'Damenhaarschnitt' })
      await call.asks('start_booking', {
        date: 'Samstag',
        time: '10 Uhr',
        name: 'Jana Weiß',
        service: 'Damenhaarschnitt',
      })
      await gateway.settle()
      expect(gateway.simulator.control.reservations()).toHaveLength(1)
      await call.asks('confirm_booking', { confirmed: true })
      expect(bookings()).toMatchObject([{ start: '2026-11-28T09:00:00.000Z' }])
    },
  )

  scenario(
    'mother and child in one call become two appointments',
    async ({ ring, bookings, appointments }) => {
      const call = ring()
      const mother = await call.asks('start_booking', {
        ...friday,
        name: 'Petra Lang',
        service: 'Damenhaarschnitt',
      })
      const child = await call.asks('start_booking', {
        date: 'Freitag',
        time: '16 Uhr',
        name: 'Tom Lang',
        service: 'Herrenhaarschnitt',
      })
      await call.asks('confirm_booking', { booking_id: mother.booking_id, confirmed: true })
      await call.asks('confirm_booking', { booking_id: child.booking_id, confirmed: true })
      expect(
        bookings()
          .map(({ attendee }) => attendee)
          .sort(),
      ).toEqual(['Petra Lang', 'Tom Lang'])
      expect((await appointments()).map(({ customer }) => customer)).toEqual(['Petra Lang', 'Tom Lang'])
    },
  )

  scenario('confirming twice, and a retry of a lost answer, book once', async ({ ring, bookings }) => {
    const call = ring()
    const started = await call.asks('start_booking', {
      ...friday,
      name: 'Jana Weiß',
      service: 'Herrenhaarschnitt',
    })
    const yes = { booking_id: started.booking_id, confirmed: true }
    const answers = await Promise.all([call.asks('confirm_booking', yes), call.asks('confirm_booking', yes)])
    answers.push(await call.asks('confirm_booking', yes))
    expect(new Set(answers.map((answer) => answer.calcom_uid)).size).toBe(1)
    expect(bookings()).toHaveLength(1)
  })

  scenario(
    'the slot is lost between the steps: alternatives in the same answer, nothing booked',
    async ({ ring, bookings, gateway }) => {
      const call = ring()
      const started = await call.asks('start_booking', {
        ...friday,
        name: 'Jana Weiß',
        service: 'Bartpflege',
      })
      await gateway.simulator.control.bookAsStranger({
        eventTypeId: 2563105,
        start: fridayInstant,
        attendee: { name: 'Web Gast', email: 'web@gast.invalid', timeZone: 'Europe/Berlin' },
      })
      const answer = await call.asks('confirm_booking', { booking_id: started.booking_id, confirmed: true })
      expect(answer.success).toBe(false)
      expect((answer.alternatives as unknown[]).length).toBeGreaterThan(0)
      expect(bookings().map(({ attendee }) => attendee)).toEqual(['Web Gast'])
    },
    { inconsistent: true },
  )

  scenario(
    'a draft whose time has run out is checked once more, and booked on the caller’s yes',
    async ({ ring, bookings, gateway }) => {
      const call = ring()
      const started = await call.asks('start_booking', {
        ...friday,
        name: 'Jana Weiß',
        service: 'Herrenhaarschnitt',
      })
      gateway.clock.advance(16 * 60_000)
      const answer = await call.asks('confirm_booking', { booking_id: started.booking_id, confirmed: true })
      expect(answer).toMatchObject({ success: true, status: 'confirmed' })
      expect(bookings()).toHaveLength(1)
      const looks = gateway.simulator.control.requests('getSlots')
      expect(looks.some(({ at }) => Date.parse(at) >= gateway.clock.now().getTime())).toBe(true)
    },
  )

  scenario('confirm without start asks for day and time', async ({ ring, bookings }) => {
    const answer = await ring().asks('confirm_booking', { confirmed: true })
    expect(answer).toMatchObject({ success: false })
    expect(answer.message).toMatch(/\?$/)
    expect(bookings()).toEqual([])
  })

  scenario('a booking id of nobody books nothing', async ({ ring, bookings }) => {
    const call = ring()
    const answer = await call.asks('confirm_booking', {
      booking_id: `temp_1_${newCallId()}`,
      confirmed: true,
    })
    expect(answer.success).toBe(false)
    expect(bookings()).toEqual([])
  })

  scenario('one step, as older agents do it: book_appointment_v17', async ({ ring, bookings }) => {
    const answer = await ring().asks('book_appointment_v17', {
      name: 'Jonas Brandt',
      datum: '27.11.2026',
      uhrzeit: '10:00',
      dienstleistung: 'Herrenhaarschnitt',
    })
    expect(answer).toMatchObject({ success: true, appointment_id: expect.anything() })
    expect(bookings()).toMatchObject([{ start: '2026-11-27T09:00:00.000Z' }])
  })

  scenario('collect_appointment_data checks first and books with the yes', async ({ ring, bookings }) => {
    const call = ring()
    const wish = {
      name: 'Jonas Brandt',
      datum: 'Freitag',
      uhrzeit: '10 Uhr',
      dienstleistung: 'Herrenhaarschnitt',
    }
    const first = await call.asks('collect_appointment_data', { ...wish, bestaetigung: false })
    expect([first.status, bookings()]).toEqual(['available', []])
    const second = await call.asks('collect_appointment_data', { ...wish, bestaetigung: true })
    expect([second.status, bookings().length]).toEqual(['booked', 1])
  })

  scenario('an invented email is not believed; a spelled one is understood', async ({ ring, gateway }) => {
    await ring().books({ ...friday, name: 'Max Muster', email: 'max punkt muster ät gmx punkt de' })
    await ring({ from: '+4915112340002' }).books({
      date: 'Samstag',
      time: '10 Uhr',
      name: 'Ida Groß',
      email: 'test@example.com',
    })
    const customers = await gateway.database.tenancy.run(1, (tx) =>
      tx.customer.findMany({
        where: { name: { in: ['Max Muster', 'Ida Groß'] } },
        orderBy: { name: 'desc' },
      }),
    )
    expect(customers.map(({ email }) => email)).toEqual(['max.muster@gmx.de', null])
  })

  scenario(
    'without an email the company’s own mailbox gets a sub-address, unique per booking',
    async ({ ring, company, gateway }) => {
      await company({ missingEmail: 'own_mailbox', mailbox: 'termine@salon.invalid' })
      await ring().books(friday)
      await ring({ from: '+4915112340002' }).books({ date: 'Samstag', time: '10 Uhr', name: 'Ida Groß' })
      const emails = gateway.simulator.control.bookings().map((one) => one.attendees[0]?.email)
      expect(new Set(emails).size).toBe(2)
      for (const email of emails) expect(email).toMatch(/^termine\+.+@salon\.invalid$/)
    },
  )

  scenario('a company that wants an email is asked for it', async ({ ring, company, bookings }) => {
    await company({ missingEmail: 'ask' })
    const answer = await ring().asks('start_booking', {
      ...friday,
      name: 'Jana Weiß',
      service: 'Herrenhaarschnitt',
    })
    expect(answer).toMatchObject({ success: false, validation_status: 'invalid' })
    expect(answer.message).toMatch(/E-Mail/)
    expect(bookings()).toEqual([])
  })

  scenario(
    'two callers without email and with withheld numbers are two customers',
    async ({ ring, appointments, bookings }) => {
      await ring({ from: 'anonymous' }).books({ ...friday, name: 'Jana Weiß', phone: '0151 12340011' })
      await ring({ from: 'unknown' }).books({
        date: 'Samstag',
        time: '10 Uhr',
        name: 'Ida Groß',
        phone: '0151 12340012',
      })
      expect((await appointments()).map(({ customer }) => customer)).toEqual(['Jana Weiß', 'Ida Groß'])
      expect(bookings()).toHaveLength(2)
    },
  )

  scenario(
    'a booking that the business must confirm is not called booked',
    async ({ ring, appointments, gateway }) => {
      await gateway.database.tenancy.asSystem((tx) =>
        tx.service.updateMany({
          where: { calcomEventTypeId: 2563106 },
          data: { requiresConfirmation: true },
        }),
      )
      gateway.simulator.control.putEventType({
        id: 2563106,
        title: 'Beratung',
        lengthInMinutes: 15,
        requiresConfirmation: true,
      })
      gateway.clock.advance(61_000)
      const call = ring()
      const started = await call.asks('start_booking', { ...friday, name: 'Jana Weiß', service: 'Beratung' })
      const answer = await gateway.call(
        'confirm_booking',
        { booking_id: started.booking_id, confirmed: true },
        call.caller,
      )
      expect(answer.success).toBe(true)
      expect(answer.message).not.toMatch(/gebucht|bestätigt/)
      expect(await appointments()).toMatchObject([{ status: 'pending' }])
    },
  )

  scenario('the agent repeats itself: the same start twice is one draft', async ({ ring, gateway }) => {
    const call = ring()
    const wish = { ...friday, name: 'Jana Weiß', service: 'Herrenhaarschnitt' }
    const first = await call.asks('start_booking', wish)
    const second = await call.asks('start_booking', { ...wish, date: '27.11.', time: '14:30' })
    expect(second.booking_id).toBe(first.booking_id)
    await gateway.settle()
    expect(gateway.simulator.control.reservations()).toHaveLength(1)
  })

  scenario(
    'the agent sends nonsense: everything is asked for again, nothing is booked',
    async ({ ring, bookings }) => {
      const call = ring()
      for (const args of [
        {},
        { name: 'Acht Uhr', date: 'xyz', time: '99:99', service: '???' },
        {
          name: '{{customer_name}}',
          datum: '{{current_date}}',
          uhrzeit: '10:00',
          service: 'Herrenhaarschnitt',
        },
        { name: 'Kunde', date: '31.11.', time: '10 Uhr', service: 'Herrenhaarschnitt' },
        { name: 'Jana Weiß', date: 'morgen', time: '24 Uhr', service: 'Herrenhaarschnitt' },
      ]) {
        const answer = await call.asks('start_booking', args)
        expect([JSON.stringify(args), answer.success]).toEqual([JSON.stringify(args), false])
        expect(answer.message).toMatch(/\?$/)
      }
      expect(bookings()).toEqual([])
    },
  )

  scenario(
    'the practice’s callers book with the practice, the salon sees nothing of it',
    async ({ ring, gateway, appointments }) => {
      const number = await gateway.database.tenancy.asSystem((tx) =>
        tx.phoneNumber.findFirstOrThrow({ where: { companyId: 2 } }),
      )
      const list = await ring({ to: number.number }).asks('get_available_services')
      expect(JSON.stringify(list)).not.toMatch(/haarschnitt/i)
      const salonList = await ring().asks('list_services')
      expect(JSON.stringify(salonList)).not.toMatch(/Zahn|Kontrolle/)
      expect(await appointments()).toEqual([])
    },
  )
})

describe('staff', () => {
  scenario(
    'a preferred person by a mis-heard name serves and is named',
    async ({ ring, bookings, appointments }) => {
      const done = await ring().books({ ...friday, service: 'Damenhaarschnitt', staff: 'bei der Klara' })
      expect(done.message).toContain('Clara')
      expect(bookings()).toMatchObject([{ host: 'Clara Yilmaz', eventTypeId: 2563133 }])
      expect(await appointments()).toMatchObject([{ staff: 'Clara' }])
    },
  )

  scenario(
    'a person who does not do that is said so, and others are offered (I-67)',
    async ({ ring, bookings }) => {
      const answer = await ring().asks('check_availability', {
        ...friday,
        service: 'Dauerwelle',
        preferred_staff_id: 'Anna',
      })
      expect(answer.message).toMatch(/Anna/)
      expect(answer.message).toMatch(/Clara/)
      expect(bookings()).toEqual([])
    },
  )

  scenario(
    'I-67: somebody else serves than was asked for: it is said, not passed over',
    async ({ ring, bookings }) => {
      const done = await ring().books({ ...friday, service: 'Beratung', staff: 'Bernd' })
      expect(bookings()).toMatchObject([{ host: expect.not.stringContaining('Bernd') }])
      expect(done.message).toMatch(/allerdings bei .+ statt bei Bernd Krause\. Ist Ihnen das recht\?$/)
    },
  )

  scenario('"egal" means anyone', async ({ ring, bookings }) => {
    await ring().books({ ...friday, staff: 'ist mir egal' })
    expect(bookings()).toHaveLength(1)
  })
})

describe('branches', () => {
  scenario('the dialled number decides the branch', async ({ ring, bookings }) => {
    await ring({ to: salon.nord }).books({ date: 'Montag', time: '11 Uhr' })
    expect(bookings()).toMatchObject([{ host: 'David Novak', eventTypeId: 2563201 }])
  })

  scenario('another branch is found by its name', async ({ ring, bookings }) => {
    const call = ring()
    const started = await call.asks('start_booking', {
      date: 'Montag',
      time: '11 Uhr',
      name: 'Jana Weiß',
      service: 'Herrenhaarschnitt',
      branch: 'Filiale Nord',
    })
    expect(started).toMatchObject({ success: true })
    await call.asks('confirm_booking', { booking_id: started.booking_id, confirmed: true })
    expect(bookings()).toMatchObject([{ host: 'David Novak' }])
  })
})
