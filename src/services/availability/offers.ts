/**
 * What one call has been offered and has turned down: full instants, so that "der erste", a time alone or "morgen um halb
 * neun" is matched with the day that was really offered (incident I-36), and a refused time is not offered again.
 * Kept in the cache for the length of a long call. Limit: it is a memory aid; losing it costs a question, never a booking.
 */
import { z } from 'zod'
import { type ClockTime, clockTimeOf, type LocalDay, localDayOf } from '../../german/index.ts'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { instantMsSchema } from '../../lib/instants.ts'
import { restrictionsSchema } from './restrictions.ts'

/** `day`: the times of a day were listed; `alternatives`: other times were proposed. */
export type OfferSource = 'day' | 'alternatives'

const offerStateSchema = z.object({
  /** Oldest first. */
  offers: z
    .array(
      z.object({
        serviceId: z.int().positive(),
        source: z.enum(['day', 'alternatives']),
        /** What was asked for, to tell a repeated question from a new one. */
        wish: z.string().max(2_000),
        atMs: instantMsSchema,
        /** Epoch milliseconds in the order they were offered. */
        starts: z.array(instantMsSchema).min(1).max(200),
      }),
    )
    .max(50),
  refused: z.array(instantMsSchema).max(500),
  /** What the caller has ruled out so far. */
  restrictions: restrictionsSchema.optional(),
})

/** The memory of one call. */
export type OfferState = z.output<typeof offerStateSchema> & {
  /**
   * Times not to be proposed, because the person is here anyway (call-times.ts) or has ruled them out (restrictions.ts): found out
   * with the rest, never stored with it.
   */
  ruledOut?: readonly number[]
  /** What is ruled out has changed with this very question, and is not stored yet. */
  restrictionsAreNew?: boolean
}
type Offer = OfferState['offers'][number]

/** What a wish means in the light of the offers: exactly one offered time, a choice between several, or nothing. */
export type ResolvedOffer =
  | { kind: 'none' }
  | { kind: 'match'; start: Date; serviceId: number }
  | { kind: 'ask'; starts: Date[]; serviceId: number }

export interface SpokenWish {
  /** The day as understood, null when none was named. */
  day: LocalDay | null
  /** The clock time as understood, null when none was named. */
  time: ClockTime | null
  /** The caller's words, for "der erste" and "den letzten". */
  words?: string
  timeZone: string
}

const memorySeconds = 2 * 3600
const offersMax = 6
const startsMax = 60
const refusedMax = 60
/** After this long the caller has heard an offer; a further question for alternatives turns it down. */
const heardAfterMs = 8_000

const ordinals: Readonly<Record<string, number>> = { erste: 0, zweite: 1, dritte: 2, vierte: 3, letzte: -1 }
const fillers = new Set(
  'der die das den dem ein einen zum beim ich nehme nehmen wir dann also ja gern gerne bitte termin vorschlag zeit davon passt mir gut'.split(
    ' ',
  ),
)

export class OfferMemory {
  readonly #cache: Cache
  readonly #clock: Clock

  constructor({ cache, clock }: { cache: Cache; clock: Clock }) {
    this.#cache = cache
    this.#clock = clock
  }

  /** What a call was offered so far; empty without a call. */
  async load(callId: string | null): Promise<OfferState> {
    if (callId === null) return noOffers
    return (await this.#cache.get(offersLookup(callId))) ?? noOffers
  }

  /** Notes that these times were offered, in this order. `state` is what was read at the beginning of the function call. */
  async remember(
    callId: string | null,
    state: OfferState,
    offer: { serviceId: number; source: OfferSource; wish: string; starts: readonly Date[] },
  ): Promise<void> {
    if (callId === null) return
    const starts = offer.starts.slice(0, startsMax).map((start) => start.getTime())
    const isNews = starts.length > 0 && !isRepetition(state.offers.at(-1), offer, starts)
    if (!isNews && state.restrictionsAreNew !== true) return
    const news = isNews ? [{ ...offer, starts, atMs: this.#clock.now().getTime() }] : []
    const offers = [...state.offers, ...news].slice(-offersMax)
    const { refused, restrictions } = state
    await this.#cache.set(offersLookup(callId).key, { offers, refused, restrictions }, memorySeconds)
  }

  /** Notes that the caller does not want this time: it will not be proposed again in this call. */
  async refuse(callId: string | null, start: Date): Promise<void> {
    if (callId === null) return
    const state = await this.load(callId)
    const refused = [...new Set([...state.refused, start.getTime()])].slice(-refusedMax)
    await this.#cache.set(offersLookup(callId).key, { ...state, refused }, memorySeconds)
  }

  /** The service the call talked about last, for a question that names none. */
  async loadServiceId(callId: string | null): Promise<number | null> {
    return (await this.load(callId)).offers.at(-1)?.serviceId ?? null
  }

  /**
   * Matches a wish with what was offered: a time alone or an ordinal with the offered day (`match`), a day and time that
   * were not offered although that time was, on another day (`ask`: the caller may mean the offered one).
   */
  async resolveOffered(callId: string | null, wish: SpokenWish): Promise<ResolvedOffer> {
    return resolveOffer(await this.load(callId), wish)
  }
}

/** Agents repeat their questions. When a day was listed matters to nobody, so the same list is not written again. */
function isRepetition(
  last: Offer | undefined,
  offer: { serviceId: number; source: OfferSource; wish: string },
  starts: readonly number[],
): boolean {
  return (
    last !== undefined &&
    last.source === 'day' &&
    offer.source === 'day' &&
    last.serviceId === offer.serviceId &&
    last.wish === offer.wish &&
    last.starts.length === starts.length &&
    last.starts.every((start, index) => start === starts[index])
  )
}

/** A call that was offered nothing. */
export const noOffers: OfferState = { offers: [], refused: [] }

/** Where a call's offers are in the cache; read together with the days of a calendar. */
export function offersLookup(callId: string): Lookup<OfferState> {
  return { key: `call:${callId}:offers`, kind: 'offers', schema: offerStateSchema }
}

/** Times that are never proposed in this call: turned down, ruled out, or the person's own. */
export function notProposed({ refused, ruledOut = [] }: OfferState): number[] {
  return [...refused, ...ruledOut]
}

/**
 * Times of a service that are not to be proposed: the very time that was wished, those turned down, and, when alternatives are asked for once more
 * (the same wish again, or after the caller had time to hear them), the alternatives proposed before.
 */
export function refusedStarts(
  state: OfferState,
  asked: { serviceId: number; wish: string; wished?: Date | null; now: Date },
): Set<number> {
  const heard = state.offers.filter(
    (offer) =>
      offer.source === 'alternatives' &&
      offer.serviceId === asked.serviceId &&
      (offer.wish === asked.wish || asked.now.getTime() - offer.atMs >= heardAfterMs),
  )
  const wished = asked.wished ? [asked.wished.getTime()] : []
  return new Set([...notProposed(state), ...heard.flatMap((offer) => offer.starts), ...wished])
}

/** The pure part of `OfferMemory.resolveOffered`. */
export function resolveOffer(state: OfferState, wish: SpokenWish): ResolvedOffer {
  const last = state.offers.at(-1)
  if (!last) return { kind: 'none' }
  const ordinal = readOrdinal(wish.words)
  const chosen = ordinal === null ? undefined : last.starts.at(ordinal)
  if (chosen !== undefined) return match(chosen, last.serviceId)
  if (wish.time === null) return { kind: 'none' }
  // The newest offer that holds the time decides; within it the time may stand for several days.
  for (const offer of state.offers.toReversed()) {
    const sameTime = offer.starts.filter((start) => clockTimeOf(new Date(start), wish.timeZone) === wish.time)
    if (sameTime.length === 0) continue
    const onDay = sameTime.find((start) => localDayOf(new Date(start), wish.timeZone) === wish.day)
    if (onDay !== undefined) return match(onDay, offer.serviceId)
    if (wish.day === null && sameTime.length === 1) return match(sameTime[0]!, offer.serviceId)
    return { kind: 'ask', starts: sameTime.map((start) => new Date(start)), serviceId: offer.serviceId }
  }
  return { kind: 'none' }
}

function match(start: number, serviceId: number): ResolvedOffer {
  return { kind: 'match', start: new Date(start), serviceId }
}

/** Index of "der erste", "nehme den zweiten", "den letzten bitte"; null when the words say anything else. */
function readOrdinal(words: string | undefined): number | null {
  const said =
    (words ?? '')
      .toLowerCase()
      .match(/\p{L}+/gu)
      ?.filter((word) => !fillers.has(word)) ?? []
  const [only, ...more] = said
  if (only === undefined || more.length > 0) return null
  return ordinals[only.replace(/(?<=e)[rnms]$/, '')] ?? null
}
