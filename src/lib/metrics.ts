/**
 * What operators see of the gateway, in Prometheus's terms: the guide's call, function and availability metrics, and the state of
 * everything that can fill up, trip or die. Counting costs a map look-up; what is expensive to know is asked at scrape time.
 * Cardinality is bounded: every label comes from a closed set, or from the first so many values seen; the rest is 'other'.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type AlarmName, alarmNames } from './alarms.ts'

/** One finished function call; `functionName` is of the registry, or 'unknown'. */
export interface FunctionCallSample {
  functionName: string
  status: 'success' | 'error'
  errorCode: string | null
  durationMs: number
  /** Whether the answer proposes other times. */
  alternatives: boolean
}

export interface CalcomRequestSample {
  connectionId: string
  operation: string
  outcome: string
  /** 0 for requests that never left. */
  durationMs: number
}

export interface CalcomConnectionState {
  connectionId: string
  breaker: 'closed' | 'open' | 'half_open'
  requestsLastMinute: number
}

export interface JobSample {
  task: string
  status: 'success' | 'error'
  durationMs: number
}

/** What PostgreSQL knows: the whole installation's figures, not this process's. */
export interface Figures {
  windows: ReadonlyArray<{
    window: 'day' | 'week' | 'month'
    calls: number
    booked: number
    durationSeconds: number | null
    costEur: number | null
  }>
  /** The last 30 days of single companies, where asked for. */
  companies: ReadonlyArray<{ companyId: number; calls: number; booked: number; costEur: number }>
  /** Everything that waits, by kind and state: `{ queue: 'inbox', state: 'dead', count: 2, oldestSeconds: 90 }`. */
  queues: ReadonlyArray<{ queue: string; state: string; count: number; oldestSeconds: number }>
}

/** Asked at scrape time. */
export interface MetricSources {
  connections(): readonly CalcomConnectionState[]
  trackingWaiting(): number
  /** Null: the database does not answer. */
  figures(): Promise<Figures | null>
}

const functionSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const calcomSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const jobSeconds = [0.01, 0.1, 1, 10, 60, 120]
const breakerValues = { closed: 0, half_open: 1, open: 2 } as const
/** What docs/alerts.yml counts as a technical failure. */
const alertedCodes = ['technical_error', 'calendar_unavailable', 'context_not_found', 'context_mismatch']
const errorCodesMax = 150
const connectionsMax = 200
const otherNamesMax = 100

interface FunctionChildren {
  duration: Histogram.Internal<string>
  success: Counter.Internal
  error: Counter.Internal
}

export class GatewayMetrics {
  readonly registry = new Registry()
  readonly #codes = boundedNames(errorCodesMax)
  readonly #connections = boundedNames(connectionsMax)
  readonly #names = boundedNames(otherNamesMax)
  readonly #fields = boundedNames(otherNamesMax)
  /** Children are looked up once per function: labels are hashed on every call otherwise. */
  readonly #functions = new Map<string, FunctionChildren>()
  readonly #reads = new Map<string, Counter.Internal>()
  readonly #statuses = new Map<number, Counter.Internal>()

  readonly #calls = this.#counter('gateway_function_calls_total', 'Function calls', ['function', 'status'])
  readonly #errors = this.#counter('gateway_function_errors_total', 'Function calls that failed, by code', [
    'function',
    'code',
  ])
  readonly #durations = this.#histogram(
    'gateway_function_duration_seconds',
    'Time from parsed request to answer',
    ['function'],
    functionSeconds,
  )
  readonly #alternatives = this.#counter(
    'gateway_alternative_suggestions_total',
    'Answers that proposed other times',
    ['function'],
  )
  readonly #availability = this.#counter(
    'gateway_availability_reads_total',
    'Reads of free times: hit (cache), joined (a request under way), stale, miss, live (asked on purpose), failed',
    ['outcome'],
  )
  readonly #calcom = this.#counter('gateway_calcom_requests_total', 'Requests to Cal.com', [
    'connection',
    'operation',
    'outcome',
  ])
  readonly #drift = this.#counter(
    'gateway_calcom_drift_total',
    'What Cal.com said otherwise than we know it',
    ['source', 'field'],
  )
  readonly #misfits = this.#counter(
    'gateway_redis_misfits_total',
    'Values read from Redis that were not what they should be and counted as absent',
    ['kind'],
  )
  readonly #calcomDurations = this.#histogram(
    'gateway_calcom_request_duration_seconds',
    'Cal.com from sending to the whole answer',
    ['operation'],
    calcomSeconds,
  )
  readonly #trips = this.#counter(
    'gateway_calcom_breaker_trips_total',
    'How often this process found Cal.com down',
    ['connection'],
  )
  readonly #breakers = this.#gauge(
    'gateway_calcom_breaker_state',
    'Circuit breaker: 0 closed, 1 half open, 2 open',
    ['connection'],
  )
  readonly #budget = this.#gauge(
    'gateway_calcom_requests_last_minute',
    'Requests of this process to Cal.com in the last minute',
    ['connection'],
  )
  readonly #responses = this.#counter('gateway_http_responses_total', 'HTTP responses', ['status'])
  readonly #refused = this.#counter('gateway_http_refusals_total', 'HTTP responses of 400 and above', [
    'route',
    'status',
  ])
  readonly #alarms = this.#counter('gateway_alarms_total', 'Log lines that somebody must look at', ['alarm'])
  readonly #tracking = this.#gauge('gateway_tracking_waiting', 'Function calls not recorded yet')
  readonly #dropped = this.#counter(
    'gateway_tracking_dropped_total',
    'Function calls that could not be recorded',
  )
  readonly #jobs = this.#counter('gateway_jobs_total', 'Runs of background jobs', ['task', 'status'])
  readonly #jobDurations = this.#histogram(
    'gateway_job_duration_seconds',
    'Run time of background jobs',
    ['task'],
    jobSeconds,
  )
  readonly #windowCalls = this.#gauge('gateway_calls', 'Phone calls of today, the last 7 and 30 days', [
    'window',
  ])
  readonly #windowBooked = this.#gauge('gateway_calls_booked', 'Of these, calls that made an appointment', [
    'window',
  ])
  readonly #conversion = this.#gauge(
    'gateway_booking_conversion_ratio',
    'Booked calls per call; absent without calls',
    ['window'],
  )
  readonly #callDuration = this.#gauge('gateway_call_duration_seconds_average', 'Average length of a call', [
    'window',
  ])
  readonly #callCost = this.#gauge('gateway_call_cost_eur_average', 'Average cost of a call', ['window'])
  readonly #queued = this.#gauge('gateway_queue_entries', 'What waits or died, by queue and state', [
    'queue',
    'state',
  ])
  readonly #oldest = this.#gauge('gateway_queue_oldest_seconds', 'Age of the oldest of these', [
    'queue',
    'state',
  ])
  readonly #companyCalls = this.#gauge('gateway_company_calls', 'Calls of a company in the last 30 days', [
    'company',
  ])
  readonly #companyBooked = this.#gauge(
    'gateway_company_booked_calls',
    'Calls of a company in the last 30 days that ended with an appointment',
    ['company'],
  )
  readonly #companyCost = this.#gauge(
    'gateway_company_cost_eur',
    'What the calls of a company cost in the last 30 days',
    ['company'],
  )
  readonly #figuresUp = this.#gauge(
    'gateway_figures_up',
    'Whether PostgreSQL told the figures of this scrape',
  )

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    // A series that is born at 1 has no increase: the first occurrence would never page.
    for (const alarm of alarmNames) this.#alarms.inc({ alarm }, 0)
  }

  /** Lets the series of these functions exist before their first call, failures that alerts ask for included. */
  announceFunctions(names: readonly string[]): void {
    for (const name of names) this.#childrenOf(name)
  }

  /** Counts a function call. */
  functionCall({ functionName, status, errorCode, durationMs, alternatives }: FunctionCallSample): void {
    const children = this.#childrenOf(functionName)
    children.duration.observe(durationMs / 1000)
    children[status].inc()
    if (status === 'error')
      this.#errors.inc({ function: functionName, code: this.#codes(errorCode ?? 'none') })
    if (alternatives) this.#alternatives.inc({ function: functionName })
  }

  /** Counts a read of free times. */
  availabilityRead(outcome: string): void {
    const child = this.#reads.get(outcome) ?? this.#availability.labels({ outcome })
    this.#reads.set(outcome, child)
    child.inc()
  }

  /** Counts a request to Cal.com, or one that was not sent. */
  calcomRequest({ connectionId, operation, outcome, durationMs }: CalcomRequestSample): void {
    this.#calcom.inc({ connection: this.#connections(connectionId), operation, outcome })
    if (durationMs > 0) this.#calcomDurations.observe({ operation }, durationMs / 1000)
  }

  /** Counts something that Cal.com says otherwise than we know it. */
  calcomDrift({ source, field }: { source: string; field: string }): void {
    this.#drift.inc({ source, field: this.#fields(field.replaceAll('[]', '.*')) })
  }

  /** Counts openings that this process found itself; `key` is 'calcom:<connection>'. */
  redisMisfit(kind: string): void {
    this.#misfits.inc({ kind })
  }

  breakerChange({ key, to, source }: { key: string; to: string; source: string }): void {
    if (to === 'open' && source === 'local')
      this.#trips.inc({ connection: this.#connections(key.replace(/^calcom:/, '')) })
  }

  /** Counts function calls that tracking had to drop. */
  trackingDropped(count: number): void {
    this.#dropped.inc(count)
  }

  /** Counts a log line with an alarm. */
  alarm(alarm: AlarmName): void {
    this.#alarms.inc({ alarm })
  }

  /** Counts a run of a background job. */
  job({ task, status, durationMs }: JobSample): void {
    const name = this.#names(task)
    this.#jobs.inc({ task: name, status })
    this.#jobDurations.observe({ task: name }, durationMs / 1000)
  }

  /** Counts an HTTP response; refusals with the route's pattern, never the address itself. */
  httpResponse(statusCode: number, route: string | undefined): void {
    const child = this.#statuses.get(statusCode) ?? this.#responses.labels({ status: statusCode })
    this.#statuses.set(statusCode, child)
    child.inc()
    if (statusCode >= 400) this.#refused.inc({ route: this.#names(route ?? 'none'), status: statusCode })
  }

  /** Everything in Prometheus's text format; never fails because a source does. */
  async text(sources: MetricSources): Promise<string> {
    this.#breakers.reset()
    this.#budget.reset()
    for (const { connectionId, breaker, requestsLastMinute } of sources.connections()) {
      const connection = this.#connections(connectionId)
      this.#breakers.set({ connection }, breakerValues[breaker])
      this.#budget.set({ connection }, requestsLastMinute)
      this.#trips.inc({ connection }, 0)
    }
    this.#tracking.set(sources.trackingWaiting())
    this.#show(await sources.figures().catch(() => null))
    return this.registry.metrics()
  }

  #show(figures: Figures | null): void {
    for (const gauge of [
      this.#windowCalls,
      this.#windowBooked,
      this.#conversion,
      this.#callDuration,
      this.#callCost,
      this.#queued,
      this.#companyCalls,
      this.#companyBooked,
      this.#companyCost,
      this.#oldest,
    ])
      gauge.reset()
    this.#figuresUp.set(figures === null ? 0 : 1)
    for (const { window, calls, booked, durationSeconds, costEur } of figures?.windows ?? []) {
      this.#windowCalls.set({ window }, calls)
      this.#windowBooked.set({ window }, booked)
      if (calls > 0) this.#conversion.set({ window }, booked / calls)
      if (durationSeconds !== null) this.#callDuration.set({ window }, durationSeconds)
      if (costEur !== null) this.#callCost.set({ window }, costEur)
    }
    for (const { companyId, calls, booked, costEur } of figures?.companies ?? []) {
      const company = String(companyId)
      this.#companyCalls.set({ company }, calls)
      this.#companyBooked.set({ company }, booked)
      this.#companyCost.set({ company }, costEur)
    }
    for (const { queue, state, count, oldestSeconds } of figures?.queues ?? []) {
      this.#queued.set({ queue, state }, count)
      this.#oldest.set({ queue, state }, oldestSeconds)
    }
  }

  #childrenOf(functionName: string): FunctionChildren {
    const known = this.#functions.get(functionName)
    if (known) return known
    const children = {
      duration: this.#durations.labels({ function: functionName }),
      success: this.#calls.labels({ function: functionName, status: 'success' }),
      error: this.#calls.labels({ function: functionName, status: 'error' }),
    }
    // They exist from the first call on, so that an error rate of none reads 0 and the first error is an increase.
    children.success.inc(0)
    children.error.inc(0)
    for (const code of alertedCodes) this.#errors.inc({ function: functionName, code: this.#codes(code) }, 0)
    this.#functions.set(functionName, children)
    return children
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] })
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] })
  }
}

/** Lets the first `max` names pass, if they look like names; everything else becomes 'other'. */
function boundedNames(max: number): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= max || !/^[\w:/.*-]{1,80}$/.test(name)) return 'other'
    known.add(name)
    return name
  }
}
