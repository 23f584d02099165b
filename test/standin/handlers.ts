/** What each route does to the calendar, and what it answers; faults and webhooks come around it in `calcom.ts`. */
import { IANAZone } from 'luxon'
import { type Attendee, type Booking, type Calendar, findEventType, Refusal } from './calendar.ts'
import { type EventType, eventTypes, teams } from './catalog.ts'
import type { OperationName } from './contract.ts'
import { bookingOutput, eventTypeOutput, holdOutput, pagination, slotsOutput } from './output.ts'
import { readInstant, selectBookings } from './query.ts'

type Json = Record<string, unknown>
export type Asked = {
  operation: OperationName
  /** The uid or id in the path. */
  target?: string
  query: Record<string, string>
  body: Json
}
/** What is answered; a message stands for error shape A, or B where `bare`. */
export type Answer = {
  status: number
  data?: unknown
  page?: Json
  message?: string
  bare?: boolean
  details?: unknown
  /** The booking that was made or changed, and the one it replaces. */
  booking?: Booking
  replaced?: Booking
}

const reject = (status: number, message: string, bare = false): Answer => ({ status, message, bare })

export class Handlers {
  readonly #calendar: Calendar
  readonly #note: (what: string) => void

  /** `note` counts what a well-behaved client would not send. */
  constructor(calendar: Calendar, note: (what: string) => void) {
    this.#calendar = calendar
    this.#note = note
  }

  /** Acts. `startInstead` books at another time than asked, `lagMs` is how long lists lag behind. */
  act(asked: Asked, { startInstead, lagMs = 0 }: { startInstead?: number; lagMs?: number } = {}): Answer {
    const { operation, target = '', query, body } = asked
    switch (operation) {
      case 'slots':
        return this.#slots(query)
      case 'reserve':
        return this.#reserve(body)
      case 'reservation': {
        const hold = this.#calendar.holds.get(target)
        return { status: 200, data: hold ? holdOutput(hold, false) : null }
      }
      case 'extend':
        return this.#reserve(body)
      case 'release':
        this.#calendar.holds.delete(target)
        return { status: 200 }
      case 'create':
        return this.#create(body, startInstead, lagMs)
      case 'list': {
        const { page, total, skip, take } = selectBookings(this.#calendar, query)
        return {
          status: 200,
          data: page.map(bookingOutput),
          page: pagination(total, skip, take, page.length),
        }
      }
      case 'read': {
        const booking = this.#calendar.bookings.get(target)
        return booking
          ? { status: 200, data: bookingOutput(booking) }
          : reject(404, `Booking with uid=${target} was not found in the database`)
      }
      case 'move':
        return this.#move(target, body, startInstead, lagMs)
      case 'cancel':
        return this.#cancel(target, body)
      case 'eventTypes':
        return { status: 200, data: [] }
      case 'teamEventTypes': {
        const types = [...eventTypes.values()].filter(({ teamId }) => teamId === Number(target))
        return { status: 200, data: types.map(eventTypeOutput) }
      }
      case 'teams': {
        const data = [...teams.values()].map((team) => ({ ...team, isOrganization: false }))
        return { status: 200, data }
      }
      case 'me':
        return {
          status: 200,
          data: {
            ...{ id: 1, username: 'business', email: 'business@business.example', name: 'Business' },
            ...{ avatarUrl: null, bio: null, timeFormat: 24, defaultScheduleId: null, weekStart: 'Monday' },
            ...{ timeZone: 'Europe/Berlin', organizationId: null },
          },
        }
      default:
        return reject(404, `Cannot serve ${operation}`)
    }
  }

  /** The event type and start that a request means, where it means one. */
  meant(asked: Asked): { type?: EventType; start?: number } {
    const { body, target } = asked
    const type =
      findEventType(body.eventTypeId) ?? (target ? this.#calendar.bookings.get(target)?.type : undefined)
    const start = typeof body.start === 'string' ? readInstant(body.start).millis : undefined
    return { type, start }
  }

  #slots(query: Record<string, string>): Answer {
    const type = findEventType(query.eventTypeId)
    if (!type) return reject(404, 'Event Type not found')
    const from = readInstant(query.start ?? '')
    const to = readInstant(query.end ?? '', true)
    if (Number.isNaN(from.millis) || Number.isNaN(to.millis) || from.millis > to.millis)
      return reject(400, "Invalid time range given - check the 'start' and 'end' query parameters.")
    if (query.timeZone !== undefined && !IANAZone.isValidZone(query.timeZone))
      return reject(400, 'timeZone must be a valid IANA time-zone')
    const except = query.bookingUidToReschedule
    const moving = except === undefined ? undefined : this.#calendar.bookings.get(except)
    const starts = this.#calendar.freeStarts(type, from.millis, to.millis, moving)
    const minutes = query.format === 'range' ? type.minutes : undefined
    return { status: 200, data: slotsOutput(starts, query.timeZone, minutes) }
  }

  #reserve(body: Json): Answer {
    const type = findEventType(body.eventTypeId)
    if (!type) return reject(404, `Event Type with ID=${body.eventTypeId} not found`)
    if (body.slotDuration !== undefined) return reject(400, 'slotDuration is for types with several lengths')
    const start = this.#instant(String(body.slotStart))
    if (Number.isNaN(start)) return reject(400, 'slotStart must be a date')
    try {
      const hold = this.#calendar.hold(type, start, Number(body.reservationDuration ?? 5))
      return { status: 201, data: holdOutput(hold, true) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return error.reason === 'booked'
        ? reject(422, "Can't reserve a slot if the event is already booked.")
        : reject(422, 'This time slot is already reserved by another user. Please choose a different time.')
    }
  }

  #create(body: Json, startInstead: number | undefined, listLagMs: number): Answer {
    const type = findEventType(body.eventTypeId)
    if (!type) return reject(404, `Event type with id ${body.eventTypeId} not found.`)
    const attendee = body.attendee as Attendee
    if (!IANAZone.isValidZone(attendee.timeZone)) return reject(400, 'attendee.timeZone must be a time zone')
    if (!attendee.email && !attendee.phoneNumber)
      return reject(400, 'Attendee must have at least one contact method (email or phone number)')
    if (attendee.phoneNumber && !/^\+[1-9]\d{6,14}$/.test(attendee.phoneNumber))
      return reject(400, 'attendee.phoneNumber must be a valid phone number')
    const metadata = (body.metadata ?? {}) as Json
    const entries = Object.entries(metadata)
    if (entries.length > 50 || entries.some(([key, value]) => key.length > 40 || String(value).length > 500))
      return reject(400, 'metadata is too large')
    if (body.lengthInMinutes !== undefined) return reject(400, "Can't specify 'lengthInMinutes' here")
    const start = startInstead ?? this.#instant(String(body.start))
    if (Number.isNaN(start)) return reject(400, 'start must be a date')
    try {
      const booking = this.#calendar.book({
        ...{ type, start, attendee, metadata, listLagMs },
        guests: (body.guests ?? []) as string[],
        fields: (body.bookingFieldsResponses ?? {}) as Json,
        origin: 'api',
      })
      return { status: 201, data: bookingOutput(booking), booking }
    } catch (error) {
      return this.#refused(error, type)
    }
  }

  #move(uid: string, body: Json, startInstead: number | undefined, lagMs: number): Answer {
    const booking = this.#calendar.bookings.get(uid)
    if (!booking) return reject(404, `Booking with uid=${uid} was not found in the database`)
    const start = startInstead ?? this.#instant(String(body.start))
    try {
      const reason = body.reschedulingReason as string | undefined
      const moved = this.#calendar.move(booking, start, 'api', reason, lagMs)
      return { status: 201, data: bookingOutput(moved), booking: moved, replaced: booking }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.reason === 'moved')
        return reject(
          400,
          `Can't reschedule booking with uid=${uid} because it has been cancelled and rescheduled already to booking with uid=${booking.toUid}. Please provide the new uid.`,
        )
      if (error.reason === 'cancelled')
        return reject(400, `Can't reschedule booking with uid=${uid} because it has been cancelled.`)
      return this.#refused(error, undefined)
    }
  }

  /** Checks only: the webhook goes out before the row changes, so the caller of this applies it. */
  #cancel(uid: string, body: Json): Answer {
    const booking = this.#calendar.bookings.get(uid)
    if (!booking) return reject(404, `Booking with uid=${uid} not found`)
    if (!body.cancellationReason) return reject(400, 'Cancellation reason is required', true)
    if (booking.status === 'cancelled')
      return reject(400, `Can't cancel booking with uid=${uid} because it has been cancelled already.`)
    if (booking.end < Date.now()) return reject(400, 'Cannot cancel a booking that has already ended', true)
    return { status: 200, booking }
  }

  #refused(error: unknown, type: EventType | undefined): Answer {
    if (!(error instanceof Refusal)) throw error
    if (error.reason === 'past') return reject(400, 'Attempting to book a meeting in the past.')
    const who = type && type.hosts.length > 1 ? 'One of the hosts' : 'User'
    return reject(400, `${who} either already has booking at this time or is not available`)
  }

  #instant(text: string): number {
    const { millis, naive } = readInstant(text)
    if (naive) this.#note(`start without offset would be read as UTC: ${text.replace(/\d/g, '9')}`)
    return millis
  }
}
