/**
 * Times that Cal.com lists as free and refuses to book, which no caller should go round in circles for: not offered again in the
 * call, told to the operator, and after the second handed to a person. The cause is the set-up (a host without a
 * calendar, an event type whose hosts are never available), so another try does not help.
 */

import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Attempt, AttemptStore } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService, StoredCallback } from '../callbacks.ts'
import type { CompleteWish } from './types.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  availability: Pick<AvailabilityService, 'callTimes'>
  callbacks: Pick<CallbackService, 'requestIn'>
  log: Pick<Logger, 'error'>
}

/** The error code of an attempt whose time Cal.com went on to list. */
const listedButRefused = 'listed_but_refused'

/** Keeps what the calendar refuses although it lists it. */
export class RefusedTimes {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Whether this call was refused that very time before, although it is listed. */
  wasRefused(attempts: readonly Attempt[], wish: Pick<CompleteWish, 'service' | 'startAt'>): boolean {
    return attempts.some(
      (attempt) =>
        attempt.errorCode === listedButRefused &&
        attempt.serviceId === wish.service.id &&
        attempt.startAt?.getTime() === wish.startAt.getTime(),
    )
  }

  /**
   * A refused attempt whose time Cal.com still lists. Out: the callback that is made from the second one of a call on, else
   * null.
   */
  async note(scope: CallScope, attempt: Attempt): Promise<StoredCallback | null> {
    const { attempts, availability, tenancy, log } = this.#deps
    const { id, companyId, callId, startAt, eventTypeId, serviceId } = attempt
    log.error(
      {
        component: 'booking',
        alarm: 'listed_time_refused',
        attemptId: id,
        companyId,
        serviceId,
        eventTypeId,
      },
      'Cal.com refuses a time that it lists as free: check the hosts of the event type',
    )
    if (startAt && serviceId !== null) await availability.callTimes.noteUnbookable(callId, serviceId, startAt)
    const count = await tenancy.run(companyId, async (tx) => {
      await tx.bookingAttempt.updateMany({
        where: { id, companyId, state: 'rejected' },
        data: { errorCode: listedButRefused },
      })
      const ofCall = await attempts.loadForCall(tx, companyId, callId, 'book')
      return ofCall.filter(({ errorCode }) => errorCode === listedButRefused).length
    })
    return count < 2
      ? null
      : this.handOver(scope, { name: attempt.customerName, phone: attempt.customerPhone })
  }

  /** Has a person of the business call back, once per call. */
  handOver(
    scope: CallScope,
    { name, phone }: { name: string | null; phone: string | null },
  ): Promise<StoredCallback> {
    return this.#deps.tenancy.run(scope.call.companyId, (tx) =>
      this.#deps.callbacks.requestIn(tx, scope, {
        kind: 'technical',
        reason: 'Der Kalender zeigt freie Zeiten, lehnt die Buchung aber ab: bitte zurückrufen und eintragen',
        ...(name !== null && { name }),
        ...(phone !== null && { phone }),
      }),
    )
  }
}
