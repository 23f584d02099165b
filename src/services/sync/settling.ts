/**
 * Finishes what calls left open: attempts whose outcome nobody knows, cancellations that Cal.com has not been told. Each may be
 * repeated at any time; one that cannot be finished now does not stop the rest.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import type { AttemptStore } from '../attempts.ts'
import type { BookingService } from '../booking/booking.ts'
import type { AppointmentChanges } from '../changes/changes.ts'
import type { VisitService } from '../visits/visits.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  attempts: Pick<AttemptStore, 'load' | 'loadExpiredLeases'>
  booking: Pick<BookingService, 'settle'>
  actions: Pick<AppointmentChanges, 'settle' | 'pushPendingCancellation'>
  visits: Pick<VisitService, 'settle' | 'settleUnsettled'>
  clock: Clock
  log: Pick<Logger, 'warn'>
}

export interface Sweep {
  settled: number
  later: number
  failed: number
}

const perSweepMax = 200

export class AttemptSettling {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Finds out what became of one attempt.
   * @throws TryAgainLater while that cannot be known; CalcomError while Cal.com is down
   */
  async settle(companyId: number, attemptId: string): Promise<string> {
    const { attempts, booking, actions } = this.#deps
    const attempt = await attempts.load(companyId, attemptId)
    const open = attempt?.state === 'executing' || attempt?.state === 'unknown'
    if (attempt === null || (!open && attempt.verifyAt === null)) return 'nothing'
    const outcome =
      attempt.kind === 'book'
        ? await booking.settle(attemptId, companyId)
        : await actions.settle(companyId, attemptId)
    if (outcome === 'later' || outcome === 'busy') throw new TryAgainLater(outcome)
    // What became of a part may decide its visit.
    if (attempt.visitId !== null) await this.#deps.visits.settle(companyId, attempt.visitId)
    return outcome
  }

  /** Every attempt of every company that nobody works on any more, and then every visit. */
  async settleExpired(signal?: AbortSignal): Promise<Sweep> {
    const open = await this.#deps.attempts.loadExpiredLeases(perSweepMax)
    const attempts = await this.#sweep(open, signal, ({ companyId, id }) => this.settle(companyId, id))
    const visits = await this.#deps.visits.settleUnsettled(signal)
    return {
      settled: attempts.settled + visits.settled,
      later: attempts.later + visits.later,
      failed: attempts.failed + visits.failed,
    }
  }

  /**
   * Tells Cal.com of one cancellation.
   * @throws CalcomError while Cal.com is down
   */
  push(companyId: number, appointmentId: bigint): Promise<string> {
    return this.#deps.actions.pushPendingCancellation(appointmentId, companyId)
  }

  /** Every cancellation that is still to be told. */
  async pushAll(signal?: AbortSignal): Promise<Sweep> {
    const open = await this.#deps.tenancy.asSystem((tx) =>
      tx.appointment.findMany({
        where: { syncState: 'cancel_pending' },
        select: { id: true, companyId: true },
        orderBy: { id: 'asc' },
        take: perSweepMax,
      }),
    )
    return this.#sweep(open, signal, ({ companyId, id }) => this.push(companyId, id))
  }

  async #sweep<T extends { id: string | bigint; companyId: number }>(
    items: readonly T[],
    signal: AbortSignal | undefined,
    work: (item: T) => Promise<string>,
  ): Promise<Sweep> {
    const sweep: Sweep = { settled: 0, later: 0, failed: 0 }
    for (const item of items) {
      if (signal?.aborted) break
      try {
        await work(item)
        sweep.settled += 1
      } catch (error) {
        if (error instanceof TryAgainLater) {
          sweep.later += 1
          continue
        }
        sweep.failed += 1
        this.#deps.log.warn(
          { component: 'sync', companyId: item.companyId, open: String(item.id), err: error },
          'something left open could not be finished yet',
        )
      }
    }
    return sweep
  }
}
