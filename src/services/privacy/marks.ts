/**
 * Marks of what was forgotten: calls and bookings by their vendor's id. Database triggers keep what a mark names from coming back
 * (migration erasure_marks); the vendors' own copies are asked for by vendors.ts.
 */
import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'

export interface NewMark {
  kind: 'call' | 'booking'
  /** Retell's call id, Cal.com's uid. */
  key: string
  /** Each forgets more than the one before it. */
  reason: 'not_stored' | 'refused' | 'mentioned' | 'erased'
  /** Whether the vendor is to be asked to delete it, and not before when. */
  askVendorAt?: Date
}

/** Writes marks, those that are there already stay; enqueues the asking of the vendors. Inside the transaction of what is forgotten. */
export async function putMarks(
  tx: Tx,
  companyId: number,
  marks: readonly NewMark[],
  now: Date,
): Promise<void> {
  if (marks.length === 0) return
  await tx.erasureMark.createMany({
    data: marks.map(({ kind, key, reason, askVendorAt }) => ({
      companyId,
      kind,
      key,
      reason,
      createdAt: now,
      ...(askVendorAt !== undefined && { vendorState: 'pending', vendorDueAt: askVendorAt }),
    })),
    skipDuplicates: true,
  })
  const due = marks.flatMap(({ askVendorAt }) => askVendorAt ?? [])
  if (due.length > 0)
    await enqueueJob(tx, {
      task: 'delete_at_vendors',
      payload: { company_id: companyId },
      jobKey: 'delete_at_vendors',
      runAt: new Date(Math.min(...due.map((at) => at.getTime()))),
    })
}

/** Whether any of these bookings of a company was forgotten. */
export async function isBookingForgotten(
  tx: Tx,
  companyId: number,
  uids: readonly string[],
): Promise<boolean> {
  return (await tx.erasureMark.count({ where: { companyId, kind: 'booking', key: { in: [...uids] } } })) > 0
}
