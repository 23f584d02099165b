/**
 * Things that go wrong, on order (rules) or by dice (a seeded plan). A fault strikes `before` the work, so that
 * nothing happened, or `after` it, so that the booking exists although the client never learns of it.
 * Dice draw once per request in order of arrival: the same seed and the same order give the same faults.
 */
import { badRequest } from './errors.ts'
import { type Operation, operations } from './types.ts'

export type Span = number | [min: number, max: number]

type Effect =
  /** Answer `status` in the given shape. */
  | 'error'
  /** Keep the connection open and never answer. */
  | 'hang'
  /** Reset the TCP connection. */
  | 'reset'
  /** Answer with a body that is not what was promised. */
  | 'garbage'
  /** Announce the whole answer, send half of it, close. */
  | 'truncate'
  /** Answer late by `ms`. */
  | 'delay'
  /** Create nothing and answer 201 with an earlier booking of the same attendee email. */
  | 'old_booking'
  /** Answer a booking with `id`, `uid` and `status` only; what else it holds has to be read. */
  | 'short'
  /** Something on the way sends the request twice; the client gets the second answer (often a refusal by its own booking). */
  | 'repeated'
  /** Book (or move to) a time `shiftMinutes` after the one asked for. */
  | 'other_start'

const effects: readonly Effect[] = [
  'error',
  'hang',
  'reset',
  'garbage',
  'truncate',
  'delay',
  'old_booking',
  'short',
  'repeated',
  'other_start',
]

export interface FaultRule {
  /** One operation, or every one. */
  operation: Operation | '*'
  effect: Effect
  /** Default `before`; garbage, truncate default to `after`. */
  phase?: 'before' | 'after'
  /** How many requests it strikes; default 1, null until cleared. */
  times?: number | null
  /** Matching requests to leave alone first. */
  skip?: number
  status?: number
  shape?: 'envelope' | 'bare'
  message?: string
  code?: string
  headers?: Record<string, string>
  /** For `garbage`: the exact body, by default an HTML page of a proxy. */
  body?: string
  /** For `delay`. */
  ms?: Span
  /** For `other_start`; default 60. */
  shiftMinutes?: number
  /** The answer is a short one as well: for `old_booking` and `other_start`. */
  short?: boolean
  /** Rules that are added once this one has struck: reads that fail after a short answer, a cancellation that fails, … */
  followedBy?: FaultRule[]
}

/** Chances per request (0…1) of a random fault, and per event of a webhook mishap. */
export interface ChaosPlan {
  seed: number
  rates: Partial<Record<ChaosFault | WebhookMishap, number>>
  /** Delay of a `delay` fault and of a late webhook. */
  delayMs?: Span
  /** Operations that are struck; default all. */
  operations?: Operation[]
}

type ChaosFault =
  | 'delay'
  | 'error'
  | 'errorAfter'
  | 'tooMany'
  | 'hang'
  | 'answerLost'
  | 'reset'
  | 'resetAfter'
  | 'garbage'
  | 'truncate'
  | 'short'
  | 'shortUnread'
  | 'shortGone'
  | 'repeated'
  | 'refusedAfter'
  | 'otherStart'
  | 'otherStartKept'
type WebhookMishap = 'webhookLost' | 'webhookDelayed' | 'webhookDuplicated' | 'webhookReordered'

/** A rule as it strikes one request. */
export type Fault = FaultRule & { phase: 'before' | 'after' }

/**
 * The last seven make sense for `createBooking` (and, but for `refusedAfter`, `rescheduleBooking`) and leave other operations alone.
 * `shortUnread`, `shortGone`: the read that would complete a short answer gets a 429, a 404. `refusedAfter`: a 409 although
 * the booking was made. `otherStartKept`: the next cancellation fails as well.
 */
const chaosRules: Record<ChaosFault, Omit<FaultRule, 'operation'>> = {
  delay: { effect: 'delay' },
  error: { effect: 'error', status: 503 },
  errorAfter: { effect: 'error', status: 500, phase: 'after', shape: 'bare' },
  tooMany: { effect: 'error', status: 429 },
  hang: { effect: 'hang' },
  answerLost: { effect: 'hang', phase: 'after' },
  reset: { effect: 'reset' },
  resetAfter: { effect: 'reset', phase: 'after' },
  garbage: { effect: 'garbage' },
  truncate: { effect: 'truncate' },
  short: { effect: 'short' },
  shortUnread: { effect: 'short', followedBy: [{ operation: 'getBooking', effect: 'error', status: 429 }] },
  shortGone: {
    effect: 'short',
    followedBy: [
      {
        operation: 'getBooking',
        effect: 'error',
        status: 404,
        message: 'Booking was not found in the database',
      },
    ],
  },
  repeated: { effect: 'repeated' },
  refusedAfter: {
    effect: 'error',
    status: 409,
    phase: 'after',
    shape: 'bare',
    message: 'booking_conflict_error',
  },
  otherStart: { effect: 'other_start' },
  otherStartKept: {
    effect: 'other_start',
    followedBy: [{ operation: 'cancelBooking', effect: 'error', status: 503 }],
  },
}

/** Faults of the plan that only a writing answer can have. */
const writingFaults: Partial<Record<ChaosFault, readonly Operation[]>> = {
  short: ['createBooking', 'rescheduleBooking'],
  shortUnread: ['createBooking', 'rescheduleBooking'],
  shortGone: ['createBooking', 'rescheduleBooking'],
  repeated: ['createBooking', 'rescheduleBooking', 'cancelBooking'],
  refusedAfter: ['createBooking'],
  otherStart: ['createBooking'],
  otherStartKept: ['createBooking'],
}

/** A small, well-mixed generator (mulberry32): uniform in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export class Faults {
  #rules: (FaultRule & { left: number | null; toSkip: number })[] = []
  #latencies = new Map<Operation | '*', Span>()
  #chaos: ChaosPlan | null = null
  #random = randomFrom(1)
  #listLagMs = 0

  /** @throws VendorError for an operation or effect that does not exist: a test waiting for it would prove nothing */
  add(rule: FaultRule): void {
    checkRule(rule)
    this.#rules.push({ ...rule, left: rule.times === undefined ? 1 : rule.times, toSkip: rule.skip ?? 0 })
  }

  /** Removes rules, latencies and the random plan. */
  clear(): void {
    this.#rules = []
    this.#latencies.clear()
    this.#chaos = null
    this.#listLagMs = 0
  }

  /** Lists of bookings show a booking only this long after it was made, by the simulator's clock; 0 ends it. */
  setListLag(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw badRequest('A lag is a number of milliseconds, 0 or more')
    this.#listLagMs = ms
  }

  get listLagMs(): number {
    return this.#listLagMs
  }

  /** Constant or random time added to each request of an operation (`*`: all without their own). */
  setLatency(operation: Operation | '*', ms: Span): void {
    this.#latencies.set(operation, ms)
  }

  /** Starts a random plan from its seed, or ends it. */
  setChaos(plan: ChaosPlan | null): void {
    this.#chaos = plan
    this.#random = randomFrom(plan?.seed ?? 1)
  }

  latencyMs(operation: Operation): number {
    return this.pick(this.#latencies.get(operation) ?? this.#latencies.get('*') ?? 0)
  }

  pick(span: Span): number {
    return typeof span === 'number' ? span : span[0] + this.#random() * (span[1] - span[0])
  }

  /** The fault that strikes this request, if any: the oldest matching rule, else the dice. */
  draw(operation: Operation): Fault | undefined {
    for (const rule of this.#rules) {
      if ((rule.operation !== '*' && rule.operation !== operation) || rule.left === 0) continue
      if (rule.toSkip > 0) {
        rule.toSkip--
        continue
      }
      if (rule.left !== null) rule.left--
      return this.#strike(rule)
    }
    return this.#roll(operation)
  }

  #roll(operation: Operation): Fault | undefined {
    const plan = this.#chaos
    if (!plan || (plan.operations && !plan.operations.includes(operation))) return undefined
    let dice = this.#random()
    for (const [name, rule] of Object.entries(chaosRules)) {
      const only = writingFaults[name as ChaosFault]
      if (only && !only.includes(operation)) continue
      dice -= plan.rates[name as ChaosFault] ?? 0
      if (dice < 0) return this.#strike({ operation, ms: plan.delayMs ?? [50, 500], ...rule })
    }
    return undefined
  }

  #strike(rule: FaultRule): Fault {
    for (const next of rule.followedBy ?? []) this.add(next)
    return withPhase(rule)
  }

  /** What happens to one webhook under the random plan. */
  rollWebhook(): { lost: boolean; duplicated: boolean; reordered: boolean; delayMs: number } {
    const rates = this.#chaos?.rates ?? {}
    const strikes = (mishap: WebhookMishap) =>
      (rates[mishap] ?? 0) > 0 && this.#random() < (rates[mishap] ?? 0)
    return {
      lost: strikes('webhookLost'),
      duplicated: strikes('webhookDuplicated'),
      reordered: strikes('webhookReordered'),
      delayMs: strikes('webhookDelayed') ? this.pick(this.#chaos?.delayMs ?? [50, 500]) : 0,
    }
  }
}

function withPhase(rule: FaultRule): Fault {
  const spoilsAnswer = rule.effect === 'garbage' || rule.effect === 'truncate' || rule.effect === 'short'
  return { ...rule, phase: rule.phase ?? (spoilsAnswer ? 'after' : 'before') }
}

/** A misspelt operation or effect would never strike. */
function checkRule({ operation, effect, followedBy }: FaultRule): void {
  checkOperation(operation)
  if (!effects.includes(effect)) throw badRequest(`Unknown effect ${effect}; known are ${effects.join(', ')}`)
  for (const next of followedBy ?? []) checkRule(next)
}

/** @throws VendorError unless it is an operation or `*` */
export function checkOperation(name: string): void {
  if (name === '*' || operations.some((known) => known === name)) return
  throw badRequest(`Unknown operation ${name}; known are * and ${operations.join(', ')}`)
}
