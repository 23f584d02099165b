import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisLedger } from '../../../src/lib/permits/redis-ledger.ts'
import { SharedRedis } from '../../../src/lib/redis.ts'
import { permitContract, play } from '../../contracts/permit-contract.ts'
import { testClock } from '../../helpers/clock.ts'
import { testLog } from '../../helpers/log.ts'
import { redisAvailable, startRedis, type TestRedis } from '../../helpers/redis.ts'

describe.skipIf(!redisAvailable)('redis', () => {
  let server: TestRedis
  let redis: SharedRedis
  beforeAll(async () => {
    server = await startRedis()
    redis = new SharedRedis({ url: server.url, log: testLog().log, commandTimeoutMs: 5_000 })
    await redis.ready(5_000)
  })
  afterAll(async () => {
    await redis.close()
    await server.stop()
  })

  permitContract('redis', (limits, clock) => new RedisLedger({ key: randomUUID(), redis, limits, clock }))

  const parts = ['permits', 'background', 'paused', 'queue', 'alive', 'promised']
  const limits = { perSecond: 5, perMinute: 110 }
  const garbage: readonly [what: string, put: (key: string) => (string | number)[]][] = [
    ['a text', (key) => ['SET', key, 'garbage']],
    ['a number of the far future', (key) => ['SET', key, '9999999999999999']],
    [
      'a list of garbage',
      (key) => ['RPUSH', key, 'garbage', '9999999999999999', '{"__proto__":1}', '-inf', ''],
    ],
    ['an ordered set of the far future', (key) => ['ZADD', key, '+inf', 'x', '-inf', 'y', 9e15, 'z', 5, 'w']],
    ['a hash', (key) => ['HSET', key, 'a', 'b']],
  ]

  test.each(garbage)('%s under any of its keys counts as nothing', async (_what, put) => {
    for (const part of parts) {
      const key = randomUUID()
      const clock = testClock()
      const ledger = new RedisLedger({ key, redis, limits, clock })
      await play(ledger, clock, [
        { atMs: 0, follow: 2, work: { name: 'w', sinceMs: 0 } },
        { atMs: 0, priority: 'background' },
      ])
      await redis.important((connection) => {
        const [command, ...args] = put(`budget:{${key}}:${part}`)
        return connection
          .del(`budget:{${key}}:${part}`)
          .then(() => connection.call(command as string, ...(args as string[])))
      }, undefined)
      const played = await play(
        ledger,
        clock,
        (['call', 'question', 'spare', 'background'] as const).map((priority) => ({ atMs: 1_100, priority })),
      )
      expect(
        played.filter(({ grantedMs }) => grantedMs === null),
        part,
      ).toEqual([])
      await ledger.pause(500)
      clock.advance(600)
      expect(await play(ledger, clock, [{ atMs: 0 }])).toMatchObject([{ why: null }])
    }
  })
})
