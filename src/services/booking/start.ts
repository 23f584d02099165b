/**
 * The first step of a booking: everything is validated, the slot is checked live, a draft is written and the slot is held. Nothing
 * is booked here. Repeating it is harmless: the same wish leads to the same draft (incident I-46); another wish of the
 * same person replaces the older draft and its hold; another person's draft stays (mother and child).
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { addDays, type LocalDay, weekdayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { CallScope } from '../appointments/types.ts'
import { rankAlternatives } from '../availability/alternatives.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { refusedStarts } from '../availability/offers.ts'
import type { CatalogueBranch, CatalogueService } from '../catalogue.ts'
import type { CustomerService, PersonOnNumber } from '../customers.ts'
import { comparePersonNames } from '../matching/index.ts'
import { type Attempt, type AttemptStore, wishKey } from './attempts.ts'
import { mailboxAddress } from './attendee.ts'
import { completeWish } from './complete.ts'
import { spokenBooking } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import { type Moment, offeredOtherDay } from './moment.ts'
import { readDone } from './record.ts'
import type { BookingWish, CompleteWish, NotFree, Started } from './types.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  availability: Pick<AvailabilityService, 'fetchLive' | 'load' | 'earliestBookable' | 'offers'>
  customers: Pick<CustomerService, 'loadOnNumber'>
  holds: HoldKeeper
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

const draftMs = 15 * 60_000
/** How long to look for the draft of the same request, and how often. */
const draftAppearsMs = 500
const pollMs = 25
const alternativeDays = 7

/** What the database knows about the call before a booking is started. */
interface Known {
  attempts: Attempt[]
  people: PersonOnNumber[]
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
    const known = await this.#loadKnown(scope)
    return this.open(
      scope,
      await completeWish(scope, wish, known.people, this.#deps.availability.offers),
      known,
    )
  }

  /** Starts the same booking again whose draft has ended; the caller has agreed to it already. */
  async reopen(scope: CallScope, attempt: Attempt): Promise<Started | null> {
    const { branchId, serviceId, startAt, customerName } = attempt
    const service = scope.catalogue.services.find(({ id, isActive }) => id === serviceId && isActive)
    if (!service || startAt === null || customerName === null) return null
    const branch = scope.catalogue.branches.find(({ id }) => id === branchId) ?? scope.branch
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
      },
      await this.#loadKnown(scope),
    )
  }

  /** Checks the slot of a complete wish, writes the draft and holds the slot. */
  async open(scope: CallScope, wish: CompleteWish, known: Known): Promise<Started> {
    const { now, call } = scope
    const eventTypeId = eventTypeOf(wish)
    const key = keyOf(scope, wish, known.attempts)
    const same = known.attempts.find((attempt) => isStanding(attempt, key, now))
    const isSameOffer = same !== undefined && same.eventTypeId === eventTypeId
    if (same && same.state !== 'draft') {
      if (same.state !== 'booked' || (await this.#stands(scope, same))) return ready(same, scope)
    }
    const held = isSameOffer && same.reservationUntil !== null && same.reservationUntil > now
    if (!held) {
      const notFree = await this.#check(scope, wish, known, key)
      if (notFree) return { kind: 'not_free', ...notFree }
    }
    const slot = { eventTypeId, start: wish.startAt }
    // Draft and hold need nothing of each other, and the caller waits for both. A hold without a draft ends by itself.
    const [{ attempt, replaced, created }, early] = await Promise.all([
      this.#write(scope, wish, eventTypeId, key),
      held ? undefined : this.#deps.holds.take(scope, slot),
    ])
    for (const older of replaced) this.#deps.holds.releaseLater(scope, older)
    const hold = created && held ? await this.#deps.holds.take(scope, slot) : early
    if (hold) this.#deps.holds.note(attempt, hold)
    return ready(attempt, scope, call.callId !== null && !created)
  }

  /** Alternatives to a time that is not free, from one look at the following week. Never throws. */
  async alternativesTo(
    scope: CallScope,
    wish: Pick<CompleteWish, 'branch' | 'service' | 'staffId'> & Moment,
  ): Promise<NotFree['alternatives']> {
    const { catalogue, call, deadline, now, today } = scope
    const { branch, service, staffId, time, startAt } = wish
    const { availability, log } = this.#deps
    const [day = today] = [wish.day, today].sort().reverse()
    try {
      const free = await availability.load({
        catalogue,
        branch,
        service,
        staffId,
        from: day,
        to: addDays(day, alternativeDays - 1),
        deadline,
        call,
        partial: true,
      })
      const asked = `${service.id}:${startAt.toISOString()}`
      const exclude = refusedStarts(free.offers, { serviceId: service.id, wish: asked, now })
      exclude.add(startAt.getTime())
      const alternatives = rankAlternatives([...free.days.values()].flat(), {
        day,
        time: { at: time, from: null, to: null, reading: 'exact', part: null },
        timeZone: branch.timeZone,
        today,
        exclude,
      })
      await availability.offers.remember(call.callId, free.offers, {
        serviceId: service.id,
        source: 'alternatives',
        wish: asked,
        starts: alternatives.map((alternative) => new Date(alternative.start)),
      })
      return alternatives
    } catch (error) {
      log.warn({ component: 'booking', err: error }, 'no alternatives could be found')
      return []
    }
  }

  async #loadKnown(scope: CallScope): Promise<Known> {
    const { companyId, callId, callerNumber } = scope.call
    if (callId === null && callerNumber === null) return { attempts: [], people: [] }
    return this.#deps.tenancy.run(companyId, async (tx) => ({
      attempts: await this.#deps.attempts.loadForCall(tx, companyId, callId, 'book'),
      people: await this.#deps.customers.loadOnNumber(tx, companyId, callerNumber),
    }))
  }

  /** Why the slot cannot be had now; null when it is free for this call. */
  async #check(scope: CallScope, wish: CompleteWish, known: Known, key: string): Promise<NotFree | null> {
    const { catalogue, call, deadline, now, today } = scope
    const { branch, service, staffId, day, time, startAt } = wish
    const { availability, holds } = this.#deps
    const wanted = { day, time, today }
    const earliest = availability.earliestBookable({ catalogue, branch, service })
    if (startAt < earliest.at) {
      const past = startAt < now
      const refusal = past
        ? { reason: 'past_time' as const, day }
        : { reason: 'booking_notice_violation' as const, noticeMinutes: earliest.noticeMinutes }
      const alternatives = await this.alternativesTo(scope, wish)
      return { wanted, service, refusal, earliest: past ? null : earliest.at, alternatives }
    }
    // The hold of a draft that this wish replaces may be what hides the slot: it goes first.
    const inTheWay = known.attempts.filter((older) => isReplaced(older, wish, now) && overlaps(older, wish))
    await Promise.all(inTheWay.map((older) => holds.release(scope, older)))
    const free = await availability.fetchLive({
      catalogue,
      branch,
      service,
      staffId,
      from: day,
      to: day,
      deadline,
      call,
      follow: scope.follow,
    })
    const slots = free.days.get(day) ?? []
    if (slots.some((slot) => slot.getTime() === startAt.getTime())) return null
    if (await this.#isUnderWay(scope, wish, key)) return null
    const offered = await availability.offers.resolveOffered(call.callId, {
      ...wish,
      timeZone: branch.timeZone,
    })
    if (offered.kind === 'ask') throw offeredOtherDay(offered.starts, branch, today)
    const refusal = isClosed(branch, day)
      ? { reason: 'closed' as const, day }
      : { reason: 'taken' as const, day }
    return { wanted, service, refusal, earliest: null, alternatives: await this.alternativesTo(scope, wish) }
  }

  /**
   * Whether the hold of the very same request hides the slot. That request writes its draft while it takes the hold, so the
   * draft may still be on its way.
   */
  async #isUnderWay(scope: CallScope, wish: CompleteWish, key: string): Promise<boolean> {
    const { call, now, deadline } = scope
    const slot = { eventTypeId: eventTypeOf(wish), start: wish.startAt }
    const { signal } = deadline.child(draftAppearsMs)
    for (;;) {
      const { attempts } = await this.#loadKnown(scope)
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
      const replaced = earlier.filter((attempt) => isReplaced(attempt, wish, now) || attempt === same)
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
        endAt: new Date(wish.startAt.getTime() + wish.service.durationMinutes * 60_000),
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
          status: { in: ['scheduled', 'pending'] },
          ...(attempt.startAt && { appointmentDatetime: attempt.startAt }),
        },
      }),
    )
    return standing > 0
  }
}

/**
 * The key of a wish. While a request for this call, service and start is on its way, a name that only sounds alike is the
 * same person heard again: a second request could otherwise book twice.
 */
function keyOf(
  scope: CallScope,
  { name, service, startAt }: CompleteWish,
  attempts: readonly Attempt[],
): string {
  const underWay = attempts.find(
    (attempt) =>
      (attempt.state === 'executing' || attempt.state === 'unknown') &&
      attempt.serviceId === service.id &&
      attempt.startAt?.getTime() === startAt.getTime() &&
      comparePersonNames(attempt.customerName ?? '', name) === 'similar',
  )
  if (underWay) return underWay.wishKey
  return wishKey({ callId: scope.call.callId, person: name, serviceId: service.id, startAt })
}

function ready(attempt: Attempt, scope: CallScope, isAgain = true): Started {
  const again = !isAgain
    ? 'no'
    : attempt.state === 'booked'
      ? 'booked'
      : attempt.state === 'draft'
        ? 'open'
        : 'in_progress'
  return { kind: 'ready', attempt, booking: spokenBooking(attempt, scope), again }
}

/** The event type that books it: the pair's own if there is one. */
export function eventTypeOf({
  service,
  staffId,
}: {
  service: CatalogueService
  staffId: number | null
}): number {
  const own = service.staff.find((pair) => pair.staffId === staffId)?.calcomEventTypeId
  const eventTypeId = own ?? service.calcomEventTypeId
  if (eventTypeId === null) throw new Error('A service without an event type was chosen')
  return eventTypeId
}

/** An attempt for the same wish that is still worth something. */
function isStanding(attempt: Attempt, key: string, now: Date): boolean {
  if (attempt.wishKey !== key) return false
  if (attempt.state === 'draft') return attempt.expiresAt === null || attempt.expiresAt > now
  return attempt.state === 'executing' || attempt.state === 'unknown' || attempt.state === 'booked'
}

/**
 * An open draft that a new wish replaces: the same person's, or that of a name heard differently for the same service. Other
 * people's stay.
 */
function isReplaced(attempt: Attempt, wish: CompleteWish, now: Date): boolean {
  if (attempt.state !== 'draft' || (attempt.expiresAt !== null && attempt.expiresAt <= now)) return false
  const likeness = comparePersonNames(attempt.customerName ?? '', wish.name)
  return likeness === 'same' || (likeness === 'similar' && attempt.serviceId === wish.service.id)
}

/** Whether the branch never opens on that weekday; unknown hours close nothing. */
function isClosed({ openingHours }: CatalogueBranch, day: LocalDay): boolean {
  return Object.keys(openingHours).length > 0 && (openingHours[weekdayOf(day)] ?? []).length === 0
}

function overlaps(attempt: Attempt, wish: CompleteWish): boolean {
  const endsAt = wish.startAt.getTime() + wish.service.durationMinutes * 60_000
  const { startAt, endAt } = attempt
  return startAt !== null && endAt !== null && startAt.getTime() < endsAt && wish.startAt < endAt
}
