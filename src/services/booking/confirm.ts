/**
 * The second step of a booking: which draft is meant, and who may execute it. The attempt is `executing` in a committed
 * transaction before Cal.com is asked; duplicates share the first request's outcome, repeats of something done replay it
 * while it stands. What an outcome means for the rows: outcome.ts.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Tenancy } from '../../db/tenancy.ts'
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import type { CallScope } from '../appointments/types.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { type Attempt, type AttemptStore, liveStates } from './attempts.ts'
import type { BookingExecutor } from './execute.ts'
import { branchOfAttempt, spokenBooking } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import type { OutcomeWriter } from './outcome.ts'
import { readDone } from './record.ts'
import type { BookingStarter } from './start.ts'
import { type Confirmed, requestsToBook } from './types.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  starter: BookingStarter
  executor: BookingExecutor
  outcomes: OutcomeWriter
  availability: Pick<AvailabilityService, 'offers'>
  holds: HoldKeeper
}

/** How often a duplicate looks whether the first request has ended. */
const pollMs = 100
/** Kept for saying something when the first request does not end in time. */
const answerMs = 300

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
    // The id of this very call needs no look first: claiming it reads it.
    if (confirmed !== false && callId !== null && bookingId !== undefined && isIdOf(bookingId, callId)) {
      const outcome = await this.execute(scope, { id: bookingId, companyId })
      if (outcome.kind !== 'nothing_open') return outcome
    }
    const chosen = await this.#choose(scope, bookingId)
    if (chosen.kind !== 'attempt') return chosen
    return confirmed === false ? this.#release(scope, chosen.attempt) : this.execute(scope, chosen.attempt)
  }

  /** Executes an attempt of this call, or joins, replays or reopens it, whatever its state asks for. */
  async execute(scope: CallScope, attempt: Pick<Attempt, 'id' | 'companyId'>): Promise<Confirmed> {
    const running = this.#running.get(attempt.id)
    if (running) return again(await running)
    const claim = await this.#deps.attempts.claim(attempt.companyId, attempt.id)
    if (claim.kind !== 'absent' && claim.attempt.kind !== 'book') return { kind: 'nothing_open' }
    switch (claim.kind) {
      case 'claimed':
        return this.#run(scope, claim.attempt)
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

  /** Settles an attempt with unknown outcome if Cal.com shows the booking now; for a caller who asks again. */
  async #join(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const running = this.#running.get(attempt.id)
    if (running) return again(await running)
    const { attempts } = this.#deps
    let current: Attempt | null = attempt
    const { signal } = scope.deadline.child(Math.max(0, scope.deadline.remainingMs() - answerMs))
    while (current?.state === 'executing' && !signal.aborted) {
      await pause(pollMs, undefined, { signal }).catch(() => undefined)
      current = await attempts.load(attempt.companyId, attempt.id)
    }
    if (current?.state === 'booked') return this.#replay(scope, current)
    if (current?.state === 'unknown') return this.#lookAgain(scope, current)
    if (current?.state === 'executing')
      return { kind: 'in_progress', attempt: current, booking: spokenBooking(current, scope) }
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

  #run(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const { executor, outcomes } = this.#deps
    const zone = branchOfAttempt(attempt, scope).timeZone
    const running = executor
      .book(attempt, scope.catalogue, zone, scope.deadline)
      .then((execution) => outcomes.write(scope, attempt, execution))
    this.#running.set(attempt.id, running)
    const forget = () => this.#running.delete(attempt.id)
    running.then(forget, forget)
    return running
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
    if (movedTo && movedTo.getTime() !== attempt.startAt?.getTime()) {
      const zone = branchOfAttempt(attempt, scope).timeZone
      const moment = { day: localDayOf(movedTo, zone), time: clockTimeOf(movedTo, zone), today: scope.today }
      return { kind: 'moved_since', attempt, done: now, moment }
    }
    const booking = spokenBooking(attempt, scope, appointment?.staffId ?? done.staffId)
    return { kind: 'booked', attempt, booking, done: now, again: true }
  }

  /** The draft has ended (expired, given up, failed), but the caller says yes: check the slot again, then go on. */
  async #reopen(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    const open = (await this.#loadCall(scope)).filter((other) => isOpen(other, scope.now))
    const [newer] = open
    if (attempt.state === 'released' && newer)
      return { kind: 'this_one', attempt: newer, booking: spokenBooking(newer, scope) }
    const started = await this.#deps.starter.reopen({ ...scope, follow: requestsToBook }, attempt)
    if (!started) return { kind: 'nothing_open' }
    if (started.kind === 'not_free') return { ...started, attempt, reason: 'slot_unavailable' }
    return this.execute(scope, started.attempt)
  }

  async #release(scope: CallScope, attempt: Attempt): Promise<Confirmed> {
    if (attempt.state === 'booked' || liveStates.some((state) => state === attempt.state))
      return { kind: 'release_too_late', attempt, booking: spokenBooking(attempt, scope) }
    const { companyId } = attempt
    await this.#deps.tenancy.run(companyId, (tx) =>
      this.#deps.attempts.finish(tx, attempt, { state: 'released' }, ['draft']),
    )
    this.#deps.holds.releaseLater(scope, attempt)
    if (attempt.startAt) await this.#deps.availability.offers.refuse(scope.call.callId, attempt.startAt)
    return { kind: 'released', attempt }
  }

  /** The attempt meant: by its id if it is one of this call, else the only open draft, else the latest one executed. */
  async #choose(
    scope: CallScope,
    bookingId: string | undefined,
  ): Promise<
    | { kind: 'attempt'; attempt: Attempt }
    | Extract<Confirmed, { kind: 'which' | 'this_one' | 'nothing_open' }>
  > {
    const { companyId, callId } = scope.call
    const id = bookingId?.trim()
    const isOurForm = id !== undefined && /^temp_\d+_./.test(id)
    const named = isOurForm ? await this.#deps.attempts.load(companyId, id) : null
    // An id of another call opens nothing; without a call the unguessable id itself must do.
    if (named && named.kind === 'book' && named.callId === callId) return { kind: 'attempt', attempt: named }
    const attempts = await this.#loadCall(scope)
    const open = attempts.filter((attempt) => isOpen(attempt, scope.now))
    const [first, ...more] = open
    if (first && more.length > 0)
      return {
        kind: 'which',
        drafts: open.map((draft) => ({ id: draft.id, booking: spokenBooking(draft, scope) })),
      }
    if (first && isOurForm) return { kind: 'this_one', attempt: first, booking: spokenBooking(first, scope) }
    if (first) return { kind: 'attempt', attempt: first }
    if (isOurForm) return { kind: 'nothing_open' }
    // No draft is open: a repeat of the last confirmation, or a draft whose time ran out while the caller thought.
    const [latest] = attempts.filter(
      (attempt) => attempt.state !== 'released' && attempt.state !== 'rejected',
    )
    return latest ? { kind: 'attempt', attempt: latest } : { kind: 'nothing_open' }
  }

  #loadCall(scope: CallScope): Promise<Attempt[]> {
    const { companyId, callId } = scope.call
    return this.#deps.tenancy.run(companyId, (tx) =>
      this.#deps.attempts.loadForCall(tx, companyId, callId, 'book'),
    )
  }
}

/** Whether an id is one that this call was given. */
function isIdOf(id: string, callId: string): boolean {
  return /^temp_\d+_/.test(id) && id.replace(/^temp_\d+_/, '') === callId
}

function isOpen(attempt: Attempt, now: Date): boolean {
  return attempt.state === 'draft' && (attempt.expiresAt === null || attempt.expiresAt > now)
}

/** The outcome of the first request, as its duplicate tells it. */
function again(outcome: Confirmed): Confirmed {
  return outcome.kind === 'booked' ? { ...outcome, again: true } : outcome
}
