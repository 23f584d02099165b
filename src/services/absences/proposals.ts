/** What can be done about an appointment whose person is away: somebody else at the same time, else the same person later. */
import { addDays, clockTimeOf, type LocalDay, localDayOf } from '../../german/index.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { exactly, rankAlternatives } from '../availability/alternatives.ts'
import type { CallScope } from '../call-context.ts'
import type { CatalogueStaff } from '../catalogue.ts'
import type { AppointmentChanges } from '../changes/changes.ts'
import { bookedService } from '../changes/new-slots.ts'
import { fullName } from '../choices.ts'

export type Proposal =
  | { kind: 'person'; person: CatalogueStaff; name: string }
  | { kind: 'time'; startsAt: Date }

type Changes = Pick<AppointmentChanges, 'persons' | 'slots'>

const searchDays = 14

/**
 * The first that can be had now, asked live. Null: nothing, or the calendar does not tell.
 * @param until the last day of the absence
 */
export async function propose(
  changes: Changes,
  scope: CallScope,
  appointment: OwnAppointment,
  until: LocalDay,
): Promise<Proposal | null> {
  try {
    for (const person of changes.persons.candidates(scope, appointment))
      if (await changes.persons.isFree(scope, appointment, person))
        return { kind: 'person', person, name: fullName(person) }
    if (appointment.calcomUid === null || bookedService(scope, appointment) === null) return null
    const { timeZone } = branchOfAppointment(appointment, scope)
    const from = addDays(until, 1)
    const starts = await changes.slots.find(scope, appointment, { from, to: addDays(from, searchDays - 1) })
    const time = exactly(clockTimeOf(appointment.startsAt, timeZone))
    const today = localDayOf(scope.now, timeZone)
    const [nearest] = rankAlternatives(starts, { day: from, time, timeZone, today, max: 1 })
    return nearest ? { kind: 'time', startsAt: new Date(nearest.start) } : null
  } catch (error) {
    scope.log.warn(
      { component: 'absences', appointmentId: Number(appointment.id), err: error },
      'no proposal',
    )
    return null
  }
}

/** What an operator repeats to say yes to exactly this: '12:person:3' or '12:time:2026-12-08T10:00'. */
export function proposalId(appointment: OwnAppointment, proposal: Proposal, timeZone: string): string {
  return proposal.kind === 'person'
    ? `${appointment.id}:person:${proposal.person.id}`
    : `${appointment.id}:time:${localDayOf(proposal.startsAt, timeZone)}T${clockTimeOf(proposal.startsAt, timeZone)}`
}
