/** Whether a wished person can be promised. Pure. */
import type { CatalogueService } from './catalogue.ts'

/**
 * Whether the calendar keeps a wish for this person: at an event type of their own, at one that allows a booking to insist on a host, or where
 * nobody else does it. Elsewhere Cal.com passes over the wish without a word, and gives the booking to whose turn it is.
 */
export function keepsPerson(
  { staff, kind }: Pick<CatalogueService, 'staff' | 'kind'>,
  staffId: number,
): boolean {
  const pair = staff.find((one) => one.staffId === staffId)
  if (pair?.calcomEventTypeId != null) return true
  return kind?.hostSubset === true || (pair !== undefined && staff.length === 1)
}
