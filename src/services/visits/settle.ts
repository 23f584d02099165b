/**
 * What jobs do with visits: finish what a call left, whatever it died in. The parts are settled first, each by its own rules
 * (booking/settle.ts); then it is decided, undone where it must be, and told. Every step may be repeated.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { begunBy } from '../booking/errands.ts'
import type { Catalogues } from '../catalogue.ts'
import { jobScope } from '../job-scope.ts'
import type { VisitStore } from './store.ts'
import type { VisitUndo } from './undo.ts'

export interface VisitSettlerDeps {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  store: VisitStore
  undo: VisitUndo
  catalogues: Pick<Catalogues, 'load'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

/** `later`: a part is still under way, or Cal.com does not answer. `nothing`: somebody is at it, or it is settled. */
export type SettledVisit = 'booked' | 'undone' | 'partly' | 'reopened' | 'later' | 'nothing'

const jobBudgetMs = 20_000
const perSweepMax = 100

/** Settles visits outside of calls. */
export class VisitSettler {
  readonly #deps: VisitSettlerDeps

  constructor(deps: VisitSettlerDeps) {
    this.#deps = deps
  }

  /** Finishes one visit. @throws CalcomError while Cal.com is down; the visit stays as it is */
  async settle(companyId: number, id: bigint): Promise<SettledVisit> {
    const { store, undo, catalogues, clock, log } = this.#deps
    if (!(await store.take(companyId, id))) return 'nothing'
    const decision = await store.decide(companyId, id)
    if (!decision) return 'nothing'
    if (decision.kind === 'open') {
      await store.giveBack(decision.visit)
      return 'later'
    }
    if (decision.kind !== 'undoing') return decision.kind
    const [first] = decision.parts
    if (!first) return 'nothing'
    const catalogue = await catalogues.load(companyId)
    const deadline = new Deadline({ clock, budgetMs: jobBudgetMs })
    const scope = jobScope(catalogue, begunBy(first), { now: clock.now(), deadline, log })
    try {
      const { kind } = await undo.run(scope, decision, true)
      if (kind !== 'later')
        log.warn(
          { component: 'booking', visitId: String(id), outcome: kind },
          'a visit could not be had whole',
        )
      return kind
    } catch (error) {
      await store.giveBack(decision.visit)
      throw error
    }
  }

  /** Every visit of every company on whose outcome nobody works. Out: what became of how many. */
  async settleUnsettled(signal?: AbortSignal): Promise<{ settled: number; later: number; failed: number }> {
    const { store, log } = this.#deps
    const sweep = { settled: 0, later: 0, failed: 0 }
    for (const { companyId, id } of await store.loadUnsettled(perSweepMax)) {
      if (signal?.aborted) break
      try {
        const outcome = await this.settle(companyId, id)
        sweep[outcome === 'later' ? 'later' : 'settled'] += 1
      } catch (error) {
        sweep.failed += 1
        log.warn(
          { component: 'booking', companyId, visitId: String(id), err: error },
          'a visit could not be finished yet',
        )
      }
    }
    return sweep
  }

  /** Open visits of which no draft is open any more are over. Out: how many. */
  async closeEnded(): Promise<number> {
    return this.#deps.tenancy.asSystem(
      (tx) => tx.$executeRaw`
        UPDATE visits v SET state = 'released', settled_at = ${this.#deps.clock.now()}, updated_at = now()
        WHERE v.state = 'open' AND EXISTS (
          SELECT FROM booking_attempts b WHERE b.company_id = v.company_id AND b.visit_id = v.id AND b.state <> 'draft')`,
    )
  }
}
