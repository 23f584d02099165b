import { type LocalDay, localDayOf } from '../../german/index.ts'
import type { Catalogue } from '../catalogue.ts'

/** The days whose free times change with bookings at these instants: in every zone of the company, since a branch may live in another. */
export function daysAt({ company, branches }: Catalogue, starts: readonly Date[]): LocalDay[] {
  const zones = new Set([company.timeZone, ...branches.map(({ timeZone }) => timeZone)])
  return [...new Set(starts.flatMap((start) => [...zones].map((zone) => localDayOf(start, zone))))]
}
