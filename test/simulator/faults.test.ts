import { expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulator/faults.ts'
import { type Answer, annaCut, bookingBody, monday, otherKey, start, startReceiver } from './vendor-client.ts'

const me = '/v2/me'

test('the next requests of one operation fail with the ordered status and shape, and no more than asked for', async () => {
  const { ask, book, control } = await start()
  control.addFault({
    operation: 'createBooking',
    effect: 'error',
    status: 502,
    shape: 'bare',
    message: 'Bad',
    times: 2,
    skip: 1,
  })
  const at = (hour: number) => book({ start: `2026-11-24T${hour}:00:00Z` })
  expect((await at(10)).status).toBe(201)
  expect((await ask('GET', me)).status).toBe(200)
  const failed = await at(12)
  expect([failed.status, failed.body]).toEqual([502, { statusCode: 502, message: 'Bad' }])
  expect((await at(12)).status).toBe(502)
  expect((await at(12)).status).toBe(201)
  expect(control.bookings()).toHaveLength(2)
})

test('an ordered 429 looks like the vendor’s', async () => {
  const { ask, control } = await start()
  control.addFault({ operation: '*', effect: 'error', status: 429 })
  const { status, headers, body } = await ask('GET', me)
  expect([status, headers.get('x-ratelimit-reset-default'), body.error.code]).toEqual([
    429,
    '60',
    'ThrottlerException',
  ])
  expect(body.error.details).toBe(body.error.message)
})

test('an error after the work leaves the booking behind', async () => {
  const { book, control } = await start()
  control.addFault({ operation: 'createBooking', effect: 'error', status: 500, phase: 'after' })
  expect((await book()).status).toBe(500)
  expect(control.bookings()).toHaveLength(1)
  expect(control.requests('createBooking')[0]).toMatchObject({
    workStatus: 201,
    status: 500,
    fault: 'error:after',
  })
})

const unanswered: [string, FaultRule, number][] = [
  ['a hang before the work', { operation: 'createBooking', effect: 'hang' }, 0],
  ['an answer lost after the work', { operation: 'createBooking', effect: 'hang', phase: 'after' }, 1],
  ['a reset before the work', { operation: 'createBooking', effect: 'reset' }, 0],
  ['a reset after the work', { operation: 'createBooking', effect: 'reset', phase: 'after' }, 1],
  ['a truncated answer', { operation: 'createBooking', effect: 'truncate' }, 1],
]
test.each(unanswered)(
  '%s gives the client no answer and leaves the right number of bookings',
  async (_case, rule, booked) => {
    const { book, control } = await start()
    control.addFault(rule)
    await expect(book({}, { signal: AbortSignal.timeout(500) })).rejects.toThrow()
    expect(control.bookings()).toHaveLength(booked)
    await expect.poll(() => control.requests('createBooking')[0]?.status).toBe(null)
    expect((await book({ start: '2026-11-24T13:00:00Z' })).status).toBe(201)
  },
)

test('garbage replaces the body, by default with a proxy’s page', async () => {
  const { ask, control, url } = await start()
  control.addFault({ operation: 'getMe', effect: 'garbage', body: '{"status":"success","data":[]}' })
  expect((await ask('GET', me)).body).toEqual({ status: 'success', data: [] })
  control.addFault({ operation: '*', effect: 'garbage', status: 502 })
  const headers = { authorization: `Bearer ${otherKey}` }
  const page = await fetch(url + me, { headers })
  expect(page.status).toBe(502)
  expect(await page.text()).toContain('<html>')
})

test('an old booking of the same email may be answered instead of a new one', async () => {
  const { book, control } = await start()
  const attendee = { name: 'A', timeZone: 'Europe/Berlin', email: 'shared@example.com' }
  const first = await book({ attendee })
  control.addFault({ operation: 'createBooking', effect: 'old_booking' })
  const second = await book({ attendee, start: '2026-11-24T13:00:00Z', metadata: { booking_id: 'b-2' } })
  expect(second.status).toBe(201)
  expect(second.body.data).toMatchObject({ uid: first.body.data.uid, metadata: { booking_id: 'b-1' } })
  expect(control.bookings()).toHaveLength(1)
})

test('latency is per operation, and a delay strikes once', async () => {
  const { ask, control } = await start()
  control.setLatency(60, 'listTeams')
  const took = async (path: string) => {
    const begin = performance.now()
    await ask('GET', path)
    return performance.now() - begin
  }
  expect(await took('/v2/teams')).toBeGreaterThanOrEqual(55)
  control.addFault({ operation: 'getMe', effect: 'delay', ms: 60 })
  expect(await took(me)).toBeGreaterThanOrEqual(55)
  expect(control.requests('getMe')[0]?.durationMs).toBeGreaterThanOrEqual(55)
})

test('a client that gave up has still been served: its booking exists', async () => {
  const { book, control } = await start()
  control.setLatency(150, 'createBooking')
  await expect(book({}, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
  await expect.poll(() => control.bookings().length).toBe(1)
})

test('the same seed and order give the same faults, another seed gives others', async () => {
  const { ask, control } = await start()
  const outcomes = async (seed: number) => {
    control.setChaos({ seed, rates: { error: 0.3, tooMany: 0.2, garbage: 0.1 }, operations: ['getMe'] })
    const statuses: unknown[] = []
    for (let turn = 0; turn < 40; turn++) {
      const answer = await ask('GET', me).catch(() => ({ status: 'garbage' }))
      statuses.push(answer.status)
    }
    return statuses
  }
  const first = await outcomes(7)
  expect(new Set(first)).toEqual(new Set([200, 503, 429, 'garbage']))
  expect(await outcomes(7)).toEqual(first)
  expect(await outcomes(8)).not.toEqual(first)
  control.setChaos(null)
  expect((await ask('GET', me)).status).toBe(200)
})

test('the plan’s dice also lose, repeat and reorder webhooks', async () => {
  const receiver = await startReceiver()
  const { book, control } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret: 's' }] })
  const hours = [10, 12, 13, 14, 15]
  const starts = () => receiver.received.map(({ event }) => Number(event.payload.startTime.slice(11, 13)))
  const bookAll = async (day: number) => {
    for (const hour of hours) await book({ start: `2026-11-${day}T${hour}:00:00Z` })
    return starts().splice(0)
  }
  control.setChaos({ seed: 3, rates: { webhookLost: 1 } })
  expect(await bookAll(24)).toEqual([])
  control.setChaos({ seed: 3, rates: { webhookDuplicated: 1 } })
  expect(await bookAll(25)).toEqual(hours.flatMap((hour) => [hour, hour]))
  receiver.received.length = 0
  control.setChaos({ seed: 3, rates: { webhookReordered: 0.5 } })
  const shuffled = await bookAll(26)
  await control.flushWebhooks()
  expect(starts()).not.toEqual(hours)
  expect(starts().toSorted((a, b) => a - b)).toEqual(hours)
  expect(shuffled.length).toBeLessThanOrEqual(hours.length)
})

test('the control API does over HTTP what the methods do', async () => {
  const { ask, book, control, url } = await start()
  const tell = async (method: string, path: string, body?: object) => {
    const headers = body ? { 'content-type': 'application/json' } : undefined
    const response = await fetch(`${url}/__control/${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const now = '2026-11-23T10:00:00.000Z'
  expect((await tell('POST', 'clock', { now, frozen: true })).body).toEqual({ now })
  await tell('POST', 'faults', { operation: 'getMe', effect: 'error', status: 500, times: null })
  expect((await ask('GET', me)).status).toBe(500)
  const misspelt = await tell('POST', 'faults', { operation: 'createbooking', effect: 'hang' })
  expect([misspelt.status, misspelt.body.error.message]).toEqual([
    400,
    expect.stringContaining('createBooking'),
  ])
  await tell('DELETE', 'faults')
  expect((await ask('GET', me)).status).toBe(200)
  const stranger = await tell('POST', 'bookings', { ...bookingBody(), metadata: undefined })
  expect(stranger.body).toMatchObject({ status: 'accepted', metadata: {}, createdAt: now })
  const moved = await tell('POST', `bookings/${stranger.body.uid}/reschedule`, {
    start: '2026-11-24T13:00:00Z',
  })
  expect((await tell('POST', `bookings/${moved.body.uid}/cancel`, { reason: 'krank' })).body.status).toBe(
    'cancelled',
  )
  expect((await tell('POST', 'bookings/nope/cancel', {})).status).toBe(404)
  expect(
    (await tell('POST', 'hosts', { id: 501, name: 'Anna Becker', daysOff: ['2026-11-24'] })).status,
  ).toBe(200)
  expect((await book()).status).toBe(400)
  expect((await tell('GET', 'bookings')).body).toHaveLength(2)
  expect((await tell('GET', 'requests?operation=createBooking')).body).toMatchObject([
    { status: 400, method: 'POST' },
  ])
  await tell('POST', 'rate-limit', { limit: 1 })
  await ask('GET', me)
  expect((await ask('GET', me)).status).toBe(429)
  await tell('POST', 'reset', {})
  expect(control.bookings()).toEqual([])
  expect((await ask('GET', me)).status).toBe(200)
  expect((await book()).body.data.createdAt).toBe(monday)
})

test('the request log keeps path, query, version, work and outcome, but no key', async () => {
  const { ask, control, slots } = await start()
  await slots({ eventTypeId: annaCut, start: '2026-11-24', end: '2026-11-24' })
  await ask('GET', '/v2/bookings/nope')
  expect(control.requests()).toMatchObject([
    {
      operation: 'getSlots',
      method: 'GET',
      path: '/v2/slots',
      query: { start: '2026-11-24' },
      version: '2024-09-04',
      status: 200,
    },
    { operation: 'getBooking', path: '/v2/bookings/nope', workStatus: 404, status: 404, at: monday },
  ])
  expect(JSON.stringify(control.requests())).not.toContain('cal_test')
  control.clearRequests()
  expect(control.requests()).toEqual([])
})

test('closing ends hanging requests and frees the port', async () => {
  const { ask, control, close, url } = await start()
  control.addFault({ operation: 'getMe', effect: 'hang' })
  const hanging = ask('GET', me)
  const ended = expect(hanging).rejects.toThrow()
  await expect.poll(() => control.requests('getMe').length).toBe(1)
  await close()
  await ended
  await expect(fetch(url)).rejects.toThrow()
})

test('a short answer holds id, uid and status only, and the rules that follow it strike after it', async () => {
  const { ask, book, control } = await start()
  control.addFault({
    operation: 'createBooking',
    effect: 'short',
    followedBy: [{ operation: 'getBooking', effect: 'error', status: 404 }],
  })
  const { status, body } = await book()
  expect(status).toBe(201)
  const [booking] = control.bookings()
  expect(body.data).toEqual({ id: booking!.id, uid: booking!.uid, status: 'accepted' })
  expect((await ask('GET', `/v2/bookings/${booking!.uid}`)).status).toBe(404)
  expect((await ask('GET', `/v2/bookings/${booking!.uid}`)).status).toBe(200)
})

test('a request that is sent twice on the way meets its own booking', async () => {
  const { book, control } = await start()
  control.addFault({ operation: 'createBooking', effect: 'repeated' })
  expect((await book()).status).toBe(400)
  expect(control.bookings()).toHaveLength(1)
})

test('a booking at another start than the one asked for, with a whole answer or a short one', async () => {
  const { book, control } = await start()
  control.addFault({ operation: 'createBooking', effect: 'other_start', shiftMinutes: 120 })
  expect((await book({ start: '2026-11-24T10:00:00Z' })).body.data.start).toBe('2026-11-24T12:00:00.000Z')
  control.addFault({ operation: 'createBooking', effect: 'other_start', short: true })
  expect((await book({ start: '2026-11-24T08:00:00Z' })).body.data.start).toBeUndefined()
  expect(control.bookings().at(-1)?.start).toBe('2026-11-24T09:00:00.000Z')
})

test('a list that lags shows a booking later, by the simulator’s clock; reading it by uid works at once', async () => {
  const { ask, book, control } = await start()
  control.setListLag(4_000)
  const uid = (await book()).body.data.uid
  expect((await ask('GET', '/v2/bookings')).body.data).toEqual([])
  expect((await ask('GET', `/v2/bookings/${uid}`)).status).toBe(200)
  control.setClock({ offsetMs: 4_000 })
  expect((await ask('GET', '/v2/bookings')).body.data).toHaveLength(1)
})

test('a rule that could never strike is refused', async () => {
  const { control } = await start()
  const strange = { operation: 'createBooking', effect: 'shorter' } as unknown as FaultRule
  expect(() => control.addFault(strange)).toThrow(/shorter/)
  const inner = { operation: 'createBooking', effect: 'short', followedBy: [strange] } as FaultRule
  expect(() => control.addFault(inner)).toThrow(/shorter/)
  expect(() => control.setListLag(-1)).toThrow()
})
