/**
 * Finds the call a request belongs to (design section 4, step 3): this process's memory, then the database; a call that is not there yet
 * is created from the numbers in the request, so a function call may overtake call_started (incident I-07). Never guesses a
 * company: the last resorts hold only inside a company that the request itself proves (I-04, I-05).
 * Not in the shared cache: a context says whose data a caller may see, and there nobody could tell who wrote it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { AppError } from '../../errors.ts'
import { callNotFound } from '../../german/sentences/calls.ts'
import type { Clock } from '../../lib/clock.ts'
import { callerNumber, normalisePhone } from '../../lib/phone.ts'
import type { FunctionRequest, RetellCall } from '../../retell/envelope.ts'
import type { CallContext } from '../call-context.ts'
import {
  type CallStatus,
  type CallTenancy,
  loadCall,
  loadOnlyOngoingCall,
  mergeCall,
  type StoredCall,
} from './call-rows.ts'
import type { CallRouting, Route } from './routing.ts'

type Deps = {
  tenancy: CallTenancy
  routing: CallRouting
  clock: Clock
  log: Logger
}

const contextTtlSeconds = 600
const recentCallMs = 5 * 60_000
const lookUpsMax = 5
const lookUpPauseMs = 50
/** Retell's ids; a placeholder a model made up ("call_001") is not worth waiting for. */
const realCallId = /^call_[0-9a-z_]{8,}$/i

export class CallDirectory {
  readonly #deps: Deps
  readonly #known: LRUCache<string, StoredCall>
  /** Calls that are waited for or were in vain: the next function of such a call is answered at once. */
  readonly #awaited: LRUCache<string, Promise<StoredCall | null>>

  constructor(deps: Deps) {
    this.#deps = deps
    const options = {
      max: 10_000,
      ttl: contextTtlSeconds * 1000,
      perf: { now: () => deps.clock.now().getTime() },
    }
    this.#known = new LRUCache(options)
    this.#awaited = new LRUCache(options)
  }

  /**
   * The context of a function call. `wait: false` does not wait for a call whose call_started is still on its way.
   * @throws AppError `context_not_found` (speakable) when no company is proven, `context_mismatch` when the request's
   * numbers contradict the stored call.
   */
  async resolve(
    request: Pick<FunctionRequest, 'call' | 'callIdHint'>,
    { wait = true }: { wait?: boolean } = {},
  ): Promise<CallContext> {
    const { call } = request
    const callId = call === null ? request.callIdHint : call.callId
    const stored = callId === null ? null : await this.#load(callId)
    if (stored) return this.#contextOf(await this.#agreed(stored, call))

    const route = call === null ? null : await this.routeOf(call)
    if (callId !== null && call !== null && route !== null)
      return this.#contextOf(await this.create(callId, call, route))
    if (wait && callId !== null && call?.callType !== 'web_call' && realCallId.test(callId)) {
      const late = await this.#waitOnce(callId)
      if (late) return this.#contextOf(late)
    }
    return this.#lastResort(callId, call)
  }

  /** The company and branch that the numbers of a call prove; null when it has none or they are not ours. */
  async routeOf(call: RetellCall): Promise<Route | null> {
    const ours = ourNumber(call)
    return ours === null ? null : this.#deps.routing.loadByNumber(ours)
  }

  /**
   * Writes the rows of a call or merges into them; the context of the next request sees it.
   * @throws AppError `context_mismatch` (speakable) when the id is another company's by now: PostgreSQL's policies refuse the
   * write, and whoever asked could not see it before, because both came at once.
   */
  async create(
    callId: string,
    call: RetellCall,
    route: Route,
    status: CallStatus = 'ongoing',
    callStatus: string | null = null,
  ): Promise<StoredCall> {
    const merging = mergeCall(this.#deps.tenancy, {
      callId,
      companyId: route.companyId,
      branchId: route.branchId,
      phoneNumberId: route.phoneNumberId,
      agentId: call.agentId,
      agentVersion: call.agentVersion,
      fromNumber:
        call.direction === 'outbound' ? normalisePhone(call.fromNumber ?? '') : callerNumber(call.fromNumber),
      toNumber: normalisePhone(call.toNumber ?? ''),
      direction: call.direction === 'outbound' ? 'outbound' : 'inbound',
      status,
      callStatus,
      startedAt: call.startedAt ?? (status === 'ongoing' ? this.#deps.clock.now() : null),
    })
    const stored = await merging.catch(async (error: unknown) => {
      const known = await this.#load(callId)
      throw known === null || known.companyId === route.companyId ? error : this.mismatch(callId)
    })
    this.#known.set(stored.callId, stored)
    return stored
  }

  /** The stored call, from memory or database; null when there is none. */
  async load(callId: string): Promise<StoredCall | null> {
    return this.#load(callId)
  }

  /** Whether a call's numbers, or without ours its agent, belong to another company than `companyId`. */
  async provesAnother(companyId: number, call: RetellCall): Promise<boolean> {
    const byNumber = await this.routeOf(call)
    const told =
      byNumber ?? (call.agentId === null ? null : await this.#deps.routing.loadByAgent(call.agentId))
    return told !== null && told.companyId !== companyId
  }

  /** Drops a call from memory, for instance after its customer changed. */
  forget(callId: string): void {
    this.#known.delete(callId)
  }

  async #load(callId: string): Promise<StoredCall | null> {
    const known = this.#known.get(callId)
    if (known) return known
    const stored = await loadCall(this.#deps.tenancy, callId)
    if (stored) this.#known.set(stored.callId, stored)
    return stored
  }

  /** Several functions of one call wait together; later ones have looked already and do not wait again. */
  async #waitOnce(callId: string): Promise<StoredCall | null> {
    const awaited = this.#awaited.get(callId)
    if (awaited) return awaited
    const waiting = this.#waitFor(callId)
    this.#awaited.set(callId, waiting)
    // What was found is in #known, and a database that failed is no answer: only a wait in vain is remembered.
    const forget = () => this.#awaited.delete(callId)
    waiting.then((found) => found !== null && forget(), forget)
    return waiting
  }

  /** A request without numbers whose call_started is still on its way (the guide: 5 times, 50 ms × attempt). */
  async #waitFor(callId: string): Promise<StoredCall | null> {
    for (let attempt = 1; attempt <= lookUpsMax; attempt++) {
      await pause(lookUpPauseMs * attempt)
      const stored = await this.#load(callId)
      if (stored) return stored
    }
    return null
  }

  /** Numbers fill what the row lacks and refuse what it contradicts. */
  async #agreed(stored: StoredCall, call: RetellCall | null): Promise<StoredCall> {
    if (call === null) return stored
    const pairs = [
      [stored.toNumber, normalisePhone(call.toNumber ?? '')],
      [stored.fromNumber, callerNumber(call.fromNumber)],
    ] as const
    const contradicts = ([known, told]: readonly [string | null, string | null]) =>
      known !== null && told !== null && known !== told
    if (pairs.some(contradicts) || (await this.provesAnother(stored.companyId, call)))
      throw this.mismatch(stored.callId)
    const withoutNumbers = stored.toNumber === null && stored.fromNumber === null
    const route = withoutNumbers ? await this.routeOf(call) : null
    if (route === null || route.companyId !== stored.companyId) return stored
    return this.create(stored.callId, call, route)
  }

  /**
   * Reports that a call, in what it says of itself, contradicts the stored one. Out: the refusal `context_mismatch` (speakable), to be
   * thrown.
   */
  mismatch(callId: string): AppError {
    this.#deps.log.warn(
      { alarm: 'call_number_mismatch', callId },
      'what a call says of itself contradicts the stored call',
    )
    return new AppError('context_mismatch', callNotFound())
  }

  async #lastResort(callId: string | null, call: RetellCall | null): Promise<CallContext> {
    const { routing } = this.#deps
    const withoutNumbers = call === null || ourNumber(call) === null
    const byAgent = call?.agentId != null && withoutNumbers ? await routing.loadByAgent(call.agentId) : null
    if (byAgent) {
      if (callId !== null && call !== null) return this.#contextOf(await this.create(callId, call, byAgent))
      const recent = await this.#onlyOngoing(byAgent.companyId)
      return recent ? this.#contextOf(recent) : withoutCall(byAgent, call)
    }
    if (withoutNumbers) {
      const test = await routing.loadTestCompany()
      if (test && callId !== null && call !== null)
        return this.#contextOf(await this.create(callId, call, test))
      if (test) return withoutCall(test, call)
      const only = call === null ? await routing.loadOnlyCompany() : null
      const recent = only === null ? null : await this.#onlyOngoing(only.companyId)
      if (recent) return this.#contextOf(recent)
    }
    const businessNumber = call === null ? null : ourNumber(call)
    this.#deps.log.warn(
      { alarm: 'call_context_not_found', callId, businessNumber },
      'no company for this call',
    )
    throw new AppError('context_not_found', callNotFound(), { fields: { fallback: 'callback_request' } })
  }

  #onlyOngoing(companyId: number): Promise<StoredCall | null> {
    const since = new Date(this.#deps.clock.now().getTime() - recentCallMs)
    return loadOnlyOngoingCall(this.#deps.tenancy, companyId, since)
  }

  async #contextOf(stored: StoredCall): Promise<CallContext> {
    const { branchId } = stored
    if (branchId === null) throw new AppError('context_not_found', callNotFound())
    return {
      callId: stored.callId,
      companyId: stored.companyId,
      branchId,
      phoneNumberId: stored.phoneNumberId,
      customerId: stored.customerId,
      timeZone: stored.timeZone,
      agentId: stored.agentId,
      callerNumber: stored.direction === 'outbound' ? stored.toNumber : stored.fromNumber,
    }
  }
}

/** Our side of a call: the dialled number, or the calling one of an outbound call. E.164; a business's number is no personal data. */
export function ourNumber(call: RetellCall): string | null {
  const raw = call.direction === 'outbound' ? call.fromNumber : call.toNumber
  return raw === null ? null : normalisePhone(raw)
}

function withoutCall(route: Route, call: RetellCall | null): CallContext {
  return {
    callId: null,
    companyId: route.companyId,
    branchId: route.branchId,
    phoneNumberId: route.phoneNumberId,
    customerId: null,
    timeZone: route.timeZone,
    agentId: call?.agentId ?? null,
    callerNumber: null,
  }
}
