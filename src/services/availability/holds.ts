/**
 * Which slots a call holds at Cal.com. A hold hides the slot from everybody's answers, also from those to the call that
 * holds it (incident I-48), so availability reads here what counts as free for that call all the same.
 * Best effort: lives in the cache; if it is lost, the attempt in the database still knows its reservation.
 */
import { z } from 'zod'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { isoInstantSchema } from '../../lib/instants.ts'

/** What can be held: a start, with its length where the event type has several. */
export interface Slot {
  eventTypeId: number
  start: Date
  minutes?: number
}

export interface Hold extends Slot {
  until: Date
  /** Cal.com's reservation; null when its answer got lost: the hold may exist and ends by itself. */
  uid: string | null
}

const storedHoldsSchema = z
  .array(
    z.object({
      eventTypeId: z.int().positive(),
      minutes: z.int().positive().optional(),
      start: isoInstantSchema,
      until: isoInstantSchema,
      /** Cal.com's reservation; null when its answer got lost. */
      uid: z.string().min(1).max(200).nullable(),
    }),
  )
  .max(50)

/** A hold of a call; instants in ISO 8601. */
export type StoredHold = z.output<typeof storedHoldsSchema>[number]

/** Where the holds of a call are. */
export function holdsLookup(callId: string): Lookup<StoredHold[]> {
  return { key: `call:${callId}:holds`, kind: 'holds', schema: storedHoldsSchema }
}

type Deps = { cache: Pick<Cache, 'get' | 'set' | 'addIfAbsent' | 'delete'>; clock: Clock }

const holdsMax = 20
/** Longer than a request for a hold may take. */
const takingSeconds = 3

/** Remembers and forgets a call's holds. Never throws: the cache does not. */
export class Holds {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The holds of the call that have not ended; none without a call id. */
  async load(callId: string | null): Promise<Hold[]> {
    if (callId === null) return []
    const now = this.#deps.clock.now()
    const stored = (await this.#deps.cache.get(holdsLookup(callId))) ?? []
    return stored
      .map(({ start, until, ...hold }) => ({ ...hold, start: new Date(start), until: new Date(until) }))
      .filter(({ until }) => until > now)
  }

  /**
   * Whether this request may ask for a hold on the slot: of the same requests at once only one, since Cal.com would hold
   * the time once per host.
   */
  async mayTake(callId: string | null, slot: Slot): Promise<boolean> {
    return (
      callId === null || this.#deps.cache.addIfAbsent(takingLookup(callId, slot).key, true, takingSeconds)
    )
  }

  /** Whether a request of this call asked for a hold on the slot a moment ago. */
  async isTaking(callId: string | null, slot: Slot): Promise<boolean> {
    return callId !== null && (await this.#deps.cache.get(takingLookup(callId, slot))) === true
  }

  /** Notes a hold; one on the same slot is replaced. */
  async remember(callId: string | null, hold: Hold): Promise<void> {
    if (callId === null) return
    const others = (await this.load(callId)).filter((held) => !isSameSlot(held, hold))
    await this.#store(callId, [...others.slice(1 - holdsMax), hold])
  }

  /** Forgets a hold that was released or used up. */
  async forget(callId: string | null, slot: Slot): Promise<void> {
    if (callId === null) return
    await this.#deps.cache.delete([takingLookup(callId, slot).key])
    const held = await this.load(callId)
    const others = held.filter((other) => !isSameSlot(other, slot))
    if (others.length < held.length) await this.#store(callId, others)
  }

  async #store(callId: string, holds: readonly Hold[]): Promise<void> {
    const lastMs = Math.max(0, ...holds.map(({ until }) => until.getTime()))
    const ttlSeconds = Math.max(1, Math.ceil((lastMs - this.#deps.clock.now().getTime()) / 1000))
    const stored = holds.map(({ start, until, ...hold }) => ({
      ...hold,
      start: start.toISOString(),
      until: until.toISOString(),
    }))
    await this.#deps.cache.set(holdsLookup(callId).key, stored, ttlSeconds)
  }
}

/** Whether two holds are on one slot. */
export function isSameSlot(a: Slot, b: Slot): boolean {
  const isSameStart = a.eventTypeId === b.eventTypeId && a.start.getTime() === b.start.getTime()
  return isSameStart && a.minutes === b.minutes
}

function takingLookup(callId: string, slot: Slot): Lookup<boolean> {
  const key = `call:${callId}:taking:${slot.eventTypeId}:${slot.start.getTime()}:${slot.minutes ?? ''}`
  return { key, kind: 'taking', schema: z.boolean() }
}
