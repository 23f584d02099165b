/**
 * The first step of a visit: its services are looked at live, laid out one after the other, written as drafts of one visit and held.
 * Nothing is booked here. The same wish leads to the same drafts; another wish of the person replaces them whole.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { standingStatuses } from '../appointments/types.ts'
import type { Attempt, AttemptStore } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { certainlyOff, whyOff } from '../availability/off.ts'
import { layoutsOf, ordersOf } from '../availability/visit-times.ts'
import { mailboxAddress } from '../booking/attendee.ts'
import { completeWish } from '../booking/complete.ts'
import { spokenBooking, whatOf } from '../booking/facts.ts'
import type { HoldKeeper } from '../booking/hold-keeper.ts'
import { completeFromDraft } from '../booking/open-draft.ts'
import type { OtherTimes } from '../booking/other-times.ts'
import { findConflict, findUnsure, ownFound, questionAbout, questionBeside } from '../booking/own.ts'
import type { BookingStarter, Known } from '../booking/start.ts'
import type { BookingWish, CompleteWish, NotFree } from '../booking/types.ts'
import type { WishMemory } from '../booking/wish-memory.ts'
import { endOf, eventTypeOf, isReplaced, withTheirVisits } from '../booking/wishes.ts'
import type { CallScope } from '../call-context.ts'
import { chooseBranch, chooseStaff, chooseTogether } from '../choices.ts'
import { staffOfPart, together } from '../together.ts'
import { firstParts, isFor, openVisit, sameVisit } from './known.ts'
import { partsOf } from './parts.ts'
import type { VisitReady, VisitStarted } from './types.ts'
import { filledService, forFirst, keyOfPart, partOf, type VisitWish } from './wish.ts'

export interface VisitStarterDeps {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  availability: Pick<AvailabilityService, 'fetchLive' | 'earliestBookable' | 'offers' | 'lengths'>
  starter: Pick<BookingStarter, 'loadKnown'>
  otherTimes: OtherTimes
  memory: WishMemory
  holds: HoldKeeper
  clock: Clock
}

const draftMs = 15 * 60_000

/** Opens visits. */
export class VisitStarter {
  readonly #deps: VisitStarterDeps

  constructor(deps: VisitStarterDeps) {
    this.#deps = deps
  }

  /**
   * Starts a visit from the caller's words; null when one service is meant, or it is not clear which are.
   * @throws AppError with the question to ask, as for a single booking
   */
  async start(scope: CallScope, said: BookingWish): Promise<VisitStarted | null> {
    const { memory, availability } = this.#deps
    const { call } = scope
    const meant = await this.#meant(scope, said)
    if (meant === null) return null
    let started: VisitStarted | null = null
    try {
      const { known, service, wish } = meant
      const single = await completeWish(
        scope,
        wish,
        { ...known, attempts: firstParts(known.attempts) },
        availability,
      )
      const staffId =
        said.staff === undefined
          ? meant.staffId
          : (chooseStaff(scope.catalogue, single.branch, service, said.staff)?.id ?? null)
      const filled = {
        ...single.filled,
        ...(said.service === undefined && filledService(service, meant.from)),
      }
      const whole = { ...single, service, staffId, filled, otherLength: null, corrects: null }
      started = await this.#open(scope, { whole, services: service.parts ?? [], staffId }, known)
      return started
    } finally {
      const isReady = started?.kind === 'ready'
      await memory.note(call.callId, isReady ? null : 'start')
      if (started?.kind === 'ready') await memory.noteReadBack(call, started.parts[0].attempt.id)
    }
  }

  /** Plans a visit again whose drafts have ended, as it was wished. */
  async reopen(scope: CallScope, parts: readonly Attempt[]): Promise<VisitStarted | null> {
    const [first] = parts
    if (first?.startAt == null || first.customerName === null) return null
    const services = parts.map(({ serviceId }) => scope.catalogue.services.find(({ id }) => id === serviceId))
    const { day, time } = spokenBooking(first, scope)
    if (services.some((service) => service === undefined)) return null
    return this.start(scope, {
      service: services.map((service) => service!.name).join(' und '),
      date: day,
      time,
      name: first.customerName,
      phone: first.customerPhone ?? undefined,
      email: first.customerEmail ?? undefined,
      notes: first.notes ?? undefined,
      branch: first.branchId ?? undefined,
      additional: first.additional || undefined,
    })
  }

  /** Which services are meant, and what the open visit adds to what was said; null when they are not several. */
  async #meant(scope: CallScope, said: BookingWish) {
    const { catalogue, call } = scope
    const { starter, availability } = this.#deps
    const branch = this.#branchOf(scope, said)
    if (branch === null) return null
    if (said.service !== undefined) {
      const service = chooseTogether(catalogue, branch, said.service)
      if (service === null) return null
      const known = await starter.loadKnown(scope)
      return { known, service, staffId: null, from: 'said' as const, wish: forFirst(said, service) }
    }
    const lastServiceId = await availability.offers.loadServiceId(call.callId)
    const known = await starter.loadKnown(scope)
    const open = openVisit(known.attempts, scope.now)
    const [first] = open
    if (first && isFor(said, first)) {
      const services = open.flatMap(
        ({ serviceId }) => catalogue.services.find(({ id }) => id === serviceId) ?? [],
      )
      const found = together(services, 'erst')
      const staffId = open.find((part) => part.staffId !== null)?.staffId ?? null
      const isCompleted = completeFromDraft(said, [first], scope) !== null
      const wish = isCompleted ? said : found && forFirst(said, found)
      if (found && wish) return { known, service: found, staffId, from: 'draft' as const, wish }
    }
    const offered = chooseTogether(catalogue, branch, undefined, lastServiceId)
    if (offered === null) return null
    return { known, service: offered, staffId: null, from: 'offered' as const, wish: forFirst(said, offered) }
  }

  /** The branch meant; null when that has to be asked, which the single booking does. */
  #branchOf(scope: CallScope, said: BookingWish) {
    try {
      return chooseBranch(scope.catalogue, scope.branch, said.branch)
    } catch {
      return null
    }
  }

  async #open(scope: CallScope, wish: VisitWish, known: Known): Promise<VisitStarted> {
    const { now } = scope
    const { holds } = this.#deps
    const same = sameVisit(known.attempts, wish, now)
    if (same && (await this.#stands(same))) return this.#again(scope, wish, same)
    const older = known.attempts.filter((attempt) => this.#isReplaced(attempt, wish, now))
    // Their holds may be what hides the times.
    await Promise.all(older.map((attempt) => holds.release(scope, attempt)))
    const planned = await this.#plan(scope, wish)
    if ('refusal' in planned) return this.#ownInTheWay(scope, wish, planned, known)
    const asked = await this.#askAboutOwn(scope, planned, known)
    if (asked !== null && asked !== 'agreed') return asked
    const parts = planned.map((part) => ({ ...part, additional: part.additional || asked === 'agreed' }))
    const slots = parts.map((part) => ({ eventTypeId: eventTypeOf(part), start: part.startAt }))
    // Drafts and holds need nothing of each other, and the caller waits for both.
    const [{ attempts, replaced }, ...held] = await Promise.all([
      this.#write(scope, wish, parts),
      ...slots.map((slot) => holds.take(scope, slot)),
    ])
    for (const one of replaced) holds.releaseLater(scope, one)
    for (const [index, attempt] of attempts.entries()) {
      const hold = held[index]
      if (hold) holds.note(attempt, hold)
    }
    return this.#ready(scope, wish, attempts, 'no')
  }

  /** What takes the time may be their very own appointment: that is what they are told. */
  #ownInTheWay(scope: CallScope, wish: VisitWish, notFree: NotFree, known: Known): VisitStarted {
    const { whole } = wish
    const wished = {
      name: whole.name,
      serviceId: wish.services[0]!.id,
      startAt: whole.startAt,
      endAt: endOf(whole),
    }
    const conflict = notFree.refusal.reason === 'taken' ? findConflict(known.own, wished, scope) : null
    if (!conflict?.overlaps) return { kind: 'not_free', ...notFree }
    const { wanted, alternatives } = notFree
    return {
      kind: 'own_appointment',
      own: ownFound(conflict, scope, { wanted, isFree: false, alternatives }),
    }
  }

  /** What the person has already that one of the parts is in the way of; asked once, null when there is nothing. */
  async #askAboutOwn(
    scope: CallScope,
    parts: readonly CompleteWish[],
    known: Known,
  ): Promise<VisitStarted | 'agreed' | null> {
    const { memory } = this.#deps
    for (const part of parts) {
      if (part.additional) return null
      const { name, startAt } = part
      const wished = { name, serviceId: part.service.id, startAt, endAt: endOf(part) }
      const conflict = findConflict(known.own, wished, scope)
      const unsure = conflict === null ? findUnsure(known.attempts, wished, scope) : null
      const about = conflict ? questionAbout(conflict, wished) : unsure && questionBeside(unsure, wished)
      if (about === null) continue
      if (await memory.isAnswered(scope.call, about, scope.now)) return 'agreed'
      await memory.ask(scope.call, about)
      if (unsure) return { kind: 'unsure', earlier: spokenBooking(unsure, scope) }
      const wanted = { day: part.day, time: part.time, today: scope.today }
      const own = ownFound(conflict!, scope, { wanted, isFree: true, alternatives: [] })
      return { kind: 'own_appointment', own }
    }
    return null
  }

  /** Lays the parts out from the wished time on, out of what Cal.com lists now; or why that cannot be, and what can. */
  async #plan(scope: CallScope, { whole, services, staffId }: VisitWish): Promise<CompleteWish[] | NotFree> {
    const { catalogue, call, deadline, now, today } = scope
    const { availability, otherTimes } = this.#deps
    const { branch, day, time, startAt, service } = whole
    const base = {
      wanted: { day, time, today },
      service,
      what: whatOf(whole, scope),
      earliest: null,
      elsewhere: [],
    }
    const query = { catalogue, branch, service, staffId }
    const earliest = availability.earliestBookable(query)
    if (startAt < earliest.at) {
      const { alternatives } = await otherTimes.find(scope, whole)
      const isPast = startAt < now
      const refusal = isPast
        ? { reason: 'past_time' as const, day }
        : { reason: 'booking_notice_violation' as const, noticeMinutes: earliest.noticeMinutes }
      return { ...base, refusal, earliest: isPast ? null : earliest.at, alternatives }
    }
    const off = certainlyOff(query, day, startAt)
    if (off) return { ...base, refusal: off, ...(await otherTimes.find(scope, whole)), elsewhere: [] }
    const looks = services.map(async (part) => {
      const free = await availability.fetchLive({
        ...{ catalogue, branch, deadline, call, service: part, from: day, to: day },
        staffId: staffOfPart(part, staffId),
        follow: scope.follow,
      })
      return { ...part, starts: [...free.days.values()].flat() }
    })
    const looked = await Promise.all(looks)
    const [best] = ordersOf(looked)
      .flatMap((order) =>
        layoutsOf(order.map(({ durationMinutes, starts }) => ({ minutes: durationMinutes, starts })))
          .filter(({ starts: [first] }) => first?.getTime() === startAt.getTime())
          .map((layout) => ({ ...layout, order })),
      )
      .sort((a, b) => a.gapMs - b.gapMs)
    if (best) return best.order.map((part, index) => partOf(whole, part, best.starts[index]!, staffId))
    const refusal = whyOff(query, day, startAt) ?? { reason: 'taken' as const, day }
    const { alternatives } = await otherTimes.find(scope, whole)
    return { ...base, refusal, alternatives }
  }

  /** Writes the visit and its drafts; what they replace ends. Of the same wish twice at once the second finds the first. */
  async #write(
    scope: CallScope,
    wish: VisitWish,
    parts: readonly CompleteWish[],
  ): Promise<{ attempts: Attempt[]; replaced: Attempt[] }> {
    const { attempts, tenancy, clock } = this.#deps
    const { companyId, callId } = scope.call
    const now = clock.now()
    const expiresAt = new Date(now.getTime() + draftMs)
    return tenancy.run(companyId, async (tx) => {
      if (callId !== null)
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`booking:${companyId}:${callId}`}, 0))`
      const earlier = await attempts.loadForCall(tx, companyId, callId, 'book')
      const same = sameVisit(earlier, wish, now)
      if (same?.some(({ state }) => state !== 'booked')) return { attempts: same, replaced: [] }
      const replaced = withTheirVisits(earlier, (attempt) => this.#isReplaced(attempt, wish, now))
      for (const older of replaced) await attempts.finish(tx, older, { state: 'released' }, ['draft'])
      const visit = await tx.visit.create({
        data: {
          ...{ companyId, callId, branchId: wish.whole.branch.id, createdAt: now },
          ...{ kind: 'combined', state: 'open', parts: parts.length },
        },
      })
      const written: Attempt[] = []
      for (const [visitPart, part] of parts.entries())
        written.push(
          await this.#writePart(tx, scope, part, { visitId: visit.id, visitPart, expiresAt }, wish),
        )
      return { attempts: written, replaced }
    })
  }

  #writePart(
    tx: Tx,
    scope: CallScope,
    part: CompleteWish,
    place: { visitId: bigint; visitPart: number; expiresAt: Date },
    wish: VisitWish,
  ): Promise<Attempt> {
    const { companyId, callId } = scope.call
    const mailbox = scope.catalogue.company.mailbox ?? ''
    const viaMailbox = part.viaMailbox && mailbox !== ''
    return this.#deps.attempts.create(tx, {
      ...place,
      companyId,
      branchId: part.branch.id,
      callId,
      kind: 'book',
      wishKey: keyOfPart(callId, part, wish),
      customerName: part.name,
      customerPhone: part.phone,
      customerEmail: part.email,
      attendeeEmail: viaMailbox ? (id) => mailboxAddress(mailbox, id) : part.email,
      notes: part.notes,
      serviceId: part.service.id,
      staffId: part.staffId,
      eventTypeId: eventTypeOf(part),
      startAt: part.startAt,
      endAt: endOf(part),
      additional: part.additional,
    })
  }

  /** An open draft that goes when this visit is written: one of a part's service or time, of the same person. */
  #isReplaced(attempt: Attempt, { whole, services }: VisitWish, now: Date): boolean {
    return (
      services.some((service) => isReplaced(attempt, { ...whole, service }, now)) ||
      isReplaced(attempt, whole, now)
    )
  }

  /** Whether a visit is still worth what it was: when it is booked, all of it stands. */
  async #stands(parts: readonly Attempt[]): Promise<boolean> {
    if (parts.some(({ state }) => state !== 'booked')) return true
    const companyId = parts[0]!.companyId
    const ids = parts.flatMap(({ appointmentId }) => appointmentId ?? [])
    const where = { companyId, id: { in: ids }, status: { in: standingStatuses } }
    return (await this.#deps.tenancy.run(companyId, (tx) => tx.appointment.count({ where }))) === parts.length
  }

  /** The very same visit, asked for again: it is told how far it has got. */
  async #again(scope: CallScope, wish: VisitWish, same: readonly Attempt[]): Promise<VisitReady> {
    const { companyId } = scope.call
    const expiresAt = new Date(this.#deps.clock.now().getTime() + draftMs)
    const visitId = same[0]!.visitId!
    await this.#deps.tenancy.run(companyId, (tx) =>
      tx.bookingAttempt.updateMany({ where: { companyId, visitId, state: 'draft' }, data: { expiresAt } }),
    )
    const isBooked = same.every(({ state }) => state === 'booked')
    const isOpen = same.every(({ state }) => state === 'draft')
    return this.#ready(scope, wish, same, isBooked ? 'booked' : isOpen ? 'open' : 'in_progress')
  }

  #ready(
    scope: CallScope,
    { whole: { filled, contact } }: VisitWish,
    attempts: readonly Attempt[],
    again: VisitReady['again'],
  ): VisitReady {
    return { kind: 'ready', parts: partsOf(attempts, scope), again, filled, contact }
  }
}
