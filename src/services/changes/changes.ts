/**
 * Changes to existing appointments: cancel and move for callers, and what background jobs need to finish what a call began.
 * Every change is an attempt first (services/attempts.ts). Webhooks and reconcile write through `recorder`.
 */

import { CalcomError, isDownKind } from '../../calcom/errors.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import type { AlarmName } from '../../lib/alarms.ts'
import { Deadline } from '../../lib/deadline.ts'
import { loadAppointment } from '../appointments/identity.ts'
import type { AppointmentWish, OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { type Attempt, leaseMs } from '../attempts.ts'
import { readLagMs, verifyAgainMs } from '../booking/errands.ts'
import { BookingProtected, cancelGuarded } from '../booking/guard.ts'
import type { CallScope } from '../call-context.ts'
import { jobScope } from '../job-scope.ts'
import { type ChangeCalcom, type ChangeDeps, markChanged } from './attempting.ts'
import { deniedButStanding, fetchBookingState } from './calcom-state.ts'
import { Cancelling, type CancelOutcome, type CancelWish } from './cancel.ts'
import { DetailChanges, type DetailsOutcome, type DetailsWish } from './details.ts'
import { type Errand, handOver, targetOf } from './handover.ts'
import type { MoveOutcome, MoveWish } from './move-outcome.ts'
import { NewSlots } from './new-slots.ts'
import { PersonChanges } from './persons.ts'
import type { ChangeRecorder, MoveNews } from './record.ts'
import { Rescheduling } from './reschedule.ts'

/** What a job has achieved; an outage is thrown instead, so that the job runs again. */
export type SettledChange = 'done' | 'handed_over' | 'nothing_to_do' | 'busy'

const jobBudgetMs = 20_000
const movesMax = 5
/** What a cancellation's attempt notes of the times Cal.com did not know its booking; after the last a person is asked. */
const absences = ['absent_once', 'absent_twice', 'absent_three_times', 'absent_four_times']

export class AppointmentChanges {
  /** For whoever learns of a change from Cal.com: `recordCancelled`, `recordRescheduled`. */
  readonly recorder: ChangeRecorder
  readonly #deps: ChangeDeps
  readonly #cancelling: Cancelling
  readonly #rescheduling: Rescheduling
  /** For the business: other times of an appointment. */
  readonly slots: NewSlots
  readonly #details: DetailChanges
  /** For the business: another person serves an appointment. */
  readonly persons: PersonChanges

  constructor(deps: ChangeDeps) {
    this.#deps = deps
    this.recorder = deps.recorder
    this.#cancelling = new Cancelling(deps)
    this.#rescheduling = new Rescheduling(deps)
    this.#details = new DetailChanges(deps)
    this.slots = new NewSlots(deps)
    this.persons = new PersonChanges(deps)
  }

  /** Cancels the appointment a caller means. */
  async cancel(scope: CallScope, wish: CancelWish): Promise<CancelOutcome> {
    const outcome = await this.#cancelling.run(scope, wish)
    await this.#noteHeard(scope, outcome)
    return outcome
  }

  /** Cancels an appointment that must not stand (a part of a visit that is not to be). May be repeated. */
  callOff(scope: CallScope, appointment: OwnAppointment, reason: string): Promise<CancelOutcome> {
    return this.#cancelling.callOff(scope, appointment, reason)
  }

  /** Moves the appointment a caller means. */
  async reschedule(scope: CallScope, wish: MoveWish): Promise<MoveOutcome> {
    const outcome = await this.#rescheduling.run(scope, wish)
    await this.#noteHeard(scope, outcome)
    return outcome
  }

  /** Moves an appointment on the business's own word. */
  moveForBusiness(scope: CallScope, appointment: OwnAppointment, startsAt: Date, reason: string) {
    const { timeZone } = branchOfAppointment(appointment, scope)
    const [day, time] = [localDayOf(startsAt, timeZone), clockTimeOf(startsAt, timeZone)]
    return this.#rescheduling.toAgreedTime(scope, appointment, { kind: 'exact', startsAt, day, time }, reason)
  }

  /** Cancels an appointment on the business's own word. */
  cancelForBusiness(scope: CallScope, appointment: OwnAppointment, reason: string): Promise<CancelOutcome> {
    return this.#cancelling.forBusiness(scope, appointment, reason)
  }

  /** Notes new data for the appointment a caller means. @throws AppError with the question to ask */
  changeDetails(scope: CallScope, which: AppointmentWish, wish: DetailsWish): Promise<DetailsOutcome> {
    return this.#details.run(scope, which, wish)
  }

  /** Whose day and time the answer says need not be read back again in this call. */
  async #noteHeard(scope: CallScope, outcome: CancelOutcome | MoveOutcome): Promise<void> {
    const isSaid =
      outcome.kind === 'not_agreed' ||
      outcome.kind === 'moved' ||
      (outcome.kind === 'ask_time' && outcome.newTime.kind === 'missing')
    if (isSaid) await this.#deps.readBacks.noteHeard(scope.call, [outcome.appointment.id])
  }

  /**
   * Tells Cal.com of a cancellation that could not be told during the call.
   * @throws CalcomError while Cal.com is down
   */
  async pushPendingCancellation(appointmentId: bigint | number, companyId: number): Promise<SettledChange> {
    const context = await this.#jobContext(companyId, BigInt(appointmentId), null)
    if (context === null || context.appointment.syncState !== 'cancel_pending') return 'nothing_to_do'
    const { appointment, calcom, options, scope } = context
    let uid = appointment.calcomUid
    let { startsAt } = appointment
    // The caller has called it off: a move that came in between is followed, and its successor cancelled.
    for (let moves = 0; uid !== null && moves <= movesMax; moves += 1) {
      try {
        const target = targetOf({ ...appointment, startsAt }, uid)
        await cancelGuarded(calcom, target, 'Telefonisch abgesagt', options)
        return this.#recordCancelled(scope, appointment, uid)
      } catch (error) {
        if (error instanceof BookingProtected && error.reason !== 'moved')
          return this.#giveUp(scope, appointment, uid, 'cancel_shared', error.reason)
        if (
          !(error instanceof BookingProtected) &&
          (!(error instanceof CalcomError) || isDownKind(error.kind))
        )
          throw error
        const state = await fetchBookingState(calcom, uid, options, startsAt)
        if (state.kind === 'unclear') throw error
        if (state.kind === 'cancelled') return this.#recordCancelled(scope, appointment, uid)
        // Reads of a booking that stands have been seen to fail, and the caller was told that it is noted: asked again.
        const denied = state.kind === 'absent' || deniedButStanding(error, state)
        if (denied && (await this.#isWorthAsking(companyId, uid))) throw error
        if (state.kind !== 'moved')
          return this.#giveUp(scope, appointment, uid, 'cancel_failed', error.reason)
        await this.#recordMove(scope, appointment, { fromUid: uid, booking: state.booking })
        uid = state.booking.uid
        startsAt = state.booking.start
      }
    }
    return this.#giveUp(scope, appointment, uid, 'cancel_failed', 'moved_too_often')
  }

  /**
   * Settles a cancel or reschedule whose outcome nobody knows: unknown, or its worker died.
   * @throws CalcomError (or an Error) while Cal.com does not tell; the attempt stays unknown
   */
  async settle(companyId: number, attemptId: string): Promise<SettledChange> {
    const known = await this.#deps.attempts.load(companyId, attemptId)
    if (known === null || known.kind === 'book') return 'nothing_to_do'
    if (known.verifyAt !== null) return this.#verify(known)
    const attempt = await this.#deps.attempts.claimUnsettled(companyId, attemptId)
    if (attempt === null) return 'busy'
    const { targetUid, appointmentId } = attempt
    if (targetUid === null || appointmentId === null) return this.#close(attempt, 'no_target')
    const context = await this.#jobContext(companyId, appointmentId, attempt.callId)
    if (context === null) return this.#close(attempt, 'no_appointment')
    const { scope, appointment, calcom, options } = context
    const state = await fetchBookingState(calcom, targetUid, options, knownStart(appointment, targetUid))
    if (state.kind === 'unclear') throw new Error('Cal.com does not tell what became of a booking')
    if (state.kind === 'cancelled') {
      // Not what a move wanted, but what happened; for a cancellation it is the outcome, and finishes the attempt.
      await this.#recordCancelled(scope, appointment, targetUid)
      return attempt.kind === 'cancel'
        ? 'done'
        : this.#closeMove(scope, appointment, attempt, 'already_cancelled')
    }
    if (state.kind === 'moved') {
      await this.#recordMove(scope, appointment, { fromUid: targetUid, booking: state.booking })
      if (attempt.kind === 'reschedule')
        return this.#closeMove(scope, appointment, attempt, 'moved_elsewhere')
    }
    // Cal.com may carry a move out after we gave up on it; only then is it certain that it did not, and somebody is told.
    const sentMs = (known.executedAt ?? known.createdAt).getTime()
    if (attempt.kind === 'reschedule' && this.#deps.clock.now().getTime() - sentMs < leaseMs) {
      const outcome = { state: 'unknown' as const, errorCode: attempt.errorCode ?? 'lease_expired' }
      await this.#deps.tenancy.run(companyId, (tx) => this.#deps.attempts.finish(tx, attempt, outcome))
      return 'busy'
    }
    // The caller was told that it is noted: then it is done, whatever happened meanwhile.
    if (attempt.kind === 'cancel' && appointment.syncState === 'cancel_pending') {
      const pushed = await this.pushPendingCancellation(appointment.id, companyId)
      await this.#close(attempt, 'pushed')
      return pushed
    }
    const errand = attempt.kind === 'cancel' ? 'cancel_failed' : 'move_failed'
    return this.#giveUp(scope, appointment, targetUid, errand, 'not_carried_out', attempt)
  }

  /** Whether Cal.com has been heard only a few times, or only within minutes of the caller's wish, not to know the booking. */
  async #isWorthAsking(companyId: number, targetUid: string): Promise<boolean> {
    const { tenancy, clock } = this.#deps
    const where = { companyId, targetUid, kind: 'cancel' }
    return tenancy.run(companyId, async (tx) => {
      const latest = await tx.bookingAttempt.findFirst({ where, orderBy: { createdAt: 'desc' } })
      if (latest === null) return false
      const heard = absences.indexOf(latest.errorCode ?? '') + 1
      const errorCode = absences[heard]
      if (errorCode !== undefined)
        await tx.bookingAttempt.updateMany({ where: { companyId, id: latest.id }, data: { errorCode } })
      return errorCode !== undefined || clock.now().getTime() - latest.createdAt.getTime() < readLagMs
    })
  }

  async #recordCancelled(scope: CallScope, appointment: OwnAppointment, uid: string): Promise<'done'> {
    const { companyId } = scope.call
    const actor = appointment.syncState === 'cancel_pending' ? 'caller' : 'calcom'
    await this.#deps.tenancy.run(companyId, (tx) =>
      this.recorder.recordCancelled(tx, { companyId, uid, actor, now: this.#deps.clock.now() }),
    )
    await markChanged(this.#deps, scope, [appointment.startsAt], appointment)
    return 'done'
  }

  async #recordMove(
    scope: CallScope,
    appointment: OwnAppointment,
    move: Pick<MoveNews, 'fromUid' | 'booking'>,
  ): Promise<void> {
    await this.#deps.tenancy.run(scope.call.companyId, (tx) =>
      this.recorder.recordRescheduled(tx, {
        ...move,
        catalogue: scope.catalogue,
        actor: 'calcom',
        now: this.#deps.clock.now(),
      }),
    )
    await markChanged(this.#deps, scope, [appointment.startsAt, move.booking.start], appointment)
  }

  /** Cal.com will not do it: a person must, and the attempts for it end. */
  async #giveUp(
    scope: CallScope,
    appointment: OwnAppointment,
    uid: string | null,
    errand: Extract<Errand, AlarmName> | 'cancel_shared',
    errorCode: string,
    attempt?: Attempt,
  ): Promise<'handed_over'> {
    const { companyId } = scope.call
    const open = uid === null ? [] : [{ targetUid: uid }]
    await this.#deps.tenancy.run(companyId, async (tx) => {
      const attempts = await tx.bookingAttempt.findMany({
        where: {
          companyId,
          state: 'unknown',
          kind: attempt?.kind ?? 'cancel',
          OR: [{ id: attempt?.id ?? '' }, ...open],
        },
        select: { id: true, companyId: true },
      })
      for (const one of attempts) await this.#deps.attempts.finish(tx, one, { state: 'rejected', errorCode })
      await tx.appointment.updateMany({
        where: { companyId, id: appointment.id, syncState: 'cancel_pending' },
        data: { syncState: 'in_sync' },
      })
      await handOver(tx, this.#deps.callbacks, scope, appointment, errand, attempt?.id)
    })
    this.#deps.log.warn(
      {
        component: 'appointments',
        alarm: errand === 'cancel_shared' ? 'booking_protected' : errand,
        errorCode,
      },
      'a change was handed to a person',
    )
    return 'handed_over'
  }

  /** Ends an attempt that is not done yet; without effect on one that is. */
  async #close(attempt: Attempt, errorCode: string): Promise<'done'> {
    await this.#deps.tenancy.run(attempt.companyId, (tx) =>
      this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode }),
    )
    return 'done'
  }

  /** The same for a move that something else has overtaken: who was promised a callback is told so. */
  async #closeMove(
    scope: CallScope,
    appointment: OwnAppointment,
    attempt: Attempt,
    errorCode: string,
  ): Promise<'done'> {
    const { tenancy, attempts, callbacks } = this.#deps
    const { companyId, id } = attempt
    await tenancy.run(companyId, async (tx) => {
      // False when it was carried out as wished: its callbacks are closed then.
      if (!(await attempts.finish(tx, attempt, { state: 'rejected', errorCode }))) return
      const waiting = await tx.callbackRequest.count({ where: { companyId, attemptId: id, status: 'open' } })
      if (waiting > 0) await handOver(tx, callbacks, scope, appointment, 'move_failed', id)
    })
    return 'done'
  }

  /** A move whose answer did not say its start: what it says now holds for our row too, and the caller hears of a difference. */
  async #verify(attempt: Attempt): Promise<SettledChange> {
    const { attempts, tenancy, callbacks, clock, log } = this.#deps
    const { companyId, id, appointmentId, calcomUid, startAt, callId } = attempt
    const now = clock.now()
    if (attempt.verifyAt !== null && attempt.verifyAt > now) return 'busy'
    const again = (at: Date | null) => tenancy.run(companyId, (tx) => attempts.verifyAgainAt(tx, attempt, at))
    const context = appointmentId === null ? null : await this.#jobContext(companyId, appointmentId, callId)
    if (context === null || calcomUid === null || startAt === null) {
      await again(null)
      return 'nothing_to_do'
    }
    const { scope, appointment, calcom, options } = context
    const state = await fetchBookingState(calcom, calcomUid, options)
    const ageMs = now.getTime() - (attempt.executedAt ?? attempt.createdAt).getTime()
    if (state.kind === 'unclear' || (state.kind === 'absent' && ageMs < readLagMs)) {
      await again(new Date(now.getTime() + verifyAgainMs))
      return 'busy'
    }
    const start = state.kind === 'standing' ? state.booking.start : undefined
    const isSame = start === undefined || start.getTime() === startAt.getTime()
    // Moved on or cancelled since is news like any other; unknown to Cal.com is for a person.
    if (isSame && state.kind !== 'absent') {
      await again(null)
      return 'done'
    }
    log.error(
      { component: 'appointments', alarm: 'move_failed', attemptId: id, errorCode: 'other_start' },
      'a move was told that Cal.com has otherwise',
    )
    await tenancy.run(companyId, async (tx) => {
      await attempts.verifyAgainAt(tx, attempt, null)
      if (start)
        await this.recorder.recordOtherStart(tx, { companyId, uid: calcomUid, told: startAt, start, now })
      await handOver(
        tx,
        callbacks,
        scope,
        { ...appointment, startsAt: start ?? startAt },
        'moved_otherwise',
        id,
      )
    })
    await markChanged(this.#deps, scope, start ? [startAt, start] : [startAt], appointment)
    return 'handed_over'
  }

  async #jobContext(
    companyId: number,
    appointmentId: bigint,
    callId: string | null,
  ): Promise<{
    scope: CallScope
    appointment: OwnAppointment
    calcom: ChangeCalcom
    options: CallOptions
  } | null> {
    const { catalogues, clock, log, tenancy } = this.#deps
    const catalogue = await catalogues.load(companyId)
    const appointment = await tenancy.run(companyId, (tx) => loadAppointment(tx, companyId, appointmentId))
    if (appointment === null) return null
    const deadline = new Deadline({ clock, budgetMs: jobBudgetMs })
    const { branchId, customerId, phone } = appointment
    const begun = { branchId, callId, customerId, callerNumber: phone }
    const scope = jobScope(catalogue, begun, { now: clock.now(), deadline, log })
    const calcom = await this.#deps.calcom(catalogue.company.calcomConnectionId)
    return { scope, appointment, calcom, options: { deadline, priority: 'background' } }
  }
}

/** Where we believe the booking to be; an earlier life of the appointment is nowhere any more. */
function knownStart({ calcomUid, startsAt }: OwnAppointment, uid: string): Date | null {
  return calcomUid === uid ? startsAt : null
}
