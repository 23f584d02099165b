/**
 * The cache that all processes share. Redis being slow or gone looks like an empty cache. Redis's own expiry only
 * collects garbage; whether a value still holds is decided by `expiresAt` inside it and the injected clock.
 */
import type { Clock } from '../clock.ts'
import type { SharedRedis } from '../redis.ts'
import type { Misfits } from '../shared-value.ts'
import { type Cache, type Found, type Lookup, packValue, unpackValue } from './cache.ts'

/** KEYS[1] · ARGV: packed value, now (ms), garbage after (ms). 1: stored, 0: a live value was there. */
const addIfAbsentScript = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then redis.call('DEL', KEYS[1]) end
local old = redis.call('GET', KEYS[1])
if old then
  local expires = tonumber(string.match(old, '^(%d+)|') or '')
  if expires and expires > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`

/** KEYS[1] · ARGV: now (ms), lifetime (ms), grace for garbage collection (ms), how many. Out: the new count. */
const incrementScript = `
local now, life, grace, by = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local expires, count = nil, 0
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then redis.call('DEL', KEYS[1]) end
local old = redis.call('GET', KEYS[1])
if old then
  local e, c = string.match(old, '^(%d+)|(%d+)$')
  if e and #c < 12 and tonumber(e) > now and tonumber(e) <= now + life + grace then expires, count = tonumber(e), tonumber(c) end
end
if not expires then expires = now + life end
redis.call('SET', KEYS[1], string.format('%.0f|%d', expires, count + by), 'PX', string.format('%.0f', expires - now + grace))
return count + by`

/** Processes' clocks differ a little; the value outlives its expiry by this much before Redis collects it. */
const garbageGraceMs = 5_000

export interface RedisCacheOptions {
  redis: Pick<SharedRedis, 'optional' | 'important' | 'close'>
  clock: Clock
  /** Told of values that are not what they should be. */
  misfits?: Misfits
}

export class RedisCache implements Cache {
  readonly #redis: RedisCacheOptions['redis']
  readonly #clock: Clock
  readonly #misfits: Misfits | undefined

  constructor({ redis, clock, misfits }: RedisCacheOptions) {
    this.#redis = redis
    this.#clock = clock
    this.#misfits = misfits
  }

  async get<T>(lookup: Lookup<T>): Promise<T | undefined> {
    const [value] = await this.getMany([lookup])
    return value
  }

  async getMany<const Lookups extends readonly Lookup<unknown>[]>(lookups: Lookups): Promise<Found<Lookups>> {
    if (lookups.length === 0) return [] as never
    // MGET also for one: a key of another type is nothing to it, where GET would call it an error.
    const packed = await this.#redis.optional((redis) => redis.mget(lookups.map(({ key }) => key)), null)
    const nowMs = this.#nowMs()
    return lookups.map(({ kind, schema }, index) => {
      const unpacked = unpackValue(packed?.[index], nowMs, schema)
      if (unpacked === 'misfit') this.#misfits?.note(kind)
      return typeof unpacked === 'object' ? unpacked.value : undefined
    }) as Found<Lookups>
  }

  async set(key: string, value: unknown, ttlSeconds: number): Promise<boolean> {
    return this.setMany([[key, value]], ttlSeconds)
  }

  async setMany(entries: readonly (readonly [string, unknown])[], ttlSeconds: number): Promise<boolean> {
    if (entries.length === 0) return true
    const expiresAtMs = this.#nowMs() + ttlSeconds * 1000
    const garbageAfterMs = ttlSeconds * 1000 + garbageGraceMs
    return this.#redis.important(async (redis) => {
      const [first] = entries
      if (entries.length === 1 && first) {
        return (await redis.set(first[0], packValue(first[1], expiresAtMs), 'PX', garbageAfterMs)) === 'OK'
      }
      const pipeline = redis.pipeline()
      for (const [key, value] of entries)
        pipeline.set(key, packValue(value, expiresAtMs), 'PX', garbageAfterMs)
      const results = (await pipeline.exec()) ?? []
      const failure = results.find(([error]) => error)?.[0]
      if (failure) throw failure
      return results.length === entries.length
    }, false)
  }

  async delete(keys: readonly string[]): Promise<boolean> {
    if (keys.length === 0) return true
    return this.#redis.important(async (redis) => (await redis.del(...keys)) >= 0, false)
  }

  async addIfAbsent(key: string, value: unknown, ttlSeconds: number): Promise<boolean> {
    const nowMs = this.#nowMs()
    const lifeMs = ttlSeconds * 1000
    const packed = packValue(value, nowMs + lifeMs)
    const added = await this.#redis.important(
      (redis) => redis.eval(addIfAbsentScript, 1, key, packed, nowMs, lifeMs + garbageGraceMs),
      0,
    )
    return added === 1
  }

  async increment(key: string, ttlSeconds: number, by = 1): Promise<number> {
    const nowMs = this.#nowMs()
    return Number(
      await this.#redis.optional(
        (redis) => redis.eval(incrementScript, 1, key, nowMs, ttlSeconds * 1000, garbageGraceMs, by),
        0,
      ),
    )
  }

  async ping(): Promise<number | undefined> {
    const startedMs = performance.now()
    const answer = await this.#redis.important((redis) => redis.ping(), undefined)
    return answer === 'PONG' ? performance.now() - startedMs : undefined
  }

  async close(): Promise<void> {
    await this.#redis.close()
  }

  #nowMs(): number {
    return this.#clock.now().getTime()
  }
}
