import { z } from 'zod'
import { appointmentsAre } from '../german/sentences/appointments.ts'
import { isLive } from '../services/appointments/types.ts'
import { spokenOf, viewOf } from '../services/appointments/view.ts'
import { unresolvedAnswer } from './answers/appointments.ts'
import { answers, appointmentShape } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

const pastMax = 5

/** The caller's own appointments: upcoming first, then the latest past ones. Cancelled ones are left out. */
export const getCustomerAppointments = defineFunction({
  name: 'get_customer_appointments',
  description:
    'Nennt alle Termine des Anrufers, die kommenden zuerst: „Welche Termine habe ich?“. Für einen bestimmten Termin: query_appointment.',
  needs: 'call',
  output: answers({ appointments: z.array(appointmentShape), count: z.int().min(0) }),
  deadline: 'read',
  input: z.object({
    customer_name: words('Name des Anrufers oder der Person, um deren Termine es geht'),
    date: words('Tag eines Termins; nötig bei unterdrückter Nummer'),
    time: words('Uhrzeit eines Termins; nötig bei unterdrückter Nummer'),
  }),
  async handler(input, context) {
    const { customer_name: name, date, time } = input
    const listing = await context.services.appointments.list(context, { name, date, time })
    if (listing.kind !== 'listed')
      return { ...unresolvedAnswer(listing, context, 'read'), appointments: [], count: 0 }
    const past = listing.past
      .filter((one) => one.status !== 'cancelled' && one.status !== 'rejected')
      .slice(0, pastMax)
    const appointments = [
      ...listing.upcoming.map((one) => ({ ...viewOf(one, context), is_upcoming: true })),
      ...past.map((one) => ({ ...viewOf(one, context), is_upcoming: false })),
    ]
    const people = new Set(appointments.map((one) => one.customer_name))
    return {
      success: true,
      found: listing.upcoming.length > 0,
      status:
        listing.upcoming.length > 0
          ? 'found'
          : appointments.length > 0
            ? 'no_appointments'
            : 'customer_not_found',
      customer_name: people.size === 1 ? [...people][0] : null,
      appointments,
      count: appointments.length,
      appointment_count: listing.upcoming.length,
      message: appointmentsAre(listing.upcoming.filter(isLive).map((one) => spokenOf(one, context))),
    }
  },
})
