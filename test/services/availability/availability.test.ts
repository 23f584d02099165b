import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../../src/lib/cache/cache.ts'
import { MemoryCache } from '../../../src/lib/cache/memory-cache.ts'
import { RedisCache } from '../../../src/lib/cache/redis-cache.ts'
import { SharedRedis } from '../../../src/lib/redis.ts'
import { AvailabilityService } from '../../../src/services/availability/availability.ts'
import type { TestClock } from '../../helpers/clock.ts'
import { testLog } from '../../helpers/log.ts'
import { freePort, redisAvailable, startRedis, type TestRedis } from '../../helpers/redis.ts'
import { berlin, openSalon, salonCatalogue } from './salon.ts'

const wednesday = '2026-11-25'
type Salon = Awaited<ReturnType<typeof openSalon>>

/** The answer is stored behind the caller's back; a clock that jumps must wait for that. */
async function stored(salon: Salon): Promise<void> {
  await vi.waitFor(async () => {
    const known = await salon.availability.peek({ ...salon.query(wednesday), days: [wednesday] })
    expect(known.size).toBe(1)
  })
}

/** What must hold whichever driver keeps the days. */
function availabilityContract(name: string, makeCache: (clock: TestClock) => Cache) {
  describe(`availability on the ${name} cache`, () => {
    let salon: Salon
    beforeEach(async () => {
      salon = await openSalon({ cache: makeCache })
    })
    afterEach(() => salon.close())

    test('200 callers at once on one uncached day cost one request', async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => salon.availability.load(salon.query(wednesday))),
      )
      expect(salon.slotRequests()).toHaveLength(1)
      expect(answers.every(({ days }) => days.get(wednesday)!.length === 35)).toBe(true)
      await salon.availability.load(salon.query(wednesday))
      expect(salon.slotRequests()).toHaveLength(1)
    })

    test('a range is one request, from local midnight to local midnight, and fills every day of it', async () => {
      const { days } = await salon.availability.load(salon.query('2026-11-24', { to: '2026-12-07' }))
      expect([...days.keys()]).toHaveLength(14)
      const [request] = salon.slotRequests()
      expect(request!.query).toMatchObject({ start: expect.stringContaining('2026-11-23T23:00:00') })
      for (const day of ['2026-11-24', '2026-11-30', '2026-12-07']) {
        await salon.availability.load(salon.query(day))
      }
      expect(salon.slotRequests()).toHaveLength(1)
    })

    test('days that are known are not asked for again when a range needs others', async () => {
      await salon.availability.load(salon.query('2026-11-24'))
      await salon.availability.load(salon.query('2026-11-24', { to: '2026-11-26' }))
      expect(salon.slotRequests()[1]!.query.start).toContain('2026-11-24T23:00:00')
    })

    test('an answer is believed for five minutes, not longer', async () => {
      await salon.availability.load(salon.query(wednesday))
      await stored(salon)
      salon.clock.advance(5 * 60_000 - 1)
      await salon.availability.load(salon.query(wednesday))
      expect(salon.slotRequests()).toHaveLength(1)
      salon.clock.advance(1)
      await salon.availability.load(salon.query(wednesday))
      expect(salon.slotRequests()).toHaveLength(2)
    })

    test('I-35 a change of a day ends the copies of every service of the company on that day, and of no other', async () => {
      const ladies = { service: salon.serviceOf('Damenhaarschnitt') }
      await salon.availability.load(salon.query(wednesday, { to: '2026-11-26' }))
      await salon.availability.load(salon.query(wednesday, ladies))
      for (const hostId of [501, 502, 503]) {
        salon.simulator.control.addBusyTime({
          hostId,
          start: berlin(wednesday, '10:00').toISOString(),
          end: berlin(wednesday, '10:30').toISOString(),
        })
      }
      await salon.availability.markChanged(1, [wednesday])
      const after = await salon.availability.load(salon.query(wednesday))
      expect(after.days.get(wednesday)).not.toContainEqual(berlin(wednesday, '10:00'))
      const afterLadies = await salon.availability.load(salon.query(wednesday, ladies))
      expect(afterLadies.days.get(wednesday)).not.toContainEqual(berlin(wednesday, '09:30'))
      expect(salon.slotRequests()).toHaveLength(4)
      await salon.availability.load(salon.query('2026-11-26'))
      expect(salon.slotRequests()).toHaveLength(4)
    })

    test('a request that began before a change is neither joined nor believed after it', async () => {
      salon.simulator.control.addFault({ operation: 'getSlots', effect: 'delay', ms: 400 })
      const before = salon.availability.load(salon.query(wednesday))
      await vi.waitFor(() => expect(salon.slotRequests()).toHaveLength(1))
      await salon.availability.markChanged(1, [wednesday])
      await salon.availability.load(salon.query(wednesday))
      expect(salon.slotRequests()).toHaveLength(2)
      await stored(salon)
      await before
      // The late answer takes the newer one's place in the cache, under the old generation: nobody may believe it.
      await vi.waitFor(async () => {
        const known = await salon.availability.peek({ ...salon.query(wednesday), days: [wednesday] })
        expect(known.size).toBe(0)
      })
      await salon.availability.load(salon.query(wednesday))
      expect(salon.slotRequests()).toHaveLength(3)
    })

    test('a slow Cal.com is overtaken by the stale copy after 0.9 s while the request goes on and refreshes it', async () => {
      await salon.availability.load(salon.query(wednesday))
      await stored(salon)
      salon.clock.advance(6 * 60_000)
      salon.simulator.control.addFault({ operation: 'getSlots', effect: 'delay', ms: 1_300 })
      const startedAt = performance.now()
      const stale = await salon.availability.load(salon.query(wednesday))
      const waitedMs = performance.now() - startedAt
      expect(stale.stale).toBe(true)
      expect(stale.days.get(wednesday)).toHaveLength(35)
      expect(waitedMs).toBeGreaterThan(850)
      expect(waitedMs).toBeLessThan(1_250)
      await vi.waitFor(async () => {
        expect((await salon.availability.load(salon.query(wednesday))).stale).toBe(false)
      })
      expect(salon.slotRequests()).toHaveLength(2)
    })
  })
}

availabilityContract('memory', (clock) => new MemoryCache({ clock }))

describe.skipIf(!redisAvailable)('with Redis', () => {
  let server: TestRedis
  let count = 0
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  availabilityContract('Redis', (clock) => {
    const redis = new SharedRedis({
      url: server.url,
      log: testLog().log,
      keyPrefix: `t${process.pid}-${++count}:`,
    })
    return waitingCache(redis, new RedisCache({ redis, clock }))
  })
})

/** The connection is made in the background; the first read waits for it. */
function waitingCache(redis: SharedRedis, cache: RedisCache): Cache {
  return new Proxy(cache, {
    get(target, key) {
      const value = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        await redis.ready(5_000)
        return value.apply(target, args)
      }
    },
  })
}

describe('availability', () => {
  const open: Salon[] = []
  const started = async (options?: Parameters<typeof openSalon>[0]) => {
    const salon = await openSalon(options)
    open.push(salon)
    return salon
  }
  afterEach(async () => {
    for (const salon of open.splice(0)) await salon.close()
  })

  test('I-43 an outage with nothing known is never "fully booked" but an offer to call back', async () => {
    const salon = await started()
    for (const effect of ['error', 'garbage', 'reset', 'truncate'] as const) {
      salon.simulator.control.clearFaults()
      salon.simulator.control.addFault({ operation: 'getSlots', effect, status: 500, times: null })
      await expect(salon.availability.load(salon.query(wednesday))).rejects.toMatchObject({
        code: 'calendar_unavailable',
        say: 'Ich kann die Verfügbarkeit gerade nicht prüfen. Darf ich Sie zurückrufen?',
        fields: { fallback: 'callback_request' },
      })
    }
  })

  test('I-78 a hanging Cal.com costs the time of the question, not more', async () => {
    const salon = await started({ requestMs: 500 })
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'hang', times: null })
    const startedAt = performance.now()
    await expect(salon.availability.load(salon.query(wednesday))).rejects.toMatchObject({
      code: 'calendar_unavailable',
    })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  test('during an outage the stale copy is answered at once, and for a day at most', async () => {
    const salon = await started()
    await salon.availability.load(salon.query('2026-11-28'))
    salon.clock.advance(10 * 60_000)
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503, times: null })
    const answer = await salon.availability.load(salon.query('2026-11-28'))
    expect(answer.stale).toBe(true)
    expect(answer.days.get('2026-11-28')!.length).toBeGreaterThan(0)
    salon.clock.advance(24 * 3600_000)
    await expect(salon.availability.load(salon.query('2026-11-28'))).rejects.toMatchObject({
      code: 'calendar_unavailable',
    })
  })

  test('an open breaker answers without a request: the stale copy, or the callback offer', async () => {
    const salon = await started()
    await salon.availability.load(salon.query(wednesday))
    salon.clock.advance(6 * 60_000)
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503, times: null })
    for (let outage = 0; outage < 5; outage++) await salon.availability.load(salon.query(wednesday))
    const requests = salon.slotRequests().length
    const startedAt = performance.now()
    expect((await salon.availability.load(salon.query(wednesday))).stale).toBe(true)
    await expect(salon.availability.load(salon.query('2026-11-27'))).rejects.toMatchObject({
      code: 'calendar_unavailable',
    })
    expect(performance.now() - startedAt).toBeLessThan(100)
    expect(salon.slotRequests()).toHaveLength(requests)
  })

  test('a range that is partly known during an outage is answered from what is known, and says that it is not all', async () => {
    const salon = await started()
    await salon.availability.load(salon.query(wednesday))
    salon.simulator.control.addFault({ operation: 'getSlots', effect: 'error', status: 503, times: null })
    const range = salon.query(wednesday, { to: '2026-11-27' })
    await expect(salon.availability.load(range)).rejects.toMatchObject({ code: 'calendar_unavailable' })
    const partly = await salon.availability.load({ ...range, partial: true })
    expect([...partly.days.keys()]).toEqual([wednesday])
    expect(partly).toMatchObject({ stale: true, complete: false })
  })

  test('a refusal of Cal.com is logged as a mistake of the set-up', async () => {
    const salon = await started()
    salon.simulator.control.removeEventType(2563101)
    await expect(salon.availability.load(salon.query(wednesday))).rejects.toMatchObject({
      code: 'calendar_unavailable',
    })
    await vi.waitFor(() => expect(salon.lines.join()).toContain('check the event type'))
  })

  test('I-41 the past and what is too soon are filtered when read, so a copy never offers them', async () => {
    const salon = await started({ noticeMinutes: 15 })
    const today = '2026-11-24'
    const first = async () => (await salon.availability.load(salon.query(today))).days.get(today)![0]
    expect(await first()).toEqual(berlin(today, '09:15'))
    salon.clock.advance(60_000)
    expect(await first()).toEqual(berlin(today, '09:30'))
    expect(salon.slotRequests()).toHaveLength(1)
  })

  test("I-48 a call's own hold counts as free for that call alone, until it runs out", async () => {
    const salon = await started()
    const ten = berlin(wednesday, '10:00')
    for (const hostId of [501, 502, 503]) {
      salon.simulator.control.addBusyTime({
        hostId,
        start: ten.toISOString(),
        end: berlin(wednesday, '10:30').toISOString(),
      })
    }
    const until = new Date(salon.clock.now().getTime() + 120_000).toISOString()
    await salon.cache.set(
      'call:call_A:holds',
      [{ eventTypeId: 2563101, start: ten.toISOString(), until, uid: null }],
      3600,
    )
    const freeFor = async (callId: string) =>
      (await salon.availability.load(salon.query(wednesday, { call: { callId } }))).days.get(wednesday)
    expect(await freeFor('call_A')).toContainEqual(ten)
    expect(await freeFor('call_B')).not.toContainEqual(ten)
    salon.clock.advance(120_000)
    expect(await freeFor('call_A')).not.toContainEqual(ten)
  })

  test('I-34 two companies that use the same event type number never share an answer', async () => {
    const salon = await started()
    await salon.availability.load(salon.query(wednesday))
    const other = salonCatalogue(2)
    await salon.availability.load(salon.query(wednesday, { catalogue: other, service: other.services[0]! }))
    expect(salon.slotRequests()).toHaveLength(2)
    await salon.availability.markChanged(2, [wednesday])
    await salon.availability.load(salon.query(wednesday))
    expect(salon.slotRequests()).toHaveLength(2)
  })

  test("I-67 a wished person is asked for by her own event type, or as one host of the service's", async () => {
    const salon = await started()
    // Cal.com heeds the restriction only where the event type allows it.
    salon.simulator.control.putEventType({
      id: 2563101,
      title: 'Herrenhaarschnitt',
      lengthInMinutes: 30,
      rrHostSubsetEnabled: true,
    })
    const anna = await salon.availability.load(salon.query(wednesday, { staffId: 11 }))
    expect(anna.days.get(wednesday)).not.toContainEqual(berlin(wednesday, '12:00'))
    const bernd = await salon.availability.load(salon.query(wednesday, { staffId: 12 }))
    expect(bernd.days.get(wednesday)).toContainEqual(berlin(wednesday, '12:00'))
    expect(bernd.days.get(wednesday)).not.toContainEqual(berlin(wednesday, '12:30'))
    const [own, restricted] = salon.slotRequests()
    expect(own!.query).toMatchObject({ eventTypeId: '2563121' })
    expect(restricted!.query).toMatchObject({ eventTypeId: '2563101', rrHostSubsetIds: '502' })
  })

  test.each([
    ['2026-10-25', '2026-10-24T22:00:00', '2026-10-25T22:59:59', '+01:00', 35],
    ['2026-03-29', '2026-03-28T23:00:00', '2026-03-29T21:59:59', '+02:00', 35],
  ])(
    'I-29 on the clock-change day %s the whole local day is asked for, and nine is nine',
    async (day, start, end, offset, count) => {
      const salon = await started({ now: `${day.slice(0, 7)}-20T08:00:00Z` })
      for (const hostId of [501, 502, 503]) {
        salon.simulator.control.putHost({
          id: hostId,
          name: `Host ${hostId}`,
          timeZone: 'Europe/Berlin',
          workingHours: [{ days: [7], start: '09:00', end: '18:00' }],
          breaks: [],
        })
      }
      const { days } = await salon.availability.load(salon.query(day))
      expect(days.get(day)![0]).toEqual(berlin(day, '09:00', offset))
      expect(days.get(day)).toHaveLength(count)
      const [request] = salon.slotRequests()
      expect(request!.query.start).toContain(start)
      expect(request!.query.end).toContain(end)
    },
  )

  test('a live look bypasses the cache and refreshes it, except while a booking is left out of account', async () => {
    const salon = await started()
    await salon.availability.load(salon.query(wednesday))
    for (const hostId of [501, 502, 503]) {
      salon.simulator.control.addBusyTime({
        hostId,
        start: berlin(wednesday, '09:00').toISOString(),
        end: berlin(wednesday, '18:00').toISOString(),
      })
    }
    const cached = await salon.availability.load(salon.query(wednesday))
    expect(cached.days.get(wednesday)).toHaveLength(35)
    const booking = salon.query(wednesday)
    expect((await salon.availability.fetchLive(booking)).days.get(wednesday)).toEqual([])
    await vi.waitFor(async () => {
      expect((await salon.availability.load(salon.query(wednesday))).days.get(wednesday)).toEqual([])
    })
    expect(salon.slotRequests()).toHaveLength(2)
  })

  test('a look into the cache never makes a request and knows only what is fresh', async () => {
    const salon = await started()
    expect((await salon.availability.peek({ ...salon.query(wednesday), days: [wednesday] })).size).toBe(0)
    await salon.availability.load(salon.query(wednesday))
    const known = await salon.availability.peek({
      ...salon.query(wednesday),
      days: [wednesday, '2026-11-26'],
    })
    expect([...known.keys()]).toEqual([wednesday])
    salon.clock.advance(5 * 60_000)
    expect((await salon.availability.peek({ ...salon.query(wednesday), days: [wednesday] })).size).toBe(0)
    expect(salon.slotRequests()).toHaveLength(1)
  })

  test('I-79 with Redis gone every question still gets its answer, straight from Cal.com', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const salon = await started({
      cache: (clock) => new RedisCache({ redis: new SharedRedis({ url, log: testLog().log }), clock }),
    })
    for (let time = 0; time < 2; time++) {
      const { days, stale } = await salon.availability.load(salon.query(wednesday))
      expect(days.get(wednesday)).toHaveLength(35)
      expect(stale).toBe(false)
    }
    expect(salon.slotRequests()).toHaveLength(2)
  })

  test('a change that the shared cache would not take is heeded, and recorded as soon as it can be', async () => {
    let reachable = true
    const salon = await started({
      cache: (clock) => interruptible(new MemoryCache({ clock }), () => reachable),
    })
    await salon.availability.load(salon.query(wednesday))
    reachable = false
    await salon.availability.markChanged(1, [wednesday])
    reachable = true
    await salon.availability.load(salon.query(wednesday))
    expect(salon.slotRequests()).toHaveLength(2)
    const otherProcess = new AvailabilityService({
      cache: salon.cache,
      calcom: () => Promise.reject(new Error('the other process needs no request: it sees the new copy')),
      catalogues: { policyFor: () => ({ ...noRules }) },
      clock: salon.clock,
      log: testLog().log,
    })
    expect((await otherProcess.load(salon.query(wednesday))).stale).toBe(false)
  })
})

const noRules = {
  cancellationDeadlineHours: 0,
  rescheduleDeadlineHours: 0,
  minimumNoticeMinutes: 0,
  reschedulesMax: null,
}

/** A cache whose server can be cut off, as RedisCache behaves then: misses and `false`. */
function interruptible(cache: MemoryCache, isReachable: () => boolean): Cache {
  return new Proxy(cache, {
    get(target, key) {
      const value = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        if (isReachable()) return value.apply(target, args)
        return key === 'getMany' ? (args[0] as string[]).map(() => undefined) : false
      }
    },
  })
}
