/**
 * A connection is one Cal.com account as the gateway uses it: key, address, webhook secrets. Several companies may share one. Each
 * has its own sockets, circuit breaker and request budget, so that one company's trouble stays its own.
 * Where connections are stored and how their keys are kept secret is the business of whoever passes `load`.
 */
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { BreakerBroadcast } from '../lib/breaker-broadcast.ts'
import {
  type BreakerChange,
  type BreakerState,
  type BreakerVerdict,
  CircuitBreaker,
} from '../lib/circuit-breaker.ts'
import type { Clock } from '../lib/clock.ts'
import type { SharedRedis } from '../lib/redis.ts'
import { RequestBudget } from '../lib/request-budget.ts'
import { CalcomClient } from './client.ts'
import type { Drift } from './drift.ts'
import { CalcomError, isOutage } from './errors.ts'
import type { CalcomProfile } from './routes.ts'
import { CalcomTransport, type RequestOutcome } from './transport.ts'

export interface CalcomConnection {
  /** The same in every process; part of URLs, Redis keys and metrics, so never a secret. */
  id: string
  apiKey: string
  /** With or without `/v2` at its end. */
  baseUrl: string
  /** Newest first; several while a secret is being changed. */
  webhookSecrets: readonly string[]
  profile: CalcomProfile
  /** `cal-api-version` of the booking routes. */
  bookingsVersion: string
}

export interface CalcomHealth {
  connectionId: string
  breaker: BreakerState
  /** How often this process found Cal.com down. */
  trips: number
  openUntil?: Date
  /** Average of the last 100 answered requests. */
  latencyMs?: number
  requestsLastMinute: number
}

export interface CalcomConnectionsOptions {
  /** Looks a connection up by its id; undefined when there is none. Asked again after a minute. */
  load: (connectionId: string) => Promise<CalcomConnection | undefined>
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  redis?: SharedRedis
  broadcast?: BreakerBroadcast
  /** Limits of each key; see `RequestBudget`. */
  budget?: { perMinuteMax?: number; perSecondMax?: number; processes?: number }
  onRequest?: (outcome: RequestOutcome) => void
  onDrift?: (connectionId: string, drifts: Drift[]) => void
  onBreakerChange?: (change: BreakerChange) => void
}

interface OpenConnection {
  connection: CalcomConnection
  client: CalcomClient
  transport: CalcomTransport
  breaker: CircuitBreaker
  budget: RequestBudget
  /** When the definition was last looked up. */
  loadedAtMs: number
}

const connectionsMax = 200
/** A changed key or secret is in use after this at the latest. */
const reloadAfterMs = 60_000

export class CalcomConnections {
  readonly #options: CalcomConnectionsOptions
  readonly #opening = new Map<string, Promise<OpenConnection | undefined>>()
  readonly #open = new LRUCache<string, OpenConnection>({
    max: connectionsMax,
    dispose: (evicted) => this.#retire(evicted),
  })

  constructor(options: CalcomConnectionsOptions) {
    this.#options = options
  }

  /** The client of a connection. Throws `CalcomError` (`unauthorized`, reason 'no_connection') when there is no such connection. */
  async get(connectionId: string): Promise<CalcomClient> {
    const open = await this.#opened(connectionId)
    if (!open) throw new CalcomError({ kind: 'unauthorized', reason: 'no_connection', operation: 'connect' })
    return open.client
  }

  /** The definition of a connection, for whoever verifies its webhooks. */
  async definition(connectionId: string): Promise<CalcomConnection | undefined> {
    return (await this.#opened(connectionId))?.connection
  }

  /** Drops what is remembered of a connection: its key or secret has changed. */
  forget(connectionId: string): void {
    this.#open.delete(connectionId)
  }

  /** A key or address may have changed: each connection is looked up again when it is used next, and opened anew only if it has. */
  recheck(): void {
    for (const open of this.#open.values()) open.loadedAtMs = Number.NEGATIVE_INFINITY
  }

  /** State of the connections in use, from memory. */
  get health(): CalcomHealth[] {
    return [...this.#open.values()].map(({ connection, breaker, transport, budget }) => ({
      connectionId: connection.id,
      breaker: breaker.state,
      trips: breaker.trips,
      openUntil: breaker.openUntil,
      latencyMs: transport.latencyMs,
      requestsLastMinute: budget.usedLastMinute,
    }))
  }

  /** Ends all sockets, after the requests under way. */
  async close(): Promise<void> {
    const transports = [...this.#open.values()].map(({ transport }) => transport)
    this.#open.clear()
    await Promise.all(transports.map((transport) => transport.close().catch(() => {})))
  }

  async #opened(connectionId: string): Promise<OpenConnection | undefined> {
    const known = this.#open.get(connectionId)
    if (known && this.#nowMs() - known.loadedAtMs < reloadAfterMs) return known
    const opening = this.#opening.get(connectionId)
    if (opening) return opening
    const promise = this.#reload(connectionId, known).finally(() => this.#opening.delete(connectionId))
    this.#opening.set(connectionId, promise)
    return promise
  }

  async #reload(
    connectionId: string,
    known: OpenConnection | undefined,
  ): Promise<OpenConnection | undefined> {
    const connection = await this.#options.load(connectionId).catch((error) => {
      // What was known a minute ago serves calls better than nothing.
      if (known) return known.connection
      throw error
    })
    if (!connection) {
      this.#open.delete(connectionId)
      return undefined
    }
    if (known && JSON.stringify(known.connection) === JSON.stringify(connection)) {
      known.loadedAtMs = this.#nowMs()
      return known
    }
    const open = this.#connect(connection)
    this.#open.set(connectionId, open)
    return open
  }

  #connect(connection: CalcomConnection): OpenConnection {
    const { clock, log, redis, broadcast, onRequest, onDrift, onBreakerChange } = this.#options
    const { id, apiKey, baseUrl, profile, bookingsVersion } = connection
    const breaker = new CircuitBreaker({
      key: `calcom:${id}`,
      clock,
      judge: judgeCalcomError,
      broadcast,
      onChange: (change) => {
        log[change.to === 'open' ? 'warn' : 'info'](
          { component: 'calcom', connection: id, from: change.from, to: change.to, source: change.source },
          'circuit breaker changed',
        )
        onBreakerChange?.(change)
      },
    })
    const budget = new RequestBudget({ key: `calcom:${id}`, clock, redis, ...this.#options.budget })
    const transport = new CalcomTransport({
      connectionId: id,
      baseUrl,
      apiKey,
      profile,
      bookingsVersion,
      breaker,
      budget,
      log,
      onRequest,
      onDrift: onDrift && ((drifts) => onDrift(id, drifts)),
    })
    const client = new CalcomClient({ transport, profile, log })
    return { connection, client, transport, breaker, budget, loadedAtMs: this.#nowMs() }
  }

  #retire({ breaker, transport }: OpenConnection): void {
    breaker.close()
    transport.close().catch(() => {})
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** What an error tells the breaker: outages count, refusals prove that Cal.com answers, the rest says nothing about it. */
function judgeCalcomError(error: unknown): BreakerVerdict {
  // Also a `BreakerOpenError` of a request that had stood in the queue.
  if (!(error instanceof CalcomError)) return 'none'
  if (error.reason === 'deadline_spent' || error.kind === 'rate_limited') return 'none'
  return isOutage(error) ? 'outage' : 'answer'
}
