import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

test('requests wait for their turn as long as their work has time, and are then refused with when to come again', async () => {
  const { take, sleeps } = makeBudget()
  for (let i = 0; i < 5; i += 1) expect(await take()).toEqual({ granted: true, waitedMs: 0 })
  expect(await take('call', 1_200)).toEqual({ granted: true, waitedMs: 1_000 })
  expect(Math.max(...sleeps)).toBeLessThanOrEqual(100)
  for (let i = 0; i < 4; i += 1) await take()
  expect(await take('call', 900)).toEqual({ granted: false, retryAfterMs: 1_000, why: 'spent' })
})

test('what must be left of the deadline after waiting is left', async () => {
  const { budget, take, clock } = makeBudget()
  for (let i = 0; i < 5; i += 1) await take()
  const within = (budgetMs: number) =>
    budget.take('call', new Deadline({ clock, budgetMs }), { keepMs: 1_500 })
  expect(await within(2_400)).toMatchObject({ granted: false })
  expect(await within(2_500)).toEqual({ granted: true, waitedMs: 1_000 })
  // What is free now may go however late it is.
  expect(await within(100)).toEqual({ granted: true, waitedMs: 0 })
})

test('parts of one deadline are one piece of work: what was promised to it serves all of them', async () => {
  const { budget, take, clock } = makeBudget({ perMinuteMax: 4, perSecondMax: 100 })
  const work = new Deadline({ clock, budgetMs: 8_000 })
  expect(await budget.take('call', work, { follow: 2 })).toMatchObject({ granted: true })
  expect(await take('call', 100)).toMatchObject({ granted: true })
  expect(await take('call', 100)).toMatchObject({ granted: false })
  expect(await budget.take('call', work.child(500))).toMatchObject({ granted: true })
  expect(await budget.take('call', work.child(500).child(100))).toMatchObject({ granted: true })
})

test('a pause stops everything until it is over, and the longest one counts', async () => {
  const { budget, take, clock } = makeBudget()
  await budget.pause(30)
  await budget.pause(5)
  expect(await take()).toEqual({ granted: false, retryAfterMs: 30_000, why: 'paused' })
  clock.advance(29_000)
  expect(await take('call', 900)).toMatchObject({ granted: false })
  clock.advance(1_000)
  expect(await take()).toMatchObject({ granted: true })
})

test('without Redis each of several processes keeps to its share', async () => {
  const { take, clock } = makeBudget({ perMinuteMax: 100, processes: 4 })
  let granted = 0
  for (let i = 0; i < 500; i += 1) {
    if ((await take('call', 50)).granted) granted += 1
    clock.advance(100)
  }
  expect(granted).toBe(25)
})

describe('with Redis gone', () => {
  test('the own share decides, at once', async () => {
    const redis = new SharedRedis({ url: `redis://127.0.0.1:${await freePort()}`, log: testLog().log })
    const { take } = makeBudget({ redis, processes: 1 })
    const startedMs = performance.now()
    for (let i = 0; i < 5; i += 1) expect(await take()).toMatchObject({ granted: true })
    expect(await take('call', 500)).toMatchObject({ granted: false })
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

  test('those who wait in several processes stand in one queue, bookings before questions', async () => {
    const key = randomUUID()
    const options = { key, clock: systemClock, perSecondMax: 4 }
    const [a, b] = await Promise.all(
      [1, 2].map(async () => new RequestBudget({ ...options, redis: await connect() })),
    )
    for (let i = 0; i < 4; i += 1) await a!.take('call', deadline())
    const order: string[] = []
    const go = (budget: RequestBudget, priority: RequestPriority) =>
      budget.take(priority, deadline()).then(({ granted }) => granted && order.push(priority))
    const questions = Array.from({ length: 4 }, () => go(a!, 'question'))
    await Promise.all([...questions, ...Array.from({ length: 4 }, () => go(b!, 'call'))])
    expect(order).toEqual([...Array(4).fill('call'), ...Array(4).fill('question')])
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
