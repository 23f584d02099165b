/** Whole calls about appointments that exist: asking, cancelling, moving. Tuesday, 24 November 2026, nine o'clock in Berlin. */
import { describe, expect } from 'vitest'
import { scenario } from './play.ts'

const friday = { date: 'Freitag', time: '14 Uhr', name: 'Max Mustermann' }

describe('asking', () => {
  scenario('when is my appointment: day, time, service and who serves', async ({ ring }) => {
    await ring().books({ ...friday, staff: 'Anna' })
    const answer = await ring().asks('query_appointment', { service: 'Herrenhaarschnitt' })
    expect(answer).toMatchObject({
      success: true,
      appointment: { time: '14:00', service: 'Herrenhaarschnitt' },
    })
    expect(answer.message).toMatch(/am Freitag, den 27\. November um 14 Uhr.*Anna/)
  })

  scenario('a stranger on another number hears nothing of it (I-68)', async ({ ring }) => {
    await ring().books(friday)
    const answer = await ring({ from: '+4915212345678' }).asks('get_customer_appointments', {
      customer_name: 'Max Mustermann',
      phone_number: '+4915112345678',
    })
    expect(JSON.stringify(answer)).not.toMatch(/27\.|14 Uhr|14:00|Herrenhaarschnitt/)
  })

  scenario(
    'withheld number: name, day and time together, otherwise what is missing; three misses end it',
    async ({ ring }) => {
      await ring().books(friday)
      const good = ring({ from: 'anonymous' })
      const half = await good.asks('query_appointment_by_name', { customer_name: 'Max Mustermann' })
      expect(half.message).not.toMatch(/27\.|14 Uhr/)
      const whole = await good.asks('query_appointment_by_name', {
        customer_name: 'Max Mustermann',
        appointment_date: 'Freitag',
        appointment_time: '14 Uhr',
      })
      expect(whole.message).toMatch(/27\. November um 14 Uhr/)
      const guessing = ring({ from: 'anonymous' })
      for (const time of ['9 Uhr', '10 Uhr', '11 Uhr']) {
        await guessing.asks('query_appointment_by_name', {
          customer_name: 'Max Mustermann',
          appointment_date: 'Freitag',
          appointment_time: time,
        })
      }
      const late = await guessing.asks('query_appointment_by_name', {
        customer_name: 'Max Mustermann',
        appointment_date: 'Freitag',
        appointment_time: '14 Uhr',
      })
      expect(late.message).not.toMatch(/27\. November/)
    },
  )
})

describe('cancelling', () => {
  scenario(
    'in time: gone in both places, history kept',
    async ({ ring, bookings, appointments, gateway }) => {
      await ring().books(friday)
      const answer = await ring().asks('cancel_appointment', { datum: 'Freitag', reason: 'krank' })
      expect(answer).toMatchObject({ success: true, status: 'cancelled' })
      expect([bookings(), (await appointments()).map(({ status }) => status)]).toEqual([[], ['cancelled']])
      const changes = await gateway.database.tenancy.run(1, (tx) =>
        tx.appointmentChange.findMany({ orderBy: { id: 'asc' } }),
      )
      expect(changes.map(({ kind, actor }) => `${kind} by ${actor}`)).toEqual([
        'created by caller',
        'cancelled by caller',
      ])
    },
  )

  scenario(
    'too late: nothing is cancelled, a callback is made, the rule is said in whole hours (I-81)',
    async ({ ring, bookings, callbacks }) => {
      await ring().books({ ...friday, date: 'heute', time: '17 Uhr' })
      const answer = await ring().asks('cancel_appointment', { datum: 'heute' })
      expect(answer).toMatchObject({ success: false, policy_violation: true })
      expect(answer.message).toMatch(/24 Stunden/)
      expect(bookings()).toHaveLength(1)
      expect(await callbacks()).toMatchObject([{ kind: 'policy' }])
    },
  )

  scenario('several appointments: asked which, then the right one goes', async ({ ring, bookings }) => {
    await ring().books(friday)
    await ring().books({ ...friday, date: 'Samstag', time: '10 Uhr' })
    const call = ring()
    const which = await call.asks('cancel_appointment', {})
    expect(which).toMatchObject({ success: false })
    expect(which.message).toMatch(/27\. November.*28\. November/)
    await call.asks('cancel_appointment', { datum: 'Samstag' })
    expect(bookings()).toMatchObject([{ start: '2026-11-27T13:00:00.000Z' }])
  })

  scenario('twice in one call: the second says it is cancelled already', async ({ ring }) => {
    await ring().books(friday)
    const call = ring()
    await call.asks('cancel_appointment', { datum: 'Freitag' })
    const again = await call.asks('cancel_appointment', { datum: 'Freitag' })
    expect(again.message).toMatch(/storniert|abgesagt/)
  })

  scenario('cancel, then book again in the same call', async ({ ring, bookings }) => {
    await ring().books(friday)
    const call = ring()
    await call.asks('cancel_appointment', { datum: 'Freitag' })
    await call.books({ ...friday, date: 'Samstag', time: '11 Uhr' })
    expect(bookings()).toMatchObject([{ start: '2026-11-28T10:00:00.000Z' }])
  })

  scenario('a withheld number may cancel what it booked in this very call', async ({ ring, bookings }) => {
    const call = ring({ from: 'anonymous' })
    await call.books({ ...friday, phone: '0151 12340019' })
    const answer = await call.asks('cancel_appointment', { datum: 'Freitag' })
    expect([answer.success, bookings()]).toEqual([true, []])
  })

  scenario('the policy of one service: dyeing needs 48 hours', async ({ ring, bookings }) => {
    await ring().books({ date: 'Mittwoch', time: '15 Uhr', name: 'Max Mustermann', service: 'Färben' })
    const answer = await ring().asks('cancel_appointment', { datum: 'Mittwoch' })
    expect(answer.message).toMatch(/48 Stunden/)
    expect(bookings()).toHaveLength(1)
  })

  scenario(
    'Cal.com is down: the wish is noted, not called done',
    async ({ ring, gateway, appointments }) => {
      await ring().books(friday)
      gateway.simulator.control.addFault({ operation: '*', effect: 'error', status: 503, times: null })
      const answer = await ring().asks('cancel_appointment', { datum: 'Freitag' })
      expect(answer).toMatchObject({ success: false, status: 'cancel_pending' })
      expect(answer.message).not.toMatch(/ist storniert/)
      gateway.simulator.control.clearFaults()
      expect(await appointments()).toHaveLength(1)
    },
    { inconsistent: true },
  )

  scenario('a second fact is wanted when the company asks for it', async ({ ring, company, bookings }) => {
    await ring().books(friday)
    await company({ secondFactRequired: true })
    const call = ring()
    const asked = await call.asks('cancel_appointment', {})
    expect([asked.success, bookings().length]).toEqual([false, 1])
    const done = await call.asks('cancel_appointment', { datum: 'Freitag' })
    expect([done.success, bookings().length]).toEqual([true, 0])
  })

  scenario(
    'what was booked on the web is found by the caller’s number and cancelled',
    async ({ ring, gateway, bookings }) => {
      await gateway.simulator.control.bookAsStranger({
        eventTypeId: 2563102,
        start: '2026-11-27T09:00:00Z',
        attendee: {
          name: 'Max Mustermann',
          phoneNumber: '+4915112345678',
          email: 'max@mustermann.invalid',
          timeZone: 'Europe/Berlin',
        },
      })
      const [delivery] = [...gateway.simulator.control.bookings()]
      expect(delivery).toBeDefined()
      const call = ring()
      const answer = await call.asks('get_customer_appointments')
      // Without a webhook or a reconciliation nobody has told us yet: nothing is made up.
      expect(answer.success).toBe(true)
      expect(bookings()).toHaveLength(1)
    },
    { inconsistent: true },
  )
})

describe('moving', () => {
  scenario(
    'a move keeps the appointment, changes its time and its booking',
    async ({ ring, bookings, appointments }) => {
      await ring().books(friday)
      const [before] = await appointments()
      const answer = await ring().asks('reschedule_appointment', {
        old_datum: 'Freitag',
        new_datum: 'Samstag',
        new_uhrzeit: '10 Uhr',
      })
      expect(answer).toMatchObject({ success: true })
      const [after, ...more] = await appointments()
      expect(more).toEqual([])
      expect(after).toMatchObject({ id: before?.id, at: '2026-11-28T09:00:00.000Z', status: 'scheduled' })
      expect(after?.uid).not.toBe(before?.uid)
      expect(bookings()).toMatchObject([{ uid: after?.uid, start: '2026-11-28T09:00:00.000Z' }])
    },
  )

  scenario('a chain of moves, then cancelled by its newest booking (I-53)', async ({ ring, bookings }) => {
    await ring().books(friday)
    await ring().asks('reschedule_appointment', {
      new_datum: 'Samstag',
      new_uhrzeit: '10 Uhr',
      confirmed: true,
    })
    await ring().asks('reschedule_appointment', {
      new_datum: 'Samstag',
      new_uhrzeit: '12 Uhr',
      confirmed: true,
    })
    const answer = await ring().asks('cancel_appointment', { confirmed: true })
    expect([answer.success, bookings()]).toEqual([true, []])
  })

  scenario(
    'the wished time is taken: alternatives, the old one stays',
    async ({ ring, bookings, gateway }) => {
      await ring().books(friday)
      for (const hostId of [501, 502, 503]) {
        gateway.simulator.control.addBusyTime({
          hostId,
          start: '2026-11-28T09:00:00.000Z',
          end: '2026-11-28T10:00:00.000Z',
        })
      }
      const answer = await ring().asks('reschedule_appointment', {
        new_datum: 'Samstag',
        new_uhrzeit: '10 Uhr',
      })
      expect(answer.success).toBe(false)
      expect(answer.message).toMatch(/bleibt bestehen/)
      expect(bookings()).toMatchObject([{ start: '2026-11-27T13:00:00.000Z' }])
    },
  )

  scenario('too often: the fourth move is refused', async ({ ring, bookings }) => {
    await ring().books(friday)
    for (const time of ['9 Uhr 30', '10 Uhr 30', '11 Uhr 30']) {
      expect(
        (
          await ring().asks('reschedule_appointment', {
            new_datum: 'Samstag',
            new_uhrzeit: time,
            confirmed: true,
          })
        ).success,
      ).toBe(true)
    }
    const answer = await ring().asks('reschedule_appointment', {
      new_datum: 'Samstag',
      new_uhrzeit: '12 Uhr',
    })
    expect(answer).toMatchObject({ success: false, policy_violation: true })
    expect(bookings()).toMatchObject([{ start: '2026-11-28T10:30:00.000Z' }])
  })

  scenario(
    'I-54: of Tuesday and Thursday the named one moves; unnamed it is asked',
    async ({ ring, bookings }) => {
      await ring().books({ ...friday, date: 'nächsten Dienstag', time: '10 Uhr' })
      await ring().books({ ...friday, date: 'nächste Woche Donnerstag', time: '14 Uhr' })
      const call = ring()
      const which = await call.asks('reschedule_appointment', {
        new_datum: 'nächste Woche Mittwoch',
        new_uhrzeit: '10:00',
      })
      expect(which).toMatchObject({ success: false, status: 'multiple_found' })
      await call.asks('reschedule_appointment', {
        old_datum: 'nächste Woche Dienstag',
        new_datum: 'nächste Woche Mittwoch',
        new_uhrzeit: '10:00',
      })
      expect(bookings().map(({ start }) => start)).toEqual([
        '2026-12-02T09:00:00.000Z',
        '2026-12-03T13:00:00.000Z',
      ])
    },
  )

  scenario('no new time yet: it is asked for', async ({ ring, bookings }) => {
    await ring().books(friday)
    const answer = await ring().asks('reschedule_appointment', { old_datum: 'Freitag' })
    expect(answer.message).toMatch(/\?$/)
    expect(bookings()).toMatchObject([{ start: '2026-11-27T13:00:00.000Z' }])
  })

  scenario('moving to the same time changes nothing', async ({ ring, bookings, appointments }) => {
    await ring().books(friday)
    const [before] = await appointments()
    await ring().asks('reschedule_appointment', {
      old_datum: 'Freitag',
      new_datum: 'Freitag',
      new_uhrzeit: '14 Uhr',
    })
    expect([(await appointments())[0]?.uid, bookings().length]).toEqual([before?.uid, 1])
  })
})
