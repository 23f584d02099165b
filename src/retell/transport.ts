/** One request to Retell's API and its answer. Throws `RetellError` and nothing else; asks once. */
import { Pool } from 'undici'
import type { z } from 'zod'
import type { Deadline } from '../lib/deadline.ts'
import { kindOf, RetellError } from './api-errors.ts'

export interface RetellApiOptions {
  /** e.g. `https://api.retellai.com`. */
  baseUrl: string
  apiKey: string
}

export interface RetellQuestion {
  operation: string
  method: 'GET' | 'DELETE' | 'POST' | 'PATCH'
  path: string
  query?: Record<string, string | number | undefined>
  body?: object
}

const answerBytesMax = 10 * 1024 * 1024

export class RetellTransport {
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

  /** The answer as the schema reads it; a shape that we do not understand is `unavailable`: it says nothing about the set-up. */
  async ask<T extends z.ZodType>(
    question: RetellQuestion,
    deadline: Deadline,
    schema: T,
  ): Promise<z.output<T>> {
    const { status, text } = await this.send(question, deadline)
    const parsed = schema.safeParse(parseJson(text))
    if (!parsed.success) throw new RetellError({ kind: 'unavailable', operation: question.operation, status })
    return parsed.data
  }

  /** For what answers nothing that we read. */
  async send(
    { operation, method, path, query, body }: RetellQuestion,
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
        body: body === undefined ? null : JSON.stringify(body),
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

  /** Ends all sockets, after the requests under way. */
  close(): Promise<void> {
    return this.#pool.close()
  }
}

function queryText(query: RetellQuestion['query'] = {}): string {
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
