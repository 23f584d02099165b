/**
 * Asks Cal.com to book one claimed attempt and finds out what came of it. There is no idempotency key on the wire, so nothing
 * is believed that does not carry our booking id and our start, and nothing is called a failure before we have looked.
 * Limit: writes nothing; what an outcome means for the rows is decided by confirm.ts and settle.ts.
 */
import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Deadline } from '../../lib/deadline.ts'
import type { Catalogue } from '../catalogue.ts'
import { comparePersonNames } from '../matching/index.ts'
import type { Attempt } from './attempts.ts'

type BookingApi = Pick<
  CalcomApi,
  'createBooking' | 'fetchBooking' | 'fetchBookings' | 'cancelBooking' | 'reserveSlot' | 'releaseReservation'
>
/** Leads to the client of a company's connection. */
export type CalcomOf = (connectionId: string) => Promise<BookingApi>

export type Execution =
  | { kind: 'made'; booking: CalcomBooking }
  | { kind: 'taken'; reason: string }
  /** Inside the event type's notice, or in the past. */
  | { kind: 'too_soon'; reason: string }
  /** Cal.com asks us to wait; nothing was done. */
  | { kind: 'rate_limited' }
  /** The request never left. */
  | { kind: 'not_sent'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown'; reason: string }

export type LookUp =
  | { kind: 'found'; booking: CalcomBooking }
  /** Cancelled or rejected since; nobody has an appointment. */
  | { kind: 'ended'; booking: CalcomBooking }
  | { kind: 'absent' }
  /** Could not be found out. */
  | { kind: 'unclear' }

type Deps = { calcom: CalcomOf; log: Pick<Logger, 'warn' | 'error'> }

/** Kept from the request's time for looking up what became of it. */
const lookUpMs = 2_000
const requestMsMin = 500

/** Talks to Cal.com about attempts to book. */
export class BookingExecutor {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Sends the booking of a claimed attempt. Never throws for anything Cal.com does. */
  async book(attempt: Attempt, catalogue: Catalogue, zone: string, deadline: Deadline): Promise<Execution> {
    const { eventTypeId, startAt, customerName } = attempt
    if (eventTypeId === null || startAt === null || customerName === null)
      return { kind: 'not_sent', reason: 'incomplete_attempt' }
    const connectionId = catalogue.company.calcomConnectionId
    try {
      const api = await this.#deps.calcom(connectionId)
      const answer = await api.createBooking(
        {
          eventTypeId,
          start: startAt,
          attendee: {
            name: customerName,
            timeZone: zone,
            language: 'de',
            ...(attempt.attendeeEmail !== null && { email: attempt.attendeeEmail }),
            ...(attempt.customerPhone !== null && { phoneNumber: attempt.customerPhone }),
          },
          metadata: {
            booking_id: attempt.id,
            call_id: attempt.callId ?? '',
            source: 'retell_voice_agent',
            booking_timezone: zone,
            company_id: String(attempt.companyId),
          },
          hostUserId: hostOf(attempt, catalogue),
        },
        {
          deadline: deadline.child(Math.max(requestMsMin, deadline.remainingMs() - lookUpMs)),
          priority: 'call',
          follow: 1,
        },
      )
      const booking = await this.#complete(api, answer, deadline)
      if (isLive(booking) && isOurs(booking, attempt)) return { kind: 'made', booking }
      return this.#notOurs(attempt, booking, connectionId, deadline)
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return this.#failed(attempt, error, connectionId, deadline)
    }
  }

  /** Looks for a booking of this attempt: by its uid if known, else among the event type's bookings at that time. */
  async lookUp(
    attempt: Attempt,
    connectionId: string,
    deadline: Deadline,
    priority: 'call' | 'background',
  ): Promise<LookUp> {
    if (attempt.eventTypeId === null || attempt.startAt === null) return { kind: 'absent' }
    try {
      const api = await this.#deps.calcom(connectionId)
      const options = { deadline, priority }
      if (attempt.calcomUid !== null) {
        const booking = await api.fetchBooking({ uid: attempt.calcomUid }, options)
        return { kind: isLive(booking) ? 'found' : 'ended', booking }
      }
      // Cal.com cannot filter by metadata: ask for that time and look for our id here.
      const { bookings, complete } = await api.fetchBookings(
        {
          eventTypeIds: [attempt.eventTypeId],
          afterStart: new Date(attempt.startAt.getTime() - 60_000),
          beforeEnd: new Date((attempt.endAt ?? attempt.startAt).getTime() + 6 * 3_600_000),
          pagesMax: 3,
        },
        options,
      )
      const ours = bookings.filter((booking) => isOurs(booking, attempt) || isSameWish(booking, attempt))
      const live = ours.find(isLive)
      if (live) return { kind: 'found', booking: live }
      const ended = ours.find((booking) => isOurs(booking, attempt))
      if (ended) return { kind: 'ended', booking: ended }
      return complete ? { kind: 'absent' } : { kind: 'unclear' }
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return { kind: error.kind === 'not_found' ? 'absent' : 'unclear' }
    }
  }

  /** Cancels a booking of ours that must not exist. True when it is gone. */
  async cancelStray(connectionId: string, uid: string, reason: string, deadline: Deadline): Promise<boolean> {
    try {
      const api = await this.#deps.calcom(connectionId)
      await api.cancelBooking({ uid, reason }, { deadline, priority: 'background' })
      return true
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return error.kind === 'already_cancelled' || error.kind === 'not_found'
    }
  }

  /** Answers have been seen with id, uid and status only; what proves whose booking it is has to be fetched then. */
  async #complete(api: BookingApi, answer: CalcomBooking, deadline: Deadline): Promise<CalcomBooking> {
    if (answer.metadata !== undefined && answer.start !== undefined) return answer
    return api.fetchBooking({ uid: answer.uid }, { deadline: deadline.child(lookUpMs), priority: 'call' })
  }

  /** A booking came back that is not the one we asked for (incident I-45). */
  async #notOurs(
    attempt: Attempt,
    booking: CalcomBooking,
    connectionId: string,
    deadline: Deadline,
  ): Promise<Execution> {
    const carriesOurId = booking.metadata?.booking_id === attempt.id
    this.#deps.log.error(
      {
        component: 'booking',
        alarm: 'booking_not_ours',
        attemptId: attempt.id,
        uid: booking.uid,
        carriesOurId,
        status: booking.status,
      },
      'Cal.com answered with another booking than the one asked for',
    )
    if (carriesOurId && isLive(booking)) {
      // Ours, at a time nobody asked for: it must not stay, and if it may still be there somebody has to look.
      const gone = await this.cancelStray(
        connectionId,
        booking.uid,
        'Falsche Uhrzeit',
        deadline.child(lookUpMs),
      )
      return gone ? { kind: 'taken', reason: 'wrong_start' } : { kind: 'unknown', reason: 'wrong_start' }
    }
    return this.#afterRefusal(attempt, { kind: 'taken', reason: 'old_booking' }, connectionId, deadline)
  }

  async #failed(
    attempt: Attempt,
    error: CalcomError,
    connectionId: string,
    deadline: Deadline,
  ): Promise<Execution> {
    const { kind, reason } = error
    if (kind === 'slot_unavailable')
      return this.#afterRefusal(attempt, { kind: 'taken', reason }, connectionId, deadline)
    if (kind === 'rate_limited') return { kind: 'rate_limited' }
    if (kind === 'timeout' || kind === 'unavailable') {
      if (!error.mayHaveActed) return { kind: 'not_sent', reason }
      const seen = await this.lookUp(attempt, connectionId, deadline.child(lookUpMs), 'call')
      return seen.kind === 'found' ? { kind: 'made', booking: seen.booking } : { kind: 'unknown', reason }
    }
    if (reason === 'too_soon' || reason === 'past') return { kind: 'too_soon', reason }
    this.#deps.log.error(
      {
        component: 'booking',
        alarm: 'booking_refused',
        attemptId: attempt.id,
        kind,
        reason,
        status: error.status,
        field: error.field,
      },
      'Cal.com refuses a booking that should be possible: check the event type',
    )
    return { kind: 'refused', reason: `${kind}_${reason}` }
  }

  /** Before anybody hears "taken": perhaps it is our own earlier request that has the slot. */
  async #afterRefusal(
    attempt: Attempt,
    refusal: Execution,
    connectionId: string,
    deadline: Deadline,
  ): Promise<Execution> {
    const seen = await this.lookUp(attempt, connectionId, deadline.child(lookUpMs), 'call')
    return seen.kind === 'found' ? { kind: 'made', booking: seen.booking } : refusal
  }
}

function isLive(booking: CalcomBooking): boolean {
  return booking.status === 'accepted' || booking.status === 'pending'
}

/** Our id and our start, to the millisecond. */
function isOurs(booking: CalcomBooking, attempt: Attempt): boolean {
  return (
    booking.metadata?.booking_id === attempt.id && booking.start?.getTime() === attempt.startAt?.getTime()
  )
}

/** An earlier request for the same wish: same call, start and person (incident I-46). */
function isSameWish(booking: CalcomBooking, attempt: Attempt): boolean {
  return (
    attempt.callId !== null &&
    booking.metadata?.call_id === attempt.callId &&
    booking.start?.getTime() === attempt.startAt?.getTime() &&
    booking.attendees.some(
      ({ name }) => name !== undefined && comparePersonNames(name, attempt.customerName ?? '') === 'same',
    )
  )
}

/** The host to insist on: the chosen person, unless the event type is theirs alone. */
function hostOf(attempt: Attempt, catalogue: Catalogue): number | undefined {
  if (attempt.staffId === null) return undefined
  const service = catalogue.services.find((candidate) => candidate.id === attempt.serviceId)
  const own = service?.staff.find((pair) => pair.staffId === attempt.staffId)?.calcomEventTypeId
  if (own !== null && own !== undefined && own === attempt.eventTypeId) return undefined
  return catalogue.staff.find((person) => person.id === attempt.staffId)?.calcomUserId ?? undefined
}
