/**
 * The cache inside one process: bounded by entries and by characters, the longest unused go first. Other
 * processes do not see it.
 */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { type Cache, type Found, type Lookup, packValue, unpackValue } from './cache.ts'

const entriesMax = 20_000
const charactersMax = 64 * 1024 * 1024

export class MemoryCache implements Cache {
  readonly #clock: Clock
  // Kept as text, so that nobody can change a cached value through a reference he still holds.
  readonly #entries = new LRUCache<string, string>({
    max: entriesMax,
    maxSize: charactersMax,
    sizeCalculation: (packed, key) => packed.length + key.length,
  })

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  async get<T>({ key, schema }: Lookup<T>): Promise<T | undefined> {
    return this.#read(key, schema)
  }

  async getMany<const Lookups extends readonly Lookup<unknown>[]>(lookups: Lookups): Promise<Found<Lookups>> {
    return lookups.map(({ key, schema }) => this.#read(key, schema)) as Found<Lookups>
  }

  async set(key: string, value: unknown, ttlSeconds: number): Promise<boolean> {
    this.#entries.set(key, packValue(value, this.#nowMs() + ttlSeconds * 1000))
    return true
  }

  async setMany(entries: readonly (readonly [string, unknown])[], ttlSeconds: number): Promise<boolean> {
    for (const [key, value] of entries) await this.set(key, value, ttlSeconds)
    return true
  }

  async delete(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) this.#entries.delete(key)
    return true
  }

  async addIfAbsent(key: string, value: unknown, ttlSeconds: number): Promise<boolean> {
    if (this.#read(key, z.unknown()) !== undefined) return false
    return this.set(key, value, ttlSeconds)
  }

  async increment(key: string, ttlSeconds: number, by = 1): Promise<number> {
    const known = this.#read(key, z.number())
    const count = (known ?? 0) + by
    const packed = this.#entries.get(key)
    const expiresAtMs =
      known !== undefined && packed ? Number.parseInt(packed, 10) : this.#nowMs() + ttlSeconds * 1000
    this.#entries.set(key, packValue(count, expiresAtMs))
    return count
  }

  async ping(): Promise<number | undefined> {
    return 0
  }

  async close(): Promise<void> {
    this.#entries.clear()
  }

  #read<T>(key: string, schema: z.ZodType<T>): T | undefined {
    const unpacked = unpackValue(this.#entries.get(key), this.#nowMs(), schema)
    return typeof unpacked === 'object' ? unpacked.value : undefined
  }

  #nowMs(): number {
    return this.#clock.now().getTime()
  }
}
