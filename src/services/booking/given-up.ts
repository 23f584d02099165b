/** What the booking of a part asks about its visit. */
import type { Tx } from '../../db/tenancy.ts'
import type { Attempt } from '../attempts.ts'

/**
 * Whether it is a part of a visit that is not to be: the others are gone or going. Asked under the lock of the attempt's row, which
 * whoever decides about the visit holds as well.
 */
export async function isOfGivenUp(tx: Tx, { companyId, visitId }: Attempt): Promise<boolean> {
  if (visitId === null) return false
  const where = { companyId, id: visitId, state: { in: ['undoing', 'undone', 'partly', 'released'] } }
  return (await tx.visit.count({ where })) > 0
}
