/**
 * The rules of a business: until when one may cancel or move, how soon one may come, how often one may move.
 * Per company, branch or service; the most specific row that sets a field wins (service and branch before service
 * before branch before company). Pure.
 */
export interface PolicyRow {
  branchId: string | null
  serviceId: number | null
  cancellationDeadlineHours: number | null
  rescheduleDeadlineHours: number | null
  minimumNoticeMinutes: number | null
  reschedulesMax: number | null
}

export interface EffectivePolicy {
  /** Hours before the appointment; 0 means until it begins. */
  cancellationDeadlineHours: number
  rescheduleDeadlineHours: number
  minimumNoticeMinutes: number
  /** null: as often as one likes. */
  reschedulesMax: number | null
}

/** What holds for a service at a branch. `notice` carries the event type's own notice and the installation's fallback. */
export function effectivePolicy(
  rows: readonly PolicyRow[],
  scope: { branchId: string | null; serviceId: number | null },
  notice: { minimumNoticeMinutes: number | null; fallbackNoticeMinutes: number },
): EffectivePolicy {
  const applicable = rows
    .filter((row) => row.branchId === null || row.branchId === scope.branchId)
    .filter((row) => row.serviceId === null || row.serviceId === scope.serviceId)
    .sort((a, b) => specificity(b) - specificity(a))
  const first = <K extends keyof PolicyRow>(field: K) =>
    applicable.find((row) => row[field] !== null)?.[field] ?? null
  return {
    cancellationDeadlineHours: first('cancellationDeadlineHours') ?? 0,
    rescheduleDeadlineHours: first('rescheduleDeadlineHours') ?? 0,
    minimumNoticeMinutes: Math.max(
      first('minimumNoticeMinutes') ?? notice.fallbackNoticeMinutes,
      notice.minimumNoticeMinutes ?? 0,
    ),
    reschedulesMax: first('reschedulesMax'),
  }
}

/** Whether an action is still in time: exactly at the deadline it is (incident I-81). */
export function isInTime(startsAt: Date, now: Date, deadlineHours: number): boolean {
  return startsAt.getTime() - now.getTime() >= deadlineHours * 3_600_000
}

function specificity(row: PolicyRow): number {
  return (row.serviceId === null ? 0 : 2) + (row.branchId === null ? 0 : 1)
}
