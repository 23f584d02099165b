/**
 * Writes down what Cal.com has booked: customer, appointment, history, call, attempt and the mail job, in one transaction.
 * Idempotent: the answer to our request, the webhook of the same booking and a settling job may all come here, in any
 * order; they meet in the row lock of the attempt, and whoever comes second changes nothing (incidents I-49, I-60).
 */
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Prisma } from '../../db/generated/client.ts'
import { enqueuing } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Catalogue } from '../catalogue.ts'
import type { CustomerService } from '../customers.ts'
import type { Attempt, AttemptStore } from './attempts.ts'
import type { Done } from './types.ts'

export type Recorded =
  /** `first`: this call wrote it; else it had been written before. */
  | { kind: 'recorded'; done: Done; first: boolean }
  /** The wish is already booked under another uid: this booking must be cancelled at Cal.com. */
  | { kind: 'duplicate' }
  /** A later life of the same booking (moved): not ours to write. */
  | { kind: 'moved' }
  | { kind: 'absent' }

type Deps = {
  attempts: AttemptStore
  customers: Pick<CustomerService, 'resolveForBooking'>
  clock: Clock
}

/** The one writer of booked attempts. */
export class BookingRecorder {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Records a live Cal.com booking that carries the id of one of our attempts.
   * In: an open tenant transaction, the company's catalogue, the booking with its start; the number that the network
   * reported for the call, if at hand (null: withheld), else it is looked up.
   */
  async record(
    tx: Tx,
    catalogue: Catalogue,
    attemptId: string,
    booking: CalcomBooking,
    callerNumber?: string | null,
  ): Promise<Recorded> {
    const companyId = catalogue.company.id
    const attempt = await this.#deps.attempts.lock(tx, companyId, attemptId)
    if (attempt?.kind !== 'book') return { kind: 'absent' }
    if (booking.rescheduledFromUid !== undefined && attempt.state === 'booked') return { kind: 'moved' }
    if (attempt.state === 'booked') {
      if (attempt.calcomUid !== booking.uid) return { kind: 'duplicate' }
      const done = readDone(attempt)
      if (done) return { kind: 'recorded', done, first: false }
    } else if (await this.#isBookedOtherwise(tx, attempt)) {
      return { kind: 'duplicate' }
    }
    const done = await this.#write(tx, catalogue, attempt, booking, callerNumber)
    return { kind: 'recorded', done, first: true }
  }

  async #write(
    tx: Tx,
    catalogue: Catalogue,
    attempt: Attempt,
    booking: CalcomBooking,
    callerNumber: string | null | undefined,
  ): Promise<Done> {
    const { id: attemptId, companyId, callId } = attempt
    const startsAt = booking.start ?? attempt.startAt
    if (!startsAt || attempt.serviceId === null || attempt.customerName === null)
      throw new Error('An attempt to book lacks its service, its start or its name')
    const service = catalogue.services.find((candidate) => candidate.id === attempt.serviceId)
    const durationMinutes = booking.end
      ? Math.round((booking.end.getTime() - startsAt.getTime()) / 60_000)
      : (service?.durationMinutes ?? 30)
    const endsAt = booking.end ?? new Date(startsAt.getTime() + durationMinutes * 60_000)
    const staffId = servingStaff(catalogue, booking) ?? attempt.staffId

    const caller = callerNumber === undefined ? await loadCaller(tx, companyId, callId) : callerNumber
    const customerId = await this.#deps.customers.resolveForBooking(tx, {
      companyId,
      callId,
      callerNumber: caller,
      name: attempt.customerName,
      phone: attempt.customerPhone,
      email: attempt.customerEmail,
    })
    const written = {
      branchId: attempt.branchId,
      customerId,
      serviceId: attempt.serviceId,
      staffId,
      appointmentDatetime: startsAt,
      endsAt,
      durationMinutes,
      calcomBookingId: booking.id ?? null,
      calcomEventTypeId: booking.eventTypeId ?? attempt.eventTypeId,
      source: 'retell_webhook',
      notes: attempt.notes,
      attendeeName: attempt.customerName,
      attendeeEmail: attempt.customerEmail,
      callId,
      bookingAttemptId: attemptId,
    }
    const appointment = await this.#saveAppointment(tx, companyId, booking, written)
    const done: Done = {
      appointmentId: Number(appointment.id),
      calcomUid: booking.uid,
      calcomBookingId: booking.id ?? null,
      pending: appointment.status === 'pending',
      staffId,
    }
    await this.#deps.attempts.finish(
      tx,
      attempt,
      {
        state: 'booked',
        result: { ...done },
        appointmentId: appointment.id,
        calcomUid: booking.uid,
        calcomBookingId: booking.id ?? null,
      },
      ['draft', 'executing', 'unknown', 'booked', 'rejected', 'released', 'expired'],
    )
    const job = enqueuing({
      task: 'appointment_notifications',
      payload: { appointmentId: done.appointmentId, kind: 'booked' },
      jobKey: `appointment_notifications:${done.appointmentId}:booked`,
    })
    // One round trip for what nobody reads back: the caller waits for all of it.
    await tx.$queryRaw`
      WITH history AS (
        INSERT INTO appointment_changes (company_id, appointment_id, kind, to_datetime, to_uid, actor, call_id, created_at)
        SELECT ${companyId}::int, ${appointment.id}::bigint, 'created', ${startsAt}::timestamptz, ${booking.uid}::text, 'caller', ${callId}::text,
          ${this.#deps.clock.now()}::timestamptz
        WHERE ${appointment.isNew}::boolean
      ), call AS (
        UPDATE calls SET appointment_made = true, customer_id = coalesce(customer_id, ${customerId}), updated_at = now()
        WHERE company_id = ${companyId} AND retell_call_id = ${callId}
      ), session AS (
        UPDATE retell_call_sessions SET customer_id = coalesce(customer_id, ${customerId}), updated_at = now()
        WHERE company_id = ${companyId} AND call_id = ${callId}
      )
      SELECT ${job}::text`
    return done
  }

  /** Writes the row, or completes the one a webhook wrote first; that one keeps its status, which may be newer. */
  async #saveAppointment(
    tx: Tx,
    companyId: number,
    booking: CalcomBooking,
    written: Omit<Prisma.AppointmentCreateManyInput, 'companyId'>,
  ): Promise<{ id: bigint; status: string; isNew: boolean }> {
    const { uid: calcomUid } = booking
    const select = { id: true, status: true } as const
    const [created] = await tx.appointment.createManyAndReturn({
      data: [
        {
          ...written,
          companyId,
          calcomUid,
          icalUid: calcomUid,
          status: booking.status === 'pending' ? 'pending' : 'scheduled',
          calcomUpdatedAt: booking.updatedAt ?? booking.createdAt ?? null,
        },
      ],
      skipDuplicates: true,
      select,
    })
    if (created) return { ...created, isNew: true }
    const where = { companyId_calcomUid: { companyId, calcomUid } }
    const completed = await tx.appointment.update({ where, data: written, select })
    return { ...completed, isNew: false }
  }

  /** An attempt that was given up, while its wish was fulfilled by another one. */
  async #isBookedOtherwise(tx: Tx, attempt: Attempt): Promise<boolean> {
    if (attempt.state === 'executing' || attempt.state === 'unknown' || attempt.state === 'draft')
      return false
    const other = await tx.bookingAttempt.count({
      where: {
        companyId: attempt.companyId,
        wishKey: attempt.wishKey,
        kind: 'book',
        state: { in: ['executing', 'unknown', 'booked'] },
        id: { not: attempt.id },
      },
    })
    return other > 0
  }
}

/** The stored result of a booked attempt; null when it has none. */
export function readDone(attempt: Attempt): Done | null {
  const { result } = attempt
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return null
  const { appointmentId, calcomUid, calcomBookingId, pending, staffId } = result
  if (typeof calcomUid !== 'string') return null
  return {
    appointmentId: typeof appointmentId === 'number' ? appointmentId : null,
    calcomUid,
    calcomBookingId: typeof calcomBookingId === 'number' ? calcomBookingId : null,
    pending: pending === true,
    staffId: typeof staffId === 'number' ? staffId : null,
  }
}

/** Who really serves, by the host Cal.com names first. */
function servingStaff(catalogue: Catalogue, booking: CalcomBooking): number | null {
  const [host] = booking.hosts
  if (host?.id === undefined) return null
  return catalogue.staff.find((person) => person.calcomUserId === host.id)?.id ?? null
}

/** The number the network reported for the call; null when withheld or without a call. */
async function loadCaller(tx: Tx, companyId: number, callId: string | null): Promise<string | null> {
  if (callId === null) return null
  const call = await tx.call.findFirst({
    where: { companyId, retellCallId: callId },
    select: { fromNumber: true, toNumber: true, direction: true },
  })
  if (!call) return null
  return call.direction === 'outbound' ? call.toNumber : call.fromNumber
}
