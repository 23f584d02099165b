import { z } from 'zod'
import { appointmentIs, nextAppointmentIs } from '../german/sentences/appointments.ts'
import type { AppointmentWish } from '../services/appointments/types.ts'
import { spokenOf, viewOf } from '../services/appointments/view.ts'
import { unresolvedAnswer } from './answers/appointments.ts'
import { answers, foundShape } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction, type FunctionAnswer, type TenantContext } from './define.ts'

/** One particular appointment of the caller. Several that fit are all returned, the next one is spoken. */
export const queryAppointment = defineFunction({
  name: 'query_appointment',
  description:
    'Beantwortet die Frage nach einem bestimmten Termin des Anrufers: „Wann ist mein Termin am Freitag?“. Für alle Termine: get_customer_appointments; ist die Rufnummer unterdrückt: query_appointment_by_name.',
  needs: 'call',
  output: answers(foundShape),
  deadline: 'read',
  input: z.object({
    appointment_id: words('Nummer des Termins aus einer früheren Antwort'),
    date: words('Tag des Termins im Wortlaut, auch „mein nächster“'),
    time: words('Uhrzeit des Termins'),
    service: words('Leistung des Termins'),
    name: words('Name, auf den der Termin ist'),
  }),
  handler(input, context) {
    const { appointment_id: appointmentId, date, time, service, name } = input
    return answerQuery({ appointmentId, date, time, service, name }, context)
  },
})

/** Finds and describes; shared with query_appointment_by_name. */
export async function answerQuery(wish: AppointmentWish, context: TenantContext): Promise<FunctionAnswer> {
  const finding = await context.services.appointments.find(context, wish)
  if (finding.kind === 'one') {
    const appointment = viewOf(finding.appointment, context)
    return {
      success: true,
      found: true,
      status: 'found',
      appointment,
      appointment_count: 1,
      message: appointmentIs(spokenOf(finding.appointment, context)),
    }
  }
  const answer = unresolvedAnswer(finding, context, 'read')
  if (finding.kind !== 'several') return answer
  const days = new Set(finding.appointments.map((one) => viewOf(one, context).date))
  if (days.size === 1) return { ...answer, same_day: true }
  const [next] = finding.appointments
  const remaining = finding.appointments.length - 1
  return {
    ...answer,
    showing: 'next_only',
    next_appointment: viewOf(next!, context),
    remaining_count: remaining,
    message: nextAppointmentIs(spokenOf(next!, context), remaining),
  }
}
