/**
 * Cal.com V2 as the gateway uses it, one method per operation. Instants in and out are Dates, sent as UTC. Every method throws
 * `CalcomError` and nothing else; none repeats a writing request. Cal.com has no idempotency: whether an
 * unanswered booking exists is for the caller of this to find out (`mayHaveActed`).
 */
import type { Logger } from 'pino'
import { type FetchBookingsInput, pageSize, queryOf, utc } from './booking-query.ts'
import { CalcomError } from './errors.ts'
import type { CalcomProfile } from './routes.ts'
import {
  bookingAnswerSchema,
  bookingListAnswerSchema,
  bookingSchema,
  cancelAnswerSchema,
  eventTypesAnswerSchema,
  madeAnswerSchema,
  meAnswerSchema,
  reservationAnswerSchema,
  webhookAnswerSchema,
  webhooksAnswerSchema,
} from './schemas.ts'
import { asAnswered, readSeatRef, seatIn, seatMoved, seatsOf } from './seats.ts'
import { readSlots, type SlotWindow } from './slots.ts'
import { type CalcomTransport, type CallOptions, describeShape } from './transport.ts'
import {
  type CalcomAccount,
  type CalcomBooking,
  type CalcomEventType,
  type CalcomReservation,
  type CalcomSubscription,
  type SubscriptionInput,
  toBooking,
  toEventType,
} from './types.ts'

export interface FetchSlotsInput extends SlotWindow {
  eventTypeId: number
  /** The team of the event type; only the guide's profile sends it. */
  teamId?: number
  /** Counts this booking's own time as free. */
  bookingUidToReschedule?: string
  /** Only this host of a round-robin type (the type must allow host subsets). */
  hostUserId?: number
  /** Of a type with several lengths: this one. */
  durationMinutes?: number
}

export interface CreateBookingInput {
  eventTypeId: number
  start: Date
  attendee: {
    name: string
    /** IANA. */
    timeZone: string
    email?: string
    /** E.164. */
    phoneNumber?: string
    language?: string
  }
  /** At most 50 entries; keys are cut at 40, values at 500 characters, as Cal.com refuses longer ones. */
  metadata: Record<string, string>
  bookingFieldsResponses?: Record<string, unknown>
  lengthInMinutes?: number
  /** Of a recurring event type: how many bookings; left out, the whole series. */
  recurrenceCount?: number
  /** Only these; silently ignored by event types that do not allow host subsets: look at the answer's `hosts`. */
  hostUserIds?: readonly number[]
}

/** `complete` is false when there were more pages than asked for; `unreadable` counts bookings that had to be left out. */
export interface CalcomBookingList {
  bookings: CalcomBooking[]
  complete: boolean
  unreadable: number
}

export interface CalcomApi {
  /** Free starts, sorted, inside [start, end). One request, whatever the range. */
  fetchSlots(input: FetchSlotsInput, options: CallOptions): Promise<Date[]>
  /** Hides a slot from others for some minutes; does not guarantee it. `slot_unavailable` when taken or held. */
  reserveSlot(
    input: { eventTypeId: number; start: Date; durationMinutes?: number },
    options: CallOptions,
  ): Promise<CalcomReservation>
  /** Ends a hold; also fine for one that is gone. */
  releaseReservation(input: { uid: string }, options: CallOptions): Promise<void>
  /** The answer may be an older booking: compare its metadata and start before believing it. */
  createBooking(input: CreateBookingInput, options: CallOptions): Promise<CalcomBooking>
  /** By the uid of a booking, or of one person's seat in it (seats.ts). */
  fetchBooking(input: { uid: string }, options: CallOptions): Promise<CalcomBooking>
  fetchBookings(input: FetchBookingsInput, options: CallOptions): Promise<CalcomBookingList>
  /**
   * `already_cancelled` may mean "moved": look the booking up. The reason is mandatory at Cal.com. Without `seatUid` (or the uid
   * of a seat) everybody in it is cancelled. Only booking/guard.ts calls this and the next one.
   */
  cancelBooking(input: { uid: string; reason: string; seatUid?: string }, options: CallOptions): Promise<void>
  /** Gives a booking of a round robin to another of its hosts, at the same time; whether they are free is not asked by Cal.com. */
  reassignBooking(
    input: { uid: string; userId: number; reason?: string },
    options: CallOptions,
  ): Promise<void>
  /** Out: the new booking, with a new uid. */
  rescheduleBooking(
    input: { uid: string; start: Date; reason?: string; rescheduledBy?: string },
    options: CallOptions,
  ): Promise<CalcomBooking>
  /** A team's event types, or those of the key's owner. All or nothing: one unreadable entry fails the whole list. */
  fetchEventTypes(input: { teamId?: number }, options: CallOptions): Promise<CalcomEventType[]>
  /** Whose key this is; the cheapest question for a health check. */
  fetchMe(options: CallOptions): Promise<CalcomAccount>
  /** The webhooks of the key's user; those of its teams and single event types are not among them. */
  fetchWebhooks(options: CallOptions): Promise<CalcomSubscription[]>
  /** One webhook per address and user: a second one of an address is refused (409). */
  createWebhook(input: SubscriptionInput, options: CallOptions): Promise<CalcomSubscription>
  updateWebhook(
    input: { id: string } & Partial<SubscriptionInput>,
    options: CallOptions,
  ): Promise<CalcomSubscription>
}

export interface CalcomClientOptions {
  transport: CalcomTransport
  profile: CalcomProfile
  log: Pick<Logger, 'warn'>
}

export class CalcomClient implements CalcomApi {
  readonly #transport: CalcomTransport
  readonly #profile: CalcomProfile
  readonly #log: Pick<Logger, 'warn'>

  constructor({ transport, profile, log }: CalcomClientOptions) {
    this.#transport = transport
    this.#profile = profile
    this.#log = log
  }

  async fetchSlots(input: FetchSlotsInput, options: CallOptions): Promise<Date[]> {
    const { eventTypeId, teamId, start, end, timeZone, bookingUidToReschedule: moving } = input
    // A seat that moves frees no time: the others stay.
    const bookingUidToReschedule = moving && readSeatRef(moving) ? undefined : moving
    // An end of exactly midnight UTC would be read as the end of that day, so the last second is left out.
    const last = utc(new Date(end.getTime() - 1_000))
    const query =
      this.#profile === 'guide'
        ? {
            eventTypeId,
            startTime: utc(start),
            endTime: last,
            teamId,
            timeZone,
            rescheduleUid: bookingUidToReschedule,
            duration: input.durationMinutes,
          }
        : {
            eventTypeId,
            start: utc(start),
            end: last,
            timeZone,
            bookingUidToReschedule,
            rrHostSubsetIds: input.hostUserId,
            duration: input.durationMinutes,
          }
    return this.#transport.send({ operation: 'slots', query }, options, (body) =>
      readSlots(body, { start, end, timeZone }),
    )
  }

  async reserveSlot(
    { eventTypeId, start, durationMinutes }: { eventTypeId: number; start: Date; durationMinutes?: number },
    options: CallOptions,
  ): Promise<CalcomReservation> {
    const body = { eventTypeId, slotStart: utc(start), slotDuration: durationMinutes }
    return this.#transport.send({ operation: 'reserve', body }, options, (answer) => {
      const data = reservationAnswerSchema.safeParse(answer).data?.data
      return data && { uid: data.reservationUid, until: data.reservationUntil }
    })
  }

  async releaseReservation({ uid }: { uid: string }, options: CallOptions): Promise<void> {
    await this.#transport.send({ operation: 'release', id: uid }, options, () => true)
  }

  async createBooking(input: CreateBookingInput, options: CallOptions): Promise<CalcomBooking> {
    const { hostUserIds, start, metadata, ...rest } = input
    const body = {
      ...rest,
      start: utc(start),
      metadata: withinLimits(metadata),
      rrHostSubsetIds: hostUserIds,
    }
    return asAnswered(await this.#transport.send({ operation: 'book', body }, options, readMade))
  }

  async fetchBooking({ uid }: { uid: string }, options: CallOptions): Promise<CalcomBooking> {
    const ref = readSeatRef(uid)
    const id = ref?.bookingUid ?? uid
    const booking = await this.#transport.send({ operation: 'booking', id }, options, readBooking)
    if (ref === null) return booking
    const seat = seatIn(booking, ref.seatUid)
    if (seat.status !== 'cancelled' || seat.rescheduledToUid !== undefined) return seat
    // Not in it any more: given up, or gone to another time.
    const there = await this.#transport
      .send({ operation: 'booking_of_seat', id: ref.seatUid }, options, readBooking)
      .catch((error: unknown) => {
        if (error instanceof CalcomError && error.kind === 'not_found') return null
        throw error
      })
    const isElsewhere = there !== null && there.uid !== id && there.status !== 'cancelled'
    return isElsewhere ? seatMoved(seat, ref.seatUid, there) : seat
  }

  async fetchBookings(input: FetchBookingsInput, options: CallOptions): Promise<CalcomBookingList> {
    const { pagesMax = 10 } = input
    const query = queryOf(input)
    const byUid = new Map<string, CalcomBooking>()
    let unreadable = 0
    let shape: string | undefined
    let complete = false
    for (let page = 0; page < pagesMax && !complete; page += 1) {
      const request = { operation: 'bookings' as const, query: { ...query, skip: page * pageSize } }
      const answer = await this.#transport.send(
        request,
        options,
        (body) => bookingListAnswerSchema.safeParse(body).data,
      )
      for (const entry of answer.data) {
        const parsed = bookingSchema.safeParse(entry)
        if (parsed.success) for (const one of seatsOf(toBooking(parsed.data))) byUid.set(one.uid, one)
        else {
          unreadable += 1
          shape ??= describeShape(entry)
        }
      }
      const more = answer.pagination?.hasNextPage ?? answer.data.length === pageSize
      complete = !more || answer.data.length === 0
    }
    if (unreadable > 0)
      this.#log.warn(
        { component: 'calcom', alarm: 'unreadable_bookings', operation: 'bookings', unreadable, shape },
        'unreadable bookings were left out of a list',
      )
    return { bookings: [...byUid.values()], complete, unreadable }
  }

  async reassignBooking(
    { uid, userId, reason }: { uid: string; userId: number; reason?: string },
    options: CallOptions,
  ): Promise<void> {
    const request = { operation: 'reassign' as const, id: uid, host: userId, body: { reason } }
    await this.#transport.send(request, options, (answer) => (answer === null ? undefined : true))
  }

  async cancelBooking(
    { uid: named, reason, ...given }: { uid: string; reason: string; seatUid?: string },
    options: CallOptions,
  ): Promise<void> {
    const { bookingUid: uid, seatUid } = readSeatRef(named) ?? { bookingUid: named, seatUid: given.seatUid }
    const body =
      this.#profile === 'guide' && seatUid === undefined ? undefined : { cancellationReason: reason, seatUid }
    const request = { operation: 'cancel' as const, id: uid, body }
    const { status, rescheduledToUid } = await this.#transport.send(request, options, (answer) => {
      const parsed = cancelAnswerSchema.safeParse(answer)
      if (!parsed.success) return undefined
      const { status = 'cancelled', rescheduledToUid } = parsed.data?.data ?? {}
      return { status, rescheduledToUid }
    })
    // Moved between Cal.com's own check and its cancellation: what takes place has another uid now.
    if (rescheduledToUid && rescheduledToUid !== uid) {
      throw new CalcomError({
        kind: 'already_cancelled',
        reason: 'rescheduled_away',
        operation: 'cancel',
        rescheduledToUid,
      })
    }
    // A booking whose other seats are taken goes on without this one.
    if (status !== 'cancelled' && seatUid === undefined) {
      throw new CalcomError({
        kind: 'unavailable',
        reason: 'not_cancelled',
        operation: 'cancel',
        mayHaveActed: true,
      })
    }
  }

  async rescheduleBooking(
    {
      uid,
      start,
      reason,
      rescheduledBy,
    }: { uid: string; start: Date; reason?: string; rescheduledBy?: string },
    options: CallOptions,
  ): Promise<CalcomBooking> {
    const { bookingUid: id, seatUid } = readSeatRef(uid) ?? { bookingUid: uid, seatUid: undefined }
    // The move of a seat takes no reason.
    const more = seatUid === undefined ? { reschedulingReason: reason } : { seatUid }
    const body =
      this.#profile === 'guide' && seatUid === undefined
        ? { start: utc(start) }
        : { start: utc(start), rescheduledBy, ...more }
    const made = await this.#transport.send({ operation: 'reschedule', id, body }, options, readMade)
    return asAnswered(made, made.seatUid ?? seatUid)
  }

  async fetchEventTypes({ teamId }: { teamId?: number }, options: CallOptions): Promise<CalcomEventType[]> {
    const operation = teamId === undefined ? 'event_types' : 'team_event_types'
    return this.#transport.send({ operation, id: teamId }, options, (answer) =>
      eventTypesAnswerSchema.safeParse(answer).data?.data.map(toEventType),
    )
  }

  async fetchMe(options: CallOptions): Promise<CalcomAccount> {
    return this.#transport.send({ operation: 'me' }, options, (answer) => {
      const data = meAnswerSchema.safeParse(answer).data?.data
      return (
        data && {
          id: data.id,
          username: data.username,
          timeZone: data.timeZone,
          organizationId: data.organizationId,
        }
      )
    })
  }

  async fetchWebhooks(options: CallOptions): Promise<CalcomSubscription[]> {
    return this.#transport.send(
      { operation: 'webhooks' },
      options,
      (answer) => webhooksAnswerSchema.safeParse(answer).data?.data,
    )
  }

  async createWebhook(input: SubscriptionInput, options: CallOptions): Promise<CalcomSubscription> {
    return this.#transport.send(
      { operation: 'create_webhook', body: { ...input } },
      options,
      readSubscription,
    )
  }

  async updateWebhook(
    { id, ...body }: { id: string } & Partial<SubscriptionInput>,
    options: CallOptions,
  ): Promise<CalcomSubscription> {
    return this.#transport.send({ operation: 'update_webhook', id, body }, options, readSubscription)
  }
}

function readSubscription(answer: unknown): CalcomSubscription | undefined {
  return webhookAnswerSchema.safeParse(answer).data?.data
}

function readBooking(answer: unknown): CalcomBooking | undefined {
  const wire = bookingAnswerSchema.safeParse(answer).data?.data
  return wire && toBooking(wire)
}

/** The answer to a booking or a move: with a uid it has been made, however odd the rest of it; what is left out can be read later. */
function readMade(answer: unknown): CalcomBooking | undefined {
  const whole = readBooking(answer)
  if (whole) return whole
  const made = madeAnswerSchema.safeParse(answer).data?.data
  return made && { ...made, hosts: [], attendees: [], hostAbsent: false }
}

function withinLimits(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata)
      .slice(0, 50)
      .map(([key, value]) => [key.slice(0, 40), String(value).slice(0, 500)]),
  )
}
