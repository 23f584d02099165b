/**
 * Keeps Cal.com and the database in step without webhooks, which come at most once: asks what has changed since the last
 * time and applies it as news. Per company; a booking that cannot be applied does not stop the rest, and is asked for again.
 * Limit: sees what changed at Cal.com. What only we believe is found by consistency.ts.
 */
import type { CalcomBooking } from '../../calcom/types.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { BookingSync, SyncDeps } from './apply.ts'
import { eventTypesOf } from './event-types.ts'
import { groupsOnce } from './groups.ts'
import { loadMark, saveMark } from './marks.ts'
import { newsFromBooking } from './news.ts'
import type { BookingOwners } from './owners.ts'
import { askAboutLeft } from './people-left.ts'

export interface Reconciled {
  companies: number
  bookings: number
  changed: number
  failed: number
}

type Deps = Pick<SyncDeps, 'tenancy' | 'catalogues' | 'calcom' | 'clock' | 'log'> & {
  owners: Pick<BookingOwners, 'loadCompanies'>
  sync: Pick<BookingSync, 'apply'>
}

/** Asked again each time: clocks differ, and Cal.com's list may lag behind its own writes. */
const overlapMs = 10 * 60_000
const firstLookBackMs = 24 * 3_600_000
const lookBackMaxMs = 14 * 24 * 3_600_000
const requestMs = 20_000
const pagesMax = 20
/** Ids in one query, so that addresses stay short. */
export const eventTypesPerRequest = 60

export class Reconciler {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** All companies, one after the other. One that fails does not stop the rest; the count says how many. */
  async run(signal?: AbortSignal): Promise<Reconciled> {
    const total: Reconciled = { companies: 0, bookings: 0, changed: 0, failed: 0 }
    for (const { id } of await this.#deps.owners.loadCompanies()) {
      if (signal?.aborted) break
      try {
        const one = await this.runCompany(id, signal)
        total.companies += 1
        total.bookings += one.bookings
        total.changed += one.changed
        total.failed += one.failed
      } catch (error) {
        total.failed += 1
        this.#deps.log.warn(
          { component: 'sync', companyId: id, err: error },
          'a company could not be reconciled',
        )
      }
    }
    return total
  }

  /** @throws CalcomError when the company's Cal.com does not answer */
  async runCompany(
    companyId: number,
    signal?: AbortSignal,
  ): Promise<Pick<Reconciled, 'bookings' | 'changed' | 'failed'>> {
    const { tenancy, catalogues, calcom, clock, sync, log } = this.#deps
    const catalogue = await catalogues.load(companyId)
    await askAboutLeft(this.#deps, catalogue)
    const eventTypeIds = eventTypesOf(catalogue)
    const now = clock.now()
    const mark = await tenancy.run(companyId, (tx) => loadMark(tx, companyId, 'reconciled_until'))
    const earliest = new Date(now.getTime() - lookBackMaxMs)
    const since =
      mark === null ? new Date(now.getTime() - firstLookBackMs) : new Date(Date.parse(mark) - overlapMs)
    const afterUpdatedAt = since < earliest ? earliest : since
    const api = await calcom(catalogue.company.calcomConnectionId)

    let until = now
    const found: CalcomBooking[] = []
    for (let from = 0; from < eventTypeIds.length; from += eventTypesPerRequest) {
      const chunk = eventTypeIds.slice(from, from + eventTypesPerRequest)
      const deadline = new Deadline({ clock, budgetMs: requestMs })
      const { bookings, complete } = await api.fetchBookings(
        { eventTypeIds: chunk, afterUpdatedAt, pagesMax },
        { deadline, priority: 'background' },
      )
      found.push(...bookings)
      // Oldest first: what did not fit is younger than the last one seen.
      const last = bookings.at(-1)?.updatedAt
      if (!complete && last && last < until) until = last
    }

    let changed = 0
    let failed = 0
    for (const booking of groupsOnce(found)) {
      if (signal?.aborted) throw signal.reason
      try {
        const applied = await sync.apply(companyId, newsFromBooking(booking))
        if (applied.kind === 'created' || applied.kind === 'changed') changed += 1
      } catch (error) {
        failed += 1
        if (booking.updatedAt && booking.updatedAt < until) until = booking.updatedAt
        log.warn(
          { component: 'sync', companyId, uid: booking.uid, err: error },
          'a booking could not be applied',
        )
      }
    }
    await tenancy.run(companyId, (tx) => saveMark(tx, companyId, 'reconciled_until', until.toISOString()))
    if (changed > 0)
      log.warn({ component: 'sync', companyId, changed }, 'reconcile found what no webhook had told')
    return { bookings: found.length, changed, failed }
  }
}
