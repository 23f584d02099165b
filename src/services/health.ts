/**
 * How the parts we lean on are: Cal.com, PostgreSQL, Redis. Asked as often as anyone likes; Cal.com itself is asked at most
 * every 30 s, so that health checks never eat the budget of calls.
 */
import type { CalcomConnections } from '../calcom/connection.ts'
import type { Database } from '../db/database.ts'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'
import { Deadline } from '../lib/deadline.ts'

export interface HealthReport {
  status: 'healthy' | 'degraded' | 'unhealthy'
  checks: {
    calcom_api: {
      status: 'up' | 'down'
      /** Average of the last 100 requests; null before the first. */
      latency_ms: number | null
      circuit_breaker: 'closed' | 'open' | 'half_open'
      trips: number
    }
    database: { status: 'up' | 'down'; latency_ms: number | null }
    redis: { status: 'up' | 'down' | 'not_configured'; latency_ms: number | null }
  }
  timestamp: string
}

type Deps = {
  connections: Pick<CalcomConnections, 'get' | 'health'>
  database: Pick<Database, 'ping'>
  cache: Pick<Cache, 'ping'>
  redisConfigured: boolean
  clock: Clock
}

const askAgainAfterMs = 30_000
const calcomWaitMs = 2_000
const databaseWaitMs = 2_000

export class HealthService {
  readonly #deps: Deps
  #calcom: { askedAtMs: number; up: Promise<boolean> } | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The guide's report: degraded while calls can be served with less, unhealthy when they cannot. */
  async report(): Promise<HealthReport> {
    const { connections, clock, redisConfigured } = this.#deps
    const [calcomUp, databaseMs, redisMs] = await Promise.all([
      this.#calcomUp(),
      this.#databaseMs(),
      this.#redisMs(),
    ])
    const connection = connections.health.find((one) => one.connectionId === 'default')
    const breaker = connection?.breaker ?? 'closed'
    const redisDown = redisConfigured && redisMs === null
    return {
      status:
        databaseMs === null
          ? 'unhealthy'
          : !calcomUp || breaker !== 'closed' || redisDown
            ? 'degraded'
            : 'healthy',
      checks: {
        calcom_api: {
          status: calcomUp ? 'up' : 'down',
          latency_ms: rounded(connection?.latencyMs),
          circuit_breaker: breaker,
          trips: connection?.trips ?? 0,
        },
        database: { status: databaseMs === null ? 'down' : 'up', latency_ms: databaseMs },
        redis: {
          status: redisConfigured ? (redisDown ? 'down' : 'up') : 'not_configured',
          latency_ms: redisConfigured ? redisMs : null,
        },
      },
      timestamp: clock.now().toISOString(),
    }
  }

  /** Whether calls can be served: the database answers. */
  async isReady(): Promise<boolean> {
    return (await this.#databaseMs()) !== null
  }

  async #calcomUp(): Promise<boolean> {
    const nowMs = this.#deps.clock.now().getTime()
    if (this.#calcom === null || nowMs - this.#calcom.askedAtMs >= askAgainAfterMs) {
      this.#calcom = { askedAtMs: nowMs, up: this.#askCalcom() }
    }
    return this.#calcom.up
  }

  async #askCalcom(): Promise<boolean> {
    const { connections, clock } = this.#deps
    try {
      const client = await connections.get('default')
      await client.fetchMe({
        deadline: new Deadline({ clock, budgetMs: calcomWaitMs }),
        priority: 'background',
      })
      return true
    } catch {
      return false
    }
  }

  async #databaseMs(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), databaseWaitMs)
    })
    try {
      const ms = await Promise.race([this.#deps.database.ping(), tooLong])
      return ms === null ? null : rounded(ms)
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  async #redisMs(): Promise<number | null> {
    return rounded(await this.#deps.cache.ping())
  }
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10
}
