/** What the services for existing appointments hand each other. Types and two small readings of them; no I/O. */

/** An appointment the caller has proven to be theirs. */
export interface OwnAppointment {
  id: bigint
  branchId: string | null
  customerId: number
  serviceId: number
  staffId: number | null
  startsAt: Date
  endsAt: Date
  durationMinutes: number
  /** scheduled, pending, completed, cancelled, rejected, no_show */
  status: string
  /** 'cancel_pending': the caller cancelled, Cal.com has not been told yet. */
  syncState: string
  calcomUid: string | null
  calcomEventTypeId: number | null
  rescheduleCount: number
  /** Who it is for: the attendee as booked, else the customer. */
  personName: string
  /** E.164 of the customer; null for one booked without a number. */
  phone: string | null
  /** The Retell call that booked it. */
  callId: string | null
  bookingAttemptId: string | null
}

/** What a caller says about the appointment they mean, as the arguments came. */
export interface AppointmentWish {
  appointmentId?: string
  /** Day of the appointment in words, perhaps with a time. */
  date?: string
  time?: string
  service?: string
  /** Whose appointment. */
  name?: string
}

/** Reading shows anything; a change needs something that can still be changed. */
export type Purpose = 'read' | 'change'

/** Facts that a caller without a number must name (design section 9). */
export type Fact = 'name' | 'date' | 'time'

/** What came of looking for the appointment a caller means. */
export type Finding =
  | { kind: 'one'; appointment: OwnAppointment }
  /** Several fit: ask which. */
  | { kind: 'several'; appointments: OwnAppointment[] }
  /** Nothing fits; `others` are upcoming ones the caller may be told about. */
  | { kind: 'none'; others: OwnAppointment[] }
  /** It fits, but it is cancelled (or its cancellation is on its way). */
  | { kind: 'cancelled'; appointment: OwnAppointment }
  /** It fits, but it is over. */
  | { kind: 'past'; appointment: OwnAppointment }
  /** Several people share the number: ask whose appointment. */
  | { kind: 'whose' }
  /** The day was not understood, or is none: ask again. */
  | { kind: 'unclear_day'; readings: string[] }
  /** The number proves nothing of what is meant, and these facts are missing. `asked`: before in this call. */
  | { kind: 'prove'; missing: Fact[]; asked: boolean }
  /** The company wants a second fact besides the number. */
  | { kind: 'second_fact' }
  /** The facts did not fit; nothing is said about what exists. */
  | { kind: 'not_proven' }
  /** Too many facts that did not fit: only a callback is left in this call. */
  | { kind: 'locked_out' }

/** The states of an appointment that stands: it takes place, or will once the business has confirmed it. */
export const standingStatuses = ['scheduled', 'pending']

/** Whether an appointment is still to take place. */
export function isUpcoming(appointment: OwnAppointment, now: Date): boolean {
  return isLive(appointment) && appointment.startsAt.getTime() >= now.getTime()
}

/** Whether nobody has called it off. */
export function isLive(appointment: Pick<OwnAppointment, 'status' | 'syncState'>): boolean {
  return standingStatuses.includes(appointment.status) && appointment.syncState !== 'cancel_pending'
}
