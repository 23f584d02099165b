/**
 * Callback requests: who wants to be called, why, when, and what the business may promise. Stored, the business notified
 * and the call marked for follow-up in one transaction. Where the business cannot be notified, the request is stored for
 * whoever lists it, an alarm is raised, and the caller is promised nothing. The same wish of one call is stored once; a repeat may add
 * the number or the time that was missing. Limit: it never reads anybody's data by a number given in the arguments.
 */

import { enqueueJob } from '../db/jobs.ts'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import { AppError } from '../errors.ts'
import { understandWish, urgencyOf } from '../german/index.ts'
import {
  callbackNumberAgain,
  callbackNumberIs,
  callbackNumberWanted,
  callbackOnlyNoted,
  mayWeCallBack,
  urgently,
  willCallBack,
  willCallBackInstead,
} from '../german/sentences/appointments.ts'
import { readPhone, spokenPhone } from '../lib/phone.ts'
import type { CallScope } from './call-context.ts'
import { type CallbackPromise, promiseCallback } from './callback-time.ts'
import { whyUnreachable } from './mail/notify.ts'
import { readPersonName } from './matching/index.ts'

/** caller: asked for; policy: a rule forbade what was wanted; technical: we could not do it; privacy: about one's own data, by law. */
export type CallbackKind = 'caller' | 'policy' | 'technical' | 'privacy'

export interface CallbackInput {
  kind: CallbackKind
  /** Why, in German words for the business. */
  reason?: string
  /** A number to call instead of the caller's own, as spoken. */
  phone?: string
  name?: string
  /** When, in the caller's words. */
  preferredTime?: string
  /** The attempt whose outcome is the reason: the request is done when that is, and what is known later replaces its text. */
  attemptId?: string
  /** The business is told at once, or not before this instant: perhaps it need not be. */
  tellAt?: Date
  /** Until when the law wants it answered. */
  dueAt?: Date
  /** Something to do for the business; the caller was promised no call. */
  isTask?: true
}

export interface StoredCallback {
  id: number
  /** null: nobody can be told of the request, so nothing is promised. */
  promise: CallbackPromise | null
  /** Whether we know where to call; otherwise the caller must be asked. */
  reachable: boolean
  /** What to say: the promise, or the question for the number. */
  say: string
  /** The same where a call is offered, not asked for: whether they want one, or the question for the number. */
  offer: string
}

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  /** Whether mails to the business leave at all. */
  mailServer: boolean
}

const reasonMax = 500
const noReason = 'Rückruf gewünscht'
const aboutAppointment = /absag|absage|storn|verschieb|verleg|umbuch|termin|frist/i

export class CallbackService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Stores what a caller asks for. Null when there is no number to call: nothing is stored, ask for it (incident I-69).
   * @throws AppError `phone_not_understood` when a number was said that makes none
   */
  async request(scope: CallScope, input: CallbackInput): Promise<StoredCallback | null> {
    if (input.phone !== undefined && isUnclear(input.phone))
      throw new AppError(
        'phone_not_understood',
        urgently(urgencyOf(input.reason), false, callbackNumberAgain),
        {
          fields: { status: 'needs_phone', requires_phone_number: true, missing_fields: ['phone'] },
        },
      )
    if (numberFor(scope, input) === null) return null
    return this.#deps.tenancy.run(scope.call.companyId, (tx) => this.requestIn(tx, scope, input))
  }

  /** Something for the business to see to; the caller is promised no call, and a number is not needed. */
  note(scope: CallScope, input: CallbackInput & { isTask: true }): Promise<StoredCallback> {
    return this.#deps.tenancy.run(scope.call.companyId, (tx) => this.requestIn(tx, scope, input))
  }

  /**
   * The same inside the transaction of what it belongs to. Stored even without a number, so that the business learns of it;
   * then `say` asks for one.
   */
  async requestIn(tx: Tx, scope: CallScope, input: CallbackInput): Promise<StoredCallback> {
    const { call, branch, now } = scope
    const phone = numberFor(scope, input)
    const wish =
      input.preferredTime === undefined
        ? null
        : understandWish(
            { date: input.preferredTime },
            { now, zone: branch.timeZone, openingHours: branch.openingHours },
          )
    const unreachable = whyUnreachable(scope.catalogue.company.notifyEmail, this.#deps.mailServer)
    const promise = unreachable === null ? promiseCallback({ now, branch }, wish) : null
    const reason = reasonText(scope, input, phone)
    await lockCall(tx, scope)
    const earlier = await this.#loadSame(tx, scope, input, reason)
    const data = {
      ...(input.attemptId !== undefined && { attemptId: input.attemptId, kind: input.kind, reason }),
      phone: phone ?? earlier?.phone ?? null,
      name: await nameFor(tx, scope, input.name, earlier?.name ?? null),
      preferredTime: input.preferredTime?.slice(0, reasonMax) ?? earlier?.preferredTime ?? null,
      ...(input.isTask !== true && (earlier === null || input.preferredTime !== undefined)
        ? { preferredFrom: promise?.from ?? null, preferredTo: promise?.to ?? null }
        : {}),
    }
    const id = earlier === null ? await this.#create(tx, scope, input, reason, data) : earlier.id
    if (earlier === null && unreachable !== null)
      scope.log.error(
        {
          component: 'callbacks',
          alarm: 'callback_unnotified',
          companyId: call.companyId,
          branchId: branch.id,
          callbackId: String(id),
          reason: unreachable,
        },
        'a callback request is stored, and nobody can be told of it',
      )
    if (earlier !== null) {
      await tx.callbackRequest.updateMany({ where: { companyId: call.companyId, id }, data })
      await enqueueJob(tx, businessMail(id, input.tellAt))
    }
    return {
      id: Number(id),
      promise,
      reachable: data.phone !== null,
      offer:
        data.phone === null ? callbackNumberWanted() : promise === null ? callbackOnlyNoted() : mayWeCallBack,
      say:
        data.phone === null
          ? callbackNumberWanted()
          : [sayPromise(promise), ...readBack(scope, input)].join(' '),
    }
  }

  async #create(
    tx: Tx,
    { call, branch, now }: CallScope,
    { kind, tellAt, dueAt }: CallbackInput,
    reason: string,
    data: {
      phone: string | null
      name: string | null
      preferredTime: string | null
      attemptId?: string
    },
  ): Promise<bigint> {
    const created = await tx.callbackRequest.create({
      data: {
        ...data,
        companyId: call.companyId,
        branchId: branch.id,
        callId: call.callId,
        customerId: call.customerId,
        reason,
        kind,
        dueAt: dueAt ?? null,
        createdAt: now,
      },
      select: { id: true },
    })
    if (call.callId !== null) {
      await tx.call.updateMany({
        where: { companyId: call.companyId, retellCallId: call.callId },
        data: { followUpNeeded: true },
      })
    }
    await enqueueJob(tx, businessMail(created.id, tellAt))
    return created.id
  }

  /** The open request of this call that this one repeats or completes. */
  async #loadSame(tx: Tx, { call }: CallScope, { kind, attemptId }: CallbackInput, reason: string) {
    if (attemptId !== undefined) {
      const { companyId, callId } = call
      const where = { companyId, callId, attemptId, status: 'open' }
      const known = await tx.callbackRequest.findFirst({ where, orderBy: { id: 'desc' } })
      if (known) return known
    }
    if (call.callId === null) return null
    const open = await tx.callbackRequest.findMany({
      where: { companyId: call.companyId, callId: call.callId, status: 'open' },
      orderBy: { id: 'desc' },
      take: 20,
    })
    const same = open.find((one) => one.kind === kind && sameWords(one.reason ?? '', reason))
    if (same || kind !== 'caller') return same ?? null
    // Who was offered a call about the deadline, and wants it, has a request already.
    const offered = open.find((one) => one.kind === 'policy')
    if (offered && (reason === noReason || aboutAppointment.test(reason))) return offered
    // A number told afterwards belongs to the request that lacked one; a request without a reason to any other.
    return open.find((one) => one.phone === null) ?? (reason === noReason ? (open[0] ?? null) : null)
  }
}

/** The number to call: the one the caller names, if it is one, else the one they call from. */
function numberFor({ call }: CallScope, input: CallbackInput): string | null {
  return (input.phone === undefined ? null : readPhone(input.phone).phone) ?? call.callerNumber
}

/** A number that was named in this request and is not the one they call from is read back. */
function readBack({ call }: CallScope, { phone }: CallbackInput): string[] {
  const number = phone === undefined ? null : readPhone(phone).phone
  return number === null || number === call.callerNumber ? [] : [callbackNumberIs(spokenPhone(number))]
}

/** Whether digits were said that make no number. */
function isUnclear(spoken: string): boolean {
  const read = readPhone(spoken)
  return read.phone === null && read.reason === 'unclear'
}

function reasonText({ call }: CallScope, input: CallbackInput, phone: string | null): string {
  const reason = input.reason?.trim().slice(0, reasonMax) || noReason
  // A model may have made the number up: the business sees the one the network reported as well.
  return call.callerNumber !== null && phone !== null && phone !== call.callerNumber
    ? `${reason} (Anruf von ${call.callerNumber})`
    : reason
}

async function nameFor(
  tx: Tx,
  { call, catalogue }: CallScope,
  spoken: string | undefined,
  known: string | null,
): Promise<string | null> {
  const name = spoken === undefined ? null : readPersonName(spoken, [catalogue.company.name])
  if (name !== null || known !== null || call.customerId === null) return name ?? known
  const customer = await tx.customer.findFirst({
    where: { companyId: call.companyId, id: call.customerId, erasedAt: null },
    select: { name: true },
  })
  return customer?.name ?? null
}

/** Two requests of one call at the same moment queue up here, so that the second finds the first. */
async function lockCall(tx: Tx, { call }: CallScope): Promise<void> {
  if (call.callId === null) return
  await tx.$executeRaw`SELECT 1 FROM calls WHERE company_id = ${call.companyId}
    AND retell_call_id = ${call.callId} FOR UPDATE`
}

function sayPromise(promise: CallbackPromise | null): string {
  if (promise === null) return callbackOnlyNoted()
  return promise.asWished ? willCallBack(promise.say) : willCallBackInstead(promise.say)
}

function sameWords(a: string, b: string): boolean {
  const letters = (text: string) =>
    text
      .toLowerCase()
      .replace(/\(anruf von [^)]*\)/, '')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  return letters(a) === letters(b)
}

/** The business is told by mail, once per request and again when it was completed. */
function businessMail(callbackId: bigint, runAt?: Date) {
  return {
    task: 'business_mail',
    payload: { callbackId: Number(callbackId) },
    jobKey: `business_mail:${callbackId}`,
    runAt,
  }
}
