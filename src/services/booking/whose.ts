/**
 * What a booking that Cal.com shows has to do with an attempt of ours. There is no idempotency key on the wire: only our id in
 * the metadata and the start we asked for can prove that a booking is ours. What is left out proves nothing. Pure.
 */
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Attempt } from '../attempts.ts'
import { hostsPresentAt } from '../availability/present-hosts.ts'
import { type Catalogue, calendarOf, findBranch, servingStaff } from '../catalogue.ts'
import { comparePersonNames } from '../matching/index.ts'

export type Whose =
  /** Our id and our start. */
  | 'ours'
  /** Nothing contradicts, but not everything has been said. */
  | 'unproven'
  /** Our id at a start that nobody asked for, and nobody has touched it since it was made. */
  | 'stray'
  /** Our id at another start, because somebody has moved it. */
  | 'moved'
  /** Not our id; or no id at another start than ours. */
  | 'foreign'

/** Cal.com may write a new booking twice within a moment; what comes later is a person's doing. */
const touchedAfterMs = 5_000

/** Whether it takes place, or will once the business has confirmed it. */
export function isLiveBooking(booking: Pick<CalcomBooking, 'status'>): boolean {
  return booking.status === 'accepted' || booking.status === 'pending'
}

/** Judges one booking, whatever its status. */
export function whoseIs(booking: CalcomBooking, attempt: Attempt): Whose {
  const id = booking.metadata?.booking_id
  const startMs = booking.start?.getTime()
  const sameStart = startMs === attempt.startAt?.getTime()
  if (booking.metadata !== undefined && id !== attempt.id) return 'foreign'
  if (id === undefined) return startMs === undefined || sameStart ? 'unproven' : 'foreign'
  if (startMs === undefined) return 'unproven'
  if (sameStart) return 'ours'
  return isTouched(booking) ? 'moved' : 'stray'
}

/** Whether people have had to do with it since it was made: moved or changed it, or joined it. It is not ours to end then. */
export function isTouched(booking: CalcomBooking): boolean {
  const { createdAt, updatedAt, rescheduledFromUid, attendees } = booking
  const later =
    createdAt !== undefined &&
    updatedAt !== undefined &&
    updatedAt.getTime() - createdAt.getTime() > touchedAfterMs
  return rescheduledFromUid !== undefined || attendees.length > 1 || later
}

/** An earlier request for the same wish: same call, start and person (incident I-46). */
export function isSameWish(booking: CalcomBooking, attempt: Attempt): boolean {
  return (
    attempt.callId !== null &&
    booking.metadata?.call_id === attempt.callId &&
    booking.start?.getTime() === attempt.startAt?.getTime() &&
    booking.attendees.some(
      ({ name }) => name !== undefined && comparePersonNames(name, attempt.customerName ?? '') === 'same',
    )
  )
}

/**
 * Who serves a booking of an attempt; null: nobody knows yet. Whoever was wished for does only where the calendar says so, or where the
 * event type is theirs alone.
 */
export function whoServes(
  { staffId, serviceId, eventTypeId }: Attempt,
  { hosts }: Pick<CalcomBooking, 'hosts'>,
  catalogue: Catalogue,
): number | null {
  const serving = servingStaff(catalogue, hosts)
  if (serving !== undefined) return serving
  const pairs = catalogue.services.find(({ id }) => id === serviceId)?.staff ?? []
  const isOwn = pairs.some((pair) => pair.staffId === staffId && pair.calcomEventTypeId === eventTypeId)
  return isOwn && eventTypeId !== null ? staffId : null
}

/** The hosts to insist on: the chosen person, or, while others are away, those who are not; undefined: whoever is free. */
export function hostsFor(attempt: Attempt, catalogue: Catalogue): number[] | undefined {
  const chosen = hostOf(attempt, catalogue)
  if (chosen !== undefined) return [chosen]
  const service = catalogue.services.find((candidate) => candidate.id === attempt.serviceId)
  const branch = findBranch(catalogue, attempt.branchId)
  const isAnyone = attempt.staffId === null && service?.calcomEventTypeId === attempt.eventTypeId
  if (!service || !branch || !isAnyone || attempt.startAt === null) return undefined
  return hostsPresentAt({ catalogue, branch, service }, attempt.startAt)
}

/** The chosen person, unless the event type is theirs alone. */
function hostOf({ staffId, serviceId, eventTypeId }: Attempt, catalogue: Catalogue): number | undefined {
  if (staffId === null) return undefined
  const service = catalogue.services.find((candidate) => candidate.id === serviceId)
  const calendar = service && calendarOf(catalogue, service, staffId)
  // Theirs alone; booked at another one since, they are insisted on.
  if (calendar?.hostUserId === null && calendar.eventTypeId === eventTypeId) return undefined
  return catalogue.staff.find((person) => person.id === staffId)?.calcomUserId ?? undefined
}

/**
 * Whether these bookings of others keep everybody busy who could have served the attempt: then it was they who took its
 * time, and not a request of ours. False also when we do not know who could serve.
 */
export function occupyAll(others: readonly CalcomBooking[], attempt: Attempt, catalogue: Catalogue): boolean {
  const hosts = candidatesOf(attempt, catalogue)
  const { startAt, endAt } = attempt
  if (hosts.length === 0 || startAt === null) return false
  const end = endAt ?? new Date(startAt.getTime() + 1)
  // What begins when ours ends takes nothing from it.
  const busy = new Set(
    others
      .filter(({ start, end: until }) => start && start < end && (until ?? start) > startAt)
      .flatMap((booking) => booking.hosts.map(({ id }) => id)),
  )
  return hosts.every((host) => host !== undefined && busy.has(host))
}

/** The event types whose bookings can keep the same people busy: all of the company's, as far as one address can name them. */
export function eventTypesAround({ eventTypeId }: Attempt, { services }: Catalogue): number[] {
  const own = eventTypeId === null ? [] : [eventTypeId]
  const others = services.flatMap((service) => [
    service.calcomEventTypeId,
    ...service.staff.map((pair) => pair.calcomEventTypeId),
  ])
  return [...new Set([...own, ...others])].filter((id) => id !== null).slice(0, eventTypesMax)
}

const eventTypesMax = 60

/** The Cal.com users who could serve it; undefined for one whom we do not know there. */
function candidatesOf(attempt: Attempt, catalogue: Catalogue): Array<number | undefined> {
  const chosen = hostOf(attempt, catalogue)
  if (chosen !== undefined) return [chosen]
  const service = catalogue.services.find((candidate) => candidate.id === attempt.serviceId)
  const pairs = service?.staff ?? []
  const alone = pairs.filter((pair) => pair.calcomEventTypeId === attempt.eventTypeId)
  const serving = alone.length > 0 ? alone : pairs
  // Nobody at all, or somebody unknown, and nothing is proven.
  return serving.map(
    ({ staffId }) => catalogue.staff.find((person) => person.id === staffId)?.calcomUserId ?? undefined,
  )
}
