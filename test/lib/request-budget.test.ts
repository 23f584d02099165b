import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { SharedRedis } from '../../src/lib/redis.ts'
import {
  RequestBudget,
  type RequestBudgetOptions,
  type RequestPriority,
} from '../../src/lib/request-budget.ts'
import { testClock } from '../helpers/clock.ts'
import { testLog } from '../helpers/log.ts'
import { freePort, redisAvailable, startRedis, type TestRedis } from '../helpers/redis.ts'

/** A budget whose waits move its clock instead of passing. */
function makeBudget(options: Partial<RequestBudgetOptions> = {}) {
  const clock = testClock()
  const sleeps: number[] = []
  const budget = new RequestBudget({
    key: randomUUID(),
    clock,
    sleep: async (ms) => {
      sleeps.push(ms)
      clock.advance(ms)
    },
    ...options,
  })
  const take = (priority: RequestPriority = 'call', budgetMs = 2_500) =>
    budget.take(priority, new Deadline({ clock, budgetMs }))
  return { budget, clock, sleeps, take }
}

test('five a second pass at once, the sixth is refused when its turn is further away than 300 ms', async () => {
  const { take, clock, sleeps } = makeBudget()
  for (let i = 0; i < 5; i += 1) expect(await take()).toEqual({ granted: true, waitedMs: 0 })
  expect(await take()).toEqual({ granted: false, retryAfterMs: 1_000, why: 'spent' })
  clock.advance(699)
  expect(await take()).toMatchObject({ granted: false, retryAfterMs: 301 })
  clock.advance(1)
  expect(await take()).toEqual({ granted: true, waitedMs: 300 })
  expect(sleeps).toEqual([300])
})

test('no wait goes beyond the deadline: what would come too late is refused at once', async () => {
  const { take, clock, sleeps } = makeBudget()
  for (let i = 0; i < 5; i += 1) await take()
  clock.advance(800)
  expect(await take('call', 150)).toMatchObject({ granted: false })
  expect(await take('call', 250)).toEqual({ granted: true, waitedMs: 200 })
  expect(sleeps).toEqual([200])
})

test('never more than 110 in any minute nor 5 in any second, however the requests come', async () => {
  const { take, clock } = makeBudget()
  const times: number[] = []
  let seed = 7
  for (let i = 0; i < 4_000; i += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    if ((await take()).granted) times.push(clock.now().getTime())
    else clock.advance(seed % 400)
  }
  const most = (windowMs: number) =>
    Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length))
  expect(most(60_000)).toBe(110)
  expect(most(1_000)).toBe(5)
})

test('background work leaves a part of each second and each minute to phone calls', async () => {
  const { take, clock } = makeBudget({ perMinuteMax: 10 })
  for (let i = 0; i < 3; i += 1) expect(await take('background', 100)).toMatchObject({ granted: true })
  expect(await take('background', 100)).toMatchObject({ granted: false })
  expect(await take('call')).toMatchObject({ granted: true })
  clock.advance(2_000)
  expect(await take('background', 100)).toMatchObject({ granted: true })
  expect(await take('background', 100)).toMatchObject({ granted: true })
  clock.advance(2_000)
  expect(await take('background', 100)).toMatchObject({ granted: false })
  for (let i = 0; i < 4; i += 1) expect(await take('call')).toMatchObject({ granted: true })
  expect(await take('call')).toMatchObject({ granted: false })
})

test('background work waits for its turn as long as its deadline allows', async () => {
  const { take } = makeBudget()
  for (let i = 0; i < 5; i += 1) await take('call')
  expect(await take('background', 5_000)).toEqual({ granted: true, waitedMs: 1_000 })
})

test('a pause stops everything until it is over, and the longest one counts', async () => {
  const { budget, take, clock } = makeBudget()
  await budget.pause(30)
  await budget.pause(5)
  expect(await take()).toEqual({ granted: false, retryAfterMs: 30_000, why: 'paused' })
  clock.advance(29_000)
  expect(await take()).toMatchObject({ granted: false })
  clock.advance(1_000)
  expect(await take()).toMatchObject({ granted: true })
})

test('without Redis each of several processes keeps to its share', async () => {
  const { take, clock } = makeBudget({ perMinuteMax: 100, processes: 4 })
  let granted = 0
  for (let i = 0; i < 500; i += 1) {
    if ((await take()).granted) granted += 1
    clock.advance(100)
  }
  expect(granted).toBe(25)
})

test('a clock that was set back does not lock the key', async () => {
  const { take, clock } = makeBudget()
  for (let i = 0; i < 5; i += 1) await take()
  clock.advance(-3_600_000)
  expect(await take()).toMatchObject({ granted: true })
})

describe('with Redis gone', () => {
  test('the own share decides, at once', async () => {
    const redis = new SharedRedis({ url: `redis://127.0.0.1:${await freePort()}`, log: testLog().log })
    const { take } = makeBudget({ redis, processes: 1 })
    const startedMs = performance.now()
    for (let i = 0; i < 5; i += 1) expect(await take()).toMatchObject({ granted: true })
    expect(await take()).toMatchObject({ granted: false })
    expect(performance.now() - startedMs).toBeLessThan(200)
    await redis.close()
  })
})

describe.skipIf(!redisAvailable)('across processes, through Redis', () => {
  let server: TestRedis
  const connections: SharedRedis[] = []
  const connect = async () => {
    const redis = new SharedRedis({ url: server.url, log: testLog().log, commandTimeoutMs: 2_000 })
    await redis.ready(5_000)
    connections.push(redis)
    return redis
  }
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    for (const redis of connections) await redis.close()
    await server.stop()
  })
  const deadline = () => new Deadline({ clock: systemClock, budgetMs: 2_500 })

  test('three processes together get the budget of one', async () => {
    const key = randomUUID()
    const budgets = await Promise.all(
      [1, 2, 3].map(
        async () =>
          new RequestBudget({
            key,
            clock: systemClock,
            redis: await connect(),
            perMinuteMax: 8,
            perSecondMax: 100,
          }),
      ),
    )
    const permits = await Promise.all(
      Array.from({ length: 30 }, (_, i) => budgets[i % 3]!.take('call', deadline())),
    )
    expect(permits.filter((permit) => permit.granted)).toHaveLength(8)
    const refused = permits.find((permit) => !permit.granted)
    expect(refused).toMatchObject({ why: 'spent' })
    expect(refused && !refused.granted && refused.retryAfterMs).toBeGreaterThan(55_000)
  })

  test('a place up to 300 ms ahead is waited for, one further away is refused', async () => {
    const slept: number[] = []
    const budget = new RequestBudget({
      key: randomUUID(),
      clock: systemClock,
      redis: await connect(),
      perSecondMax: 2,
      sleep: async (ms) => void slept.push(ms),
    })
    for (let i = 0; i < 2; i += 1) await budget.take('call', deadline())
    expect(await budget.take('call', deadline())).toMatchObject({ granted: false, why: 'spent' })
    const permit = await vi.waitFor(
      async () => {
        const asked = await budget.take('call', deadline())
        expect(asked.granted).toBe(true)
        return asked
      },
      { timeout: 3_000, interval: 10 },
    )
    expect(slept).toHaveLength(1)
    expect(slept[0]).toBeGreaterThan(0)
    expect(slept[0]).toBeLessThanOrEqual(300)
    expect(permit).toEqual({ granted: true, waitedMs: slept[0] })
  })

  test('background work of one process leaves the reserve to the calls of another', async () => {
    const key = randomUUID()
    const options = { key, clock: systemClock, perMinuteMax: 10, perSecondMax: 100 }
    const jobs = new RequestBudget({ ...options, redis: await connect() })
    const calls = new RequestBudget({ ...options, redis: await connect() })
    const soon = () => new Deadline({ clock: systemClock, budgetMs: 100 })
    const taken = await Promise.all(Array.from({ length: 10 }, () => jobs.take('background', soon())))
    expect(taken.filter((permit) => permit.granted)).toHaveLength(6)
    const called = await Promise.all(Array.from({ length: 10 }, () => calls.take('call', deadline())))
    expect(called.filter((permit) => permit.granted)).toHaveLength(4)
  })

  test('a pause that one process was told holds for all', async () => {
    const key = randomUUID()
    const [a, b] = await Promise.all(
      [1, 2].map(async () => new RequestBudget({ key, clock: systemClock, redis: await connect() })),
    )
    await a!.pause(30)
    await a!.pause(1)
    const refused = await b!.take('call', deadline())
    expect(refused).toMatchObject({ granted: false, why: 'paused' })
    expect(!refused.granted && refused.retryAfterMs).toBeGreaterThan(25_000)
  })
})
