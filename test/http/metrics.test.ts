/** What operators see: metrics over HTTP, counted on a whole gateway. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isOperator } from '../../src/http/operators.ts'
import { alarmNames } from '../../src/lib/alarms.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway?.close())

/** The samples of a scrape: `name{label="value"}` → number. */
async function scrape(from: TestGateway = gateway, headers: Record<string, string> = {}) {
  const response = await from.app.inject({ url: '/metrics', headers, remoteAddress: '127.0.0.1' })
  expect(response.statusCode).toBe(200)
  const samples = new Map<string, number>()
  for (const line of response.body.split('\n')) {
    const found = /^([^#]\S*(?:\{[^}]*\})?) (\S+)$/.exec(line)
    if (found) samples.set(found[1]!, Number(found[2]))
  }
  return { samples, response }
}

const wish = { date: '2026-11-26', time: '14:00', service: 'Herrenhaarschnitt' }

test('function calls, free times and Cal.com requests are counted, with their durations', async () => {
  await gateway.call('check_availability', wish)
  await gateway.call('check_availability', wish)
  await gateway.call('check_availability', { ...wish, time: '23:00' })
  await gateway.call('check_availability', {})
  await gateway.call('no_such_function')
  const { samples, response } = await scrape()
  expect(response.headers['content-type']).toContain('text/plain')
  expect(samples.get('gateway_function_calls_total{function="check_availability",status="success"}')).toBe(3)
  expect(samples.get('gateway_function_calls_total{function="check_availability",status="error"}')).toBe(1)
  expect(samples.get('gateway_function_duration_seconds_count{function="check_availability"}')).toBe(4)
  expect(samples.get('gateway_function_calls_total{function="unknown",status="error"}')).toBe(1)
  expect(samples.get('gateway_function_errors_total{function="unknown",code="unknown_function"}')).toBe(1)
  expect(samples.get('gateway_alternative_suggestions_total{function="check_availability"}')).toBe(1)
  expect(samples.get('gateway_availability_reads_total{outcome="miss"}')).toBeGreaterThanOrEqual(1)
  expect(samples.get('gateway_availability_reads_total{outcome="hit"}')).toBeGreaterThanOrEqual(1)
  expect(
    samples.get('gateway_calcom_requests_total{connection="default",operation="slots",outcome="ok"}') ?? 0,
  ).toBeGreaterThanOrEqual(1)
  expect(samples.get('gateway_calcom_breaker_state{connection="default"}')).toBe(0)
  expect(samples.get('gateway_calcom_breaker_trips_total{connection="default"}')).toBe(0)
  expect(samples.get('gateway_http_responses_total{status="200"}')).toBeGreaterThanOrEqual(5)
  expect([...samples.keys()].some((name) => name.startsWith('nodejs_eventloop_lag'))).toBe(true)
})

test('figures of all companies come from the database, at most 15 s old', async () => {
  await scrape()
  await gateway.database.tenancy.asSystem(async (tx) => {
    const call = (n: number, appointmentMade: boolean, createdAt: string) => ({
      retellCallId: `call_figures_${n}`,
      companyId: (n % 2) + 1,
      appointmentMade,
      durationSec: 120,
      costEurCents: 40,
      createdAt: new Date(createdAt),
    })
    await tx.call.createMany({
      data: [
        call(1, true, '2026-11-24T07:00:00Z'),
        call(2, false, '2026-11-20T07:00:00Z'),
        call(3, false, '2026-11-01T07:00:00Z'),
        call(4, true, '2026-09-01T07:00:00Z'),
      ],
    })
    await tx.call.updateMany({
      where: { retellCallId: { not: { startsWith: 'call_figures_' } } },
      data: { createdAt: new Date('2026-01-01T00:00:00Z'), startTimestamp: null },
    })
    await tx.webhookEvent.create({
      data: {
        source: 'calcom',
        eventType: 'BOOKING_CREATED',
        dedupeKey: 'dead-one',
        payload: {},
        status: 'dead',
        receivedAt: new Date('2026-11-24T07:59:00Z'),
      },
    })
  })
  await gateway.database.tenancy.asSystem(
    (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('keep_figures', '{}'::json, NULL, NULL, NULL)`,
  )
  await gateway.gateway.jobs.runner.drain()
  gateway.clock.advance(15_000)
  const { samples } = await scrape()
  expect(samples.get('gateway_figures_up')).toBe(1)
  expect(samples.get('gateway_calls{window="day"}')).toBe(1)
  expect(samples.get('gateway_calls{window="week"}')).toBe(2)
  expect(samples.get('gateway_calls{window="month"}')).toBe(3)
  expect(samples.get('gateway_booking_conversion_ratio{window="week"}')).toBe(0.5)
  expect(samples.get('gateway_call_duration_seconds_average{window="month"}')).toBe(120)
  expect(samples.get('gateway_call_cost_eur_average{window="month"}')).toBeCloseTo(0.4)
  expect(samples.get('gateway_queue_entries{queue="inbox",state="dead"}')).toBe(1)
  expect(samples.get('gateway_queue_oldest_seconds{queue="inbox",state="dead"}')).toBe(75)
  expect(samples.get('gateway_queue_entries{queue="booking",state="unknown"}')).toBe(0)
  expect(samples.get('gateway_queue_entries{queue="jobs",state="failed"}')).toBe(0)
})

test('whatever agents send, the number of series stays bounded', async () => {
  const count = async () => (await scrape()).samples.size
  const before = await count()
  for (let index = 0; index < 40; index += 1) {
    await gateway.send('/api/webhooks/retell/function', { name: `invented_${index}`, args: {}, call: {} })
    await gateway.send(`/no/such/address/${index}`, {})
  }
  expect((await count()) - before).toBeLessThan(10)
})

describe('who may read metrics', () => {
  test('without a token only this machine, and no proxy on it', async () => {
    const ask = (remoteAddress: string, headers = {}) =>
      gateway.app.inject({ url: '/metrics', remoteAddress, headers }).then(({ statusCode }) => statusCode)
    expect(await ask('127.0.0.1')).toBe(200)
    expect(await ask('::1')).toBe(200)
    expect(await ask('::ffff:127.0.0.1')).toBe(200)
    expect(await ask('10.0.0.8')).toBe(401)
    expect(await ask('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' })).toBe(401)
  })

  test('in production nobody without a token: a proxy on this machine comes from loopback', async () => {
    const request = { headers: {}, socket: { remoteAddress: '127.0.0.1' } } as never
    expect(isOperator(request, { token: null, production: true })).toBe(false)
    expect(isOperator(request, { token: null, production: false })).toBe(true)
  })

  test('with a token whoever shows it, at both addresses', async () => {
    const guarded = await startGateway({ environment: { METRICS_TOKEN: 'token-of-the-scraper' } })
    try {
      for (const url of ['/metrics', '/api/health/calcom/metrics']) {
        const ask = (authorization?: string) =>
          guarded.app
            .inject({ url, remoteAddress: '10.0.0.8', headers: authorization ? { authorization } : {} })
            .then(({ statusCode }) => statusCode)
        expect(await ask('Bearer token-of-the-scraper')).toBe(200)
        expect(await ask('Bearer token-of-the-scraped')).toBe(401)
        expect(await ask('Bearer ')).toBe(401)
        expect(await ask()).toBe(401)
      }
      const local = await guarded.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
      expect(local.statusCode).toBe(401)
    } finally {
      await guarded.close()
    }
  })
})

test('every alarm is a series from the start on, so that the first one is an increase', async () => {
  const fresh = await startGateway()
  try {
    const { samples } = await scrape(fresh)
    for (const alarm of alarmNames)
      expect(samples.get(`gateway_alarms_total{alarm="${alarm}"}`), alarm).toBe(0)
    expect(
      samples.get('gateway_function_errors_total{function="start_booking",code="technical_error"}'),
    ).toBe(0)
  } finally {
    await fresh.close()
  }
})

test('debug mode is an alarm from the start on, and the log says so', async () => {
  const debugging = await startGateway({ environment: { RETELLAI_DEBUG_WEBHOOKS: 'true' } })
  try {
    const { samples } = await scrape(debugging)
    expect(samples.get('gateway_alarms_total{alarm="personal_data_in_log"}')).toBe(1)
    expect(debugging.lines.join()).toContain('the log holds personal data')
  } finally {
    await debugging.close()
  }
})

test('a log line that somebody must look at is counted', async () => {
  await gateway.send('/api/webhooks/retell', {}, { signature: null })
  const { samples } = await scrape()
  expect(samples.get('gateway_alarms_total{alarm="event_refused"}')).toBe(1)
})

test('the trace id of a W3C traceparent is in the log lines of its request', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const callId = newCallId()
  const body = { name: 'parse_date', args: { date: 'morgen' }, call: { call_id: callId } }
  await gateway.send('/api/webhooks/retell/function', body, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  })
  await gateway.send('/api/webhooks/retell/function', body, {
    headers: { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01<script>` },
  })
  const lines = gateway.lines.map((line) => JSON.parse(line)).filter((line) => line.msg === 'function call')
  const [first, second] = lines.slice(-2)
  expect(first.requestId).toBe(traceId)
  expect(second.requestId).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/)
})

test('metrics answer while the database does not', async () => {
  const broken = await startGateway()
  try {
    await broken.database.close()
    await broken.gateway.settle()
    await killConnections(broken)
    const { samples } = await scrape(broken)
    expect(samples.get('gateway_figures_up')).toBe(0)
    expect(samples.has('gateway_tracking_waiting')).toBe(true)
  } finally {
    await broken.close().catch(() => {})
  }
})

/** Takes the gateway's database away for good. */
async function killConnections(broken: TestGateway): Promise<void> {
  const { Client } = await import('pg')
  const address = new URL(broken.databaseUrl)
  const name = address.pathname.slice(1)
  address.pathname = '/postgres'
  const admin = new Client({ connectionString: address.href })
  await admin.connect()
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
  await admin.end()
}
