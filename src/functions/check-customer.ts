/** check_customer: whether the business knows who is calling. Only the number of the network counts; withheld knows nobody. */
import { z } from 'zod'
import {
  knownCustomer,
  newCustomer,
  severalCustomers,
  withheldCustomer,
} from '../german/sentences/booking.ts'
import { fullName } from '../services/choices.ts'
import { habitOf, type KnownCustomer } from '../services/customers.ts'
import { answers, instant } from './answers/contract.ts'
import { customerAppointmentView } from './answers/customers.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction, type FunctionAnswer, type TenantContext } from './define.ts'

export const checkCustomer = defineFunction({
  name: 'check_customer',
  description:
    'Nur wenn mitten im Gespräch nochmals zu klären ist, ob der Anrufer bekannt ist, oder wenn initialize_call nicht aufgerufen wurde: erkennt ihn an der Nummer des Anrufs, mit Gewohnheiten und früheren Terminen.',
  input: z.object({ phone_number: words('Wird nicht ausgewertet: maßgeblich ist die Nummer des Anrufs') }),
  output: answers({
    customer_exists: z.boolean(),
    customer_id: z.int().nullable(),
    customer_name: z.string().nullable(),
    appointment_count: z.int().min(0),
    last_appointment: instant.nullable(),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(_input, context) {
    const { call, now, services } = context
    const people = await services.customers.recognise(call.companyId, call.callerNumber, now)
    const [customer, ...others] = people
    if (!customer) return unknownAnswer(call.callerNumber === null)
    return others.length > 0 ? severalAnswer() : knownAnswer(customer, context)
  },
})

function knownAnswer(customer: KnownCustomer, context: TenantContext): FunctionAnswer {
  const { catalogue } = context
  const [firstName = customer.name, ...rest] = customer.name.split(' ')
  const habit = habitOf(customer.history)
  const service = catalogue.services.find((one) => one.id === habit?.serviceId && one.isActive)
  const person = catalogue.staff.find((one) => one.id === habit?.staffId)
  const lastVisit = customer.lastVisit?.toISOString() ?? null
  return {
    success: true,
    message: knownCustomer(customer.name),
    customer_exists: true,
    customer_id: customer.id,
    customer_name: customer.name,
    appointment_count: customer.appointmentCount,
    last_appointment: lastVisit,
    exists: true,
    found: true,
    customer_found: true,
    status: 'existing_customer',
    name: customer.name,
    first_name: firstName,
    last_name: rest.join(' ') || null,
    phone: customer.phone,
    email: customer.email,
    last_visit: lastVisit,
    total_appointments: customer.appointmentCount,
    // A suggestion for the agent; what the caller asks for always wins (incident I-63).
    predicted_service: service?.name ?? null,
    service_confidence: service ? habit?.confidence : 0,
    preferred_staff: person ? fullName(person) : null,
    preferred_staff_id: person?.id ?? null,
    appointment_history: customer.history.map((one) => customerAppointmentView(one, context)),
    upcoming_appointments: customer.upcoming.map((one) => customerAppointmentView(one, context)),
    customer: { customer_id: customer.id, name: customer.name, first_name: firstName },
  }
}

/** Somebody of several people: nobody's data is told before a name is. */
function severalAnswer(): FunctionAnswer {
  return {
    ...nobody('several_customers', severalCustomers),
    customer_exists: true,
    exists: true,
    found: true,
  }
}

function unknownAnswer(isWithheld: boolean): FunctionAnswer {
  return {
    ...nobody('new_customer', isWithheld ? withheldCustomer : newCustomer),
    ...(isWithheld && { reason: 'anonymous_caller' }),
  }
}

function nobody(status: string, message: string): FunctionAnswer {
  return {
    success: true,
    message,
    customer_exists: false,
    customer_id: null,
    customer_name: null,
    appointment_count: 0,
    last_appointment: null,
    exists: false,
    found: false,
    customer_found: false,
    status,
    name: null,
    next_steps: 'ask_name',
    suggested_prompt: message,
  }
}
