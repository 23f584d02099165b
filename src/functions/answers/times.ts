/** How free times are answered that are not quite what was asked for, and what was filled in. Pure. */
import type { SpokenElsewhere } from '../../german/sentences/availability.ts'
import type { Elsewhere } from '../../services/availability/elsewhere.ts'
import { type Filled, fullName } from '../../services/choices.ts'

/** A free time with somebody else, or somewhere else, as it is spoken. */
export function spokenElsewhere({ staff, branch, offered }: Elsewhere): SpokenElsewhere {
  return {
    staff: staff === null || staff === 'anyone' ? staff : fullName(staff),
    branch: branch === null ? null : branch.name,
    day: offered.date,
    time: offered.time,
  }
}

/** The same for the machine; nothing where there is none. */
export function elsewhereFields(elsewhere: readonly Elsewhere[]) {
  if (elsewhere.length === 0) return {}
  return {
    elsewhere: elsewhere.map(({ staff, branch, service, offered }) => ({
      ...offered,
      service: service.name,
      ...(staff && { staff: staff === 'anyone' ? null : fullName(staff) }),
      ...(branch && { branch: branch.name }),
    })),
  }
}

/** `understood` in an answer; nothing where everything was said. */
export function understoodFields(filled: Filled) {
  return Object.keys(filled).length === 0 ? {} : { understood: filled }
}
