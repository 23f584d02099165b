/**
 * "Anyone" while somebody is away: the calendar may list times at which only the absent one is free, so each of the others is asked
 * instead, and what they have together is what can be had. Limit: only people we know; whom Cal.com then gives the booking to is up to it.
 */
import { daysBetween, type LocalDay } from '../../german/index.ts'
import { type CatalogueStaff, staffFor } from '../catalogue.ts'
import { type Absence, isAwayDuring } from '../day-hours.ts'
import type { CalendarQuery, FreeTimes } from './availability.ts'

interface Range {
  from: LocalDay
  to: LocalDay
}

/** Whom to ask one by one; null: nobody is away in these days, or somebody certain is asked for. */
export function presentHosts(query: CalendarQuery, range: Range): CatalogueStaff[] | null {
  const { catalogue, branch, service, staffId, servedBy, host } = query
  if (staffId !== null || host !== undefined || servedBy != null) return null
  const hosts = staffFor(catalogue, branch, service).filter(({ calcomUserId }) => calcomUserId !== null)
  if (!hosts.some(({ absences }) => absences.some((absence) => meets(absence, range)))) return null
  const present = hosts.filter(({ absences }) => !absences.some((absence) => covers(absence, range)))
  // With nobody there one answer is enough; their absence empties it.
  return present.length > 0 ? present : hosts.slice(0, 1)
}

/** The Cal.com users who may be given a booking at that time; undefined: nobody is away, so nobody is left out. */
export function hostsPresentAt(
  query: Pick<CalendarQuery, 'catalogue' | 'branch' | 'service'>,
  start: Date,
): number[] | undefined {
  const hosts = staffFor(query.catalogue, query.branch, query.service)
  const minutes = query.service.durationMinutes
  const present = hosts.filter(
    ({ absences }) => !isAwayDuring(absences, query.branch.timeZone, start, minutes),
  )
  if (present.length === hosts.length || present.length === 0) return undefined
  return present.flatMap(({ calcomUserId }) => calcomUserId ?? [])
}

/** What several people have together. */
export function joinedFreeTimes(all: readonly FreeTimes[]): FreeTimes {
  const [first] = all
  if (!first) throw new Error('Nobody was asked')
  const ruledOut = [...new Set(all.flatMap(({ offers }) => offers.ruledOut ?? []))]
  return {
    ...first,
    days: joinedDays(all.map(({ days }) => days)),
    stale: all.some(({ stale }) => stale),
    complete: all.every(({ complete }) => complete),
    offers: { ...first.offers, ...(ruledOut.length > 0 && { ruledOut }) },
  }
}

/** Each day that is known of everybody, with all their times. */
export function joinedDays(all: ReadonlyArray<ReadonlyMap<LocalDay, Date[]>>): Map<LocalDay, Date[]> {
  const [first = new Map<LocalDay, Date[]>()] = all
  const known = [...first.keys()].filter((day) => all.every((days) => days.has(day)))
  return new Map(
    known.map((day) => {
      const starts = all.flatMap((days) => (days.get(day) ?? []).map((start) => start.getTime()))
      return [day, [...new Set(starts)].sort((a, b) => a - b).map((start) => new Date(start))]
    }),
  )
}

const meets = ({ firstDay, lastDay }: Absence, { from, to }: Range) =>
  daysBetween(firstDay, to) >= 0 && daysBetween(from, lastDay) >= 0

const covers = ({ firstDay, lastDay, times }: Absence, { from, to }: Range) =>
  times === null && firstDay <= from && lastDay >= to
