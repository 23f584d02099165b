/** What wishes and attempts of one call mean to each other: the same wish, a replaced one, one in the way. Pure. */

import { type Attempt, isUnderWay } from '../attempts.ts'
import type { Slot } from '../availability/holds.ts'
import type { CallScope } from '../call-context.ts'
import { type Catalogue, type CatalogueService, calendarOf } from '../catalogue.ts'
import { lengthsOf, lengthToSend } from '../lengths.ts'
import { comparePersonNames } from '../matching/index.ts'
import type { CompleteWish } from './types.ts'
import { wishKey } from './wish-key.ts'

/**
 * The key of a wish. While a request for this call, service and start is on its way, a name that only sounds alike is the
 * same person heard again: a second request could otherwise book twice.
 */
export function keyOf(
  scope: CallScope,
  { name, service, staffId, startAt, additional }: CompleteWish,
  attempts: readonly Attempt[],
): string {
  const underWay = attempts.find(
    (attempt) =>
      isUnderWay(attempt) &&
      attempt.serviceId === service.id &&
      attempt.startAt?.getTime() === startAt.getTime() &&
      attempt.endAt?.getTime() === endOf({ startAt, service }).getTime() &&
      attempt.additional === additional &&
      comparePersonNames(attempt.customerName ?? '', name) === 'similar',
  )
  if (underWay) return underWay.wishKey
  const hasChoice = lengthsOf(scope.catalogue, service, staffId).length > 0
  return wishKey({
    callId: scope.call.callId,
    person: name,
    serviceId: service.id,
    startAt,
    additional,
    ...(hasChoice && { minutes: service.durationMinutes }),
  })
}

/** The event type that books it. @throws Error for a service that has none */
export function eventTypeOf({
  service,
  staffId,
}: {
  service: CatalogueService
  staffId: number | null
}): number {
  const { eventTypeId } = calendarOf({ staff: [] }, service, staffId)
  if (eventTypeId === null) throw new Error('A service without an event type was chosen')
  return eventTypeId
}

/** What is held and booked: the start, of an event type with a choice with the length too. */
export function slotOf(
  catalogue: Catalogue,
  { service, staffId, startAt }: Pick<CompleteWish, 'service' | 'staffId' | 'startAt'>,
): Slot {
  const eventTypeId = eventTypeOf({ service, staffId })
  const minutes = lengthToSend(catalogue, eventTypeId, service.durationMinutes)
  return { eventTypeId, start: startAt, ...(minutes !== undefined && { minutes }) }
}

/** What an attempt holds; null for one without event type or start. */
export function slotOfAttempt(catalogue: Catalogue, { eventTypeId, startAt, endAt }: Attempt): Slot | null {
  if (eventTypeId === null || startAt === null) return null
  const length = endAt === null ? undefined : (endAt.getTime() - startAt.getTime()) / 60_000
  const minutes = length === undefined ? undefined : lengthToSend(catalogue, eventTypeId, length)
  return { eventTypeId, start: startAt, ...(minutes !== undefined && { minutes }) }
}

/** A draft that somebody may still say yes to. */
export function isOpenDraft({ state, expiresAt }: Attempt, now: Date): boolean {
  return state === 'draft' && (expiresAt === null || expiresAt > now)
}

/** An attempt for the same wish that is still worth something. */
export function isStanding(attempt: Attempt, key: string, now: Date): boolean {
  if (attempt.wishKey !== key) return false
  if (attempt.state === 'draft') return isOpenDraft(attempt, now)
  return isUnderWay(attempt) || attempt.state === 'booked'
}

/**
 * An open draft that a new wish replaces: the one it corrects, and one of the same person for the same service, or for another one
 * at the same time. Other people's stay, as does another service at another time.
 */
export function isReplaced(attempt: Attempt, wish: CompleteWish, now: Date): boolean {
  if (!isOpenDraft(attempt, now)) return false
  if (attempt.id === wish.corrects) return true
  const likeness = comparePersonNames(attempt.customerName ?? '', wish.name)
  if (attempt.serviceId === wish.service.id) return likeness !== 'different'
  // Färben at ten and Damenhaarschnitt at twelve: both are wanted.
  return likeness === 'same' && overlaps(attempt, wish)
}

/** Attempts of which those of one visit count once, with the first part that is among them. */
export function onePerVisit(attempts: readonly Attempt[]): Attempt[] {
  const isFirst = (attempt: Attempt) =>
    attempts.every(
      (other) => other.visitId !== attempt.visitId || (other.visitPart ?? 0) >= (attempt.visitPart ?? 0),
    )
  return attempts.filter((attempt) => attempt.visitId === null || isFirst(attempt))
}

/** What goes when some of these attempts go: they, and the other parts of their visits, which are worth nothing alone. */
export function withTheirVisits(
  attempts: readonly Attempt[],
  goes: (attempt: Attempt) => boolean,
): Attempt[] {
  const visits = new Set(attempts.filter(goes).flatMap(({ visitId }) => visitId ?? []))
  return attempts.filter(
    (one) => goes(one) || (one.visitId !== null && one.state === 'draft' && visits.has(one.visitId)),
  )
}

/** Whether an attempt's time and a wish's overlap. */
export function overlaps(attempt: Attempt, wish: CompleteWish): boolean {
  const { startAt, endAt } = attempt
  return startAt !== null && endAt !== null && startAt < endOf(wish) && wish.startAt < endAt
}

/** When a wished appointment would end. */
export function endOf({ startAt, service }: Pick<CompleteWish, 'startAt' | 'service'>): Date {
  return new Date(startAt.getTime() + service.durationMinutes * 60_000)
}
