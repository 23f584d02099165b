/**
 * Cal.com's reservations for our drafts. A hold hides a slot for some minutes; it guarantees nothing and never fails a booking.
 * Everything here is best effort: what goes wrong is logged, and the hold ends by itself.
 */

import type { Logger } from 'pino'
import { CalcomError } from '../../calcom/errors.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import { localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { Attempt } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { type Hold, type Holds, isSameSlot, type Slot } from '../availability/holds.ts'
import type { CallScope } from '../call-context.ts'
import type { Background } from './background.ts'
import type { CalcomOf } from './execution.ts'
import { slotOfAttempt } from './wishes.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  calcom: CalcomOf
  holds: Holds
  background: Background
  availability: Pick<AvailabilityService, 'markChanged'>
  clock: Clock
  log: Pick<Logger, 'warn'>
}

type HoldScope = Pick<CallScope, 'call' | 'catalogue' | 'deadline'>

/** How long Cal.com keeps a hold for which no duration was asked. */
const holdMs = 5 * 60_000
const requestMs = 1_200
const afterwardsMs = 5_000

/** Takes and gives back holds. No method throws for anything Cal.com or the cache does. */
export class HoldKeeper {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Notes a hold with its draft, after the answer. */
  note({ id, companyId }: Attempt, hold: Hold): void {
    // The cache knows it already, so the caller need not wait for the database.
    this.#deps.background.run('note_hold', () =>
      this.#deps.tenancy.run(companyId, (tx) =>
        tx.bookingAttempt.updateMany({
          where: { id, companyId },
          data: { reservationUid: hold.uid, reservationUntil: hold.until },
        }),
      ),
    )
  }

  /** Holds a slot for the call; null when somebody else has it or holds it. */
  async take(scope: HoldScope, slot: Slot): Promise<Hold | null> {
    const { call, catalogue, deadline } = scope
    const { calcom, holds, clock, log } = this.#deps
    const [known, mayTake] = await Promise.all([holds.load(call.callId), holds.mayTake(call.callId, slot)])
    const own = known.find((held) => isSameSlot(held, slot))
    if (own && own.uid !== null) return own
    if (!mayTake) return null
    const until = new Date(clock.now().getTime() + holdMs)
    try {
      const api = await calcom(catalogue.company.calcomConnectionId)
      const { minutes, ...asked } = slot
      const length = minutes === undefined ? {} : { durationMinutes: minutes }
      const reservation = await api.reserveSlot(
        { ...asked, ...length },
        {
          deadline: deadline.child(requestMs),
          // Where requests are short, a hold is the first thing to do without.
          priority: 'spare',
        },
      )
      const hold = { ...slot, uid: reservation.uid, until: reservation.until }
      await holds.remember(call.callId, hold)
      return hold
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      log.warn({ component: 'booking', callId: call.callId, reason: error.reason }, 'no hold on the slot')
      if (!error.mayHaveActed) return null
      // The answer was lost, so the slot may be hidden on our own account: it still counts as free for this call.
      const hold = { ...slot, uid: null, until }
      await holds.remember(call.callId, hold)
      return hold
    }
  }

  /** Whether the call is about to hold the slot, or has just got to. */
  isTaking(callId: string | null, slot: Slot): Promise<boolean> {
    return this.#deps.holds.isTaking(callId, slot)
  }

  /** Gives a draft's hold back and waits for it. */
  async release(scope: Pick<CallScope, 'catalogue'>, attempt: Attempt): Promise<void> {
    const { reservationUid, callId } = attempt
    const slot = slotOfAttempt(scope.catalogue, attempt)
    if (slot === null) return
    const { holds } = this.#deps
    const held = (await holds.load(callId)).find((other) => isSameSlot(other, slot))
    await holds.forget(callId, slot)
    const uid = reservationUid ?? held?.uid
    if (uid) await this.releaseReservation(scope, { uid, start: slot.start })
  }

  /**
   * The call is over: what it still holds is free for others again, but for what is being booked or may have been. In: every
   * attempt of the call.
   */
  async endCall(
    { companyId, callId }: { companyId: number; callId: string },
    scope: Pick<CallScope, 'catalogue'>,
    attempts: readonly Attempt[],
  ): Promise<void> {
    const { holds, tenancy, clock } = this.#deps
    const now = clock.now()
    const held = await holds.load(callId)
    const isNeeded = (slot: { eventTypeId: number | null; start: Date | null }) =>
      attempts.some(
        ({ state, eventTypeId, startAt }) =>
          (state === 'executing' || state === 'unknown') &&
          eventTypeId === slot.eventTypeId &&
          startAt?.getTime() === slot.start?.getTime(),
      )
    for (const hold of held) {
      const { eventTypeId, start, uid } = hold
      if (isNeeded({ eventTypeId, start })) continue
      await holds.forget(callId, hold)
      if (uid !== null) await this.releaseReservation(scope, { uid, start })
    }
    const drafts = attempts.filter(
      ({ state, reservationUid, reservationUntil }) =>
        state === 'draft' && reservationUid !== null && reservationUntil !== null && reservationUntil > now,
    )
    const done = new Set(held.map(({ uid }) => uid))
    for (const draft of drafts) {
      if (isNeeded({ eventTypeId: draft.eventTypeId, start: draft.startAt })) continue
      await tenancy.run(companyId, (tx) =>
        tx.bookingAttempt.updateMany({
          where: { id: draft.id, companyId, state: 'draft' },
          data: { reservationUid: null, reservationUntil: null },
        }),
      )
      const { reservationUid: uid, startAt: start } = draft
      if (uid && start && !done.has(uid)) await this.releaseReservation(scope, { uid, start })
    }
  }

  /** As `release`, after the answer: nobody waits for it. */
  releaseLater(scope: Pick<CallScope, 'catalogue'>, attempt: Attempt): void {
    this.#deps.background.run('release_hold', () => this.release(scope, attempt))
  }

  /** Ends a reservation at Cal.com; what was read of that day while the hold hid its time is not believed any longer. */
  async releaseReservation(
    scope: Pick<CallScope, 'catalogue'>,
    { uid, start }: { uid: string; start: Date },
  ): Promise<void> {
    const { calcom, clock, log, availability } = this.#deps
    const { company, branches } = scope.catalogue
    try {
      const api = await calcom(scope.catalogue.company.calcomConnectionId)
      const deadline = new Deadline({ clock, budgetMs: afterwardsMs })
      await api.releaseReservation({ uid }, { deadline, priority: 'background' })
      const zones = [company.timeZone, ...branches.map(({ timeZone }) => timeZone)]
      await availability.markChanged(company.id, [...new Set(zones.map((zone) => localDayOf(start, zone)))])
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      log.warn(
        { component: 'booking', reason: error.reason },
        'a hold was not released; it will end by itself',
      )
    }
  }
}
