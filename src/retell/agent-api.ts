/**
 * Retell's API as far as agents are made and changed: agents with their versions, LLMs, and whom numbers lead to. Bodies and answers are
 * Retell's own objects, field by field; every method throws `RetellError` and nothing else, and asks once.
 */
import { z } from 'zod'
import type { Deadline } from '../lib/deadline.ts'
import { type RetellApiOptions, RetellTransport } from './transport.ts'

const versioned = { version: z.number(), is_published: z.boolean().nullish() }
const agent = z.looseObject({
  ...versioned,
  agent_id: z.string(),
  response_engine: z.looseObject({
    type: z.string(),
    llm_id: z.string().nullish(),
    version: z.number().nullish(),
  }),
})
const llm = z.looseObject({ ...versioned, llm_id: z.string() })
const number = z.looseObject({
  phone_number: z.string(),
  inbound_agents: z
    .array(
      z.looseObject({ agent_id: z.string(), agent_version: z.union([z.string(), z.number()]).nullish() }),
    )
    .nullish(),
  inbound_webhook_url: z.string().nullish(),
})
/** All fields that Retell has of it; those that are named here are there for certain. */
export type AgentObject = z.output<typeof agent>
export type LlmObject = z.output<typeof llm>
export type NumberObject = z.output<typeof number>
type Fields = Readonly<Record<string, unknown>>

export class RetellAgentApi {
  readonly #transport: RetellTransport

  constructor(options: RetellApiOptions) {
    this.#transport = new RetellTransport(options)
  }

  /** @param version the latest unless told */
  fetchAgent(id: string, version: number | undefined, deadline: Deadline): Promise<AgentObject> {
    const path = `/get-agent/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'get-agent', method: 'GET', path, query: { version } },
      deadline,
      agent,
    )
  }

  createAgent(body: Fields, deadline: Deadline): Promise<AgentObject> {
    return this.#transport.ask(
      { operation: 'create-agent', method: 'POST', path: '/create-agent', body },
      deadline,
      agent,
    )
  }

  /** Changes the fields of a draft that are named, and no others. */
  updateAgent(id: string, version: number, body: Fields, deadline: Deadline): Promise<AgentObject> {
    const path = `/update-agent/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'update-agent', method: 'PATCH', path, query: { version }, body },
      deadline,
      agent,
    )
  }

  /** A draft from a version; it has a draft of that version's LLM. */
  createVersion(id: string, base: number, deadline: Deadline): Promise<AgentObject> {
    const path = `/create-agent-version/${encodeURIComponent(id)}`
    const body = { base_version: base }
    return this.#transport.ask(
      { operation: 'create-agent-version', method: 'POST', path, body },
      deadline,
      agent,
    )
  }

  /** From then on a version never changes. */
  async publish(id: string, version: number, deadline: Deadline): Promise<void> {
    const path = `/publish-agent-version/${encodeURIComponent(id)}`
    await this.#transport.send(
      { operation: 'publish-agent-version', method: 'POST', path, body: { version } },
      deadline,
    )
  }

  async deleteAgent(id: string, deadline: Deadline): Promise<void> {
    const path = `/delete-agent/${encodeURIComponent(id)}`
    await this.#transport.send({ operation: 'delete-agent', method: 'DELETE', path }, deadline)
  }

  fetchLlm(id: string, version: number | undefined, deadline: Deadline): Promise<LlmObject> {
    const path = `/get-retell-llm/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'get-retell-llm', method: 'GET', path, query: { version } },
      deadline,
      llm,
    )
  }

  createLlm(body: Fields, deadline: Deadline): Promise<LlmObject> {
    return this.#transport.ask(
      { operation: 'create-retell-llm', method: 'POST', path: '/create-retell-llm', body },
      deadline,
      llm,
    )
  }

  updateLlm(id: string, version: number, body: Fields, deadline: Deadline): Promise<LlmObject> {
    const path = `/update-retell-llm/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'update-retell-llm', method: 'PATCH', path, query: { version }, body },
      deadline,
      llm,
    )
  }

  async deleteLlm(id: string, deadline: Deadline): Promise<void> {
    const path = `/delete-retell-llm/${encodeURIComponent(id)}`
    await this.#transport.send({ operation: 'delete-retell-llm', method: 'DELETE', path }, deadline)
  }

  fetchNumber(e164: string, deadline: Deadline): Promise<NumberObject> {
    const path = `/get-phone-number/${encodeURIComponent(e164)}`
    return this.#transport.ask({ operation: 'get-phone-number', method: 'GET', path }, deadline, number)
  }

  updateNumber(e164: string, body: Fields, deadline: Deadline): Promise<NumberObject> {
    const path = `/update-phone-number/${encodeURIComponent(e164)}`
    return this.#transport.ask(
      { operation: 'update-phone-number', method: 'PATCH', path, body },
      deadline,
      number,
    )
  }

  /** Ends all sockets, after the requests under way. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}
