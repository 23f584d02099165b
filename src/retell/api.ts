/**
 * Retell's API as the gateway asks it: who answers our numbers, with which tools, and what is kept of a call. Every method throws
 * `RetellError` and nothing else; none asks twice.
 */
import type { Deadline } from '../lib/deadline.ts'
import { RetellError } from './api-errors.ts'
import {
  agentAnswer,
  llmAnswer,
  phoneNumberPage,
  type RetellAgent,
  type RetellLlm,
  type RetellPhoneNumber,
} from './api-schemas.ts'
import { type RetellApiOptions, RetellTransport } from './transport.ts'

const pageSize = 100
/** More numbers than one workspace has; a list that never ends must not hold us for ever. */
const pagesMax = 100

export class RetellApi {
  readonly #transport: RetellTransport

  constructor(options: RetellApiOptions) {
    this.#transport = new RetellTransport(options)
  }

  /** Every number of the workspace. */
  async fetchPhoneNumbers(deadline: Deadline): Promise<RetellPhoneNumber[]> {
    const numbers: RetellPhoneNumber[] = []
    let after: string | undefined
    for (let page = 0; page < pagesMax; page += 1) {
      const answer = await this.#transport.ask(
        {
          operation: 'list-phone-numbers',
          method: 'GET',
          path: '/v2/list-phone-numbers',
          query: { limit: pageSize, pagination_key: after },
        },
        deadline,
        phoneNumberPage,
      )
      numbers.push(...answer.items)
      if (!answer.has_more || answer.pagination_key === undefined) return numbers
      after = answer.pagination_key
    }
    throw new RetellError({ kind: 'unavailable', operation: 'list-phone-numbers' })
  }

  /** @param version a number, a tag, `latest` or `latest_published`; the latest unless told */
  fetchAgent(id: string, version: string | number | undefined, deadline: Deadline): Promise<RetellAgent> {
    const path = `/get-agent/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'get-agent', method: 'GET', path, query: { version } },
      deadline,
      agentAnswer,
    )
  }

  /** @param version the latest unless told */
  fetchLlm(id: string, version: number | undefined, deadline: Deadline): Promise<RetellLlm> {
    const path = `/get-retell-llm/${encodeURIComponent(id)}`
    return this.#transport.ask(
      { operation: 'get-retell-llm', method: 'GET', path, query: { version } },
      deadline,
      llmAnswer,
    )
  }

  /** Deletes a call with its transcript and recording; `unknown`: Retell has no call of that id (any more). */
  async deleteCall(callId: string, deadline: Deadline): Promise<'deleted' | 'unknown'> {
    const path = `/v2/delete-call/${encodeURIComponent(callId)}`
    try {
      await this.#transport.send({ operation: 'delete-call', method: 'DELETE', path }, deadline)
      return 'deleted'
    } catch (error) {
      if (error instanceof RetellError && error.kind === 'not_found') return 'unknown'
      throw error
    }
  }

  /**
   * From now on Retell stores a call's facts only, neither recording nor transcript; the setting can only become stricter.
   * @throws RetellError `not_found` when Retell has no such call (any more)
   */
  async restrictCall(callId: string, deadline: Deadline): Promise<void> {
    const path = `/v2/update-call/${encodeURIComponent(callId)}`
    const body = { data_storage_setting: 'basic_attributes_only' }
    await this.#transport.send({ operation: 'update-call', method: 'PATCH', path, body }, deadline)
  }

  /** Ends all sockets, after the requests under way. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}
