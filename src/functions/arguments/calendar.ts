/** What check_availability and its siblings share: whose calendar the arguments mean, and how the answer names it. */
import { localDayOf } from '../../german/index.ts'
import type { CalendarQuery } from '../../services/availability/availability.ts'
import { chooseBranch, chooseService, chooseStaff, fullName } from '../../services/choices.ts'
import type { TenantContext } from '../define.ts'

interface CalendarArguments {
  service?: string
  staff?: string
  branch?: string
}

interface ChosenCalendar {
  calendar: CalendarQuery
  /** The branch's day, which is another than the dialled branch's only across zones. */
  today: string
  /** Root fields of the answer. */
  fields: Record<string, unknown>
}

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
  const service = chooseService(catalogue, branch, input.service, lastServiceId, input.staff)
  const person = chooseStaff(catalogue, branch, service, input.staff)
  return {
    calendar: { catalogue, branch, service, staffId: person?.id ?? null },
    today: localDayOf(now, branch.timeZone),
    fields: {
      service: service.name,
      service_id: service.id,
      duration_minutes: service.durationMinutes,
      ...(person ? { staff: fullName(person), staff_id: person.id } : {}),
      ...(branch.id === context.branch.id ? {} : { branch: branch.name }),
    },
  }
}
