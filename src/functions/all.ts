/** Every function of the gateway, in the order an agent meets them, and the further names older agents use. */
import { bookAppointment } from './book-appointment.ts'
import { cancelAppointment } from './cancel-appointment.ts'
import { changeAppointment } from './change-appointment.ts'
import { checkAvailability } from './check-availability.ts'
import { checkCustomer } from './check-customer.ts'
import { collectAppointmentData } from './collect-appointment-data.ts'
import { confirmBooking } from './confirm-booking.ts'
import { findNextAvailable } from './find-next-available.ts'
import { getAlternatives } from './get-alternatives.ts'
import { getAvailableServices } from './get-available-services.ts'
import { getBusinessInfo } from './get-business-info.ts'
import { getCurrentContext } from './get-current-context.ts'
import { getCustomerAppointments } from './get-customer-appointments.ts'
import { getOpeningHours } from './get-opening-hours.ts'
import { getServiceInfo } from './get-service-info.ts'
import { initializeCall } from './initialize-call.ts'
import { listServices } from './list-services.ts'
import { parseDate } from './parse-date.ts'
import { queryAppointment } from './query-appointment.ts'
import { queryAppointmentByName } from './query-appointment-by-name.ts'
import { refuseRecordingFunction } from './refuse-recording.ts'
import { FunctionRegistry } from './registry.ts'
import { releaseSlotReservation } from './release-slot-reservation.ts'
import { requestCallback } from './request-callback.ts'
import { rescheduleAppointment } from './reschedule-appointment.ts'
import { reserveSlot } from './reserve-slot.ts'
import { startBooking } from './start-booking.ts'

/** The registry the server runs with. */
export function allFunctions(): FunctionRegistry {
  return new FunctionRegistry(
    [
      initializeCall,
      checkCustomer,
      checkAvailability,
      getAlternatives,
      startBooking,
      confirmBooking,
      bookAppointment,
      getAvailableServices,
      listServices,
      getCustomerAppointments,
      queryAppointment,
      queryAppointmentByName,
      cancelAppointment,
      changeAppointment,
      rescheduleAppointment,
      findNextAvailable,
      requestCallback,
      parseDate,
      getCurrentContext,
      collectAppointmentData,
      reserveSlot,
      releaseSlotReservation,
      getOpeningHours,
      getServiceInfo,
      getBusinessInfo,
      refuseRecordingFunction,
    ],
    { collect_appointment: 'collect_appointment_data', current_context: 'get_current_context' },
  )
}
