/**
 * Sends one request to Cal.com and reads its answer, guarded by the connection's breaker and budget. Knows HTTP, not
 * bookings. Every failure leaves as a `CalcomError`, which says whether Cal.com may have acted all the same.
 */
import type { Logger } from 'pino'
import { type Dispatcher, Pool } from 'undici'
import { BreakerOpenError, type CircuitBreaker } from '../lib/circuit-breaker.ts'
import type { Deadline } from '../lib/deadline.ts'
import type { RequestBudget, RequestPriority } from '../lib/request-budget.ts'
import { type Drift, driftOfAnswer, driftOfRefusal } from './drift.ts'
import { CalcomError, type CalcomErrorKind, readErrorAnswer } from './errors.ts'
import { type CalcomOperation, type CalcomProfile, calcomRoutes } from './routes.ts'

export interface CallOptions {
  /** How long the caller can wait, all waits included. */
  deadline: Deadline
  priority: RequestPriority
  /** How many further requests the same work needs after this one; see `RequestBudget.take`. */
  follow?: number
  /** How long Cal.com may take once the request was sent, if less than the deadline leaves. */
  answerMs?: number
}

export interface RequestOutcome {
  connectionId: string
  operation: CalcomOperation
  outcome: 'ok' | CalcomErrorKind
  /** From sending to the whole answer; 0 for requests that never left. */
  durationMs: number
}

export interface CalcomRequest {
  operation: CalcomOperation
  /** Fills `{id}` of the route. */
  id?: string | number
  /** Fills `{host}`: a Cal.com user. */
  host?: number
  query?: Record<string, string | number | undefined>
  body?: Record<string, unknown>
}

export interface TransportOptions {
  connectionId: string
  baseUrl: string
  apiKey: string
  profile: CalcomProfile
  bookingsVersion: string
  breaker: CircuitBreaker
  budget: Pick<RequestBudget, 'take' | 'pause'>
  log: Pick<Logger, 'warn' | 'error'>
  onRequest?: (outcome: RequestOutcome) => void
  /** What an answer has said otherwise than we know it. */
  onDrift?: (drifts: Drift[]) => void
}

const answerBytesMax = 10 * 1024 * 1024
const socketsMax = 20
const pauseSecondsDefault = 60
const latenciesKept = 100
const readLeastMs = 500
const writeLeastMs = 1_000

/** Failures before the first byte could leave: nothing can have happened at Cal.com. */
const neverSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'EPROTO',
])

const connectionLostCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
])

export class CalcomTransport {
  readonly #options: TransportOptions
  readonly #pool: Pool
  readonly #basePath: string
  readonly #latenciesMs: number[] = []
  /** Told once, until an answer shows that the key is good again. */
  #isKeyRefused = false

  constructor(options: TransportOptions) {
    this.#options = options
    const base = new URL(options.baseUrl)
    const path = base.pathname.replace(/\/+$/, '')
    this.#basePath = /\/v\d+$/.test(path) ? path : `${path}/v2`
    this.#pool = new Pool(base.origin, {
      connections: socketsMax,
      keepAliveTimeout: 30_000,
      connect: { timeout: 3_000 },
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
      maxResponseSize: answerBytesMax,
    })
  }

  /** Average milliseconds of the last 100 answered requests; undefined before the first. */
  get latencyMs(): number | undefined {
    const { length } = this.#latenciesMs
    return length ? this.#latenciesMs.reduce((sum, ms) => sum + ms, 0) / length : undefined
  }

  /**
   * In: what to ask, the time left. Out: what `read` makes of the parsed body (undefined for an empty one). `read` answers undefined for
   * a shape it does not understand. Throws `CalcomError`.
   */
  async send<T>(
    request: CalcomRequest,
    options: CallOptions,
    read: (body: unknown) => T | undefined,
  ): Promise<T> {
    const { operation } = request
    const { connectionId, breaker } = this.#options
    let durationMs = 0
    try {
      const result = await breaker.run(async () => {
        let lost: unknown
        for (;;) {
          await this.#takePermit(operation, options).catch((refused) => {
            throw lost ?? refused
          })
          const startedMs = performance.now()
          try {
            return await this.#exchange(request, exchangeDeadline(options), read)
          } catch (error) {
            if (lost || !this.#maySendAgain(operation, error)) throw error
            lost = error
          } finally {
            durationMs = performance.now() - startedMs
          }
        }
      })
      this.#remember(durationMs)
      this.#isKeyRefused = false
      this.#report({ connectionId, operation, outcome: 'ok', durationMs })
      return result
    } catch (error) {
      const failure = error instanceof BreakerOpenError ? breakerOpen(operation, error) : error
      if (failure instanceof CalcomError) {
        if (failure.status) this.#remember(durationMs)
        if (failure.kind === 'unauthorized') this.#tellKeyRefused(failure)
        this.#report({ connectionId, operation, outcome: failure.kind, durationMs })
      }
      throw failure
    }
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #takePermit(operation: CalcomOperation, { deadline, priority, follow }: CallOptions): Promise<void> {
    const { budget, breaker } = this.#options
    const permit = await budget.take(priority, deadline, {
      follow,
      // A request that has waited must still have the time to be answered.
      keepMs: calcomRoutes[this.#options.profile][operation].reads ? readLeastMs : writeLeastMs,
    })
    if (!permit.granted) {
      throw new CalcomError({
        kind: 'rate_limited',
        reason: permit.why === 'paused' ? 'paused' : 'budget_spent',
        operation,
        retryAfterSeconds: Math.ceil(permit.retryAfterMs / 1000),
      })
    }
    // Too late to ask is no statement about Cal.com: not an outage for the breaker (see `connection.ts`).
    if (deadline.expired) throw new CalcomError({ kind: 'timeout', reason: 'deadline_spent', operation })
    // What was found out while this request stood in the queue holds for it too.
    if (permit.waitedMs > 0 && breaker.state === 'open') throw new BreakerOpenError(breaker.retryAfterMs)
  }

  async #exchange<T>(
    request: CalcomRequest,
    deadline: Deadline,
    read: (body: unknown) => T | undefined,
  ): Promise<T> {
    const { operation } = request
    let answer: Dispatcher.ResponseData
    let text: string
    try {
      answer = await this.#pool.request(this.#wireRequest(request, deadline))
      text = await answer.body.text()
    } catch (error) {
      throw this.#connectionFailure(operation, error, deadline)
    }
    const status = answer.statusCode
    await this.#heedLimits(status, answer.headers)
    const body = parseJson(text)
    if (status < 200 || status >= 300) {
      const retryAfter = status === 429 ? pauseSeconds(answer.headers) : undefined
      const refusal = readErrorAnswer(operation, status, body, retryAfter)
      if (refusal.reason === 'unclassified') this.#tellDrift(() => [driftOfRefusal(operation, status)])
      throw refusal
    }
    // Text that is no JSON must not pass for the empty answer that a deletion gives.
    const garbled = body === undefined && text !== ''
    const result = garbled ? undefined : read(body)
    if (this.#options.profile === 'published')
      this.#tellDrift(() =>
        garbled ? [{ source: operation, field: 'answer', found: 'text' }] : driftOfAnswer(operation, body),
      )
    if (result === undefined) {
      const shape = garbled ? `no JSON, ${text.length} characters` : describeShape(body)
      this.#options.log.warn(
        { component: 'calcom', connection: this.#options.connectionId, operation, status, shape },
        'answer of an unexpected shape',
      )
      throw new CalcomError({
        kind: 'unavailable',
        reason: 'unexpected_shape',
        operation,
        status,
        mayHaveActed: true,
      })
    }
    return result
  }

  #wireRequest(
    { operation, id, host, query, body }: CalcomRequest,
    deadline: Deadline,
  ): Dispatcher.RequestOptions {
    const { profile, apiKey, bookingsVersion } = this.#options
    const route = calcomRoutes[profile][operation]
    const headers: Record<string, string> = {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      'cal-api-version': route.version === 'bookings' ? bookingsVersion : route.version,
    }
    if (body) headers['content-type'] = 'application/json'
    return {
      method: route.method,
      path: `${this.#basePath}${route.path.replace('{id}', encodeURIComponent(String(id ?? ''))).replace('{host}', String(host ?? ''))}${queryText(query)}`,
      headers,
      body: body ? JSON.stringify(body) : null,
      signal: deadline.signal,
    }
  }

  #connectionFailure(operation: CalcomOperation, error: unknown, deadline: Deadline): CalcomError {
    if (deadline.signal.aborted) {
      return new CalcomError({ kind: 'timeout', reason: 'no_answer_in_time', operation, mayHaveActed: true })
    }
    const code = (error as { code?: string } | undefined)?.code ?? 'unknown'
    return new CalcomError({
      kind: code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' ? 'timeout' : 'unavailable',
      reason: code.toLowerCase(),
      operation,
      mayHaveActed: !neverSentCodes.has(code),
      cause: error,
    })
  }

  #maySendAgain(operation: CalcomOperation, error: unknown): boolean {
    if (!calcomRoutes[this.#options.profile][operation].reads || !(error instanceof CalcomError)) return false
    return error.status === undefined && connectionLostCodes.has(error.reason.toUpperCase())
  }

  /** Pauses the key on a 429, and already when the vendor says that nothing is left of any limit. */
  async #heedLimits(status: number, headers: Dispatcher.ResponseData['headers']): Promise<void> {
    const remaining = headerNumbers(headers, 'x-ratelimit-remaining')
    const spent = remaining.length > 0 && remaining.every((left) => left <= 0)
    if (status === 429 || spent) await this.#options.budget.pause(pauseSeconds(headers))
  }

  /** Looking for what has changed must not cost an answer. */
  #tellDrift(look: () => Drift[]): void {
    const { onDrift, log } = this.#options
    if (!onDrift) return
    try {
      const drifts = look()
      if (drifts.length > 0) onDrift(drifts)
    } catch (error) {
      log.warn({ component: 'calcom', reason: (error as Error).name }, 'drift hook failed')
    }
  }

  /** A second try ends the same way: somebody has to put the key or its rights right. */
  #tellKeyRefused({ operation, reason, status }: CalcomError): void {
    if (this.#isKeyRefused) return
    this.#isKeyRefused = true
    const { connectionId, log } = this.#options
    log.error(
      {
        component: 'calcom',
        alarm: 'calcom_key_refused',
        connection: connectionId,
        operation,
        reason,
        status,
      },
      'Cal.com refuses the key of a connection, or what it may do',
    )
  }

  /** Metrics must not turn a booking that was made into a failure. */
  #report(outcome: RequestOutcome): void {
    try {
      this.#options.onRequest?.(outcome)
    } catch (error) {
      this.#options.log.warn({ component: 'calcom', reason: (error as Error).name }, 'request hook failed')
    }
  }

  #remember(durationMs: number): void {
    this.#latenciesMs.push(durationMs)
    if (this.#latenciesMs.length > latenciesKept) this.#latenciesMs.shift()
  }
}

function exchangeDeadline({ deadline, answerMs }: CallOptions): Deadline {
  return answerMs === undefined ? deadline : deadline.child(answerMs)
}

function breakerOpen(operation: CalcomOperation, { retryAfterMs }: BreakerOpenError): CalcomError {
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1000)
  return new CalcomError({ kind: 'unavailable', reason: 'breaker_open', operation, retryAfterSeconds })
}

/** Cal.com's own header counts seconds left (calcom.md §4); the suffix of its name is the limit's name. */
function pauseSeconds(headers: Dispatcher.ResponseData['headers']): number {
  const resets = headerNumbers(headers, 'x-ratelimit-reset').filter((seconds) => seconds > 0)
  const candidates = resets.length
    ? resets
    : headerNumbers(headers, 'retry-after').filter((seconds) => seconds > 0)
  // More than an hour is no number of seconds but somebody's idea of a timestamp.
  const plausible = candidates.filter((seconds) => seconds <= 3_600)
  return plausible.length ? Math.max(...plausible) : pauseSecondsDefault
}

function headerNumbers(headers: Dispatcher.ResponseData['headers'], prefix: string): number[] {
  return Object.entries(headers)
    .filter(
      ([name, value]) =>
        name.toLowerCase().startsWith(prefix) && typeof value === 'string' && value.trim() !== '',
    )
    .map(([, value]) => Number(value))
    .filter((value) => Number.isFinite(value))
}

function queryText(query: CalcomRequest['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size ? `?${parameters}` : ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keys and types of a value, never its data: three levels, five keys each. */
export function describeShape(value: unknown, depth = 0): string {
  if (Array.isArray(value))
    return `[${value.length ? describeShape(value[0], depth + 1) : ''}]×${value.length}`
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (depth === 3) return '{…}'
  const entries = Object.entries(value)
  const shown = entries
    .slice(0, 8)
    .map(([key, part]) => `${/^[\w-]{1,40}$/.test(key) ? key : '?'}: ${describeShape(part, depth + 1)}`)
  return `{${shown.join(', ')}${entries.length > 8 ? ', …' : ''}}`
}
