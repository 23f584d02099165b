/**
 * What a move leaves as it is. Cal.com moves a booking to another time and nothing else: a wish for another person or service along
 * with it is said to be impossible, never dropped in silence.
 */
import type { OwnAppointment } from '../appointments/types.ts'
import type { CallScope } from '../call-context.ts'
import { matchService, matchStaff } from '../matching/index.ts'
import type { MoveWish } from './move-outcome.ts'

/** What the caller wants changed besides the time; null when nothing is, or what was said is how it is already. */
export function fixedPartWished(
  { catalogue }: Pick<CallScope, 'catalogue'>,
  appointment: Pick<OwnAppointment, 'serviceId' | 'staffId'>,
  { newStaff, newService }: Pick<MoveWish, 'newStaff' | 'newService'>,
): 'staff' | 'service' | null {
  if (newStaff !== undefined) {
    const found = matchStaff(newStaff, catalogue.staff)
    const stays =
      found.kind === 'anyone' || (found.kind === 'match' && found.staff.id === appointment.staffId)
    if (!stays) return 'staff'
  }
  if (newService !== undefined) {
    const found = matchService(newService, catalogue.services)
    const fitting =
      found.kind === 'match' ? [found.service] : found.kind === 'ambiguous' ? found.candidates : []
    if (!fitting.some(({ id }) => id === appointment.serviceId)) return 'service'
  }
  return null
}
