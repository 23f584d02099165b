/** How an appointment looks in an answer: machine forms in their own fields, spoken forms beside them. Pure. */

import {
  type ClockTime,
  clockTimeOf,
  germanDate,
  type LocalDay,
  localDayOf,
  sayDay,
  sayTime,
  sayWeekday,
} from '../../german/index.ts'
import type { SpokenAppointment } from '../../german/sentences/appointments.ts'
import type { CallScope } from '../call-context.ts'
import { type CatalogueBranch, findBranch, serviceName, staffName } from '../catalogue.ts'
import type { OwnAppointment } from './types.ts'

/** The fields agents read (agents-in-the-field.md): `id` also goes back in as `appointment_id`. */
export interface AppointmentView {
  id: number
  date: LocalDay
  time: ClockTime
  datetime: string
  formatted_date: string
  weekday: string
  human_date: string
  human_time: string
  service: string
  staff: string | null
  branch: string | null
  duration_minutes: number
  customer_name: string
  /** scheduled, pending, completed, cancelled, rejected, no_show, cancel_pending */
  status: string
}

/** The branch an appointment takes place at; the call's own when it has none or the branch is closed down. */
export function branchOfAppointment(
  appointment: Pick<OwnAppointment, 'branchId'>,
  scope: Pick<CallScope, 'catalogue' | 'branch'>,
): CatalogueBranch {
  return findBranch(scope.catalogue, appointment.branchId) ?? scope.branch
}

/** The answer's form of an appointment. */
export function viewOf(
  appointment: OwnAppointment,
  scope: Pick<CallScope, 'catalogue' | 'branch' | 'today'>,
): AppointmentView {
  const branch = branchOfAppointment(appointment, scope)
  const date = localDayOf(appointment.startsAt, branch.timeZone)
  const time = clockTimeOf(appointment.startsAt, branch.timeZone)
  return {
    id: Number(appointment.id),
    date,
    time,
    datetime: appointment.startsAt.toISOString(),
    formatted_date: germanDate(date),
    weekday: sayWeekday(date),
    human_date: sayDay(date, scope.today),
    human_time: sayTime(time),
    service: serviceName(scope.catalogue, appointment.serviceId),
    staff: staffName(scope.catalogue, appointment.staffId),
    branch: branch.name,
    duration_minutes: appointment.durationMinutes,
    customer_name: appointment.personName,
    status: appointment.syncState === 'cancel_pending' ? 'cancel_pending' : appointment.status,
  }
}

/** The spoken form of an appointment; the branch is named only when it is another one than the caller dialled. */
export function spokenOf(
  appointment: OwnAppointment,
  scope: Pick<CallScope, 'catalogue' | 'branch' | 'today'>,
): SpokenAppointment {
  const view = viewOf(appointment, scope)
  const elsewhere = branchOfAppointment(appointment, scope).id !== scope.branch.id
  return {
    day: view.date,
    time: view.time,
    today: scope.today,
    service: view.service,
    staff: view.staff,
    branch: elsewhere ? view.branch : null,
    pending: view.status === 'pending',
  }
}
