/** An appointment after its move, as it is told to the caller. */

import { loadAppointment } from '../appointments/identity.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import type { CallScope } from '../call-context.ts'
import type { ChangeDeps } from './attempting.ts'
import type { Wanted } from './move-outcome.ts'

/** The appointment as it is now; from what we know when the database does not answer. */
export async function loadMoved(
  { tenancy, log }: Pick<ChangeDeps, 'tenancy' | 'log'>,
  scope: CallScope,
  appointment: OwnAppointment,
  { startsAt }: Pick<Wanted, 'startsAt'>,
  calcomUid: string | null,
  status?: string,
): Promise<OwnAppointment> {
  const { companyId } = scope.call
  try {
    const now = await tenancy.run(companyId, (tx) => loadAppointment(tx, companyId, appointment.id))
    if (now?.startsAt.getTime() === startsAt.getTime()) return now
  } catch (error) {
    log.warn({ component: 'appointments', err: error }, 'moved appointment could not be read')
  }
  const lengthMs = appointment.endsAt.getTime() - appointment.startsAt.getTime()
  return {
    ...appointment,
    startsAt,
    endsAt: new Date(startsAt.getTime() + lengthMs),
    calcomUid,
    status: status === 'pending' ? 'pending' : appointment.status,
  }
}
