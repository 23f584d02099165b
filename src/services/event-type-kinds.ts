/** What kind of event type a company's services are booked with, as the last import read it. Pure. */
import type { EventTypeKind } from '../calcom/kinds.ts'
import type { Catalogue } from './catalogue.ts'

/** What kind of event type it is; null when no import has told, or it is none of the company's. */
export function kindOfEventType({ services }: Catalogue, eventTypeId: number): EventTypeKind | null {
  for (const { calcomEventTypeId, kind, staff } of services) {
    if (calcomEventTypeId === eventTypeId) return kind ?? null
    const pair = staff.find((one) => one.calcomEventTypeId === eventTypeId)
    if (pair) return pair.kind ?? null
  }
  return null
}
