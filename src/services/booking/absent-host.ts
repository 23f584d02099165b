/**
 * A booking that Cal.com gave to somebody who is away then: it stands and is told as booked, but never with that name, and the business
 * is asked to give it to somebody else. Cal.com does so where the event type does not let us say who may be given it.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Attempt } from '../attempts.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import { isAwayDuring } from '../day-hours.ts'
import { bookingErrand } from './errands.ts'
import { branchOfAttempt } from './facts.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  callbacks: Pick<CallbackService, 'requestIn'>
  clock: Clock
  log: Pick<Logger, 'error'>
}

/** Whether who serves an attempt is away then. */
export function isServedByAbsent(scope: CallScope, attempt: Attempt, staffId: number | null): boolean {
  const { startAt, endAt } = attempt
  const person = scope.catalogue.staff.find(({ id }) => id === staffId)
  if (!person || startAt === null) return false
  const minutes = ((endAt ?? startAt).getTime() - startAt.getTime()) / 60_000
  return isAwayDuring(person.absences, branchOfAttempt(attempt, scope).timeZone, startAt, minutes)
}

/** Asks the business to see to it. Never throws: the booking stands whatever comes of this. */
export async function reportAbsentHost(deps: Deps, scope: CallScope, attempt: Attempt): Promise<void> {
  const { tenancy, callbacks, clock, log } = deps
  try {
    const { attemptId: _, ...input } = bookingErrand(scope.catalogue, attempt, 'booking_absent', clock.now())
    await tenancy.run(attempt.companyId, (tx) => callbacks.requestIn(tx, scope, { ...input, isTask: true }))
  } catch (error) {
    log.error(
      { component: 'booking', attemptId: attempt.id, err: error },
      'a booking stands with somebody who is away, and nobody was told',
    )
  }
}
