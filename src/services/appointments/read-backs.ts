/**
 * Which appointments a call has heard about, and which change it was asked to agree to last: what was neither named nor read out
 * is read back before it is cancelled or moved, and a retry of the agent is no yes (design section 7).
 * Limit: kept in the cache; if it is lost, a question is asked once more. It never lets anything be changed unasked.
 */
import { z } from 'zod'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import { userTurns } from '../../retell/transcript.ts'
import type { CallContext } from '../call-context.ts'

type Call = Pick<CallContext, 'callId' | 'companyId' | 'transcript'>

const stateSchema = z.object({
  /** Ids of appointments whose day and time the caller has heard. */
  heard: z.array(z.int().positive()).max(50),
  /** The change that was read back last: how often the caller had spoken by then (null without a transcript), and whether we doubted. */
  asked: z
    .object({ about: z.string().max(200), turns: z.int().min(0).nullable(), doubted: z.boolean() })
    .nullable(),
})
export type ReadBackState = z.infer<typeof stateSchema>

const nothing: ReadBackState = { heard: [], asked: null }
/** Longer than any call. */
const memorySeconds = 4 * 3600
const heardMax = 20

/** Remembers per call. Never throws: the cache does not. */
export class ReadBackMemory {
  readonly #cache: Pick<Cache, 'get' | 'set'>

  constructor({ cache }: { cache: Pick<Cache, 'get' | 'set'> }) {
    this.#cache = cache
  }

  /** What the call has heard so far; nothing without a call. */
  async load(call: Call): Promise<ReadBackState> {
    const lookup = lookupOf(call)
    return lookup === null ? nothing : ((await this.#cache.get(lookup)) ?? nothing)
  }

  /** Notes that these appointments were read out. */
  async noteHeard(call: Call, ids: readonly bigint[]): Promise<void> {
    const state = await this.load(call)
    const heard = [...new Set([...state.heard, ...ids.map(Number)])].slice(-heardMax)
    if (heard.length > state.heard.length) await this.#store(call, { ...state, heard })
  }

  /** Notes that the caller is asked for their yes to a change now. */
  async noteAsked(
    call: Call,
    id: bigint,
    { about, doubted }: { about: string; doubted: boolean },
  ): Promise<void> {
    const state = await this.load(call)
    const heard = [...new Set([...state.heard, Number(id)])].slice(-heardMax)
    await this.#store(call, { heard, asked: { about, turns: userTurns(call.transcript), doubted } })
  }

  async #store(call: Call, state: ReadBackState): Promise<void> {
    const key = lookupOf(call)?.key
    if (key !== undefined) await this.#cache.set(key, state, memorySeconds)
  }
}

function lookupOf({ callId, companyId }: Call): Lookup<ReadBackState> | null {
  if (callId === null) return null
  return { key: `company:${companyId}:call:${callId}:read-backs`, kind: 'read_backs', schema: stateSchema }
}
