/**
 * Forgets what a company need not keep: after its `retention_days` what was said, recorded, sent and received goes, the facts
 * (that a call took place, how long it was, what was booked) stay. Runs under the system role, one transaction a company and each
 * statement naming its company; running it again changes nothing more.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { writeAudit } from './audit.ts'

type Deps = { tenancy: Pick<Tenancy, 'asSystem'>; clock: Clock }

/** Rows cleared or deleted, by what they held. */
export type Forgotten = Record<string, number>

const dayMs = 86_400_000
/** Enough for a company that was never cleaned before; more comes the next day. */
const limits = { statementTimeoutMs: 120_000, transactionTimeoutMs: 600_000 }

export class Retention {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Cleans every company, and payloads that belong to none. Out: how much was forgotten in all. */
  async run(signal?: AbortSignal): Promise<Forgotten> {
    const { tenancy } = this.#deps
    const companies = await tenancy.asSystem((tx) =>
      tx.company.findMany({ select: { id: true, retentionDays: true }, orderBy: { id: 'asc' } }),
    )
    const total: Forgotten = {}
    for (const { id, retentionDays } of companies) {
      signal?.throwIfAborted()
      add(total, await this.#clean(id, this.#before(retentionDays)))
    }
    // Nobody's payloads may be anybody's: the shortest promise counts.
    const shortest = Math.min(...companies.map(({ retentionDays }) => retentionDays), 90)
    const nobodys = await tenancy.asSystem(
      (tx) =>
        tx.webhookEvent.deleteMany({
          where: { companyId: null, receivedAt: { lt: this.#before(shortest) } },
        }),
      limits,
    )
    add(total, { webhook_events: nobodys.count })
    return total
  }

  #before(days: number): Date {
    return new Date(this.#deps.clock.now().getTime() - days * dayMs)
  }

  #clean(companyId: number, before: Date): Promise<Forgotten> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const forgotten = await cleanCompany(tx, companyId, before, this.#before(1))
      const counts = Object.fromEntries(Object.entries(forgotten).filter(([, count]) => count > 0))
      if (Object.keys(counts).length > 0)
        await writeAudit(tx, {
          companyId,
          actor: 'retention',
          action: 'forgotten',
          entity: 'company',
          entityId: String(companyId),
          detail: counts,
        })
      return forgotten
    }, limits)
  }
}

async function cleanCompany(tx: Tx, companyId: number, before: Date, dayAgo: Date): Promise<Forgotten> {
  return {
    calls: await tx.$executeRaw`
      UPDATE calls SET transcript = NULL, summary = NULL, recording_url = NULL, analysis = NULL
      WHERE company_id = ${companyId} AND coalesce(end_timestamp, start_timestamp, created_at) < ${before}
        AND (transcript IS NOT NULL OR summary IS NOT NULL OR recording_url IS NOT NULL OR analysis IS NOT NULL)`,
    function_calls: await tx.$executeRaw`
      UPDATE function_calls SET arguments = NULL, answer = NULL
      WHERE company_id = ${companyId} AND called_at < ${before} AND (arguments IS NOT NULL OR answer IS NOT NULL)`,
    webhook_events: await tx.$executeRaw`
      DELETE FROM webhook_events WHERE company_id = ${companyId} AND received_at < ${before}`,
    booking_attempts: await tx.$executeRaw`
      UPDATE booking_attempts
      SET customer_name = NULL, customer_phone = NULL, customer_email = NULL, attendee_email = NULL, notes = NULL, result = NULL
      WHERE company_id = ${companyId} AND created_at < ${before} AND state IN ('booked', 'rejected', 'released', 'expired')
        AND (customer_name IS NOT NULL OR customer_phone IS NOT NULL OR customer_email IS NOT NULL
             OR attendee_email IS NOT NULL OR notes IS NOT NULL OR result IS NOT NULL)`,
    callback_requests: await tx.$executeRaw`
      UPDATE callback_requests SET name = NULL, phone = NULL, reason = NULL, preferred_time = NULL, closing_note = NULL
      WHERE company_id = ${companyId} AND created_at < ${before}
        AND (name IS NOT NULL OR phone IS NOT NULL OR reason IS NOT NULL OR preferred_time IS NOT NULL
             OR closing_note IS NOT NULL)`,
    mail_outbox: await tx.$executeRaw`
      DELETE FROM mail_outbox WHERE company_id = ${companyId} AND updated_at < ${before}`,
    appointment_notes: await tx.$executeRaw`
      UPDATE appointments SET notes = NULL, cancellation_reason = NULL
      WHERE company_id = ${companyId} AND ends_at < ${before} AND (notes IS NOT NULL OR cancellation_reason IS NOT NULL)`,
    identity_misses: await tx.$executeRaw`
      DELETE FROM identity_misses WHERE company_id = ${companyId} AND since < ${dayAgo}`,
    reasons: await tx.$executeRaw`
      UPDATE appointment_changes SET reason = NULL
      WHERE company_id = ${companyId} AND created_at < ${before} AND reason IS NOT NULL`,
  }
}

function add(total: Forgotten, more: Forgotten): void {
  for (const [what, count] of Object.entries(more)) total[what] = (total[what] ?? 0) + count
}
