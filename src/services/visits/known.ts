/** What the attempts of a call say about its visits. Pure. */
import type { Attempt } from '../attempts.ts'
import type { BookingWish, CompleteWish } from '../booking/types.ts'
import { isOpenDraft } from '../booking/wishes.ts'
import type { CatalogueService } from '../catalogue.ts'
import { comparePersonNames } from '../matching/index.ts'

/** Visits are known by their first part where one attempt stands for all. */
export function firstParts(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ visitPart }) => visitPart === null || visitPart === 0)
}

/** The parts of the newest visit of the call that is open, in the order of their times. */
export function openVisit(attempts: readonly Attempt[], now: Date): Attempt[] {
  const newest = attempts.find((attempt) => attempt.visitId !== null && isOpenDraft(attempt, now))
  return newest ? inOrder(attempts.filter(({ visitId }) => visitId === newest.visitId)) : []
}

function inOrder(parts: readonly Attempt[]): Attempt[] {
  return [...parts].sort((a, b) => (a.visitPart ?? 0) - (b.visitPart ?? 0))
}

/** Whether a wish without a service may go on with an open visit: nobody else is named in it, unless nothing but a name was wrong. */
export function isFor({ name, date, time }: BookingWish, { customerName }: Attempt): boolean {
  if (name === undefined || (date === undefined && time === undefined)) return true
  return comparePersonNames(customerName ?? '', name) !== 'different'
}

/** The parts of a visit of this call for the very same: person, services and first start, still worth something as a whole. */
export function sameVisit(
  attempts: readonly Attempt[],
  { whole, services }: { whole: CompleteWish; services: readonly CatalogueService[] },
  now: Date,
): Attempt[] | null {
  const ids = services.map(({ id }) => id).sort((a, b) => a - b)
  for (const visitId of new Set(attempts.flatMap((attempt) => attempt.visitId ?? []))) {
    const parts = inOrder(attempts.filter((attempt) => attempt.visitId === visitId))
    const isSame =
      parts[0]?.startAt?.getTime() === whole.startAt.getTime() &&
      comparePersonNames(parts[0].customerName ?? '', whole.name) === 'same' &&
      parts[0].branchId === whole.branch.id &&
      JSON.stringify(parts.map(({ serviceId }) => serviceId ?? 0).sort((a, b) => a - b)) ===
        JSON.stringify(ids) &&
      (whole.staffId === null || parts.some(({ staffId }) => staffId === whole.staffId))
    const isWhole = parts.every(
      ({ state }) => state !== 'rejected' && state !== 'released' && state !== 'expired',
    )
    const isOpen = parts.every((part) => part.state !== 'draft' || isOpenDraft(part, now))
    if (isSame && isWhole && isOpen) return parts
  }
  return null
}
