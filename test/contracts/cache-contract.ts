/** What every cache guarantees, whichever driver. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Cache, Lookup } from '../../src/lib/cache/cache.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { testClock } from '../helpers/clock.ts'

/** A look-up that takes whatever is there. */
export const any = (key: string): Lookup<unknown> => ({ key, kind: 'test', schema: z.unknown() })

export function cacheContract(driver: string, open: (clock: Clock) => Promise<Cache>): void {
  describe(`cache contract: ${driver}`, () => {
    const clock = testClock()
    let cache: Cache
    const key = () => `test:${randomUUID()}`
    beforeAll(async () => {
      cache = await open(clock)
    })
    afterAll(() => cache.close())

    test('a stored value comes back equal, an unknown key is undefined', async () => {
      const name = key()
      const value = { text: 'Grüße | "a"', list: [1, null, true], nested: { zero: 0 } }
      expect(await cache.set(name, value, 60)).toBe(true)
      expect(await cache.get(any(name))).toEqual(value)
      expect(await cache.get(any(key()))).toBeUndefined()
    })

    test('what does not fit the schema is a miss, beside others that fit', async () => {
      const [text, number] = [key(), key()]
      await cache.setMany(
        [
          [text, 'x'],
          [number, 5],
        ],
        60,
      )
      const asNumber = (name: string) => ({ key: name, kind: 'test', schema: z.number() })
      expect(await cache.get(asNumber(text))).toBeUndefined()
      expect(await cache.getMany([asNumber(text), asNumber(number)])).toEqual([undefined, 5])
    })

    test('null, false, 0 and the empty text are values, not misses', async () => {
      for (const value of [null, false, 0, '']) {
        const name = key()
        await cache.set(name, value, 60)
        expect(await cache.get(any(name))).toBe(value)
      }
    })

    test('what comes out is a copy or frozen: nobody changes the cache through it', async () => {
      const name = key()
      const value = { slots: ['a'] }
      await cache.set(name, value, 60)
      value.slots.push('b')
      const first = await cache.get({ ...any(name), schema: z.object({ slots: z.array(z.string()) }) })
      try {
        first?.slots.push('c')
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
      }
      expect(await cache.get(any(name))).toEqual({ slots: ['a'] })
    })

    test('a value expires by the injected clock, exactly at its moment', async () => {
      const name = key()
      await cache.set(name, 'v', 60)
      clock.advance(59_999)
      expect(await cache.get(any(name))).toBe('v')
      clock.advance(1)
      expect(await cache.get(any(name))).toBeUndefined()
    })

    test('storing again replaces value and lifetime', async () => {
      const name = key()
      await cache.set(name, 1, 10)
      clock.advance(9_000)
      await cache.set(name, 2, 10)
      clock.advance(9_000)
      expect(await cache.get(any(name))).toBe(2)
    })

    test('several keys are read in their order, misses in place', async () => {
      const [a, b, c] = [key(), key(), key()]
      expect(
        await cache.setMany(
          [
            [a, 'a'],
            [c, 'c'],
          ],
          60,
        ),
      ).toBe(true)
      expect(await cache.getMany([any(c), any(b), any(a)])).toEqual(['c', undefined, 'a'])
      expect(await cache.getMany([])).toEqual([])
    })

    test('deleted keys are gone, the others stay', async () => {
      const [a, b, c] = [key(), key(), key()]
      await cache.setMany(
        [
          [a, 1],
          [b, 2],
          [c, 3],
        ],
        60,
      )
      expect(await cache.delete([a, b, key()])).toBe(true)
      expect(await cache.delete([])).toBe(true)
      expect(await cache.getMany([any(a), any(b), any(c)])).toEqual([undefined, undefined, 3])
    })

    test('of many that add the same key at once exactly one succeeds, and its value stands', async () => {
      const name = key()
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => cache.addIfAbsent(name, index, 60)),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await cache.get(any(name))).toBe(results.indexOf(true))
    })

    test('an expired key counts as absent when adding', async () => {
      const name = key()
      expect(await cache.addIfAbsent(name, 1, 5)).toBe(true)
      clock.advance(4_999)
      expect(await cache.addIfAbsent(name, 2, 5)).toBe(false)
      clock.advance(1)
      expect(await cache.addIfAbsent(name, 3, 5)).toBe(true)
      expect(await cache.get(any(name))).toBe(3)
    })

    test('a counter counts every increment, its time starts with the first', async () => {
      const name = key()
      const counts = await Promise.all(Array.from({ length: 10 }, () => cache.increment(name, 10)))
      expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      clock.advance(9_999)
      expect(await cache.increment(name, 10)).toBe(11)
      clock.advance(1)
      expect(await cache.increment(name, 10)).toBe(1)
    })

    test('it tells how long a round trip takes', async () => {
      const ms = await cache.ping()
      expect(ms).toBeGreaterThanOrEqual(0)
      expect(ms).toBeLessThan(1_000)
    })
  })
}
