/**
 * Customers: who is calling, and whose booking it is. The number the network reports is the only proof of identity; people who
 * share it are told apart by name; a withheld number recognises nobody (design section 9, incidents I-68, I-69).
 * Limit: reads and writes customers only inside the company's own transaction; never speaks.
 */
import type { Tenancy, Tx } from '../db/tenancy.ts'
import { comparePersonNames } from './matching/index.ts'

/** A person on the caller's number, with what they have booked. */
export interface KnownCustomer {
  id: number
  name: string
  phone: string | null
  email: string | null
  /** Appointments ever made, without cancelled and rejected ones. */
  appointmentCount: number
  /** Start of the latest appointment that is over. */
  lastVisit: Date | null
  /** The next ones, earliest first, at most five. */
  upcoming: CustomerAppointment[]
  /** The latest ones that are over, newest first, at most ten. */
  history: CustomerAppointment[]
}

export interface CustomerAppointment {
  id: number
  startsAt: Date
  serviceId: number
  staffId: number | null
  status: string
}

/** What somebody usually books: a suggestion for the agent, never a default (incident I-63). */
export interface Habit {
  serviceId: number
  /** Share of the recent visits, 0 to 1. */
  confidence: number
  staffId: number | null
}

type Deps = { tenancy: Pick<Tenancy, 'run'> }

interface CustomerRow {
  id: number
  name: string
  phone: string | null
  email: string | null
  appointment_count: number
  last_visit: Date | null
  upcoming: StoredAppointment[] | null
  history: StoredAppointment[] | null
}
type StoredAppointment = {
  id: number
  starts_at: string
  service_id: number
  staff_id: number | null
  status: string
}

const peopleMax = 10

/** Recognises callers and keeps their data. */
export class CustomerService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Everybody on a number, the latest visitor first, in one transaction with one question.
   * In: the caller's number as the network reports it (E.164); null when withheld, which knows nobody.
   */
  async recognise(companyId: number, callerNumber: string | null, now: Date): Promise<KnownCustomer[]> {
    if (callerNumber === null) return []
    return this.#deps.tenancy.run(companyId, (tx) => loadPeople(tx, companyId, callerNumber, now))
  }

  /** The same inside a transaction that is open already. */
  async loadOnNumber(tx: Tx, companyId: number, callerNumber: string | null): Promise<PersonOnNumber[]> {
    if (callerNumber === null) return []
    const people = await tx.customer.findMany({
      where: { companyId, phone: callerNumber, erasedAt: null },
      select: { id: true, name: true, email: true, source: true, phoneConfirmedAt: true },
      orderBy: { id: 'asc' },
      take: 50,
    })
    return people.map(({ source, phoneConfirmedAt, ...person }) => ({
      ...person,
      isUnconfirmed: source === 'web' && phoneConfirmedAt === null,
    }))
  }

  /**
   * The customer a booking belongs to: the person of that name on the caller's number, else a new one. Completes what is
   * missing, never replaces a known value by a worse one. A withheld number is never merged with anybody, except with
   * the same name in the same call.
   */
  async resolveForBooking(
    tx: Tx,
    booking: {
      companyId: number
      callId: string | null
      callerNumber: string | null
      name: string
      phone: string | null
      email: string | null
      now: Date
    },
  ): Promise<number> {
    const { companyId, callerNumber, callId, now } = booking
    const key = callerNumber ?? callId
    // Two bookings from one number at once must not create the person twice.
    if (key !== null)
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`customer:${companyId}:${key}`}, 0))`
    const candidates =
      callerNumber === null
        ? await loadFromCall(tx, companyId, callId)
        : await this.loadOnNumber(tx, companyId, callerNumber)
    const known = findPerson(candidates, booking.name)
    if (known) {
      const better = {
        ...(isFuller(booking.name, known.name) && { name: booking.name }),
        ...(known.email === null && booking.email !== null && { email: booking.email }),
        ...(callerNumber !== null && known.isUnconfirmed && { phoneConfirmedAt: now }),
      }
      if (Object.keys(better).length > 0) await tx.customer.update({ where: { id: known.id }, data: better })
      return known.id
    }
    const created = await tx.customer.create({
      data: {
        companyId,
        name: booking.name,
        phone: callerNumber ?? booking.phone,
        email: booking.email,
        source: 'phone',
      },
      select: { id: true },
    })
    return created.id
  }
}

/**
 * The customer of a booking that was made in the calendar: the person of that name on the number, or with that address, else a new
 * one. Nothing known is replaced: what comes from outside never recognises a caller.
 */
export async function resolveFromCalendar(
  tx: Tx,
  companyId: number,
  contact: { name: string; phone: string | null; email: string | null },
): Promise<number> {
  const { name, phone, email } = contact
  const key = phone ?? email ?? name
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`customer:${companyId}:${key}`}, 0))`
  const select = { id: true, name: true, email: true } as const
  const erasedAt = null
  if (phone !== null) {
    const people = await tx.customer.findMany({ where: { companyId, phone, erasedAt }, select, take: 50 })
    const known = findPerson(people, name)
    if (known) return known.id
  }
  if (email !== null) {
    const people = await tx.customer.findMany({ where: { companyId, email, erasedAt }, select, take: 50 })
    const known = people.find((person) => comparePersonNames(person.name, name) === 'same')
    if (known) return known.id
  }
  const created = await tx.customer.create({
    data: { companyId, name, phone, email, source: 'web' },
    select: { id: true },
  })
  return created.id
}

/** A customer as far as telling people apart needs. */
export interface PersonOnNumber {
  id: number
  name: string
  email: string | null
  /** The number was typed on the web, and no call from it has booked for them yet. */
  isUnconfirmed: boolean
}

/**
 * Which of the people on one number is meant: the same name, else exactly one that was mis-heard or said in part ("Frau
 * Becker"). Undefined when nobody or several fit. Only for people who share a proven number or call.
 */
export function findPerson<P extends { name: string }>(people: readonly P[], name: string): P | undefined {
  const same = people.find((person) => comparePersonNames(person.name, name) === 'same')
  if (same) return same
  const close = people.filter(
    (person) =>
      comparePersonNames(person.name, name) === 'similar' ||
      isFuller(person.name, name) ||
      isFuller(name, person.name),
  )
  return close.length === 1 ? close[0] : undefined
}

/** What a customer usually books; null without two visits of the same service. Newest first in. */
export function habitOf(history: readonly CustomerAppointment[]): Habit | null {
  const [serviceId, visits] = mostFrequent(history.map((visit) => visit.serviceId)) ?? []
  if (serviceId === undefined || visits === undefined || visits < 2) return null
  const of = history.filter((visit) => visit.serviceId === serviceId && visit.staffId !== null)
  const [staffId, times] = mostFrequent(of.map((visit) => visit.staffId)) ?? []
  return {
    serviceId,
    confidence: Math.round((visits / history.length) * 100) / 100,
    staffId: times !== undefined && times >= 2 ? (staffId ?? null) : null,
  }
}

/** The value that occurs most often, the first of several; undefined for an empty list. */
function mostFrequent<T>(values: readonly T[]): [value: T, count: number] | undefined {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]
}

/** Whether `name` says all that `other` says, and more ("Max Mustermann" and "Mustermann"). */
function isFuller(name: string, other: string): boolean {
  const said = wordsOf(name)
  const known = wordsOf(other)
  return known.size > 0 && said.size > known.size && [...known].every((word) => said.has(word))
}

function wordsOf(name: string): Set<string> {
  return new Set(
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}]+/gu) ?? [],
  )
}

/** People booked for in the same call: the only ones a caller without a number can be again. */
async function loadFromCall(tx: Tx, companyId: number, callId: string | null): Promise<PersonOnNumber[]> {
  if (callId === null) return []
  return tx.$queryRaw<PersonOnNumber[]>`
    SELECT DISTINCT c.id, c.name, c.email, false AS "isUnconfirmed" FROM appointments a
    JOIN customers c ON c.company_id = a.company_id AND c.id = a.customer_id
    WHERE a.company_id = ${companyId} AND a.call_id = ${callId} AND c.erased_at IS NULL`
}

async function loadPeople(tx: Tx, companyId: number, phone: string, now: Date): Promise<KnownCustomer[]> {
  const rows = await tx.$queryRaw<CustomerRow[]>`
    SELECT c.id, c.name, c.phone, c.email, t.appointment_count, t.last_visit, u.list AS upcoming, h.list AS history
    FROM customers c
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS appointment_count,
             max(a.appointment_datetime) FILTER (WHERE a.appointment_datetime < ${now}) AS last_visit
      FROM appointments a
      WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.status NOT IN ('cancelled', 'rejected')
    ) t
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('id', a.id, 'starts_at', a.appointment_datetime, 'service_id', a.service_id,
                                        'staff_id', a.staff_id, 'status', a.status) ORDER BY a.appointment_datetime) AS list
      FROM (SELECT * FROM appointments
            WHERE company_id = c.company_id AND customer_id = c.id AND appointment_datetime >= ${now}
              AND status IN ('scheduled', 'pending') AND sync_state <> 'cancel_pending'
            ORDER BY appointment_datetime LIMIT 5) a
    ) u ON true
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('id', a.id, 'starts_at', a.appointment_datetime, 'service_id', a.service_id,
                                        'staff_id', a.staff_id, 'status', a.status) ORDER BY a.appointment_datetime DESC) AS list
      FROM (SELECT * FROM appointments
            WHERE company_id = c.company_id AND customer_id = c.id AND appointment_datetime < ${now}
              AND status NOT IN ('cancelled', 'rejected')
            ORDER BY appointment_datetime DESC LIMIT 10) a
    ) h ON true
    WHERE c.company_id = ${companyId} AND c.phone = ${phone} AND c.erased_at IS NULL
      AND (c.source <> 'web' OR c.phone_confirmed_at IS NOT NULL)
    ORDER BY t.last_visit DESC NULLS LAST, c.id
    LIMIT ${peopleMax}`
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    phone: row.phone,
    email: row.email,
    appointmentCount: row.appointment_count,
    lastVisit: row.last_visit,
    upcoming: (row.upcoming ?? []).map(toAppointment),
    history: (row.history ?? []).map(toAppointment),
  }))
}

function toAppointment(row: StoredAppointment): CustomerAppointment {
  return {
    id: row.id,
    startsAt: new Date(row.starts_at),
    serviceId: row.service_id,
    staffId: row.staff_id,
    status: row.status,
  }
}
