/**
 * What jobs and webhooks do with attempts to book: find out what became of unknown ones, adopt bookings that carry our id,
 * cancel duplicates, end drafts whose time is over. Every step may be repeated and may meet the caller's own request.
 */
import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import { localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import { type Attempt, type AttemptStore, leaseMs } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogue, Catalogues } from '../catalogue.ts'
import { jobScope } from '../job-scope.ts'
import { begunBy, bookingErrand, readLagMs } from './errands.ts'
import type { BookingExecutor } from './execute.ts'
import { leftAlone } from './guard.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import { type BookingRecorder, type RecordedBooking, wrongStart } from './record.ts'
import { UnwantedBookings } from './unwanted.ts'
import { BookingVerifier } from './verify.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  executor: BookingExecutor
  recorder: BookingRecorder
  availability: Pick<AvailabilityService, 'markChanged'>
  catalogues: Pick<Catalogues, 'load'>
  callbacks: Pick<CallbackService, 'requestIn'>
  holds: HoldKeeper
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** `later`: Cal.com could not be asked, or may still be at it: try again. `nothing`: settled already, or not to book. */
export type SettledBooking = 'booked' | 'rejected' | 'later' | 'nothing'

/** What a claim of an attempt to be settled covers; shorter than its lease. */
const requestMs = 10_000
const draftsPerRun = 200

/** Settles attempts outside of calls. */
export class BookingSettler {
  readonly #deps: Deps
  readonly #verifier: BookingVerifier
  readonly #unwanted: UnwantedBookings

  constructor(deps: Deps) {
    this.#deps = deps
    this.#verifier = new BookingVerifier(deps)
    this.#unwanted = new UnwantedBookings(deps)
  }

  /** Finds out what became of one attempt: its outcome is unknown, or it was settled on something nobody had seen. */
  async settle(attemptId: string, companyId: number): Promise<SettledBooking> {
    const { attempts, catalogues, clock } = this.#deps
    const attempt = await attempts.load(companyId, attemptId)
    if (attempt?.kind !== 'book') return 'nothing'
    const { state } = attempt
    if (attempt.verifyAt !== null && (state === 'booked' || state === 'rejected')) {
      if (attempt.verifyAt > clock.now()) return 'later'
      const catalogue = await catalogues.load(companyId)
      if (state === 'rejected') return this.#lookAgain(catalogue, attempt)
      const verified = await this.#verifier.verifyBooked(catalogue, attempt)
      return verified === 'true' ? 'booked' : verified === 'later' ? 'later' : 'rejected'
    }
    const taken = await attempts.claimUnsettled(companyId, attemptId)
    if (!taken) return state === 'executing' || state === 'unknown' ? 'later' : 'nothing'
    return this.#settle(await catalogues.load(companyId), attempt, taken)
  }

  async #settle(catalogue: Catalogue, attempt: Attempt, taken: Attempt): Promise<SettledBooking> {
    const { attempts, executor, tenancy, callbacks, clock, log } = this.#deps
    const { id, companyId } = taken
    const now = clock.now()
    const connectionId = catalogue.company.calcomConnectionId
    const seen = await executor.lookUp(taken, connectionId, this.#deadline(), 'background')
    if (seen.kind === 'found') {
      const adopted = await this.#adopt(catalogue, id, seen.booking)
      return adopted.kind === 'recorded' ? 'booked' : 'rejected'
    }
    const gone =
      seen.kind === 'stray' &&
      (await executor
        .cancelStray(connectionId, seen.booking, 'Falsche Uhrzeit', this.#deadline())
        .catch(leftAlone))
    const sentMs = (attempt.executedAt ?? attempt.createdAt).getTime()
    const wasTold = taken.errorCode === 'not_recorded' || taken.result !== null
    // Cal.com may carry a request out after we gave up on it; only then is its absence the truth. What it has answered with a
    // uid is not given up before its reads must have caught up.
    const overAfterMs = wasTold && taken.calcomUid !== null ? readLagMs : leaseMs
    const isOver = gone || seen.kind === 'ended' || now.getTime() - sentMs >= overAfterMs
    const certain = isOver && (gone || seen.kind === 'ended' || seen.kind === 'absent')
    await tenancy.run(companyId, async (tx) => {
      if (!certain) {
        const errorCode = seen.kind === 'stray' ? wrongStart : (taken.errorCode ?? 'lease_expired')
        const calcomUid = seen.kind === 'stray' ? seen.booking.uid : taken.calcomUid
        await attempts.finish(tx, taken, { state: 'unknown', errorCode, calcomUid })
        return
      }
      const errorCode = gone ? wrongStart : seen.kind === 'ended' ? 'ended_at_calcom' : 'not_booked'
      await attempts.finish(tx, taken, { state: 'rejected', errorCode })
      // Whoever was promised a callback because nobody knew: now it is known what to tell.
      const where = { companyId, attemptId: id, status: 'open', kind: 'technical' }
      if (!wasTold && (await tx.callbackRequest.count({ where })) === 0) return
      const errand = wasTold ? 'booking_withdrawn' : 'booking_not_made'
      const scope = jobScope(catalogue, begunBy(taken), { now, deadline: this.#deadline(), log })
      await callbacks.requestIn(tx, scope, bookingErrand(catalogue, taken, errand, now))
    })
    if (!certain) return 'later'
    log.warn(
      { component: 'booking', attemptId: id, outcome: seen.kind },
      'an attempt with unknown outcome was not booked',
    )
    await this.#deps.holds.release({ catalogue }, taken)
    return 'rejected'
  }

  /** A refusal was told; a booking that turns up by now is ended, and if there is none the refusal was right. */
  async #lookAgain(catalogue: Catalogue, attempt: Attempt): Promise<SettledBooking> {
    const { attempts, executor, tenancy, clock } = this.#deps
    const { companyId, id } = attempt
    const connectionId = catalogue.company.calcomConnectionId
    const seen = await executor.lookUp(attempt, connectionId, this.#deadline(), 'background')
    if (seen.kind === 'found' && seen.booking.metadata?.booking_id === id)
      await this.#adopt(catalogue, id, seen.booking)
    const gone =
      seen.kind !== 'stray' ||
      (await executor
        .cancelStray(connectionId, seen.booking, 'Falsche Uhrzeit', this.#deadline())
        .catch(leftAlone))
    const isKnown = seen.kind !== 'unclear' && gone
    const next = isKnown ? null : new Date(clock.now().getTime() + leaseMs)
    await tenancy.run(companyId, (tx) => attempts.verifyAgainAt(tx, attempt, next))
    return isKnown ? 'rejected' : 'later'
  }

  /**
   * Writes down a live Cal.com booking that carries the id of one of our attempts (webhook, reconcile): recorded if it is the
   * wish's only one, cancelled at Cal.com if the wish has another or its caller was told "no" (unwanted.ts).
   * @throws TryAgainLater or Error when it could not be decided or cancelled: to be tried again
   */
  async adopt(companyId: number, attemptId: string, booking: CalcomBooking): Promise<RecordedBooking> {
    return this.#adopt(await this.#deps.catalogues.load(companyId), attemptId, booking)
  }

  /** Ends drafts whose time is over and gives their holds back. Out: how many. */
  async expireDrafts(): Promise<number> {
    const { attempts, tenancy, catalogues, holds, clock, log } = this.#deps
    let count = 0
    for (const draft of await attempts.loadExpiredDrafts(draftsPerRun)) {
      try {
        const { companyId } = draft
        const ended = await tenancy.run(companyId, (tx) =>
          attempts.finish(tx, draft, { state: 'expired' }, ['draft']),
        )
        if (!ended) continue
        count += 1
        if (draft.reservationUntil !== null && draft.reservationUntil > clock.now())
          await holds.release({ catalogue: await catalogues.load(companyId) }, draft)
      } catch (error) {
        log.error({ component: 'booking', attemptId: draft.id, err: error }, 'a draft could not be ended')
      }
    }
    return count
  }

  async #adopt(catalogue: Catalogue, attemptId: string, booking: CalcomBooking): Promise<RecordedBooking> {
    const { tenancy, recorder, availability, executor, log } = this.#deps
    const { company } = catalogue
    const written = await tenancy.run(company.id, (tx) => recorder.record(tx, catalogue, attemptId, booking))
    if (written.kind === 'undecided') throw new TryAgainLater('own_request_under_way')
    const recorded =
      written.kind === 'unwanted' ? await this.#unwanted.end(catalogue, written.attempt, booking) : written
    if (recorded.kind === 'duplicate') {
      log.error(
        { component: 'booking', alarm: 'duplicate_booking', attemptId, uid: booking.uid },
        'a second booking of one wish is cancelled',
      )
      const gone = await executor.cancelStray(
        company.calcomConnectionId,
        booking,
        'Doppelte Buchung',
        this.#deadline(),
      )
      if (!gone) throw new Error('A duplicate booking could not be cancelled')
    }
    const ended = recorded.kind === 'duplicate' || recorded.kind === 'unwanted'
    const changed = ended || (recorded.kind === 'recorded' && recorded.first)
    if (changed && booking.start) {
      const day = localDayOf(booking.start, company.timeZone)
      await availability.markChanged(company.id, [day])
    }
    if (recorded.kind === 'recorded' && recorded.first) await this.#releaseHold(catalogue, attemptId)
    return recorded
  }

  #deadline(): Deadline {
    return new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
  }

  async #releaseHold(catalogue: Catalogue, attemptId: string): Promise<void> {
    const attempt: Attempt | null = await this.#deps.attempts.load(catalogue.company.id, attemptId)
    const { reservationUntil } = attempt ?? {}
    if (attempt && reservationUntil && reservationUntil > this.#deps.clock.now())
      await this.#deps.holds.release({ catalogue }, attempt)
  }
}
