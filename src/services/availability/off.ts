/** Why nothing can be had on a day or at a time whatever the calendar lists: the branch is closed, or the person away. Pure. */
import { type ClockTime, clockTimeOf, type LocalDay, localDayOf } from '../../german/index.ts'
import type { Off } from '../../german/sentences/availability.ts'
import type { Catalogue } from '../catalogue.ts'
import { fullName } from '../choices.ts'
import { absenceOn, dayHours, isClosedDuring, isClosedOn, nextOpenDay } from '../day-hours.ts'
import type { CalendarQuery } from './availability.ts'

type Asked = Pick<CalendarQuery, 'catalogue' | 'branch' | 'service' | 'staffId'>

/** Of a day, or of the very start on it (null: no time was named); null: neither hours nor absences speak against it. */
export function whyOff(
  { catalogue, branch, service, staffId }: Asked,
  day: LocalDay,
  start: Date | null,
): Off | null {
  if (isClosedOn(branch, day)) {
    const { isSpecial, dayOff, reason } = dayHours(branch, day)
    return {
      reason: 'closed',
      day,
      special: isSpecial ? { dayOff, why: reason, opens: nextOpenDay(branch, day) } : null,
    }
  }
  const away = whoIsAway(catalogue, staffId, day, start === null ? null : clockTimeOf(start, branch.timeZone))
  if (away) return away
  const isOff = start !== null && isClosedDuring(branch, [], start, service.durationMinutes)
  return isOff
    ? { reason: 'outside_opening_hours', day: localDayOf(start, branch.timeZone), isSpecial: true }
    : null
}

/** The same, where what is said of that very day or person rules it out: then nobody need look into the calendar. */
export function certainlyOff(asked: Asked, day: LocalDay, start: Date): Off | null {
  const { catalogue, branch, service, staffId } = asked
  const absences = catalogue.staff.find(({ id }) => id === staffId)?.absences ?? []
  return isClosedDuring(branch, absences, start, service.durationMinutes) ? whyOff(asked, day, start) : null
}

/** The person, if they are away all that day, or at that local time of it. */
export function whoIsAway(
  { staff }: Pick<Catalogue, 'staff'>,
  staffId: number | null,
  day: LocalDay,
  time: ClockTime | null = null,
): Extract<Off, { reason: 'staff_away' }> | null {
  const person = staff.find(({ id }) => id === staffId)
  const away = absenceOn(person?.absences ?? [], day, time)
  if (!person || !away) return null
  const until = away.isWholeDay && away.endSpoken && away.until > day ? away.until : null
  return { reason: 'staff_away', day, name: fullName(person), until }
}
