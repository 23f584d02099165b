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
import type { AvailabilityService } from '../availability/availability.ts'
import type { Catalogue, Catalogues } from '../catalogue.ts'
import { type Attempt, type AttemptStore, leaseMs } from './attempts.ts'
import type { BookingExecutor } from './execute.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import type { BookingRecorder, Recorded } from './record.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  attempts: AttemptStore
  executor: BookingExecutor
  recorder: BookingRecorder
  availability: Pick<AvailabilityService, 'markChanged'>
  catalogues: Pick<Catalogues, 'load'>
  holds: HoldKeeper
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** `later`: Cal.com could not be asked, or may still be at it: try again. `nothing`: settled already, or not to book. */
export type Settled = 'booked' | 'rejected' | 'later' | 'nothing'

const requestMs = 10_000
const draftsPerRun = 200

/** Settles attempts outside of calls. */
export class BookingSettler {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Finds out what became of one attempt whose outcome nobody works on. */
  async settle(attemptId: string, companyId: number): Promise<Settled> {
    const { attempts, executor, catalogues, tenancy, clock, log } = this.#deps
    const attempt = await attempts.load(companyId, attemptId)
    if (attempt?.kind !== 'book') return 'nothing'
    const taken = await attempts.claimUnsettled(companyId, attemptId)
    if (!taken) return attempt.state === 'executing' || attempt.state === 'unknown' ? 'later' : 'nothing'
    const catalogue = await catalogues.load(companyId)
    const deadline = new Deadline({ clock, budgetMs: requestMs })
    const connectionId = catalogue.company.calcomConnectionId
    const seen = await executor.lookUp(taken, connectionId, deadline, 'background')
    if (seen.kind === 'found') {
      const adopted = await this.#adopt(catalogue, attemptId, seen.booking)
      return adopted.kind === 'recorded' ? 'booked' : 'rejected'
    }
    const sentMs = (attempt.executedAt ?? attempt.createdAt).getTime()
    // Cal.com may carry a request out after we gave up on it; only then is its absence the truth.
    const isOver = seen.kind === 'ended' || clock.now().getTime() - sentMs >= leaseMs
    const certain = (seen.kind === 'ended' || seen.kind === 'absent') && isOver
    await tenancy.run(companyId, (tx) =>
      attempts.finish(
        tx,
        taken,
        certain
          ? { state: 'rejected', errorCode: seen.kind === 'ended' ? 'ended_at_calcom' : 'not_booked' }
          : { state: 'unknown', errorCode: taken.errorCode ?? 'lease_expired' },
      ),
    )
    if (!certain) return 'later'
    log.warn(
      { component: 'booking', attemptId, outcome: seen.kind },
      'an attempt with unknown outcome was not booked',
    )
    await this.#deps.holds.release({ catalogue }, taken)
    return 'rejected'
  }

  /**
   * Writes down a live Cal.com booking that carries the id of one of our attempts (webhook, reconcile): recorded if it is the
   * wish's only one, cancelled at Cal.com if the wish has another.
   * @throws when the duplicate could not be cancelled: to be tried again
   */
  async adopt(companyId: number, attemptId: string, booking: CalcomBooking): Promise<Recorded> {
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

  async #adopt(catalogue: Catalogue, attemptId: string, booking: CalcomBooking): Promise<Recorded> {
    const { tenancy, recorder, availability, executor, clock, log } = this.#deps
    const { company } = catalogue
    const recorded = await tenancy.run(company.id, (tx) => recorder.record(tx, catalogue, attemptId, booking))
    if (recorded.kind === 'duplicate') {
      log.error(
        { component: 'booking', alarm: 'duplicate_booking', attemptId, uid: booking.uid },
        'a second booking of one wish is cancelled',
      )
      const deadline = new Deadline({ clock, budgetMs: requestMs })
      const gone = await executor.cancelStray(
        company.calcomConnectionId,
        booking.uid,
        'Doppelte Buchung',
        deadline,
      )
      if (!gone) throw new Error('A duplicate booking could not be cancelled')
    }
    const changed = recorded.kind === 'duplicate' || (recorded.kind === 'recorded' && recorded.first)
    if (changed && booking.start) {
      const day = localDayOf(booking.start, company.timeZone)
      await availability.markChanged(company.id, [day])
    }
    if (recorded.kind === 'recorded' && recorded.first) await this.#releaseHold(catalogue, attemptId)
    return recorded
  }

  async #releaseHold(catalogue: Catalogue, attemptId: string): Promise<void> {
    const attempt: Attempt | null = await this.#deps.attempts.load(catalogue.company.id, attemptId)
    const { reservationUntil } = attempt ?? {}
    if (attempt && reservationUntil && reservationUntil > this.#deps.clock.now())
      await this.#deps.holds.release({ catalogue }, attempt)
  }
}
