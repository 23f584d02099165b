import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CalcomClient } from '../../src/calcom/client.ts'
import { openCalcom } from '../helpers/calcom.ts'
import { type ScriptedServer, startScriptedServer } from '../helpers/scripted-server.ts'

let server: ScriptedServer
const opened: { close(): Promise<void> }[] = []
const open: typeof openCalcom = async (...parameters) => {
  const calcom = await openCalcom(...parameters)
  opened.push(calcom.connections)
  return calcom
}
beforeAll(async () => {
  server = await startScriptedServer()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
})
afterAll(() => server.close())

const start = new Date('2026-12-01T08:00:00Z')
const window = {
  eventTypeId: 7,
  start: new Date('2026-11-30T23:00:00Z'),
  end: new Date('2026-12-01T23:00:00Z'),
  timeZone: 'Europe/Berlin',
}
const freeDay = { status: 'success', data: { '2026-12-01': [{ start: '2026-12-01T09:00:00.000+01:00' }] } }
const booking = {
  id: 9876543,
  uid: 'bFJe',
  title: 'Beratung',
  status: 'accepted',
  hosts: [{ id: 501, name: 'Anna', email: 'anna@praxis.example' }],
  start: '2026-12-01T08:00:00.000Z',
  end: '2026-12-01T08:30:00.000Z',
  eventTypeId: 7,
  createdAt: '2026-11-22T10:00:01.123Z',
  updatedAt: '2026-11-22T10:00:01.900Z',
  metadata: { booking_id: 'temp_1', attempt: 2 },
  attendees: [
    {
      name: 'Erika Muster',
      email: 'e@example.test',
      timeZone: 'Europe/Berlin',
      absent: false,
      phoneNumber: '+4915112345678',
    },
  ],
  cancellationReason: '',
}
const newBooking = {
  eventTypeId: 7,
  start,
  attendee: { name: 'Erika Muster', timeZone: 'Europe/Berlin', email: 'e@example.test' },
  metadata: { booking_id: 'temp_1' },
}
const ok = (data: unknown) => ({ json: { status: 'success', data } })

describe('requests, profile by profile', () => {
  test('published: method, address, version and body of every operation', async () => {
    const { client, soon } = await open(server.url)
    const sent = async (work: Promise<unknown>) => {
      await work
      const { method, path, query, body, headers } = server.requests.splice(0)[0]!
      expect(headers.authorization).toBe('Bearer cal_test_demo_salon')
      return { call: `${method} ${path}`, version: headers['cal-api-version'], query, body }
    }
    server.answer({ json: freeDay })
    expect(
      await sent(
        client.fetchSlots({ ...window, teamId: 3, hostUserId: 501, bookingUidToReschedule: 'old' }, soon),
      ),
    ).toEqual({
      call: 'GET /v2/slots',
      version: '2024-09-04',
      query: {
        eventTypeId: '7',
        start: '2026-11-30T23:00:00Z',
        end: '2026-12-01T22:59:59Z',
        timeZone: 'Europe/Berlin',
        bookingUidToReschedule: 'old',
        rrHostSubsetIds: '501',
      },
      body: undefined,
    })
    server.answer({
      status: 201,
      json: { data: { reservationUid: 'r1', reservationUntil: '2026-11-22T10:05:00.000Z' } },
    })
    expect(await sent(client.reserveSlot({ eventTypeId: 7, start }, soon))).toMatchObject({
      call: 'POST /v2/slots/reservations',
      version: '2024-09-04',
      body: { eventTypeId: 7, slotStart: '2026-12-01T08:00:00Z' },
    })
    server.answer({ json: { status: 'success' } })
    expect(await sent(client.releaseReservation({ uid: 'r1' }, soon))).toMatchObject({
      call: 'DELETE /v2/slots/reservations/r1',
    })
    server.answer({ status: 201, ...ok(booking) })
    expect(await sent(client.createBooking({ ...newBooking, hostUserIds: [501] }, soon))).toEqual({
      call: 'POST /v2/bookings',
      version: '2024-08-13',
      query: {},
      body: { ...newBooking, start: '2026-12-01T08:00:00Z', rrHostSubsetIds: [501] },
    })
    server.answer(ok(booking))
    expect(await sent(client.fetchBooking({ uid: 'a/b' }, soon))).toMatchObject({
      call: 'GET /v2/bookings/a%2Fb',
      version: '2024-08-13',
    })
    server.answer(ok({ ...booking, status: 'cancelled' }))
    expect(await sent(client.cancelBooking({ uid: 'bFJe', reason: 'krank' }, soon))).toMatchObject({
      call: 'POST /v2/bookings/bFJe/cancel',
      version: '2024-08-13',
      body: { cancellationReason: 'krank' },
    })
    server.answer({ status: 201, ...ok({ ...booking, uid: 'new', rescheduledFromUid: 'bFJe' }) })
    expect(
      await sent(client.rescheduleBooking({ uid: 'bFJe', start, reason: 'Kundenwunsch' }, soon)),
    ).toMatchObject({
      call: 'POST /v2/bookings/bFJe/reschedule',
      body: { start: '2026-12-01T08:00:00Z', reschedulingReason: 'Kundenwunsch' },
    })
    server.answer(ok([]))
    expect(await sent(client.fetchEventTypes({}, soon))).toMatchObject({
      call: 'GET /v2/event-types',
      version: '2024-06-14',
    })
    expect(await sent(client.fetchEventTypes({ teamId: 34209 }, soon))).toMatchObject({
      call: 'GET /v2/teams/34209/event-types',
    })
    server.answer(ok({ id: 501, username: 'anna' }))
    expect(await sent(client.fetchMe(soon))).toMatchObject({ call: 'GET /v2/me' })
  })

  test("guide: the guide's verbs, parameters and empty answers", async () => {
    const { client, soon } = await open(`${server.url}/v2/`, { profile: 'guide' })
    server.answer({ json: { data: { slots: { '2026-12-01': [{ time: '2026-12-01T08:00:00Z' }] } } } })
    expect(await client.fetchSlots({ ...window, teamId: 34209, hostUserId: 501 }, soon)).toEqual([start])
    expect(server.requests[0]).toMatchObject({
      path: '/v2/slots/available',
      query: {
        eventTypeId: '7',
        startTime: '2026-11-30T23:00:00Z',
        endTime: '2026-12-01T22:59:59Z',
        teamId: '34209',
      },
    })
    expect(server.requests[0]?.headers['cal-api-version']).toBe('2024-08-13')
    server.answer({ status: 204 })
    await client.cancelBooking({ uid: 'bFJe', reason: 'krank' }, soon)
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path: '/v2/bookings/bFJe', body: undefined })
    server.answer(
      ok({
        id: 1,
        uid: 'bFJe',
        status: 'accepted',
        startTime: '2026-12-01T08:00:00Z',
        endTime: '2026-12-01T08:45:00Z',
      }),
    )
    expect(await client.rescheduleBooking({ uid: 'bFJe', start }, soon)).toMatchObject({ uid: 'bFJe', start })
    expect(server.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/v2/bookings/bFJe/reschedule',
      body: { start: '2026-12-01T08:00:00Z' },
    })
  })

  test("the version of the booking routes is the connection's", async () => {
    const { client, soon } = await open(server.url, { bookingsVersion: '2026-02-25' })
    server.answer(ok(booking))
    await client.fetchBooking({ uid: 'x' }, soon)
    expect(server.requests[0]?.headers['cal-api-version']).toBe('2026-02-25')
  })

  test('metadata is cut to what Cal.com accepts instead of being refused', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ status: 201, ...ok(booking) })
    const metadata = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`${i}`.padEnd(50, 'k'), 'ä'.repeat(600)]),
    )
    await client.createBooking({ ...newBooking, metadata }, soon)
    const sent = (server.requests[0]!.body as { metadata: Record<string, string> }).metadata
    expect(Object.keys(sent)).toHaveLength(50)
    expect(Math.max(...Object.keys(sent).map((key) => key.length))).toBe(40)
    expect(Math.max(...Object.values(sent).map((value) => value.length))).toBe(500)
  })
})

describe('answers', () => {
  test('a booking is read into Dates, text metadata and lower-case status', async () => {
    const { client, soon } = await open(server.url)
    server.answer(ok({ ...booking, status: 'ACCEPTED', hosts: null, somethingNew: { a: 1 } }))
    expect(await client.fetchBooking({ uid: 'bFJe' }, soon)).toMatchObject({
      id: 9876543,
      uid: 'bFJe',
      status: 'accepted',
      start,
      end: new Date('2026-12-01T08:30:00Z'),
      hosts: [],
      metadata: { booking_id: 'temp_1', attempt: '2' },
      createdAt: new Date('2026-11-22T10:00:01.123Z'),
      attendees: [{ name: 'Erika Muster', phoneNumber: '+4915112345678' }],
    })
  })

  test('a recurring type answers with a list: the first booking is the one', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ status: 201, ...ok([booking, { ...booking, uid: 'second' }]) })
    expect((await client.createBooking(newBooking, soon)).uid).toBe('bFJe')
  })

  test('a minimal answer is enough to know the uid, and shows that nothing else was said', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ status: 201, ...ok({ id: 12848667, uid: 'cva', status: 'accepted' }) })
    const created = await client.createBooking(newBooking, soon)
    expect(created).toMatchObject({ id: 12848667, uid: 'cva', status: 'accepted', attendees: [] })
    expect(created.start).toBeUndefined()
    expect(created.metadata).toBeUndefined()
  })

  test('all pages of a list are fetched, each booking once, an unreadable one is left out and said', async () => {
    const { client, soon, lines } = await open(server.url)
    const page = (uids: string[], hasNextPage: boolean) => ({
      json: { data: uids.map((uid) => ({ ...booking, uid })), pagination: { hasNextPage } },
    })
    server.answer(page(['a', 'b'], true), page(['b', 'c'], false))
    const updated = new Date('2026-11-22T10:00:00.123Z')
    const complete = await client.fetchBookings({ eventTypeIds: [7, 8], afterUpdatedAt: updated }, soon)
    expect(complete.bookings.map(({ uid }) => uid)).toEqual(['a', 'b', 'c'])
    expect(complete.complete).toBe(true)
    expect(server.requests.map(({ query }) => query)).toEqual(
      ['0', '100'].map((skip) => ({
        eventTypeIds: '7,8',
        afterUpdatedAt: updated.toISOString(),
        sortUpdatedAt: 'asc',
        take: '100',
        skip,
      })),
    )
    server.answer({
      json: { data: [booking, { status: 'accepted', attendees: [{ email: 'secret@example.test' }] }] },
    })
    const partial = await client.fetchBookings({}, soon)
    expect(partial).toMatchObject({ complete: true, unreadable: 1, bookings: [{ uid: 'bFJe' }] })
    expect(lines.join()).toContain('unreadable booking')
    expect(lines.join()).not.toContain('secret@')
  })

  test('a list is bounded: what lies beyond is said to be missing', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ json: { data: [booking], pagination: { hasNextPage: true } } })
    expect(await client.fetchBookings({ pagesMax: 3 }, soon)).toMatchObject({ complete: false })
    expect(server.requests).toHaveLength(3)
  })

  test('event types: hosts, duration, notice, required fields; managed parents are not bookable; one bad entry fails the list', async () => {
    const { client, soon } = await open(server.url)
    const type = {
      id: 1,
      title: 'Färben',
      slug: 'faerben',
      lengthInMinutes: 120,
      minimumBookingNotice: 60,
      schedulingType: 'roundRobin',
      hosts: [{ userId: 501, name: 'Anna' }],
      confirmationPolicy: { disabled: true },
      bookingFields: [
        { slug: 'email', required: true, hidden: false },
        { slug: 'notes', required: false },
        { slug: 'x', required: true, hidden: true },
      ],
    }
    server.answer(
      ok([
        type,
        { ...type, id: 2, schedulingType: 'managed' },
        { id: 3, title: 'Solo', users: [{ id: 9, name: 'Ute' }], confirmationPolicy: { type: 'always' } },
      ]),
    )
    const [first, managed, solo] = await client.fetchEventTypes({ teamId: 1 }, soon)
    expect(first).toMatchObject({
      id: 1,
      durationMinutes: 120,
      minimumNoticeMinutes: 60,
      bookable: true,
      requiresConfirmation: false,
      hosts: [{ userId: 501, name: 'Anna' }],
      requiredFields: ['email'],
    })
    expect(managed?.bookable).toBe(false)
    expect(solo).toMatchObject({ hosts: [{ userId: 9, name: 'Ute' }], requiresConfirmation: true })
    server.answer(ok([type, { title: 'no id' }]))
    await expect(client.fetchEventTypes({ teamId: 1 }, soon)).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'unexpected_shape',
    })
  })

  test('a reservation is read by reservationUid (I-48)', async () => {
    const { client, soon } = await open(server.url)
    server.answer({
      status: 201,
      ...ok({ reservationUid: 'a16c', reservationUntil: '2025-12-14T12:05:00.000Z' }),
    })
    expect(await client.reserveSlot({ eventTypeId: 7, start }, soon)).toEqual({
      uid: 'a16c',
      until: new Date('2025-12-14T12:05:00Z'),
    })
  })

  test.each([
    ['HTML', { text: '<html>maintenance</html>' }],
    ['nothing', { text: '' }],
    ['a cut-off body', { text: '{"status":"success","data":{"2026-' }],
    ['an array of strangers', { json: [{ foo: 'bar' }] }],
    ['an error with status 200', { json: { status: 'error', error: { message: 'x' } } }],
  ])(
    '%s instead of slots is an outage with its shape in the log, never "fully booked" (I-43)',
    async (_name, answer) => {
      const { client, soon, lines } = await open(server.url)
      server.answer(answer)
      await expect(client.fetchSlots(window, soon)).rejects.toMatchObject({
        kind: 'unavailable',
        reason: 'unexpected_shape',
      })
      expect(lines).toHaveLength(1)
      expect(JSON.parse(lines[0]!)).toMatchObject({ operation: 'slots', shape: expect.any(String) })
    },
  )

  test('garbage after a cancellation does not pass for the empty answer of a deletion', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ text: '<html>' })
    await expect(client.cancelBooking({ uid: 'x', reason: 'y' }, soon)).rejects.toMatchObject({
      kind: 'unavailable',
      mayHaveActed: true,
    })
    server.answer(ok({ ...booking, status: 'accepted' }))
    await expect(client.cancelBooking({ uid: 'x', reason: 'y' }, soon)).rejects.toMatchObject({
      reason: 'not_cancelled',
    })
  })

  test('an answer beyond 10 MiB is not read to its end', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ text: `"${'x'.repeat(11 * 1024 * 1024)}"` })
    await expect(client.fetchMe(soon)).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'und_err_res_exceeded_max_size',
    })
  })

  test('the shape in the log holds keys and types, no data', async () => {
    const { client, soon, lines } = await open(server.url)
    server.answer({
      json: { data: { uid: 5, attendees: [{ email: 'erika@example.test', 'erika@example.test': 1 }] } },
    })
    await expect(client.fetchBooking({ uid: 'u' }, soon)).rejects.toMatchObject({
      reason: 'unexpected_shape',
    })
    expect(JSON.parse(lines[0]!).shape).toBe('{data: {uid: number, attendees: [{…}]×1}}')
    expect(lines.join()).not.toContain('erika')
  })
})

describe('trouble', () => {
  test('a refusal is thrown as what it means, with nothing personal in it', async () => {
    const { client, soon, lines } = await open(server.url)
    server.answer({
      status: 400,
      json: {
        error: {
          code: 'BadRequestException',
          message: 'One of the hosts either already has booking at this time or is not available',
        },
      },
    })
    const failure = await client.createBooking(newBooking, soon).catch((error) => error)
    expect(failure).toMatchObject({
      kind: 'slot_unavailable',
      reason: 'slot_taken',
      status: 400,
      mayHaveActed: false,
    })
    expect(`${failure.stack}${lines.join()}`).not.toMatch(/Erika|e@example/)
  })

  test('no answer within the deadline is a timeout on time, after which Cal.com may have acted', async () => {
    const { client, within } = await open(server.url)
    server.answer('hang')
    const startedMs = performance.now()
    await expect(client.createBooking(newBooking, within(120))).rejects.toMatchObject({
      kind: 'timeout',
      mayHaveActed: true,
    })
    expect(performance.now() - startedMs).toBeLessThan(600)
  })

  test('with no time left nothing is sent, and nothing is held against Cal.com', async () => {
    const { client, within, soon, clock, connections } = await open(server.url)
    server.answer(ok({ id: 1 }))
    const spent = within(1_000)
    clock.advance(1_000)
    for (let i = 0; i < 6; i += 1) {
      await expect(client.fetchMe(spent)).rejects.toMatchObject({
        kind: 'timeout',
        reason: 'deadline_spent',
        mayHaveActed: false,
      })
    }
    expect(server.requests).toHaveLength(0)
    expect(connections.health[0]?.breaker).toBe('closed')
    await client.fetchMe(soon)
  })

  test('a read lost with its connection is sent once more, a write never', async () => {
    const { client, soon } = await open(server.url)
    server.answer('reset', { json: freeDay })
    expect(await client.fetchSlots(window, soon)).toEqual([start])
    expect(server.requests).toHaveLength(2)
    server.answer('reset')
    await expect(client.fetchSlots(window, soon)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(server.requests).toHaveLength(2)
    for (const write of writes(client, soon)) {
      server.answer('reset', ok(booking))
      await expect(write()).rejects.toMatchObject({ kind: 'unavailable', mayHaveActed: true })
      expect(server.requests).toHaveLength(1)
    }
  })

  test('a read that failed with 5xx is not repeated', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ status: 503 })
    await expect(client.fetchMe(soon)).rejects.toMatchObject({
      kind: 'unavailable',
      status: 503,
      mayHaveActed: true,
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a server that is not there: unavailable, and certain that nothing was done', async () => {
    const gone = await startScriptedServer()
    await gone.close()
    const { client, soon } = await open(gone.url)
    await expect(client.createBooking(newBooking, soon)).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'econnrefused',
      mayHaveActed: false,
    })
  })

  test('five outages in a row stop all requests for a minute; two answers resume them (I-77)', async () => {
    const { client, soon, clock, connections, within } = await open(server.url)
    server.answer({ status: 503 })
    for (let i = 0; i < 5; i += 1)
      await expect(client.fetchMe(soon)).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(client.createBooking(newBooking, soon)).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'breaker_open',
      mayHaveActed: false,
      retryAfterSeconds: 60,
    })
    expect(server.requests).toHaveLength(5)
    expect(connections.health[0]).toMatchObject({ breaker: 'open', trips: 1 })
    clock.advance(60_000)
    server.answer(ok({ id: 1 }))
    await client.fetchMe(within(5_000))
    await client.fetchMe(within(5_000))
    expect(connections.health[0]).toMatchObject({ breaker: 'closed', trips: 1 })
  })

  test('an unreadable answer counts as an outage, ten refusals do not (I-77)', async () => {
    const { client, soon, connections } = await open(server.url)
    server.answer({
      status: 400,
      json: { statusCode: 400, message: 'User either already has booking at this time or is not available' },
    })
    for (let i = 0; i < 10; i += 1)
      await expect(client.createBooking(newBooking, soon)).rejects.toMatchObject({ kind: 'slot_unavailable' })
    expect(connections.health[0]?.breaker).toBe('closed')
    server.answer({ text: 'garbage' })
    for (let i = 0; i < 5; i += 1)
      await expect(client.fetchMe(soon)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(connections.health[0]?.breaker).toBe('open')
  })

  test.each([
    ['X-RateLimit-Reset', { 'X-RateLimit-Reset-Default': '30', 'Retry-After': '5' }, 30],
    [
      'the longest of several limits',
      { 'X-RateLimit-Reset-Default': '12', 'X-RateLimit-Reset-Bookings': '40' },
      40,
    ],
    ['Retry-After', { 'Retry-After': '30' }, 30],
    ['a minute when nothing is said', {}, 60],
    ['a minute when a timestamp is said', { 'X-RateLimit-Reset-Default': '1795000000' }, 60],
  ])(
    'a 429 stops every request of the key for %s, without opening the breaker (I-76)',
    async (_name, headers, seconds) => {
      const { client, clock, connections, within } = await open(server.url)
      server.answer({
        status: 429,
        headers: headers as Record<string, string>,
        json: { error: { code: 'ThrottlerException', message: 'Too many requests' } },
      })
      await expect(client.fetchMe(within(5_000))).rejects.toMatchObject({
        kind: 'rate_limited',
        reason: 'throttled',
        retryAfterSeconds: seconds,
      })
      server.answer(ok({ id: 1 }))
      clock.advance((seconds - 1) * 1000)
      await expect(client.fetchSlots(window, within(5_000))).rejects.toMatchObject({
        kind: 'rate_limited',
        reason: 'paused',
        mayHaveActed: false,
      })
      expect(server.requests).toHaveLength(0)
      clock.advance(1_000)
      await client.fetchMe(within(5_000))
      expect(connections.health[0]?.breaker).toBe('closed')
    },
  )

  test('when the vendor says that nothing is left, the next request waits for the new window', async () => {
    const { client, clock, within } = await open(server.url)
    server.answer({
      ...ok({ id: 1 }),
      headers: { 'X-RateLimit-Remaining-Default': '0', 'X-RateLimit-Reset-Default': '20' },
    })
    await client.fetchMe(within(5_000))
    await expect(client.fetchMe(within(5_000))).rejects.toMatchObject({
      kind: 'rate_limited',
      reason: 'paused',
    })
    clock.advance(20_000)
    await client.fetchMe(within(5_000))
    expect(server.requests).toHaveLength(2)
  })

  test('an empty budget is an answer at once and no request (I-76)', async () => {
    const { client, within } = await open(server.url, {}, { budget: { perMinuteMax: 2, perSecondMax: 100 } })
    server.answer(ok({ id: 1 }))
    await client.fetchMe(within(5_000))
    await client.fetchMe(within(5_000))
    const startedMs = performance.now()
    await expect(client.fetchMe(within(5_000))).rejects.toMatchObject({
      kind: 'rate_limited',
      reason: 'budget_spent',
      retryAfterSeconds: 60,
    })
    expect(performance.now() - startedMs).toBeLessThan(100)
    expect(server.requests).toHaveLength(2)
  })

  test('every request is reported with its outcome; the average latency counts the answered ones', async () => {
    const { client, soon, outcomes, connections, within } = await open(server.url)
    server.answer(
      { ...ok({ id: 1 }), delayMs: 20 },
      { status: 404, json: { message: 'Booking with uid=1 not found' }, delayMs: 20 },
      'hang',
    )
    await client.fetchMe(soon)
    await client.fetchBooking({ uid: '1' }, soon).catch(() => {})
    await client.fetchMe(within(300)).catch(() => {})
    expect(outcomes).toMatchObject([
      { connectionId: 'default', operation: 'me', outcome: 'ok' },
      { operation: 'booking', outcome: 'not_found' },
      { operation: 'me', outcome: 'timeout' },
    ])
    expect(connections.health[0]?.latencyMs).toBeGreaterThanOrEqual(15)
    expect(connections.health[0]?.latencyMs).toBeLessThan(200)
  })
})

test('a failing metrics hook does not turn a booking that was made into a failure (I-79)', async () => {
  const onRequest = () => {
    throw new Error('metrics')
  }
  const { client, soon, lines } = await open(server.url, {}, { onRequest, onBreakerChange: onRequest })
  server.answer({ status: 201, ...ok(booking) })
  expect((await client.createBooking(newBooking, soon)).uid).toBe('bFJe')
  expect(lines.join()).toContain('request hook failed')
  server.answer({ status: 503 })
  for (let i = 0; i < 5; i += 1)
    await expect(client.fetchMe(soon)).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(client.fetchMe(soon)).rejects.toMatchObject({ reason: 'breaker_open' })
})

test('a read lost with its connection when the budget is spent is told as lost, not as our limit', async () => {
  const { client, soon } = await open(server.url, {}, { budget: { perMinuteMax: 1, perSecondMax: 100 } })
  server.answer('reset', { json: freeDay })
  await expect(client.fetchSlots(window, soon)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(server.requests).toHaveLength(1)
})

const writes = (client: CalcomClient, soon: Parameters<CalcomClient['fetchMe']>[0]) => [
  () => client.createBooking(newBooking, soon),
  () => client.cancelBooking({ uid: 'x', reason: 'y' }, soon),
  () => client.rescheduleBooking({ uid: 'x', start }, soon),
  () => client.reserveSlot({ eventTypeId: 7, start }, soon),
]

const payloads = new URL('../fixtures/payloads/', import.meta.url)

describe('answers seen in production', () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, payloads), 'utf8'))

  test('event types, bookings and reservations are read', async () => {
    const { client, soon } = await open(server.url)
    server.answer({ json: read('calcom-event-types.team.json') })
    expect(
      (await client.fetchEventTypes({ teamId: 50103 }, soon)).map(({ id, durationMinutes, bookable }) => [
        id,
        durationMinutes,
        bookable,
      ]),
    ).toEqual([
      [4100000, 60, true],
      [4100004, 15, false],
      [4100005, 55, true],
    ])
    server.answer({ status: 201, json: read('calcom-booking.created.json') })
    expect(await client.createBooking(newBooking, soon)).toMatchObject({
      uid: 'Qm3Tz8kWb1Rn5xYp7Ls2Vd',
      eventTypeId: 4100063,
    })
    server.answer({ status: 201, json: read('calcom-booking.idempotent-old-booking.json').response })
    const old = await client.createBooking(newBooking, soon)
    expect(old.metadata?.call_id).toBe('call_ca978112ca1bbdcafac231b39a2')
    expect(old.createdAt).toEqual(new Date('2025-10-06T09:05:21.002Z'))
    for (const { label, body } of read('calcom-other-responses.json').cases) {
      server.answer({ json: body })
      if (label.includes('reservation')) await client.reserveSlot({ eventTypeId: 7, start }, soon)
      else expect((await client.fetchBooking({ uid: 'x' }, soon)).uid).toBe('cvaKt5SvBUZG9W8up7eKz9')
    }
  })
})
