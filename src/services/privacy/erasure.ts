/**
 * A person's right to know and to be forgotten. Export reads; erase empties every row that names the person and keeps the bare
 * facts for the books. Cal.com's API can neither change nor delete an attendee of an existing booking (calcom.md), so the report
 * names those bookings for the business to delete there by hand.
 */

import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { standingStatuses } from '../appointments/types.ts'
import { writeAudit } from './audit.ts'
import { loadPerson, type PersonKey, type PersonRows } from './person.ts'

type Deps = { tenancy: Pick<Tenancy, 'asSystem'>; clock: Clock }

export type ErasureOutcome =
  | { kind: 'nobody' }
  /** Whoever still has an appointment would stand before a closed door: cancel first. */
  | { kind: 'upcoming'; appointmentIds: bigint[] }
  | {
      kind: 'erased'
      /** Rows per table. */
      counts: Record<string, number>
      /** Bookings at Cal.com that still hold name, email and number. */
      calcomUids: string[]
    }

const erasedName = 'Gelöscht'
const limits = { statementTimeoutMs: 60_000, transactionTimeoutMs: 120_000 }

export class PersonalData {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Everything held about a person, as plain JSON values; the look-up itself is noted in the audit log. */
  async export(key: PersonKey): Promise<PersonRows | null> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const rows = await loadPerson(tx, key)
      if (isNobody(rows)) return null
      await audit(tx, key, rows, 'customer_exported')
      return rows
    }, limits)
  }

  /** Erases a person in one transaction. Refuses while appointments are still to come. */
  async erase(key: PersonKey): Promise<ErasureOutcome> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const rows = await loadPerson(tx, key)
      if (isNobody(rows)) return { kind: 'nobody' }
      const now = this.#deps.clock.now()
      const upcoming = rows.appointments.filter(
        ({ status, appointmentDatetime }) => standingStatuses.includes(status) && appointmentDatetime > now,
      )
      if (upcoming.length > 0) return { kind: 'upcoming', appointmentIds: upcoming.map(({ id }) => id) }
      const counts = await eraseRows(tx, key.companyId, rows, now)
      await audit(tx, key, rows, 'customer_erased', counts)
      const uids = rows.appointments.map(({ calcomUid }) => calcomUid).filter((uid) => uid !== null)
      return { kind: 'erased', counts, calcomUids: uids }
    }, limits)
  }
}

function isNobody({ customers, calls, attempts, callbacks }: PersonRows): boolean {
  return customers.length + calls.length + attempts.length + callbacks.length === 0
}

async function eraseRows(
  tx: Tx,
  companyId: number,
  rows: PersonRows,
  now: Date,
): Promise<Record<string, number>> {
  const among = <T>(list: ReadonlyArray<{ id: T }>) => ({ id: { in: list.map(({ id }) => id) } })
  const callIds = rows.calls.map(({ retellCallId }) => retellCallId)
  const done = {
    customers: await tx.customer.updateMany({
      where: { companyId, ...among(rows.customers) },
      data: { name: erasedName, phone: null, email: null, erasedAt: now },
    }),
    appointments: await tx.appointment.updateMany({
      where: { companyId, ...among(rows.appointments) },
      data: { attendeeName: null, attendeeEmail: null, notes: null, cancellationReason: null },
    }),
    booking_attempts: await tx.bookingAttempt.updateMany({
      where: { companyId, ...among(rows.attempts) },
      data: {
        customerName: null,
        customerPhone: null,
        customerEmail: null,
        attendeeEmail: null,
        notes: null,
      },
    }),
    callback_requests: await tx.callbackRequest.updateMany({
      where: { companyId, ...among(rows.callbacks) },
      data: { name: null, phone: null, reason: null, preferredTime: null, closingNote: null },
    }),
    mail_outbox: await tx.mailOutbox.deleteMany({ where: { companyId, ...among(rows.mails) } }),
    webhook_events: await tx.webhookEvent.deleteMany({ where: among(rows.webhooks) }),
  }
  const raw = {
    appointment_changes: await tx.$executeRaw`
      UPDATE appointment_changes SET reason = NULL
      WHERE company_id = ${companyId} AND id = ANY(${rows.changes.map(({ id }) => String(id))}::bigint[])`,
    calls: await tx.$executeRaw`
      UPDATE calls SET transcript = NULL, summary = NULL, recording_url = NULL, analysis = NULL,
        from_number = CASE WHEN direction = 'outbound' THEN from_number END,
        to_number = CASE WHEN direction = 'outbound' THEN NULL ELSE to_number END
      WHERE company_id = ${companyId} AND retell_call_id = ANY(${callIds})`,
    function_calls: await tx.$executeRaw`
      UPDATE function_calls SET arguments = NULL, answer = NULL
      WHERE company_id = ${companyId} AND call_id = ANY(${callIds})`,
  }
  return { ...Object.fromEntries(Object.entries(done).map(([table, { count }]) => [table, count])), ...raw }
}

async function audit(
  tx: Tx,
  { companyId }: PersonKey,
  { customers }: PersonRows,
  action: string,
  counts: Record<string, number> = {},
): Promise<void> {
  await writeAudit(tx, {
    companyId,
    actor: 'cli',
    action,
    entity: 'customer',
    entityId: customers.map(({ id }) => id).join(',') || 'unknown',
    detail: counts,
  })
}
