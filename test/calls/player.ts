/**
 * Plays one call as Retell would with the agent that a number leads to: ringing → greeting → talking ⇄ acting → ended. Names of tools, their
 * parameters, required fields, choices and addresses, the first sentence, variables and events come from that agent alone; the script
 * says only what a person says and what they want. What the agent cannot do ends the call with the reason.
 */
import { randomBytes } from 'node:crypto'
import type { AgentObject, LlmObject } from '../../src/retell/agent-api.ts'
import type { TestGateway } from '../helpers/gateway.ts'
import type { CallFile } from './read.ts'

export interface Line {
  agent: AgentObject
  llm: LlmObject
  /** Where it asks before each call. */
  inboundWebhook: string | null
  dialled: string
  publicUrl: string
}

type Answer = Record<string, unknown>
export interface Played {
  /** Why it could not go on; null: played to its end. */
  stopped: string | null
  used: string[]
  /** What the agent said, in turn. */
  said: string[]
  answers: Array<{ name: string; answer: Answer }>
}

interface Parameters {
  properties?: Record<string, { type?: string; enum?: unknown[] }>
  required?: string[]
}
interface Tool {
  type: string
  name: string
  url?: string
  method?: string
  args_at_root?: boolean
  parameters?: Parameters
  speak_during_execution?: boolean
  execution_message_type?: string
  execution_message_description?: string
}
type Turn = { role: string; [field: string]: unknown }

/** Thrown when the agent cannot do what the call needs. */
class Stop extends Error {}

const secondsPerTurn = 3

export async function play(file: CallFile, line: Line, gateway: TestGateway): Promise<Played> {
  const call = new PlayedCall(file, line, gateway)
  try {
    await call.run()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    call.played.stopped = error.message
  }
  return call.played
}

class PlayedCall {
  readonly played: Played = { stopped: null, used: [], said: [], answers: [] }
  readonly #file: CallFile
  readonly #line: Line
  readonly #gateway: TestGateway
  readonly #tools: Map<string, Tool>
  readonly #id = `call_${randomBytes(13).toString('hex')}`
  readonly #startMs: number
  readonly #turns: Turn[] = []
  #variables: Record<string, string>
  #metadata: unknown

  constructor(file: CallFile, line: Line, gateway: TestGateway) {
    this.#file = file
    this.#line = line
    this.#gateway = gateway
    this.#startMs = gateway.clock.now().getTime()
    this.#tools = new Map(((line.llm.general_tools ?? []) as Tool[]).map((tool) => [tool.name, tool]))
    this.#variables = { ...((line.llm.default_dynamic_variables ?? {}) as Record<string, string>) }
  }

  async run(): Promise<void> {
    await this.#ring()
    await this.#event('call_started')
    const first = this.#line.llm.begin_message
    if (typeof first !== 'string' || first === '') throw new Stop('the agent has no first sentence')
    this.#say(first)
    let isOpen = false
    for (const step of this.#file.script) {
      if (step.when !== undefined && this.#succeeded() !== (step.when === 'success')) continue
      if (step.caller !== undefined && step.caller !== '') this.#hear(step.caller)
      // The prompt's first rule: once somebody has spoken, and before anything else.
      if (!isOpen && step.agent !== undefined && step.agent !== 'end_call') {
        isOpen = true
        if (step.agent !== 'initialize_call') await this.#act('initialize_call', {})
      }
      if (step.speaks !== undefined) this.#say(step.speaks)
      if (step.agent !== undefined) await this.#act(step.agent, step.with)
    }
    if (!this.played.used.includes('end_call')) await this.#act('end_call', {})
    await this.#event('call_ended')
    await this.#event('call_analyzed')
  }

  /** Retell asks the number's webhook before it connects. */
  async #ring(): Promise<void> {
    const { inboundWebhook, dialled, agent } = this.#line
    if (inboundWebhook === null) return
    const inbound = {
      event: 'call_inbound',
      call_inbound: {
        agent_id: agent.agent_id,
        from_number: this.#file.caller.number ?? 'anonymous',
        to_number: dialled,
      },
    }
    const answer = (await this.#post(inboundWebhook, inbound)) as {
      call_inbound?: { dynamic_variables?: Record<string, string>; metadata?: unknown }
    }
    this.#variables = { ...this.#variables, ...answer.call_inbound?.dynamic_variables }
    this.#metadata = answer.call_inbound?.metadata
  }

  async #act(name: string, wishes: Record<string, unknown>): Promise<void> {
    const tool = this.#tools.get(name)
    if (tool === undefined) throw new Stop(`the agent has no tool ${name}`)
    this.played.used.push(name)
    if (tool.speak_during_execution && tool.execution_message_type === 'static_text')
      this.#say(tool.execution_message_description ?? '')
    if (tool.type !== 'custom') return
    const args = this.#argumentsOf(tool, wishes)
    const id = `tool_call_${randomBytes(5).toString('hex')}`
    this.#turns.push({
      role: 'tool_call_invocation',
      tool_call_id: id,
      name,
      arguments: JSON.stringify(args),
    })
    if (tool.url === undefined) throw new Stop(`the tool ${name} has no address`)
    const body = tool.args_at_root ? args : { name, args, call: this.#callObject('ongoing') }
    const answer = (await this.#post(tool.url, body)) as Answer
    this.#turns.push({
      role: 'tool_call_result',
      tool_call_id: id,
      content: JSON.stringify(answer),
      successful: true,
    })
    this.played.answers.push({ name, answer })
    if (typeof answer.message !== 'string')
      throw new Stop(`${name} answered nothing to say: ${JSON.stringify(answer)}`)
    // The greeting was said already; the prompt has it not said twice.
    if (name !== 'initialize_call') this.#say(answer.message)
  }

  /** The arguments that a model could have given: those of the tool's own schema, all that it requires, choices among its choices. */
  #argumentsOf({ name, parameters = {} }: Tool, wishes: Record<string, unknown>): Record<string, unknown> {
    const { properties = {}, required = [] } = parameters
    const args: Record<string, unknown> = {}
    for (const [field, wish] of Object.entries(wishes)) {
      const schema = properties[field]
      if (schema === undefined) throw new Stop(`the tool ${name} has no field ${field}`)
      const value = typeof wish === 'string' ? this.#resolved(wish) : wish
      if (schema.enum !== undefined && !schema.enum.includes(value))
        throw new Stop(`${value} is no choice of ${name}.${field}`)
      if (schema.type === 'string' && typeof value !== 'string')
        throw new Stop(`${name}.${field} takes a text`)
      if (schema.type === 'boolean' && typeof value !== 'boolean')
        throw new Stop(`${name}.${field} takes yes or no`)
      args[field] = value
    }
    for (const field of required) {
      const known = args[field] ?? this.#file.caller.knows[field]
      if (known === undefined)
        throw new Stop(`the tool ${name} requires ${field}, and the caller does not know it`)
      args[field] = known
    }
    return args
  }

  /** `{{function.path}}` from the last answer of that function. */
  #resolved(text: string): string {
    return text.replaceAll(/\{\{([\w.]+)\}\}/g, (whole, path: string) => {
      const [name, ...parts] = path.split('.')
      const found = this.played.answers.findLast((one) => one.name === name)?.answer
      const value = parts.reduce<unknown>((below, part) => (below as Answer | undefined)?.[part], found)
      if (value === undefined || value === null) throw new Stop(`${whole} was never answered`)
      return String(value)
    })
  }

  #succeeded(): boolean | undefined {
    return this.played.answers.at(-1)?.answer.success === true
  }

  #say(text: string): void {
    const words = text.replaceAll(
      /\{\{\s*(\w+)\s*\}\}/g,
      (whole, name: string) => this.#variables[name] ?? whole,
    )
    this.played.said.push(words)
    this.#turns.push({ role: 'agent', content: words, words: [] })
    this.#gateway.clock.advance(secondsPerTurn * 1_000)
  }

  #hear(text: string): void {
    this.#turns.push({ role: 'user', content: text, words: [] })
    this.#gateway.clock.advance(secondsPerTurn * 1_000)
  }

  async #event(event: 'call_started' | 'call_ended' | 'call_analyzed'): Promise<void> {
    const { webhook_url: url, webhook_events: events } = this.#line.agent as {
      webhook_url?: string
      webhook_events?: string[]
    }
    if (typeof url !== 'string' || events?.includes(event) === false) return
    const call = this.#callObject(event === 'call_started' ? 'ongoing' : 'ended')
    const analysis = event === 'call_analyzed' && {
      call_analysis: { call_summary: '', call_successful: true },
    }
    await this.#post(url, { event, call: { ...call, ...analysis } })
  }

  #callObject(status: 'ongoing' | 'ended'): Record<string, unknown> {
    const { agent, dialled } = this.#line
    const spoken = this.#turns.filter(({ role }) => role === 'agent' || role === 'user')
    const nowMs = this.#gateway.clock.now().getTime()
    return {
      call_type: 'phone_call',
      call_id: this.#id,
      agent_id: agent.agent_id,
      agent_version: agent.version,
      agent_name: agent.agent_name,
      call_status: status,
      direction: 'inbound',
      from_number: this.#file.caller.number ?? 'anonymous',
      to_number: dialled,
      metadata: this.#metadata,
      retell_llm_dynamic_variables: this.#variables,
      data_storage_setting: agent.data_storage_setting,
      opt_in_signed_url: agent.opt_in_signed_url,
      start_timestamp: this.#startMs,
      transcript: spoken
        .map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}\n`)
        .join(''),
      transcript_object: spoken,
      transcript_with_tool_calls: this.#turns,
      ...(status === 'ended' && {
        end_timestamp: nowMs,
        duration_ms: nowMs - this.#startMs,
        disconnection_reason: 'agent_hangup',
      }),
    }
  }

  /** Signed, to the very address; an address that is not ours is nobody's. */
  async #post(url: string, body: object): Promise<unknown> {
    const { publicUrl } = this.#line
    if (!url.startsWith(`${publicUrl}/`)) throw new Stop(`nobody answers at ${url}`)
    const response = await this.#gateway.send(url.slice(publicUrl.length), body)
    if (response.statusCode < 200 || response.statusCode > 299)
      throw new Stop(`${url} answered HTTP ${response.statusCode}`)
    return response.statusCode === 204 ? {} : response.json()
  }
}
