/**
 * Offboarding: everything of a company leaves the database in one transaction. What the vendors still hold is listed for whoever
 * deletes it there; the Cal.com connection goes too if no other company uses it.
 */
import type { Tenancy, Tx } from '../db/tenancy.ts'
import { companyOf } from './state.ts'

export interface Removed {
  companyId: number
  name: string
  slug: string
  /** Rows by table, those with any. */
  counts: Record<string, number>
  atVendors: {
    /** Connection, and how many bookings there were made or seen. */
    calcom: { connection: string; isShared: boolean; bookings: number; upcoming: number }
    retell: { agents: string[]; numbers: string[]; calls: number }
  }
}

/** Children before parents; what the deletions leave in the audit log goes last. */
const tablesInOrder = [
  'mail_outbox',
  'appointment_changes',
  'callback_requests',
  'booking_attempts',
  'visits',
  'appointments',
  'function_calls',
  // The table, or the view over it: rows go by either name.
  'retell_call_sessions',
  'call_figures',
  'function_figures',
  'figures_due',
  'calls',
  'identity_misses',
  'erasure_marks',
  'call_evidence',
  'answered_bodies',
  'webhook_events',
  'customers',
  'closures',
  'absences',
  'policies',
  'service_staff',
  'service_synonyms',
  'phone_numbers',
  'staff',
  'opening_hours',
  'services',
  'branches',
  'sync_marks',
  'agent_releases',
  'company_files',
  'console_memberships',
  'audit_log',
] as const

const limits = { lockTimeoutMs: 30_000, statementTimeoutMs: 300_000, transactionTimeoutMs: 900_000 }

/** What would go and what would stay; changes nothing. @throws CompanyProblem when there is no such company */
export function previewRemoval(
  tenancy: Pick<Tenancy, 'asSystem'>,
  which: string,
  now: Date,
): Promise<Removed> {
  return tenancy.asSystem((tx) => inventory(tx, which, now), limits)
}

/** Deletes everything of a company. Out: what went and what stays. @throws CompanyProblem when there is no such company */
export function removeCompany(
  tenancy: Pick<Tenancy, 'asSystem'>,
  which: string,
  now: Date,
): Promise<Removed> {
  return tenancy.asSystem(async (tx) => {
    const removed = await inventory(tx, which, now)
    const { companyId } = removed
    // Nobody books for it meanwhile.
    await tx.$executeRaw`SELECT id FROM companies WHERE id = ${companyId} FOR UPDATE`
    await tx.branch.updateMany({ where: { companyId }, data: { defaultServiceId: null } })
    const deleteAll = (table: string) =>
      tx.$executeRawUnsafe(`DELETE FROM ${table} WHERE company_id = $1`, companyId)
    for (const table of tablesInOrder) await deleteAll(table)
    // Whoever could open the console for this company alone is forgotten.
    const alone = { NOT: { id: { in: await membersLeft(tx) } } }
    const gone = (await tx.consoleUser.findMany({ where: alone, select: { id: true } })).map(({ id }) => id)
    await tx.consoleSession.deleteMany({ where: { userId: { in: gone } } })
    await tx.consoleLink.deleteMany({ where: { userId: { in: gone } } })
    await tx.consoleUser.deleteMany({ where: { id: { in: gone } } })
    const { connection, isShared } = removed.atVendors.calcom
    await tx.company.delete({ where: { id: companyId } })
    if (connection !== 'default' && !isShared) await tx.calcomConnection.delete({ where: { id: connection } })
    return removed
  }, limits)
}

async function membersLeft(tx: Tx): Promise<number[]> {
  const rows = await tx.consoleMembership.findMany({ distinct: ['userId'], select: { userId: true } })
  return rows.map(({ userId }) => userId)
}

async function inventory(tx: Tx, which: string, now: Date): Promise<Removed> {
  const { id: companyId, name, slug } = await companyOf(tx, which)
  const counts: Record<string, number> = {}
  for (const table of tablesInOrder) {
    const [row] = await tx.$queryRawUnsafe<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM ${table} WHERE company_id = $1`,
      companyId,
    )
    if (row!.n > 0) counts[table] = row!.n
  }
  const { calcomConnectionId } = await tx.company.findUniqueOrThrow({ where: { id: companyId } })
  const sharing = await tx.company.count({ where: { calcomConnectionId, id: { not: companyId } } })
  const booked = { companyId, calcomUid: { not: null } }
  const numbers = await tx.phoneNumber.findMany({
    where: { companyId },
    select: { number: true, agentId: true },
  })
  return {
    companyId,
    name,
    slug,
    counts,
    atVendors: {
      calcom: {
        connection: calcomConnectionId ?? 'default',
        isShared: sharing > 0,
        bookings: await tx.appointment.count({ where: booked }),
        upcoming: await tx.appointment.count({
          where: { ...booked, status: { in: ['scheduled', 'pending'] }, appointmentDatetime: { gt: now } },
        }),
      },
      retell: {
        agents: [...new Set(numbers.flatMap(({ agentId }) => agentId ?? []))],
        numbers: numbers.map(({ number }) => number),
        calls: await tx.call.count({ where: { companyId } }),
      },
    },
  }
}
