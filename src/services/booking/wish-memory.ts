/**
 * What a call has been asked about its wishes to book, and whether its last wish failed. It decides when a repeated request is
 * the caller's answer and not the agent's retry: the caller has spoken since (the transcript has a new turn of theirs), or,
 * where no transcript comes along, it has arrived at least two seconds later. When it is looked at says nothing: a retry may
 * have waited at Cal.com's door since before the question was put.
 * Limit: kept in the cache; if it is lost, a question is asked once more. It never lets anything be booked unasked.
 */
import { z } from 'zod'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { instantMsSchema } from '../../lib/instants.ts'
import { userTurns, userWords } from '../../retell/transcript.ts'
import type { CallContext } from '../call-context.ts'

type Call = Pick<CallContext, 'callId' | 'transcript'>
type Deps = { cache: Pick<Cache, 'get' | 'set'>; clock: Clock }

const memorySchema = z.object({
  /** What came to nothing last: 'start', or the id of the attempt that was refused; null when the last wish went well. */
  failed: z.string().max(400).nullable(),
  /** Oldest first. `turns`: how often the caller had spoken when it was asked; null without a transcript. */
  questions: z
    .array(z.object({ about: z.string().max(200), atMs: instantMsSchema, turns: z.int().min(0).nullable() }))
    .max(50),
  /** The draft that was read back last: how often the caller had spoken by then, and whether a doubt of ours was in it. */
  readBack: z
    .object({ id: z.string().max(400), turns: z.int().min(0), doubted: z.boolean() })
    .nullable()
    .default(null),
})
type Memory = z.infer<typeof memorySchema>

const nothing: Memory = { failed: null, questions: [], readBack: null }
/** Longer than any call. */
const memorySeconds = 4 * 3600
const questionsMax = 20
/** A repeat that comes sooner, and without a transcript, is a retry: nobody has heard the question yet. */
const heardAfterMs = 2_000

/** Remembers per call. Never throws: the cache does not. */
export class WishMemory {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Whether the caller was asked exactly this before, and has answered since.
   * @param about a key without personal data
   * @param arrivedAt when the request that may be the answer came in
   */
  async isAnswered(call: Call, about: string, arrivedAt: Date): Promise<boolean> {
    const asked = (await this.#load(call.callId)).questions.find((question) => question.about === about)
    if (!asked) return false
    const turns = userTurns(call.transcript)
    if (turns !== null && asked.turns !== null) return turns > asked.turns
    return arrivedAt.getTime() - asked.atMs >= heardAfterMs
  }

  /** Notes that the caller is asked this now. A question that was put before keeps its time: a retry asks nothing new. */
  async ask(call: Call, about: string): Promise<void> {
    const { callId } = call
    if (callId === null) return
    const memory = await this.#load(callId)
    if (memory.questions.some((question) => question.about === about)) return
    const question = { about, atMs: this.#deps.clock.now().getTime(), turns: userTurns(call.transcript) }
    const questions = [...memory.questions, question].slice(-questionsMax)
    await this.#store(callId, { ...memory, questions })
  }

  /**
   * What came to nothing last in the call: a `start`, or the attempt of that id. What is older is not what the caller says yes
   * to. Null when the latest wish went well.
   */
  async loadFailed(callId: string | null): Promise<string | null> {
    return (await this.#load(callId)).failed
  }

  /** Notes how the latest wish went, in the form of `loadFailed`. */
  async note(callId: string | null, failed: string | null): Promise<void> {
    if (callId === null) return
    const memory = await this.#load(callId)
    if (memory.failed !== failed) await this.#store(callId, { ...memory, failed })
  }

  /** Notes that a draft is read back now. `doubted`: because the caller's words were no yes. Without a transcript nothing is noted. */
  async noteReadBack(call: Call, id: string, doubted = false): Promise<void> {
    const turns = userTurns(call.transcript)
    if (call.callId === null || turns === null) return
    const memory = await this.#load(call.callId)
    await this.#store(call.callId, { ...memory, readBack: { id, turns, doubted } })
  }

  /**
   * What the caller has said since the draft was read back: `words`, or null when they said nothing or nobody can tell; `silent` when
   * our doubt has not been answered yet.
   */
  async loadReply(call: Call, id: string): Promise<{ words: string | null; silent: boolean }> {
    if (call.callId === null || userTurns(call.transcript) === null) return { words: null, silent: false }
    const { readBack } = await this.#load(call.callId)
    if (readBack?.id !== id) return { words: userWords(call.transcript), silent: false }
    const words = userWords(call.transcript, readBack.turns)
    return { words, silent: words === null && readBack.doubted }
  }

  async #load(callId: string | null): Promise<Memory> {
    if (callId === null) return nothing
    return (await this.#deps.cache.get(memoryLookup(callId))) ?? nothing
  }

  async #store(callId: string, memory: Memory): Promise<void> {
    await this.#deps.cache.set(memoryLookup(callId).key, memory, memorySeconds)
  }
}

function memoryLookup(callId: string): Lookup<Memory> {
  return { key: `call:${callId}:wishes`, kind: 'wishes', schema: memorySchema }
}
