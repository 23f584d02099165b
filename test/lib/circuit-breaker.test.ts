import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type BreakerBroadcast,
  type BreakerSignal,
  noBroadcast,
  RedisBreakerBroadcast,
} from '../../src/lib/breaker-broadcast.ts'
import {
  type BreakerChange,
  BreakerOpenError,
  type BreakerVerdict,
  CircuitBreaker,
} from '../../src/lib/circuit-breaker.ts'
import { SharedRedis } from '../../src/lib/redis.ts'
import { testClock } from '../helpers/clock.ts'
import { testLog } from '../helpers/log.ts'
import { redisAvailable, startRedis, type TestRedis } from '../helpers/redis.ts'

class Failure extends Error {
  readonly verdict: BreakerVerdict
  constructor(verdict: BreakerVerdict) {
    super(verdict)
    this.verdict = verdict
  }
}

function makeBreaker({
  broadcast = noBroadcast,
  key = 'test',
}: {
  broadcast?: BreakerBroadcast
  key?: string
} = {}) {
  const clock = testClock()
  const changes: BreakerChange[] = []
  const breaker = new CircuitBreaker({
    key,
    clock,
    broadcast,
    judge: (error) => (error as Failure).verdict,
    onChange: (change) => changes.push(change),
  })
  let runs = 0
  const attempt = async (result: BreakerVerdict | 'ok') => {
    try {
      await breaker.run(async () => {
        runs += 1
        if (result !== 'ok') throw new Failure(result)
      })
      return 'ok'
    } catch (error) {
      if (error instanceof BreakerOpenError) return 'rejected'
      return (error as Failure).verdict
    }
  }
  const attempts = async (...results: (BreakerVerdict | 'ok')[]) => {
    for (const result of results) await attempt(result)
  }
  return { breaker, clock, changes, attempt, attempts, runs: () => runs }
}

const fiveOutages = ['outage', 'outage', 'outage', 'outage', 'outage'] as const

test('four outages leave it closed, the fifth in a row opens it', async () => {
  const { breaker, attempts } = makeBreaker()
  await attempts('outage', 'outage', 'outage', 'outage')
  expect(breaker.state).toBe('closed')
  await attempts('outage')
  expect(breaker.state).toBe('open')
  expect(breaker.trips).toBe(1)
})

test('a success or a refusal ends the row, however many outages came before', async () => {
  for (const end of ['ok', 'answer'] as const) {
    const { breaker, attempts } = makeBreaker()
    await attempts('outage', 'outage', 'outage', 'outage', end, 'outage', 'outage', 'outage', 'outage')
    expect(breaker.state).toBe('closed')
  }
})

test('a request that never left neither counts nor ends the row', async () => {
  const { breaker, attempts } = makeBreaker()
  await attempts('outage', 'outage', 'none', 'outage', 'outage', 'none')
  expect(breaker.state).toBe('closed')
  await attempts('outage')
  expect(breaker.state).toBe('open')
})

test('a thousand refusals never open it', async () => {
  const { breaker, attempts } = makeBreaker()
  await attempts(...Array.from({ length: 1_000 }, () => 'answer' as const))
  expect(breaker.state).toBe('closed')
})

test('open for exactly 60 seconds nothing runs, and the rejection says how long', async () => {
  const { breaker, clock, attempts, attempt, runs } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(59_999)
  expect(await attempt('ok')).toBe('rejected')
  await expect(breaker.run(async () => {})).rejects.toMatchObject({ retryAfterMs: 1 })
  expect(runs()).toBe(5)
  clock.advance(1)
  expect(breaker.state).toBe('half_open')
  expect(await attempt('ok')).toBe('ok')
})

test('half-open, two successes close it, one failure opens it for another 60 seconds', async () => {
  const { breaker, clock, attempts, attempt } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(60_000)
  await attempts('ok')
  expect(breaker.state).toBe('half_open')
  await attempts('outage')
  expect(breaker.state).toBe('open')
  expect(breaker.trips).toBe(2)
  clock.advance(59_999)
  expect(await attempt('ok')).toBe('rejected')
  clock.advance(1)
  await attempts('ok', 'ok')
  expect(breaker.state).toBe('closed')
  await attempts('outage', 'outage', 'outage', 'outage')
  expect(breaker.state).toBe('closed')
})

test('half-open, of a thousand at once exactly one goes through', async () => {
  const { breaker, clock, attempts } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(60_000)
  let runs = 0
  let finish = () => {}
  const gate = new Promise<void>((resolve) => {
    finish = resolve
  })
  const all = Array.from({ length: 1_000 }, () =>
    breaker
      .run(async () => {
        runs += 1
        await gate
      })
      .catch((error) => error),
  )
  finish()
  const results = await Promise.all(all)
  expect(runs).toBe(1)
  expect(results.filter((result) => result instanceof BreakerOpenError)).toHaveLength(999)
})

test('a probe that never reached the service frees its place for the next', async () => {
  const { breaker, clock, attempts, attempt } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(60_000)
  expect(await attempt('none')).toBe('none')
  expect(await attempt('ok')).toBe('ok')
  expect(breaker.state).toBe('half_open')
})

test('between the two answers a probe that never reached the service is no answer', async () => {
  const { breaker, clock, attempts } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(60_000)
  await attempts('ok', 'none', 'none')
  expect(breaker.state).toBe('half_open')
  await attempts('answer')
  expect(breaker.state).toBe('closed')
})

test('a probe that outlives its half-open phase neither frees a place nor counts in the next one', async () => {
  let hear = (_signal: BreakerSignal) => {}
  const broadcast: BreakerBroadcast = {
    announce: () => {},
    subscribe: (_key, listener) => {
      hear = listener
      return () => {}
    },
  }
  const { breaker, clock, attempts, attempt } = makeBreaker({ broadcast })
  await attempts(...fiveOutages)
  clock.advance(60_000)
  let answer = () => {}
  const slow = breaker.run(() => new Promise<void>((resolve) => (answer = resolve)))
  hear({ state: 'open', forMs: 20_000 })
  expect(breaker.openUntil).toEqual(new Date(clock.now().getTime() + 20_000))
  clock.advance(19_999)
  expect(await attempt('ok')).toBe('rejected')
  clock.advance(1)
  await attempts('ok')
  answer()
  await slow
  expect(breaker.state).toBe('half_open')
  await attempts('ok')
  expect(breaker.state).toBe('closed')
  expect(breaker.trips).toBe(1)
})

test('failures of requests begun before it opened do not prolong or reopen it', async () => {
  const { breaker, clock, attempts } = makeBreaker()
  let fail = (_error: Error) => {}
  const late = breaker
    .run(() => new Promise<void>((_resolve, reject) => (fail = reject)))
    .catch((error) => error)
  await attempts(...fiveOutages)
  clock.advance(60_000)
  await attempts('ok')
  fail(new Failure('outage'))
  await late
  expect(breaker.state).toBe('half_open')
  await attempts('ok')
  expect(breaker.state).toBe('closed')
  expect(breaker.trips).toBe(1)
})

test('every change of state is reported once, in order', async () => {
  const { clock, changes, attempts } = makeBreaker()
  await attempts(...fiveOutages)
  clock.advance(60_000)
  await attempts('ok', 'ok')
  expect(changes.map(({ from, to }) => `${from}>${to}`)).toEqual([
    'closed>open',
    'open>half_open',
    'half_open>closed',
  ])
})

describe.skipIf(!redisAvailable)('across processes', () => {
  let server: TestRedis
  const open: { close(): unknown }[] = []
  const connect = async () => {
    const redis = new SharedRedis({ url: server.url, log: testLog().log })
    await redis.ready(5_000)
    const broadcast = new RedisBreakerBroadcast({ redis })
    open.push(broadcast, redis)
    return broadcast
  }
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    for (const each of open) await each.close()
    await server.stop()
  })

  test('a trip opens the breaker of the same key everywhere, of no other key, and closing it closes it everywhere', async () => {
    const key = `trip-${process.pid}-${performance.now()}`
    const here = makeBreaker({ broadcast: await connect(), key })
    const thereBroadcast = await connect()
    const there = makeBreaker({ broadcast: thereBroadcast, key })
    const other = makeBreaker({ broadcast: thereBroadcast, key: `${key}-other` })
    // Announce until heard: the subscription may still be on its way when the first trip happens.
    await vi.waitFor(
      async () => {
        here.clock.advance(60_000)
        await here.attempts(...fiveOutages)
        expect(there.breaker.state).toBe('open')
      },
      { timeout: 5_000, interval: 50 },
    )
    expect(await there.attempt('ok')).toBe('rejected')
    expect(there.runs()).toBe(0)
    expect(there.breaker.trips).toBe(0)
    expect(other.breaker.state).toBe('closed')

    here.clock.advance(60_000)
    await here.attempts('ok', 'ok')
    await vi.waitFor(() => expect(there.breaker.state).toBe('closed'), { timeout: 5_000, interval: 20 })
  })

  test('a process that starts during an outage begins with an open breaker', async () => {
    const key = `late-${process.pid}-${performance.now()}`
    const here = makeBreaker({ broadcast: await connect(), key })
    await here.attempts(...fiveOutages)
    const lateBroadcast = await connect()
    await vi.waitFor(
      () => {
        const late = makeBreaker({ broadcast: lateBroadcast, key })
        return vi.waitFor(() => expect(late.breaker.state).toBe('open'), { timeout: 200, interval: 10 })
      },
      { timeout: 5_000 },
    )
  })
})
