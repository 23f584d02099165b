/**
 * What the outcome of a request to Cal.com means for our rows and for the caller. Once Cal.com has booked, whatever fails on
 * our side is logged and repaired later, but never turns the answer into a failure (incidents I-16, I-49, I-59).
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import { localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { inBackground } from '../../lib/in-background.ts'
import { type Attempt, type AttemptStore, leaseMs, type Outcome } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { changedDays } from '../availability/limited-days.ts'
import { whyOff } from '../availability/off.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService, StoredCallback } from '../callbacks.ts'
import { serviceOfAttempt } from '../lengths.ts'
import { isServedByAbsent, reportAbsentHost } from './absent-host.ts'
import { bookingErrand, enqueueSettling, verifyAfterMs } from './errands.ts'
import type { Execution } from './execution.ts'
import { branchOfAttempt, spokenBooking, whatOf } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import { momentOf } from './moment.ts'
import type { OtherTimes } from './other-times.ts'
import { type BookingRecorder, readDone } from './record.ts'
import type { RefusedTimes } from './refused-times.ts'
import type { Confirmed, Done } from './types.ts'
import { whoServes } from './whose.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  otherTimes: OtherTimes
  refusedTimes: RefusedTimes
  recorder: BookingRecorder
  availability: Pick<AvailabilityService, 'markChanged' | 'earliestBookable'>
  callbacks: Pick<CallbackService, 'requestIn'>
  holds: HoldKeeper
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** Pauses between tries to write down what was told while the database was gone; shorter in all than a lease. */
const recordAgainMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]

/** Writes outcomes of attempts to book. */
export class OutcomeWriter {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** In: a claimed attempt and what Cal.com said. Out: what the caller is told. */
  async write(scope: CallScope, attempt: Attempt, execution: Execution): Promise<Confirmed> {
    const { holds } = this.#deps
    switch (execution.kind) {
      case 'made':
        return this.#made(scope, attempt, execution.booking, execution.unproven ?? false)
      case 'taken':
      case 'too_soon':
        return this.#notFree(scope, attempt, execution)
      case 'rate_limited':
        return (
          (await this.#finish(scope, attempt, { state: 'draft', errorCode: execution.reason })) ?? {
            kind: 'calendar_busy',
            attempt,
          }
        )
      case 'not_sent':
        return (
          (await this.#finish(scope, attempt, { state: 'draft', errorCode: execution.reason })) ?? {
            kind: 'calendar_unavailable',
            attempt,
          }
        )
      case 'refused': {
        const settled = await this.#finish(scope, attempt, {
          state: 'rejected',
          errorCode: execution.reason,
          verifyAt: this.#verifyAt(leaseMs),
        })
        if (settled) return settled
        holds.releaseLater(scope, attempt)
        return { kind: 'refused', attempt }
      }
      case 'unknown':
        return this.#unknown(scope, attempt, execution.reason)
    }
  }

  /** Cal.com has booked. From here on the answer is success, whatever happens on our side. */
  async #made(
    scope: CallScope,
    attempt: Attempt,
    booking: CalcomBooking,
    unproven: boolean,
  ): Promise<Confirmed> {
    const { tenancy, recorder, holds, log } = this.#deps
    const { catalogue } = scope
    // It is Cal.com's calendar that has changed, so this need not wait for our rows, nor the caller for both in turn.
    const marked = this.#markChanged(scope, attempt, booking)
    let done: Done = {
      appointmentId: null,
      calcomUid: booking.uid,
      calcomBookingId: booking.id ?? null,
      pending: booking.status === 'pending',
      staffId: whoServes(attempt, booking, catalogue),
    }
    try {
      const verifyAt = unproven ? this.#verifyAt(verifyAfterMs) : null
      const recorded = await tenancy.run(attempt.companyId, async (tx) => {
        const callerNumber = scope.call.callerNumber
        const result = await recorder.record(tx, catalogue, attempt.id, booking, { callerNumber, verifyAt })
        if (verifyAt) await enqueueSettling(tx, attempt, verifyAt)
        return result
      })
      // An earlier attempt's booking of the same wish, which is being cancelled this moment.
      if (recorded.kind === 'unwanted') return this.#unknown(scope, attempt, 'being_cancelled')
      if (recorded.kind === 'recorded') done = recorded.done
      else {
        // Another booking of this wish was written down first: that one is theirs, and this one will be cancelled.
        if (recorded.kind === 'duplicate') done = (await this.#loadDone(attempt)) ?? done
        log.error(
          {
            component: 'booking',
            alarm: 'booking_not_recorded',
            attemptId: attempt.id,
            uid: booking.uid,
            outcome: recorded.kind,
          },
          'a booking was not recorded as asked for',
        )
      }
    } catch (error) {
      log.error(
        {
          component: 'booking',
          alarm: 'booking_not_recorded',
          attemptId: attempt.id,
          uid: booking.uid,
          err: error,
        },
        'booked at Cal.com but not written down: to be repaired',
      )
      if (!(await this.#leaveForRepair(attempt, booking)))
        inBackground(this.#keepTrying(scope, attempt, booking))
    }
    await marked
    holds.releaseLater(scope, attempt)
    const isAbsent = isServedByAbsent(scope, attempt, done.staffId)
    if (isAbsent) await reportAbsentHost(this.#deps, scope, attempt)
    return {
      kind: 'booked',
      attempt,
      booking: spokenBooking(attempt, scope, isAbsent ? null : done.staffId),
      done,
      again: false,
    }
  }

  async #markChanged(scope: CallScope, attempt: Attempt, booking: CalcomBooking): Promise<void> {
    try {
      const zone = branchOfAttempt(attempt, scope).timeZone
      const day = localDayOf(booking.start ?? attempt.startAt ?? scope.now, zone)
      const days = changedDays(scope.catalogue, attempt.eventTypeId, day)
      await this.#deps.availability.markChanged(attempt.companyId, days)
    } catch (error) {
      this.#deps.log.warn(
        { component: 'booking', attemptId: attempt.id, err: error },
        'the free times of a booked day are still believed',
      )
    }
  }

  /** Notes the uid in a smaller transaction, so that the repair need not search. Failing that, the lease runs out. */
  async #leaveForRepair(attempt: Attempt, booking: CalcomBooking): Promise<boolean> {
    const { tenancy, attempts, log } = this.#deps
    try {
      await tenancy.run(attempt.companyId, async (tx) => {
        await attempts.finish(tx, attempt, {
          state: 'unknown',
          errorCode: 'not_recorded',
          calcomUid: booking.uid,
          calcomBookingId: booking.id ?? null,
        })
        await enqueueSettling(tx, attempt, this.#verifyAt(leaseMs))
      })
      return true
    } catch (error) {
      log.error(
        { component: 'booking', alarm: 'booking_not_recorded', attemptId: attempt.id, err: error },
        'the repair could not be prepared',
      )
      return false
    }
  }

  /**
   * The database is gone, and only this process knows what was told: it writes it down as soon as it can. If the process ends
   * first, the lease runs out and a job finds the booking by its id, or does not.
   */
  async #keepTrying(scope: CallScope, attempt: Attempt, booking: CalcomBooking): Promise<void> {
    const { tenancy, recorder, log } = this.#deps
    const { callerNumber } = scope.call
    for (const waitMs of recordAgainMs) {
      await pause(waitMs, undefined, { ref: false })
      try {
        const recorded = await tenancy.run(attempt.companyId, (tx) =>
          recorder.record(tx, scope.catalogue, attempt.id, booking, { callerNumber, verifyAt: null }),
        )
        log.warn(
          { component: 'booking', attemptId: attempt.id, outcome: recorded.kind },
          'a booking was written down late',
        )
        return
      } catch (error) {
        log.warn({ component: 'booking', attemptId: attempt.id, err: error }, 'still not written down')
      }
    }
  }

  async #notFree(
    scope: CallScope,
    attempt: Attempt,
    execution: Extract<Execution, { kind: 'taken' | 'too_soon' }>,
  ): Promise<Confirmed> {
    const { kind, reason } = execution
    const { holds } = this.#deps
    const unseen = execution.kind === 'taken' && execution.unseen === true
    const settled = await this.#finish(scope, attempt, {
      state: 'rejected',
      errorCode: kind === 'taken' ? 'slot_unavailable' : reason,
      verifyAt: unseen ? this.#verifyAt(leaseMs) : null,
    })
    if (settled) return settled
    // Our own hold goes first, or it would hide its slot in what is looked up now and remembered for others.
    await holds.release(scope, attempt)
    return this.tellLost(scope, attempt, { kind, reason }, (isListed) =>
      kind === 'taken' && isListed ? this.#deps.refusedTimes.note(scope, attempt) : null,
    )
  }

  /**
   * What is told of an attempt that has ended because its time cannot be had. In: what to make of a refused time that the
   * calendar still lists; whoever only waited for the refusal makes nothing of it, for it is noted once, by whom it was
   * written.
   */
  async tellLost(
    scope: CallScope,
    attempt: Attempt,
    { kind, reason }: Pick<Extract<Execution, { kind: 'taken' | 'too_soon' }>, 'kind' | 'reason'>,
    noteListed: (isListed: boolean | null) => Promise<StoredCallback | null> | null = () => null,
  ): Promise<Confirmed> {
    const { otherTimes, availability } = this.#deps
    const branch = branchOfAttempt(attempt, scope)
    const service = serviceOfAttempt(scope.catalogue, attempt)
    if (!service || attempt.startAt === null) return { kind: 'refused', attempt }
    const moment = momentOf(attempt.startAt, branch.timeZone)
    await availability.markChanged(
      attempt.companyId,
      changedDays(scope.catalogue, attempt.eventTypeId, moment.day),
    )
    const earliest = availability.earliestBookable({ catalogue: scope.catalogue, branch, service })
    const { staffId } = attempt
    const wish = { ...moment, branch, service, staffId }
    const { alternatives, elsewhere, isListed } = await otherTimes.find(scope, wish, kind === 'taken')
    const callback = await noteListed(isListed)
    return {
      kind: 'slot_lost',
      attempt,
      reason,
      wanted: { ...moment, today: scope.today },
      service,
      refusal:
        kind === 'taken'
          ? (whyOff({ ...wish, catalogue: scope.catalogue }, moment.day, attempt.startAt) ?? {
              reason: 'taken',
              day: moment.day,
            })
          : reason === 'past'
            ? { reason: 'past_time', day: moment.day }
            : { reason: 'booking_notice_violation', noticeMinutes: earliest.noticeMinutes },
      earliest: kind === 'too_soon' && reason !== 'past' ? earliest.at : null,
      alternatives,
      elsewhere,
      what: whatOf(wish, scope),
      callback,
    }
  }

  /** Nobody knows: say so, have a job find out, and have the business call back, which is what the caller is promised. */
  async #unknown(scope: CallScope, attempt: Attempt, reason: string): Promise<Confirmed> {
    const { tenancy, attempts, callbacks, clock, log } = this.#deps
    log.error(
      { component: 'booking', alarm: 'booking_unclear', attemptId: attempt.id, reason },
      'the outcome of a booking is unknown',
    )
    let canCallBack = attempt.customerPhone !== null || scope.call.callerNumber !== null
    let promised = false
    try {
      const isOpen = await tenancy.run(attempt.companyId, async (tx) => {
        if (!(await attempts.finish(tx, attempt, { state: 'unknown', errorCode: reason }))) return false
        await enqueueSettling(tx, attempt, this.#verifyAt(leaseMs))
        // A result says that it was told as booked once, which a person has been asked to put right.
        const errand = attempt.result === null ? 'booking_unclear' : 'booking_withdrawn'
        const input = bookingErrand(scope.catalogue, attempt, errand, clock.now())
        const stored = await callbacks.requestIn(tx, scope, input)
        canCallBack = stored.reachable
        promised = stored.promise !== null
        return true
      })
      const settled = isOpen ? null : await this.#settledMeanwhile(scope, attempt)
      if (settled) return settled
    } catch (error) {
      log.error(
        { component: 'booking', alarm: 'booking_unclear', attemptId: attempt.id, err: error },
        'left to the lease: not written down',
      )
    }
    return { kind: 'unknown', attempt, canCallBack, promised }
  }

  /** Null when it is written; else somebody was first (the webhook of our own booking), and what they wrote is the answer. */
  async #finish(
    scope: CallScope,
    attempt: Attempt,
    outcome: Extract<Outcome, { state: 'draft' | 'rejected' }>,
  ): Promise<Confirmed | null> {
    const { tenancy, attempts } = this.#deps
    const written = await tenancy.run(attempt.companyId, async (tx) => {
      if (!(await attempts.finish(tx, attempt, outcome))) return false
      if ('verifyAt' in outcome && outcome.verifyAt) await enqueueSettling(tx, attempt, outcome.verifyAt)
      return true
    })
    return written ? null : this.#settledMeanwhile(scope, attempt)
  }

  /** The booking that somebody else has written down for this attempt while we were at it. */
  async #settledMeanwhile(scope: CallScope, { id, companyId }: Attempt): Promise<Confirmed | null> {
    const attempt = await this.#deps.attempts.load(companyId, id)
    const done = attempt?.state === 'booked' ? readDone(attempt) : null
    if (!attempt || !done) return null
    const booking = spokenBooking(attempt, scope, done.staffId)
    this.#deps.holds.releaseLater(scope, attempt)
    return { kind: 'booked', attempt, booking, done, again: false }
  }

  async #loadDone({ id, companyId }: Attempt): Promise<Done | null> {
    const attempt = await this.#deps.attempts.load(companyId, id)
    return attempt && readDone(attempt)
  }

  #verifyAt(afterMs: number): Date {
    return new Date(this.#deps.clock.now().getTime() + afterMs)
  }
}
