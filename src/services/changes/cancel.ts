/**
 * Cancels the appointment a caller means (design section 7). Rules first, then the attempt, then Cal.com, then our rows. What
 * Cal.com could not be told is kept and pushed later; what it refuses goes to a person. "Storniert" is said only when
 * Cal.com has said so, and after that nothing turns the answer into a failure.
 */

import { CalcomError, isDownKind } from '../../calcom/errors.ts'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import { loadAppointment } from '../appointments/identity.ts'
import {
  type AppointmentWish,
  type Finding,
  type OwnAppointment,
  standingStatuses,
} from '../appointments/types.ts'
import type { Attempt } from '../attempts.ts'
import { BookingProtected, cancelGuarded } from '../booking/guard.ts'
import type { CallScope } from '../call-context.ts'
import type { StoredCallback } from '../callbacks.ts'
import { aboutOf, type Doubt, findDoubt } from './agreement.ts'
import {
  type ChangeDeps,
  draftMs,
  lookUpReserveMs,
  markChanged,
  readOptions,
  writeOptions,
} from './attempting.ts'
import { type BookingState, deniedButStanding, fetchBookingState } from './calcom-state.ts'
import { handOver, targetOf } from './handover.ts'
import { objectionToCancelling } from './rules.ts'

export interface CancelWish extends AppointmentWish {
  reason?: string
  /** False: the caller has not agreed yet; absent: agreement.ts tells. */
  confirmed?: boolean
}

export type CancelOutcome =
  | { kind: 'done'; appointment: OwnAppointment }
  /** Noted; Cal.com will be told later. */
  | { kind: 'pending'; appointment: OwnAppointment }
  | { kind: 'denied'; appointment: OwnAppointment; deadlineHours: number; callback: StoredCallback }
  | { kind: 'not_agreed'; appointment: OwnAppointment }
  /** Read back: the caller has not heard which one it is, or what they said since is no yes. */
  | { kind: 'ask'; appointment: OwnAppointment; doubt: Exclude<Doubt, null> }
  /** The business has moved it; `appointment` as it is now. */
  | { kind: 'moved'; appointment: OwnAppointment }
  | { kind: 'handed_over'; appointment: OwnAppointment; callback: StoredCallback }
  | { kind: 'busy'; appointment: OwnAppointment }
  | Exclude<Finding, { kind: 'one' }>

/** A claimed attempt and what it is about. */
interface Task {
  scope: CallScope
  appointment: OwnAppointment
  attempt: Attempt
  uid: string
  by: 'caller' | 'business'
}

export class Cancelling {
  readonly #deps: ChangeDeps

  constructor(deps: ChangeDeps) {
    this.#deps = deps
  }

  /** One appointment at most; several candidates are asked about. */
  async run(scope: CallScope, wish: CancelWish): Promise<CancelOutcome> {
    const { finder, tenancy, readBacks } = this.#deps
    const { companyId } = scope.call
    const proven = await finder.loadProven(scope)
    const heard = await readBacks.load(scope.call)
    let found: Finding | null = null
    const prepared = await tenancy.run(
      companyId,
      async (
        tx,
      ): Promise<CancelOutcome | { kind: 'draft'; attempt: Attempt; appointment: OwnAppointment }> => {
        found = await finder.findIn(tx, scope, wish, 'change', proven)
        if (found.kind === 'cancelled') return this.#again(tx, scope, found.appointment)
        if (found.kind !== 'one') return found
        const { appointment } = found
        const policy = this.#deps.catalogues.policyFor(scope.catalogue, appointment)
        const objection = objectionToCancelling(appointment, policy, scope.now)
        if (objection?.kind === 'begun') return { kind: 'past', appointment }
        // Whoever got another person than they wished for may say no to that, however late it is.
        const isUnwished = objection?.kind === 'too_late' && (await gotAnother(tx, scope, appointment))
        if (objection?.kind === 'too_late' && !isUnwished) {
          const callback = await handOver(tx, this.#deps.callbacks, scope, appointment, 'cancel_too_late')
          return { kind: 'denied', appointment, deadlineHours: objection.deadlineHours, callback }
        }
        if (wish.confirmed === false) return { kind: 'not_agreed', appointment }
        const doubt = findDoubt(scope, { appointment, kind: 'cancel' }, wish, heard)
        if (doubt !== null) return { kind: 'ask', appointment, doubt }
        if (appointment.calcomUid === null) {
          const callback = await handOver(tx, this.#deps.callbacks, scope, appointment, 'cancel_failed')
          return { kind: 'handed_over', appointment, callback }
        }
        const attempt = await this.#draft(tx, scope, appointment, appointment.calcomUid, wish.reason)
        return { kind: 'draft', attempt, appointment }
      },
    )
    if (found) await finder.rememberProven(scope, found, proven)
    if (prepared.kind === 'ask') {
      const { appointment, doubt } = prepared
      const about = aboutOf({ appointment, kind: 'cancel' })
      await readBacks.noteAsked(scope.call, appointment.id, { about, doubted: doubt !== 'none' })
    }
    return prepared.kind === 'draft' ? this.#claim(scope, prepared.attempt, prepared.appointment) : prepared
  }

  /**
   * The same on the business's own word: its rules are for callers, and nothing is read back. What Cal.com is told as the reason names
   * the business.
   */
  async forBusiness(scope: CallScope, appointment: OwnAppointment, reason: string): Promise<CancelOutcome> {
    if (!standingStatuses.includes(appointment.status)) return { kind: 'cancelled', appointment }
    if (appointment.startsAt <= scope.now) return { kind: 'past', appointment }
    const { calcomUid } = appointment
    if (calcomUid === null) return { kind: 'busy', appointment }
    const attempt = await this.#deps.tenancy.run(scope.call.companyId, (tx) =>
      this.#draft(tx, scope, appointment, calcomUid, reason),
    )
    return this.#claim(scope, attempt, appointment, 'business')
  }

  /**
   * Cancels an appointment that must not stand, whatever the rules for callers say. In: it, and the reason as the business reads it.
   * May be repeated.
   */
  async callOff(scope: CallScope, appointment: OwnAppointment, reason: string): Promise<CancelOutcome> {
    const { companyId } = scope.call
    const { calcomUid } = appointment
    if (calcomUid === null) {
      const callback = await this.#deps.tenancy.run(companyId, (tx) =>
        handOver(tx, this.#deps.callbacks, scope, appointment, 'cancel_failed'),
      )
      return { kind: 'handed_over', appointment, callback }
    }
    const draft = await this.#deps.tenancy.run(companyId, (tx) =>
      this.#draft(tx, scope, appointment, calcomUid, reason),
    )
    return this.#claim(scope, draft, appointment)
  }

  #draft(
    tx: Tx,
    scope: CallScope,
    appointment: OwnAppointment,
    calcomUid: string,
    reason: string | undefined,
  ): Promise<Attempt> {
    return this.#deps.attempts.create(tx, {
      companyId: scope.call.companyId,
      branchId: appointment.branchId,
      callId: scope.call.callId,
      kind: 'cancel',
      wishKey: `cancel:${calcomUid}`,
      serviceId: appointment.serviceId,
      staffId: appointment.staffId,
      startAt: appointment.startsAt,
      appointmentId: appointment.id,
      targetUid: calcomUid,
      notes: reason?.slice(0, 200) ?? null,
      expiresAt: new Date(scope.now.getTime() + draftMs),
    })
  }

  /** A repeat: the appointment is cancelled, or its cancellation is on its way. */
  async #again(tx: Tx, scope: CallScope, appointment: OwnAppointment): Promise<CancelOutcome> {
    if (appointment.syncState === 'cancel_pending') return { kind: 'pending', appointment }
    if (await this.#mayStand(tx, scope, appointment)) {
      const { companyId } = scope.call
      const data = { syncState: 'cancel_pending' }
      await tx.appointment.updateMany({ where: { companyId, id: appointment.id }, data })
      await enqueuePush(tx, appointment)
      return { kind: 'pending', appointment: { ...appointment, ...data } }
    }
    const mine = await this.#deps.attempts.loadForCall(tx, scope.call.companyId, scope.call.callId, 'cancel')
    const replayed = mine.some((one) => one.state === 'booked' && one.appointmentId === appointment.id)
    return replayed ? { kind: 'done', appointment } : { kind: 'cancelled', appointment }
  }

  /** Our row was taken back while its booking, at another time than told, is still being ended: the caller's wish goes along. */
  async #mayStand(tx: Tx, scope: CallScope, { status, bookingAttemptId }: OwnAppointment): Promise<boolean> {
    if (status !== 'cancelled' || bookingAttemptId === null) return false
    const where = { companyId: scope.call.companyId, id: bookingAttemptId, state: 'unknown' }
    return (await tx.bookingAttempt.count({ where })) > 0
  }

  async #claim(
    scope: CallScope,
    draft: Attempt,
    appointment: OwnAppointment,
    by: Task['by'] = 'caller',
  ): Promise<CancelOutcome> {
    const claim = await this.#deps.attempts.claim(draft.companyId, draft.id)
    const uid = draft.targetUid ?? ''
    if (claim.kind === 'claimed')
      return this.#execute({ scope, appointment, attempt: claim.attempt, uid, by })
    if (claim.kind === 'absent') return { kind: 'busy', appointment }
    // Somebody is at this appointment: perhaps this caller's own first request (incident I-46).
    const rival =
      (await this.#deps.attempts.waitUntilSettled(claim.attempt, scope.deadline, lookUpReserveMs)) ??
      claim.attempt
    if (rival.kind !== 'cancel') return { kind: 'busy', appointment }
    if (rival.state === 'booked') return { kind: 'done', appointment }
    return rival.state === 'unknown' ? { kind: 'pending', appointment } : { kind: 'busy', appointment }
  }

  async #execute(task: Task): Promise<CancelOutcome> {
    const { scope, appointment, uid, attempt, by } = task
    const calcom = await this.#deps.calcom(scope.catalogue.company.calcomConnectionId)
    const how = by === 'business' ? 'Vom Betrieb abgesagt' : 'Telefonisch abgesagt'
    const reason = attempt.notes ? `${how}: ${attempt.notes}` : how
    try {
      await cancelGuarded(calcom, targetOf(appointment, uid), reason, writeOptions(scope.deadline))
    } catch (error) {
      if (error instanceof BookingProtected) return this.#protected(task, error)
      const lookUp = () => fetchBookingState(calcom, uid, readOptions(scope.deadline), appointment.startsAt)
      return this.#failed(task, error, lookUp)
    }
    return this.#done(task)
  }

  /** Nothing was sent: it is somewhere else by now, or there are others in it. */
  async #protected(task: Task, { reason, booking }: BookingProtected): Promise<CancelOutcome> {
    const { start } = booking
    if (reason === 'moved' && start)
      return this.#moved(task, { kind: 'moved', booking: { ...booking, start } })
    return this.#giveUp(task, reason, 'cancel_shared')
  }

  async #failed(task: Task, error: unknown, lookUp: () => Promise<BookingState>): Promise<CancelOutcome> {
    const kind = error instanceof CalcomError ? error.kind : 'unavailable'
    const reason = error instanceof CalcomError ? error.reason : 'unexpected'
    const down = isDownKind(kind)
    if (down && error instanceof CalcomError && !error.mayHaveActed) return this.#keep(task, reason)
    const state = await lookUp()
    if (state.kind === 'cancelled') return this.#done(task)
    if (state.kind === 'moved') return this.#moved(task, state)
    if (down || state.kind === 'unclear' || deniedButStanding(error, state)) return this.#keep(task, reason)
    this.#deps.log.error(
      { component: 'appointments', alarm: 'cancel_refused', reason, attemptId: task.attempt.id, err: error },
      'Cal.com refuses a cancellation',
    )
    return this.#giveUp(task, reason)
  }

  /** Cal.com has cancelled it; whatever fails from here on is repaired later (incidents I-16, I-55). */
  async #done(task: Task): Promise<CancelOutcome> {
    const { scope, appointment, attempt, uid, by } = task
    const { companyId } = scope.call
    try {
      await this.#deps.tenancy.run(companyId, (tx) =>
        this.#deps.recorder.recordCancelled(tx, {
          companyId,
          uid,
          actor: by,
          reason: attempt.notes,
          now: this.#deps.clock.now(),
        }),
      )
    } catch (error) {
      this.#deps.log.error(
        { component: 'appointments', alarm: 'cancel_not_recorded', attemptId: attempt.id, err: error },
        'cancelled at Cal.com, not recorded',
      )
    }
    await markChanged(this.#deps, scope, [appointment.startsAt], appointment)
    return { kind: 'done', appointment: { ...appointment, status: 'cancelled' } }
  }

  /** Keeps the wish: a job tells Cal.com as soon as it answers. */
  async #keep({ scope, appointment, attempt }: Task, errorCode: string): Promise<CancelOutcome> {
    const { companyId } = scope.call
    await this.#deps.tenancy.run(companyId, async (tx) => {
      await this.#deps.attempts.lock(tx, companyId, attempt.id)
      await tx.appointment.updateMany({
        where: { companyId, id: appointment.id, status: { in: standingStatuses } },
        data: { syncState: 'cancel_pending', cancellationReason: attempt.notes },
      })
      await this.#deps.attempts.finish(tx, attempt, { state: 'unknown', errorCode: errorCode.slice(0, 60) })
      await enqueuePush(tx, appointment)
    })
    return { kind: 'pending', appointment: { ...appointment, syncState: 'cancel_pending' } }
  }

  async #moved(task: Task, state: Extract<BookingState, { kind: 'moved' }>): Promise<CancelOutcome> {
    const { scope, appointment, attempt, uid } = task
    const { companyId } = scope.call
    const now = await this.#deps.tenancy.run(companyId, async (tx) => {
      await this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'moved' })
      await this.#deps.recorder.recordRescheduled(tx, {
        catalogue: scope.catalogue,
        fromUid: uid,
        booking: state.booking,
        actor: 'calcom',
        now: this.#deps.clock.now(),
      })
      return loadAppointment(tx, companyId, appointment.id)
    })
    await markChanged(this.#deps, scope, [appointment.startsAt, state.booking.start], appointment)
    return { kind: 'moved', appointment: now ?? appointment }
  }

  async #giveUp(
    { scope, appointment, attempt }: Task,
    errorCode: string,
    errand: 'cancel_failed' | 'cancel_shared' = 'cancel_failed',
  ): Promise<CancelOutcome> {
    const callback = await this.#deps.tenancy.run(scope.call.companyId, async (tx) => {
      await this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode: errorCode.slice(0, 60) })
      return handOver(tx, this.#deps.callbacks, scope, appointment, errand)
    })
    return { kind: 'handed_over', appointment, callback }
  }
}

/** Has a job tell Cal.com of a cancellation that is noted. */
function enqueuePush(tx: Tx, { id }: Pick<OwnAppointment, 'id'>): Promise<void> {
  return enqueueJob(tx, {
    task: 'sync_to_calcom',
    payload: { appointmentId: Number(id) },
    jobKey: `sync_to_calcom:${id}`,
  })
}

/** Whether it was booked in this very call with a wish for a person, and the calendar has given it to somebody else. */
async function gotAnother(
  tx: Tx,
  { call }: CallScope,
  { bookingAttemptId, staffId }: OwnAppointment,
): Promise<boolean> {
  if (bookingAttemptId === null || call.callId === null) return false
  const attempt = await tx.bookingAttempt.findFirst({
    where: { companyId: call.companyId, id: bookingAttemptId, callId: call.callId },
    select: { staffId: true },
  })
  return attempt != null && attempt.staffId !== null && attempt.staffId !== staffId
}
