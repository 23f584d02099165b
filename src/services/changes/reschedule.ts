/**
 * Moves the appointment a caller means (design section 7). The rules are asked before the new time, the new time is checked
 * live with the appointment's own slot counting as free, and the old appointment stands until Cal.com has given a new
 * one. A move is never promised: while Cal.com is down nothing changes; an unclear outcome is said to be unclear.
 */

import { CalcomError, isDownKind } from '../../calcom/errors.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tx } from '../../db/tenancy.ts'
import { AppError } from '../../errors.ts'
import type { Finding, OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { type Attempt, leaseMs } from '../attempts.ts'
import type { Alternative } from '../availability/alternatives.ts'
import { enqueueSettling } from '../booking/errands.ts'
import { BookingProtected, rescheduleGuarded } from '../booking/guard.ts'
import type { CallScope } from '../call-context.ts'
import { requireBookable } from '../pauses.ts'
import { aboutOf, type Doubt, findDoubt } from './agreement.ts'
import {
  type ChangeDeps,
  draftMs,
  loadSameMove,
  lookUpReserveMs,
  markChanged,
  readOptions,
  verifyLater,
  writeOptions,
} from './attempting.ts'
import { type BookingState, deniedButStanding, fetchBookingState } from './calcom-state.ts'
import { fixedPartWished } from './fixed-parts.ts'
import { type Errand, handOver, targetOf } from './handover.ts'
import type { MoveOutcome, MoveWish, Wanted } from './move-outcome.ts'
import { loadMoved } from './moved.ts'
import { bookedService, NewSlots } from './new-slots.ts'
import { readNewTime } from './new-time.ts'
import { findSameMove } from './replay.ts'
import { objectionToMoving } from './rules.ts'

const calendarDown = 'calendar_unavailable'
const slotTaken = 'slot_taken'

const isCalendarDown = (error: unknown): boolean => error instanceof AppError && error.code === calendarDown

interface Task {
  scope: CallScope
  appointment: OwnAppointment
  attempt: Attempt
  uid: string
  wanted: Wanted
}

export class Rescheduling {
  readonly #deps: ChangeDeps
  readonly #slots: NewSlots

  constructor(deps: ChangeDeps) {
    this.#deps = deps
    this.#slots = new NewSlots(deps)
  }

  /** One appointment at most; several candidates are asked about. */
  async run(scope: CallScope, wish: MoveWish): Promise<MoveOutcome> {
    const { finder, tenancy } = this.#deps
    const proven = await finder.loadProven(scope)
    // The branch of the call stands in for the appointment's until that is known; branches of one company share a zone.
    const repeated = await readNewTime(scope, scope.branch, wish, this.#deps.availability.offers)
    let found: Finding | null = null
    const prepared = await tenancy.run(
      scope.call.companyId,
      async (tx): Promise<MoveOutcome | OwnAppointment> => {
        if (repeated.kind === 'exact') {
          const replay = await findSameMove(this.#deps, tx, scope, wish, repeated.startsAt)
          if (replay) return replay
        }
        found = await finder.findIn(tx, scope, wish, 'change', proven)
        if (found.kind !== 'one') {
          // This very move may have ended between the two looks: the old time is nowhere any more.
          const ended =
            repeated.kind === 'exact'
              ? await findSameMove(this.#deps, tx, scope, wish, repeated.startsAt)
              : null
          return ended ?? found
        }
        const { appointment } = found
        const part = fixedPartWished(scope, appointment, wish)
        if (part !== null) return { kind: 'only_time', appointment, part }
        if (repeated.kind === 'exact' && repeated.startsAt.getTime() === appointment.startsAt.getTime())
          return { kind: 'unchanged', appointment }
        return (await this.#objection(tx, scope, appointment)) ?? appointment
      },
    )
    if (found) await finder.rememberProven(scope, found, proven)
    return 'kind' in prepared ? prepared : this.#toNewTime(scope, prepared, wish)
  }

  /** Moves an appointment to a time that was agreed with the business: its rules for callers are not asked. */
  toAgreedTime(scope: CallScope, appointment: OwnAppointment, wanted: Wanted, reason: string) {
    return this.#begin(scope, appointment, wanted, reason)
  }

  /** The rules, and a person when they forbid it. */
  async #objection(tx: Tx, scope: CallScope, appointment: OwnAppointment): Promise<MoveOutcome | null> {
    requireBookable(scope.catalogue, branchOfAppointment(appointment, scope), scope.now)
    const policy = this.#deps.catalogues.policyFor(scope.catalogue, appointment)
    const objection = objectionToMoving(appointment, policy, scope.now)
    if (objection?.kind === 'begun') return { kind: 'past', appointment }
    if (objection !== null) {
      const errand = objection.kind === 'too_late' ? 'move_too_late' : 'move_too_often'
      const callback = await handOver(tx, this.#deps.callbacks, scope, appointment, errand)
      return { kind: 'denied', appointment, objection, callback }
    }
    if (appointment.calcomUid !== null && bookedService(scope, appointment) !== null) return null
    const callback = await handOver(tx, this.#deps.callbacks, scope, appointment, 'move_failed')
    return { kind: 'handed_over', appointment, callback }
  }

  async #toNewTime(scope: CallScope, appointment: OwnAppointment, wish: MoveWish): Promise<MoveOutcome> {
    const branch = branchOfAppointment(appointment, scope)
    const newTime = await readNewTime(scope, branch, wish, this.#deps.availability.offers)
    try {
      if (newTime.kind !== 'exact') {
        const slots =
          newTime.kind === 'missing_time' ? await this.#slots.load(scope, appointment, newTime) : []
        return { kind: 'ask_time', appointment, newTime, slots }
      }
      const doubt = await this.#doubt(scope, appointment, newTime, wish)
      if (doubt === null) return await this.#begin(scope, appointment, newTime, wish.reason)
      const alternatives = await this.#slots.check(scope, appointment, newTime)
      if (alternatives !== null) {
        const taken = { kind: 'taken' as const, appointment, wanted: newTime, alternatives }
        return this.#unlessUnderWay(scope, newTime, taken)
      }
      await this.#noteAsked(scope, appointment, newTime, doubt)
      return { kind: 'ready', appointment, wanted: newTime, doubt }
    } catch (error) {
      if (!isCalendarDown(error)) throw error
      const failed = { kind: 'failed' as const, appointment }
      return newTime.kind === 'exact' ? this.#unlessUnderWay(scope, newTime, failed) : failed
    }
  }

  /** Whether the caller has agreed to the move. */
  async #doubt(
    scope: CallScope,
    appointment: OwnAppointment,
    wanted: Wanted,
    wish: MoveWish,
  ): Promise<Doubt> {
    if (wish.confirmed === false) return 'none'
    const change = { appointment, kind: 'move' as const, to: wanted.startsAt }
    return findDoubt(scope, change, wish, await this.#deps.readBacks.load(scope.call))
  }

  /** Notes that the move has been read back. */
  async #noteAsked(
    scope: CallScope,
    appointment: OwnAppointment,
    wanted: Wanted,
    doubt: Exclude<Doubt, null>,
  ): Promise<void> {
    const about = aboutOf({ appointment, kind: 'move', to: wanted.startsAt })
    await this.#deps.readBacks.noteAsked(scope.call, appointment.id, { about, doubted: doubt !== 'none' })
  }

  /** A refusal, unless exactly this move has been asked for before: then what comes of that counts. */
  async #unlessUnderWay(
    scope: CallScope,
    wanted: Wanted,
    refusal: Extract<MoveOutcome, { kind: 'taken' | 'failed' }>,
  ): Promise<MoveOutcome> {
    const { appointment } = refusal
    const { companyId } = scope.call
    const same = await this.#deps.tenancy.run(companyId, (tx) =>
      loadSameMove(tx, companyId, appointment.calcomUid, wanted.startsAt),
    )
    return same ? this.#follow(scope, appointment, wanted, same) : refusal
  }

  /**
   * The move is claimed before the calendar is asked: the same request sent twice, to two gateways at the same moment, has one
   * outcome. Were each to look first, one could be told that it does not work while the other moves.
   */
  async #begin(
    scope: CallScope,
    appointment: OwnAppointment,
    wanted: Wanted,
    reason: string | undefined,
  ): Promise<MoveOutcome> {
    const { attempts, tenancy } = this.#deps
    const { companyId, callId } = scope.call
    const uid = appointment.calcomUid ?? ''
    const lengthMs = appointment.endsAt.getTime() - appointment.startsAt.getTime()
    const draft = await tenancy.run(companyId, (tx) =>
      attempts.create(tx, {
        companyId,
        branchId: appointment.branchId,
        callId,
        kind: 'reschedule',
        wishKey: `reschedule:${uid}:${wanted.startsAt.toISOString()}`,
        serviceId: appointment.serviceId,
        staffId: appointment.staffId,
        startAt: wanted.startsAt,
        endAt: new Date(wanted.startsAt.getTime() + lengthMs),
        appointmentId: appointment.id,
        targetUid: uid,
        notes: reason?.slice(0, 200) ?? null,
        expiresAt: new Date(scope.now.getTime() + draftMs),
      }),
    )
    const claim = await attempts.claim(companyId, draft.id)
    if (claim.kind === 'claimed')
      return this.#checkAndMove({ scope, appointment, attempt: claim.attempt, uid, wanted })
    if (claim.kind === 'absent') return { kind: 'busy', appointment }
    return this.#follow(scope, appointment, wanted, claim.attempt)
  }

  /** What comes of a request that is on its way: perhaps this caller's own first one (incident I-46). */
  async #follow(
    scope: CallScope,
    appointment: OwnAppointment,
    wanted: Wanted,
    attempt: Attempt,
  ): Promise<MoveOutcome> {
    const rival =
      (await this.#deps.attempts.waitUntilSettled(attempt, scope.deadline, lookUpReserveMs)) ?? attempt
    const same = rival.kind === 'reschedule' && rival.startAt?.getTime() === wanted.startsAt.getTime()
    if (same && rival.state === 'unknown') {
      const callback = await this.#deps.tenancy.run(scope.call.companyId, (tx) =>
        handOver(tx, this.#deps.callbacks, scope, appointment, 'move_unclear', rival.id),
      )
      return { kind: 'unclear', appointment, callback }
    }
    if (same && rival.state === 'rejected') {
      if (rival.errorCode === calendarDown) return { kind: 'failed', appointment }
      if (rival.errorCode === slotTaken) return this.#taken(scope, appointment, wanted)
    }
    if (!same || rival.state !== 'booked') return { kind: 'busy', appointment }
    const to = await loadMoved(this.#deps, scope, appointment, wanted, rival.calcomUid)
    return { kind: 'done', from: appointment, to }
  }

  async #checkAndMove(task: Task): Promise<MoveOutcome> {
    const { scope, appointment, wanted } = task
    let alternatives: Alternative[] | null
    try {
      alternatives = await this.#slots.check(scope, appointment, wanted)
    } catch (error) {
      await this.#reject(task, isCalendarDown(error) ? calendarDown : 'unexpected')
      if (!isCalendarDown(error)) throw error
      return { kind: 'failed', appointment }
    }
    if (alternatives === null) return this.#execute(task)
    await this.#reject(task, slotTaken)
    return { kind: 'taken', appointment, wanted, alternatives }
  }

  async #execute(task: Task): Promise<MoveOutcome> {
    const { scope, appointment, uid, wanted, attempt } = task
    const calcom = await this.#deps.calcom(scope.catalogue.company.calcomConnectionId)
    const reason = attempt.notes ? `Telefonisch verschoben: ${attempt.notes}` : 'Telefonisch verschoben'
    let booking: CalcomBooking
    try {
      const target = targetOf(appointment, uid)
      const wish = { start: wanted.startsAt, reason }
      booking = await rescheduleGuarded(calcom, target, wish, writeOptions(scope.deadline))
    } catch (error) {
      if (error instanceof BookingProtected) return this.#protected(task, error)
      const lookUp = () => fetchBookingState(calcom, uid, readOptions(scope.deadline), appointment.startsAt)
      return this.#failed(task, error, lookUp)
    }
    // A 2xx with a uid is a move, whatever it leaves out; a start that was not said is looked at later.
    const isSaid = booking.start !== undefined
    return this.#settled(task, { ...booking, start: booking.start ?? wanted.startsAt }, isSaid)
  }

  async #protected(task: Task, { reason, booking }: BookingProtected): Promise<MoveOutcome> {
    const { start } = booking
    if (reason === 'moved' && start) return this.#settled(task, { ...booking, start })
    return this.#handOver(task, { state: 'rejected', errorCode: reason }, 'move_shared', 'handed_over')
  }

  async #failed(task: Task, error: unknown, lookUp: () => Promise<BookingState>): Promise<MoveOutcome> {
    const { scope, appointment, attempt, wanted } = task
    const known = error instanceof CalcomError ? error : null
    const kind = known?.kind ?? 'unavailable'
    const reason = known?.reason ?? 'unexpected'
    const down = isDownKind(kind)
    if (down && known?.mayHaveActed === false) {
      await this.#reject(task, reason)
      return { kind: 'failed', appointment }
    }
    const state = await lookUp()
    if (state.kind === 'moved') return this.#settled(task, state.booking)
    if (state.kind === 'cancelled') {
      await this.#recordGone(task)
      return { kind: 'cancelled', appointment }
    }
    if (deniedButStanding(error, state)) {
      await this.#reject(task, reason)
      return { kind: 'failed', appointment }
    }
    // Its request may still be on its way: nobody knows yet.
    if (down || state.kind === 'unclear')
      return this.#handOver(task, { state: 'unknown', errorCode: reason }, 'move_unclear', 'unclear')
    if (kind === 'slot_unavailable' || reason === 'too_soon' || reason === 'past') {
      await this.#reject(task, reason)
      await markChanged(this.#deps, scope, [wanted.startsAt], appointment)
      return this.#taken(scope, appointment, wanted)
    }
    this.#deps.log.error(
      { component: 'appointments', alarm: 'reschedule_refused', reason, attemptId: attempt.id, err: error },
      'Cal.com refuses a move',
    )
    return this.#handOver(task, { state: 'rejected', errorCode: reason }, 'move_failed', 'handed_over')
  }

  /** The slot went between check and move: alternatives in the same answer; the lost one is not among them. */
  async #taken(scope: CallScope, appointment: OwnAppointment, wanted: Wanted): Promise<MoveOutcome> {
    let alternatives: Alternative[] | null = null
    try {
      alternatives = await this.#slots.check(scope, appointment, wanted)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
    return { kind: 'taken', appointment, wanted, alternatives: alternatives ?? [] }
  }

  /** Cal.com has a new booking; whatever fails from here on is repaired later (incident I-16). */
  async #settled(task: Task, booking: CalcomBooking & { start: Date }, isSaid = true): Promise<MoveOutcome> {
    const { scope, appointment, attempt, uid, wanted } = task
    const { companyId } = scope.call
    const asWished = booking.start.getTime() === wanted.startsAt.getTime()
    try {
      await this.#deps.tenancy.run(companyId, async (tx) => {
        await this.#deps.recorder.recordRescheduled(tx, {
          catalogue: scope.catalogue,
          fromUid: uid,
          booking,
          actor: asWished ? 'caller' : 'calcom',
          now: this.#deps.clock.now(),
        })
        if (!isSaid) await verifyLater(this.#deps, tx, attempt)
        // Without effect when the move was ours: it is `booked` by then.
        await this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'moved_elsewhere' })
      })
    } catch (error) {
      this.#deps.log.error(
        { component: 'appointments', alarm: 'reschedule_not_recorded', attemptId: attempt.id, err: error },
        'moved at Cal.com, not recorded',
      )
    }
    await markChanged(this.#deps, scope, [appointment.startsAt, booking.start], appointment)
    const moved = { ...wanted, startsAt: booking.start }
    const to = await loadMoved(this.#deps, scope, appointment, moved, booking.uid, booking.status)
    return asWished ? { kind: 'done', from: appointment, to } : { kind: 'moved', appointment: to }
  }

  async #recordGone({ scope, attempt, uid }: Task): Promise<void> {
    const { companyId } = scope.call
    await this.#deps.tenancy.run(companyId, async (tx) => {
      await this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode: 'already_cancelled' })
      await this.#deps.recorder.recordCancelled(tx, {
        companyId,
        uid,
        actor: 'calcom',
        now: this.#deps.clock.now(),
      })
    })
  }

  async #reject({ scope, attempt }: Task, errorCode: string): Promise<void> {
    await this.#deps.tenancy.run(scope.call.companyId, (tx) =>
      this.#deps.attempts.finish(tx, attempt, { state: 'rejected', errorCode: errorCode.slice(0, 60) }),
    )
  }

  async #handOver(
    { scope, appointment, attempt }: Task,
    outcome: { state: 'rejected' | 'unknown'; errorCode: string },
    errand: Errand,
    kind: 'handed_over' | 'unclear',
  ): Promise<MoveOutcome> {
    const callback = await this.#deps.tenancy.run(scope.call.companyId, async (tx) => {
      await this.#deps.attempts.finish(tx, attempt, { ...outcome, errorCode: outcome.errorCode.slice(0, 60) })
      if (outcome.state === 'unknown') {
        const runAt = new Date(this.#deps.clock.now().getTime() + leaseMs)
        await enqueueSettling(tx, attempt, runAt)
      }
      return handOver(tx, this.#deps.callbacks, scope, appointment, errand, attempt.id)
    })
    return { kind, appointment, callback }
  }
}
