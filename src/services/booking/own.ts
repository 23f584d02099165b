/**
 * The appointments that the person who wants to book has already: seen by the caller's own number at every branch, or because
 * this very call booked them, and told apart by name, because families share a number. What stands in the way of a wish is
 * asked about before anything is held or booked.
 * A wish is in the way of an own appointment when their times overlap, when it is for the same service on the same day,
 * or when this call has just booked that service at another time (a correction). Another service on another day never is.
 */

import type { Tx } from '../../db/tenancy.ts'
import { localDayOf } from '../../german/index.ts'
import type { SpokenAppointment } from '../../german/sentences/appointments.ts'
import type { SpokenMoment } from '../../german/sentences/booking.ts'
import { loadOwn } from '../appointments/identity.ts'
import { isLive, type OwnAppointment } from '../appointments/types.ts'
import { type AppointmentView, branchOfAppointment, spokenOf, viewOf } from '../appointments/view.ts'
import { type Attempt, isUnderWay } from '../attempts.ts'
import type { Alternative } from '../availability/alternatives.ts'
import type { CallScope } from '../call-context.ts'
import { serviceName } from '../catalogue.ts'
import { comparePersonNames } from '../matching/index.ts'

/** An appointment that stands in the way of a wish of the same person. */
export interface OwnConflict {
  appointment: OwnAppointment
  /** Their times overlap. */
  overlaps: boolean
  /** The same service at another time: perhaps it is to be moved. */
  mayMove: boolean
}

/** What the caller is told about it. */
export interface OwnFound {
  existing: AppointmentView
  spoken: SpokenAppointment
  mayMove: boolean
  wanted: SpokenMoment
  /** Whether the wished time can be had besides. */
  isFree: boolean
  /** Other times, when it cannot. */
  alternatives: Alternative[]
}

/** Who wants to come, for what and when. */
export interface Wished {
  name: string
  serviceId: number
  startAt: Date
  endAt: Date
}

/** What keeps an attempt from being executed: an appointment of the same person, or an attempt for them that is under way. */
export type OwnObstacle =
  | { kind: 'appointment'; conflict: OwnConflict }
  | { kind: 'attempt'; attemptId: string }

/** An appointment that began this long ago may still be going on. */
const longestMs = 24 * 3_600_000

/** What the caller's number or this call has booked and is not over, whoever it is for; soonest first. */
export async function loadUpcoming(tx: Tx, scope: CallScope): Promise<OwnAppointment[]> {
  const since = new Date(scope.now.getTime() - longestMs)
  const own = await loadOwn(tx, scope, [], since)
  return own.filter((one) => isLive(one) && one.endsAt > scope.now).reverse()
}

/** Those of them that are for this person; a name heard in part or a little differently is the same person's. */
export function ofSamePerson(own: readonly OwnAppointment[], name: string): OwnAppointment[] {
  return own.filter((one) => isSamePerson(one.personName, name))
}

/** "Frau Müller" and "Herr Müller" are two people, although nothing else tells them apart. */
function isSamePerson(one: string, other: string): boolean {
  const [title, otherTitle] = [one, other].map((name) => /^(herr|frau)\b/i.exec(name)?.[1]?.toLowerCase())
  if (title !== undefined && otherTitle !== undefined && title !== otherTitle) return false
  return comparePersonNames(one, other) !== 'different'
}

/** The person's appointment that a wish is in the way of, the nearest in kind first; null when there is none. */
export function findConflict(
  own: readonly OwnAppointment[],
  wish: Wished,
  scope: CallScope,
): OwnConflict | null {
  const conflicts = ofSamePerson(own, wish.name).flatMap((appointment): OwnConflict[] => {
    const overlaps = overlap({ startAt: appointment.startsAt, endAt: appointment.endsAt }, wish)
    const sameService = isSameService(appointment.serviceId, wish.serviceId, scope)
    const inThisCall = appointment.callId !== null && appointment.callId === scope.call.callId
    const zone = branchOfAppointment(appointment, scope).timeZone
    const sameDay = localDayOf(appointment.startsAt, zone) === localDayOf(wish.startAt, zone)
    if (!overlaps && !(sameService && (sameDay || inThisCall))) return []
    const mayMove = sameService && appointment.startsAt.getTime() !== wish.startAt.getTime()
    return [{ appointment, overlaps, mayMove }]
  })
  return conflicts.find(({ overlaps }) => overlaps) ?? conflicts[0] ?? null
}

/**
 * An attempt of this call for the same person and service at another time, of which nobody knows yet whether it was booked: another
 * wish may make two appointments of one. Null when there is none.
 */
export function findUnsure(attempts: readonly Attempt[], wish: Wished, scope: CallScope): Attempt | null {
  return (
    attempts.find(
      (attempt) =>
        isUnderWay(attempt) &&
        attempt.serviceId !== null &&
        attempt.startAt !== null &&
        attempt.startAt.getTime() !== wish.startAt.getTime() &&
        isSamePerson(attempt.customerName ?? '', wish.name) &&
        isSameService(attempt.serviceId, wish.serviceId, scope),
    ) ?? null
  )
}

/** The key of the question whether a wish is meant besides an attempt of which nobody knows. */
export function questionBeside({ id }: Attempt, wish: Wished): string {
  return `unsure:${id}:${wish.serviceId}:${wish.startAt.getTime()}`
}

/** The key of the question whether a wish is meant besides an appointment. */
export function questionAbout({ appointment }: OwnConflict, wish: Wished): string {
  return `own:${appointment.id}:${wish.serviceId}:${wish.startAt.getTime()}`
}

/** What the caller is told of a conflict. */
export function ownFound(
  { appointment, mayMove }: OwnConflict,
  scope: CallScope,
  rest: Pick<OwnFound, 'wanted' | 'isFree' | 'alternatives'>,
): OwnFound {
  return { existing: viewOf(appointment, scope), spoken: spokenOf(appointment, scope), mayMove, ...rest }
}

/**
 * What stands in the way of executing an attempt, asked inside the transaction that claims it. Whoever books for the same
 * number or in the same call queues up here, so that of two calls at once the second sees what the first is doing.
 */
export async function findObstacle(tx: Tx, scope: CallScope, attempt: Attempt): Promise<OwnObstacle | null> {
  const { companyId, callerNumber, callId } = scope.call
  const { customerName: name, serviceId, startAt, endAt } = attempt
  const person = callerNumber ?? callId
  if (attempt.additional || person === null) return null
  if (name === null || serviceId === null || startAt === null || endAt === null) return null
  // A statement of its own: only what comes after it sees what the one before has committed.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`booking-for:${companyId}:${person}`}, 0))`
  const wish = { name, serviceId, startAt, endAt }
  // In this order: what ends between the two statements has left its appointment for the second. The other way round it is
  // seen by neither.
  const underWay = await loadUnderWay(tx, scope, attempt)
  const conflict = findConflict(await loadUpcoming(tx, scope), wish, scope)
  if (conflict) return { kind: 'appointment', conflict }
  const rival = underWay.find(
    (other) =>
      isRival(other, wish) ||
      (isSamePerson(other.name ?? '', name) &&
        other.startAt !== null &&
        (isSameTreatment(other.serviceId, other.startAt, wish, scope) ||
          (other.ofThisCall &&
            other.serviceId !== null &&
            isSameService(other.serviceId, serviceId, scope)))),
  )
  return rival ? { kind: 'attempt', attemptId: rival.id } : null
}

/**
 * What has a time that Cal.com no longer lists, if it is the person's own: their appointment, or (`under_way`) a request of
 * theirs that may have been carried out. Null: somebody else's.
 */
export async function findOwnAt(
  tx: Tx,
  scope: CallScope,
  wish: Wished,
): Promise<OwnConflict | 'under_way' | null> {
  const underWay = await loadUnderWay(tx, scope, { id: '', wishKey: '' })
  const conflict = findConflict(await loadUpcoming(tx, scope), wish, scope)
  if (conflict?.overlaps) return conflict
  return underWay.some((other) => isRival(other, wish)) ? 'under_way' : null
}

/** For the same person at an overlapping time. */
function isRival({ name, startAt, endAt }: UnderWay, wish: Wished): boolean {
  const isThere = startAt !== null && endAt !== null && overlap({ startAt, endAt }, wish)
  return isThere && isSamePerson(name ?? '', wish.name)
}

interface UnderWay {
  id: string
  ofThisCall: boolean
  name: string | null
  serviceId: number | null
  startAt: Date | null
  endAt: Date | null
}

/**
 * Attempts whose request may be at Cal.com, of the same call, for the same number, or of another call from it (the row of a
 * call may be written a moment after its first attempt). Few at any time.
 */
function loadUnderWay(
  tx: Tx,
  scope: CallScope,
  attempt: Pick<Attempt, 'id' | 'wishKey'>,
): Promise<UnderWay[]> {
  const { companyId, callerNumber, callId } = scope.call
  return tx.$queryRaw<UnderWay[]>`
    SELECT b.id, coalesce(b.call_id = ${callId}::text, false) AS "ofThisCall", b.customer_name AS name, b.service_id AS "serviceId", b.start_at AS "startAt", b.end_at AS "endAt"
    FROM booking_attempts b
    LEFT JOIN calls k ON k.company_id = b.company_id AND k.retell_call_id = b.call_id
    WHERE b.company_id = ${companyId} AND b.kind = 'book' AND b.state IN ('executing', 'unknown')
      AND b.id <> ${attempt.id} AND b.wish_key <> ${attempt.wishKey}
      AND (b.call_id = ${callId}::text OR b.customer_phone = ${callerNumber}::text
        OR CASE WHEN k.direction = 'outbound' THEN k.to_number ELSE k.from_number END = ${callerNumber}::text)`
}

function isSameTreatment(serviceId: number | null, startAt: Date, wish: Wished, scope: CallScope): boolean {
  const { timeZone } = scope.branch
  return (
    serviceId !== null &&
    isSameService(serviceId, wish.serviceId, scope) &&
    localDayOf(startAt, timeZone) === localDayOf(wish.startAt, timeZone)
  )
}

/** One service may be offered at several branches under a row each: then its name says that it is the same. */
function isSameService(one: number, other: number, { catalogue }: CallScope): boolean {
  return one === other || serviceName(catalogue, one) === serviceName(catalogue, other)
}

function overlap(one: { startAt: Date; endAt: Date }, other: { startAt: Date; endAt: Date }): boolean {
  return one.startAt < other.endAt && other.startAt < one.endAt
}
