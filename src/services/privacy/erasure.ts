/**
 * A person's right to know and to be forgotten. Export reads; erase empties every row that names the person, keeps the bare facts for
 * the books, marks what must not come back, and has the vendors asked. Who did it and why stands in the audit log, without the person.
 */

import type { Prisma } from '../../db/generated/client.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Cache } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { standingStatuses } from '../appointments/types.ts'
import { type Asker, writeAudit } from './audit.ts'
import { type NewMark, putMarks } from './marks.ts'
import { loadPerson, type PersonKey, type PersonRows } from './person.ts'
import { rememberedOf } from './remembered.ts'
import type { VendorDeletions, VendorOutcome } from './vendors.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  cache: Pick<Cache, 'delete'>
  vendors: Pick<VendorDeletions, 'run'>
  clock: Clock
}

export type ErasureOutcome =
  | { kind: 'nobody' }
  /** Appointments to come: they have to be cancelled first, since nobody could tell the person of a change any more. */
  | { kind: 'upcoming'; appointmentIds: bigint[] }
  /** The reason itself names the person, and would stay. */
  | { kind: 'telling_reason' }
  | {
      kind: 'erased'
      /** Rows per table. */
      counts: Record<string, number>
      /** What Retell and Cal.com say to it, call by call and booking by booking. */
      vendors: VendorOutcome[]
      /** Whether Redis has forgotten the calls too; else it does so by itself within hours. */
      cacheForgotten: boolean
    }

const erasedName = 'Gelöscht'
const limits = { statementTimeoutMs: 60_000, transactionTimeoutMs: 120_000 }

export class PersonalData {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Everything held about a person, as plain JSON values; who looked, why, and at how many rows is noted in the audit log. */
  async export(key: PersonKey, asker: Asker): Promise<PersonRows | 'telling_reason' | null> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const rows = await loadPerson(tx, key)
      if (isNobody(rows)) return null
      if (tells(asker, rows)) return 'telling_reason'
      await audit(tx, key, rows, 'customer_exported', asker, { read: countsOf(rows) })
      return rows
    }, limits)
  }

  /**
   * Erases a person: one transaction here, then Redis and the vendors, who are left to the job with `vendorsLater`. Refuses while
   * appointments are still to come.
   */
  async erase(
    key: PersonKey,
    asker: Asker,
    { vendorsLater = false }: { vendorsLater?: boolean } = {},
  ): Promise<ErasureOutcome> {
    const { tenancy, cache, vendors, clock } = this.#deps
    const done = await tenancy.asSystem(async (tx) => {
      const rows = await loadPerson(tx, key)
      if (isNobody(rows)) return { kind: 'nobody' as const }
      if (tells(asker, rows)) return { kind: 'telling_reason' as const }
      const now = clock.now()
      const upcoming = rows.appointments.filter(
        ({ status, appointmentDatetime }) => standingStatuses.includes(status) && appointmentDatetime > now,
      )
      if (upcoming.length > 0)
        return { kind: 'upcoming' as const, appointmentIds: upcoming.map(({ id }) => id) }
      // Marks first: what another transaction writes meanwhile meets them.
      await putMarks(tx, key.companyId, marksOf(rows, now), now)
      const counts = await eraseRows(tx, key.companyId, rows, now)
      await audit(tx, key, rows, 'customer_erased', asker, {
        erased: counts,
        bookings: rows.bookingUids.length,
      })
      return { kind: 'erased' as const, counts, calls: rows.calls.map(({ retellCallId }) => retellCallId) }
    }, limits)
    if (done.kind !== 'erased') return done
    const remembered = done.calls.flatMap((callId) => rememberedOf(key.companyId, callId))
    const cacheForgotten = await cache.delete(remembered)
    const asked = vendorsLater ? [] : await vendors.run(key.companyId)
    return { kind: 'erased', counts: done.counts, vendors: asked, cacheForgotten }
  }
}

function isNobody({ customers, calls, attempts, callbacks, webhooks, mails }: PersonRows): boolean {
  const living = customers.filter(({ erasedAt }) => erasedAt === null)
  return [living, calls, attempts, callbacks, webhooks, mails].every((rows) => rows.length === 0)
}

/** Whether the words of the reason hold one of the person's values. */
function tells({ by, why }: Asker, { values }: PersonRows): boolean {
  const text = `${by} ${why}`.toLowerCase()
  const digits = text.replace(/\D/g, '')
  return values.some((value) => {
    const number = /^\+\d{8,}$/.test(value) ? value.replace(/^\+(49)?/, '') : null
    return number === null
      ? value
          .toLowerCase()
          .split(/\s+/)
          .some((word) => word.length > 2 && text.split(/[^\p{L}\p{N}@._-]+/u).includes(word))
      : digits.includes(number)
  })
}

/** A call that may be somebody else's is forgotten in its words alone; at Retell there is no deleting of words, so the whole call goes. */
function marksOf(rows: PersonRows, now: Date): NewMark[] {
  const mentioning = new Set(rows.mentioningCallIds)
  return [
    ...rows.calls.map(
      ({ retellCallId }): NewMark => ({
        kind: 'call',
        key: retellCallId,
        reason: mentioning.has(retellCallId) ? 'mentioned' : 'erased',
        askVendorAt: now,
      }),
    ),
    ...rows.bookingUids.map(
      (uid): NewMark => ({ kind: 'booking', key: uid, reason: 'erased', askVendorAt: now }),
    ),
  ]
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
    answered_bodies: await tx.answeredBody.updateMany({
      where: { companyId, callId: { in: callIds } },
      data: { answer: null },
    }),
  }
  const raw = {
    appointment_changes: await tx.$executeRaw`
      UPDATE appointment_changes SET reason = NULL
      WHERE company_id = ${companyId} AND id = ANY(${rows.changes.map(({ id }) => String(id))}::bigint[])`,
    booking_attempt_results: await tx.$executeRaw`
      UPDATE booking_attempts SET result = NULL
      WHERE company_id = ${companyId} AND id = ANY(${rows.attempts.map(({ id }) => id)}) AND state NOT IN ('executing', 'unknown')`,
    // The marks' trigger empties the numbers of calls that are this person's own.
    calls: await tx.$executeRaw`
      UPDATE calls SET transcript = NULL, summary = NULL, recording_url = NULL, analysis = NULL
      WHERE company_id = ${companyId} AND retell_call_id = ANY(${callIds})`,
    function_calls: await tx.$executeRaw`
      UPDATE function_calls SET arguments = NULL, answer = NULL
      WHERE company_id = ${companyId} AND call_id = ANY(${callIds})`,
  }
  return { ...Object.fromEntries(Object.entries(done).map(([table, { count }]) => [table, count])), ...raw }
}

function countsOf(rows: PersonRows): Record<string, number> {
  const { customers, appointments, changes, attempts, calls, functionCalls, callbacks, mails, webhooks } =
    rows
  const lists = {
    customers,
    appointments,
    changes,
    attempts,
    calls,
    functionCalls,
    callbacks,
    mails,
    webhooks,
  }
  return Object.fromEntries(Object.entries(lists).map(([what, list]) => [what, list.length]))
}

async function audit(
  tx: Tx,
  { companyId }: PersonKey,
  { customers }: PersonRows,
  action: string,
  { by, why }: Asker,
  detail: Prisma.InputJsonObject,
): Promise<void> {
  await writeAudit(tx, {
    companyId,
    actor: by,
    action,
    entity: 'customer',
    entityId: customers.map(({ id }) => id).join(',') || 'unknown',
    detail: { why, ...detail },
  })
}
