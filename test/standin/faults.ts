/**
 * What goes wrong, decided per request from the seed and from what the request is about (its n-th time), so that a run can be
 * repeated. The probabilities are those of a bad day, all at once.
 */
import { draw } from './chance.ts'
import type { OperationName } from './contract.ts'

export type Fault =
  /** The connection breaks before anything has happened. */
  | 'reset-before'
  /** It happens, and the connection breaks without an answer. */
  | 'lost-answer'
  /** It happens, and the answer is a 5xx. */
  | 'error-after'
  /** A 5xx before anything has happened. */
  | 'error-before'
  /** It happens, and the answer comes after the gateway has given up. */
  | 'slow'
  /** Refused by the throttler. */
  | 'throttled'
  /** 201 with id, uid and status only; reading that booking fails for a while. */
  | 'short'
  /** The same request arrived twice on the way: the answer is the refusal of the second. */
  | 'doubled'
  /** Booked at another start than asked. */
  | 'other-start'
  /** Nothing is booked; the answer shows an older booking of somebody else. */
  | 'older-booking'

const none = {}
const reads: Partial<Record<Fault, number>> = {
  'reset-before': 0.015,
  'error-before': 0.015,
  slow: 0.01,
  throttled: 0.008,
}
const writes: Partial<Record<Fault, number>> = {
  'reset-before': 0.015,
  'lost-answer': 0.03,
  'error-after': 0.03,
  'error-before': 0.01,
  slow: 0.02,
  throttled: 0.01,
}
const rates: Record<OperationName, Partial<Record<Fault, number>>> = {
  slots: reads,
  list: reads,
  read: reads,
  reservation: reads,
  reserve: writes,
  extend: writes,
  release: writes,
  create: { ...writes, short: 0.04, doubled: 0.04, 'other-start': 0.012, 'older-booking': 0.01 },
  move: { ...writes, short: 0.03, doubled: 0.03, 'other-start': 0.01 },
  cancel: { ...writes, doubled: 0.03 },
  eventTypes: none,
  teamEventTypes: none,
  registerWebhook: none,
  webhooks: none,
  me: none,
  teams: none,
}

export type WebhookFate = 'delivered' | 'lost' | 'twice' | 'late'

export class Faults {
  /** Off while things settle. */
  active = true
  readonly counts = new Map<string, number>()
  readonly #seed: number
  readonly #times = new Map<string, number>()
  /** Reads of these bookings, and lists, fail that often yet. */
  readonly #failingReads = new Map<string, number>()
  #failingLists = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** What happens to a request about `subject`. */
  decide(operation: OperationName, subject: string): Fault | undefined {
    if (!this.active) return undefined
    const at = draw(this.#seed, `fault|${this.#count(`${operation}|${subject}`)}`)
    let sum = 0
    for (const [fault, rate] of Object.entries(rates[operation]) as [Fault, number][]) {
      sum += rate
      if (at < sum) return this.#counted(operation, fault)
    }
    return undefined
  }

  /** How long a new state takes to show in lists, in milliseconds; mostly not at all. */
  decideLag(subject: string): number {
    if (!this.active) return 0
    const at = draw(this.#seed, `lag|${this.#count(`lag|${subject}`)}`)
    if (at >= 0.15) return 0
    this.#counted('list', 'lags')
    return 1_000 + Math.round((at / 0.15) * 4_000)
  }

  /** After a short answer, and often after a lost one: the next reads of the booking fail too. */
  failReads(uid: string): void {
    const reads = 1 + Math.floor(draw(this.#seed, `reads|${uid}`) * 4)
    this.#failingReads.set(uid, reads)
    this.#failingLists += reads > 2 ? 1 : 0
  }

  /** The status a read of this booking (or, without uid, a list) fails with, if it does. */
  decideRead(uid?: string): number | undefined {
    if (!this.active) return undefined
    const left = uid === undefined ? this.#failingLists : (this.#failingReads.get(uid) ?? 0)
    if (left === 0) return undefined
    if (uid === undefined) this.#failingLists -= 1
    else this.#failingReads.set(uid, left - 1)
    const status = [404, 429, 500][Math.floor(draw(this.#seed, `read|${uid}|${left}`) * 3)] as number
    this.#counted(uid === undefined ? 'list' : 'read', `fails ${status}`)
    // A list is never "not found".
    return uid === undefined && status === 404 ? 500 : status
  }

  /** What becomes of a webhook. */
  decideWebhook(subject: string): WebhookFate {
    if (!this.active) return 'delivered'
    const at = draw(this.#seed, `webhook|${this.#count(`webhook|${subject}`)}`)
    const fate = at < 0.12 ? 'lost' : at < 0.22 ? 'twice' : at < 0.4 ? 'late' : 'delivered'
    if (fate !== 'delivered') this.#counted('webhook', fate)
    return fate
  }

  #count(key: string): string {
    const times = (this.#times.get(key) ?? 0) + 1
    this.#times.set(key, times)
    return `${key}|${times}`
  }

  #counted<T extends string>(what: string, fault: T): T {
    const key = `${what} ${fault}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    return fault
  }
}
