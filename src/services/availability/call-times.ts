/**
 * What is special about times for one call: those at which its person has appointments already are never proposed, those that
 * Cal.com lists but has refused to book are not free for it. Kept in the cache for the length of a long call and read
 * together with the free times. Limit: a memory aid; what is lost is asked about once more.
 */
import { z } from 'zod'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import { instantMsSchema } from '../../lib/instants.ts'

/** From one instant to another, the end not included. */
export interface OwnTime {
  startsAt: Date
  endsAt: Date
}

/** All in epoch milliseconds. */
const timesSchema = z.object({
  own: z.array(z.tuple([instantMsSchema, instantMsSchema])).max(100),
  /** Service and start. */
  unbookable: z.array(z.tuple([z.int().positive(), instantMsSchema])).max(100),
})
export type CallTimesState = z.output<typeof timesSchema>

/** A call of which nothing special is known. */
export const noCallTimes: CallTimesState = { own: [], unbookable: [] }
const memorySeconds = 4 * 3600
const timesMax = 50
const minuteMs = 60_000

/** Where a call's times are in the cache. */
export function callTimesLookup(callId: string): Lookup<CallTimesState> {
  return { key: `call:${callId}:times`, kind: 'call_times', schema: timesSchema }
}

/** Remembers times for a call; what was remembered before stays. */
export class CallTimes {
  readonly #cache: Pick<Cache, 'get' | 'set'>

  constructor({ cache }: { cache: Pick<Cache, 'get' | 'set'> }) {
    this.#cache = cache
  }

  /** Appointments that the person of the call has. */
  noteOwn(callId: string | null, times: readonly OwnTime[]): Promise<void> {
    const own = times.map(({ startsAt, endsAt }): [number, number] => [startsAt.getTime(), endsAt.getTime()])
    return this.#add(callId, { own, unbookable: [] })
  }

  /** A time that Cal.com lists and does not book. */
  noteUnbookable(callId: string | null, serviceId: number, start: Date): Promise<void> {
    return this.#add(callId, { own: [], unbookable: [[serviceId, start.getTime()]] })
  }

  async #add(callId: string | null, more: CallTimesState): Promise<void> {
    if (callId === null || more.own.length + more.unbookable.length === 0) return
    const known = (await this.#cache.get(callTimesLookup(callId))) ?? noCallTimes
    const times = { own: joined(known.own, more.own), unbookable: joined(known.unbookable, more.unbookable) }
    if (times.own.length + times.unbookable.length > known.own.length + known.unbookable.length)
      await this.#cache.set(callTimesLookup(callId).key, times, memorySeconds)
  }
}

/** Those of the starts at which an appointment of that length would overlap an own one. */
export function startsInOwnTime(
  starts: readonly number[],
  { own }: CallTimesState,
  durationMinutes: number,
): number[] {
  return starts.filter((start) =>
    own.some(([from, to]) => start < to && start + durationMinutes * minuteMs > from),
  )
}

function joined(known: CallTimesState['own'], more: CallTimesState['own']): CallTimesState['own'] {
  const fresh = more.filter((one) => !known.some((other) => other[0] === one[0] && other[1] === one[1]))
  return [...known, ...fresh].slice(-timesMax)
}
