/**
 * What the gateway remembers for a while, in this process or shared through Redis. Values are JSON: what comes
 * out is a copy, dates are strings. A cache never throws: what cannot be read is a miss, what cannot be
 * written is `false`. Values expire by the injected clock, to the millisecond (the moment itself is expired).
 */
export interface Cache {
  /** The value, or undefined when absent, expired or unreadable. */
  get<T>(key: string): Promise<T | undefined>
  /** Several values in one round trip, in the order of the keys. */
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]>
  /** Stores or replaces a value for `ttlSeconds`. False: not stored. */
  set(key: string, value: unknown, ttlSeconds: number): Promise<boolean>
  /** Stores several values for the same time, in one round trip. False: not (all) stored. */
  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlSeconds: number): Promise<boolean>
  /** Forgets the keys. False: the driver could not do it. */
  delete(keys: readonly string[]): Promise<boolean>
  /** Stores the value only where there is none, atomically. True: it was us. */
  addIfAbsent(key: string, value: unknown, ttlSeconds: number): Promise<boolean>
  /** Adds to a counter (one, unless told), atomically; its time starts with the first increment. 0: the driver could not count. */
  increment(key: string, ttlSeconds: number, by?: number): Promise<number>
  /** Milliseconds of one round trip; undefined when the driver does not answer. */
  ping(): Promise<number | undefined>
  close(): Promise<void>
}

/** The stored form: expiry first, so that a script inside Redis can read it without parsing JSON. */
export function packValue(value: unknown, expiresAtMs: number): string {
  return `${expiresAtMs}|${JSON.stringify(value)}`
}

/** Undoes `packValue`: undefined when absent, expired at `nowMs`, or not ours. */
export function unpackValue<T>(packed: string | null | undefined, nowMs: number): T | undefined {
  if (!packed) return undefined
  const bar = packed.indexOf('|')
  if (bar < 0 || !(Number(packed.slice(0, bar)) > nowMs)) return undefined
  try {
    return JSON.parse(packed.slice(bar + 1)) as T
  } catch {
    return undefined
  }
}
