/**
 * Everything the gateway holds about one person of one company. Found by customer id, or by phone number, which may be several
 * people's; rows that carry only the number count as theirs when nobody else of the company has it.
 */
import type { Tx } from '../../db/tenancy.ts'

export interface PersonKey {
  companyId: number
  /** Either of them. */
  customerId?: number
  /** E.164. */
  phone?: string
}

export type PersonRows = Awaited<ReturnType<typeof loadPerson>>

/** Reads it, under the system role: webhook payloads belong to no tenant. */
export async function loadPerson(tx: Tx, { companyId, customerId, phone }: PersonKey) {
  const customers = await tx.customer.findMany({
    where: { companyId, ...(customerId === undefined ? { phone } : { id: customerId }) },
    orderBy: { id: 'asc' },
  })
  const ids = customers.map(({ id }) => id)
  const emails = present(customers.map(({ email }) => email))
  const phones = await ownPhones(tx, companyId, ids, present([...customers.map((one) => one.phone), phone]))
  const appointments = await tx.appointment.findMany({ where: { companyId, customerId: { in: ids } } })
  const appointmentIds = appointments.map(({ id }) => id)
  const attempts = await tx.bookingAttempt.findMany({
    where: {
      companyId,
      OR: [
        { appointmentId: { in: appointmentIds } },
        { customerPhone: { in: phones } },
        { customerEmail: { in: emails } },
      ],
    },
  })
  const calls = await tx.call.findMany({
    where: {
      companyId,
      OR: [{ customerId: { in: ids } }, { fromNumber: { in: phones } }, { toNumber: { in: phones } }],
    },
  })
  const callIds = calls.map(({ retellCallId }) => retellCallId)
  const callbacks = await tx.callbackRequest.findMany({
    where: {
      companyId,
      OR: [{ customerId: { in: ids } }, { phone: { in: phones } }, { callId: { in: callIds } }],
    },
  })
  const mails = await tx.mailOutbox.findMany({
    where: {
      companyId,
      OR: [
        { appointmentId: { in: appointmentIds } },
        { toAddress: { in: emails } },
        ...callbacks.map(({ id }) => ({ dedupeKey: { startsWith: `callback:${id}:` } })),
      ],
    },
  })
  const uids = present([
    ...appointments.map(({ calcomUid }) => calcomUid),
    ...attempts.map(({ calcomUid }) => calcomUid),
  ])
  return {
    customers,
    appointments,
    changes: await tx.appointmentChange.findMany({
      where: { companyId, appointmentId: { in: appointmentIds } },
    }),
    attempts,
    calls,
    sessions: await tx.retellCallSession.findMany({
      where: { companyId, callId: { in: callIds } },
      omit: { functionCalls: true },
    }),
    functionCalls: await tx.functionCall.findMany({
      where: { companyId, callId: { in: callIds } },
      orderBy: [{ callId: 'asc' }, { calledAt: 'asc' }, { number: 'asc' }],
    }),
    callbacks,
    mails,
    webhooks: await loadWebhooks(tx, companyId, [...uids, ...emails, ...phones]),
  }
}

/** Numbers that belong to these people alone. */
async function ownPhones(tx: Tx, companyId: number, ids: number[], phones: string[]): Promise<string[]> {
  const shared = await tx.customer.findMany({
    where: { companyId, phone: { in: phones }, id: { notIn: ids }, erasedAt: null },
    select: { phone: true },
  })
  return phones.filter((phone) => !shared.some((other) => other.phone === phone))
}

/** Stored webhooks of the company that name one of these bookings, addresses or numbers. */
async function loadWebhooks(tx: Tx, companyId: number, words: string[]) {
  if (words.length === 0) return []
  return tx.$queryRaw<Array<{ id: bigint; event_type: string; received_at: Date; payload: unknown }>>`
    SELECT id, event_type, received_at, payload FROM webhook_events
    WHERE (company_id = ${companyId} OR company_id IS NULL)
      AND EXISTS (SELECT FROM unnest(${words}::text[]) AS word WHERE position(word IN payload::text) > 0)`
}

function present(values: ReadonlyArray<string | null | undefined>): string[] {
  return [...new Set(values.filter((value) => value !== null && value !== undefined))]
}
