/**
 * What can be done with bookings, in the order in which Cal.com does it: the race between "is the host free?" and the
 * insert is real here too (unique key on host and start), CREATED and RESCHEDULED webhooks go out after the row is
 * written and before the answer, CANCELLED before the row changes.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { chooseHosts, isOutOfBounds } from './availability.ts'
import { type CheckedBooking, checkBooking, isObject } from './booking-input.ts'
import { isReasonRequired, later, newBooking, refuseGone } from './booking-rules.ts'
import type { SimulatorClock } from './clock.ts'
import { badRequest, bare, notFound, refuseUnknownKeys, VendorError, wrongProperty } from './errors.ts'
import { refuseBeyondLimits } from './limits.ts'
import { everybodyIn, groupAt, leave, seated, seatNamed, takeSeat } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Account, Attendee, Booking, EventType } from './types.ts'
import * as payloads from './webhook-payloads.ts'
import type { WebhookSender } from './webhooks.ts'
import { parseInstant } from './zone.ts'

const takenAlone = 'User either already has booking at this time or is not available'
const takenInTeam = 'One of the hosts either already has booking at this time or is not available'
const tooSoon =
  "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the minimum booking notice) or too far in the future (outside the event's scheduling window)."

/** Who asks: nobody (public API), a key's account, or the host in Cal.com's own interface. */
export interface Actor {
  account?: Account
  asHost?: boolean
}

export class BookingDesk {
  readonly #deps: { state: SimulatorState; clock: SimulatorClock; webhooks: WebhookSender; workMs: number }

  /** `workMs`: real time between the availability check and the insert, the window of the race. */
  constructor(deps: {
    state: SimulatorState
    clock: SimulatorClock
    webhooks: WebhookSender
    workMs: number
  }) {
    this.#deps = deps
  }

  /** Finds a booking by uid, else the 404 in the wording of reading or of changing. */
  find(uid: string, intent: 'read' | 'change'): Booking {
    const booking = this.#deps.state.bookings.get(uid)
    if (booking) return booking
    throw notFound(
      `Booking with uid=${uid} ${intent === 'read' ? 'was not found in the database' : 'not found'}`,
    )
  }

  /** Out: the booking, or with a recurring event type every one that the request made. */
  async create(body: unknown, actor: Actor): Promise<[Booking, ...Booking[]]> {
    const { state, clock } = this.#deps
    const wish = checkBooking(state, body, actor.account)
    const { eventType, start } = wish
    if (start < clock.nowMs()) throw badRequest('Attempting to book a meeting in the past.')
    if (isOutOfBounds(eventType, clock.nowMs(), start)) throw badRequest(tooSoon)
    const group = groupAt(state, eventType, start)
    if (group) return [await this.#join(eventType, group, wish)]
    const recurringUid = eventType.recurrence ? state.newUid() : undefined
    const first = await this.#book({ ...wish, recurringUid })
    const bookings: [Booking, ...Booking[]] = [first]
    for (let nth = 1; nth < wish.count; nth++) {
      const at = { start: later(eventType, wish.start, nth), end: later(eventType, wish.end, nth) }
      bookings.push(await this.#book({ ...wish, ...at, recurringUid }))
    }
    return bookings
  }

  /** One more person in a group that is there already. */
  async #join(eventType: EventType, group: Booking, wish: CheckedBooking): Promise<Booking> {
    const { state, clock } = this.#deps
    const attendee = seated(wish.attendee, wish)
    takeSeat(eventType, group, attendee)
    this.#change(group, {})
    await this.#tell(
      group,
      'BOOKING_CREATED',
      payloads.seatBody(state, 'BOOKING_CREATED', group, attendee, clock.now()),
    )
    return group
  }

  async #book(wish: CheckedBooking & { recurringUid?: string }): Promise<Booking> {
    const { state, clock } = this.#deps
    const { eventType, start, end } = wish
    refuseBeyondLimits(state, eventType, { start, end })
    const hostIds = this.#freeHosts(eventType, { start, end }, { hostIds: wish.hostIds })
    const status = eventType.requiresConfirmation ? 'pending' : 'accepted'
    await this.#race(hostIds, start, status)
    const booking = newBooking(state, wish, { hostIds, status, now: clock.nowMs() })
    state.addBooking(booking)
    const trigger = status === 'pending' ? 'BOOKING_REQUESTED' : 'BOOKING_CREATED'
    await this.#tell(booking, trigger, payloads.bookingBody(state, trigger, booking, clock.now()))
    return booking
  }

  async cancel(uid: string, body: unknown, actor: Actor & { requestReschedule?: boolean }): Promise<Booking> {
    const { state, clock } = this.#deps
    const input = isObject(body) ? body : {}
    refuseUnknownKeys(input, ['cancellationReason', 'cancelSubsequentBookings', 'seatUid'])
    const booking = this.find(uid, 'change')
    const eventType = this.#eventTypeOf(booking)
    if (booking.status === 'cancelled' || booking.status === 'rejected') {
      const which = 'Please provide uid of a booking that is not cancelled.'
      throw badRequest(`Can't cancel booking with uid=${uid} because it has been cancelled already. ${which}`)
    }
    if (booking.end < clock.nowMs()) throw bare(400, 'Cannot cancel a booking that has already ended')
    if (eventType.disableCancelling) throw bare(400, 'This event type does not allow cancellations')
    const reason = typeof input.cancellationReason === 'string' ? input.cancellationReason.trim() : ''
    if (!reason && !actor.asHost && isReasonRequired(eventType, actor.account?.id === booking.accountId)) {
      throw bare(400, 'Cancellation reason is required')
    }
    const more = { cancellationReason: reason, requestReschedule: actor.requestReschedule ?? false }
    const seat = seatNamed(
      booking,
      input.seatUid,
      actor.asHost === true || actor.account?.id === booking.accountId,
    )
    const cancelledBy = actor.asHost ? state.hosts.get(booking.hostIds[0] ?? 0)?.email : undefined
    // One seat is told under the uid of the whole group, naming only who leaves.
    const told = seat ? { ...booking, attendee: seat, more: [] } : booking
    const content = payloads.cancelledBody(state, told, { ...more, cancelledBy }, clock.now())
    await this.#tell(booking, 'BOOKING_CANCELLED', content)
    if (seat && leave(booking, seat)) {
      this.#change(booking, {})
      return booking
    }
    this.#change(booking, {
      status: 'cancelled',
      cancellationReason: reason,
      icsSequence: booking.icsSequence + 1,
    })
    return booking
  }

  async reschedule(uid: string, body: unknown, actor: Actor): Promise<Booking> {
    const { state, clock } = this.#deps
    const input = isObject(body) ? body : {}
    refuseUnknownKeys(input, [
      'start',
      'reschedulingReason',
      'rescheduledBy',
      'emailVerificationCode',
      'seatUid',
    ])
    const start = parseInstant(input.start)
    if (start === undefined) throw wrongProperty('start', 'start must be a valid ISO 8601 date string')
    const old = this.find(uid, 'change')
    const eventType = this.#eventTypeOf(old)
    refuseGone(old)
    if (eventType.disableRescheduling) throw bare(400, 'This event type does not allow rescheduling')
    const organizer = state.hosts.get(old.hostIds[0] ?? 0)
    const isOrganizer = actor.asHost === true || actor.account?.id === old.accountId
    if (!isOrganizer && old.start - clock.nowMs() < eventType.minimumReschedulingNotice * 60_000) {
      throw bare(403, 'Rescheduling is not allowed within the minimum notice period before the event')
    }
    if (start < clock.nowMs()) throw badRequest('Attempting to book a meeting in the past.')
    if (isOutOfBounds(eventType, clock.nowMs(), start)) throw badRequest(tooSoon)
    const end = start + (old.end - old.start)
    if (input.seatUid !== undefined) return this.#moveSeat(eventType, old, input.seatUid, { start, end })
    refuseBeyondLimits(state, eventType, { start, end }, uid)
    const hostIds = this.#freeHosts(
      eventType,
      { start, end },
      { ignoreUid: uid, preferHostId: old.hostIds.at(-1) },
    )
    const byOwner = input.rescheduledBy !== undefined && input.rescheduledBy === organizer?.email
    const status = eventType.requiresConfirmation && !byOwner ? 'pending' : 'accepted'
    await this.#race(hostIds, start, status, uid)
    refuseGone(old)
    const booking: Booking = {
      ...old,
      id: state.nextId(),
      uid: state.newUid(),
      hostIds,
      status,
      start,
      end,
      reschedulingReason: typeof input.reschedulingReason === 'string' ? input.reschedulingReason : undefined,
      rescheduledByEmail: typeof input.rescheduledBy === 'string' ? input.rescheduledBy : undefined,
      rescheduledFromUid: uid,
      createdAt: clock.nowMs(),
      updatedAt: clock.nowMs(),
      icsSequence: old.icsSequence + 1,
    }
    state.addBooking(booking)
    this.#change(old, { status: 'cancelled', rescheduledToUid: booking.uid })
    const trigger = status === 'pending' ? 'BOOKING_REQUESTED' : 'BOOKING_RESCHEDULED'
    await this.#tell(booking, trigger, payloads.rescheduledBody(state, trigger, booking, old, clock.now()))
    return booking
  }

  /** One person of a group goes to another time: into the group there, or a new booking; the seat keeps its uid. */
  async #moveSeat(
    eventType: EventType,
    old: Booking,
    seatUid: unknown,
    meeting: { start: number; end: number },
  ): Promise<Booking> {
    const { state, clock } = this.#deps
    const seat = seatNamed(old, seatUid, false)
    if (!seat) throw badRequest(`Booking with uid=${old.uid} has no seats`)
    const there = groupAt(state, eventType, meeting.start)
    if (there) takeSeat(eventType, there, seat)
    else refuseBeyondLimits(state, eventType, meeting, old.uid)
    const hostIds = there?.hostIds ?? this.#freeHosts(eventType, meeting, { ignoreUid: old.uid })
    const now = clock.nowMs()
    const booking: Booking = there ?? {
      ...old,
      ...meeting,
      id: state.nextId(),
      uid: state.newUid(),
      hostIds,
      attendee: seat,
      more: [],
      createdAt: now,
      updatedAt: now,
    }
    if (there) this.#change(there, {})
    else state.addBooking(booking)
    if (leave(old, seat)) this.#change(old, {})
    else this.#change(old, { status: 'cancelled' })
    const one = { ...booking, attendee: seat, more: [] }
    const content = payloads.rescheduledBody(state, 'BOOKING_RESCHEDULED', one, old, clock.now())
    await this.#tell(booking, 'BOOKING_RESCHEDULED', content)
    return booking
  }

  /** The booking that a seat is in. */
  findBySeat(seatUid: string): Booking {
    const found = [...this.#deps.state.bookings.values()].findLast(
      (booking) =>
        (booking.status === 'accepted' || booking.status === 'pending') &&
        everybodyIn(booking).some((attendee) => attendee.seatUid === seatUid),
    )
    if (found) return found
    throw notFound(`Booking with seatUid=${seatUid} was not found in the database`)
  }

  /**
   * The business moves a booking without a new one: same id and uid. `namesItself`: RESCHEDULED carries `rescheduleUid`, which
   * then is its own uid.
   */
  async moveInPlace(uid: string, start: number, namesItself: boolean): Promise<Booking> {
    const { state, clock } = this.#deps
    const booking = this.find(uid, 'change')
    refuseGone(booking)
    const before = { ...booking }
    const end = start + (booking.end - booking.start)
    this.#change(booking, { start, end, icsSequence: booking.icsSequence + 1 })
    const content = namesItself
      ? payloads.rescheduledBody(state, 'BOOKING_RESCHEDULED', booking, before, clock.now())
      : payloads.bookingBody(state, 'BOOKING_RESCHEDULED', booking, clock.now())
    await this.#tell(booking, 'BOOKING_RESCHEDULED', content)
    return booking
  }

  /** The business puts one more person into a booking; Cal.com tells nobody. */
  addAttendee(uid: string, attendee: Attendee): Booking {
    const booking = this.find(uid, 'change')
    refuseGone(booking)
    booking.more.push(
      booking.attendee.seatUid === undefined ? attendee : seated(attendee, { metadata: {}, responses: {} }),
    )
    this.#change(booking, {})
    return booking
  }

  /** Accepts a pending booking; Cal.com announces it as CREATED. */
  async confirm(uid: string): Promise<Booking> {
    const booking = this.#pending(uid, 'confirmed')
    this.#change(booking, { status: 'accepted' })
    const content = payloads.bookingBody(this.#deps.state, 'BOOKING_CREATED', booking, this.#deps.clock.now())
    await this.#tell(booking, 'BOOKING_CREATED', content)
    return booking
  }

  /** Another host of the round robin serves it; like Cal.com this does not ask whether they are free, and tells nobody. */
  reassign(uid: string, userId: number): { uid: string; host: { id: number; name: string; email: string } } {
    const booking = this.find(uid, 'change')
    refuseGone(booking)
    const isHost = this.#eventTypeOf(booking).hosts.some((host) => host.userId === userId && !host.mandatory)
    const host = this.#deps.state.hosts.get(userId)
    if (!isHost || !host) throw badRequest('invalid_round_robin_host')
    this.#change(booking, { hostIds: [userId] })
    return { uid, host: { id: userId, name: host.name, email: host.email } }
  }

  async decline(uid: string, reason: unknown): Promise<Booking> {
    const booking = this.#pending(uid, 'declined')
    this.#change(booking, {
      status: 'rejected',
      cancellationReason: typeof reason === 'string' ? reason : '',
    })
    const content = payloads.bookingBody(
      this.#deps.state,
      'BOOKING_REJECTED',
      booking,
      this.#deps.clock.now(),
    )
    await this.#tell(booking, 'BOOKING_REJECTED', content)
    return booking
  }

  async markAbsent(uid: string, body: unknown): Promise<Booking> {
    const { clock } = this.#deps
    const input = isObject(body) ? body : {}
    refuseUnknownKeys(input, ['host', 'attendees'])
    const booking = this.find(uid, 'change')
    if (clock.nowMs() < booking.start) {
      throw badRequest(
        'Bookings can only be marked as absent after their start time. Current time in UTC is earlier.',
      )
    }
    for (const entry of Array.isArray(input.attendees) ? input.attendees : []) {
      if (!isObject(entry) || typeof entry.absent !== 'boolean')
        throw wrongProperty('attendees', 'absent must be a boolean')
      if (entry.email === booking.attendee.email)
        booking.attendee = { ...booking.attendee, absent: entry.absent }
    }
    this.#change(booking, { absentHost: typeof input.host === 'boolean' ? input.host : booking.absentHost })
    await this.#tell(booking, 'BOOKING_NO_SHOW_UPDATED', payloads.noShowBody(booking, clock.now()))
    return booking
  }

  /** The meeting's end as Cal.com announces it; nothing about the booking changes. */
  async endMeeting(uid: string): Promise<Booking> {
    const booking = this.find(uid, 'change')
    await this.#tell(booking, 'MEETING_ENDED', payloads.meetingBody('MEETING_ENDED', booking))
    return booking
  }

  #pending(uid: string, verb: string): Booking {
    const booking = this.find(uid, 'change')
    if (booking.status === 'pending') return booking
    throw badRequest(`Booking with uid=${uid} can't be ${verb} because it is ${booking.status}.`)
  }

  #eventTypeOf(booking: Booking): EventType {
    const eventType = this.#deps.state.eventTypes.get(booking.eventTypeId)
    if (!eventType) throw notFound(`Event type with id ${booking.eventTypeId} not found.`)
    return eventType
  }

  #freeHosts(
    eventType: EventType,
    meeting: { start: number; end: number },
    wish: { ignoreUid?: string; preferHostId?: number; hostIds?: number[] },
  ): number[] {
    const chosen = chooseHosts(this.#deps.state, eventType, meeting, wish)
    if ('hostIds' in chosen) return chosen.hostIds
    // A move is refused in the wording for individuals, also in a team.
    if (wish.ignoreUid !== undefined || eventType.teamId === null) throw badRequest(takenAlone)
    if (chosen.freeCount > 0) throw badRequest('fixed_hosts_unavailable_for_booking')
    throw badRequest(takenInTeam)
  }

  /** The gap in which a concurrent request may take the same host and start; the later insert breaks the unique key. */
  async #race(
    hostIds: number[],
    start: number,
    status: Booking['status'],
    ignoreUid?: string,
  ): Promise<void> {
    await wait(this.#deps.workMs)
    if (status !== 'accepted') return
    const isTwin = (booking: Booking) =>
      booking.start === start && booking.status === 'accepted' && booking.uid !== ignoreUid
    if (hostIds.some((hostId) => this.#deps.state.bookingsOfHost(hostId).some(isTwin))) {
      throw new VendorError(409, 'booking_conflict_error', { shape: 'bare' })
    }
  }

  #change(booking: Booking, changes: Partial<Booking>): void {
    Object.assign(booking, changes, { updatedAt: this.#deps.clock.nowMs() })
  }

  #tell(booking: Booking, trigger: payloads.Trigger, content: object): Promise<void> {
    return this.#deps.webhooks.send(booking.accountId, trigger, content, booking.uid)
  }
}
