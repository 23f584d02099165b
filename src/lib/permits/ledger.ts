/**
 * Who may send the next request under one key. A ledger knows what was sent within the last minute, who waits, and what is
 * promised to work under way. Two implementations follow the same rules: one process's memory, and Redis for all processes.
 *
 * The order: by how long the work (a function call, a job) has been going on, so that a booking's later requests go before the
 * first one of a newer booking. A question counts as younger than it is, background work as much younger: bookings under way go
 * first, then questions, then jobs, and yet everybody's turn comes. Limit: a ledger does not wait; `RequestBudget` does.
 */

/**
 * `call`: a booking, move or cancellation under way. `question`: free times somebody asks for. `spare`: useful, but the first
 * thing to leave out: it never waits and goes only when nobody else does. `background`: jobs.
 */
export type RequestPriority = 'call' | 'question' | 'spare' | 'background'

export interface PermitRequest {
  /** This request; the same every time it asks. */
  ticket: string
  /** The work it belongs to: what is promised to that work is its own. */
  holder: string
  priority: RequestPriority
  /** How long the work has been going on. */
  ageMs: number
  /** How long the request can still wait. */
  leftMs: number
  /** Further permits that the work needs after this one: all of them or none. */
  follow: number
}

/** `waitMs`: when to ask again. `retryAfterMs`: when it makes sense again; `why` tells our limit from a pause the service imposed. */
export type Verdict =
  | { kind: 'granted' }
  | { kind: 'wait'; waitMs: number }
  | { kind: 'refused'; retryAfterMs: number; why: 'spent' | 'paused' }

export interface PermitLedger {
  /** Asks for a permit, or asks again. Undefined: the ledger cannot tell. */
  ask(request: PermitRequest): Promise<Verdict | undefined>
  /** Nothing goes for so many milliseconds; a longer pause that is already there stays. */
  pause(ms: number): Promise<void>
}

export interface PermitLimits {
  perSecond: number
  perMinute: number
}

/** What a kind of request may use of the limits, and how much younger than its age it counts. */
export interface PriorityRules {
  perSecond: number
  perMinute: number
  /** Background work only: so many of a minute it has in any case, so that a busy day does not stop the jobs for good. */
  ownPerMinute: number
  youngerMs: number
}

/** The parts of the limits that jobs, and of the minute that questions, leave to the others. */
const parts: Record<RequestPriority, { second: number; minute: number; youngerMs: number }> = {
  call: { second: 1, minute: 1, youngerMs: 0 },
  question: { second: 1, minute: 0.9, youngerMs: 1_500 },
  spare: { second: 1, minute: 0.6, youngerMs: 0 },
  background: { second: 0.6, minute: 0.6, youngerMs: 10_000 },
}
const ownPartOfJobs = 0.05

/** Whoever waits asks again within this time; whoever has not asked for `waiterGoneMs` has gone. */
export const askAgainMs = 100
export const waiterGoneMs = 1_500
/** The service may ask for a pause of an hour at most; anything longer in a ledger is a mistake. */
export const pauseMaxMs = 3_600_000

/** The rules of a priority under given limits. */
export function rulesOf(priority: RequestPriority, { perSecond, perMinute }: PermitLimits): PriorityRules {
  const { second, minute, youngerMs } = parts[priority]
  return {
    perSecond: share(perSecond, second),
    perMinute: share(perMinute, minute),
    ownPerMinute: priority === 'background' ? share(perMinute, ownPartOfJobs) : 0,
    youngerMs,
  }
}

/** A part of a limit, but never none at all. */
export function share(limit: number, part: number): number {
  return Math.max(1, Math.floor(limit * part))
}
