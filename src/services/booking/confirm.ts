/**
 * The second step of a booking: which draft is meant, and who may execute it. The attempt is `executing` in a committed
 * transaction before Cal.com is asked; duplicates share the first request's outcome, repeats of something done replay it
 * while it stands. What an outcome means for the rows: outcome.ts.
 */

import type { Tenancy } from '../../db/tenancy.ts'
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import { spokenOf, viewOf } from '../appointments/view.ts'
import { type Attempt, type AttemptStore, callBegan, isUnderWay } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { CallScope } from '../call-context.ts'
import type { CatalogueBranch } from '../catalogue.ts'
import { isClosedDuring } from '../day-hours.ts'
import { refusalAt } from '../pauses.ts'
import type { BookingExecutor } from './execute.ts'
import { branchOfAttempt, spokenBooking } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import type { OutcomeWriter } from './outcome.ts'
import { findObstacle, loadUpcoming, type OwnConflict, ownFound, questionAbout } from './own.ts'
import { readDone } from './record.ts'
import { consentOf } from './reply.ts'
import type { BookingStarter } from './start.ts'
import { type Confirmed, requestsToBook } from './types.ts'
import type { WishMemory } from './wish-memory.ts'
import { isOpenDraft, onePerVisit } from './wishes.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  starter: BookingStarter
  executor: BookingExecutor
  outcomes: OutcomeWriter
  availability: Pick<AvailabilityService, 'offers' | 'callTimes'>
  holds: HoldKeeper
  memory: WishMemory
}

/** Kept for saying something when the first request does not end in time. */
const answerMs = 300
/** Later than that nobody repeats a request whose answer got lost: the caller asks once more, and it is no news. */
const retryMs = 2 * 60_000

/** Confirms drafts. */
export class BookingConfirmer {
  readonly #deps: Deps
  /** Executions of this process, so that a duplicate request shares the first one's outcome. */
  readonly #running = new Map<string, Promise<Confirmed>>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Books the draft meant by `bookingId`, or the call's only open one; `confirmed: false` gives it up instead. */
  async confirm(scope: CallScope, input: { bookingId?: string; confirmed?: boolean }): Promise<Confirmed> {
    const { bookingId, confirmed } = input
    const { callId, companyId } = scope.call
    const failed = await this.#deps.memory.loadFailed(callId)
    // The id of this very call needs no look first: claiming it reads it.
    const isDirect = failed === null && confirmed !== false && callId !== null && bookingId !== undefined
    if (isDirect && isIdOf(bookingId, callId, scope.now)) {
      const doubt = await this.#doubt(scope, bookingId)
      if (doubt) return doubt
      const outcome = await this.execute(scope, { id: bookingId, companyId })
      if (outcome.kind !== 'nothing_open') return outcome
    }
    const chosen = await this.#choose(scope, bookingId, failed)
    if (chosen.kind !== 'attempt') return chosen
    if (chosen.attempt.visitId !== null) return { kind: 'part', attempt: chosen.attempt }
    if (confirmed === false) return this.#release(scope, chosen.attempt)
    return (await this.#doubt(scope, chosen.attempt.id)) ?? this.execute(scope, chosen.attempt)
  }

  /** The agent says yes, but what the caller said since the read-back is none: then they are asked. */
  async #doubt(scope: CallScope, id: string): Promise<Extract<Confirmed, { kind: 'not_agreed' }> | null> {
    const { memory, attempts } = this.#deps
    const { words, silent } = await memory.loadReply(scope.call, id)
    if (words === null && !silent) return null
    const attempt = await attempts.load(scope.call.companyId, id)
    const isOpen = attempt?.state === 'draft' || attempt?.state === 'expired'
    if (!attempt || !isOpen || attempt.startAt === null || attempt.visitId !== null) return null
    const { startAt } = attempt
    const zone = branchOfAttempt(attempt, scope).timeZone
    const reply =
      words === null ? 'unclear' : consentOf(words, 'book', { starts: [startAt], zone, now: scope.now })
    if (reply === 'yes') return null
    await memory.noteReadBack(scope.call, id, true)
    return { kind: 'not_agreed', attempt, booking: spokenBooking(attempt, scope), reply }
  }

  /** Executes an attempt of this call, or joins, replays or reopens it, whatever its state asks for. */
  async execute(scope: CallScope, attempt: Pick<Attempt, 'id' | 'companyId'>): Promise<Confirmed> {
    const running = this.#running.get(attempt.id)
    if (running) return again(await running)
    const claim = await this.#deps.attempts.claim(attempt.companyId, attempt.id, (tx, claimed) =>
      findObstacle(tx, scope, claimed),
    )
    if (claim.kind !== 'absent' && claim.attempt.kind !== 'book') return { kind: 'nothing_open' }
    if (claim.kind !== 'absent' && claim.attempt.visitId !== null)
      return { kind: 'part', attempt: claim.attempt }
    switch (claim.kind) {
      case 'claimed':
        return this.run(scope, claim.attempt)
      case 'obstructed':
        return claim.obstacle.kind === 'attempt'
          ? this.#waitFor(scope, claim.attempt, claim.obstacle.attemptId)
          : this.#askAboutOwn(scope, claim.attempt, claim.obstacle.conflict)
      case 'done':
        return this.#replay(scope, claim.attempt)
      case 'busy':
        return this.#join(scope, claim.attempt)
      case 'closed':
        return this.#reopen(scope, claim.attempt)
      case 'absent':
        return { kind: 'nothing_open' }
    }
  }

  /** Another call of the same person is booking: what comes of that decides whether there is anything to ask. */
  async #waitFor(scope: CallScope, attempt: Attempt, rivalId: string): Promise<Confirmed> {
    const { attempts } = this.#deps
    const started = await attempts.load(attempt.companyId, rivalId)
    const rival = started && (await attempts.waitUntilSettled(started, scope.deadline, answerMs))
    if (rival && isUnderWay(rival))
      return { kind: 'in_progress', attempt, booking: spokenBooking(attempt, scope) }
    return this.execute(scope, attempt)
  }

  /** The person has got an appointment since the draft was written; whoever was asked and says yes again means it. */
  async #askAboutOwn(scope: CallScope, attempt: Attempt, conflict: OwnConflict): Promise<Confirmed> {
    const { memory, tenancy } = this.#deps
    const { customerName: name, serviceId, startAt, endAt, id, companyId } = attempt
    if (name === null || serviceId === null || startAt === null || endAt === null)
      return { kind: 'nothing_open' }
    const about = questionAbout(conflict, { name, serviceId, startAt, endAt })
    if (await memory.isAnswered(scope.call, about, scope.now)) {
      const wanted = { where: { id, companyId, state: 'draft' }, data: { additional: true } }
      await tenancy.run(companyId, (tx) => tx.bookingAttempt.updateMany(wanted))
      return this.execute(scope, attempt)
    }
    await memory.ask(scope.call, about)
    const { day, time, today } = spokenBooking(attempt, scope)
    const own = ownFound(conflict, scope, { wanted: { day, time, today }, isFree: true, alternatives: [] })
    return { kind: 'own_appointment', attempt, own }
  }

  /** Settles an attempt with unknown outcome if Cal.com shows the booking now; for a caller who asks again. */
  async #join(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const running = this.#running.get(attempt.id)
    if (running) return again(await running)
    const current = await this.#deps.attempts.waitUntilSettled(attempt, scope.deadline, answerMs)
    if (current?.state === 'booked') return this.#replay(scope, current)
    if (current?.state === 'unknown') return this.#lookAgain(scope, current)
    if (current?.state === 'executing')
      return { kind: 'in_progress', attempt: current, booking: spokenBooking(current, scope) }
    // The same yes twice at once has one answer; asked later, it is tried again.
    if (current?.state === 'rejected' && current.errorCode === 'slot_unavailable')
      return this.#deps.outcomes.tellLost(scope, current, { kind: 'taken', reason: 'slot_unavailable' })
    // It ended without a booking while we waited: a failure is never replayed.
    return current ? this.execute(scope, current) : { kind: 'nothing_open' }
  }

  async #lookAgain(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const { attempts, executor, outcomes } = this.#deps
    const taken = await attempts.claimUnsettled(attempt.companyId, attempt.id)
    if (!taken) return { kind: 'in_progress', attempt, booking: spokenBooking(attempt, scope) }
    const connectionId = scope.catalogue.company.calcomConnectionId
    const seen = await executor.lookUp(taken, connectionId, scope.deadline.child(2_000), 'call')
    return seen.kind === 'found'
      ? outcomes.write(scope, taken, { kind: 'made', booking: seen.booking })
      : outcomes.write(scope, taken, { kind: 'unknown', reason: 'still_unknown' })
  }

  /** Books a claimed attempt. `isPart`: its visit decides what the call is to remember of it. */
  async run(scope: CallScope, attempt: Attempt, isPart = false): Promise<Confirmed> {
    const { executor, outcomes, attempts, tenancy, holds } = this.#deps
    const branch = branchOfAttempt(attempt, scope)
    const refusal = refusalAt(scope.catalogue, branch, scope.now)
    if (refusal !== null) {
      // Switched off or paused since the draft was written.
      const outcome = { state: 'rejected' as const, errorCode: refusal.code }
      await tenancy.run(attempt.companyId, (tx) => attempts.finish(tx, attempt, outcome))
      holds.releaseLater(scope, attempt)
      throw refusal
    }
    if (isOff(attempt, branch, scope)) {
      // Closed, or the person away, since the draft was written.
      const outcome = { state: 'rejected' as const, errorCode: 'slot_unavailable' }
      await tenancy.run(attempt.companyId, (tx) => attempts.finish(tx, attempt, outcome))
      await holds.release(scope, attempt)
      return outcomes.tellLost(scope, attempt, { kind: 'taken', reason: 'slot_unavailable' })
    }
    const zone = branch.timeZone
    const running = executor
      .book(attempt, scope.catalogue, zone, scope.deadline)
      .then((execution) => outcomes.write(scope, attempt, execution))
      .then((outcome) => (isPart ? outcome : this.#remembered(scope, attempt, outcome)))
    this.#running.set(attempt.id, running)
    const forget = () => this.#running.delete(attempt.id)
    running.then(forget, forget)
    return running
  }

  /** What the call has to know later on: that its latest wish came to nothing, or when it has an appointment now. */
  async #remembered(scope: CallScope, attempt: Attempt, outcome: Confirmed): Promise<Confirmed> {
    const { memory, availability } = this.#deps
    const { callId } = scope.call
    if (outcome.kind === 'slot_lost' || outcome.kind === 'refused') await memory.note(callId, attempt.id)
    const { startAt, endAt } = attempt
    if (outcome.kind === 'booked' && startAt !== null && endAt !== null)
      await availability.callTimes.noteOwn(callId, [{ startsAt: startAt, endsAt: endAt }])
    return outcome
  }

  /** A repeat of something that was done: true only while it still stands (design section 7). */
  async #replay(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const done = readDone(attempt)
    if (!done) return { kind: 'nothing_open' }
    const { companyId } = attempt
    const appointment =
      done.appointmentId === null
        ? null
        : await this.#deps.tenancy.run(companyId, (tx) =>
            tx.appointment.findFirst({
              where: { companyId, id: BigInt(done.appointmentId!) },
              select: { status: true, appointmentDatetime: true, staffId: true },
            }),
          )
    if (appointment && (appointment.status === 'cancelled' || appointment.status === 'rejected'))
      return { kind: 'cancelled_since', attempt }
    const now = { ...done, ...(appointment && { pending: appointment.status === 'pending' }) }
    const movedTo = appointment?.appointmentDatetime
    // What is over is no news to anybody: the id of the call has been used again.
    const startAt = movedTo ?? attempt.startAt
    if (startAt !== null && startAt <= scope.now) return { kind: 'nothing_open' }
    if (movedTo && movedTo.getTime() !== attempt.startAt?.getTime()) {
      const zone = branchOfAttempt(attempt, scope).timeZone
      const moment = { day: localDayOf(movedTo, zone), time: clockTimeOf(movedTo, zone), today: scope.today }
      return { kind: 'moved_since', attempt, done: now, moment }
    }
    const booking = spokenBooking(attempt, scope, appointment ? appointment.staffId : done.staffId)
    const doneAt = attempt.settledAt ?? attempt.executedAt ?? attempt.createdAt
    const stands = scope.now.getTime() - doneAt.getTime() >= retryMs
    return { kind: 'booked', attempt, booking, done: now, again: true, ...(stands && { stands }) }
  }

  /** The draft has ended (expired, given up, failed), but the caller says yes: check the slot again, then go on. */
  async #reopen(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const open = (await this.#loadCall(scope)).filter((other) => isOpenDraft(other, scope.now))
    const [newer] = open
    if (attempt.state === 'released' && newer)
      return { kind: 'this_one', attempt: newer, booking: spokenBooking(newer, scope) }
    const started = await this.#deps.starter.reopen({ ...scope, follow: requestsToBook }, attempt)
    if (!started) return { kind: 'nothing_open' }
    if (started.kind === 'not_free')
      return { ...started, kind: 'slot_lost', attempt, reason: 'slot_unavailable' }
    if (started.kind !== 'ready') return { ...started, attempt }
    return this.execute(scope, started.attempt)
  }

  async #release(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    if (attempt.state === 'booked' || isUnderWay(attempt))
      return { kind: 'release_too_late', attempt, booking: spokenBooking(attempt, scope) }
    const { companyId } = attempt
    await this.#deps.tenancy.run(companyId, (tx) =>
      this.#deps.attempts.finish(tx, attempt, { state: 'released' }, ['draft']),
    )
    this.#deps.holds.releaseLater(scope, attempt)
    if (attempt.startAt) await this.#deps.availability.offers.refuse(scope.call.callId, attempt.startAt)
    return { kind: 'released', attempt }
  }

  /**
   * The attempt meant: by its id if it is one of this call, else the only open draft, else the latest one if that is what was
   * executed last. After a wish that came to nothing nothing older is meant without asking.
   */
  async #choose(
    scope: CallScope,
    bookingId: string | undefined,
    failed: string | null,
  ): Promise<
    | { kind: 'attempt'; attempt: Attempt }
    | Extract<Confirmed, { kind: 'which' | 'this_one' | 'nothing_open' | 'standing' }>
  > {
    const id = bookingId?.trim()
    const isOurForm = id !== undefined && /^temp_\d+_./.test(id)
    const named = isOurForm ? await this.#loadNamed(scope, id) : null
    const isMeant = named && (failed === null || failed === named.id || isUnderWay(named))
    if (isMeant) return { kind: 'attempt', attempt: named }
    if (named && isOpenDraft(named, scope.now)) return this.#askAgain(scope, named)
    const attempts = await this.#loadCall(scope)
    const open = onePerVisit(attempts.filter((attempt) => isOpenDraft(attempt, scope.now)))
    const [first, ...more] = open
    if (first && more.length > 0)
      return {
        kind: 'which',
        drafts: open.map((draft) => ({ id: draft.id, booking: spokenBooking(draft, scope) })),
      }
    if (first && isOurForm) return { kind: 'this_one', attempt: first, booking: spokenBooking(first, scope) }
    if (first) return failed !== null ? this.#askAgain(scope, first) : { kind: 'attempt', attempt: first }
    // No draft is open: a repeat of the last confirmation, or a draft whose time ran out while the caller thought.
    const [latest] = attempts
    const isEnded = latest?.state === 'released' || latest?.state === 'rejected'
    const isMeantLast = latest !== undefined && !isEnded && !isOurForm && failed === null
    if (isMeantLast) return { kind: 'attempt', attempt: latest }
    return this.#standing(scope, attempts)
  }

  /** The attempt of an id. One of another call opens nothing; without a call the unguessable id itself must do. */
  async #loadNamed({ call, now }: CallScope, id: string): Promise<Attempt | null> {
    const named = await this.#deps.attempts.load(call.companyId, id)
    const isOfCall =
      named?.kind === 'book' && named.callId === call.callId && named.createdAt > callBegan(now)
    return isOfCall ? named : null
  }

  /** A draft from before the wish that failed: meant only by whoever was asked about it. */
  async #askAgain(
    scope: CallScope,
    attempt: Attempt,
  ): Promise<{ kind: 'attempt'; attempt: Attempt } | Extract<Confirmed, { kind: 'this_one' }>> {
    const { memory } = this.#deps
    // A visit asks with its own words.
    if (attempt.visitId !== null) return { kind: 'attempt', attempt }
    const about = `draft:${attempt.id}`
    if (await memory.isAnswered(scope.call, about, scope.now)) return { kind: 'attempt', attempt }
    await memory.ask(scope.call, about)
    return { kind: 'this_one', attempt, booking: spokenBooking(attempt, scope) }
  }

  /** Nothing is open: what this call has booked stands, and is told as that. */
  async #standing(
    scope: CallScope,
    attempts: readonly Attempt[],
  ): Promise<Extract<Confirmed, { kind: 'nothing_open' | 'standing' }>> {
    const booked = new Set(attempts.flatMap(({ id, state }) => (state === 'booked' ? [id] : [])))
    if (booked.size === 0) return { kind: 'nothing_open' }
    const own = await this.#deps.tenancy.run(scope.call.companyId, (tx) => loadUpcoming(tx, scope))
    const latest = own
      .filter((one) => one.startsAt > scope.now && booked.has(one.bookingAttemptId ?? ''))
      .sort((a, b) => Number(b.id - a.id))[0]
    if (!latest) return { kind: 'nothing_open' }
    return { kind: 'standing', existing: viewOf(latest, scope), spoken: spokenOf(latest, scope) }
  }

  #loadCall(scope: CallScope): Promise<Attempt[]> {
    const { companyId, callId } = scope.call
    return this.#deps.tenancy.run(companyId, (tx) =>
      this.#deps.attempts.loadForCall(tx, companyId, callId, 'book'),
    )
  }
}

/** Whether an id is one that this call was given; ids begin with the milliseconds of their making. */
function isIdOf(id: string, callId: string, now: Date): boolean {
  const [, ms, ofCall] = /^temp_(\d+)_(.+)$/s.exec(id) ?? []
  return ofCall === callId && Number(ms) > callBegan(now).getTime()
}

/** The outcome of the first request, as its duplicate tells it. */
function again(outcome: Confirmed): Confirmed {
  return outcome.kind === 'booked' ? { ...outcome, again: true } : outcome
}

/** Whether its time is one at which the branch is closed or the person away, whatever was free when it was asked for. */
function isOff({ startAt, endAt, staffId }: Attempt, branch: CatalogueBranch, scope: CallScope): boolean {
  if (startAt === null) return false
  const minutes = ((endAt ?? startAt).getTime() - startAt.getTime()) / 60_000
  const absences = scope.catalogue.staff.find(({ id }) => id === staffId)?.absences ?? []
  return isClosedDuring(branch, absences, startAt, minutes)
}
