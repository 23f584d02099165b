/**
 * Forgets what a company need not keep: each kind of data after its own time (periods.ts), inactive customers as if they had asked. The facts
 * (that a call took place, how long it was, what was booked) stay. Runs under the system role, one transaction a company and each
 * statement naming its company; running it again changes nothing more.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Asker, writeAudit } from './audit.ts'
import type { PersonalData } from './erasure.ts'
import { type Periods, periodsOf, wantedPeriods } from './periods.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  personalData: Pick<PersonalData, 'erase'>
  clock: Clock
}

/** Rows cleared or deleted, by what they held. */
export type Forgotten = Record<string, number>

/** What a company's retention is, and what it would forget now. */
export interface RetentionPreview {
  running: Periods
  wanted: Periods
  isReleased: boolean
  /** With the wanted periods. */
  wouldGo: Forgotten
}

const dayMs = 86_400_000
/** Enough for a company that was never cleaned before; more comes the next day. */
const limits = { statementTimeoutMs: 120_000, transactionTimeoutMs: 600_000 }
const inactivePerRun = 200

export class Retention {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Cleans every company, and payloads that belong to none. Out: how much was forgotten in all. */
  async run(signal?: AbortSignal): Promise<Forgotten> {
    const { tenancy } = this.#deps
    const companies = await tenancy.asSystem((tx) => tx.company.findMany({ orderBy: { id: 'asc' } }))
    const total: Forgotten = {}
    for (const company of companies) {
      signal?.throwIfAborted()
      add(total, await this.#clean(company.id, periodsOf(company), signal))
    }
    // Nobody's payloads may be anybody's: the shortest promise counts.
    const shortest = Math.min(...companies.map((company) => periodsOf(company).messages), 90)
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

  /** What would be forgotten with the periods a company wants: done, counted, and undone. Null: no such company. */
  async preview(companyId: number): Promise<RetentionPreview | null> {
    const { tenancy } = this.#deps
    const company = await tenancy.asSystem((tx) => tx.company.findUnique({ where: { id: companyId } }))
    if (company === null) return null
    const wanted = wantedPeriods(company)
    const undone = new Error('undone')
    let wouldGo: Forgotten = {}
    try {
      await tenancy.asSystem(async (tx) => {
        wouldGo = await this.#cleanRows(tx, companyId, wanted)
        wouldGo.inactive_customers = (await this.#inactive(tx, companyId, wanted, null)).length
        throw undone
      }, limits)
    } catch (error) {
      if (error !== undone) throw error
    }
    return { running: periodsOf(company), wanted, isReleased: company.retentionReleasedAt !== null, wouldGo }
  }

  /** Puts the wanted periods into force and forgets by them. Out: what went. */
  async release(companyId: number, { by, why }: Asker): Promise<Forgotten> {
    const now = this.#deps.clock.now()
    const company = await this.#deps.tenancy.asSystem(async (tx) => {
      await writeAudit(tx, {
        companyId,
        actor: by,
        action: 'retention_released',
        entity: 'company',
        entityId: String(companyId),
        detail: { why },
      })
      return tx.company.update({ where: { id: companyId }, data: { retentionReleasedAt: now } })
    })
    return this.#clean(companyId, periodsOf(company))
  }

  #before(days: number): Date {
    return new Date(this.#deps.clock.now().getTime() - days * dayMs)
  }

  async #clean(companyId: number, periods: Periods, signal?: AbortSignal): Promise<Forgotten> {
    const { tenancy, personalData } = this.#deps
    const forgotten = await tenancy.asSystem(async (tx) => {
      const forgotten = await this.#cleanRows(tx, companyId, periods)
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
    const inactive = await tenancy.asSystem((tx) => this.#inactive(tx, companyId, periods, inactivePerRun))
    const asker = { by: 'retention', why: `inactive for ${periods.inactiveMonths} months` }
    for (const customerId of inactive) {
      signal?.throwIfAborted()
      await personalData.erase({ companyId, customerId }, asker, { vendorsLater: true })
    }
    return { ...forgotten, inactive_customers: inactive.length }
  }

  /** Customers without an appointment, a call or an open callback for that long. */
  async #inactive(
    tx: Tx,
    companyId: number,
    { inactiveMonths }: Periods,
    max: number | null,
  ): Promise<number[]> {
    if (inactiveMonths === null) return []
    const before = new Date(this.#deps.clock.now())
    before.setUTCMonth(before.getUTCMonth() - inactiveMonths)
    const rows = await tx.$queryRaw<Array<{ id: number }>>`
      SELECT c.id FROM customers c
      WHERE c.company_id = ${companyId} AND c.erased_at IS NULL AND c.created_at < ${before}
        AND NOT EXISTS (SELECT FROM appointments a
          WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.ends_at >= ${before})
        AND NOT EXISTS (SELECT FROM calls k
          WHERE k.company_id = c.company_id AND k.customer_id = c.id AND coalesce(k.start_timestamp, k.created_at) >= ${before})
        AND NOT EXISTS (SELECT FROM callback_requests b
          WHERE b.company_id = c.company_id AND b.customer_id = c.id AND b.status = 'open')
      ORDER BY c.id LIMIT ${max}`
    return rows.map(({ id }) => id)
  }

  async #cleanRows(tx: Tx, companyId: number, periods: Periods): Promise<Forgotten> {
    const transcripts = this.#before(periods.transcripts)
    const recordings = this.#before(periods.recordings)
    const args = this.#before(periods.arguments)
    const messages = this.#before(periods.messages)
    const facts = periods.callFacts === null ? null : this.#before(periods.callFacts)
    return {
      transcripts: await tx.$executeRaw`
        UPDATE calls SET transcript = NULL, summary = NULL, analysis = NULL
        WHERE company_id = ${companyId} AND coalesce(end_timestamp, start_timestamp, created_at) < ${transcripts}
          AND (transcript IS NOT NULL OR summary IS NOT NULL OR analysis IS NOT NULL)`,
      recordings: await tx.$executeRaw`
        UPDATE calls SET recording_url = NULL
        WHERE company_id = ${companyId} AND coalesce(end_timestamp, start_timestamp, created_at) < ${recordings}
          AND recording_url IS NOT NULL`,
      function_calls: await tx.$executeRaw`
        UPDATE function_calls SET arguments = NULL, answer = NULL
        WHERE company_id = ${companyId} AND called_at < ${args} AND (arguments IS NOT NULL OR answer IS NOT NULL)`,
      booking_attempts: await tx.$executeRaw`
        UPDATE booking_attempts
        SET customer_name = NULL, customer_phone = NULL, customer_email = NULL, attendee_email = NULL, notes = NULL, result = NULL
        WHERE company_id = ${companyId} AND created_at < ${args} AND state IN ('booked', 'rejected', 'released', 'expired')
          AND (customer_name IS NOT NULL OR customer_phone IS NOT NULL OR customer_email IS NOT NULL
               OR attendee_email IS NOT NULL OR notes IS NOT NULL OR result IS NOT NULL)`,
      webhook_events: await tx.$executeRaw`
        DELETE FROM webhook_events WHERE company_id = ${companyId} AND received_at < ${messages}`,
      callback_requests: await tx.$executeRaw`
        UPDATE callback_requests SET name = NULL, phone = NULL, reason = NULL, preferred_time = NULL, closing_note = NULL
        WHERE company_id = ${companyId} AND created_at < ${messages}
          AND (name IS NOT NULL OR phone IS NOT NULL OR reason IS NOT NULL OR preferred_time IS NOT NULL
               OR closing_note IS NOT NULL)`,
      mail_outbox: await tx.$executeRaw`
        DELETE FROM mail_outbox WHERE company_id = ${companyId} AND updated_at < ${messages}`,
      appointment_notes: await tx.$executeRaw`
        UPDATE appointments SET notes = NULL, cancellation_reason = NULL
        WHERE company_id = ${companyId} AND ends_at < ${messages} AND (notes IS NOT NULL OR cancellation_reason IS NOT NULL)`,
      reasons: await tx.$executeRaw`
        UPDATE appointment_changes SET reason = NULL
        WHERE company_id = ${companyId} AND created_at < ${messages} AND reason IS NOT NULL`,
      identity_misses: await tx.$executeRaw`
        DELETE FROM identity_misses WHERE company_id = ${companyId} AND since < ${this.#before(1)}`,
      answered_bodies: await tx.$executeRaw`
        DELETE FROM answered_bodies
        WHERE company_id = ${companyId} AND first_at < ${this.#before(1)}::timestamptz - interval '5 minutes'`,
      // Never compares as true without a period.
      call_facts: await tx.$executeRaw`
        UPDATE calls SET customer_id = NULL,
          from_number = CASE WHEN direction = 'outbound' THEN from_number END,
          to_number = CASE WHEN direction = 'outbound' THEN NULL ELSE to_number END
        WHERE company_id = ${companyId} AND coalesce(end_timestamp, start_timestamp, created_at) < ${facts}::timestamptz
          AND (customer_id IS NOT NULL OR CASE WHEN direction = 'outbound' THEN to_number ELSE from_number END IS NOT NULL)`,
    }
  }
}

function add(total: Forgotten, more: Forgotten): void {
  for (const [what, count] of Object.entries(more)) total[what] = (total[what] ?? 0) + count
}
