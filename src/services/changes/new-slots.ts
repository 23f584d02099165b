/**
 * Whether the new time of an appointment is free, and what is free instead. Asked of the very event type the appointment was
 * booked with; its own time counts as free (incident I-54). What is offered is remembered for the call.
 */

import { addDays, type ClockTime, type LocalDay } from '../../german/index.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import {
  type Alternative,
  exactly,
  isInWindow,
  offeredTime,
  rankAlternatives,
} from '../availability/alternatives.ts'
import type { AvailabilityService, FreeTimes } from '../availability/availability.ts'
import { notProposed } from '../availability/offers.ts'
import type { CallScope } from '../call-context.ts'
import { type CatalogueService, isOffered } from '../catalogue.ts'
import { withLength } from '../lengths.ts'
import type { NewTime } from './new-time.ts'

type Deps = { availability: Pick<AvailabilityService, 'load' | 'fetchLive' | 'offers'> }

const alternativeDays = 7

export class NewSlots {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Free times of a day, for a caller who has named no clock time.
   * @throws AppError `calendar_unavailable`
   */
  async load(
    scope: CallScope,
    appointment: OwnAppointment,
    { day, window }: Extract<NewTime, { kind: 'missing_time' }>,
  ): Promise<Alternative[]> {
    const { timeZone } = branchOfAppointment(appointment, scope)
    const free = await this.#deps.availability.load({ ...queryOf(scope, appointment), from: day, to: day })
    const starts = (free.days.get(day) ?? []).filter((start) =>
      isInWindow(offeredTime(start, timeZone, scope.today).time, window),
    )
    return this.#offer(scope, appointment, free, starts, { day, at: null, window })
  }

  /**
   * Null when the time is free now, else the nearest times that are. One request to Cal.com for both.
   * @throws AppError `calendar_unavailable`
   */
  async check(
    scope: CallScope,
    appointment: OwnAppointment,
    wanted: Extract<NewTime, { kind: 'exact' }>,
  ): Promise<Alternative[] | null> {
    const free = await this.#deps.availability.fetchLive({
      ...queryOf(scope, appointment),
      from: wanted.day,
      to: addDays(wanted.day, alternativeDays),
      bookingUidToReschedule: appointment.calcomUid ?? undefined,
      // The move itself, and reading it where its answer is short.
      follow: 2,
    })
    const starts = [...free.days.values()].flat()
    if (starts.some((start) => start.getTime() === wanted.startsAt.getTime())) return null
    const others = starts.filter((start) => start.getTime() !== appointment.startsAt.getTime())
    return this.#offer(scope, appointment, free, others, { day: wanted.day, at: wanted.time, window: null })
  }

  /** Live free times of a span of days; nothing is remembered for a call. @throws AppError `calendar_unavailable` */
  async find(
    scope: CallScope,
    appointment: OwnAppointment,
    span: { from: LocalDay; to: LocalDay },
  ): Promise<Date[]> {
    const free = await this.#deps.availability.fetchLive({ ...queryOf(scope, appointment), ...span })
    return [...free.days.values()].flat()
  }

  async #offer(
    scope: CallScope,
    appointment: OwnAppointment,
    free: FreeTimes,
    starts: readonly Date[],
    wish: {
      day: LocalDay
      at: ClockTime | null
      window: Extract<NewTime, { kind: 'missing_time' }>['window']
    },
  ): Promise<Alternative[]> {
    const { day, at, window } = wish
    const offered = rankAlternatives(starts, {
      day,
      time: at === null ? window : exactly(at),
      timeZone: branchOfAppointment(appointment, scope).timeZone,
      today: scope.today,
      exclude: new Set(notProposed(free.offers)),
    })
    await this.#deps.availability.offers.remember(scope.call.callId, free.offers, {
      serviceId: appointment.serviceId,
      source: 'alternatives',
      wish: `move:${appointment.id}:${day}:${at ?? ''}`,
      starts: offered.map((one) => new Date(one.start)),
    })
    return offered
  }
}

/**
 * The service as this appointment was booked: its own event type decides what is free for it. Null when it has none, or one of
 * a kind that is not moved by phone.
 */
export function bookedService(scope: CallScope, appointment: OwnAppointment): CatalogueService | null {
  const service = scope.catalogue.services.find((candidate) => candidate.id === appointment.serviceId)
  const calcomEventTypeId = appointment.calcomEventTypeId ?? service?.calcomEventTypeId ?? null
  if (!service || calcomEventTypeId === null || !isOffered(scope.catalogue, calcomEventTypeId)) return null
  // Booked at the own event type of somebody who has left: nobody serves there any more.
  const { staffId } = appointment
  const isThere = staffId === null || scope.catalogue.staff.some(({ id }) => id === staffId)
  if (!isThere && calcomEventTypeId !== service.calcomEventTypeId) return null
  // Moved, it keeps its length.
  return withLength({ ...service, calcomEventTypeId }, appointment.durationMinutes)
}

function queryOf(scope: CallScope, appointment: OwnAppointment) {
  const service = bookedService(scope, appointment)
  // Whoever comes here has asked `bookedService` before.
  if (service === null) throw new Error('An appointment without an event type cannot be moved')
  const { catalogue, deadline, call } = scope
  return {
    catalogue,
    branch: branchOfAppointment(appointment, scope),
    service,
    staffId: null,
    servedBy: appointment.staffId,
    moving: true,
    deadline,
    call,
  }
}
