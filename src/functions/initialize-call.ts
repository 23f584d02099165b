/** initialize_call: first function of every call. Who calls, what day it is, what the business offers and which rules hold. */
import { z } from 'zod'
import { clockTimeOf, germanDate, sayWeekday } from '../german/index.ts'
import { greeting } from '../german/sentences/booking.ts'
import { isSwitchedOff, servicesAt } from '../services/catalogue.ts'
import { refusalAt } from '../services/pauses.ts'
import { answers, appointmentShape, clock, day, weekday } from './answers/contract.ts'
import { customerAppointmentView } from './answers/customers.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const initializeCall = defineFunction({
  name: 'initialize_call',
  description:
    'Als Erstes in jedem Anruf, genau einmal: nennt Datum und Uhrzeit, den Anrufer (falls bekannt) mit seinen nächsten Terminen, Leistungen, Filiale und Fristen. Danach ist check_customer nicht mehr nötig.',
  // A number in the arguments never identifies anybody; it is only accepted because agents send it.
  input: z.object({ phone_number: words('Wird nicht ausgewertet: maßgeblich ist die Nummer des Anrufs') }),
  output: answers({
    customer_recognized: z.boolean(),
    customer_name: z.string().nullable(),
    customer_id: z.int().nullable(),
    current_date: day,
    current_time: clock,
    weekday,
    upcoming_appointments: z.array(appointmentShape),
    policies: z.looseObject({
      cancellation_deadline_hours: z.number(),
      reschedule_deadline_hours: z.number(),
      minimum_booking_notice_minutes: z.number(),
    }),
    branch: z.looseObject({ name: z.string(), address: z.string().nullable() }),
    services: z.array(z.string()),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(_input, context) {
    const { call, catalogue, branch, now, today, timeZone, services } = context
    const people = await services.customers.recognise(call.companyId, call.callerNumber, now)
    const customer = people.length === 1 ? people[0]! : null
    const policy = services.catalogues.policyFor(catalogue, { branchId: branch.id, serviceId: null })
    const time = clockTimeOf(now, timeZone)
    const isClosed = isSwitchedOff(catalogue, branch)
    const refusal = refusalAt(catalogue, branch, now)
    const hello = greeting(customer?.name ?? null, people.length > 1)
    const message = refusal === null ? hello : `${hello.split('! ')[0]}! ${refusal.say}`
    return {
      success: true,
      message,
      customer_recognized: customer !== null,
      customer_name: customer?.name ?? null,
      customer_id: customer?.id ?? null,
      current_date: today,
      current_time: time,
      weekday: sayWeekday(today),
      current_weekday: sayWeekday(today),
      current_datetime: `${today}T${time}`,
      formatted_date: germanDate(today),
      timezone: timeZone,
      upcoming_appointments: (customer?.upcoming ?? []).map((one) => customerAppointmentView(one, context)),
      policies: {
        cancellation_deadline_hours: policy.cancellationDeadlineHours,
        reschedule_deadline_hours: policy.rescheduleDeadlineHours,
        minimum_booking_notice_minutes: policy.minimumNoticeMinutes,
        cancel_hours: policy.cancellationDeadlineHours,
        reschedule_hours: policy.rescheduleDeadlineHours,
      },
      branch: {
        name: branch.name,
        address: branch.address,
        is_active: !isClosed,
        books: refusal === null,
      },
      services: servicesAt(catalogue, branch.id).map((service) => service.name),
      company: catalogue.company.name,
      call_id: call.callId,
      customer: {
        status: customer ? 'found' : call.callerNumber === null ? 'anonymous' : 'new_customer',
        customer_id: customer?.id ?? null,
        name: customer?.name ?? null,
        phone: call.callerNumber,
        is_known: customer !== null,
        several_on_number: people.length > 1,
        message,
      },
    }
  },
})
