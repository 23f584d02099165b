/** What is going on now, what waits to be done, and who comes today. */
import { addDays, dayBounds, localDayOf, urgencyOf } from '../../german/index.ts'
import type { PageContext } from '../page.ts'

/** A call that has not ended after this long is one whose end we were not told. */
const callHoursMax = 2
const standing = ['scheduled', 'pending', 'completed', 'no_show']

/** Calls that go on, newest first, each with what the system did last. */
export async function loadCallsNow({ see, company, now }: PageContext) {
  return see(async (tx) => {
    const companyId = company.id
    const calls = await tx.call.findMany({
      where: {
        companyId,
        status: 'ongoing',
        startTimestamp: { gt: new Date(now.getTime() - callHoursMax * 3_600_000) },
        endTimestamp: null,
      },
      orderBy: { startTimestamp: 'desc' },
      take: 10,
      select: { id: true, retellCallId: true, fromNumber: true, customerId: true, startTimestamp: true },
    })
    const customers = await tx.customer.findMany({
      where: { companyId, id: { in: calls.flatMap(({ customerId }) => customerId ?? []) } },
      select: { id: true, name: true },
    })
    const last = await tx.functionCall.findMany({
      where: { companyId, callId: { in: calls.map(({ retellCallId }) => retellCallId) } },
      orderBy: { number: 'desc' },
      distinct: ['callId'],
      select: { callId: true, functionName: true, answer: true },
    })
    return calls.map((call) => ({
      id: call.id,
      number: call.fromNumber,
      name: customers.find(({ id }) => id === call.customerId)?.name ?? null,
      seconds: Math.max(0, Math.floor((now.getTime() - (call.startTimestamp ?? now).getTime()) / 1000)),
      last: last.find(({ callId }) => callId === call.retellCallId) ?? null,
    }))
  })
}

/** Open callbacks, the overdue and urgent ones first, and what else wants a look. */
export async function loadToDo({ see, company, now, may }: PageContext) {
  const found = await see(async (tx) => {
    const companyId = company.id
    const open = { companyId, status: 'open' }
    return {
      callbacks: await tx.callbackRequest.findMany({ where: open, orderBy: { id: 'asc' }, take: 100 }),
      unclear: await tx.bookingAttempt.count({ where: { companyId, state: 'unknown' } }),
      failedMails: may('customers')
        ? await tx.mailOutbox.count({ where: { companyId, state: 'failed' } })
        : 0,
    }
  })
  const rank = ({ preferredTo, kind, reason, preferredTime }: (typeof found.callbacks)[number]) =>
    preferredTo !== null && preferredTo < now
      ? 0
      : kind === 'caller' && urgencyOf(reason, preferredTime) !== 'normal'
        ? 1
        : 2
  return { ...found, callbacks: found.callbacks.toSorted((a, b) => rank(a) - rank(b)) }
}

/** Today's appointments by person, in order of their time; those of nobody in particular last. */
export async function loadAppointmentsToday({ see, company, timeZone, now }: PageContext) {
  const { start, end } = dayBounds(localDayOf(now, timeZone), timeZone)
  return see(async (tx) => {
    const companyId = company.id
    const appointments = await tx.appointment.findMany({
      where: { companyId, appointmentDatetime: { gte: start, lt: end }, status: { in: standing } },
      orderBy: { appointmentDatetime: 'asc' },
      take: 300,
    })
    const ids = <T>(values: Array<T | null>) => [...new Set(values)].filter((value) => value !== null)
    const staff = await tx.staff.findMany({
      where: { companyId, id: { in: ids(appointments.map(({ staffId }) => staffId)) } },
    })
    const services = await tx.service.findMany({
      where: { companyId, id: { in: ids(appointments.map(({ serviceId }) => serviceId)) } },
      select: { id: true, name: true },
    })
    const customers = await tx.customer.findMany({
      where: { companyId, id: { in: ids(appointments.map(({ customerId }) => customerId)) } },
      select: { id: true, name: true },
    })
    const people = [
      ...staff.map(({ id, firstName }) => ({ id, name: firstName })),
      { id: null, name: 'Ohne Person' },
    ]
    return people
      .map(({ id, name }) => ({
        name,
        appointments: appointments
          .filter(({ staffId }) => (staff.some((one) => one.id === staffId) ? staffId : null) === id)
          .map((appointment) => ({
            id: appointment.id,
            startsAt: appointment.appointmentDatetime,
            endsAt: appointment.endsAt,
            service: services.find((one) => one.id === appointment.serviceId)?.name ?? 'Termin',
            customer:
              appointment.attendeeName ??
              customers.find((one) => one.id === appointment.customerId)?.name ??
              'Ohne Namen',
            isPending: appointment.status === 'pending',
          })),
      }))
      .filter(({ appointments: own }) => own.length > 0)
  })
}

/** Yesterday in three numbers. */
export async function loadYesterday({ see, company, timeZone, now }: PageContext) {
  const day = addDays(localDayOf(now, timeZone), -1)
  const { start, end } = dayBounds(day, timeZone)
  return see(async (tx) => {
    const companyId = company.id
    const began = { companyId, startTimestamp: { gte: start, lt: end } }
    const calls = await tx.call.count({ where: began })
    const booked = await tx.call.count({ where: { ...began, appointmentMade: true } })
    const callbacks = await tx.callbackRequest.count({
      where: { companyId, createdAt: { gte: start, lt: end } },
    })
    return { calls, booked, callbacks }
  })
}
