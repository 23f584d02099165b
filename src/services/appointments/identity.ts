/**
 * What a caller may see and change (design section 9). The number the network reports proves its own customers'
 * appointments, and the call that booked an appointment proves that one. Whoever has no number must name the person,
 * the day and the time of one appointment, and so must whoever means an appointment that the number does not prove; facts that do
 * not fit are counted per call, and per company and name over a day, and three end it.
 * Every function here runs inside the caller's transaction.
 */

import { createHash } from 'node:crypto'
import type { Tx } from '../../db/tenancy.ts'
import type { CallScope } from '../call-context.ts'
import { comparePersonNames } from '../matching/index.ts'
import type { OwnAppointment } from './types.ts'

/** Facts that did not fit, per call, before only a callback is left. */
export const identityMissesMax = 3

/** For so long a miss counts against its name. */
export const missesKeptMs = 24 * 3_600_000

/** How far back a caller may ask about appointments. */
const lookBackMs = 400 * 86_400_000
const loadedMax = 200

/**
 * Everything the caller owns: by number, by having booked it in this call, or proven earlier in it. Newest first.
 * @param since what began before is left out
 */
export function loadOwn(
  tx: Tx,
  scope: CallScope,
  provenIds: readonly number[],
  since = new Date(scope.now.getTime() - lookBackMs),
): Promise<OwnAppointment[]> {
  const { companyId, callerNumber, callId } = scope.call
  return select(tx, {
    companyId,
    since,
    phone: callerNumber,
    callId,
    ids: provenIds,
  })
}

/** One appointment of the company by its id, whoever owns it: for jobs and for what we ourselves have just changed. */
export async function loadAppointment(
  tx: Tx,
  companyId: number,
  appointmentId: bigint,
): Promise<OwnAppointment | null> {
  const [found] = await select(tx, { companyId, since: new Date(0), ids: [Number(appointmentId)] })
  return found ?? null
}

/** Appointments of the company that begin at exactly that instant and are for exactly that name: the same proof from any number. */
export async function loadByFacts(
  tx: Tx,
  scope: CallScope,
  facts: { name: string; startsAt: Date },
): Promise<OwnAppointment[]> {
  const candidates = await select(tx, {
    companyId: scope.call.companyId,
    since: new Date(0),
    startsAt: facts.startsAt,
  })
  return candidates.filter((candidate) => comparePersonNames(facts.name, candidate.personName) === 'same')
}

/**
 * How many facts did not fit so far in this call; locks the call's row, so that parallel guesses queue up. Null without a
 * stored call: then nothing could be counted, and nothing may be guessed.
 */
export async function lockMisses(tx: Tx, scope: CallScope): Promise<number | null> {
  const { companyId, callId } = scope.call
  if (callId === null) return null
  const [row] = await tx.$queryRaw<Array<{ misses: number }>>`
    SELECT identity_misses AS misses FROM calls
    WHERE company_id = ${companyId} AND retell_call_id = ${callId} FOR UPDATE`
  return row?.misses ?? null
}

/**
 * How many facts did not fit for that name within a day, in whatever call; locks the name, so that guesses in parallel queue up.
 * After `lockMisses`, always in this order.
 */
export async function lockNameMisses(tx: Tx, scope: CallScope, name: string): Promise<number> {
  const { companyId } = scope.call
  const dayAgo = new Date(scope.now.getTime() - missesKeptMs)
  const [row] = await tx.$queryRaw<Array<{ misses: number }>>`
    INSERT INTO identity_misses AS known (company_id, who, misses, since)
    VALUES (${companyId}, ${whoOf(companyId, name)}, 0, ${scope.now})
    ON CONFLICT (company_id, who) DO UPDATE SET
      misses = CASE WHEN known.since < ${dayAgo} THEN 0 ELSE known.misses END,
      since = CASE WHEN known.since < ${dayAgo} THEN excluded.since ELSE known.since END
    RETURNING misses`
  return row?.misses ?? identityMissesMax
}

/** Notes one more guess at that name that did not fit. Out: how many there were within a day. */
export async function countNameMiss(tx: Tx, scope: CallScope, name: string): Promise<number> {
  const { companyId } = scope.call
  const row = await tx.identityMiss.update({
    where: { companyId_who: { companyId, who: whoOf(companyId, name) } },
    data: { misses: { increment: 1 } },
    select: { misses: true },
  })
  return row.misses
}

/** A name as it is counted: heard a little differently it is another one, as it is for the proof. */
function whoOf(companyId: number, name: string): string {
  const words =
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return createHash('sha256')
    .update(JSON.stringify([companyId, ...words.sort()]))
    .digest('hex')
}

/** Notes one more guess that did not fit. */
export async function countMiss(tx: Tx, scope: CallScope): Promise<void> {
  await tx.call.updateMany({
    where: { companyId: scope.call.companyId, retellCallId: scope.call.callId ?? '' },
    data: { identityMisses: { increment: 1 } },
  })
}

interface Selection {
  companyId: number
  since: Date
  phone?: string | null
  callId?: string | null
  ids?: readonly number[]
  startsAt?: Date
}

/** Each part of the union is empty when its value is null: comparing with null is never true. */
function select(tx: Tx, by: Selection): Promise<OwnAppointment[]> {
  const ids = (by.ids ?? []).map(String)
  return tx.$queryRaw<OwnAppointment[]>`
    SELECT a.id, a.branch_id::text AS "branchId", a.customer_id AS "customerId", a.service_id AS "serviceId",
      a.staff_id AS "staffId", a.appointment_datetime AS "startsAt", a.ends_at AS "endsAt",
      a.duration_minutes AS "durationMinutes", a.status, a.sync_state AS "syncState", a.calcom_uid AS "calcomUid",
      a.calcom_event_type_id AS "calcomEventTypeId", a.reschedule_count AS "rescheduleCount",
      COALESCE(a.attendee_name, c.name) AS "personName", c.phone, a.call_id AS "callId",
      a.booking_attempt_id AS "bookingAttemptId"
    FROM appointments a
    JOIN customers c ON c.company_id = a.company_id AND c.id = a.customer_id AND c.erased_at IS NULL
    WHERE a.company_id = ${by.companyId} AND a.appointment_datetime > ${by.since} AND a.id IN (
      SELECT own.id FROM customers person JOIN appointments own
        ON own.company_id = person.company_id AND own.customer_id = person.id
        WHERE person.company_id = ${by.companyId} AND person.phone = ${by.phone ?? null}::text
      UNION ALL SELECT id FROM appointments WHERE company_id = ${by.companyId} AND call_id = ${by.callId ?? null}::text
      UNION ALL SELECT unnest(${ids}::bigint[])
      UNION ALL SELECT at.id FROM appointments at JOIN customers person
        ON person.company_id = at.company_id AND person.id = at.customer_id
        WHERE at.company_id = ${by.companyId} AND at.appointment_datetime = ${by.startsAt ?? null}::timestamptz)
    ORDER BY a.appointment_datetime DESC, a.id DESC LIMIT ${loadedMax}`
}
