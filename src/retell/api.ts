/**
 * Retell's API as the gateway asks it: who answers our numbers, with which tools, and what is kept of a call. Every method throws
 * `RetellError` and nothing else; none asks twice.
 */
import { Pool } from 'undici'
import type { z } from 'zod'
import type { Deadline } from '../lib/deadline.ts'
import { kindOf, RetellError } from './api-errors.ts'
import {
  agentAnswer,
  llmAnswer,
  phoneNumberPage,
  type RetellAgent,
  type RetellLlm,
  type RetellPhoneNumber,
} from './api-schemas.ts'

export interface RetellApiOptions {
  /** e.g. `https://api.retellai.com`. */
  baseUrl: string
  apiKey: string
}

interface Question {
  operation: string
  method: 'GET' | 'DELETE' | 'PATCH'
  path: string
  query?: Record<string, string | number | undefined>
  body?: Record<string, unknown>
}

const answerBytesMax = 10 * 1024 * 1024
const pageSize = 100
/** More numbers than one workspace has; a list that never ends must not hold us for ever. */
const pagesMax = 100

export class RetellApi {
  readonly #apiKey: string
  readonly #basePath: string
  readonly #pool: Pool

  constructor({ baseUrl, apiKey }: RetellApiOptions) {
    const base = new URL(baseUrl)
    this.#apiKey = apiKey
    this.#basePath = base.pathname.replace(/\/+$/, '')
    this.#pool = new Pool(base.origin, {
      connections: 4,
      connect: { timeout: 3_000 },
      maxResponseSize: answerBytesMax,
    })
  }

  /** Every number of the workspace. */
  async fetchPhoneNumbers(deadline: Deadline): Promise<RetellPhoneNumber[]> {
    const numbers: RetellPhoneNumber[] = []
    let after: string | undefined
    for (let page = 0; page < pagesMax; page += 1) {
      const answer = await this.#ask(
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
    return this.#ask(
      { operation: 'get-agent', method: 'GET', path, query: { version } },
      deadline,
      agentAnswer,
    )
  }

  /** @param version the latest unless told */
  fetchLlm(id: string, version: number | undefined, deadline: Deadline): Promise<RetellLlm> {
    const path = `/get-retell-llm/${encodeURIComponent(id)}`
    return this.#ask(
      { operation: 'get-retell-llm', method: 'GET', path, query: { version } },
      deadline,
      llmAnswer,
    )
  }

  /** Deletes a call with its transcript and recording; `unknown`: Retell has no call of that id (any more). */
  async deleteCall(callId: string, deadline: Deadline): Promise<'deleted' | 'unknown'> {
    const path = `/v2/delete-call/${encodeURIComponent(callId)}`
    try {
      await this.#send({ operation: 'delete-call', method: 'DELETE', path }, deadline)
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
    await this.#send({ operation: 'update-call', method: 'PATCH', path, body }, deadline)
  }

  /** Ends all sockets, after the requests under way. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  async #ask<T extends z.ZodType>(question: Question, deadline: Deadline, schema: T): Promise<z.output<T>> {
    const { status, text } = await this.#send(question, deadline)
    const parsed = schema.safeParse(parseJson(text))
    // A shape that we do not understand says nothing about the set-up.
    if (!parsed.success) throw new RetellError({ kind: 'unavailable', operation: question.operation, status })
    return parsed.data
  }

  async #send(
    { operation, method, path, query, body }: Question,
    deadline: Deadline,
  ): Promise<{ status: number; text: string }> {
    if (deadline.expired) throw new RetellError({ kind: 'timeout', operation })
    let status: number
    let text: string
    try {
      const answer = await this.#pool.request({
        method,
        path: `${this.#basePath}${path}${queryText(query)}`,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${this.#apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
        signal: deadline.signal,
      })
      status = answer.statusCode
      text = await answer.body.text()
    } catch (cause) {
      throw new RetellError({ kind: deadline.signal.aborted ? 'timeout' : 'unavailable', operation, cause })
    }
    if (status < 200 || status >= 300) throw new RetellError({ kind: kindOf(status), operation, status })
    return { status, text }
  }
}

function queryText(query: Question['query'] = {}): string {
  const set = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return set.length === 0 ? '' : `?${new URLSearchParams(set)}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
