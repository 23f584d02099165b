/** An attempt in the words a caller hears. Pure. */

import { clockTimeOf, localDayOf } from '../../german/index.ts'
import type { SpokenBooking } from '../../german/sentences/booking.ts'
import type { SpokenWhat } from '../../german/sentences/naming.ts'
import type { Attempt } from '../attempts.ts'
import type { CallScope } from '../call-context.ts'
import { type CatalogueBranch, findBranch, serviceName, staffName } from '../catalogue.ts'
import { keepsPerson } from '../promised-person.ts'
import type { CompleteWish } from './types.ts'

type Place = Pick<CallScope, 'catalogue' | 'branch' | 'today'>

/** The branch an attempt is for; the dialled one when it has none. */
export function branchOfAttempt(attempt: Pick<Attempt, 'branchId'>, place: Place): CatalogueBranch {
  return findBranch(place.catalogue, attempt.branchId) ?? place.branch
}

/** What a wish is for, as it is spoken: the person if one was chosen, the branch if it is not the one that was called. */
export function whatOf(
  { service, staffId, branch }: Pick<CompleteWish, 'service' | 'staffId' | 'branch'>,
  place: Place,
): SpokenWhat {
  const name = staffName(place.catalogue, staffId)
  const isKept = staffId === null || keepsPerson(service, staffId)
  return {
    service: service.name,
    staff: isKept ? name : null,
    open: isKept ? null : name,
    branch: placeName(branch, place),
  }
}

/** A branch is named only where it is not the one that was called. */
function placeName({ id, name }: CatalogueBranch, { branch }: Place): string | null {
  return id === branch.id ? null : name
}

/**
 * Day, time, person and service of an attempt, in its branch's zone.
 * @param staffId who really serves; null: nobody knows yet; left out: nothing is booked, so the person asked for
 * @throws Error for an attempt that is not one to book
 */
export function spokenBooking(attempt: Attempt, place: Place, staffId?: number | null): SpokenBooking {
  if (attempt.startAt === null || attempt.serviceId === null)
    throw new Error('An attempt to book lacks its service or its start')
  const zone = branchOfAttempt(attempt, place).timeZone
  const wished = staffName(place.catalogue, staffId === undefined ? attempt.staffId : staffId)
  const isOpen = staffId === undefined && !isPromised(attempt, place)
  const isAnother = staffId !== undefined && attempt.staffId !== null && staffId !== attempt.staffId
  return {
    customer: attempt.customerName ?? '',
    service: serviceName(place.catalogue, attempt.serviceId),
    staff: isOpen ? null : wished,
    open: isOpen ? wished : null,
    // Cal.com restricts round robin to one person only where the event type allows it (incident I-67).
    insteadOf: isAnother ? staffName(place.catalogue, attempt.staffId) : null,
    branch: placeName(branchOfAttempt(attempt, place), place),
    day: localDayOf(attempt.startAt, zone),
    time: clockTimeOf(attempt.startAt, zone),
    today: place.today,
  }
}

/** Whether who was wished for can be promised before anything is booked. */
function isPromised({ staffId, serviceId }: Attempt, { catalogue }: Place): boolean {
  const service = catalogue.services.find(({ id }) => id === serviceId)
  return staffId === null || !service || keepsPerson(service, staffId)
}
