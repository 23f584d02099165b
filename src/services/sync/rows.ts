/**
 * Reading and changing the appointment that news is about, inside the transaction of the caller. Cancellations and moves are
 * written by changes/record.ts; here is what only Cal.com tells: confirmed, rejected, held, missed.
 */

import type { CalcomBooking } from '../../calcom/types.ts'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import { standingStatuses } from '../appointments/types.ts'
import { type Catalogue, servingStaff } from '../catalogue.ts'
import { findMovedOn, notify as notifyChange } from '../changes/record.ts'
import { changedDetails } from './details.ts'
import { type Applied, type BookingNews, reasonOf } from './news.ts'

const select = {
  id: true,
  status: true,
  syncState: true,
  appointmentDatetime: true,
  endsAt: true,
  staffId: true,
  serviceId: true,
  calcomUid: true,
  calcomBookingId: true,
  calcomUpdatedAt: true,
  customerId: true,
  attendeeName: true,
  attendeeEmail: true,
  bookingAttemptId: true,
  icalSequence: true,
} as const

export type Row = NonNullable<Awaited<ReturnType<typeof loadRow>>>

interface Scene {
  companyId: number
  catalogue: Catalogue
  news: BookingNews
  booking: CalcomBooking
  now: Date
}

/** An appointment by its present uid or its id. Not locked: who cancels or moves it locks the attempt first. */
export async function loadRow(tx: Tx, companyId: number, by: { uid: string } | { id: bigint }) {
  return tx.appointment.findFirst({
    where: 'uid' in by ? { companyId, calcomUid: by.uid } : { companyId, id: by.id },
    select,
  })
}

/** Whether a row that still stands is at another time than the booking. */
export function isElsewhere(row: Row, { start }: CalcomBooking): boolean {
  const standing = standingStatuses.includes(row.status)
  return standing && start !== undefined && start.getTime() !== row.appointmentDatetime.getTime()
}

/** The same row again, locked, as it is now. */
async function lockRow(tx: Tx, companyId: number, { id }: Row): Promise<Row> {
  await tx.$executeRaw`SELECT 1 FROM appointments WHERE company_id = ${companyId} AND id = ${id} FOR UPDATE`
  return tx.appointment.findFirstOrThrow({ where: { companyId, id }, select })
}

/** The appointment that once had this uid and has been moved since. */
export async function loadMovedOn(tx: Tx, companyId: number, uid: string): Promise<Row | null> {
  const id = await findMovedOn(tx, companyId, uid)
  return id === null ? null : loadRow(tx, companyId, { id })
}

/** Remembers that a uid has been moved away from, so that later news of it is recognised as old. */
export async function noteMove(tx: Tx, scene: Scene, appointmentId: bigint, fromUid: string): Promise<void> {
  const { companyId, booking, now } = scene
  const known = await tx.appointmentChange.count({ where: { companyId, fromUid, kind: 'rescheduled' } })
  if (known > 0) return
  await tx.appointmentChange.create({
    data: {
      companyId,
      appointmentId,
      kind: 'rescheduled',
      fromUid,
      toUid: booking.uid,
      toDatetime: booking.start ?? null,
      actor: 'calcom',
      createdAt: now,
    },
  })
}

/** What a live booking says of its row: the host's confirmation, and what the business has changed. Never customer or source (incident I-60). */
export async function enrich(tx: Tx, scene: Scene, found: Row): Promise<Applied & { starts?: Date[] }> {
  const { booking, news, catalogue, companyId } = scene
  const row = await lockRow(tx, companyId, found)
  if (row.calcomUid !== booking.uid) return { kind: 'old', reason: 'moved_since' }
  // Over here: what Cal.com has changed since is not what its end was decided on (consistency.ts compares the two).
  if (row.status === 'cancelled' || row.status === 'rejected') return { kind: 'known' }
  const confirmed = row.status === 'pending' && booking.status === 'accepted'
  const isNewer = news.at !== undefined && (row.calcomUpdatedAt === null || news.at > row.calcomUpdatedAt)
  const host = servingStaff(catalogue, booking.hosts)
  // Asked for just now, it is how the booking is, also with a date that we know already.
  const isAsKnown = news.told === undefined && news.at?.getTime() === row.calcomUpdatedAt?.getTime()
  const { data, what } =
    isNewer || isAsKnown
      ? await changedDetails(tx, scene, row)
      : { data: host !== undefined && row.staffId === null ? { staffId: host } : {}, what: [] }
  const calcomBookingId = row.calcomBookingId ?? booking.id ?? null
  const changed = confirmed || Object.keys(data).length > 0
  const sequence = row.icalSequence + (what.length > 0 ? 1 : 0)
  if (changed || calcomBookingId !== row.calcomBookingId || isNewer) {
    await tx.appointment.update({
      where: { companyId_id: { companyId, id: row.id } },
      data: {
        ...data,
        calcomBookingId,
        icalSequence: sequence,
        ...(confirmed && { status: 'scheduled' }),
        ...(isNewer && { calcomUpdatedAt: news.at }),
      },
    })
  }
  if (confirmed) {
    await noteChange(tx, scene, row, 'confirmed')
    await notify(tx, row.id, 'confirmed')
  }
  if (what.length > 0) {
    await noteChange(tx, scene, row, 'updated', what.join(', '))
    if (!confirmed) await notifyChange(tx, row.id, 'changed', String(sequence))
  }
  return changed ? { kind: 'changed', starts: [row.appointmentDatetime] } : { kind: 'known' }
}

/** The host will not have it. */
export async function setRejected(tx: Tx, scene: Scene, found: Row): Promise<Applied & { starts?: Date[] }> {
  const { companyId, booking, now } = scene
  const row = await lockRow(tx, companyId, found)
  if (row.status !== 'scheduled' && row.status !== 'pending') return { kind: 'known' }
  await tx.appointment.update({
    where: { companyId_id: { companyId, id: row.id } },
    data: {
      status: 'rejected',
      syncState: 'in_sync',
      cancelledAt: now,
      cancellationReason: reasonOf(booking),
      icalSequence: { increment: 1 },
    },
  })
  await noteChange(tx, scene, row, 'rejected')
  await notify(tx, row.id, 'rejected')
  return { kind: 'changed', starts: [row.appointmentDatetime] }
}

/** What became of an appointment: it took place, was missed, or was reported as missed by mistake. */
export async function setEvent(tx: Tx, scene: Scene, found: Row): Promise<Applied> {
  const { news, companyId, now } = scene
  const row = await lockRow(tx, companyId, found)
  const status = statusAfter(news.kind, row, now)
  if (status === null) return { kind: 'known' }
  await tx.appointment.update({ where: { companyId_id: { companyId, id: row.id } }, data: { status } })
  await noteChange(tx, scene, row, status === 'scheduled' ? 'updated' : status)
  return { kind: 'changed' }
}

function statusAfter(
  kind: BookingNews['kind'],
  row: Row,
  now: Date,
): 'completed' | 'no_show' | 'scheduled' | null {
  // News of a meeting before its time is about the time it once had.
  const begun = row.appointmentDatetime <= now
  if (kind === 'ended') return row.status === 'scheduled' && begun ? 'completed' : null
  if (kind === 'no_show') return ['scheduled', 'completed'].includes(row.status) && begun ? 'no_show' : null
  if (kind !== 'show' || row.status !== 'no_show') return null
  return row.endsAt <= now ? 'completed' : 'scheduled'
}

async function noteChange(
  tx: Tx,
  { companyId, booking, now }: Scene,
  row: Row,
  kind: 'confirmed' | 'rejected' | 'completed' | 'no_show' | 'updated',
  reason: string | null = null,
): Promise<void> {
  await tx.appointmentChange.create({
    data: {
      companyId,
      appointmentId: row.id,
      kind,
      fromDatetime: row.appointmentDatetime,
      toUid: booking.uid,
      actor: 'calcom',
      reason,
      createdAt: now,
    },
  })
}

async function notify(tx: Tx, appointmentId: bigint, kind: 'confirmed' | 'rejected'): Promise<void> {
  await enqueueJob(tx, {
    task: 'appointment_notifications',
    payload: { appointmentId: Number(appointmentId), kind },
    jobKey: `appointment_notifications:${appointmentId}:${kind}`,
  })
}
