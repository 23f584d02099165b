/** A Cal.com connection for tests: real sockets to `baseUrl`, a clock to move, limits out of the way. */
import {
  type CalcomConnection,
  CalcomConnections,
  type CalcomConnectionsOptions,
} from '../../src/calcom/connection.ts'
import type { CallOptions, RequestOutcome } from '../../src/calcom/transport.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { testClock } from './clock.ts'
import { testLog } from './log.ts'

export function testConnection(baseUrl: string, changes: Partial<CalcomConnection> = {}): CalcomConnection {
  return {
    id: 'default',
    apiKey: 'cal_test_demo_salon',
    baseUrl,
    webhookSecrets: ['secret'],
    profile: 'published',
    bookingsVersion: '2024-08-13',
    ...changes,
  }
}

export async function openCalcom(
  baseUrl: string,
  changes: Partial<CalcomConnection> = {},
  options: Partial<CalcomConnectionsOptions> = {},
) {
  const clock = testClock()
  const { log, lines } = testLog()
  const outcomes: RequestOutcome[] = []
  const connections = new CalcomConnections({
    load: async (id) => ({ ...testConnection(baseUrl, changes), id }),
    clock,
    log,
    budget: { perMinuteMax: 100_000, perSecondMax: 100_000 },
    onRequest: (outcome) => outcomes.push(outcome),
    ...options,
  })
  const within = (budgetMs: number): CallOptions => ({
    deadline: new Deadline({ clock, budgetMs }),
    priority: 'call',
  })
  return {
    connections,
    client: await connections.get('default'),
    clock,
    lines,
    outcomes,
    within,
    soon: within(5_000),
  }
}
