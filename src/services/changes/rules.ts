/** Whether an appointment may still be cancelled or moved. Pure; asked before the caller is asked to confirm (incident I-81). */

import type { OwnAppointment } from '../appointments/types.ts'
import { type EffectivePolicy, isInTime } from '../policies.ts'

/** `null`: it may. */
export type Objection =
  | { kind: 'begun' }
  /** Whole hours before the appointment until which it would have been possible. */
  | { kind: 'too_late'; deadlineHours: number }
  /** Moved as often as allowed. */
  | { kind: 'too_often'; max: number }

/** What speaks against cancelling at `now`. */
export function objectionToCancelling(
  appointment: OwnAppointment,
  policy: EffectivePolicy,
  now: Date,
): Objection | null {
  if (appointment.startsAt <= now) return { kind: 'begun' }
  const { cancellationDeadlineHours: deadlineHours } = policy
  return isInTime(appointment.startsAt, now, deadlineHours) ? null : { kind: 'too_late', deadlineHours }
}

/** What speaks against moving at `now`. */
export function objectionToMoving(
  appointment: OwnAppointment,
  policy: EffectivePolicy,
  now: Date,
): Objection | null {
  if (appointment.startsAt <= now) return { kind: 'begun' }
  const { rescheduleDeadlineHours: deadlineHours, reschedulesMax } = policy
  if (!isInTime(appointment.startsAt, now, deadlineHours)) return { kind: 'too_late', deadlineHours }
  return reschedulesMax !== null && appointment.rescheduleCount >= reschedulesMax
    ? { kind: 'too_often', max: reschedulesMax }
    : null
}
