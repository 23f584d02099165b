/**
 * The cache inside one process: bounded by entries and by characters, the longest unused go first. Other
 * processes do not see it.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { type Cache, packValue, unpackValue } from './cache.ts'

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

  async get<T>(key: string): Promise<T | undefined> {
    return this.#read<T>(key)
  }

  async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return keys.map((key) => this.#read<T>(key))
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
    if (this.#read(key) !== undefined) return false
    return this.set(key, value, ttlSeconds)
  }

  async increment(key: string, ttlSeconds: number, by = 1): Promise<number> {
    const known = this.#read<number>(key)
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

  #read<T>(key: string): T | undefined {
    return unpackValue<T>(this.#entries.get(key), this.#nowMs())
  }

  #nowMs(): number {
    return this.#clock.now().getTime()
  }
}
