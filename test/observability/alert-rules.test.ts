/**
 * docs/alerts.yml as Prometheus reads it: every rule fires on what it is for, at its first occurrence, and is silent before.
 * Series in promtool's notation, one value a minute: '0x5 1x30' is six zeros, then 31 ones.
 */
import { describe, expect, test } from 'vitest'
import { alarmNames } from '../../src/lib/alarms.ts'
import {
  type AlertCheck,
  alertsPath,
  type InputSeries,
  promtool,
  promtoolAvailable,
  readAlerts,
  testRules,
} from '../helpers/alerts.ts'

/** The rules about lines with an alarm, tried with every name below. */
const aboutAlarms = readAlerts().filter(({ expr }) => expr.includes('alarm'))

interface Scene {
  input: InputSeries[]
  /** Silent at this time, firing with these labels at that. */
  quiet: string
  at: string
  firing?: Record<string, string>
  /** What the summary says of the value. */
  value?: string
}

const gateway = 'job="gateway",instance="one:3000"'

/** Every other rule: what it is for, happening after a time of peace. */
const scenes: Record<string, Scene> = {
  GatewayFunctionErrors: {
    input: [
      { series: `gateway_function_calls_total{${gateway},function="start_booking"}`, values: '0+10x60' },
      {
        series: `gateway_function_errors_total{${gateway},function="start_booking",code="technical_error"}`,
        values: '0x15 1+1x45',
      },
      {
        series: `gateway_function_errors_total{${gateway},function="start_booking",code="slot_unavailable"}`,
        values: '0+5x60',
      },
    ],
    quiet: '15m',
    at: '40m',
  },
  GatewayFunctionSlow: {
    input: [
      { series: `gateway_function_duration_seconds_bucket{${gateway},le="1"}`, values: '0+10x20 200x40' },
      { series: `gateway_function_duration_seconds_bucket{${gateway},le="5"}`, values: '0+10x60' },
      { series: `gateway_function_duration_seconds_bucket{${gateway},le="+Inf"}`, values: '0+10x60' },
    ],
    quiet: '20m',
    at: '50m',
  },
  GatewayRequestsRefused: {
    input: [
      { series: `gateway_http_refusals_total{${gateway},route="/x",status="401"}`, values: '0x15 30+30x45' },
      { series: `gateway_http_refusals_total{${gateway},route="/x",status="404"}`, values: '0+90x60' },
    ],
    quiet: '15m',
    at: '40m',
    firing: { status: '401' },
  },
  GatewayConversionDropped: {
    input: [
      { series: `gateway_calls{${gateway},window="day"}`, values: '40x180' },
      { series: `gateway_booking_conversion_ratio{${gateway},window="day"}`, values: '0.5x30 0.1x150' },
      { series: `gateway_booking_conversion_ratio{${gateway},window="month"}`, values: '0.5x180' },
    ],
    quiet: '30m',
    at: '120m',
  },
  GatewayBreakerOpen: {
    input: [{ series: `gateway_calcom_breaker_state{${gateway},connection="default"}`, values: '0x5 2x30' }],
    quiet: '5m',
    at: '8m',
    firing: { connection: 'default' },
  },
  GatewayCalcomBudgetNearlySpent: {
    input: [
      {
        series: `gateway_calcom_requests_last_minute{${gateway},connection="default"}`,
        values: '20x5 110x30',
      },
    ],
    quiet: '5m',
    at: '9m',
    firing: { connection: 'default' },
  },
  GatewayInboxDead: queue('gateway_queue_entries', 'inbox', 'dead', '0x5 1x30', '5m', '12m'),
  GatewayBookingUnknown: queue(
    'gateway_queue_oldest_seconds',
    'booking',
    'unknown',
    '0x5 60+60x30',
    '10m',
    '20m',
  ),
  GatewayQueueOld: {
    ...queue('gateway_queue_oldest_seconds', 'inbox', 'received', '0x5 60+60x60', '20m', '50m'),
    firing: { queue: 'inbox', state: 'received' },
  },
  GatewayJobsFailed: queue('gateway_queue_entries', 'mail', 'failed', '0x5 1x30', '5m', '17m'),
  GatewayCalcomDrift: {
    input: [
      {
        series: `gateway_calcom_drift_total{${gateway},source="bookings",field="data"}`,
        values: '0x15 3x45',
      },
    ],
    quiet: '14m',
    at: '22m',
    value: '3',
  },
  GatewayRedisMisfits: {
    input: [{ series: `gateway_redis_misfits_total{${gateway},kind="holds"}`, values: '0x15 3x45' }],
    quiet: '14m',
    at: '22m',
    value: '3',
  },
  GatewayCallbacksOverdue: {
    ...queue('gateway_queue_entries', 'callback', 'overdue', '0x5 2x60', '5m', '40m'),
    value: '2',
  },
  GatewayCallbacksOld: queue(
    'gateway_queue_oldest_seconds',
    'callback',
    'open',
    '0x5 86400x30 259260x60',
    '36m',
    '80m',
  ),
  GatewayCallsNotRecorded: {
    input: [{ series: `gateway_tracking_dropped_total{${gateway}}`, values: '0x5 1x30' }],
    quiet: '5m',
    at: '10m',
    firing: { job: 'gateway', instance: 'one:3000' },
  },
  GatewayFiguresMissing: {
    input: [{ series: `gateway_figures_up{${gateway}}`, values: '1x5 0x30' }],
    quiet: '5m',
    at: '12m',
  },
  GatewayEventLoopBusy: {
    input: [{ series: `nodejs_eventloop_lag_p99_seconds{${gateway}}`, values: '0.01x5 0.5x30' }],
    quiet: '5m',
    at: '12m',
    firing: { job: 'gateway', instance: 'one:3000' },
  },
  GatewayRestarts: {
    input: [{ series: `process_start_time_seconds{${gateway}}`, values: '100x10 200x2 300x2 400x30' }],
    quiet: '12m',
    at: '17m',
    firing: { job: 'gateway', instance: 'one:3000' },
  },
}

function queue(
  metric: string,
  name: string,
  state: string,
  values: string,
  quiet: string,
  at: string,
): Scene {
  return { input: [{ series: `${metric}{${gateway},queue="${name}",state="${state}"}`, values }], quiet, at }
}

test('every rule has a scene in which it fires', () => {
  const named = [...Object.keys(scenes), ...aboutAlarms.map(({ alert }) => alert)]
  expect(named.sort()).toEqual(
    readAlerts()
      .map(({ alert }) => alert)
      .sort(),
  )
})

describe.skipIf(!promtoolAvailable)('promtool', () => {
  test('takes docs/alerts.yml as a file of rules', () => {
    expect(promtool('check', 'rules', alertsPath)).toMatchObject({ code: 0 })
  })

  test('every rule is silent in peace and fires on what it is for', () => {
    const outcome = testRules(
      Object.entries(scenes).map(([alert, { input, quiet, at, firing = {}, value }]) => ({
        input,
        checks: [
          { at: quiet, alert, firing: [] },
          { at, alert, firing: [firing], value },
        ],
      })),
    )
    expect(outcome.output).toContain('SUCCESS')
    expect(outcome.code).toBe(0)
  })

  // 0 → 1 while scrapes look on; and a process that is scraped for the first time when it has happened already.
  test.each(['0x5 1x60', '_x5 1x60'])(
    'each alarm that occurs for the first time fires its rule and no other (%s)',
    (values) => {
      const outcome = testRules(
        [...alarmNames, 'alarm_of_tomorrow'].map((alarm) => ({
          input: [{ series: `gateway_alarms_total{${gateway},alarm="${alarm}"}`, values }],
          checks: checksOf(alarm),
        })),
      )
      expect(outcome.output).toContain('SUCCESS')
      expect(outcome.code).toBe(0)
    },
  )

  test('a first alarm fires amid all others at 0, and ends after half an hour of peace', () => {
    const quiet = alarmNames.filter((name) => name !== 'function_failed')
    const series = (alarm: string, values: string) => ({
      series: `gateway_alarms_total{${gateway},alarm="${alarm}"}`,
      values,
    })
    const alert = 'GatewayBroken'
    const outcome = testRules([
      {
        input: [series('function_failed', '0x40 1x60'), ...quiet.map((alarm) => series(alarm, '0x100'))],
        checks: [
          { at: '40m', alert, firing: [] },
          { at: '42m', alert, firing: [{ alarm: 'function_failed' }] },
          { at: '42m', alert: 'GatewayAlarm', firing: [] },
          { at: '80m', alert, firing: [] },
        ],
      },
    ])
    expect(outcome.output).toContain('SUCCESS')
  })

  test('a rule that never fires would be seen', () => {
    const broken = testRules([
      {
        input: [{ series: `gateway_alarms_total{${gateway},alarm="function_failed"}`, values: '0x60' }],
        checks: [{ at: '10m', alert: 'GatewayBroken', firing: [{ alarm: 'function_failed' }] }],
      },
    ])
    expect(broken.code).not.toBe(0)
  })
})

/** At minute 8 the alarm's own rule fires with its name, every other rule about alarms is silent. */
function checksOf(alarm: string): AlertCheck[] {
  return aboutAlarms.map(({ alert, expr }) => {
    const own = alert === 'GatewayAlarm' ? !isNamed(alarm) : new RegExp(`[|"]${alarm}[|"]`).test(expr)
    const level = expr.startsWith('max(')
    const labels: Record<string, string> = level ? {} : { alarm }
    return { at: level ? '6m' : '8m', alert, firing: own ? [labels] : [] }
  })
}

/** Whether some rule names it, be it as an exception. */
function isNamed(alarm: string): boolean {
  return aboutAlarms.some(({ expr }) => new RegExp(`[|"]${alarm}[|"]`).test(expr))
}
