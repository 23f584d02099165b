/**
 * A whole gateway for tests: real PostgreSQL (a clone of the run's template), real HTTP to the simulated Cal.com, a pinned
 * clock. Requests are made as Retell makes them, signed.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { composeGateway, type Gateway } from '../../src/compose.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import type { Database } from '../../src/db/database.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type TestClock, testClock } from './clock.ts'
import { heldToContract } from './contract.ts'
import { createTestDatabase, openTestDatabase } from './database.ts'
import { testLog } from './log.ts'
import { withoutAbuseLimits } from './no-limits.ts'

export type Answer = Record<string, unknown> & { success: boolean; message: string }

export const salon = {
  companyId: 1,
  mitte: '+493023125001',
  nord: '+493023125002',
  agent: 'agent_demo_salon',
}
export const caller = '+4915112345678'
export const apiKey = 'key_of_the_test_workspace'
export const webhookSecret = 'secret-of-the-calcom-webhook'

export interface TestGateway {
  app: FastifyInstance
  gateway: Gateway
  simulator: Simulator
  clock: TestClock
  /** Opens rows as a company or the system would; for looking and preparing. */
  database: Database
  databaseUrl: string
  /** Log lines so far, one JSON text each. */
  lines: string[]
  config: Config
  /** A function call as Retell sends it; the answer's body. */
  call(name: string, args?: Record<string, unknown>, call?: CallFields): Promise<Answer>
  /** The same, whole response. */
  send(path: string, body: unknown, options?: SendOptions): Promise<LightMyRequestResponse>
  /** A call event. */
  event(name: string, call?: CallFields & Record<string, unknown>): Promise<LightMyRequestResponse>
  /** Lets every background job that is due run to its end. */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface CallFields {
  callId?: string | null
  from?: string | null
  to?: string | null
  agentId?: string
}

export interface SendOptions {
  /** Default: signed with the test key at the pinned time. */
  signature?: string | null
  headers?: Record<string, string>
  method?: 'POST' | 'GET' | 'DELETE' | 'HEAD'
}

export interface GatewayOptions {
  /** Environment on top of the test defaults. */
  environment?: Record<string, string>
  /** Default: Tuesday, 2026-11-24, 09:00 in Berlin. */
  now?: string
  simulator?: Omit<SimulatorOptions, 'clock'>
  /** Default: pinned to `now`. */
  clock?: TestClock
  /** Default: everything from debug on, nothing removed. */
  log?: ReturnType<typeof testLog>
  /** Puts something between the gateway and its database; `database` of the result stays direct. */
  databaseAddress?: (url: string) => string
}

/** Starts everything; `close` in afterAll. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const clock = options.clock ?? testClock(options.now ?? '2026-11-24T08:00:00Z')
  const simulator = await startSimulator({ rateLimit: null, ...options.simulator, clock: () => clock.now() })
  const testDatabase = await createTestDatabase()
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'debug',
    DATABASE_URL: testDatabase.url,
    RETELLAI_API_KEY: apiKey,
    // Nobody listens there: no test asks the vendor.
    RETELL_API_BASE_URL: 'http://127.0.0.1:9',
    RETELLAI_FUNCTION_AUTH: 'signature',
    CALCOM_API_KEY: 'cal_test_demo_salon',
    CALCOM_BASE_URL: `${simulator.url}/v2`,
    CALCOM_WEBHOOK_SECRET: webhookSecret,
    CALCOM_REQUESTS_PER_MINUTE: '10000',
    CALCOM_REQUESTS_PER_SECOND: '1000',
    DATABASE_POOL_MAX: '6',
    FUNCTION_CALLS_PER_MINUTE: '10000',
    ...withoutAbuseLimits,
    UNSIGNED_PER_MINUTE: '10000',
    EVENTS_PER_MINUTE: '10000',
    SHED_ABOVE_DELAY_MS: '0',
    ANSWER_WITHIN_MS: '60000',
    ...options.environment,
  })
  const { log, lines } = options.log ?? testLog()
  const databaseUrl = options.databaseAddress?.(testDatabase.url) ?? testDatabase.url
  const gateway = await composeGateway({ config, log, clock, databaseUrl })
  const database = await openTestDatabase(testDatabase.url, 2)
  const { app } = gateway

  const send: TestGateway['send'] = async (path, body, { signature, headers, method = 'POST' } = {}) => {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const signed = signature === undefined ? sign(payload, clock.now()) : signature
    const response = await app.inject({
      method,
      url: path,
      payload: method === 'POST' ? payload : undefined,
      headers: {
        'content-type': 'application/json',
        ...(signed === null ? {} : { 'x-retell-signature': signed }),
        ...headers,
      },
    })
    const name = functionOf(path, payload)
    if (name !== null && response.statusCode === 200) heldToContract(name, response.json())
    return response
  }

  return {
    app,
    gateway,
    simulator,
    clock,
    database,
    databaseUrl: testDatabase.url,
    lines,
    config,
    send,
    async call(name, args = {}, call = {}) {
      const response = await send('/api/webhooks/retell/function', {
        name,
        args,
        call: callBody(call, clock),
      })
      if (response.statusCode !== 200)
        throw new Error(`${name} answered HTTP ${response.statusCode}: ${response.body}`)
      return response.json<Answer>()
    },
    event: (name, { callId, from, to, agentId, ...more } = {}) =>
      send('/api/webhooks/retell', {
        event: name,
        [name === 'call_inbound' ? 'call_inbound' : 'call']: {
          ...callBody({ callId, from, to, agentId }, clock),
          ...more,
        },
      }),
    settle: () => gateway.settle(),
    async close() {
      await gateway.close()
      await database.close()
      await simulator.close()
      await testDatabase.drop()
    },
  }
}

/** The function that a request to the common address names; null for everything else. */
function functionOf(path: string, payload: string | Buffer): string | null {
  if (!/\/retell\/function(-call)?$/.test(path)) return null
  try {
    const body: unknown = JSON.parse(payload.toString())
    const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : null
    return typeof name === 'string' ? name.replace(/_v\d+$/, '') : null
  } catch {
    return null
  }
}

/** A fresh call id in Retell's form. */
export function newCallId(): string {
  return `call_${randomBytes(13).toString('hex')}`
}

/** Retell's signature over a body. */
export function sign(payload: string | Buffer, at: Date, key = apiKey): string {
  const timestamp = String(at.getTime())
  return `v=${timestamp},d=${createHmac('sha256', key).update(payload).update(timestamp).digest('hex')}`
}

const defaultCallId = newCallId()

function callBody({ callId, from, to, agentId }: CallFields, clock: TestClock): Record<string, unknown> {
  return {
    call_id: callId === null ? undefined : (callId ?? defaultCallId),
    call_type: 'phone_call',
    agent_id: agentId ?? salon.agent,
    from_number: from === null ? undefined : (from ?? caller),
    to_number: to === null ? undefined : (to ?? salon.mitte),
    direction: 'inbound',
    call_status: 'ongoing',
    start_timestamp: clock.now().getTime(),
  }
}
