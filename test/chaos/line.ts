/** The telephone line between a caller's agent and the gateway: signed function calls over HTTP, repeated as Retell repeats them. */
import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Chance } from './random.ts'
import { apiKey, type World } from './world.ts'

const requestTriesMax = 25
const requestTimeoutMs = 12_000

export type Answer = Record<string, unknown>

export interface Call {
  callId: string
  from: string | null
  to: string
  startedAt: number
}

export class Line {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #chance: Chance

  constructor(world: World, ledger: Ledger, chance: Chance) {
    this.#world = world
    this.#ledger = ledger
    this.#chance = chance
  }

  /** A new call; the ledger learns who rings. */
  ring(from: string | null, to: string): Call {
    let callId = 'call_'
    for (let letter = 0; letter < 26; letter += 1) callId += this.#chance.between(0, 15).toString(16)
    this.#ledger.callers.set(callId, from)
    return { callId, from, to, startedAt: this.#world.now().getTime() }
  }

  /**
   * Calls a function and, as Retell may, calls it again with the same words while no answer arrives. Null: none ever did, or the
   * gateway said it is broken.
   */
  async ask(name: string, call: Call, args: Answer): Promise<Answer | null> {
    const body = bodyOf(name, call, args)
    // Some answers are lost on their way to the agent: the gateway goes on, the agent asks again.
    const impatientMs = this.#chance.happens(0.06) ? this.#chance.between(20, 900) : null
    for (let tried = 0; tried < requestTriesMax; tried += 1) {
      const answer = await this.#post(body, tried === 0 ? impatientMs : null)
      if (answer === 'refused') break
      if (answer !== null) return answer
      await wait(this.#chance.between(150, 700))
    }
    this.#ledger.unanswered += 1
    return null
  }

  /** Asks once and loses the line after `ms`. Out: what was heard before, mostly nothing. */
  async askAndDrop(name: string, call: Call, args: Answer, ms: number): Promise<Answer | null> {
    this.#ledger.dropped += 1
    const answer = await this.#post(bodyOf(name, call, args), ms)
    return answer === 'refused' ? null : answer
  }

  async #post(body: Answer, impatientMs: number | null): Promise<Answer | 'refused' | null> {
    const payload = JSON.stringify(body)
    const timestamp = String(this.#world.now().getTime())
    const digest = createHmac('sha256', apiKey).update(payload).update(timestamp).digest('hex')
    this.#ledger.requests += 1
    try {
      const response = await fetch(`${this.#world.url}/api/webhooks/retell/function`, {
        method: 'POST',
        body: payload,
        headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${timestamp},d=${digest}` },
        signal: AbortSignal.timeout(impatientMs ?? requestTimeoutMs),
      })
      const answer = (await response.json()) as Answer
      if (response.status === 200) return answer
      return response.status >= 500 ? null : 'refused'
    } catch {
      return null
    }
  }
}

function bodyOf(name: string, { callId, from, to, startedAt }: Call, args: Answer): Answer {
  return {
    name,
    args,
    call: {
      call_id: callId,
      call_type: 'phone_call',
      agent_id: 'agent_demo_salon',
      ...(from !== null && { from_number: from }),
      to_number: to,
      direction: 'inbound',
      call_status: 'ongoing',
      start_timestamp: startedAt,
    },
  }
}
