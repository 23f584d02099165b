/** Appointments as a person of the business works on them: through the same changes as the phone, so that calendar and customer learn of it. */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { loadAppointment } from '../appointments/identity.ts'
import type { Catalogues } from '../catalogue.ts'
import { jobScope } from '../job-scope.ts'
import type { AppointmentChanges } from './changes.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  catalogues: Pick<Catalogues, 'load'>
  actions: Pick<AppointmentChanges, 'cancelForBusiness'>
  clock: Clock
  log: Logger
}

/**
 * cancelled: it is off; noted: the calendar cannot be asked now, a job tells it; moved: it is at another time by now, nothing was
 * cancelled; past, busy, by_hand: nothing was cancelled, by_hand: only the calendar itself can.
 */
export type DeskOutcome = 'cancelled' | 'noted' | 'moved' | 'past' | 'busy' | 'by_hand' | 'absent'

/** What a person waits for at most. */
const budgetMs = 8_000

export class AppointmentDesk {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Cancels one appointment. In: the reason, which the customer may read. */
  async cancel(companyId: number, id: bigint, reason: string): Promise<DeskOutcome> {
    const { tenancy, catalogues, actions, clock, log } = this.#deps
    const appointment = await tenancy.run(companyId, (tx) => loadAppointment(tx, companyId, id))
    if (appointment === null) return 'absent'
    const { branchId, customerId, phone } = appointment
    const scope = jobScope(
      await catalogues.load(companyId),
      { branchId, callId: null, customerId, callerNumber: phone },
      { now: clock.now(), deadline: new Deadline({ clock, budgetMs }), log },
    )
    const outcome = await actions.cancelForBusiness(scope, appointment, reason)
    switch (outcome.kind) {
      case 'done':
      case 'cancelled':
        return 'cancelled'
      case 'pending':
        return 'noted'
      case 'moved':
      case 'past':
      case 'busy':
        return outcome.kind
      default:
        return 'by_hand'
    }
  }
}
