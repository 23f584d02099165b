/** Figures kept per company, branch and day: counted where calls are, read by metrics, and equal to a count of the rows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FiguresKeeper } from '../../src/services/figures/keep.ts'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ environment: { METRICS_COMPANIES: '1' } })
})
afterAll(() => gateway?.close())

async function keep(): Promise<void> {
  await gateway.settle()
  await gateway.database.tenancy.asSystem(
    (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('keep_figures', '{}'::json, NULL, NULL, NULL)`,
  )
  await gateway.gateway.jobs.runner.drain()
}

const figures = () =>
  gateway.database.tenancy.asSystem(async (tx) => ({
    calls: (
      await tx.callFigures.findMany({ orderBy: [{ companyId: 'asc' }, { day: 'asc' }, { branchId: 'asc' }] })
    ).map(({ id, branchId, day, costCents, costEurCents, seconds, ...rest }) => ({
      day: day.toISOString().slice(0, 10),
      branch: branchId !== null,
      cents: Number(costCents),
      eurCents: Number(costEurCents),
      seconds: Number(seconds),
      ...rest,
    })),
    functions: (
      await tx.functionFigures.findMany({
        orderBy: [{ companyId: 'asc' }, { day: 'asc' }, { functionName: 'asc' }, { branchId: 'asc' }],
      })
    ).map(({ id, branchId, day, durationMs, ...rest }) => ({ day: day.toISOString().slice(0, 10), ...rest })),
  }))

const callCost = {
  combined_cost: 14.2791667,
  product_costs: [
    { product: 'elevenlabs_tts', unit_price: 0.1166667, cost: 8.6916667 },
    { product: 'gpt_4_1', cost: 5.5875 },
  ],
  total_duration_seconds: 75,
}
const usage = { values: [1480, 1522], average: 1501, num_requests: 2 }
const latency = { e2e: { p50: 812, values: [640, 812] } }

test('a call, its functions and what it cost are counted on its branch’s day', async () => {
  const callId = newCallId()
  await gateway.event('call_started', { callId, start_timestamp: Date.parse('2026-11-24T07:59:00Z') })
  await gateway.call(
    'check_availability',
    { date: '2026-11-26', time: '14:00', service: 'Herrenhaarschnitt' },
    { callId },
  )
  await gateway.call(
    'check_availability',
    { date: '2026-11-26', time: '23:00', service: 'Herrenhaarschnitt' },
    { callId },
  )
  await gateway.call('parse_date', {}, { callId })
  await gateway.event('call_ended', {
    ...{ callId, duration_ms: 75_400, end_timestamp: Date.parse('2026-11-24T08:00:15Z') },
    ...{ call_cost: callCost, llm_token_usage: usage, latency },
  })
  // Twenty minutes past midnight in Berlin, still the day before in UTC.
  const late = newCallId()
  await gateway.event('call_started', { callId: late, start_timestamp: Date.parse('2026-11-22T23:20:00Z') })
  await keep()

  const stored = await gateway.database.tenancy.asSystem((tx) =>
    tx.call.findUniqueOrThrow({ where: { retellCallId: callId } }),
  )
  expect(stored).toMatchObject({ callCost, llmTokenUsage: usage, latency, costCents: 14 })
  const { calls, functions } = await figures()
  expect(calls).toMatchObject([
    {
      companyId: 1,
      day: '2026-11-23',
      branch: true,
      calls: 1,
      booked: 0,
      callsWithSeconds: 0,
      callsWithCost: 0,
    },
    {
      ...{
        companyId: 1,
        day: '2026-11-24',
        branch: true,
        calls: 1,
        booked: 0,
        seconds: 75,
        callsWithSeconds: 1,
      },
      ...{ callsWithCost: 1, cents: 14.279167, productCosts: { elevenlabs_tts: 8.6916667, gpt_4_1: 5.5875 } },
    },
  ])
  expect(calls[1]?.eurCents).toBeCloseTo(14.2791667 * 0.92, 4)
  expect(functions).toMatchObject([
    { day: '2026-11-24', functionName: 'check_availability', calls: 2, errors: 0, alternatives: 1 },
    { day: '2026-11-24', functionName: 'parse_date', calls: 1, errors: 1, alternatives: 0 },
  ])
  for (const { withinMs } of functions) {
    expect(withinMs).toHaveLength(11)
    expect(withinMs).toEqual([...withinMs].sort((a, b) => a - b))
  }
})

test('what changes afterwards is counted anew, on both days when a call moves to another', async () => {
  await gateway.database.tenancy.asSystem((tx) =>
    tx.call.updateMany({
      where: { startTimestamp: new Date('2026-11-22T23:20:00Z') },
      data: { startTimestamp: new Date('2026-11-21T12:00:00Z'), appointmentMade: true },
    }),
  )
  await keep()
  expect((await figures()).calls).toMatchObject([
    { day: '2026-11-21', calls: 1, booked: 1 },
    { day: '2026-11-24', calls: 1, booked: 0 },
  ])
})

test('a burst of calls of two companies comes to what counting the rows says', async () => {
  const days = ['2026-11-01', '2026-11-02', '2026-11-23']
  const [first, second] = await gateway.database.tenancy.asSystem(async (tx) => [
    (await tx.branch.findFirstOrThrow({ where: { companyId: 1 } })).id,
    (await tx.branch.findFirstOrThrow({ where: { companyId: 2 } })).id,
  ])
  await gateway.database.tenancy.asSystem(async (tx) => {
    await tx.call.createMany({
      data: Array.from({ length: 300 }, (_, index) => ({
        retellCallId: `burst_${index}`,
        companyId: (index % 2) + 1,
        branchId: index % 5 === 0 ? null : index % 2 === 0 ? first : second,
        appointmentMade: index % 3 === 0,
        durationSec: index % 7 === 0 ? null : index,
        costCents: index % 4 === 0 ? null : index,
        usdEurRate: 0.9,
        startTimestamp:
          index % 11 === 0
            ? null
            : new Date(`${days[index % 3]}T${String(index % 24).padStart(2, '0')}:30:00Z`),
        createdAt: new Date(`${days[index % 3]}T${String(index % 24).padStart(2, '0')}:30:00Z`),
      })),
    })
    await tx.functionCall.createMany({
      data: Array.from({ length: 600 }, (_, index) => ({
        ...{
          companyId: (index % 2) + 1,
          callId: `burst_${index % 300}`,
          number: index,
          functionName: `f${index % 4}`,
        },
        ...{ durationMs: index * 7, status: index % 6 === 0 ? 'error' : 'success', calledAt: new Date() },
      })),
    })
  })
  await keep()
  const counted = await gateway.database.tenancy.asSystem(
    (tx) => tx.$queryRaw<Array<Record<string, unknown>>>`
      WITH k AS (SELECT *, (coalesce(start_timestamp, created_at) AT TIME ZONE 'Europe/Berlin')::date AS day FROM calls),
      f AS (SELECT f.*, k.day, k.branch_id FROM function_calls f JOIN k ON k.retell_call_id = f.call_id)
      SELECT (SELECT jsonb_agg(t ORDER BY t) FROM (
        SELECT company_id, branch_id, day, count(*) AS calls, count(*) FILTER (WHERE appointment_made) AS booked,
          coalesce(sum(duration_sec), 0) AS seconds, count(cost_cents) AS costs FROM k GROUP BY 1, 2, 3) t)
        = (SELECT jsonb_agg(t ORDER BY t) FROM (
        SELECT company_id, branch_id, day, calls, booked, seconds, calls_with_cost AS costs FROM call_figures) t) AS calls_agree,
      (SELECT jsonb_agg(t ORDER BY t) FROM (
        SELECT company_id, branch_id, day, function_name, count(*) AS calls, count(*) FILTER (WHERE status = 'error') AS errors,
          sum(duration_ms) AS ms, count(*) FILTER (WHERE duration_ms <= 1000) AS quick FROM f GROUP BY 1, 2, 3, 4) t)
        = (SELECT jsonb_agg(t ORDER BY t) FROM (
        SELECT company_id, branch_id, day, function_name, calls, errors, duration_ms AS ms, within_ms[8] AS quick FROM function_figures) t)
        AS functions_agree, (SELECT count(*)::int FROM call_figures) AS rows`,
  )
  expect(counted).toEqual([{ calls_agree: true, functions_agree: true, rows: expect.any(Number) }])
  expect(counted[0]?.rows).toBeGreaterThan(10)
})

test('metrics read what is kept, and the company with the most calls has series of its own', async () => {
  gateway.clock.advance(15_000)
  const { body } = await gateway.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  const value = (series: string) =>
    Number(
      body
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    )
  const total = (await figures()).calls.reduce((sum, { calls }) => sum + calls, 0)
  expect(value('gateway_calls{window="month"}')).toBe(total)
  const own = body.split('\n').filter((line) => line.startsWith('gateway_company_calls{'))
  const ofSalon = (await figures()).calls.filter(({ companyId }) => companyId === salon.companyId)
  const most = ofSalon.reduce((sum, { calls }) => sum + calls, 0)
  expect(own).toHaveLength(1)
  expect(own[0]).toMatch(new RegExp(`^gateway_company_calls\\{company="${salon.companyId}"\\} ${most}$`))
})

test('counting everything anew changes nothing', async () => {
  const before = await figures()
  await gateway.database.tenancy.asSystem((tx) => tx.figuresDue.create({ data: {} }))
  expect(await new FiguresKeeper({ tenancy: gateway.database.tenancy }).run()).toBeGreaterThan(3)
  expect(await figures()).toEqual(before)
  expect(await gateway.database.tenancy.asSystem((tx) => tx.figuresDue.count())).toBe(0)
})
