/**
 * The book of what Cal.com says otherwise than we know it: counted, kept per connection, alarmed once for each thing, shown by the
 * doctor. Nothing here holds up an answer or fails one.
 */
import type { Logger } from 'pino'
import type { Drift } from '../calcom/drift.ts'
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { inBackground } from '../lib/in-background.ts'

export interface KnownDrift extends Drift {
  connectionId: string
  count: number
  lastSeenAt: Date
}

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem' | 'asReport'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
  /** Counts for the metrics. */
  onDrift?: (drift: Drift) => void
}

/** The same thing is written at most this often; what comes between is counted along. */
const writeEveryMs = 60_000
/** More kinds than this are one: an API that has become another. */
const kindsMax = 200
const dayMs = 86_400_000
/** What was not seen for this long is over. */
const shownDays = 30

interface Seen {
  waiting: number
  writtenMs: number
}

export class DriftBook {
  readonly #deps: Deps
  readonly #seen = new Map<string, Seen>()
  readonly #collecting = new Set<Drift[]>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Notes what one answer or webhook of a connection has shown. Returns at once and never throws. */
  note(connectionId: string, drifts: readonly Drift[]): void {
    for (const drift of drifts) {
      this.#deps.onDrift?.(drift)
      for (const collected of this.#collecting) collected.push(drift)
      const key = JSON.stringify([connectionId, drift.source, drift.field, drift.found])
      const known = this.#seen.get(key)
      if (!known && this.#seen.size >= kindsMax) continue
      const seen = known ?? { waiting: 0, writtenMs: Number.NEGATIVE_INFINITY }
      this.#seen.set(key, seen)
      seen.waiting += 1
      const nowMs = this.#deps.clock.now().getTime()
      if (nowMs - seen.writtenMs < writeEveryMs) continue
      seen.writtenMs = nowMs
      inBackground(this.#write(connectionId, drift, seen))
    }
  }

  /** What is noted while some work is done, whoever else asks Cal.com meanwhile. */
  async during(work: () => Promise<unknown>): Promise<Drift[]> {
    const collected: Drift[] = []
    this.#collecting.add(collected)
    try {
      await work()
      return collected
    } finally {
      this.#collecting.delete(collected)
    }
  }

  /** What has been seen in the last thirty days, the newest first. */
  async load(): Promise<KnownDrift[]> {
    const since = new Date(this.#deps.clock.now().getTime() - shownDays * dayMs)
    return this.#deps.tenancy.asReport((tx) =>
      tx.calcomDrift.findMany({
        where: { lastSeenAt: { gte: since } },
        orderBy: { lastSeenAt: 'desc' },
        take: 50,
      }),
    )
  }

  async #write(connectionId: string, { source, field, found }: Drift, seen: Seen): Promise<void> {
    const { tenancy, clock, log } = this.#deps
    const count = seen.waiting
    seen.waiting = 0
    try {
      const now = clock.now()
      const [row] = await tenancy.asSystem(
        (tx) => tx.$queryRaw<Array<{ is_new: boolean }>>`
          INSERT INTO calcom_drift AS d (connection_id, source, field, found, count, first_seen_at, last_seen_at)
          VALUES (${connectionId}, ${source}, ${field}, ${found}, ${count}, ${now}, ${now})
          ON CONFLICT (connection_id, source, field, found) DO UPDATE
            SET count = d.count + EXCLUDED.count, last_seen_at = EXCLUDED.last_seen_at
          RETURNING xmax = 0 AS is_new`,
      )
      if (row?.is_new)
        log.error(
          { component: 'calcom', alarm: 'calcom_drift', connection: connectionId, source, field, found },
          'Cal.com answers otherwise than we know it',
        )
    } catch (error) {
      seen.waiting += count
      log.warn({ component: 'calcom', source, field, err: error }, 'a drift of Cal.com was not written down')
    }
  }
}
