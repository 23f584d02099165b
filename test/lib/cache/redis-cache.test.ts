import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RedisCache } from '../../../src/lib/cache/redis-cache.ts'
import { SharedRedis } from '../../../src/lib/redis.ts'
import { any, cacheContract } from '../../contracts/cache-contract.ts'
import { testClock } from '../../helpers/clock.ts'
import { testLog } from '../../helpers/log.ts'
import {
  freePort,
  ownRedisAvailable,
  redisAvailable,
  startOwnRedis,
  startRedis,
  type TestRedis,
} from '../../helpers/redis.ts'

describe.skipIf(!redisAvailable)('redis', () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  cacheContract('redis', async (clock) => {
    const redis = new SharedRedis({ url: server.url, log: testLog().log })
    await redis.ready(5_000)
    return new RedisCache({ redis, clock })
  })

  test('two processes see the same values and count together', async () => {
    const clock = testClock()
    const [a, b] = await Promise.all(
      [1, 2].map(async () => {
        const redis = new SharedRedis({ url: server.url, log: testLog().log, keyPrefix: 'two:' })
        await redis.ready(5_000)
        return new RedisCache({ redis, clock })
      }),
    )
    await a!.set('shared', 'x', 60)
    expect(await b!.get(any('shared'))).toBe('x')
    await a!.delete(['count'])
    await Promise.all([a!.increment('count', 60), b!.increment('count', 60), a!.increment('count', 60)])
    expect(await b!.increment('count', 60)).toBe(4)
    await Promise.all([a!.close(), b!.close()])
  })
})

describe.skipIf(!ownRedisAvailable)('redis in trouble', () => {
  const clock = testClock()

  test('a server that is not there is an empty cache, at once, and logged once', async () => {
    const { log, lines } = testLog()
    const redis = new SharedRedis({ url: `redis://127.0.0.1:${await freePort()}`, log })
    const cache = new RedisCache({ redis, clock })
    expect(await redis.ready(50)).toBe(false)
    const startedMs = performance.now()
    expect(await cache.set('a', 1, 60)).toBe(false)
    expect(await cache.get(any('a'))).toBeUndefined()
    expect(await cache.getMany([any('a'), any('b')])).toEqual([undefined, undefined])
    expect(await cache.addIfAbsent('a', 1, 60)).toBe(false)
    expect(await cache.increment('a', 60)).toBe(0)
    expect(await cache.delete(['a'])).toBe(false)
    expect(await cache.ping()).toBeUndefined()
    expect(performance.now() - startedMs).toBeLessThan(100)
    expect(lines).toHaveLength(1)
    await cache.close()
  })

  test('a server that hangs costs one command its 100 ms, then optional ones nothing; it is used again when it answers', async () => {
    const { log, lines } = testLog()
    const server = await startOwnRedis()
    const redis = new SharedRedis({ url: server.url, log })
    await redis.ready(5_000)
    const cache = new RedisCache({ redis, clock })
    await cache.set('a', 1, 60)

    server.process.kill('SIGSTOP')
    let startedMs = performance.now()
    expect(await cache.get(any('a'))).toBeUndefined()
    expect(performance.now() - startedMs).toBeLessThan(250)
    startedMs = performance.now()
    for (let step = 0; step < 20; step += 1) expect(await cache.get(any('a'))).toBeUndefined()
    expect(performance.now() - startedMs).toBeLessThan(50)

    server.process.kill('SIGCONT')
    await vi.waitFor(async () => expect(await cache.get(any('a'))).toBe(1), { timeout: 5_000, interval: 50 })
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'redis does not answer, working without it',
      'redis answers again',
    ])
    await cache.close()
    await server.stop()
  })

  test('a server that was restarted is found again without a restart of ours', async () => {
    const server = await startOwnRedis()
    const redis = new SharedRedis({ url: server.url, log: testLog().log })
    await redis.ready(5_000)
    const cache = new RedisCache({ redis, clock })
    await server.stop()
    await vi.waitFor(async () => expect(await cache.set('a', 1, 60)).toBe(false), {
      timeout: 5_000,
      interval: 20,
    })
    const again = await startOwnRedis(server.port)
    await vi.waitFor(async () => expect(await cache.set('a', 1, 60)).toBe(true), {
      timeout: 10_000,
      interval: 50,
    })
    await cache.close()
    await again.stop()
  })
})
