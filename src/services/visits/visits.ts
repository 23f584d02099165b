/**
 * Visits: several bookings with one yes (docs/visits.md). Stands above the booking of single appointments and changes, and uses nothing
 * below them. This class only puts the parts together.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { BookingService } from '../booking/booking.ts'
import { type BookingWish, type Confirmed, requestsToBook, type Started } from '../booking/types.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogues } from '../catalogue.ts'
import type { AppointmentChanges } from '../changes/changes.ts'
import { VisitConfirmer } from './confirm.ts'
import { type SettledVisit, VisitSettler } from './settle.ts'
import { VisitStarter } from './start.ts'
import { VisitStore } from './store.ts'
import type { VisitConfirmed, VisitStarted } from './types.ts'
import { VisitUndo } from './undo.ts'

export interface VisitDeps {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  booking: BookingService
  actions: Pick<AppointmentChanges, 'callOff'>
  availability: Pick<
    AvailabilityService,
    'fetchLive' | 'earliestBookable' | 'lengths' | 'offers' | 'callTimes'
  >
  callbacks: Pick<CallbackService, 'requestIn'>
  catalogues: Pick<Catalogues, 'load'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** Starts and confirms what may be a visit or a single booking. */
export class VisitService {
  readonly #booking: BookingService
  readonly #starter: VisitStarter
  readonly #confirmer: VisitConfirmer
  readonly #settler: VisitSettler

  constructor(deps: VisitDeps) {
    const { parts, attempts } = deps.booking
    this.#booking = deps.booking
    const store = new VisitStore({ ...deps, attempts })
    const undo = new VisitUndo({ ...deps, store })
    this.#starter = new VisitStarter({ ...deps, ...parts, attempts })
    this.#confirmer = new VisitConfirmer({ ...deps, ...parts, store, undo, starter: this.#starter })
    this.#settler = new VisitSettler({ ...deps, store, undo })
  }

  /**
   * First step of a booking, of one appointment or of several at once.
   * @throws AppError with the question to ask
   */
  async start(
    scope: CallScope,
    wish: BookingWish,
  ): Promise<{ visit: VisitStarted } | { visit: null; single: Started }> {
    const visit = await this.#starter.start(scope, wish)
    return visit ? { visit } : { visit, single: await this.#booking.start(scope, wish) }
  }

  /** Second step: books what was read back, or gives it up. */
  async confirm(
    scope: CallScope,
    input: { bookingId?: string; confirmed?: boolean },
  ): Promise<{ visit: VisitConfirmed } | { visit: null; single: Confirmed }> {
    const single = await this.#booking.confirm(scope, input)
    if (single.kind !== 'part') return { visit: null, single }
    return { visit: await this.#confirmer.confirm(scope, single.attempt, input.confirmed) }
  }

  /** Both steps in one, for agents that do not ask back. */
  async book(
    scope: CallScope,
    wish: BookingWish,
  ): Promise<
    { visit: VisitConfirmed } | { visit: null; single: Confirmed | Exclude<Started, { kind: 'ready' }> }
  > {
    const started = await this.#starter.start({ ...scope, follow: requestsToBook }, wish)
    if (!started) return { visit: null, single: await this.#booking.book(scope, wish) }
    if (started.kind !== 'ready') return { visit: { kind: 'anew', started } }
    return { visit: await this.#confirmer.confirm(scope, started.parts[0].attempt, undefined) }
  }

  /** For jobs: finishes a visit that a call left. */
  settle(companyId: number, id: bigint): Promise<SettledVisit> {
    return this.#settler.settle(companyId, id)
  }

  /** For jobs: the same for every one that nobody works on. */
  settleUnsettled(signal?: AbortSignal): Promise<{ settled: number; later: number; failed: number }> {
    return this.#settler.settleUnsettled(signal)
  }

  /** For jobs: visits whose drafts have ended are over. */
  closeEnded(): Promise<number> {
    return this.#settler.closeEnded()
  }
}
