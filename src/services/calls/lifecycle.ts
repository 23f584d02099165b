/**
 * The life of a call as Retell's events tell it: inbound, started, ended, analyzed. Each event may come twice, late or in
 * any order; every handler merges into the rows of the call. An event whose company cannot be told is ignored, not stored
 * under somebody else's.
 */
import type { Logger } from 'pino'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { AppError } from '../../errors.ts'
import { localDayOf } from '../../german/index.ts'
import { saySpans } from '../../german/sentences/opening-hours.ts'
import type { Clock } from '../../lib/clock.ts'
import { callerNumber } from '../../lib/phone.ts'
import type { RetellCall } from '../../retell/envelope.ts'
import type { EventDetails, RetellEvent } from '../../retell/events.ts'
import { branchOf, type CatalogueBranch, type Catalogues } from '../catalogue.ts'
import { dayHours, nextOpenDay } from '../day-hours.ts'
import { comparePersonNames, readPersonName } from '../matching/index.ts'
import { transcriptMax, writeDetails } from './call-details.ts'
import type { CallStatus, StoredCall } from './call-rows.ts'
import { type CallDirectory, ourNumber } from './directory.ts'
import { type CallerCard, dynamicVariables } from './dynamic-variables.ts'
import { writeEvidence } from './evidence.ts'
import type { CallRouting, Route } from './routing.ts'

/** What is answered to Retell; events that mean nothing to us are acknowledged too. */
export type EventOutcome = { status: 'handled' | 'ignored'; body: Record<string, unknown> }

/** Today's and tomorrow's free times of a branch, as far as they are known without asking Cal.com. */
export type KnownFreeTimes = (
  route: Pick<Route, 'companyId' | 'branchId'>,
) => Promise<Record<string, string[]>>

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  directory: CallDirectory
  routing: CallRouting
  catalogues: Catalogues
  freeTimes: KnownFreeTimes
  /** Told of a call that is over; does not wait. */
  endCall: (call: Pick<StoredCall, 'companyId' | 'callId'>) => void
  clock: Clock
  log: Logger
  /** Euros per US dollar, stored with the cost it was used for. */
  usdEurRate: number
}

const ignored: EventOutcome = { status: 'ignored', body: { received: true, handled: false } }
const announcesBooking = /\b(ist|wurde|habe[n]?)\b[^.\n]{0,80}\b(gebucht|eingetragen|bestätigt)\b/i

export class CallLifecycle {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Handles one event.
   * @throws when the database cannot store it, so that Retell sends it again.
   */
  async handle(event: RetellEvent): Promise<EventOutcome> {
    const { call } = event
    if (call === null) return ignored
    try {
      return await this.#told(event, call)
    } catch (error) {
      // Another company's call by its id or numbers: reported, and sent again it would be refused again.
      if (error instanceof AppError && error.code === 'context_mismatch') return ignored
      throw error
    }
  }

  async #told(event: RetellEvent, call: RetellCall): Promise<EventOutcome> {
    switch (event.name) {
      case 'call_inbound':
        return this.#inbound(call)
      case 'call_started':
        return this.#started(call, event.details)
      case 'call_ended':
        return this.#finished(call, event.details, 'completed')
      case 'call_analyzed':
        return this.#finished(call, event.details, 'analyzed')
      default:
        return ignored
    }
  }

  /** Before the call connects: who is calling whom. Answers variables for the prompt; without a call id nothing is stored. */
  async #inbound(call: RetellCall): Promise<EventOutcome> {
    const { directory, catalogues, tenancy, clock, log } = this.#deps
    const route = await directory.routeOf({ ...call, direction: 'inbound' })
    if (route === null) {
      log.warn(
        {
          alarm: 'unknown_number',
          event: 'call_inbound',
          businessNumber: ourNumber({ ...call, direction: 'inbound' }),
        },
        'a number that belongs to no company was called',
      )
      return { status: 'ignored', body: { call_inbound: {} } }
    }
    if (call.callId !== null) {
      const known = await directory.load(call.callId)
      if (known !== null && known.companyId !== route.companyId) throw directory.mismatch(call.callId)
      await directory.create(call.callId, call, route, 'inbound')
    }
    const catalogue = await catalogues.load(route.companyId)
    const phone = callerNumber(call.fromNumber)
    const customerName =
      phone === null
        ? null
        : await tenancy.run(route.companyId, (tx) => loadOnlyName(tx, route.companyId, phone))
    const branch = branchOf(catalogue, route.branchId)
    const variables = dynamicVariables(
      {
        companyName: catalogue.company.name,
        branchName: branch.name,
        timeZone: branch.timeZone,
        ...hoursOf(branch, clock.now()),
        customerName,
        customerPhone: phone,
      },
      clock.now(),
    )
    const metadata = { company_id: String(route.companyId), branch_id: route.branchId }
    return { status: 'handled', body: { call_inbound: { dynamic_variables: variables, metadata } } }
  }

  async #started(call: RetellCall, details: EventDetails): Promise<EventOutcome> {
    const stored = await this.#stored(call, 'ongoing', details.callStatus ?? 'ongoing')
    if (stored === null) return ignored
    const { clock, freeTimes, catalogues } = this.#deps
    const catalogue = await catalogues.load(stored.companyId)
    const branchId = stored.branchId ?? catalogue.branches[0]?.id
    if (branchId === undefined) return { status: 'handled', body: { received: true } }
    const branch = branchOf(catalogue, branchId)
    const variables = dynamicVariables(
      {
        companyName: catalogue.company.name,
        branchName: branch.name,
        timeZone: branch.timeZone,
        ...hoursOf(branch, clock.now()),
        customerName: null,
        customerPhone: stored.fromNumber,
      },
      clock.now(),
    )
    const availability = await freeTimes({ companyId: stored.companyId, branchId })
    return {
      status: 'handled',
      body: { received: true, call_id: stored.callId, context: variables, availability },
    }
  }

  /** call_ended and call_analyzed bring the same fields; whichever has one fills it. */
  async #finished(call: RetellCall, details: EventDetails, status: CallStatus): Promise<EventOutcome> {
    const stored = await this.#stored(call, status, details.callStatus)
    if (stored === null) return ignored
    const { tenancy, usdEurRate, clock, log, endCall } = this.#deps
    if (status === 'completed') endCall(stored)
    const now = clock.now()
    const found = await tenancy.run(stored.companyId, async (tx) => {
      await writeDetails(tx, stored, details, { startedAt: call.startedAt, usdEurRate, now })
      const undisclosed = await writeEvidence(tx, stored, details, { agentVersion: call.agentVersion, now })
      if (status !== 'analyzed') return { undisclosed, announced: false }
      await linkCustomer(tx, stored, details)
      return { undisclosed, announced: await flagPhantomBooking(tx, stored, details) }
    })
    const { companyId, callId, agentId } = stored
    if (found.announced)
      log.error(
        { alarm: 'announced_without_booking', callId },
        'the agent announced a booking that does not exist',
      )
    if (found.undisclosed)
      log.error(
        { alarm: 'disclosure_missing', companyId, callId, agentId, agentVersion: call.agentVersion },
        'the agent did not begin with the sentence that a machine speaks',
      )
    return { status: 'handled', body: { received: true, call_id: stored.callId } }
  }

  async #stored(call: RetellCall, status: CallStatus, callStatus: string | null): Promise<StoredCall | null> {
    const { directory, routing, log } = this.#deps
    if (call.callId === null) return null
    const known = await directory.load(call.callId)
    const byNumber = await directory.routeOf(call)
    if (known !== null && (await directory.provesAnother(known.companyId, call)))
      throw directory.mismatch(call.callId)
    const route = byNumber ?? routeOfCall(known) ?? (await this.#routeWithoutNumbers(call, routing))
    if (route === null) {
      log.warn(
        { alarm: 'unknown_number', callId: call.callId, businessNumber: ourNumber(call) },
        'an event of a call that belongs to no company',
      )
      return null
    }
    return directory.create(call.callId, call, route, status, callStatus)
  }

  async #routeWithoutNumbers(call: RetellCall, routing: CallRouting): Promise<Route | null> {
    if (call.toNumber !== null) return null
    const byAgent = call.agentId === null ? null : await routing.loadByAgent(call.agentId)
    return byAgent ?? (call.callType === 'web_call' ? routing.loadTestCompany() : null)
  }
}

function routeOfCall(stored: StoredCall | null): Route | null {
  if (stored === null || stored.branchId === null) return null
  const { companyId, branchId, phoneNumberId, timeZone } = stored
  return { companyId, branchId, phoneNumberId, timeZone }
}

/** Whom a number recognises: not who typed it on the web only (customers.ts). */
const recognised = {
  erasedAt: null,
  OR: [{ source: { not: 'web' } }, { phoneConfirmedAt: { not: null } }],
}

/** The customer's name if the number belongs to exactly one. */
async function loadOnlyName(tx: Tx, companyId: number, phone: string): Promise<string | null> {
  const customers = await tx.customer.findMany({
    where: { companyId, phone, ...recognised },
    select: { name: true },
    take: 2,
  })
  const [only] = customers
  // A name that cannot be read as one is not put into a prompt.
  return only === undefined || customers.length > 1 ? null : readPersonName(only.name)
}

/** Links the call to a customer by the caller's number, and by the name when several share it. */
async function linkCustomer(tx: Tx, stored: StoredCall, details: EventDetails): Promise<void> {
  const caller = stored.direction === 'outbound' ? stored.toNumber : stored.fromNumber
  if (stored.customerId !== null || caller === null) return
  const told = details.custom?.customer_name ?? details.custom?.name
  const name = typeof told === 'string' ? readPersonName(told) : null
  const customers = await tx.customer.findMany({
    where: { companyId: stored.companyId, phone: caller, ...recognised },
    select: { id: true, name: true },
  })
  const fitting =
    customers.length === 1
      ? customers
      : customers.filter((one) => name !== null && comparePersonNames(one.name, name) !== 'different')
  const [customer] = fitting
  if (fitting.length !== 1 || !customer) return
  await tx.call.updateMany({
    where: { companyId: stored.companyId, retellCallId: stored.callId, customerId: null },
    data: { customerId: customer.id },
  })
}

/** Incident I-82: "gebucht" was said, and nothing is booked: somebody has to call back. */
async function flagPhantomBooking(tx: Tx, stored: StoredCall, details: EventDetails): Promise<boolean> {
  const saidByAgent = (details.transcript ?? '')
    .slice(0, transcriptMax)
    .split('\n')
    .filter((line) => line.startsWith('Agent:'))
  if (!saidByAgent.some((line) => announcesBooking.test(line))) return false
  const { count } = await tx.call.updateMany({
    where: {
      companyId: stored.companyId,
      retellCallId: stored.callId,
      appointmentMade: false,
      followUpNeeded: false,
    },
    data: { followUpNeeded: true },
  })
  return count > 0
}

/** Today's hours, closures and holidays included. */
function hoursOf(branch: CatalogueBranch, now: Date): Pick<CallerCard, 'hoursToday' | 'opensNext'> {
  const today = localDayOf(now, branch.timeZone)
  const { isKnown, isUnsure, spans } = dayHours(branch, today)
  if (!isKnown || isUnsure) return { hoursToday: null, opensNext: null }
  return { hoursToday: saySpans(spans), opensNext: spans.length > 0 ? null : nextOpenDay(branch, today) }
}
