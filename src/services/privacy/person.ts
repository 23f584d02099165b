/**
 * Everything the gateway holds about one person of one company. Found by customer id, phone number or address; numbers and addresses
 * may be several people's, and rows that carry only them count as this person's when nobody else of the company has them. From what is
 * theirs the search goes on once: the calls of their drafts, callbacks and appointments, and calls whose words name their number.
 */
import type { Tx } from '../../db/tenancy.ts'

export interface PersonKey {
  companyId: number
  /** One of them at least. */
  customerId?: number
  /** E.164. */
  phone?: string
  email?: string
}

export type PersonRows = Awaited<ReturnType<typeof loadPerson>>

/** Digits that are enough to tell a number from others; Germany's country code and the zero at home are left out. */
const nationalDigitsMin = 7

/** Reads it, under the system role: webhook payloads belong to no tenant. */
export async function loadPerson(tx: Tx, { companyId, customerId, phone, email }: PersonKey) {
  const address = email?.toLowerCase()
  const customers = await tx.customer.findMany({
    where:
      customerId === undefined
        ? {
            companyId,
            OR: [
              ...(phone === undefined ? [] : [{ phone }]),
              ...(address === undefined ? [] : [{ email: address }]),
            ],
          }
        : { companyId, id: customerId },
    orderBy: { id: 'asc' },
  })
  const ids = customers.map(({ id }) => id)
  const names = present(customers.map(({ name, erasedAt }) => (erasedAt === null ? name : null)))
  const allPhones = present([...customers.map((one) => one.phone), phone])
  const { phones, emails } = await own(tx, companyId, ids, {
    phones: allPhones,
    emails: present([...customers.map((one) => one.email), address]),
  })
  const appointments = await tx.appointment.findMany({ where: { companyId, customerId: { in: ids } } })
  const appointmentIds = appointments.map(({ id }) => id)
  const changes = await tx.appointmentChange.findMany({
    where: { companyId, appointmentId: { in: appointmentIds } },
  })
  const attempts = await tx.bookingAttempt.findMany({
    where: {
      companyId,
      OR: [
        { appointmentId: { in: appointmentIds } },
        { customerPhone: { in: phones } },
        { customerEmail: { in: emails } },
        { customerPhone: { in: allPhones }, customerName: { in: names } },
      ],
    },
  })
  const ownCalls = await tx.call.findMany({
    where: {
      companyId,
      OR: [{ customerId: { in: ids } }, { fromNumber: { in: phones } }, { toNumber: { in: phones } }],
    },
  })
  const ownCallIds = ownCalls.map(({ retellCallId }) => retellCallId)
  const callbacks = await tx.callbackRequest.findMany({
    where: {
      companyId,
      OR: [
        { customerId: { in: ids } },
        { phone: { in: phones } },
        { callId: { in: ownCallIds } },
        { phone: { in: allPhones }, name: { in: names } },
      ],
    },
  })
  const led = present([...appointments, ...changes, ...attempts, ...callbacks].map(({ callId }) => callId))
  // A call that led to what is theirs, or speaks of their number, is not always theirs: its number and customer may be somebody else's.
  const otherCalls = await tx.call.findMany({
    where: {
      companyId,
      id: { in: await mentioning(tx, companyId, led, phones, emails) },
      retellCallId: { notIn: ownCallIds },
    },
  })
  const calls = [...ownCalls, ...otherCalls]
  const callIds = calls.map(({ retellCallId }) => retellCallId)
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
  const known = present([
    ...appointments.map(({ calcomUid }) => calcomUid),
    ...changes.flatMap(({ fromUid, toUid }) => [fromUid, toUid]),
    ...attempts.flatMap(({ calcomUid, targetUid }) => [calcomUid, targetUid]),
  ])
  const named = await loadWebhooks(tx, companyId, [...known, ...emails, ...phones.map((one) => one.slice(1))])
  const bookingUids = present([...known, ...named.flatMap(({ payload }) => uidsOf(payload))])
  return {
    customers,
    appointments,
    changes,
    attempts,
    calls,
    /** Calls among them that may be somebody else's. */
    mentioningCallIds: otherCalls.map(({ retellCallId }) => retellCallId),
    sessions: await tx.retellCallSession.findMany({
      where: { companyId, callId: { in: callIds } },
      omit: { functionCalls: true },
    }),
    functionCalls: await tx.functionCall.findMany({
      where: { companyId, callId: { in: callIds } },
      orderBy: [{ callId: 'asc' }, { calledAt: 'asc' }, { number: 'asc' }],
    }),
    evidence: await tx.callEvidence.findMany({ where: { companyId, callId: { in: callIds } } }),
    callbacks,
    mails,
    /** Every uid that their bookings ever had at Cal.com. */
    bookingUids,
    webhooks: await loadWebhooks(tx, companyId, [
      ...bookingUids,
      ...emails,
      ...phones.map((one) => one.slice(1)),
    ]),
    /** What was searched for, so that nobody writes it down again. */
    values: [...names, ...allPhones, ...emails],
  }
}

/** Numbers and addresses that belong to these people alone. */
async function own(
  tx: Tx,
  companyId: number,
  ids: number[],
  { phones, emails }: { phones: string[]; emails: string[] },
): Promise<{ phones: string[]; emails: string[] }> {
  const others = await tx.customer.findMany({
    where: {
      companyId,
      id: { notIn: ids },
      erasedAt: null,
      OR: [{ phone: { in: phones } }, { email: { in: emails } }],
    },
    select: { phone: true, email: true },
  })
  return {
    phones: phones.filter((phone) => !others.some((other) => other.phone === phone)),
    emails: emails.filter((email) => !others.some((other) => other.email === email)),
  }
}

/** The calls of these ids, and those in which one of the numbers (in digits) or addresses was spoken or written. */
async function mentioning(
  tx: Tx,
  companyId: number,
  callIds: readonly string[],
  phones: readonly string[],
  emails: readonly string[],
): Promise<bigint[]> {
  const digits = phones
    .map((phone) => phone.replace(/^\+(49)?/, ''))
    .filter((text) => text.length >= nationalDigitsMin)
  const rows = await tx.$queryRaw<Array<{ id: bigint }>>`
    SELECT id FROM calls
    WHERE company_id = ${companyId} AND (retell_call_id = ANY(${[...callIds]}::text[]) OR (
      coalesce(transcript, summary, analysis::text) IS NOT NULL AND (
        EXISTS (SELECT FROM unnest(${digits}::text[]) AS word
                WHERE position(word IN regexp_replace(concat_ws(' ', transcript, summary, analysis::text), '[^[:alnum:]]', '', 'g')) > 0)
        OR EXISTS (SELECT FROM unnest(${[...emails]}::text[]) AS word
                   WHERE position(word IN lower(concat_ws(' ', transcript, summary, analysis::text))) > 0))))`
  return rows.map(({ id }) => id)
}

/** Stored webhooks of the company, or of no company yet, that name one of these bookings, addresses or numbers. */
async function loadWebhooks(tx: Tx, companyId: number, words: string[]) {
  if (words.length === 0) return []
  return tx.$queryRaw<Array<{ id: bigint; event_type: string; received_at: Date; payload: unknown }>>`
    SELECT id, event_type, received_at, payload FROM webhook_events
    WHERE (company_id = ${companyId} OR company_id IS NULL)
      AND EXISTS (SELECT FROM unnest(${words}::text[]) AS word WHERE position(lower(word) IN lower(payload::text)) > 0)
    ORDER BY id`
}

function uidsOf(payload: unknown): string[] {
  const inner = (payload as { payload?: Record<string, unknown> } | null)?.payload
  if (typeof inner !== 'object' || inner === null) return []
  return [inner.uid, inner.bookingUid, inner.rescheduleUid].filter(
    // What comes from outside may hold anything where a uid should be.
    (uid): uid is string => typeof uid === 'string' && /^[\w:-]{1,255}$/.test(uid),
  )
}

function present(values: ReadonlyArray<string | null | undefined>): string[] {
  return [...new Set(values.filter((value) => value !== null && value !== undefined))]
}
