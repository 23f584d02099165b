/** What check_availability and its siblings share: whose calendar the arguments mean, and how the answer names it. */
import { localDayOf } from '../../german/index.ts'
import type { SpokenWhat } from '../../german/sentences/naming.ts'
import type { CalendarQuery } from '../../services/availability/availability.ts'
import { whatOf } from '../../services/booking/facts.ts'
import type { CatalogueStaff } from '../../services/catalogue.ts'
import { chooseBranch, chooseStaff, chooseTogether, type Filled } from '../../services/choices.ts'
import { chooseLength, chooseServiceOfWords } from '../../services/lengths.ts'
import { doneByOthers } from '../../services/together.ts'
import type { TenantContext } from '../define.ts'

interface CalendarArguments {
  service?: string
  staff?: string
  branch?: string
  duration_minutes?: number
}

interface ChosenCalendar {
  calendar: CalendarQuery
  /** The branch's day, which is another than the dialled branch's only across zones. */
  today: string
  /** Whom the caller wants alone, for what is ruled out from now on (`onlyOf`). */
  only: number | null | undefined
  /** What was not said and is taken from the call or the set-up. */
  filled: Filled
  /** What the times are for, as it is spoken, once it is known whose they are. */
  whatFor(staffId: number | null): SpokenWhat
  /** Root fields of the answer, likewise. */
  fieldsFor(staffId: number | null): Record<string, unknown>
}

/** "nur bei Anna", "ausschließlich bei ihr": said so, a person is wanted for the rest of the call. */
const onlyWords = /\b(?:nur|ausschließlich|ausschliesslich|unbedingt|only)\b/i

/**
 * Branch, service and person of a question about free times.
 * @throws AppError, a German question, when one of them is not clear (choices.ts)
 */
export async function chosenCalendar(
  input: CalendarArguments,
  context: TenantContext,
): Promise<ChosenCalendar> {
  const { call, catalogue, now, services } = context
  const branch = chooseBranch(catalogue, context.branch, input.branch)
  // Only a question without a service costs the extra look into the call's memory.
  const lastServiceId =
    input.service === undefined ? await services.availability.offers.loadServiceId(call.callId) : null
  const together = chooseTogether(catalogue, branch, input.service, lastServiceId)
  const chosen =
    together ?? chooseServiceOfWords(catalogue, branch, input.service, lastServiceId, input.staff)
  const person = chooseStaff(catalogue, branch, chosen, input.staff)
  const memory = { catalogue, callId: call.callId, lengths: services.availability.lengths }
  const length = { minutes: input.duration_minutes, words: input.service }
  // What is had together has one length each (chooseTogether).
  const service = together ?? (await chooseLength(memory, chosen, person?.id ?? null, length))
  const from = service.id === lastServiceId ? 'offered' : 'default'
  // A person who does only a part of it is not named for the whole.
  const whatFor = (id: number | null) => {
    const staffId = id !== null && doneByOthers(service, id).length > 0 ? null : id
    return whatOf({ service, staffId, branch }, context)
  }
  return {
    calendar: { catalogue, branch, service, staffId: person?.id ?? null },
    today: localDayOf(now, branch.timeZone),
    only: onlyOf(input.staff, person),
    filled: input.service === undefined ? { service: { value: service.name, from } } : {},
    whatFor,
    fieldsFor(staffId) {
      const { staff, branch: elsewhere } = whatFor(staffId)
      return {
        service: service.name,
        ...(service.parts ? { services: service.parts.map(({ name }) => name) } : { service_id: service.id }),
        duration_minutes: service.durationMinutes,
        ...(staff && { staff, staff_id: staffId }),
        ...(elsewhere && { branch: elsewhere }),
      }
    },
  }
}

/** Whom the caller wants alone; null: anybody, or somebody without insisting; undefined: nothing was said. */
function onlyOf(said: string | undefined, person: CatalogueStaff | null): number | null | undefined {
  if (said === undefined) return undefined
  return person !== null && onlyWords.test(said) ? person.id : null
}
