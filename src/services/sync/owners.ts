/**
 * Whose booking it is: which companies a connection serves, and which of them a booking belongs to. A webhook touches only
 * its own connection's companies, whatever it claims. Across companies on purpose, so as the system.
 */
import { readSeatRef } from '../../calcom/seats.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'

/** What identifies a booking to us. */
export interface BookingTraits {
  uids: readonly string[]
  eventTypeId?: number
  /** Our own booking id, from the booking's metadata. */
  attemptId?: string
}

export type Owner = { kind: 'company'; companyId: number } | { kind: 'none' | 'several' }

type Deps = { tenancy: Pick<Tenancy, 'asSystem'> }

export class BookingOwners {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Every company with the connection that serves it. */
  async loadCompanies(): Promise<Array<{ id: number; connectionId: string }>> {
    const rows = await this.#deps.tenancy.asSystem((tx) =>
      tx.company.findMany({ select: { id: true, calcomConnectionId: true }, orderBy: { id: 'asc' } }),
    )
    return rows.map(({ id, calcomConnectionId }) => ({ id, connectionId: calcomConnectionId ?? 'default' }))
  }

  /** The uid of a booking that only its number at Cal.com, or our own id, is known of; null when it is nobody's here. */
  async findByNumber(
    connectionId: string,
    number: number | undefined,
    attemptId?: string,
  ): Promise<string | null> {
    if (number === undefined && attemptId === undefined) return null
    return this.#deps.tenancy.asSystem(async (tx) =>
      uidOf(tx, await companiesOf(tx, connectionId), { number, attemptId }),
    )
  }

  /** The company of a booking: by our own id, by what we know of the booking, or by its event type. */
  async find(connectionId: string, traits: BookingTraits): Promise<Owner> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const companies = await companiesOf(tx, connectionId)
      const known = (await byAttempt(tx, companies, traits)) ?? (await byUid(tx, companies, traits))
      if (known !== null) return { kind: 'company', companyId: known }
      const [first, ...others] = await byEventType(tx, companies, traits)
      if (first === undefined) return { kind: 'none' }
      return others.length === 0 ? { kind: 'company', companyId: first } : { kind: 'several' }
    })
  }
}

async function uidOf(
  tx: Tx,
  companies: number[],
  by: { number: number | undefined; attemptId: string | undefined },
): Promise<string | null> {
  const among = { companyId: { in: companies } }
  const { number, attemptId } = by
  if (number !== undefined) {
    const row = await tx.appointment.findFirst({
      where: { ...among, calcomBookingId: number },
      select: { calcomUid: true },
    })
    return wholeUid(row)
  }
  if (attemptId === undefined) return null
  const row = await tx.bookingAttempt.findFirst({
    where: { ...among, id: attemptId },
    select: { calcomUid: true },
  })
  return wholeUid(row)
}

/** Of a seat the booking it is in: the news may be about anybody's. */
function wholeUid(row: { calcomUid: string | null } | null): string | null {
  const uid = row?.calcomUid ?? null
  return uid === null ? null : (readSeatRef(uid)?.bookingUid ?? uid)
}

async function companiesOf(tx: Tx, connectionId: string): Promise<number[]> {
  const rows = await tx.company.findMany({
    where:
      connectionId === 'default'
        ? { OR: [{ calcomConnectionId: null }, { calcomConnectionId: 'default' }] }
        : { calcomConnectionId: connectionId },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

async function byAttempt(tx: Tx, companies: number[], { attemptId }: BookingTraits): Promise<number | null> {
  if (attemptId === undefined) return null
  const attempt = await tx.bookingAttempt.findFirst({
    where: { id: attemptId, companyId: { in: companies } },
    select: { companyId: true },
  })
  return attempt?.companyId ?? null
}

async function byUid(tx: Tx, companies: number[], { uids }: BookingTraits): Promise<number | null> {
  if (uids.length === 0) return null
  const among = { companyId: { in: companies } }
  const row = await tx.appointment.findFirst({
    where: { ...among, calcomUid: { in: [...uids] } },
    select: { companyId: true },
  })
  if (row) return row.companyId
  const change = await tx.appointmentChange.findFirst({
    where: { ...among, fromUid: { in: [...uids] } },
    select: { companyId: true },
  })
  return change?.companyId ?? null
}

async function byEventType(tx: Tx, companies: number[], { eventTypeId }: BookingTraits): Promise<number[]> {
  if (eventTypeId === undefined) return []
  const where = { calcomEventTypeId: eventTypeId, companyId: { in: companies } }
  const services = await tx.service.findMany({ where, select: { companyId: true } })
  const pairs = await tx.serviceStaff.findMany({ where, select: { companyId: true } })
  return [...new Set([...services, ...pairs].map(({ companyId }) => companyId))]
}
