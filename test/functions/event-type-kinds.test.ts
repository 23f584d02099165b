/** Kinds of event types as callers meet them: repetitions, limits, required numbers (calendar.md 5, 6). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventTypeInput } from '../../src/simulator/types.ts'
import { type Answer, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { STALE_DEADLINE_MS: '60000', READ_DEADLINE_MS: '20000' } })
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await gateway.settle()
  control().reset()
  gateway.clock.advance(60_000)
  await kind({})
  gateway.lines.length = 0
})

const control = () => gateway.simulator.control
const cut = { id: 2563101, title: 'Herrenhaarschnitt', lengthInMinutes: 30 }
const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }
let people = 0
const ring = () => ({ callId: newCallId(), from: `+49151126${String(50_000 + ++people)}` })
type Call = ReturnType<typeof ring>
/** The haircut is of this kind from now on, and an import has read it. */
async function kind(more: Partial<EventTypeInput>) {
  control().putEventType({ ...cut, ...more })
  await gateway.gateway.jobs.eventTypes.runCompany(salon.companyId)
}
const book = async (call: Call, changes: Record<string, unknown> = {}): Promise<Answer> => {
  const started = await gateway.call('start_booking', { ...wish, ...changes }, call)
  if (!started.success) return started
  return gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
}
const live = () =>
  control()
    .bookings()
    .filter(({ status, eventTypeId }) => status === 'accepted' && eventTypeId === cut.id)
const stranger = (start: string) =>
  control().bookAsStranger({
    start,
    eventTypeId: cut.id,
    attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
  })
const alarms = () => gateway.lines.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm)

test('of a recurring event type one occurrence is sold, moved and cancelled', async () => {
  await kind({ recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' } })
  const call = ring()
  expect(await gateway.call('check_availability', wish, call)).toMatchObject({ available: true })
  expect(await book(call)).toMatchObject({ success: true, status: 'confirmed' })
  expect(live().map(({ start }) => start)).toEqual(['2026-11-27T09:00:00.000Z'])
  await gateway.settle()
  const [company] = [salon.companyId]
  await gateway.gateway.jobs.reconciler.runCompany(company)
  expect(await gateway.gateway.jobs.consistency.check(company)).toEqual([])
  const move = { new_date: '27.11.2026', new_time: '11:00', confirmed: true }
  const asked = await gateway.call('reschedule_appointment', move, call)
  const moved = asked.success ? asked : await gateway.call('reschedule_appointment', move, call)
  expect(moved).toMatchObject({ success: true })
  expect(live().map(({ start }) => start)).toEqual(['2026-11-27T10:00:00.000Z'])
})

test('a day whose number of bookings is reached is not free, and days with room are offered', async () => {
  await kind({ bookingLimitsCount: { day: 1 } })
  await stranger('2026-11-27T13:00:00Z')
  await gateway.settle()
  const checked = await gateway.call('check_availability', wish, ring())
  expect(checked).toMatchObject({ success: true, available: false })
  const dates = (checked.alternatives as { date: string }[]).map(({ date }) => date)
  expect(dates.length).toBeGreaterThan(0)
  expect(dates).not.toContain('2026-11-27')
})

test.each([
  ['bookings of a day', { bookingLimitsCount: { day: 1 } }, '2026-11-27T13:00:00Z', ['2026-11-27']],
  ['minutes of a day', { bookingLimitsDuration: { day: 45 } }, '2026-11-27T13:00:00Z', ['2026-11-27']],
  [
    'bookings of a week',
    { bookingLimitsCount: { week: 1 } },
    '2026-11-26T13:00:00Z',
    ['2026-11-26', '2026-11-27', '2026-11-28'],
  ],
] as const)(
  'a limit reached between summary and yes is "not free", not a refused key: %s',
  async (_name, limit, start, full) => {
    await kind(limit)
    const call = ring()
    const started = await gateway.call('start_booking', wish, call)
    expect(started).toMatchObject({ success: true })
    // Nobody tells us of this one.
    control().setWebhookMode({ delivery: 'off' })
    await stranger(start)
    const answer = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(answer).toMatchObject({ success: false, error: 'slot_taken' })
    const dates = (answer.alternatives as { date: string }[]).map(({ date }) => date)
    expect(dates.length).toBeGreaterThan(0)
    for (const day of full) expect(dates).not.toContain(day)
    expect(alarms()).toEqual([])
    expect(live()).toHaveLength(1)
  },
)

test('a time outside of the restriction schedule is not free; one that is listed all the same is offered once', async () => {
  const mornings = { days: [1, 2, 3, 4, 5, 6], start: '09:00', end: '12:00' }
  await kind({ restrictionHours: [mornings] })
  const afternoon = { ...wish, time: '15:00' }
  expect(await gateway.call('check_availability', afternoon, ring())).toMatchObject({ available: false })
  await kind({ restrictionHours: [mornings], listsRestricted: true })
  gateway.clock.advance(301_000)
  const call = ring()
  expect(await book(call, afternoon)).toMatchObject({ success: false, error: 'slot_taken' })
  expect(await gateway.call('check_availability', afternoon, call)).toMatchObject({ available: false })
  expect(live()).toEqual([])
})

test('an event type that insists on a phone number has it asked for', async () => {
  const field = (slug: string, type: string, required: boolean) => ({
    slug,
    type,
    required,
    label: slug,
    hidden: false,
    isDefault: true,
  })
  await kind({
    bookingFields: [
      field('name', 'name', true),
      field('email', 'email', false),
      field('attendeePhoneNumber', 'phone', true),
    ],
  })
  const withheld = { callId: newCallId(), from: null }
  const answer = await gateway.call('start_booking', { ...wish, email: 'max@web.example' }, withheld)
  expect(answer).toMatchObject({ success: false, error: 'missing_phone' })
})

describe('several lengths', () => {
  const lengths = { lengthInMinutesOptions: [30, 60, 90], slotInterval: 30 }
  const posts = () => control().requests('createBooking').length
  const minutesOf = () => live().map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / 60_000)

  test('none said: asked for, in minutes and hours as one speaks', async () => {
    await kind(lengths)
    const call = ring()
    for (const name of ['check_availability', 'start_booking', 'find_next_available']) {
      const answer = await gateway.call(name, wish, call)
      expect(answer).toMatchObject({ success: false, error: 'missing_length', lengths: [30, 60, 90] })
      expect(answer.message).toBe(
        'Herrenhaarschnitt dauert wahlweise 30 Minuten, eine Stunde oder eineinhalb Stunden. Wie lange darf es sein?',
      )
    }
    expect(await gateway.call('start_booking', { ...wish, duration_minutes: 45 }, call)).toMatchObject({
      error: 'unknown_length',
    })
  })

  test.each([
    ['as an argument', { duration_minutes: 90 }],
    ['in words', { duration_minutes: 'anderthalb Stunden' }],
    ['with the service', { service: 'Herrenhaarschnitt anderthalb Stunden' }],
  ])('said %s: looked up, held, booked and written down in that length', async (_how, said) => {
    await kind(lengths)
    // Free from 10:00 until 11:00 only: enough for an hour, not for one and a half.
    for (const host of [501, 502, 503])
      control().addBusyTime({ hostId: host, start: '2026-11-27T10:00:00Z', end: '2026-11-27T11:30:00Z' })
    const call = ring()
    const checked = await gateway.call('check_availability', { ...wish, ...said }, call)
    expect(checked).toMatchObject({ available: false, duration_minutes: 90 })
    expect(
      await gateway.call('start_booking', { ...wish, time: '13:00', service: undefined }, call),
    ).toMatchObject({
      success: true,
      message: expect.stringContaining('Das dauert bei uns eineinhalb Stunden.'),
    })
    const booked = await gateway.call('confirm_booking', {}, call)
    expect(booked).toMatchObject({ success: true })
    expect(minutesOf()).toEqual([90])
    await gateway.settle()
    const rows = await gateway.database.tenancy.run(salon.companyId, (tx) =>
      tx.appointment.findMany({ where: { callId: call.callId }, select: { durationMinutes: true } }),
    )
    expect(rows).toEqual([{ durationMinutes: 90 }])
  })

  test('another length said for the same time is another wish, looked up anew; the older draft goes', async () => {
    await kind(lengths)
    for (const host of [501, 502, 503])
      control().addBusyTime({ hostId: host, start: '2026-11-27T10:00:00Z', end: '2026-11-27T11:30:00Z' })
    const call = ring()
    const hour = await gateway.call('start_booking', { ...wish, duration_minutes: 60 }, call)
    expect(hour).toMatchObject({ success: true })
    const longer = await gateway.call('start_booking', { ...wish, duration_minutes: 90 }, call)
    expect(longer).toMatchObject({ success: false, error: 'slot_unavailable' })
    const half = await gateway.call('start_booking', { ...wish, duration_minutes: 30 }, call)
    expect(half).toMatchObject({ success: true })
    expect(half.booking_id).not.toBe(hour.booking_id)
    const answer = await gateway.call('confirm_booking', { booking_id: half.booking_id }, call)
    expect(answer).toMatchObject({ success: true })
    expect(minutesOf()).toEqual([30])
    expect(posts()).toBe(1)
  })

  test('moved, an appointment keeps its length', async () => {
    await kind(lengths)
    const call = ring()
    await book(call, { duration_minutes: 60 })
    await gateway.settle()
    for (const host of [501, 502, 503])
      control().addBusyTime({ hostId: host, start: '2026-11-27T14:30:00Z', end: '2026-11-27T15:00:00Z' })
    const move = (time: string) => ({ new_date: '27.11.2026', new_time: time, confirmed: true })
    // Half an hour is free at three, an hour is not.
    expect(await gateway.call('reschedule_appointment', move('15:00'), call)).toMatchObject({
      success: false,
    })
    const asked = await gateway.call('reschedule_appointment', move('13:00'), call)
    const moved = asked.success ? asked : await gateway.call('reschedule_appointment', move('13:00'), call)
    expect(moved).toMatchObject({ success: true })
    expect(minutesOf()).toEqual([60])
  })

  test('a length that Cal.com no longer offers when the yes comes is not booked in another', async () => {
    await kind(lengths)
    const call = ring()
    const started = await gateway.call('start_booking', { ...wish, duration_minutes: 90 }, call)
    await kind({ lengthInMinutesOptions: [30, 60] })
    gateway.clock.advance(1_000)
    const answer = await gateway.call('confirm_booking', { booking_id: started.booking_id }, call)
    expect(answer.success).toBe(false)
    expect(live()).toEqual([])
  })
})
