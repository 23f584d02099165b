/**
 * How much one call, one number and one company may bring about in a day: bookings, changes, callback requests, facts named in vain.
 * Each of them sends at most one mail to anybody, so mails are limited with them. Counted by what was answered, in the cache: without
 * Redis each process counts for itself, and a cache that is gone limits nobody.
 */
import type { Logger } from 'pino'
import { AppError } from '../errors.ts'
import { noMoreCallbacks, noMoreChanges } from '../german/sentences/calls.ts'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'
import { inBackground } from '../lib/in-background.ts'
import type { CallContext } from '../services/call-context.ts'
import type { FunctionAnswer } from './define.ts'

type Kind = 'bookings' | 'callbacks' | 'changes' | 'failedProofs'
type Caller = Pick<CallContext, 'companyId' | 'callId' | 'callerNumber'>

/** 0: no limit. */
export type AbuseMax = Readonly<Record<Kind, { perCall: number; perNumber: number; perCompany: number }>>

type Deps = {
  cache: Pick<Cache, 'increment' | 'addIfAbsent'>
  clock: Clock
  log: Logger
  max: AbuseMax
}

const daySeconds = 86_400
/** What each function may bring about; the others bring about nothing that is counted. */
const kinds: Readonly<Record<string, Kind>> = {
  reserve_slot: 'bookings',
  start_booking: 'bookings',
  confirm_booking: 'bookings',
  book_appointment: 'bookings',
  collect_appointment_data: 'bookings',
  cancel_appointment: 'changes',
  reschedule_appointment: 'changes',
  request_callback: 'callbacks',
}
/** Functions that tell or change an appointment, for which a caller without a number has to prove that it is theirs. */
const proving = new Set([
  'query_appointment',
  'query_appointment_by_name',
  'get_customer_appointments',
  'cancel_appointment',
  'reschedule_appointment',
  'change_appointment',
])
const inVain = new Set<string>(['appointment_not_found', 'identity_locked'])

export class AbuseLimits {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Lets a function begin. @throws AppError `limit_reached` (speakable), with an alarm, when a limit of its kind is used up */
  async admit(functionName: string, caller: Caller): Promise<void> {
    const proves = caller.callerNumber === null && proving.has(functionName)
    const asked = [kinds[functionName], proves ? ('failedProofs' as const) : undefined]
    for (const kind of asked) {
      if (kind === undefined) continue
      const counts = await Promise.all(this.#counters(kind, caller).map((one) => this.#count(one.key, 0)))
      const full = this.#counters(kind, caller).filter((one, index) => (counts[index] ?? 0) >= one.max)
      if (full.length === 0) continue
      const { companyId, callId } = caller
      const scopes = full.map(({ scope }) => scope)
      this.#deps.log.error({ alarm: 'abuse_limit', kind, scopes, companyId, callId }, 'a limit is used up')
      const say = kind === 'callbacks' ? noMoreCallbacks() : noMoreChanges()
      throw new AppError('limit_reached', say, {
        fields: kind === 'callbacks' ? {} : { fallback: 'callback_request' },
      })
    }
  }

  /** Counts what an answer says was done; nobody waits for it. A repeat that tells the same again counts once. */
  note(functionName: string, caller: Caller, answer: FunctionAnswer): void {
    const kind = kinds[functionName]
    if (answer.success && kind === 'bookings' && 'calcom_uid' in answer)
      this.#add(kind, caller, answer.calcom_uid)
    if (answer.success && kind === 'changes' && changed.has(String(answer.status)))
      this.#add(kind, caller, `${answer.appointment_id}:${answer.new_time ?? ''}:${answer.status}`)
    if (typeof answer.callback_id === 'number') this.#add('callbacks', caller, answer.callback_id)
    if (caller.callerNumber === null && proving.has(functionName) && inVain.has(String(answer.error)))
      this.#add('failedProofs', caller, null)
  }

  /** @param what names it, so that it is counted once; null counts each time */
  #add(kind: Kind, caller: Caller, what: unknown): void {
    const { cache } = this.#deps
    const counting = async () => {
      if (
        what !== null &&
        !(await cache.addIfAbsent(`abuse:seen:${caller.companyId}:${kind}:${what}`, true, daySeconds))
      )
        return
      await Promise.all(this.#counters(kind, caller).map(({ key }) => this.#count(key, 1)))
    }
    inBackground(counting())
  }

  #count(key: string, by: number): Promise<number> {
    return this.#deps.cache.increment(key, daySeconds, by)
  }

  #counters(kind: Kind, { companyId, callId, callerNumber }: Caller) {
    const { perCall, perNumber, perCompany } = this.#deps.max[kind]
    const day = this.#deps.clock.now().toISOString().slice(0, 10)
    const of = (scope: string, who: string | null, max: number) =>
      who === null || max === 0
        ? []
        : [{ scope, max, key: `abuse:${companyId}:${kind}:${scope}:${day}:${who}` }]
    return [
      ...of('call', callId, perCall),
      ...of('number', callerNumber, perNumber),
      ...of('company', String(companyId), perCompany),
    ]
  }
}

const changed = new Set(['cancelled', 'cancel_pending', 'rescheduled'])
