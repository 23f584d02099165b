/** What call_started may answer about today and tomorrow: only what is known already, never a request to Cal.com. */
import { addDays, clockTimeOf, localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { branchOf, type Catalogues, isSwitchedOff, servicesAt } from '../catalogue.ts'
import type { KnownFreeTimes } from './lifecycle.ts'

type Deps = {
  catalogues: Pick<Catalogues, 'load'>
  availability: Pick<AvailabilityService, 'peek'>
  clock: Clock
}

/** Free times ('HH:mm' by day) of the branch's default service, or its only one; nothing for others. */
export function knownFreeTimes({ catalogues, availability, clock }: Deps): KnownFreeTimes {
  return async ({ companyId, branchId }) => {
    const catalogue = await catalogues.load(companyId)
    const branch = branchOf(catalogue, branchId)
    if (isSwitchedOff(catalogue, branch)) return {}
    const offered = servicesAt(catalogue, branchId)
    const service =
      offered.find((one) => one.id === branch.defaultServiceId) ??
      (offered.length === 1 ? offered[0] : undefined)
    if (!service) return {}
    const today = localDayOf(clock.now(), branch.timeZone)
    const days = await availability.peek({
      catalogue,
      branch,
      service,
      staffId: null,
      days: [today, addDays(today, 1)],
    })
    return Object.fromEntries(
      [...days].map(([day, starts]) => [day, starts.map((start) => clockTimeOf(start, branch.timeZone))]),
    )
  }
}
