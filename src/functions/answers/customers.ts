/** How a recognised caller's appointments look in initialize_call and check_customer. Pure. */

import { clockTimeOf, germanDate, localDayOf, sayWeekday } from '../../german/index.ts'
import { serviceName, staffName } from '../../services/catalogue.ts'
import type { CustomerAppointment } from '../../services/customers.ts'
import type { TenantContext } from '../define.ts'

/** One appointment, in the zone of the dialled branch. */
export function customerAppointmentView(
  appointment: CustomerAppointment,
  { catalogue, timeZone }: Pick<TenantContext, 'catalogue' | 'timeZone'>,
) {
  const date = localDayOf(appointment.startsAt, timeZone)
  return {
    id: appointment.id,
    date,
    time: clockTimeOf(appointment.startsAt, timeZone),
    formatted_date: germanDate(date),
    weekday: sayWeekday(date),
    service: serviceName(catalogue, appointment.serviceId),
    staff: staffName(catalogue, appointment.staffId),
    status: appointment.status,
  }
}
