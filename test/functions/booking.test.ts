/** Booking through the HTTP route: what agents send, what callers hear, what is stored and what Cal.com holds. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

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

/** Monday mornings differ per test only by minutes: the pinned clock starts on Tuesday, 24 November, 9 o'clock. */
const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
let people = 0
/** A caller nobody knows, on a number of their own. */
const somebody = () => ({ callId: newCallId(), from: `+49151123${String(50_000 + ++people)}` })
const withheld = () => ({ callId: newCallId(), from: 'anonymous' })
const live = () => gateway.simulator.control.bookings().filter(({ status }) => status !== 'cancelled')
const inCompany = <T>(work: Parameters<TestGateway['database']['tenancy']['run']>[1]) =>
  gateway.database.tenancy.run(salon.companyId, work) as Promise<T>
const attemptOf = (answer: Answer) =>
  gateway.database.tenancy.run(salon.companyId, (tx) =>
    tx.bookingAttempt.findUniqueOrThrow({ where: { id: String(answer.booking_id) } }),
  )
const customersOn = (phone: string) =>
  gateway.database.tenancy.run(salon.companyId, (tx) =>
    tx.customer.findMany({ where: { phone }, orderBy: { id: 'asc' } }),
  )
const companySettings = async (data: { missingEmail?: string; mailbox?: string | null }) => {
  await gateway.database.tenancy.asSystem((tx) => tx.company.update({ where: { id: 1 }, data }))
  await catalogueForgotten()
}
const emailRequired = async (required: boolean) => {
  await gateway.database.tenancy.asSystem((tx) =>
    tx.service.updateMany({ where: { companyId: 1 }, data: { emailRequired: required } }),
  )
  await catalogueForgotten()
}
/** The catalogue is never older than a minute of the gateway's own clock. */
const catalogueForgotten = async () => gateway.clock.advance(61_000)

describe('two steps', () => {
  test('the summary is spoken correctly and asks, the confirmation says what was booked', async () => {
    const call = somebody()
    const started = await gateway.call('start_booking', { ...wish, time: '14 Uhr 30' }, call)
    expect(started).toMatchObject({
      success: true,
      validation_status: 'valid',
      availability_confirmed: true,
      requires_confirmation: true,
      summary: 'Termin für Max Mustermann am Freitag, den 27. November um 14 Uhr 30: Herrenhaarschnitt',
    })
    expect(started.booking_id).toMatch(new RegExp(`^temp_\\d+_${call.callId}$`))
    expect(new Date(String(started.expires_at)).getTime() - gateway.clock.now().getTime()).toBe(15 * 60_000)
    expect(started.message).not.toMatch(/gebucht|bestätigt/i)
    expect(live()).toEqual([])

    const confirmed = await gateway.call(
      'confirm_booking',
      { booking_id: started.booking_id, confirmed: true },
      call,
    )
    expect(confirmed).toMatchObject({
      success: true,
      confirmation_message: 'Ihr Termin wurde erfolgreich gebucht!',
      calcom_uid: live()[0]?.uid,
      calcom_booking_id: live()[0]?.id,
      date: '2026-11-27',
      time: '14:30',
    })
    expect(confirmed.appointment_id).toEqual(expect.any(Number))
    expect(confirmed.message).toMatch(
      /^Ihr Termin wurde erfolgreich gebucht! Herrenhaarschnitt am Freitag, den 27\. November um 14 Uhr 30 bei /,
    )
  })

  test('I-01 I-58 the call of the envelope counts, whatever ids the model invents', async () => {
    const call = somebody()
    await gateway.call('start_booking', { ...wish, call_id: '1' }, call)
    const confirmed = await gateway.call(
      'confirm_booking',
      { call_id: 'call_001', function_name: 'confirm_booking' },
      call,
    )
    expect(confirmed.success).toBe(true)
    expect(live()).toHaveLength(1)
    expect(live()[0]?.metadata).toMatchObject({ call_id: call.callId })
  })

  test('I-14 datetime, service and customer_name of agents in the field are read', async () => {
    const call = somebody()
    const started = await gateway.call(
      'start_booking',
      {
        datetime: '2026-11-27T10:00',
        service_name: 'Dauerwelle',
        customer_name: 'Karl Vogt',
        execution_message: 'Ich buche …',
      },
      call,
    )
    expect(started).toMatchObject({ success: true, service: 'Dauerwelle', date: '2026-11-27', time: '10:00' })
  })

  test('“no” gives the draft and its hold back, and nothing is booked', async () => {
    const call = somebody()
    const started = await gateway.call('start_booking', wish, call)
    expect(gateway.simulator.control.reservations()).toHaveLength(1)
    const answer = await gateway.call(
      'confirm_booking',
      { booking_id: started.booking_id, confirmed: false },
      call,
    )
    await gateway.settle()
    expect(answer).toMatchObject({ success: true, status: 'released' })
    expect(gateway.simulator.control.reservations()).toEqual([])
    expect(await attemptOf(started)).toMatchObject({ state: 'released' })
    expect(await gateway.call('confirm_booking', {}, call)).toMatchObject({
      success: false,
      error: 'booking_not_found',
    })
    expect(live()).toEqual([])
  })

  test('a changed mind replaces the draft and its hold; confirming books only the new time', async () => {
    const call = somebody()
    const first = await gateway.call('start_booking', wish, call)
    const second = await gateway.call('start_booking', { ...wish, time: '15:30' }, call)
    await gateway.settle()
    expect(await attemptOf(first)).toMatchObject({ state: 'released' })
    expect(gateway.simulator.control.reservations()).toMatchObject([{ start: '2026-11-27T14:30:00.000Z' }])
    // The agent repeats the old id: it is told which one is open, nothing is booked by mistake.
    const stale = await gateway.call('confirm_booking', { booking_id: first.booking_id }, call)
    expect(stale).toMatchObject({ success: false, error: 'booking_not_found', booking_id: second.booking_id })
    expect(live()).toEqual([])
    await gateway.call('confirm_booking', { booking_id: second.booking_id }, call)
    expect(live()).toMatchObject([{ start: '2026-11-27T14:30:00.000Z' }])
  })

  test('another service at the same time is not blocked by the hold of the draft it replaces', async () => {
    const call = somebody()
    // Only one host does either.
    await gateway.call('start_booking', { ...wish, service: 'Damenhaarschnitt', staff: 'Anna' }, call)
    const second = await gateway.call('start_booking', { ...wish, staff: 'Anna' }, call)
    expect(second).toMatchObject({ success: true, service: 'Herrenhaarschnitt', staff: 'Anna Becker' })
  })

  test('mother and child in one call are two bookings, and a bare yes asks which', async () => {
    const call = somebody()
    const mother = await gateway.call('start_booking', { ...wish, name: 'Petra Sommer' }, call)
    const child = await gateway.call('start_booking', { ...wish, name: 'Finn Sommer' }, call)
    const which = await gateway.call('confirm_booking', {}, call)
    expect(which).toMatchObject({ success: false, error: 'ambiguous_booking' })
    expect(which.message).toMatch(/Petra Sommer/)
    expect(which.message).toMatch(/Finn Sommer/)
    await gateway.call('confirm_booking', { booking_id: mother.booking_id }, call)
    await gateway.call('confirm_booking', { booking_id: child.booking_id }, call)
    expect(live()).toHaveLength(2)
    expect((await customersOn(call.from)).map(({ name }) => name)).toEqual(['Petra Sommer', 'Finn Sommer'])
  })

  test('a draft that expired while the caller thought is checked again and then booked', async () => {
    const call = somebody()
    const started = await gateway.call('start_booking', wish, call)
    gateway.clock.advance(16 * 60_000)
    const confirmed = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(confirmed.success).toBe(true)
    expect(live()).toHaveLength(1)
  })

  test('a draft that expired and whose time is gone is answered with alternatives', async () => {
    const call = somebody()
    await gateway.call('start_booking', wish, call)
    gateway.clock.advance(16 * 60_000)
    for (const hostId of [501, 502, 503])
      gateway.simulator.control.addBusyTime({
        hostId,
        start: '2026-11-27T12:00:00Z',
        end: '2026-11-27T14:00:00Z',
      })
    const confirmed = await gateway.call('confirm_booking', {}, call)
    expect(confirmed.success).toBe(false)
    expect(confirmed.alternatives).not.toEqual([])
    expect(live()).toEqual([])
  })

  test('the id of another call opens nothing and reveals nothing', async () => {
    const victim = somebody()
    const theirs = await gateway.call('start_booking', { ...wish, name: 'Vera Geheim' }, victim)
    const answer = await gateway.call('confirm_booking', { booking_id: theirs.booking_id }, somebody())
    expect(answer).toMatchObject({ success: false, error: 'booking_not_found' })
    expect(JSON.stringify(answer)).not.toMatch(/Vera|Geheim/)
    expect(await attemptOf(theirs)).toMatchObject({ state: 'draft' })
  })

  test('confirming without any draft asks for the appointment', async () => {
    const answer = await gateway.call('confirm_booking', {}, somebody())
    expect(answer).toMatchObject({ success: false, error: 'booking_not_found', next_action: 'start_booking' })
    expect(answer.message).toMatch(/\?$/)
  })
})

describe('what is missing is asked for', () => {
  test.each([
    ['no name', { name: undefined }, 'missing_customer_name', ['name'], /Namen/],
    ['I-73 a time as name', { name: 'Acht Uhr' }, 'missing_customer_name', ['name'], /Namen/],
    ['the agent’s name', { name: 'Lisa' }, 'missing_customer_name', ['name'], /Namen/],
    ['I-18 a placeholder', { name: '{{customer_name}}' }, 'missing_customer_name', ['name'], /Namen/],
    ['no date', { date: undefined }, 'missing_date', ['date'], /Tag/],
    ['I-26 a part of day', { time: 'nachmittags' }, 'missing_time', ['time'], /Uhrzeit.*Freitag/],
    ['no time', { time: undefined }, 'missing_time', ['time'], /Uhrzeit.*Freitag/],
    [
      'I-61 an ambiguous service',
      { service: 'Haarschnitt' },
      'ambiguous_service',
      ['service'],
      /Herrenhaarschnitt/,
    ],
    ['I-61 an unknown service', { service: 'Massage' }, 'unknown_service', ['service'], /Herrenhaarschnitt/],
    [
      'I-23 weekday and date that disagree',
      { date: 'Mittwoch, den 27. November' },
      'weekday_mismatch',
      [],
      /\?$/,
    ],
    [
      'I-67 a person who cannot do it',
      { service: 'Bartpflege', staff: 'Anna' },
      'staff_not_for_service',
      [],
      /Anna Becker/,
    ],
  ])('%s', async (_, changes, code, fields, say) => {
    const answer = await gateway.call('start_booking', { ...wish, ...changes }, somebody())
    expect(answer).toMatchObject({ success: false, error: code, validation_status: 'invalid' })
    expect(answer.missing_fields).toEqual(expect.arrayContaining(fields))
    expect(answer.message).toMatch(say)
    expect(answer.message).not.toMatch(/gebucht|bestätigt/i)
    expect(live()).toEqual([])
  })

  test('everything that is missing is named, but only one thing is asked', async () => {
    const answer = await gateway.call('start_booking', { service: 'Herrenhaarschnitt' }, somebody())
    expect(answer.missing_fields).toEqual(expect.arrayContaining(['date', 'time', 'name']))
    expect(answer.message.match(/\?/g)).toHaveLength(1)
  })

  test('I-36 a time alone means the day that was offered; another day than the offered one is asked about', async () => {
    const call = somebody()
    // Only Bernd trims beards; he is away tomorrow and, but for one hour, the day after.
    for (const [start, end] of [
      ['2026-11-25T07:00:00Z', '2026-11-25T20:00:00Z'],
      ['2026-11-26T07:00:00Z', '2026-11-26T09:00:00Z'],
      ['2026-11-26T09:20:00Z', '2026-12-31T20:00:00Z'],
    ] as const)
      gateway.simulator.control.addBusyTime({ hostId: 502, start, end })
    const bart = { ...wish, service: 'Bartpflege' }
    const checked = await gateway.call('check_availability', { ...bart, date: 'morgen', time: '10:00' }, call)
    expect(checked.alternatives).toMatchObject([{ date: '2026-11-26', time: '10:00' }])
    const onWrongDay = await gateway.call('start_booking', { ...bart, date: 'morgen', time: '10:00' }, call)
    expect(onWrongDay).toMatchObject({ success: false, error: 'offered_other_day' })
    expect(onWrongDay.message).toBe('Meinen Sie Donnerstag, den 26. November um 10 Uhr?')
    const onTime = await gateway.call('start_booking', { ...bart, date: undefined, time: '10:00' }, call)
    expect(onTime).toMatchObject({ success: true, date: '2026-11-26', time: '10:00' })
  })

  test('the past and the notice are no slots, and are told apart', async () => {
    const past = await gateway.call('start_booking', { ...wish, date: 'heute', time: '8:00' }, somebody())
    expect(past).toMatchObject({ success: false, error: 'past_time' })
    const soon = await gateway.call(
      'start_booking',
      { ...wish, service: 'Dauerwelle', date: 'heute', time: '10:15' },
      somebody(),
    )
    expect(soon).toMatchObject({
      success: false,
      error: 'booking_notice_violation',
      minimum_notice_minutes: 120,
    })
  })

  test('a closed day is called closed', async () => {
    const answer = await gateway.call('start_booking', { ...wish, date: '29.11.2026' }, somebody())
    expect(answer).toMatchObject({ success: false, error: 'closed' })
    expect(answer.message).toMatch(/^Am Sonntag haben wir geschlossen\./)
    expect(answer.alternatives).not.toEqual([])
  })
})

describe('holds', () => {
  test('I-48 a hold counts as free for its own call and as taken for others, until it ends', async () => {
    const mine = somebody()
    const others = somebody()
    const bart = { ...wish, service: 'Bartpflege' }
    const held = await gateway.call(
      'reserve_slot',
      { date: wish.date, time: wish.time, service: 'Bartpflege' },
      mine,
    )
    expect(held).toMatchObject({ success: true, reserved: true })
    const refused = await gateway.call('start_booking', bart, others)
    expect(refused).toMatchObject({ success: false, error: 'slot_unavailable' })
    expect(await gateway.call('start_booking', bart, mine)).toMatchObject({ success: true })
    expect(gateway.simulator.control.reservations()).toHaveLength(1)
    expect(await gateway.call('confirm_booking', {}, mine)).toMatchObject({ success: true })
    await gateway.settle()
    expect(gateway.simulator.control.reservations()).toEqual([])
  })

  test('an ended hold means a normal check', async () => {
    const mine = somebody()
    const bart = { ...wish, service: 'Bartpflege' }
    await gateway.call('reserve_slot', { date: wish.date, time: wish.time, service: 'Bartpflege' }, mine)
    gateway.clock.advance(6 * 60_000)
    const others = somebody()
    await gateway.call('start_booking', bart, others)
    expect(await gateway.call('start_booking', bart, mine)).toMatchObject({
      success: false,
      error: 'slot_unavailable',
    })
  })

  test('a released reservation is free for everybody', async () => {
    const mine = somebody()
    await gateway.call('reserve_slot', { date: wish.date, time: wish.time, service: 'Bartpflege' }, mine)
    expect(await gateway.call('release_slot_reservation', {}, mine)).toMatchObject({
      success: true,
      released: true,
    })
    expect(await gateway.call('release_slot_reservation', {}, mine)).toMatchObject({
      success: true,
      released: false,
    })
    const other = await gateway.call('start_booking', { ...wish, service: 'Bartpflege' }, somebody())
    expect(other.success).toBe(true)
  })

  test('a hold that cannot be had does not keep anybody from booking', async () => {
    const call = somebody()
    gateway.simulator.control.addFault({ operation: 'createReservation', effect: 'error', status: 500 })
    expect(await gateway.call('start_booking', wish, call)).toMatchObject({ success: true })
    expect(await gateway.call('confirm_booking', {}, call)).toMatchObject({ success: true })
  })

  test('a whole booking asks Cal.com four times: check, hold, booking, release', async () => {
    const call = somebody()
    gateway.simulator.control.clearRequests()
    await gateway.call('start_booking', wish, call)
    await gateway.call('confirm_booking', {}, call)
    await gateway.settle()
    expect(gateway.simulator.control.requests().map(({ operation }) => operation)).toEqual([
      'getSlots',
      'createReservation',
      'createBooking',
      'deleteReservation',
    ])
  })
})

describe('staff and branches', () => {
  test('I-67 the person asked for serves, under the event type of the pair, and is stored and named', async () => {
    const call = somebody()
    await gateway.call('start_booking', { ...wish, preferred_staff_id: 'Anna' }, call)
    const confirmed = await gateway.call('confirm_booking', {}, call)
    expect(confirmed).toMatchObject({ success: true, staff: 'Anna Becker' })
    expect(live()[0]).toMatchObject({ eventTypeId: 2563121, hosts: [{ id: 501 }] })
  })

  test('the caller may book at another branch of the company by its name', async () => {
    const call = somebody()
    const started = await gateway.call('start_booking', { ...wish, filiale: 'Nord' }, call)
    expect(started.success).toBe(true)
    await gateway.call('confirm_booking', {}, call)
    expect(live()[0]).toMatchObject({ eventTypeId: 2563201, hosts: [{ id: 504 }] })
  })
})

describe('contact', () => {
  test('I-73 an invented number gives way to the one the network reports', async () => {
    const call = somebody()
    const started = await gateway.call('start_booking', { ...wish, customer_phone: '0151123456' }, call)
    expect(await attemptOf(started)).toMatchObject({ customerPhone: call.from })
  })

  test('a number or an address that was not understood is asked for again', async () => {
    const phone = await gateway.call(
      'start_booking',
      { ...wish, customer_phone: 'null eins sieben blau' },
      somebody(),
    )
    expect(phone).toMatchObject({ success: false, error: 'invalid_phone', missing_fields: ['phone'] })
  })

  test.each([
    ['check_availability', 'Kinderhaarschnitt', 'unknown_service'],
    ['start_booking', 'haare schneiden für mein kind', 'unknown_service'],
    ['start_booking', 'haare schneiden und bart trimmen', 'ambiguous_service'],
  ])('%s: "%s" is never another service', async (name, service, error) => {
    expect(await gateway.call(name, { ...wish, service }, somebody())).toMatchObject({
      success: false,
      error,
    })
  })

  test('"herrenhaarschnitt und bart" is both, one after the other', async () => {
    const answer = await gateway.call(
      'check_availability',
      { ...wish, service: 'herrenhaarschnitt und bart' },
      somebody(),
    )
    expect(answer).toMatchObject({ success: true, services: ['Herrenhaarschnitt', 'Bartpflege'] })
  })

  test.each([
    ['10:00', { firstName: 'Erika', lastName: 'Sommer' }],
    ['11:00', { vorname: 'Ina', nachname: 'Sommer' }],
    ['12:00', { first_name: 'Ute', last_name: 'Sommer' }],
  ])('first and last name apart are one name (%s)', async (time, parts) => {
    const nameless = { date: wish.date, time, service: wish.service }
    const started = await gateway.call('start_booking', { ...nameless, ...parts }, somebody())
    expect(started).toMatchObject({ success: true })
    expect(await attemptOf(started)).toMatchObject({ customerName: Object.values(parts).join(' ') })
  })

  test('I-73 a dictated email is understood and used', async () => {
    const call = somebody()
    const started = await gateway.call(
      'start_booking',
      { ...wish, email: 'max punkt muster ät gmx punkt de' },
      call,
    )
    expect(await attemptOf(started)).toMatchObject({
      customerEmail: 'max.muster@gmx.de',
      attendeeEmail: 'max.muster@gmx.de',
    })
  })

  test('I-73 two anonymous bookings without email both work, under addresses of the business that differ', async () => {
    await emailRequired(true)
    const calls = [withheld(), withheld()]
    for (const [index, call] of calls.entries()) {
      const name = ['Uwe Unbekannt', 'Ute Unbekannt'][index]
      const time = ['14:00', '15:00'][index]
      await gateway.call('start_booking', { ...wish, name, time }, call)
      expect(await gateway.call('confirm_booking', {}, call)).toMatchObject({ success: true })
    }
    const addresses = live().map(({ attendees }) => String(attendees[0]?.email))
    expect(new Set(addresses).size).toBe(2)
    for (const address of addresses) expect(address).toMatch(/^termine\+.{10,}@salon-sonnenschein\.example$/)
    // Never mailed to: the appointment holds no address.
    const stored = await inCompany<Array<{ attendeeEmail: string | null }>>((tx) =>
      tx.appointment.findMany({ where: { callId: { in: calls.map(({ callId }) => callId) } } }),
    )
    expect(stored.map(({ attendeeEmail }) => attendeeEmail)).toEqual([null, null])
  })

  test('phone only: where the event type takes it, Cal.com gets the number and no address', async () => {
    await emailRequired(false)
    const call = somebody()
    const started = await gateway.call('start_booking', wish, call)
    expect(await attemptOf(started)).toMatchObject({ attendeeEmail: null, customerPhone: call.from })
    expect(await gateway.call('confirm_booking', {}, call)).toMatchObject({ success: true })
    await emailRequired(true)
  })

  test('a company that wants an email asks for it, and again when it was not understood', async () => {
    await companySettings({ missingEmail: 'ask' })
    const call = somebody()
    const asked = await gateway.call('start_booking', wish, call)
    expect(asked).toMatchObject({ success: false, error: 'missing_email', missing_fields: ['email'] })
    const unclear = await gateway.call('start_booking', { ...wish, email: 'irgendwas ohne Zeichen' }, call)
    expect(unclear).toMatchObject({ success: false, error: 'invalid_email' })
    expect(unclear.message).toMatch(/buchstabieren/)
    await companySettings({ missingEmail: 'phone_only' })
  })

  test('without an email, a mailbox or a way around, the caller is asked', async () => {
    await companySettings({ mailbox: null })
    const answer = await gateway.call('start_booking', wish, withheld())
    expect(answer).toMatchObject({ success: false, error: 'missing_email' })
    await emailRequired(false)
    const phone = await gateway.call('start_booking', wish, withheld())
    expect(phone).toMatchObject({ success: false, error: 'missing_phone' })
    const given = await gateway.call('start_booking', { ...wish, phone: '0151 23456789' }, withheld())
    expect(given.success).toBe(true)
    await emailRequired(true)
    await companySettings({ mailbox: 'termine@salon-sonnenschein.example' })
  })
})

describe('customers', () => {
  const book = async (call: ReturnType<typeof somebody>, changes: Record<string, unknown> = {}) => {
    await gateway.call('start_booking', { ...wish, ...changes }, call)
    return gateway.call('confirm_booking', {}, call)
  }

  test('a known caller is recognised by number and may leave the name out', async () => {
    const first = somebody()
    await book(first, { name: 'Erika Wieder' })
    const again = { callId: newCallId(), from: first.from }
    expect(await gateway.call('check_customer', {}, again)).toMatchObject({
      success: true,
      customer_exists: true,
      customer_name: 'Erika Wieder',
      first_name: 'Erika',
      appointment_count: 1,
    })
    const init = await gateway.call('initialize_call', {}, again)
    expect(init).toMatchObject({
      customer_recognized: true,
      customer_name: 'Erika Wieder',
      current_date: '2026-11-24',
    })
    expect(init.upcoming_appointments).toMatchObject([
      { date: '2026-11-27', time: '14:00', service: 'Herrenhaarschnitt' },
    ])
    const later = { ...wish, name: undefined, date: '1.12.2026' }
    const started = await gateway.call('start_booking', later, again)
    expect(started.summary).toMatch(/^Termin für Erika Wieder /)
  })

  test('I-69 withheld numbers recognise nobody and are never merged, however they are written', async () => {
    for (const from of [
      'anonymous',
      'Anonymous',
      'unknown',
      'private',
      'withheld',
      'restricted',
      '00000000',
      '',
      null,
    ]) {
      const call = { callId: newCallId(), from }
      expect(await gateway.call('check_customer', { phone_number: '+4915228817386' }, call)).toMatchObject({
        success: true,
        customer_exists: false,
        customer_id: null,
      })
    }
    const one = withheld()
    const two = withheld()
    await book(one, { name: 'Ingo Nito' })
    await book(two, { name: 'Ingo Nito', time: '15:00' })
    const rows = await inCompany<Array<{ customerId: number }>>((tx) =>
      tx.appointment.findMany({ where: { callId: { in: [one.callId, two.callId] } } }),
    )
    expect(new Set(rows.map(({ customerId }) => customerId)).size).toBe(2)
  })

  test('I-68 a number in the arguments reads nobody’s data', async () => {
    const answer = await gateway.call('check_customer', { phone_number: '+4915228817386' }, somebody())
    expect(answer).toMatchObject({ customer_exists: false })
    expect(JSON.stringify(answer)).not.toMatch(/Sabine|Müller/)
  })

  test('several people on one number are told apart by name, and nobody is named unasked', async () => {
    const call = somebody()
    await book(call, { name: 'Petra Winter' })
    await book({ callId: newCallId(), from: call.from }, { name: 'Klaus Winter', time: '15:00' })
    const later = { callId: newCallId(), from: call.from }
    const checked = await gateway.call('check_customer', {}, later)
    expect(checked).toMatchObject({ success: true, customer_id: null, status: 'several_customers' })
    expect(JSON.stringify(checked)).not.toMatch(/Petra|Klaus/)
    expect(await gateway.call('initialize_call', {}, later)).toMatchObject({
      customer_recognized: false,
      upcoming_appointments: [],
    })
    await book(later, { name: 'Klaus Winter', date: '1.12.2026' })
    expect(await customersOn(call.from)).toHaveLength(2)
  })

  test('a customer is completed by a booking, never overwritten by a worse value', async () => {
    const from = somebody().from
    await book(
      { callId: newCallId(), from },
      { name: 'Brigitte Sorgenfrei', email: 'brigitte@sorgenfrei.de' },
    )
    await book(
      { callId: newCallId(), from },
      { name: 'Brigitte', email: 'andere@sorgenfrei.de', date: '1.12.2026' },
    )
    expect(await customersOn(from)).toMatchObject([
      { name: 'Brigitte Sorgenfrei', email: 'brigitte@sorgenfrei.de' },
    ])

    const other = somebody().from
    await book({ callId: newCallId(), from: other }, { name: 'Sorgenfrei', time: '11:00' })
    await book(
      { callId: newCallId(), from: other },
      { name: 'Gisela Sorgenfrei', email: 'gisela@sorgenfrei.de', date: '1.12.2026' },
    )
    expect(await customersOn(other)).toMatchObject([
      { name: 'Gisela Sorgenfrei', email: 'gisela@sorgenfrei.de' },
    ])
  })

  test('I-70 the same number is another person at another company', async () => {
    const answer = await gateway.call('check_customer', {}, { callId: newCallId(), from: '+4915228817386' })
    expect(answer).toMatchObject({ customer_name: 'Sabine Müller', email: 'sabine.mueller@example.com' })
  })

  test('I-63 what somebody usually books is suggested to the agent, and never decides', async () => {
    const from = somebody().from
    await book({ callId: newCallId(), from }, { name: 'Gerda Gewohnheit', service: 'Beratung', time: '9:30' })
    await book(
      { callId: newCallId(), from },
      { name: 'Gerda Gewohnheit', service: 'Beratung', time: '10:00', date: '28.11.2026' },
    )
    const before = gateway.clock.now()
    gateway.clock.set('2026-11-30T08:00:00Z')
    const call = { callId: newCallId(), from }
    expect(await gateway.call('check_customer', {}, call)).toMatchObject({
      predicted_service: 'Beratung',
      service_confidence: 1,
      last_appointment: '2026-11-28T09:00:00.000Z',
    })
    const asked = await gateway.call(
      'start_booking',
      { name: 'Gerda Gewohnheit', date: '4.12.', time: '14:00' },
      call,
    )
    expect(asked).toMatchObject({ success: false, error: 'missing_service' })
    gateway.clock.set(before)
  })
})

describe('one step', () => {
  test('I-12 book_appointment_v17 books, with the answer of confirm_booking', async () => {
    const call = somebody()
    const answer = await gateway.call(
      'book_appointment_v17',
      { name: 'Jonas Brandt', datum: '27.11.2026', dienstleistung: 'Herrenhaarschnitt', uhrzeit: '10:00' },
      call,
    )
    expect(answer).toMatchObject({
      success: true,
      confirmation_message: 'Ihr Termin wurde erfolgreich gebucht!',
    })
    expect(
      await gateway.call(
        'book_appointment',
        { name: 'Jonas Brandt', datum: '27.11.2026', dienstleistung: 'Herrenhaarschnitt', uhrzeit: '10:00' },
        call,
      ),
    ).toMatchObject({
      success: true,
      appointment_id: answer.appointment_id,
    })
    expect(live()).toHaveLength(1)
  })

  test('collect_appointment_data checks first with bestaetigung false, then books with true', async () => {
    const call = somebody()
    const args = { name: 'Nina Neu', datum: 'Freitag', uhrzeit: '11 Uhr', dienstleistung: 'Beratung' }
    const checked = await gateway.call('collect_appointment_data', { ...args, bestaetigung: false }, call)
    expect(checked).toMatchObject({
      success: true,
      status: 'available',
      bestaetigung_status: 'awaiting_confirmation',
      awaiting_confirmation: true,
    })
    expect(checked.message).not.toMatch(/gebucht|bestätigt/i)
    expect(live()).toEqual([])
    const booked = await gateway.call('collect_appointment_data', { ...args, bestaetigung: true }, call)
    expect(booked).toMatchObject({ success: true, status: 'booked', bestaetigung_status: 'confirmed' })
    expect(booked.reference_id).toBe(booked.booking_id)
    expect(live()).toHaveLength(1)
  })

  test('collect_appointment_data names what is missing', async () => {
    const noName = await gateway.call(
      'collect_appointment_data',
      { datum: 'Freitag', uhrzeit: '11 Uhr', dienstleistung: 'Beratung' },
      somebody(),
    )
    expect(noName).toMatchObject({ success: false, status: 'missing_customer_name', prompt_violation: true })
    const noTime = await gateway.call(
      'collect_appointment_data',
      { name: 'Nina Neu', datum: 'Freitag', dienstleistung: 'Beratung' },
      somebody(),
    )
    expect(noTime).toMatchObject({
      success: false,
      status: 'missing_required_fields',
      missing_fields: ['time'],
    })
  })
})

test('I-43 a calendar that cannot be asked is a technical trouble with a callback, never "taken"', async () => {
  gateway.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 500, times: 2 })
  const answer = await gateway.call('start_booking', { ...wish, date: '3.12.' }, somebody())
  expect(answer).toMatchObject({
    success: false,
    error: 'calendar_unavailable',
    fallback: 'callback_request',
  })
  expect(answer.message).not.toMatch(/vergeben|belegt|nicht mehr frei/)
})
