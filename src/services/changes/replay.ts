/** A repeat of a move that was made: told as made while it still stands (design section 7). */
import type { Tx } from '../../db/tenancy.ts'
import { loadAppointment } from '../appointments/identity.ts'
import { narrow, readAppointmentWish } from '../appointments/resolve.ts'
import { isLive } from '../appointments/types.ts'
import type { CallScope } from '../call-context.ts'
import { type ChangeDeps, fromStart } from './attempting.ts'
import type { MoveOutcome, MoveWish } from './move-outcome.ts'

/** This call has moved it exactly so before, and it still stands there. */
export async function findSameMove(
  deps: Pick<ChangeDeps, 'attempts'>,
  tx: Tx,
  scope: CallScope,
  wish: MoveWish,
  startsAt: Date,
): Promise<MoveOutcome | null> {
  const { companyId, callId } = scope.call
  const mine = await deps.attempts.loadForCall(tx, companyId, callId, 'reschedule')
  for (const attempt of mine) {
    const { appointmentId } = attempt
    const from = fromStart(attempt)
    if (attempt.state !== 'booked' || appointmentId === null || from === null) continue
    if (attempt.startAt?.getTime() !== startsAt.getTime()) continue
    const now = await loadAppointment(tx, companyId, appointmentId)
    const stands = now !== null && isLive(now) && now.calcomUid === attempt.calcomUid
    if (!stands || now.startsAt.getTime() !== startsAt.getTime()) continue
    const before = { ...now, startsAt: from, calcomUid: attempt.targetUid }
    const { appointmentId: id, when, service } = readAppointmentWish(wish, scope)
    const saysOld = when !== null && narrow([before], { when, service }, scope).length === 1
    if (saysOld || (when === null && id !== null && id === String(now.id)))
      return { kind: 'done', from: before, to: now }
  }
  return null
}
