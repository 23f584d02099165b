/**
 * The first step of a booking: everything is validated, the slot is checked live, a draft is written and the slot is held. Nothing
 * is booked here. Repeating it is harmless: the same wish leads to the same draft (incident I-46); another wish of the
 * same person replaces the older draft and its hold; another person's draft stays (mother and child).
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { AppError } from '../../errors.ts'
import { ownUnderWay } from '../../german/sentences/booking.ts'
import type { Clock } from '../../lib/clock.ts'
import { type OwnAppointment, standingStatuses } from '../appointments/types.ts'
import type { Attempt, AttemptStore } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { certainlyOff, whyOff } from '../availability/off.ts'
import type { CallScope } from '../call-context.ts'
import { findBranch } from '../catalogue.ts'
import type { CustomerService, PersonOnNumber } from '../customers.ts'
import { serviceOfAttempt } from '../lengths.ts'
import { requireBookable } from '../pauses.ts'
import { mailboxAddress } from './attendee.ts'
import { completeWish } from './complete.ts'
import { spokenBooking, whatOf } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import { offeredOtherDay } from './moment.ts'
import type { OtherTimes } from './other-times.ts'
import {
  findConflict,
  findOwnAt,
  findUnsure,
  loadUpcoming,
  ofSamePerson,
  ownFound,
  questionAbout,
  questionBeside,
  type Wished,
} from './own.ts'
import { ready } from './ready.ts'
import { readDone } from './record.ts'
import type { RefusedTimes } from './refused-times.ts'
import type { BookingWish, CompleteWish, NotFree, Started } from './types.ts'
import type { WishMemory } from './wish-memory.ts'
import {
  endOf,
  eventTypeOf,
  isReplaced,
  isStanding,
  keyOf,
  overlaps,
  slotOf,
  withTheirVisits,
} from './wishes.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  availability: Pick<
    AvailabilityService,
    'fetchLive' | 'earliestBookable' | 'offers' | 'callTimes' | 'lengths'
  >
  otherTimes: OtherTimes
  refusedTimes: RefusedTimes
  memory: WishMemory
  customers: Pick<CustomerService, 'loadOnNumber'>
  holds: HoldKeeper
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

const draftMs = 15 * 60_000
/** How long to look for the draft of the same request, and how often. */
const draftAppearsMs = 500
const pollMs = 25

/** What the database knows about the call before a booking is started. */
export interface Known {
  attempts: Attempt[]
  people: PersonOnNumber[]
  /** Upcoming appointments of the number and of this call, whoever they are for. */
  own: OwnAppointment[]
}

/** Opens drafts. */
export class BookingStarter {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Starts a booking from the caller's words.
   * @throws AppError with `validation_status: 'invalid'` and the one question to ask; `calendar_unavailable` without Cal.com
   */
  async start(scope: CallScope, wish: BookingWish): Promise<Started> {
    const { availability, memory } = this.#deps
    const { callId } = scope.call
    let started: Started | null = null
    try {
      const known = await this.loadKnown(scope)
      const complete = await completeWish(scope, wish, known, availability)
      started = await this.open(scope, complete, known)
      return started
    } finally {
      // A yes that comes after a wish that came to nothing is no yes to anything older.
      await memory.note(callId, started?.kind === 'ready' ? null : 'start')
      if (started?.kind === 'ready') await memory.noteReadBack(scope.call, started.attempt.id)
    }
  }

  /** Starts the same booking again whose draft has ended; the caller has agreed to it already. */
  async reopen(scope: CallScope, attempt: Attempt): Promise<Started | null> {
    const { branchId, startAt, customerName } = attempt
    const service = serviceOfAttempt(scope.catalogue, attempt)
    if (!service?.isActive || startAt === null || customerName === null) return null
    const branch = findBranch(scope.catalogue, branchId) ?? scope.branch
    requireBookable(scope.catalogue, branch, scope.now)
    const { day, time } = spokenBooking(attempt, scope)
    return this.open(
      scope,
      {
        branch,
        service,
        staffId: attempt.staffId,
        day,
        time,
        startAt,
        name: customerName,
        phone: attempt.customerPhone,
        email: attempt.customerEmail,
        viaMailbox: attempt.attendeeEmail !== null && attempt.customerEmail === null,
        notes: attempt.notes,
        additional: attempt.additional,
        filled: {},
        contact: { phone: null, email: null },
        otherLength: null,
        corrects: null,
      },
      await this.loadKnown(scope),
    )
  }

  /** Asks about what the person has already, checks the slot of a complete wish, writes the draft and holds the slot. */
  async open(scope: CallScope, spoken: CompleteWish, known: Known): Promise<Started> {
    const { now, call } = scope
    const { availability, memory, holds } = this.#deps
    await availability.callTimes.noteOwn(call.callId, ofSamePerson(known.own, spoken.name))
    const wished = {
      name: spoken.name,
      serviceId: spoken.service.id,
      startAt: spoken.startAt,
      endAt: endOf(spoken),
    }
    const conflict = findConflict(known.own, wished, scope)
    const unsure = conflict === null && !spoken.additional ? findUnsure(known.attempts, wished, scope) : null
    const about = conflict ? questionAbout(conflict, wished) : unsure && questionBeside(unsure, wished)
    const agreed = spoken.additional || (about !== null && (await memory.isAnswered(call, about, now)))
    if (unsure && !agreed) {
      await memory.ask(call, about ?? '')
      return { kind: 'unsure', earlier: spokenBooking(unsure, scope) }
    }
    const wish = { ...spoken, additional: agreed }
    const eventTypeId = eventTypeOf(wish)
    const key = keyOf(scope, wish, known.attempts)
    const same = known.attempts.find((attempt) => isStanding(attempt, key, now))
    const isSameOffer = same !== undefined && same.eventTypeId === eventTypeId
    if (same && same.state !== 'draft') {
      if (same.state !== 'booked' || (await this.#stands(scope, same))) return ready(same, scope, wish)
    }
    const held = isSameOffer && same.reservationUntil !== null && same.reservationUntil > now
    const mustAsk = conflict !== null && !agreed
    const notFree = held ? null : await this.#check(scope, wish, known, key, mustAsk)
    const wanted = { day: wish.day, time: wish.time, today: scope.today }
    if (notFree?.refusal.reason === 'taken') {
      // What takes the time may be their very own appointment: that is what they are told.
      const own = conflict?.overlaps ? conflict : await this.#findOwnAt(scope, wished)
      if (own === 'under_way') throw new AppError('booking_in_progress', ownUnderWay)
      const { alternatives } = notFree
      if (own)
        return {
          kind: 'own_appointment',
          own: ownFound(own, scope, { wanted, isFree: false, alternatives }),
        }
    }
    if (notFree) return { kind: 'not_free', ...notFree }
    if (mustAsk) {
      await memory.ask(call, about ?? '')
      return {
        kind: 'own_appointment',
        own: ownFound(conflict, scope, { wanted, isFree: true, alternatives: [] }),
      }
    }
    const slot = slotOf(scope.catalogue, wish)
    // Draft and hold need nothing of each other, and the caller waits for both. A hold without a draft ends by itself.
    const [{ attempt, replaced, created }, early] = await Promise.all([
      this.#write(scope, wish, eventTypeId, key),
      held ? undefined : holds.take(scope, slot),
    ])
    for (const older of replaced) holds.releaseLater(scope, older)
    const hold = created && held ? await holds.take(scope, slot) : early
    if (hold) holds.note(attempt, hold)
    return ready(attempt, scope, wish, call.callId !== null && !created)
  }

  #findOwnAt(scope: CallScope, wished: Wished) {
    return this.#deps.tenancy.run(scope.call.companyId, (tx) => findOwnAt(tx, scope, wished))
  }

  /** What is known of the call and its number before a booking is started. */
  async loadKnown(scope: CallScope): Promise<Known> {
    const { companyId, callId, callerNumber } = scope.call
    if (callId === null && callerNumber === null) return { attempts: [], people: [], own: [] }
    return this.#deps.tenancy.run(companyId, async (tx) => ({
      attempts: await this.#deps.attempts.loadForCall(tx, companyId, callId, 'book'),
      people: await this.#deps.customers.loadOnNumber(tx, companyId, callerNumber),
      own: await loadUpcoming(tx, scope),
    }))
  }

  /**
   * Why the slot cannot be had now; null when it is free for this call.
   * @param mayBeUnknown the caller is asked something else first: an outage is no answer to that
   */
  async #check(
    scope: CallScope,
    wish: CompleteWish,
    known: Known,
    key: string,
    mayBeUnknown: boolean,
  ): Promise<NotFree | null> {
    const { catalogue, call, deadline, now, today } = scope
    const { branch, service, staffId, day, time, startAt } = wish
    const { availability, holds, otherTimes, refusedTimes } = this.#deps
    const base = {
      wanted: { day, time, today },
      service,
      what: whatOf(wish, scope),
      earliest: null,
      elsewhere: [],
    }
    const earliest = availability.earliestBookable({ catalogue, branch, service })
    if (startAt < earliest.at) {
      const past = startAt < now
      const refusal = past
        ? { reason: 'past_time' as const, day }
        : { reason: 'booking_notice_violation' as const, noticeMinutes: earliest.noticeMinutes }
      const { alternatives } = await otherTimes.find(scope, wish)
      return { ...base, refusal, earliest: past ? null : earliest.at, alternatives }
    }
    // Refused in this call already although it is listed: another try would end the same way.
    if (refusedTimes.wasRefused(known.attempts, wish)) {
      const { alternatives } = await otherTimes.find(scope, wish)
      const callback = await refusedTimes.handOver(scope, { name: wish.name, phone: wish.phone })
      return { ...base, refusal: { reason: 'taken', day }, alternatives, callback }
    }
    // Closed or away whatever the calendar lists: it need not be asked.
    const off = certainlyOff({ catalogue, branch, service, staffId }, day, startAt)
    if (off) return { ...base, refusal: off, ...(await otherTimes.find(scope, wish, true)) }
    // The hold of a draft that this wish replaces may be what hides the slot: it goes first.
    const inTheWay = known.attempts.filter((older) => isReplaced(older, wish, now) && overlaps(older, wish))
    await Promise.all(inTheWay.map((older) => holds.release(scope, older)))
    const query = {
      catalogue,
      branch,
      service,
      staffId,
      from: day,
      to: day,
      deadline,
      call,
      follow: scope.follow,
    }
    const free = await availability.fetchLive(query).catch(async (error: unknown) => {
      const isOutage = error instanceof AppError && error.code === 'calendar_unavailable'
      // The very same request may have got through: then its outcome counts for both.
      if (isOutage && (mayBeUnknown || (await this.#isUnderWay(scope, wish, key)))) return null
      throw error
    })
    if (free === null) return null
    const slots = free.days.get(day) ?? []
    if (slots.some((slot) => slot.getTime() === startAt.getTime())) return null
    if (await this.#isUnderWay(scope, wish, key)) return null
    const offered = await availability.offers.resolveOffered(call.callId, {
      ...wish,
      timeZone: branch.timeZone,
    })
    if (offered.kind === 'ask') throw offeredOtherDay(offered.starts, branch, today)
    const refusal = whyOff(query, day, startAt) ?? { reason: 'taken' as const, day }
    const { alternatives, elsewhere } = await otherTimes.find(scope, wish, true)
    return { ...base, refusal, alternatives, elsewhere }
  }

  /**
   * Whether the hold of the very same request hides the slot. That request writes its draft while it takes the hold, so the
   * draft may still be on its way.
   */
  async #isUnderWay(scope: CallScope, wish: CompleteWish, key: string): Promise<boolean> {
    const { call, now, deadline } = scope
    const slot = slotOf(scope.catalogue, wish)
    const { signal } = deadline.child(draftAppearsMs)
    for (;;) {
      const { attempts } = await this.loadKnown(scope)
      if (attempts.some((attempt) => attempt.state !== 'booked' && isStanding(attempt, key, now))) return true
      if (signal.aborted || !(await this.#deps.holds.isTaking(call.callId, slot))) return false
      await pause(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Writes the draft, or refreshes the one of the same wish; older drafts of the person end. */
  async #write(
    scope: CallScope,
    wish: CompleteWish,
    eventTypeId: number,
    key: string,
  ): Promise<{ attempt: Attempt; replaced: Attempt[]; created: boolean }> {
    const { companyId, callId } = scope.call
    const { attempts, tenancy } = this.#deps
    const now = this.#deps.clock.now()
    const expiresAt = new Date(now.getTime() + draftMs)
    const mailbox = scope.catalogue.company.mailbox ?? ''
    const viaMailbox = wish.viaMailbox && mailbox !== ''
    return tenancy.run(companyId, async (tx) => {
      if (callId !== null)
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`booking:${companyId}:${callId}`}, 0))`
      const earlier = await attempts.loadForCall(tx, companyId, callId, 'book')
      const same = earlier.find((attempt) => isStanding(attempt, key, now) && attempt.state !== 'booked')
      if (same && (same.state !== 'draft' || same.eventTypeId === eventTypeId)) {
        return { attempt: await this.#refresh(tx, same, wish, expiresAt), replaced: [], created: false }
      }
      const replaced = withTheirVisits(earlier, (one) => isReplaced(one, wish, now) || one === same)
      for (const older of replaced) await attempts.finish(tx, older, { state: 'released' }, ['draft'])
      const attempt = await attempts.create(tx, {
        companyId,
        branchId: wish.branch.id,
        callId,
        kind: 'book',
        wishKey: key,
        customerName: wish.name,
        customerPhone: wish.phone,
        customerEmail: wish.email,
        attendeeEmail: viaMailbox ? (id) => mailboxAddress(mailbox, id) : wish.email,
        notes: wish.notes,
        serviceId: wish.service.id,
        staffId: wish.staffId,
        eventTypeId,
        startAt: wish.startAt,
        endAt: endOf(wish),
        additional: wish.additional,
        expiresAt,
      })
      return { attempt, replaced, created: true }
    })
  }

  /** A repeat may add what was missing (an email, a note) and always renews the time. */
  async #refresh(tx: Tx, draft: Attempt, wish: CompleteWish, expiresAt: Date): Promise<Attempt> {
    const [refreshed] = await tx.bookingAttempt.updateManyAndReturn({
      where: { id: draft.id, companyId: draft.companyId, state: 'draft' },
      data: {
        expiresAt,
        staffId: wish.staffId,
        customerPhone: wish.phone ?? draft.customerPhone,
        notes: wish.notes ?? draft.notes,
        ...(wish.email !== null && { customerEmail: wish.email, attendeeEmail: wish.email }),
      },
    })
    return refreshed ?? draft
  }

  async #stands(scope: CallScope, attempt: Attempt): Promise<boolean> {
    const done = readDone(attempt)
    if (done?.appointmentId === null || done === null) return true
    const { companyId } = scope.call
    const standing = await this.#deps.tenancy.run(companyId, (tx) =>
      tx.appointment.count({
        where: {
          companyId,
          id: BigInt(done.appointmentId!),
          status: { in: standingStatuses },
          ...(attempt.startAt && { appointmentDatetime: attempt.startAt }),
        },
      }),
    )
    return standing > 0
  }
}
