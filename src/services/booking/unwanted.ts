/**
 * A booking of ours turns up after its caller was told that there is none: "nicht mehr frei", "kann ich nicht eintragen". They have
 * gone on from there, perhaps with another time, so it must not become theirs behind their back: it is cancelled, and where Cal.com
 * will not, or people have had to do with it since, a person of the business decides.
 */
import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import type { Attempt } from '../attempts.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogue } from '../catalogue.ts'
import { jobScope } from '../job-scope.ts'
import { begunBy, bookingErrand } from './errands.ts'
import type { BookingExecutor } from './execute.ts'
import type { BookingRecorder, RecordedBooking } from './record.ts'
import { isTouched } from './whose.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  executor: Pick<BookingExecutor, 'endStray'>
  recorder: Pick<BookingRecorder, 'record'>
  callbacks: Pick<CallbackService, 'requestIn'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

const requestMs = 10_000

/** Ends bookings that nobody was told of. */
export class UnwantedBookings {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * In: the attempt and its booking as Cal.com has it. Out: `unwanted` when it is gone, `recorded` when it stands and a person has it.
   * @throws TryAgainLater while Cal.com does not say
   */
  async end(catalogue: Catalogue, attempt: Attempt, booking: CalcomBooking): Promise<RecordedBooking> {
    const { executor, clock, log } = this.#deps
    const { calcomConnectionId } = catalogue.company
    const about = { component: 'booking', alarm: 'refused_booking_found', attemptId: attempt.id } as const
    if (!isTouched(booking)) {
      const deadline = new Deadline({ clock, budgetMs: requestMs })
      const end = await executor.endStray(calcomConnectionId, booking, 'Nicht zugesagt', deadline)
      if (end === 'later') throw new TryAgainLater('unwanted_booking_stands')
      if (end === 'gone') {
        log.error({ ...about, uid: booking.uid }, 'a booking that was told as refused is cancelled')
        return { kind: 'unwanted', attempt }
      }
    }
    log.error({ ...about, uid: booking.uid }, 'a booking that was told as refused stands: a person decides')
    return this.#handOver(catalogue, attempt, booking)
  }

  #handOver(catalogue: Catalogue, attempt: Attempt, booking: CalcomBooking): Promise<RecordedBooking> {
    const { tenancy, recorder, callbacks, clock, log } = this.#deps
    const now = clock.now()
    return tenancy.run(attempt.companyId, async (tx) => {
      const options = { evenIfRefused: true }
      const recorded = await recorder.record(tx, catalogue, attempt.id, booking, options)
      if (recorded.kind === 'recorded' && recorded.first) {
        const deadline = new Deadline({ clock, budgetMs: requestMs })
        const scope = jobScope(catalogue, begunBy(attempt), { now, deadline, log })
        await callbacks.requestIn(tx, scope, bookingErrand(catalogue, attempt, 'booking_stands', now))
      }
      return recorded
    })
  }
}
