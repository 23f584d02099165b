/**
 * Looks again at attempts that were settled on something nobody had seen: a booking believed on a short answer, a refusal that was
 * told while Cal.com's list did not show whose booking had the time. Whatever it finds, both sides agree in the end, and a
 * caller who was told something else is called back.
 */
import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { type Attempt, type AttemptStore, leaseMs } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogue } from '../catalogue.ts'
import { jobScope } from '../job-scope.ts'
import { begunBy, bookingErrand, enqueueSettling, readLagMs, verifyAgainMs } from './errands.ts'
import type { BookingExecutor } from './execute.ts'
import { type BookingRecorder, wrongStart } from './record.ts'
import { isLiveBooking, whoseIs } from './whose.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: Pick<AttemptStore, 'lock' | 'finish' | 'verifyAgainAt'>
  executor: Pick<BookingExecutor, 'fetch' | 'lookUp'>
  recorder: Pick<BookingRecorder, 'complete' | 'correctUid' | 'withdraw'>
  availability: Pick<AvailabilityService, 'markChanged'>
  callbacks: Pick<CallbackService, 'requestIn'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** `true`: as it was told. `withdrawn`: it was not, and the caller is called back. `later`: not to be found out yet. */
export type Verified = 'true' | 'withdrawn' | 'later'

/** The booking of an attempt, seen whole; `isMoved`: at another time than asked for, and touched since. */
type Seen = { catalogue: Catalogue; booking: CalcomBooking; isMoved: boolean }

const requestMs = 10_000

/** Verifies what was believed. */
export class BookingVerifier {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** A booked attempt whose booking has not been seen whole. */
  async verifyBooked(catalogue: Catalogue, attempt: Attempt): Promise<Verified> {
    const { executor } = this.#deps
    const { calcomUid } = attempt
    if (calcomUid === null) return this.#conclude(attempt)
    const connectionId = catalogue.company.calcomConnectionId
    const booking = await executor.fetch(connectionId, calcomUid, this.#deadline())
    if (booking === 'unclear') return this.#later(attempt)
    const whose = booking === null ? 'foreign' : whoseIs(booking, attempt)
    if (booking !== null && whose !== 'foreign') {
      if (whose === 'stray' && isLiveBooking(booking)) return this.#withdraw(catalogue, attempt, wrongStart)
      return this.#conclude(attempt, { catalogue, booking, isMoved: whose === 'moved' })
    }
    // Another's booking, or none under this uid: ours may exist all the same.
    const seen = await executor.lookUp(
      { ...attempt, calcomUid: null },
      connectionId,
      this.#deadline(),
      'background',
    )
    if (seen.kind === 'found') return this.#correct(attempt, seen.booking)
    const ageMs = this.#deps.clock.now().getTime() - (attempt.executedAt ?? attempt.createdAt).getTime()
    const certainAfterMs = booking === null ? readLagMs : leaseMs
    if (seen.kind === 'unclear' || ageMs < certainAfterMs) return this.#later(attempt)
    return this.#withdraw(catalogue, attempt, booking === null ? 'unknown_to_calcom' : 'old_booking')
  }

  /** Postpones the next look. */
  async #later(attempt: Attempt): Promise<'later'> {
    const { tenancy, attempts, clock } = this.#deps
    const at = new Date(clock.now().getTime() + verifyAgainMs)
    await tenancy.run(attempt.companyId, (tx) => attempts.verifyAgainAt(tx, attempt, at))
    return 'later'
  }

  /** It is as it was told; `seen` says what the short answer had left out. */
  async #conclude(attempt: Attempt, seen?: Seen): Promise<'true'> {
    const { tenancy, attempts, recorder } = this.#deps
    await tenancy.run(attempt.companyId, async (tx) => {
      await attempts.verifyAgainAt(tx, attempt, null)
      if (!seen) return
      if (seen.isMoved) await this.#tellElsewhere(tx, attempt, seen.catalogue)
      await recorder.complete(tx, seen.catalogue, attempt, seen.booking)
    })
    return 'true'
  }

  /**
   * It stands at another time than it was told, and people have had to do with it (confirmed, moved or joined): whether Cal.com
   * booked it there or they moved it cannot be seen, so it stays theirs, and one of them tells the caller. Not if the move has
   * been heard of: then the caller hears of it as of any other.
   */
  async #tellElsewhere(tx: Tx, attempt: Attempt, catalogue: Catalogue): Promise<void> {
    const { callbacks, clock, log } = this.#deps
    const { companyId, calcomUid, startAt } = attempt
    const where = { companyId, calcomUid, ...(startAt && { appointmentDatetime: startAt }) }
    if ((await tx.appointment.count({ where })) === 0) return
    const now = clock.now()
    const scope = jobScope(catalogue, begunBy(attempt), { now, deadline: this.#deadline(), log })
    await callbacks.requestIn(tx, scope, bookingErrand(catalogue, attempt, 'booking_elsewhere', now))
  }

  async #correct(attempt: Attempt, booking: CalcomBooking): Promise<'true'> {
    const { tenancy, attempts, recorder } = this.#deps
    await tenancy.run(attempt.companyId, async (tx) => {
      const locked = await attempts.lock(tx, attempt.companyId, attempt.id)
      if (locked?.state === 'booked' && locked.verifyAt) await recorder.correctUid(tx, locked, booking)
    })
    return 'true'
  }

  /**
   * The caller was told "gebucht", and it is not so. The row goes and a person calls; a booking of ours at another time leaves the
   * attempt unsettled until Cal.com has cancelled it.
   */
  async #withdraw(catalogue: Catalogue, attempt: Attempt, why: string): Promise<'withdrawn'> {
    const { tenancy, attempts, recorder, callbacks, availability, clock, log } = this.#deps
    const { id, companyId, startAt } = attempt
    const now = clock.now()
    const stray = why === wrongStart
    log.error(
      { component: 'booking', alarm: 'booking_withdrawn', attemptId: id, reason: why },
      'a booking that was told is not what Cal.com has',
    )
    await tenancy.run(companyId, async (tx) => {
      const locked = await attempts.lock(tx, companyId, id)
      if (locked?.state !== 'booked' || locked.verifyAt === null) return
      await recorder.withdraw(tx, locked, stray)
      await attempts.finish(
        tx,
        locked,
        stray ? { state: 'unknown', errorCode: why } : { state: 'rejected', errorCode: why, calcomUid: null },
        ['booked'],
      )
      if (stray) await enqueueSettling(tx, locked, now)
      const scope = jobScope(catalogue, begunBy(attempt), { now, deadline: this.#deadline(), log })
      await callbacks.requestIn(tx, scope, bookingErrand(catalogue, attempt, 'booking_withdrawn', now))
    })
    if (startAt) await availability.markChanged(companyId, [localDayOf(startAt, catalogue.company.timeZone)])
    return 'withdrawn'
  }

  #deadline(): Deadline {
    return new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
  }
}
