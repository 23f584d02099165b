/** A phone call as Retell makes it: signed function calls with the whole call object, events, retries, dropped lines. */
import { createHmac } from 'node:crypto'

export type Reply = {
  /** `none`: no answer (the gateway was killed, or the line was dropped by us). */
  status: number | 'none'
  body: Record<string, unknown>
}
export type Step = { at: number; name: string; args: Record<string, unknown>; reply: Reply; ms: number }

export type CallOptions = {
  gatewayUrl: string
  key: string
  id: string
  from: string
  to: string
  agentId: string
}

/** The gateway answers within its own deadlines; Retell itself would wait two minutes. */
const patienceMs = 30_000

export class PhoneCall {
  readonly id: string
  readonly from: string
  readonly steps: Step[] = []
  readonly #options: CallOptions
  /** The caller's turns; the agent asks before each. */
  readonly #said: string[] = []

  constructor(options: CallOptions) {
    this.#options = options
    this.id = options.id
    this.from = options.from
  }

  /** One function call; `dropAfterMs` gives up waiting and never learns the answer. */
  async ask(name: string, args: Record<string, unknown>, dropAfterMs?: number): Promise<Reply> {
    this.#said.push(wordsFor(name, args))
    return this.repeat(name, args, dropAfterMs)
  }

  /** The same request once more, as a retry of Retell's: the caller has said nothing since. */
  async repeat(name: string, args: Record<string, unknown>, dropAfterMs?: number): Promise<Reply> {
    const at = Date.now()
    const body = { name, args, call: this.#call('ongoing') }
    const reply = await this.#post('/api/webhooks/retell/function', body, dropAfterMs)
    this.steps.push({ at, name, args, reply, ms: Date.now() - at })
    return reply
  }

  /** An event; nobody waits for what it answers. */
  async event(event: 'call_started' | 'call_ended'): Promise<void> {
    const call = this.#call(event === 'call_started' ? 'ongoing' : 'ended')
    await this.#post('/api/webhooks/retell', { event, call })
  }

  async #post(path: string, body: unknown, dropAfterMs?: number): Promise<Reply> {
    const text = JSON.stringify(body)
    const now = Date.now()
    const digest = createHmac('sha256', this.#options.key).update(`${text}${now}`).digest('hex')
    try {
      const response = await fetch(`${this.#options.gatewayUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${now},d=${digest}` },
        body: text,
        signal: AbortSignal.timeout(dropAfterMs ?? patienceMs),
      })
      const answer = await response.text()
      return { status: response.status, body: answer === '' ? {} : JSON.parse(answer) }
    } catch {
      return { status: 'none', body: {} }
    }
  }

  #call(call_status: string): Record<string, unknown> {
    const { id, from, to, agentId } = this.#options
    const turns = this.#said.flatMap((content) => [
      { role: 'agent', content: 'Was kann ich für Sie tun? Passt es so?' },
      { role: 'user', content },
    ])
    return {
      ...{ call_id: id, call_type: 'phone_call', agent_id: agentId, agent_version: 1, call_status },
      ...{ from_number: from, to_number: to, direction: 'inbound', start_timestamp: Date.now() - 20_000 },
      ...(call_status === 'ended' ? { end_timestamp: Date.now(), disconnection_reason: 'user_hangup' } : {}),
      transcript: turns
        .map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}`)
        .join('\n'),
      transcript_object: turns,
      transcript_with_tool_calls: turns,
    }
  }
}

/** What a caller says before the agent calls that function: their yes or no to what was read back, else a wish. */
function wordsFor(name: string, { confirmed }: Record<string, unknown>): string {
  if (!/^(confirm|cancel|reschedule)_/.test(name)) return 'Ich hätte da einen Wunsch.'
  return confirmed === false ? 'Nein, doch nicht.' : 'Ja, bitte.'
}
