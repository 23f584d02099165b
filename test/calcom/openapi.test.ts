/**
 * The client's whole repertoire against the vendor's OpenAPI file: every request as it leaves, every answer as it comes from the
 * simulator. Zero violations; where the file itself is wrong, test/helpers/openapi.ts says so.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calcomRoutes } from '../../src/calcom/routes.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { openCalcom } from '../helpers/calcom.ts'
import { testClock } from '../helpers/clock.ts'
import { openApiContract } from '../helpers/openapi.ts'
import { startRelay } from '../helpers/relay.ts'

const openApi = openApiContract()
const clock = testClock()
const at = (hour: number) => new Date(`2026-12-02T${String(hour).padStart(2, '0')}:00:00Z`)
const day = { start: at(0), end: at(22), timeZone: 'Europe/Berlin' }
const cut = 2563101
const beard = 2563105

let simulator: Simulator
let relay: Awaited<ReturnType<typeof startRelay>>
let calcom: Awaited<ReturnType<typeof openCalcom>>
beforeAll(async () => {
  simulator = await startSimulator({ clock: () => clock.now(), rateLimit: null })
  relay = await startRelay(simulator.url)
  calcom = await openCalcom(relay.url)
})
afterAll(async () => {
  await calcom.connections.close()
  await relay.close()
  await simulator.close()
})

const wish = (start: Date, more: object = {}) => ({
  eventTypeId: cut,
  start,
  attendee: {
    name: 'Erika Muster',
    timeZone: 'Europe/Berlin',
    language: 'de',
    phoneNumber: '+4915112345678',
  },
  metadata: { booking_id: 'temp_1', call_id: 'call_1' },
  ...more,
})

/** What is wrong with everything that went over the wire so far. */
function violations() {
  return relay.passed.flatMap(({ method, path, query, body, status, answer }): unknown[] => {
    const operation = openApi.operationOf(method, path)
    if (operation === undefined) return [`${method} ${path} is not documented`]
    const asked = openApi.requestProblems(operation, { query, body })
    // The file describes the inside of the list of slots, and no refusals.
    const inside = operation === 'GET /v2/slots' ? asRange(answer) : answer
    const answered = status < 300 ? openApi.answerProblems(operation, { status, body: inside }) : []
    return [...asked, ...answered].map((problem) => ({ operation, problem }))
  })
}

/** The file says text for a plain start and an object for a range: its own example has objects for both. */
function asRange(answer: unknown) {
  const { data } = answer as { data: Record<string, { start: string }[]> }
  return Object.fromEntries(
    Object.entries(data).map(([date, slots]) => [date, slots.map((slot) => ({ end: slot.start, ...slot }))]),
  )
}

test('every request of the client and every answer to it is as the file says', {
  timeout: 120_000,
}, async () => {
  const { client, within } = calcom
  const soon = within(120_000)
  const { control } = simulator
  await client.fetchMe(soon)
  await client.fetchEventTypes({}, soon)
  await client.fetchEventTypes({ teamId: 34209 }, soon)
  await client.fetchSlots({ ...day, eventTypeId: cut, teamId: 34209 }, soon)
  control.putEventType({ id: cut, title: 'Schnitt', lengthInMinutes: 30, rrHostSubsetEnabled: true })
  await client.fetchSlots({ ...day, eventTypeId: cut, hostUserId: 501 }, soon)
  const { uid: hold } = await client.reserveSlot({ eventTypeId: cut, start: at(9) }, soon)
  await client.releaseReservation({ uid: hold }, soon)
  const first = await client.createBooking(
    wish(at(9), { hostUserIds: [501], bookingFieldsResponses: { notes: 'leise' } }),
    soon,
  )
  await client.fetchSlots({ ...day, eventTypeId: cut, bookingUidToReschedule: first.uid }, soon)
  await client.reassignBooking({ uid: first.uid, userId: 502, reason: 'krank' }, soon)
  const moved = await client.rescheduleBooking(
    { uid: first.uid, start: at(10), reason: 'Anruf', rescheduledBy: 'x@web.example' },
    soon,
  )
  await client.fetchBooking({ uid: moved.uid }, soon)
  await client.fetchBookings(
    {
      eventTypeIds: [cut, beard],
      teamIds: [34209],
      status: ['upcoming', 'unconfirmed'],
      attendeeEmail: 'x@web.example',
      afterStart: at(0),
      beforeEnd: at(22),
      afterCreatedAt: at(0),
    },
    soon,
  )
  await client.fetchBookings({ afterUpdatedAt: at(0), beforeUpdatedAt: at(22) }, soon)
  await client.cancelBooking({ uid: moved.uid, reason: 'Anruf' }, soon)
  const more = { seatsPerTimeSlot: 3, lengthInMinutesOptions: [30, 60] }
  control.putEventType({ id: beard, title: 'Kurs', lengthInMinutes: 30, ...more })
  const long = { eventTypeId: beard, durationMinutes: 60 }
  await client.fetchSlots({ ...day, ...long }, soon)
  await client.reserveSlot({ ...long, start: at(13) }, soon)
  const seat = await client.createBooking(wish(at(9), { eventTypeId: beard, lengthInMinutes: 60 }), soon)
  const other = await client.createBooking(wish(at(9), { eventTypeId: beard }), soon)
  const gone = await client.rescheduleBooking({ uid: seat.uid, start: at(12), reason: 'Anruf' }, soon)
  await client.fetchBooking({ uid: seat.uid }, soon)
  await client.cancelBooking({ uid: other.uid, reason: 'Anruf' }, soon)
  await client.cancelBooking({ uid: gone.uid, reason: 'Anruf' }, soon)
  const recurrence = { interval: 1, occurrences: 3, frequency: 'weekly' as const }
  control.putEventType({ id: beard, title: 'Serie', lengthInMinutes: 30, seatsPerTimeSlot: null, recurrence })
  await client.createBooking(wish(at(9), { eventTypeId: beard, recurrenceCount: 1 }), soon)
  const hook = {
    active: true,
    subscriberUrl: 'http://127.0.0.1:1/hook',
    triggers: ['BOOKING_CREATED'],
    secret: 'geheim',
  }
  const { id } = await client.createWebhook(hook, soon)
  await client.fetchWebhooks(soon)
  await client.updateWebhook({ id, triggers: ['BOOKING_CREATED', 'BOOKING_CANCELLED'] }, soon)
  expect(violations()).toEqual([])
})

test('every address that the client knows was asked', () => {
  const asked = new Set(relay.passed.map(({ method, path }) => openApi.operationOf(method, path)))
  const known = Object.values(calcomRoutes.published).map(({ method, path }) =>
    openApi.operationOf(method, `/v2${path}`.replace(/\{\w+\}/g, '1')),
  )
  expect([...new Set(known)].filter((operation) => !asked.has(operation))).toEqual([])
})

test('the check can fail: an unknown key, a missing one, and an answer without its hosts', () => {
  const body = { start: '2026-12-02T09:00:00Z', eventTypeId: cut, attendee: { name: 'E', timeZone: 'x' } }
  const problems = (changed: object) =>
    openApi.requestProblems('POST /v2/bookings', { query: {}, body: { ...body, ...changed } })
  expect(problems({})).toEqual([])
  expect(problems({ wish: 1 })).not.toEqual([])
  expect(problems({ attendee: undefined })).not.toEqual([])
  expect(openApi.requestProblems('GET /v2/slots', { query: { teamId: '1' }, body: undefined })).not.toEqual(
    [],
  )
  // Noted in test/helpers/openapi.ts: the file cannot tell a plain booking from a series.
  expect(problems({ recurrenceCount: 1 })).toEqual([])
})
