/** Which days of a calendar are no longer as they were when something on one of them has changed. Pure. */
import { addDays, type LocalDay } from '../../german/index.ts'
import type { Catalogue } from '../catalogue.ts'
import { kindOfEventType } from '../event-type-kinds.ts'

/** A month to either side: what is read of longer ranges is asked for anew before it is booked. */
const reachDays = 31

/** The day itself; where the event type limits weeks or months, all that may be full or free again with it. */
export function changedDays(catalogue: Catalogue, eventTypeId: number | null, day: LocalDay): LocalDay[] {
  const limits = eventTypeId === null ? [] : (kindOfEventType(catalogue, eventTypeId)?.limits ?? [])
  const isWide = limits.some((limit) => limit !== 'per_person')
  return isWide
    ? Array.from({ length: 2 * reachDays + 1 }, (_, index) => addDays(day, index - reachDays))
    : [day]
}
