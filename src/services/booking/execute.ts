/**
 * Asks Cal.com to book one claimed attempt and finds out what came of it. There is no idempotency key on the wire, so nothing is
 * called a failure before we have looked, and two rules decide what we say (found by an independent stand-in for Cal.com):
 * - A 2xx with a uid is a booking, whatever follows. The uid is stored before anything else is asked, and what a failed read
 *   would have told is found out by verify.ts. Only what proves another booking takes it back (incident I-45).
 * - A refusal may be the answer to our own request, sent twice on the way, and Cal.com's list of bookings lags by seconds. "Taken"
 *   is what somebody else's booking shows, or a list that stays without ours for a while; else it is unclear.
 * Limit: writes the uid and nothing else; what an outcome means for the rows is decided by outcome.ts and settle.ts.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { CalcomError } from '../../calcom/errors.ts'
import { readSeatRef } from '../../calcom/seats.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Deadline } from '../../lib/deadline.ts'
import type { Attempt, AttemptStore } from '../attempts.ts'
import { type Catalogue, isOffered } from '../catalogue.ts'
import { kindOfEventType } from '../event-type-kinds.ts'
import type { BookingApi, CalcomOf, Execution, LookUp, StrayEnd } from './execution.ts'
import { cancelGuarded, leftAlone, strayTarget } from './guard.ts'
import { eventTypesAround, hostsFor, isLiveBooking, isSameWish, occupyAll, whoseIs } from './whose.ts'

type Deps = {
  calcom: CalcomOf
  attempts: Pick<AttemptStore, 'noteUid'>
  log: Pick<Logger, 'warn' | 'error'>
  /** Milliseconds between the looks after a refusal; tests shorten them. */
  refusalPausesMs?: readonly number[]
}

/** Kept from the request's time for looking up what became of it. */
const lookUpMs = 2_000
const requestMsMin = 500
/** Together longer than Cal.com's list has been seen to lag: a "taken" that is none ends in two bookings of one person. */
const refusalPausesDefaultMs = [1_000, 1_500, 2_000]
/** Kept for the alternatives that follow a "taken". */
const alternativesMs = 1_500

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
    // Since the draft was made the event type may have become one that is not sold by phone, or not in this length.
    const kind = kindOfEventType(catalogue, eventTypeId)
    const minutes = attempt.endAt && (attempt.endAt.getTime() - startAt.getTime()) / 60_000
    const hasLength = !kind?.lengths.length || (minutes !== null && kind.lengths.includes(minutes))
    if (!isOffered(catalogue, eventTypeId) || !hasLength) return { kind: 'refused', reason: 'not_offered' }
    const scene = { attempt, catalogue, deadline, connectionId: catalogue.company.calcomConnectionId }
    let api: BookingApi
    let answer: CalcomBooking
    try {
      api = await this.#deps.calcom(scene.connectionId)
      // Throttled by Cal.com, which need not have been the only copy of that request: look before another one leaves.
      if (attempt.errorCode === 'throttled') {
        const earlier = await this.lookUp(attempt, scene.connectionId, deadline.child(lookUpMs), 'call')
        if (earlier.kind === 'found') return { kind: 'made', booking: earlier.booking }
      }
      answer = await api.createBooking(
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
          // For whoever serves: an allergy is on the booking, where they look.
          ...(attempt.notes !== null && { bookingFieldsResponses: { notes: attempt.notes } }),
          hostUserIds: hostsFor(attempt, catalogue),
          // One yes is one booking: left out, Cal.com would make the whole series.
          ...(kind?.repeats && { recurrenceCount: 1 }),
          ...(kind?.lengths.length && minutes && { lengthInMinutes: minutes }),
        },
        {
          deadline: deadline.child(Math.max(requestMsMin, deadline.remainingMs() - lookUpMs)),
          priority: 'call',
          follow: 1,
        },
      )
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return this.#failed(scene, error)
    }
    return this.#answered(scene, api, answer)
  }

  /**
   * Looks for a booking of this attempt: by its uid if known, else among the bookings at that time of its event type, or of
   * `eventTypeIds`, where others that keep the same people busy can be seen as well.
   */
  async lookUp(
    attempt: Attempt,
    connectionId: string,
    deadline: Deadline,
    priority: 'call' | 'background',
    eventTypeIds?: readonly number[],
  ): Promise<LookUp> {
    const { eventTypeId, startAt, endAt, calcomUid } = attempt
    if (eventTypeId === null || startAt === null) return { kind: 'absent', others: [] }
    const options = { deadline, priority }
    try {
      const api = await this.#deps.calcom(connectionId)
      const known = calcomUid === null ? null : await this.#byUid(api, attempt, calcomUid, options)
      if (known) return known
      // Cal.com cannot filter by metadata: ask for that time and look for our id here.
      const { bookings, complete, unreadable } = await api.fetchBookings(
        {
          eventTypeIds: eventTypeIds ?? [eventTypeId],
          afterStart: new Date(startAt.getTime() - 60_000),
          beforeEnd: new Date((endAt ?? startAt).getTime() + 6 * 3_600_000),
          pagesMax: 3,
        },
        options,
      )
      const live = bookings.filter(isLiveBooking)
      const ours = live.find((one) => whoseIs(one, attempt) === 'ours' || isSameWish(one, attempt))
      if (ours) return { kind: 'found', booking: ours }
      const stray = live.find((one) => whoseIs(one, attempt) === 'stray')
      if (stray) return { kind: 'stray', booking: stray }
      const ended = bookings.find((one) => whoseIs(one, attempt) === 'ours')
      if (ended) return { kind: 'ended', booking: ended }
      return complete && unreadable === 0 ? { kind: 'absent', others: live } : { kind: 'unclear' }
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return { kind: 'unclear' }
    }
  }

  /** The booking with this uid as Cal.com has it now; null when it knows none, `unclear` when it does not say. */
  async fetch(
    connectionId: string,
    uid: string,
    deadline: Deadline,
  ): Promise<CalcomBooking | null | 'unclear'> {
    try {
      const api = await this.#deps.calcom(connectionId)
      return await api.fetchBooking({ uid }, { deadline, priority: 'background' })
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      return error.kind === 'not_found' ? null : 'unclear'
    }
  }

  /**
   * Cancels a booking of ours, as just seen, that must not exist. True when it is gone.
   * @throws BookingProtected when it must be left to a person
   */
  async cancelStray(
    connectionId: string,
    booking: CalcomBooking,
    reason: string,
    deadline: Deadline,
  ): Promise<boolean> {
    return (await this.#end(connectionId, booking, reason, deadline)) === 'gone'
  }

  /** The same, for those who must know whether trying again can help; left to a person is `refused`. */
  async endStray(
    connectionId: string,
    booking: CalcomBooking,
    reason: string,
    deadline: Deadline,
  ): Promise<StrayEnd> {
    return (await this.#end(connectionId, booking, reason, deadline).catch(leftAlone)) || 'refused'
  }

  async #end(
    connectionId: string,
    booking: CalcomBooking,
    reason: string,
    deadline: Deadline,
  ): Promise<StrayEnd> {
    try {
      const api = await this.#deps.calcom(connectionId)
      await cancelGuarded(api, strayTarget(booking), reason, { deadline, priority: 'background' })
      return 'gone'
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      if (error.kind === 'not_found') return 'gone'
      // Moved away is not gone: its successor stands.
      if (error.kind === 'already_cancelled') return error.reason === 'rescheduled_away' ? 'refused' : 'gone'
      return error.kind === 'invalid_request' ? 'refused' : 'later'
    }
  }

  /** By the uid that was answered with; null when that settles nothing and the list has to be asked. */
  async #byUid(
    api: BookingApi,
    attempt: Attempt,
    uid: string,
    options: { deadline: Deadline; priority: 'call' | 'background' },
  ): Promise<LookUp | null> {
    try {
      const booking = await api.fetchBooking({ uid }, options)
      const whose = whoseIs(booking, attempt)
      if (whose === 'foreign') return null
      if (!isLiveBooking(booking)) return { kind: 'ended', booking }
      return { kind: whose === 'stray' ? 'stray' : 'found', booking }
    } catch (error) {
      if (error instanceof CalcomError && error.kind === 'not_found') return null
      throw error
    }
  }

  /** Cal.com has answered with a booking. What it leaves out is asked for, and what cannot be had is believed for now. */
  async #answered(scene: Sending, api: BookingApi, answer: CalcomBooking): Promise<Execution> {
    const { attempt, deadline } = scene
    const whole = answer.metadata !== undefined && answer.start !== undefined
    if (whole || !isLiveBooking(answer)) return this.#judged(scene, answer)
    if (isSeatLeftOut(scene, answer)) return this.#seatOf(scene)
    if ((await this.#note(attempt, answer)) === 'foreign') return this.#notOurs(scene, answer)
    let read: CalcomBooking | null = null
    try {
      read = await api.fetchBooking(
        { uid: answer.uid },
        { deadline: deadline.child(lookUpMs), priority: 'call' },
      )
    } catch (error) {
      this.#deps.log.warn(
        { component: 'booking', attemptId: attempt.id, uid: answer.uid, err: error },
        'a booking was answered short and could not be read: verified later',
      )
    }
    return this.#judged(scene, read ?? answer)
  }

  /** The answer names the booking that others share, and not whose seat is ours: it is the one that carries our id. */
  async #seatOf({ attempt, connectionId, deadline }: Sending): Promise<Execution> {
    const seen = await this.lookUp(attempt, connectionId, deadline.child(lookUpMs), 'call')
    return seen.kind === 'found'
      ? { kind: 'made', booking: seen.booking }
      : { kind: 'unknown', reason: 'seat_unclear' }
  }

  async #judged(scene: Sending, booking: CalcomBooking): Promise<Execution> {
    if (!isLiveBooking(booking)) return this.#notOurs(scene, booking)
    switch (whoseIs(booking, scene.attempt)) {
      case 'ours':
        return { kind: 'made', booking }
      case 'unproven':
        return { kind: 'made', booking, unproven: true }
      case 'stray':
      case 'moved':
        return this.#otherStart(scene, booking)
      case 'foreign':
        return this.#notOurs(scene, booking)
    }
  }

  async #note(attempt: Attempt, booking: CalcomBooking): Promise<'noted' | 'foreign'> {
    try {
      return await this.#deps.attempts.noteUid(attempt, booking)
    } catch (error) {
      this.#deps.log.error(
        { component: 'booking', attemptId: attempt.id, uid: booking.uid, err: error },
        'the uid of a booking could not be noted',
      )
      return 'noted'
    }
  }

  /** A booking came back that is not the one we asked for (incident I-45). */
  #notOurs(scene: Sending, booking: CalcomBooking): Promise<Execution> {
    this.#strange(scene.attempt, booking, false)
    return this.#afterRefusal(scene, 'old_booking')
  }

  /** Ours, at a time nobody asked for: it must not stay, and while it may still be there nobody knows what holds. */
  async #otherStart(
    { attempt, connectionId, deadline }: Sending,
    booking: CalcomBooking,
  ): Promise<Execution> {
    this.#strange(attempt, booking, true)
    await this.#note(attempt, booking)
    const gone = await this.cancelStray(
      connectionId,
      booking,
      'Falsche Uhrzeit',
      deadline.child(lookUpMs),
    ).catch(leftAlone)
    return gone ? { kind: 'taken', reason: 'wrong_start' } : { kind: 'unknown', reason: 'wrong_start' }
  }

  #strange(attempt: Attempt, { uid, status }: CalcomBooking, carriesOurId: boolean): void {
    this.#deps.log.error(
      {
        component: 'booking',
        alarm: 'booking_not_ours',
        attemptId: attempt.id,
        uid,
        carriesOurId,
        status,
      },
      'Cal.com answered with another booking than the one asked for',
    )
  }

  async #failed(scene: Sending, error: CalcomError): Promise<Execution> {
    const { kind, reason } = error
    const { attempt, connectionId, deadline } = scene
    if (kind === 'slot_unavailable') return this.#afterRefusal(scene, reason)
    if (kind === 'rate_limited') return { kind, reason: error.status === 429 ? 'throttled' : 'rate_limited' }
    if ((kind === 'timeout' || kind === 'unavailable') && !error.mayHaveActed)
      return { kind: 'not_sent', reason }
    if (reason === 'too_soon' || reason === 'past') return { kind: 'too_soon', reason }
    // Who is not let in has booked nothing, and may not look either: the connection's alarm is told already.
    if (kind === 'unauthorized') return { kind: 'refused', reason: `${kind}_${reason}` }
    // Also a refusal for another reason than the time may be the second answer to a request that was sent twice.
    const seen = await this.lookUp(attempt, connectionId, deadline.child(lookUpMs), 'call')
    if (seen.kind === 'found') return { kind: 'made', booking: seen.booking }
    if (seen.kind === 'stray') return this.#otherStart(scene, seen.booking)
    if (kind === 'timeout' || kind === 'unavailable') return { kind: 'unknown', reason }
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

  /**
   * Before anybody hears "taken": perhaps it is our own request that has the slot. Looks at once, which is enough when others can be
   * seen to have it, and again after pauses in which Cal.com's list may catch up. A conflict (409) says that there is a booking at
   * this very start: a list that still shows none is behind.
   */
  async #afterRefusal(scene: Sending, reason: string): Promise<Execution> {
    const { attempt, catalogue, connectionId, deadline } = scene
    const pausesMs = this.#deps.refusalPausesMs ?? refusalPausesDefaultMs
    const everyType = eventTypesAround(attempt, catalogue)
    for (let look = 0; ; look += 1) {
      const seen = await this.lookUp(attempt, connectionId, deadline.child(lookUpMs), 'call', everyType)
      if (seen.kind === 'found') return { kind: 'made', booking: seen.booking }
      if (seen.kind === 'stray') return this.#otherStart(scene, seen.booking)
      if (seen.kind === 'ended') return { kind: 'taken', reason }
      if (seen.kind === 'absent' && occupyAll(seen.others, attempt, catalogue))
        return { kind: 'taken', reason }
      const pauseMs = pausesMs[look]
      if (pauseMs === undefined) {
        const isBehind = conflicts.includes(reason) && !hasTwin(seen, attempt)
        return seen.kind === 'absent' && !isBehind
          ? { kind: 'taken', reason, unseen: true }
          : { kind: 'unknown', reason: 'refused_unclear' }
      }
      if (deadline.remainingMs() < pauseMs + alternativesMs)
        return { kind: 'unknown', reason: 'refused_unclear' }
      await pause(pauseMs)
    }
  }
}

function isSeatLeftOut({ attempt, catalogue }: Sending, { uid }: CalcomBooking): boolean {
  const { eventTypeId } = attempt
  const kind = eventTypeId === null ? null : kindOfEventType(catalogue, eventTypeId)
  return kind !== null && kind.seats !== null && readSeatRef(uid) === null
}

/** Refusals by Cal.com's unique key on host and start. */
const conflicts = ['race', 'conflict']

function hasTwin(seen: LookUp, { startAt }: Attempt): boolean {
  return seen.kind === 'absent' && seen.others.some(({ start }) => start?.getTime() === startAt?.getTime())
}

/** One attempt under way. */
interface Sending {
  attempt: Attempt
  catalogue: Catalogue
  connectionId: string
  deadline: Deadline
}
