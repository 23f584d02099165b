/**
 * With whom else, or at which other branch, a wish can be met when the wished person or branch has nothing: offered in the same
 * answer, named as such. Never instead of what was asked for.
 */
import { clockTimeOf, type LocalDay, localDayOf, type UnderstoodTime } from '../../german/index.ts'
import {
  type CatalogueBranch,
  type CatalogueService,
  type CatalogueStaff,
  servicesAt,
  staffFor,
} from '../catalogue.ts'
import { isAsWished, type OfferedTime, offeredTime } from './alternatives.ts'
import type { AvailabilityQuery, AvailabilityService } from './availability.ts'
import { notProposed } from './offers.ts'

/** A free time with another person, or at another branch. */
export interface Elsewhere {
  service: CatalogueService
  /**
   * Set where another person than the wished one is meant: by name only where the calendar keeps it, which is an event type of their
   * own; else whoever is free.
   */
  staff: CatalogueStaff | 'anyone' | null
  /** Set where another branch is meant. */
  branch: CatalogueBranch | null
  offered: OfferedTime
}

type Asked = Omit<AvailabilityQuery, 'from' | 'to' | 'partial'> & {
  day: LocalDay
  time: UnderstoodTime | null
  now: Date
}

/** So many others are looked at; each is one request to Cal.com unless the cache has it. */
const othersMax = 2
/** With less time left the caller hears what is known already. */
const needsMs = 700

/**
 * The first free time that fits, of each other person with a calendar of their own for it, else of anybody at the branch, else of
 * each other branch that offers it.
 * In: the day that is full, the wished time or part of it. Never throws: what cannot be looked up is not offered.
 */
export async function findElsewhere(
  availability: Pick<AvailabilityService, 'load'>,
  asked: Asked,
): Promise<Elsewhere[]> {
  const { catalogue, branch, service, staffId } = asked
  const people =
    staffId === null
      ? []
      : staffFor(catalogue, branch, service)
          .filter(({ id }) => id !== staffId && hasOwnCalendar(service, id))
          .map((staff) => ({ ...asked, staff, staffId: staff.id }))
  const named = await firstOfEach(availability, people)
  if (named.length > 0) return named
  if (staffId !== null) {
    const anyone = await firstOfEach(availability, [{ ...asked, staff: 'anyone', staffId: null }])
    if (anyone.length > 0) return anyone
  }
  const branches = catalogue.branches.flatMap((other) => {
    const same = servicesAt(catalogue, other.id).find(({ name }) => name === service.name)
    return other.id === branch.id || !same
      ? []
      : [{ ...asked, branch: other, service: same, staff: null, staffId: null }]
  })
  return firstOfEach(availability, branches)
}

function hasOwnCalendar(service: CatalogueService, staffId: number): boolean {
  return service.staff.some((pair) => pair.staffId === staffId && pair.calcomEventTypeId !== null)
}

async function firstOfEach(
  availability: Pick<AvailabilityService, 'load'>,
  queries: ReadonlyArray<Asked & Pick<Elsewhere, 'staff'>>,
): Promise<Elsewhere[]> {
  const found = await Promise.all(
    queries.slice(0, othersMax).map(async (query): Promise<Elsewhere[]> => {
      const { branch, service, staff, day, time, now, deadline } = query
      if (deadline.remainingMs() < needsMs) return []
      const said = { day: null, time, not: null, only: null }
      const free = await availability.load({ ...query, from: day, to: day, said }).catch(() => null)
      if (free === null || free.stale) return []
      const ruledOut = new Set(notProposed(free.offers))
      const start = (free.days.get(day) ?? []).find((slot) => {
        return !ruledOut.has(slot.getTime()) && isAsWished(clockTimeOf(slot, branch.timeZone), time)
      })
      if (start === undefined) return []
      const offered = offeredTime(start, branch.timeZone, localDayOf(now, branch.timeZone))
      return [{ service, staff, branch: staff === null ? branch : null, offered }]
    }),
  )
  return found.flat().slice(0, 2)
}
