/** Cal.com as it really is: event types that are not sold by phone, bookings that cannot be read, webhooks without a uid. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventTypeInput } from '../../../src/simulator/types.ts'
import { newCallId, startGateway, type TestGateway } from '../../helpers/gateway.ts'
import { asOwner, look, receiveWebhooks, startOver } from '../../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway()
  rows = look(gateway)
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await startOver(gateway)
  await asOwner(
    gateway,
    'UPDATE services SET not_offered_reason = NULL; UPDATE service_staff SET not_offered_reason = NULL',
  )
  gateway.clock.advance(61_000)
})

const control = () => gateway.simulator.control
const jobs = () => gateway.gateway.jobs
const mitteCut = 2563101
const friday = '2026-11-27T13:00:00.000Z'
const saturday = '2026-11-28T09:00:00.000Z'
const cut = { id: mitteCut, title: 'Herrenhaarschnitt', lengthInMinutes: 30 }
const weekly = { interval: 1, occurrences: 4, frequency: 'weekly' as const }
const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
const caller = () => ({ callId: newCallId(), from: '+4915112345001' })
const bookOnTheWeb = (start = friday, name = 'Erika Web') =>
  control().bookAsStranger({
    start,
    eventTypeId: mitteCut,
    attendee: { name, email: `${name.split(' ')[0]!.toLowerCase()}@web.example`, timeZone: 'Europe/Berlin' },
  })

const oddField = { label: 'Kassennummer', required: true, hidden: false, isDefault: false }
describe('event types that cannot be served on the phone', () => {
  const kinds: [string, Partial<EventTypeInput>][] = [
    ['seated_series', { seatsPerTimeSlot: 4, recurrence: weekly }],
    ['seats_confirmed', { seatsPerTimeSlot: 4, requiresConfirmation: true }],
    ['field_required', { bookingFields: [{ ...oddField, type: 'text', slug: 'kassennummer' }] }],
    ['email_verified', { requiresBookerEmailVerification: true }],
    ['place_asked', { locations: [{ type: 'attendeeAddress' }] }],
  ]
  for (const [reason, more] of kinds) {
    test(`${reason}: imported with the reason, never offered, refused when asked for`, async () => {
      control().putEventType({ ...cut, ...more })
      const imported = await jobs().eventTypes.runCompany(1)
      expect(imported.notOffered).toEqual([{ eventTypeId: mitteCut, title: 'Herrenhaarschnitt', reason }])
      expect(
        gateway.lines.some((line) => line.includes('not offered to callers') && line.includes(reason)),
      ).toBe(true)
      expect(
        await asOwner(
          gateway,
          'SELECT not_offered_reason, is_active FROM services WHERE calcom_event_type_id = $1',
          [mitteCut],
        ),
      ).toEqual([{ not_offered_reason: reason, is_active: true }])
      const health = await gateway.app.inject({ url: '/api/health/calcom/detailed' })
      expect(health.json().findings).toContainEqual({
        code: `event_type_${reason}`,
        company_id: 1,
        message: expect.stringContaining(String(mitteCut)),
      })

      const call = caller()
      for (const name of ['get_available_services', 'list_services']) {
        const listed = await gateway.call(name, {}, call)
        const mitte = (listed.services as Array<{ name: string; branch?: string }>).filter(
          (service) => service.branch === undefined || service.branch === 'Mitte',
        )
        expect(mitte.map(({ name }) => name)).not.toContain('Herrenhaarschnitt')
      }
      control().clearRequests()
      for (const name of ['check_availability', 'start_booking', 'book_appointment']) {
        const answer = await gateway.call(name, wish, call)
        expect(answer.success).toBe(false)
      }
      expect(control().requests('createBooking')).toEqual([])

      control().reset()
      await jobs().eventTypes.runCompany(1)
      gateway.clock.advance(61_000)
      expect(await gateway.call('check_availability', wish, caller())).toMatchObject({ success: true })
    })
  }

  test('a draft from before is not booked any more, whatever row points there', async () => {
    const call = caller()
    const draft = await gateway.call('start_booking', wish, call)
    expect(draft).toMatchObject({ success: true })
    control().putEventType({ ...cut, seatsPerTimeSlot: 4, recurrence: weekly })
    await jobs().eventTypes.runCompany(1)
    control().clearRequests()
    const answer = await gateway.call('confirm_booking', { booking_id: draft.booking_id }, call)
    expect(answer.success).toBe(false)
    expect(control().requests('createBooking')).toEqual([])
    expect(rows.live()).toEqual([])
  })

  test("a person's own event type that cannot be served is not used", async () => {
    control().putEventType({
      id: 2563121,
      title: 'Herrenhaarschnitt bei Anna',
      lengthInMinutes: 30,
      seatsPerTimeSlot: 2,
      recurrence: weekly,
    })
    await jobs().eventTypes.runCompany(1)
    const answer = await gateway.call('book_appointment', { ...wish, staff: 'Anna' }, caller())
    expect(rows.live().map(({ eventTypeId }) => eventTypeId)).not.toContain(2563121)
    expect(answer.message).not.toMatch(/technisch/)
  })

  test('a series that a repair meets is nobody’s duplicate', async () => {
    const [attempt] = await bookedAttempt()
    control().putEventType({ ...cut, recurrence: weekly })
    control().setWebhookMode({ delivery: 'off' })
    await control().bookAsStranger({
      start: '2026-11-27T15:00:00.000Z',
      eventTypeId: mitteCut,
      attendee: { name: 'Max Mustermann', phoneNumber: '+4915112345001', timeZone: 'Europe/Berlin' },
      metadata: { booking_id: attempt!.id },
    })
    expect(rows.live()).toHaveLength(5)
    control().clearRequests()
    gateway.clock.advance(600_000)
    await jobs().reconciler.runCompany(1)
    await jobs().consistency.repair(1)
    expect(control().requests('cancelBooking')).toEqual([])
    expect(rows.live()).toHaveLength(5)
  })
})

describe('a booking that cannot be read', () => {
  test('does not stop the repair of the company; it is counted and said without anything personal', async () => {
    const odd = await bookOnTheWeb(friday, 'Ulla Unlesbar')
    control().spoilBooking(odd.uid, { status: 'on_the_moon', hosts: [{ id: 'unknown' }] })
    gateway.clock.advance(60_000)
    const fine = await bookOnTheWeb('2026-11-27T15:00:00.000Z')
    expect(await jobs().reconciler.runCompany(1)).toMatchObject({ bookings: 1, changed: 1, failed: 0 })
    expect(await rows.appointments()).toMatchObject([{ calcomUid: fine.uid }])
    control().setWebhookMode({ delivery: 'off' })
    await control().cancelAsHost(fine.uid)
    expect(await jobs().consistency.repair(1)).toMatchObject({ found: 1, repaired: 1 })
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    const told = gateway.lines.filter((line) => line.includes('unreadable_bookings'))
    expect(told.length).toBeGreaterThan(0)
    expect(told.join()).not.toMatch(/Ulla|unlesbar|web\.example/i)
    const metrics = await gateway.app.inject({ url: '/metrics' })
    expect(metrics.body).toMatch(/gateway_alarms_total\{alarm="unreadable_bookings"\} [1-9]/)
  })

  test('an odd host alone is an absent host: the booking is kept in step like any other', async () => {
    const booking = await bookOnTheWeb()
    control().spoilBooking(booking.uid, {
      hosts: [{ id: 'unknown' }],
      attendees: [{ name: 'Erika Web', absent: 'no' }],
    })
    expect(await jobs().reconciler.runCompany(1)).toMatchObject({ bookings: 1, changed: 1, failed: 0 })
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: booking.uid, staffId: null, attendeeName: 'Erika Web' },
    ])
    expect(await jobs().consistency.check(1)).toEqual([])
  })

  test('a 201 with an unreadable host is a booking', async () => {
    control().spoilNextBooking({ hosts: [{ id: 'unknown' }] })
    const answer = await gateway.call('book_appointment', wish, caller())
    expect(answer).toMatchObject({ success: true })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'scheduled' }])
    expect(rows.live()).toHaveLength(1)
  })
})

describe('webhooks without a uid', () => {
  beforeEach(async () => {
    await receiveWebhooks(gateway)
    control().setWebhookMode({ delivery: 'inline', without: ['uid', 'iCalUID'] })
  })

  test('a new booking is found by its number and event type, its end by the number', async () => {
    const booking = await bookOnTheWeb()
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ calcomUid: booking.uid, status: 'scheduled' }])
    await control().cancelAsHost(booking.uid)
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([{ status: 'cancelled' }])
    expect((await rows.events()).map(({ status }) => status)).toEqual(['processed', 'processed'])
  })

  test('a move is found by what it was moved from, also in place', async () => {
    const booking = await bookOnTheWeb()
    await gateway.settle()
    control().setWebhookMode({ delivery: 'inline', without: ['uid', 'bookingId', 'iCalUID', 'eventTypeId'] })
    const moved = await control().rescheduleAsHost(booking.uid, { start: saturday })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: moved.uid, appointmentDatetime: new Date(saturday) },
    ])
    await control().moveInPlace(moved.uid, { start: '2026-11-28T10:00:00.000Z' })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { calcomUid: moved.uid, appointmentDatetime: new Date('2026-11-28T10:00:00Z') },
    ])
    control().setWebhookMode({ delivery: 'inline', without: ['uid', 'rescheduleUid', 'iCalUID'] })
    await control().moveInPlace(moved.uid, { start: saturday })
    await gateway.settle()
    expect(await rows.appointments()).toMatchObject([
      { appointmentDatetime: new Date(saturday), status: 'scheduled' },
    ])
  })

  test('one that has nothing we know is ignored', async () => {
    control().setWebhookMode({ delivery: 'inline', without: ['uid', 'bookingId', 'eventTypeId', 'iCalUID'] })
    await bookOnTheWeb()
    await gateway.settle()
    expect(await rows.events()).toMatchObject([{ status: 'ignored', lastError: 'nothing_to_do' }])
  })
})

async function bookedAttempt() {
  expect(await gateway.call('book_appointment', wish, caller())).toMatchObject({ success: true })
  await gateway.settle()
  return rows.attempts()
}
