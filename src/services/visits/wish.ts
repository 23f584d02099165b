/** The wish to a visit, and how the wishes of its parts and its own go together. Pure. */
import type { BookingWish, CompleteWish } from '../booking/types.ts'
import { wishKey } from '../booking/wish-key.ts'
import type { CatalogueService } from '../catalogue.ts'
import { staffOfPart } from '../together.ts'

/** A visit in which nothing is open but how its parts lie. `parts` of the service are in an order that makes sense. */
export interface VisitWish {
  /** Of the whole: its `service` is all services, its `startAt` that of the first part. */
  whole: CompleteWish
  services: readonly CatalogueService[]
  /** The person asked for, who does what they do of it. */
  staffId: number | null
}

/** The single wish by which day, time, person and contact of a visit are read: that for its first service. */
export function forFirst(said: BookingWish, { parts }: CatalogueService): BookingWish {
  return { ...said, service: String(parts?.[0]?.id), staff: undefined, duration_minutes: undefined }
}

export function filledService({ name }: CatalogueService, from: 'said' | 'draft' | 'offered') {
  return from === 'said' ? {} : { service: { value: name, from } }
}

export function partOf(
  whole: CompleteWish,
  { starts: _, ...service }: CatalogueService & { starts: unknown },
  startAt: Date,
  staffId: number | null,
): CompleteWish {
  return { ...whole, service, startAt, staffId: staffOfPart(service, staffId) }
}

export function keyOfPart(callId: string | null, part: CompleteWish, { services }: VisitWish): string {
  const visit = services.map(({ id }) => id).sort((a, b) => a - b)
  const { name: person, startAt, additional } = part
  return wishKey({ callId, person, serviceId: part.service.id, startAt, additional, visit })
}
