/** Appointments: a day by person, and one with its history. */
import { addDays, dayBounds, localDayOf } from '../../german/index.ts'
import type { PageContext } from '../page.ts'

/** The day of an address, or today. */
export function dayIn(text: string | undefined, { now, timeZone }: PageContext): string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text)
    ? text
    : localDayOf(now, timeZone)
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

const shown = ['scheduled', 'pending', 'completed', 'no_show', 'cancelled']

/** The day's appointments by person in order of their time; whoever is away or closed that day is told too. */
export async function loadDay({ see, company, timeZone, branch }: PageContext, day: string) {
  const companyId = company.id
  const { start, end } = dayBounds(day, timeZone)
  const within = { firstDay: { lte: new Date(day) }, lastDay: { gte: new Date(day) } }
  return see(async (tx) => {
    const appointments = await tx.appointment.findMany({
      where: { companyId, appointmentDatetime: { gte: start, lt: end }, status: { in: shown } },
      orderBy: { appointmentDatetime: 'asc' },
      take: 500,
    })
    const staff = await tx.staff.findMany({
      where: { companyId, isActive: true },
      orderBy: [{ firstName: 'asc' }, { id: 'asc' }],
    })
    const services = await tx.service.findMany({ where: { companyId }, select: { id: true, name: true } })
    const customers = await tx.customer.findMany({
      where: { companyId, id: { in: appointments.map(({ customerId }) => customerId) } },
      select: { id: true, name: true },
    })
    const absences = await tx.absence.findMany({ where: { companyId, ...within } })
    const closures = await tx.closure.findMany({
      where: { companyId, ...within, ...(branch && { OR: [{ branchId: null }, { branchId: branch.id }] }) },
    })
    const rows = appointments.map((row) => ({
      ...row,
      service: services.find(({ id }) => id === row.serviceId)?.name ?? 'Termin',
      customer: row.attendeeName ?? customers.find(({ id }) => id === row.customerId)?.name ?? 'Ohne Namen',
    }))
    const people = staff.map((person) => ({
      name: `${person.firstName} ${person.lastName}`.trim(),
      isAway: absences.some(({ staffId, fromTime }) => staffId === person.id && fromTime === null),
      appointments: rows.filter(({ staffId }) => staffId === person.id),
    }))
    const others = rows.filter(({ staffId }) => !staff.some(({ id }) => id === staffId))
    return {
      closures,
      people: [
        ...people.filter(({ appointments: own, isAway }) => own.length > 0 || isAway),
        ...(others.length > 0 ? [{ name: 'Ohne Person', isAway: false, appointments: others }] : []),
      ],
      before: addDays(day, -1),
      after: addDays(day, 1),
    }
  })
}

export type LoadedAppointment = NonNullable<Awaited<ReturnType<typeof loadOne>>>

/** One appointment; null: none that is seen. */
export async function loadOne({ see, company }: PageContext, id: bigint) {
  const companyId = company.id
  return see(async (tx) => {
    const appointment = await tx.appointment.findFirst({ where: { companyId, id } })
    if (appointment === null) return null
    const { customerId, serviceId, staffId, callId } = appointment
    return {
      appointment,
      customer: await tx.customer.findFirst({ where: { companyId, id: customerId } }),
      service: await tx.service.findFirst({ where: { companyId, id: serviceId }, select: { name: true } }),
      person: staffId === null ? null : await tx.staff.findFirst({ where: { companyId, id: staffId } }),
      call:
        callId === null
          ? null
          : await tx.call.findFirst({ where: { companyId, retellCallId: callId }, select: { id: true } }),
      changes: await tx.appointmentChange.findMany({
        where: { companyId, appointmentId: id },
        orderBy: { id: 'asc' },
        take: 100,
      }),
    }
  })
}
