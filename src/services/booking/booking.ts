/**
 * Booking, exactly once (design section 7): `start` opens a draft, `confirm` books it, jobs and webhooks settle what was left
 * open. The parts: attempts.ts (who may act), start.ts, confirm.ts, execute.ts (Cal.com), record.ts (rows), outcome.ts,
 * settle.ts, hold-keeper.ts. This class only puts them together.
 */

import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Cache } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { AttemptStore } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { Holds } from '../availability/holds.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogues } from '../catalogue.ts'
import type { CustomerService } from '../customers.ts'
import { Background } from './background.ts'
import { BookingConfirmer } from './confirm.ts'
import { BookingExecutor } from './execute.ts'
import type { CalcomOf } from './execution.ts'
import { HoldKeeper } from './hold-keeper.ts'
import { Joined } from './joined.ts'
import { OtherTimes } from './other-times.ts'
import { OutcomeWriter } from './outcome.ts'
import { BookingRecorder, type RecordedBooking } from './record.ts'
import { RefusedTimes } from './refused-times.ts'
import { BookingSettler, type SettledBooking } from './settle.ts'
import { SlotKeeper } from './slot-keeper.ts'
import { BookingStarter } from './start.ts'
import { type BookingWish, type Confirmed, requestsToBook, type Started } from './types.ts'
import { WishMemory } from './wish-memory.ts'

export interface BookingDeps {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  cache: Pick<Cache, 'get' | 'set' | 'addIfAbsent' | 'delete'>
  /** The client of a connection. */
  calcom: CalcomOf
  availability: Pick<
    AvailabilityService,
    'fetchLive' | 'load' | 'earliestBookable' | 'offers' | 'callTimes' | 'lengths' | 'markChanged'
  >
  catalogues: Pick<Catalogues, 'load'>
  customers: Pick<CustomerService, 'loadOnNumber' | 'resolveForBooking'>
  callbacks: Pick<CallbackService, 'requestIn'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
  /** Pauses between the looks after a refusal, in milliseconds; tests shorten them. */
  refusalPausesMs?: readonly number[]
}

interface BookingParts {
  memory: WishMemory
  otherTimes: OtherTimes
  holds: HoldKeeper
  starter: BookingStarter
  confirmer: BookingConfirmer
}

export class BookingService {
  /** Shared with the changes of existing appointments. */
  readonly attempts: AttemptStore
  /** Slots held without a booking (reserve_slot). */
  readonly slots: SlotKeeper
  /** What visits are made with (services/visits). */
  readonly parts: BookingParts
  readonly #starter: BookingStarter
  readonly #confirmer: BookingConfirmer
  readonly #settler: BookingSettler
  readonly #background: Background
  readonly #keeper: HoldKeeper
  readonly #deps: Pick<BookingDeps, 'tenancy' | 'catalogues'>
  readonly #starts = new Joined<Started>()
  readonly #books = new Joined<Awaited<ReturnType<BookingService['book']>>>()

  constructor(deps: BookingDeps) {
    this.attempts = new AttemptStore(deps)
    this.#background = new Background(deps)
    const holds = new Holds(deps)
    const keeper = new HoldKeeper({ ...deps, holds, background: this.#background })
    this.#keeper = keeper
    this.#deps = deps
    const executor = new BookingExecutor({ ...deps, attempts: this.attempts })
    const recorder = new BookingRecorder({ ...deps, attempts: this.attempts })
    const memory = new WishMemory(deps)
    const otherTimes = new OtherTimes(deps)
    const refusedTimes = new RefusedTimes({ ...deps, attempts: this.attempts })
    const shared = {
      ...deps,
      attempts: this.attempts,
      executor,
      recorder,
      holds: keeper,
      memory,
      otherTimes,
      refusedTimes,
    }
    this.#starter = new BookingStarter(shared)
    const outcomes = new OutcomeWriter(shared)
    this.#confirmer = new BookingConfirmer({ ...shared, starter: this.#starter, outcomes })
    this.parts = {
      ...{ memory, otherTimes, holds: keeper },
      ...{ starter: this.#starter, confirmer: this.#confirmer },
    }
    this.#settler = new BookingSettler(shared)
    this.slots = new SlotKeeper({ ...deps, holds, keeper })
  }

  /**
   * First step: validates, checks the slot live, writes a draft and holds the slot.
   * @throws AppError with the question to ask (`validation_status: 'invalid'`), or `calendar_unavailable`
   */
  start(scope: CallScope, wish: BookingWish): Promise<Started> {
    return this.#starts.join(scope.call, wish, () => this.#starter.start(scope, wish))
  }

  /** Second step: books the draft, or gives it up. Every outcome is a value; only a broken database throws. */
  confirm(scope: CallScope, input: { bookingId?: string; confirmed?: boolean }): Promise<Confirmed> {
    return this.#confirmer.confirm(scope, input)
  }

  /** Both steps in one, for agents that do not ask back. The same request twice at once is one booking, told twice. */
  book(scope: CallScope, wish: BookingWish): Promise<Confirmed | Exclude<Started, { kind: 'ready' }>> {
    return this.#books.join(scope.call, wish, async () => {
      const started = await this.start({ ...scope, follow: requestsToBook }, wish)
      return started.kind === 'ready' ? this.#confirmer.execute(scope, started.attempt) : started
    })
  }

  /** For webhooks and reconcile: records a live booking that carries our id, or cancels it as a duplicate. */
  adopt(companyId: number, attemptId: string, booking: CalcomBooking): Promise<RecordedBooking> {
    return this.#settler.adopt(companyId, attemptId, booking)
  }

  /** For jobs: finds out what became of an attempt to book with unknown outcome. */
  settle(attemptId: string, companyId: number): Promise<SettledBooking> {
    return this.#settler.settle(attemptId, companyId)
  }

  /** The call has ended: gives back what it holds, after the answer, so that the next caller is not told "taken". */
  endCall(call: { companyId: number; callId: string }): void {
    const { companyId, callId } = call
    const { tenancy, catalogues } = this.#deps
    this.#background.run('end_call', async () => {
      const attempts = await tenancy.run(companyId, (tx) =>
        this.attempts.loadForCall(tx, companyId, callId, 'book'),
      )
      await this.#keeper.endCall(call, { catalogue: await catalogues.load(companyId) }, attempts)
    })
  }

  /** For jobs: ends drafts whose time is over and gives their holds back. Out: how many. */
  expireDrafts(): Promise<number> {
    return this.#settler.expireDrafts()
  }

  /** Resolves when no work is left that answers did not wait for; called before the process closes. */
  idle(): Promise<void> {
    return this.#background.idle()
  }
}
