/**
 * What the gateway remembers for a while, in this process or shared through Redis. Values are JSON: what comes
 * out is a copy, dates are strings. Whoever reads says by a schema what he expects; what does not fit is a miss, because the shared
 * cache may hold another version's values, or anybody's. A cache never throws: what cannot be read is a miss, what cannot be
 * written is `false`. Values expire by the injected clock, to the millisecond (the moment itself is expired).
 */
import type { z } from 'zod'
import { readJson } from '../shared-value.ts'

/** A key and what its value must be. */
export interface Lookup<T> {
  key: string
  /** Names this kind of value in log and metrics: from a closed set, never a part of the key. */
  kind: string
  schema: z.ZodType<T>
}

export interface Cache {
  /** The value, or undefined when absent, expired, unreadable or not what the schema says. */
  get<T>(lookup: Lookup<T>): Promise<T | undefined>
  /** Several values in one round trip, in the order of the lookups. */
  getMany<const Lookups extends readonly Lookup<unknown>[]>(lookups: Lookups): Promise<Found<Lookups>>
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

/** What lookups lead to, one by one. */
export type Found<Lookups extends readonly Lookup<unknown>[]> = {
  -readonly [Index in keyof Lookups]: Lookups[Index] extends Lookup<infer T> ? T | undefined : never
}

/** The stored form: expiry first, so that a script inside Redis can read it without parsing JSON. */
export function packValue(value: unknown, expiresAtMs: number): string {
  return `${expiresAtMs}|${JSON.stringify(value)}`
}

/** Undoes `packValue`: undefined when absent or expired at `nowMs`; 'misfit' for what is not ours. */
export function unpackValue<T>(
  packed: string | null | undefined,
  nowMs: number,
  schema: z.ZodType<T>,
): { value: T } | 'misfit' | undefined {
  if (packed === null || packed === undefined) return undefined
  const bar = packed.slice(0, 20).indexOf('|')
  const expiresAt = packed.slice(0, Math.max(0, bar))
  if (!/^\d+(\.\d+)?$/.test(expiresAt)) return 'misfit'
  if (!(Number(expiresAt) > nowMs)) return undefined
  const value = readJson(packed.slice(bar + 1), schema)
  return value === undefined ? 'misfit' : { value }
}
