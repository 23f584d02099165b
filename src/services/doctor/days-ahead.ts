/**
 * What callers will hear of the days ahead on which other hours apply, and of people who are away: nothing is wrong with it, and
 * whoever set it up sees whether it is what was meant. Pure.
 */
import { addDays, clockTimeOf, type LocalDay, localDayOf } from '../../german/index.ts'
import { isAway } from '../../german/sentences/availability.ts'
import { openOnDays, type SpokenDay } from '../../german/sentences/opening-hours.ts'
import type { Catalogue, CatalogueBranch, CatalogueStaff } from '../catalogue.ts'
import { absenceOn, dayHours, nextOpenDay } from '../day-hours.ts'
import type { DoctorFinding } from './report.ts'

const daysMax = 60

/** Hints of one company for the next sixty days, by branch and person. */
export function daysAhead({ company, branches, staff }: Catalogue, now: Date): DoctorFinding[] {
  const hint = (code: string, message: string, remedy: string): DoctorFinding => ({
    ...{ code, severity: 'hint', company_id: company.id },
    message,
    remedy,
  })
  const today = localDayOf(now, company.timeZone)
  return [
    ...branches.flatMap((branch) =>
      specialStretches(branch, now).map(({ first, last, said }) =>
        hint(
          'other_hours_ahead',
          `Of ${spanOfDays(first, last)} callers of ${branch.name} hear „${said}“.`,
          'Nothing, if that is right; else correct its closures or its bundesland.',
        ),
      ),
    ),
    ...staff.flatMap((person) =>
      awayAhead(person, today).map(({ first, last, said }) =>
        hint(
          'away_ahead',
          `Of ${spanOfDays(first, last)} those who ask for ${person.firstName} hear „${said}“.`,
          'Nothing, if that is right; else correct its absences, or run npm run staff -- back.',
        ),
      ),
    ),
  ]
}

interface Stretch {
  first: LocalDay
  last: LocalDay
  /** What a caller hears who asks today. */
  said: string
}

/** Neighbouring days of which the same is said. */
function specialStretches(branch: CatalogueBranch, now: Date): Stretch[] {
  const today = localDayOf(now, branch.timeZone)
  const clock = clockTimeOf(now, branch.timeZone)
  const stretches: [SpokenDay, ...SpokenDay[]][] = []
  for (let days = 0; days <= daysMax; days++) {
    const day = addDays(today, days)
    const spoken = { day, ...dayHours(branch, day) }
    if (!spoken.isSpecial && !spoken.isUnsure) continue
    const before = stretches.at(-1)
    const last = before?.at(-1)
    if (before && last?.day === addDays(day, -1) && isAlike(last, spoken)) before.push(spoken)
    else stretches.push([spoken])
  }
  return stretches.map((stretch) => {
    const last = stretch.at(-1)!
    const opens = last.spans.length === 0 ? nextOpenDay(branch, last.day) : null
    return { first: stretch[0].day, last: last.day, said: openOnDays(stretch, today, clock, opens) }
  })
}

function isAlike(a: SpokenDay, b: SpokenDay): boolean {
  const told = ({ spans, reason, isUnsure }: SpokenDay) => JSON.stringify([spans, reason, isUnsure])
  return told(a) === told(b)
}

function awayAhead({ absences, firstName, lastName }: CatalogueStaff, today: LocalDay): Stretch[] {
  return absences
    .filter(({ firstDay, lastDay }) => lastDay >= today && firstDay <= addDays(today, daysMax))
    .map((absence) => {
      const { firstDay, lastDay: last, times } = absence
      const first = firstDay < today ? today : firstDay
      const found = times === null ? absenceOn([absence], first, null) : null
      const until = found?.endSpoken && found.until > first ? found.until : null
      return { first, last, said: isAway(`${firstName} ${lastName}`.trim(), first, until, today) }
    })
}

function spanOfDays(first: LocalDay, last: LocalDay): string {
  return first === last ? first : `${first} to ${last}`
}
