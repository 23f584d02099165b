/**
 * Another person serves an appointment, at the same time: for the business, when somebody is away. Cal.com does not ask whether that
 * person is free, so it is asked here, twice: their free times, and the bookings that name them.
 */
import { CalcomError } from '../../calcom/errors.ts'
import { localDayOf } from '../../german/index.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { BookingProtected, reassignGuarded } from '../booking/guard.ts'
import { isLiveBooking } from '../booking/whose.ts'
import type { CallScope } from '../call-context.ts'
import { type CatalogueStaff, staffFor } from '../catalogue.ts'
import { type ChangeDeps, markChanged, readOptions, writeOptions } from './attempting.ts'
import { targetOf } from './handover.ts'
import { bookedService } from './new-slots.ts'
import { notify } from './record.ts'

const hourMs = 3_600_000
/** Longer than any appointment lasts. */
const aroundMs = 12 * hourMs

export class PersonChanges {
  readonly #deps: ChangeDeps

  constructor(deps: ChangeDeps) {
    this.#deps = deps
  }

  /** Who else may serve it: only in a round robin, and only people whom Cal.com knows. */
  candidates(scope: CallScope, appointment: OwnAppointment): CatalogueStaff[] {
    const offered = scope.catalogue.services.find(({ id }) => id === appointment.serviceId)
    const service = bookedService(scope, appointment)
    // Booked at an event type that is somebody's alone, nobody else can have it.
    if (!service || !offered || offered.calcomEventTypeId !== service.calcomEventTypeId) return []
    return staffFor(scope.catalogue, branchOfAppointment(appointment, scope), service).filter(
      ({ id, calcomUserId }) => id !== appointment.staffId && calcomUserId !== null,
    )
  }

  /** Whether the person could serve it now. @throws AppError or CalcomError while Cal.com does not tell */
  async isFree(scope: CallScope, appointment: OwnAppointment, person: CatalogueStaff): Promise<boolean> {
    const { availability, calcom } = this.#deps
    const { catalogue, deadline } = scope
    const service = catalogue.services.find(({ id }) => id === appointment.serviceId)
    if (!service) return false
    const branch = branchOfAppointment(appointment, scope)
    const day = localDayOf(appointment.startsAt, branch.timeZone)
    const query = { catalogue, branch, service, staffId: person.id, from: day, to: day, deadline, call: null }
    const free = await availability.fetchLive(query)
    const starts = free.days.get(day) ?? []
    if (!starts.some((start) => start.getTime() === appointment.startsAt.getTime())) return false
    const api = await calcom(catalogue.company.calcomConnectionId)
    const { startsAt, endsAt } = appointment
    const around = {
      afterStart: new Date(startsAt.getTime() - aroundMs),
      beforeEnd: new Date(endsAt.getTime() + aroundMs),
    }
    const { bookings, complete, unreadable } = await api.fetchBookings(around, readOptions(deadline))
    const isBusy = bookings.some(
      (booking) =>
        isLiveBooking(booking) &&
        booking.hosts.some(({ id }) => id === person.calcomUserId) &&
        (booking.start ?? startsAt) < endsAt &&
        (booking.end ?? endsAt) > startsAt,
    )
    return complete && unreadable === 0 && !isBusy
  }

  /** Gives it to the person, if they are free now. `unclear`: it may have happened; a person must look. */
  async giveTo(
    scope: CallScope,
    appointment: OwnAppointment,
    person: CatalogueStaff,
    reason: string,
  ): Promise<'done' | 'not_free' | 'refused' | 'unclear'> {
    const { calcomUserId: userId } = person
    const uid = appointment.calcomUid
    if (userId === null || uid === null || !(await this.isFree(scope, appointment, person))) return 'not_free'
    const api = await this.#deps.calcom(scope.catalogue.company.calcomConnectionId)
    try {
      await reassignGuarded(api, targetOf(appointment, uid), { userId, reason }, writeOptions(scope.deadline))
    } catch (error) {
      if (error instanceof BookingProtected) return 'refused'
      if (!(error instanceof CalcomError)) throw error
      return error.mayHaveActed ? 'unclear' : 'refused'
    }
    await this.#record(scope, appointment, person)
    await markChanged(this.#deps, scope, [appointment.startsAt], appointment)
    return 'done'
  }

  async #record(scope: CallScope, { id }: OwnAppointment, person: CatalogueStaff): Promise<void> {
    const { companyId } = scope.call
    await this.#deps.tenancy.run(companyId, async (tx) => {
      const row = await tx.appointment.update({
        where: { companyId_id: { companyId, id } },
        data: { staffId: person.id, icalSequence: { increment: 1 } },
      })
      await tx.appointmentChange.create({
        data: {
          companyId,
          appointmentId: id,
          kind: 'updated',
          actor: 'business',
          reason: 'staff',
          createdAt: this.#deps.clock.now(),
        },
      })
      await notify(tx, id, 'changed', String(row.icalSequence))
    })
  }
}
