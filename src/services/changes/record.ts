/**
 * Writes what happened to an appointment at Cal.com, whoever tells it first: our own answer, the webhook, a job. The same news
 * twice changes nothing, and older news does not undo newer. Locks in the order attempt, then appointment, so that
 * all of them queue up. Runs inside the caller's transaction; Cal.com is never asked here.
 */

import type { CalcomBooking } from '../../calcom/types.ts'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import { standingStatuses } from '../appointments/types.ts'
import { type Attempt, type AttemptKind, type AttemptStore, isUnderWay, liveStates } from '../attempts.ts'
import { type Catalogue, servingStaff } from '../catalogue.ts'

/** Who made the change, as history knows it. */
type Actor = 'caller' | 'business' | 'calcom' | 'system'

export interface RecordedChange {
  appointmentId: bigint
  /** False: it was known already. */
  first: boolean
}

export interface CancelNews {
  companyId: number
  /** The booking that is gone. */
  uid: string
  actor: Actor
  reason?: string | null
  now: Date
}

export interface MoveNews {
  catalogue: Catalogue
  fromUid: string
  /** The new booking; without `end` the length stays. */
  booking: Pick<CalcomBooking, 'id' | 'uid' | 'status' | 'end' | 'hosts' | 'updatedAt' | 'createdAt'> & {
    start: Date
  }
  actor: Actor
  reason?: string | null
  now: Date
}

type Deps = { attempts: Pick<AttemptStore, 'lock' | 'finish'> }

/** The one writer of cancellations and moves. */
export class ChangeRecorder {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Notes that a booking is cancelled. Null when the company has no such appointment. */
  async recordCancelled(tx: Tx, news: CancelNews): Promise<RecordedChange | null> {
    const { companyId, uid, now } = news
    const known = await tx.appointment.findUnique({
      where: { companyId_calcomUid: { companyId, calcomUid: uid } },
      select: { id: true },
    })
    const attempt = await this.#lockAttempt(tx, companyId, 'cancel', uid, known?.id)
    const row = await lockByUid(tx, companyId, uid)
    if (!row) return null
    const first = standingStatuses.includes(row.status)
    if (!first)
      await tx.appointment.updateMany({
        where: { companyId, id: row.id, syncState: 'cancel_pending' },
        data: { syncState: 'in_sync' },
      })
    if (first) {
      const reason = attempt?.notes ?? news.reason ?? null
      await tx.appointment.update({
        where: { companyId_id: { companyId, id: row.id } },
        data: {
          status: 'cancelled',
          syncState: 'in_sync',
          cancelledAt: now,
          cancellationReason: reason,
          icalSequence: { increment: 1 },
        },
      })
      await tx.appointmentChange.create({
        data: {
          companyId,
          appointmentId: row.id,
          kind: 'cancelled',
          fromDatetime: row.appointmentDatetime,
          fromUid: uid,
          actor: attempt && news.actor !== 'business' ? 'caller' : news.actor,
          callId: attempt?.callId ?? null,
          reason,
          createdAt: now,
        },
      })
      await notify(tx, row.id, 'cancelled', uid)
    }
    if (attempt) {
      await this.#deps.attempts.finish(tx, attempt, {
        state: 'booked',
        result: { appointmentId: Number(row.id), uid },
        appointmentId: row.id,
      })
    }
    return { appointmentId: row.id, first }
  }

  /** Notes that a booking was moved: the row stays, its uid and time move on. Null when the company has no such appointment. */
  async recordRescheduled(tx: Tx, news: MoveNews): Promise<RecordedChange | null> {
    const { fromUid, booking, catalogue } = news
    const companyId = catalogue.company.id
    const found = await this.#lockAttempt(tx, companyId, 'reschedule', fromUid)
    const attempt = found?.startAt?.getTime() === booking.start.getTime() ? found : null
    const row = await lockByUid(tx, companyId, fromUid)
    // Moved in place: the booking kept its uid, and is no successor of itself.
    const inPlace = booking.uid === fromUid
    const successor = inPlace ? null : await lockByUid(tx, companyId, booking.uid)
    if (successor === null && row === null) {
      const appointmentId = await findMovedOn(tx, companyId, fromUid)
      return appointmentId === null ? null : { appointmentId, first: false }
    }
    const appointment = (row ?? successor)!
    const serving = servingStaff(catalogue, booking.hosts)
    const staffId = serving === undefined ? appointment.staffId : serving
    const first = row !== null && !(inPlace && isThere(row, booking))
    if (first) {
      await this.#move(tx, { ...news, staffId, ours: attempt }, row, successor !== null)
      await notify(tx, row.id, 'rescheduled', inPlace ? `${fromUid}:${booking.start.getTime()}` : booking.uid)
    }
    if (attempt) {
      await this.#deps.attempts.finish(tx, attempt, {
        state: 'booked',
        result: {
          appointmentId: Number(appointment.id),
          fromUid,
          uid: booking.uid,
          fromStart: row?.appointmentDatetime.toISOString() ?? null,
          start: booking.start.toISOString(),
        },
        appointmentId: appointment.id,
        calcomUid: booking.uid,
        calcomBookingId: booking.id ?? null,
      })
    }
    return { appointmentId: appointment.id, first }
  }

  /** Notes that a booking takes place at another time than its move was told to have; nothing when the row has gone on since. */
  async recordOtherStart(
    tx: Tx,
    news: { companyId: number; uid: string; told: Date; start: Date; now: Date },
  ): Promise<void> {
    const { companyId, uid, told, start, now } = news
    const row = await lockByUid(tx, companyId, uid)
    if (row === null || row.appointmentDatetime.getTime() !== told.getTime()) return
    await tx.appointment.update({
      where: { companyId_id: { companyId, id: row.id } },
      data: {
        appointmentDatetime: start,
        endsAt: new Date(start.getTime() + row.durationMinutes * 60_000),
        icalSequence: { increment: 1 },
      },
    })
    await tx.appointmentChange.create({
      data: {
        companyId,
        appointmentId: row.id,
        kind: 'updated',
        fromDatetime: told,
        toDatetime: start,
        toUid: uid,
        actor: 'calcom',
        createdAt: now,
      },
    })
    await notify(tx, row.id, 'rescheduled', `${uid}:${start.getTime()}`)
  }

  async #move(
    tx: Tx,
    news: MoveNews & { staffId: number | null; ours: Attempt | null },
    row: AppointmentRow,
    successorStored: boolean,
  ): Promise<void> {
    const { booking, catalogue, ours, now } = news
    const companyId = catalogue.company.id
    const end = booking.end ?? new Date(booking.start.getTime() + row.durationMinutes * 60_000)
    const where = { companyId_id: { companyId, id: row.id } }
    if (successorStored) {
      // A webhook has already made a row of the new booking: that one goes on, this one ends.
      await tx.appointment.update({
        where,
        data: { status: 'cancelled', syncState: 'in_sync', cancelledAt: now },
      })
    } else {
      await tx.appointment.update({
        where,
        data: {
          appointmentDatetime: booking.start,
          endsAt: end,
          durationMinutes: Math.round((end.getTime() - booking.start.getTime()) / 60_000),
          // What we took for a cancellation was this move: only one of the two can happen to a booking.
          status: booking.status === 'pending' ? 'pending' : 'scheduled',
          cancelledAt: null,
          staffId: news.staffId,
          calcomUid: booking.uid,
          calcomBookingId: booking.id ?? null,
          icalSequence: { increment: 1 },
          calcomUpdatedAt: booking.updatedAt ?? booking.createdAt ?? null,
          // The business's own moves do not use up the caller's.
          ...(ours && { rescheduleCount: { increment: 1 } }),
        },
      })
    }
    await tx.appointmentChange.create({
      data: {
        companyId,
        appointmentId: row.id,
        kind: 'rescheduled',
        fromDatetime: row.appointmentDatetime,
        toDatetime: booking.start,
        // Who keeps the uid has not moved away from it.
        fromUid: news.fromUid === booking.uid ? null : news.fromUid,
        toUid: booking.uid,
        actor: ours ? 'caller' : news.actor,
        callId: ours?.callId ?? null,
        reason: ours?.notes ?? news.reason ?? null,
        createdAt: now,
      },
    })
  }

  /** Our own attempt that the news may be the outcome of. */
  async #lockAttempt(
    tx: Tx,
    companyId: number,
    kind: AttemptKind,
    targetUid: string,
    appointmentId?: bigint,
  ): Promise<Attempt | null> {
    const open = await tx.bookingAttempt.findFirst({
      where: {
        companyId,
        kind,
        state: { in: liveStates },
        // A cancellation follows its appointment, which may have moved to another uid before Cal.com could be told.
        OR: [{ targetUid }, ...(appointmentId === undefined ? [] : [{ appointmentId }])],
      },
      select: { id: true },
    })
    const attempt = open && (await this.#deps.attempts.lock(tx, companyId, open.id))
    return attempt && isUnderWay(attempt) ? attempt : null
  }
}

/** At that time already, or over: then a move in place has nothing to move. */
function isThere(row: AppointmentRow, booking: { start: Date }): boolean {
  const standing = standingStatuses.includes(row.status)
  return !standing || row.appointmentDatetime.getTime() === booking.start.getTime()
}

type AppointmentRow = NonNullable<Awaited<ReturnType<typeof lockByUid>>>

async function lockByUid(tx: Tx, companyId: number, uid: string) {
  await tx.$executeRaw`SELECT 1 FROM appointments WHERE company_id = ${companyId} AND calcom_uid = ${uid} FOR UPDATE`
  return tx.appointment.findUnique({
    where: { companyId_calcomUid: { companyId, calcomUid: uid } },
    select: { id: true, status: true, appointmentDatetime: true, durationMinutes: true, staffId: true },
  })
}

/** The appointment that has moved on from this uid, if it once had it: news of that uid is old. */
export async function findMovedOn(tx: Tx, companyId: number, uid: string): Promise<bigint | null> {
  const change = await tx.appointmentChange.findFirst({
    where: { companyId, fromUid: uid, kind: 'rescheduled' },
    select: { appointmentId: true },
    orderBy: { id: 'desc' },
  })
  return change?.appointmentId ?? null
}

/** Has the customer told of it. `what`: which of several such changes, so that each is told once. */
export async function notify(
  tx: Tx,
  appointmentId: bigint,
  kind: 'cancelled' | 'rescheduled' | 'changed',
  what: string,
): Promise<void> {
  await enqueueJob(tx, {
    task: 'appointment_notifications',
    payload: { appointmentId: Number(appointmentId), kind },
    jobKey: `appointment_notifications:${appointmentId}:${kind}:${what}`,
  })
}
