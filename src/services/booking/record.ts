/**
 * Writes down what Cal.com has booked: customer, appointment, history, call, attempt and the mail job, in one transaction.
 * Idempotent: the answer to our request, the webhook of the same booking and a settling job may all come here, in any
 * order; they meet in the row lock of the attempt, and whoever comes second changes nothing (incidents I-49, I-60).
 */

import type { CalcomBooking } from '../../calcom/types.ts'
import type { Prisma } from '../../db/generated/client.ts'
import { enqueueJob, enqueuing } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import { speaksOfHealth } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { standingStatuses } from '../appointments/types.ts'
import { type Attempt, type AttemptStore, isUnderWay, liveStates } from '../attempts.ts'
import { type Catalogue, servingStaff } from '../catalogue.ts'
import type { CustomerService } from '../customers.ts'
import { serviceOfAttempt } from '../lengths.ts'
import { isOfGivenUp } from './given-up.ts'
import type { Done } from './types.ts'
import { whoServes } from './whose.ts'

export type RecordedBooking =
  /** `first`: this call wrote it; else it had been written before. */
  | { kind: 'recorded'; done: Done; first: boolean }
  /** The wish is already booked under another uid: this booking must be cancelled at Cal.com. */
  | { kind: 'duplicate' }
  /** Its caller was told that there is no such booking: it is not theirs any more, see unwanted.ts. */
  | { kind: 'unwanted'; attempt: Attempt }
  /** Another attempt of the same wish is under way, and may take it for its own: to be asked again. */
  | { kind: 'undecided' }
  /** A later life of the same booking (moved): not ours to write. */
  | { kind: 'moved' }
  | { kind: 'absent' }

export interface RecordOptions {
  /** The number that the network reported for the call, if at hand (null: withheld); else it is looked up. */
  callerNumber?: string | null
  /** Set when the booking is believed on a short answer: when to look. */
  verifyAt?: Date | null
  /** Writes it down also when its caller was told "no": a person will see to it. */
  evenIfRefused?: boolean
}

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
   * Records a live Cal.com booking that carries the id of one of our attempts, or that Cal.com answered it with.
   * In: an open tenant transaction, the company's catalogue, the booking.
   */
  async record(
    tx: Tx,
    catalogue: Catalogue,
    attemptId: string,
    booking: CalcomBooking,
    options: RecordOptions = {},
  ): Promise<RecordedBooking> {
    const companyId = catalogue.company.id
    const attempt = await this.#deps.attempts.lock(tx, companyId, attemptId)
    if (attempt?.kind !== 'book') return { kind: 'absent' }
    if (booking.rescheduledFromUid !== undefined && attempt.state === 'booked') return { kind: 'moved' }
    if (attempt.state === 'booked') {
      if (attempt.calcomUid !== booking.uid) return { kind: 'duplicate' }
      const done = readDone(attempt)
      if (done) return { kind: 'recorded', done, first: false }
    } else {
      const elsewhere = await this.#recordedElsewhere(tx, attempt, booking)
      if (elsewhere) return elsewhere
      if (!options.evenIfRefused && (await this.#isUnwanted(tx, attempt))) {
        await condemn(tx, attempt, booking)
        return { kind: 'unwanted', attempt }
      }
    }
    if (await isCondemned(tx, attempt, booking)) return { kind: 'unwanted', attempt }
    const done = await this.#write(tx, catalogue, attempt, booking, options)
    return { kind: 'recorded', done, first: true }
  }

  /** What a later look at a booked attempt's booking adds to its row: who serves, how long. */
  async complete(tx: Tx, catalogue: Catalogue, attempt: Attempt, booking: CalcomBooking): Promise<void> {
    const { companyId, calcomUid, startAt } = attempt
    const { start, end, id, eventTypeId } = booking
    const staffId = servingStaff(catalogue, booking.hosts)
    // Moved since: its times come with the move.
    const stands = start === undefined || start.getTime() === startAt?.getTime()
    await tx.appointment.updateMany({
      where: { companyId, calcomUid, bookingAttemptId: attempt.id },
      data: {
        ...(staffId !== undefined && { staffId }),
        ...(id !== undefined && { calcomBookingId: id }),
        ...(eventTypeId !== undefined && { calcomEventTypeId: eventTypeId }),
        ...(end &&
          startAt &&
          stands && {
            endsAt: end,
            durationMinutes: Math.round((end.getTime() - startAt.getTime()) / 60_000),
          }),
      },
    })
  }

  /** The row of a booked attempt goes on under the uid its booking really has: Cal.com had answered with another one's. */
  async correctUid(tx: Tx, attempt: Attempt, booking: CalcomBooking): Promise<void> {
    const { companyId, id } = attempt
    const calcomUid = booking.uid
    const calcomBookingId = booking.id ?? null
    await tx.appointment.updateMany({
      where: { companyId, bookingAttemptId: id, calcomUid: attempt.calcomUid },
      data: { calcomUid, calcomBookingId },
    })
    const result = { ...(readDone(attempt) ?? {}), calcomUid, calcomBookingId }
    await tx.bookingAttempt.updateMany({
      where: { companyId, id },
      data: { calcomUid, calcomBookingId, result, verifyAt: null },
    })
  }

  /**
   * Takes a booked attempt's row back, because its booking turned out not to be what the caller was told. `keepUid`: the booking
   * is ours all the same (at another time) and is being cancelled; else the uid is somebody else's and is let go.
   */
  async withdraw(tx: Tx, attempt: Attempt, keepUid: boolean): Promise<void> {
    const { companyId, id, calcomUid, startAt } = attempt
    const now = this.#deps.clock.now()
    const rows = await tx.appointment.updateManyAndReturn({
      where: { companyId, bookingAttemptId: id, calcomUid, status: { in: standingStatuses } },
      data: {
        status: 'cancelled',
        syncState: 'in_sync',
        cancelledAt: now,
        cancellationReason: 'Steht nicht so im Kalender',
        icalSequence: { increment: 1 },
        ...(!keepUid && { calcomUid: null }),
      },
      select: { id: true },
    })
    for (const { id: appointmentId } of rows) {
      await tx.appointmentChange.create({
        data: {
          companyId,
          appointmentId,
          kind: 'cancelled',
          fromDatetime: startAt,
          fromUid: keepUid ? calcomUid : null,
          actor: 'system',
          createdAt: now,
        },
      })
      await enqueueJob(tx, {
        task: 'appointment_notifications',
        payload: { appointmentId: Number(appointmentId), kind: 'cancelled' },
        jobKey: `appointment_notifications:${appointmentId}:cancelled:withdrawn`,
      })
    }
  }

  async #write(
    tx: Tx,
    catalogue: Catalogue,
    attempt: Attempt,
    booking: CalcomBooking,
    { callerNumber, verifyAt }: RecordOptions,
  ): Promise<Done> {
    const { id: attemptId, companyId, callId } = attempt
    const startsAt = booking.start ?? attempt.startAt
    if (!startsAt || attempt.serviceId === null || attempt.customerName === null)
      throw new Error('An attempt to book lacks its service, its start or its name')
    const service = serviceOfAttempt(catalogue, attempt)
    const durationMinutes = booking.end
      ? Math.round((booking.end.getTime() - startsAt.getTime()) / 60_000)
      : (service?.durationMinutes ?? 30)
    const endsAt = booking.end ?? new Date(startsAt.getTime() + durationMinutes * 60_000)
    const staffId = whoServes(attempt, booking, catalogue)

    const caller = callerNumber === undefined ? await loadCaller(tx, companyId, callId) : callerNumber
    const customerId = await this.#deps.customers.resolveForBooking(tx, {
      companyId,
      callId,
      callerNumber: caller,
      name: attempt.customerName,
      phone: attempt.customerPhone,
      email: attempt.customerEmail,
      now: this.#deps.clock.now(),
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
      notesSensitive: speaksOfHealth(attempt.notes),
      attendeeName: attempt.customerName,
      attendeeEmail: attempt.customerEmail,
      callId,
      bookingAttemptId: attemptId,
    }
    const isBack = isWithdrawn(attempt)
    const appointment = await this.#saveAppointment(tx, companyId, booking, written, isBack)
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
        verifyAt: verifyAt ?? null,
        // They were told another time: a person still has to call.
        callbackStands: isBack,
      },
      ['draft', 'executing', 'unknown', 'booked', 'rejected', 'released', 'expired'],
    )
    const news = isBack ? 'rescheduled' : 'booked'
    const job = enqueuing({
      task: 'appointment_notifications',
      payload: { appointmentId: done.appointmentId, kind: news },
      jobKey: `appointment_notifications:${done.appointmentId}:${news}`,
    })
    // One round trip for what nobody reads back: the caller waits for all of it.
    await tx.$queryRaw`
      WITH history AS (
        INSERT INTO appointment_changes (company_id, appointment_id, kind, from_datetime, to_datetime, to_uid, actor, call_id, created_at)
        SELECT ${companyId}::int, ${appointment.id}::bigint, ${isBack ? 'rescheduled' : 'created'},
          ${isBack ? attempt.startAt : null}::timestamptz, ${startsAt}::timestamptz, ${booking.uid}::text,
          ${isBack ? 'calcom' : 'caller'}, ${callId}::text, ${this.#deps.clock.now()}::timestamptz
        WHERE ${appointment.isNew || isBack}::boolean
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

  /**
   * Writes the row, or completes the one a webhook wrote first; that one keeps its status, which may be newer. Only one that was
   * taken back by ourselves (`isBack`) lives again.
   */
  async #saveAppointment(
    tx: Tx,
    companyId: number,
    booking: CalcomBooking,
    written: Omit<Prisma.AppointmentCreateManyInput, 'companyId'>,
    isBack: boolean,
  ): Promise<{ id: bigint; status: string; isNew: boolean }> {
    const { uid: calcomUid } = booking
    const select = { id: true, status: true } as const
    const asItIs = {
      status: booking.status === 'pending' ? 'pending' : 'scheduled',
      calcomUpdatedAt: booking.updatedAt ?? booking.createdAt ?? null,
    }
    const [created] = await tx.appointment.createManyAndReturn({
      data: [{ ...written, ...asItIs, companyId, calcomUid, icalUid: calcomUid }],
      skipDuplicates: true,
      select,
    })
    if (created) return { ...created, isNew: true }
    const where = { companyId_calcomUid: { companyId, calcomUid } }
    const revived = { ...asItIs, cancelledAt: null, cancellationReason: null, icalSequence: { increment: 1 } }
    const data = { ...written, ...(isBack && revived) }
    const completed = await tx.appointment.update({ where, data, select })
    return { ...completed, isNew: false }
  }

  /**
   * Whether the caller has been told that there is no such booking, or, told that it is unclear, has booked something else in the
   * same call since: then a booking that turns up must not become theirs behind their back.
   */
  async #isUnwanted(tx: Tx, attempt: Attempt): Promise<boolean> {
    const { state, errorCode, companyId, callId, customerName } = attempt
    if (state === 'released' || state === 'expired' || (await isOfGivenUp(tx, attempt))) return true
    if (state !== 'rejected') return false
    if (!unspoken.includes(errorCode ?? '')) return true
    if (callId === null) return false
    const since = await tx.bookingAttempt.count({
      where: {
        companyId,
        callId,
        customerName,
        kind: 'book',
        state: { in: [...liveStates, 'booked'] },
        createdAt: { gt: attempt.createdAt },
      },
    })
    return since > 0
  }

  /** What another attempt of the same wish makes of the booking of one that was given up; null when it is nobody else's. */
  async #recordedElsewhere(
    tx: Tx,
    attempt: Attempt,
    booking: CalcomBooking,
  ): Promise<RecordedBooking | null> {
    if (isUnderWay(attempt) || attempt.state === 'draft') return null
    const others = await tx.bookingAttempt.findMany({
      where: {
        companyId: attempt.companyId,
        wishKey: attempt.wishKey,
        kind: 'book',
        state: { in: [...liveStates, 'booked'] },
        id: { not: attempt.id },
      },
    })
    // The later attempt has found this very booking and taken it for its own (incident I-46).
    const owner = others.find((other) => other.state === 'booked' && other.calcomUid === booking.uid)
    const done = owner && readDone(owner)
    if (done) return { kind: 'recorded', done, first: false }
    if (others.some((other) => other.state !== 'booked')) return { kind: 'undecided' }
    return others.length > 0 ? { kind: 'duplicate' } : null
  }
}

/**
 * Whether its row was taken back because the booking was at a time nobody had been told. If that booking is written down all the
 * same, people have had to do with it since, and it stands.
 */
function isWithdrawn({ state, errorCode, result }: Attempt): boolean {
  return state === 'unknown' && errorCode === wrongStart && result !== null
}

/** Marks an attempt whose booking is about to be cancelled, so that no later attempt of the same wish takes it for its own. */
async function condemn(tx: Tx, { id, companyId }: Attempt, { uid }: CalcomBooking): Promise<void> {
  await tx.bookingAttempt.updateMany({
    where: { id, companyId },
    data: { calcomUid: uid, errorCode: condemned },
  })
}

/** Whether the booking belongs to another attempt and is about to be cancelled for it. */
async function isCondemned(tx: Tx, attempt: Attempt, { uid, metadata }: CalcomBooking): Promise<boolean> {
  const owner = metadata?.booking_id
  if (owner === undefined || owner === attempt.id) return false
  const { companyId } = attempt
  const found = await tx.$queryRaw<unknown[]>`SELECT 1 FROM booking_attempts WHERE company_id = ${companyId}
    AND id = ${owner} AND calcom_uid = ${uid} AND error_code = ${condemned} FOR UPDATE`
  return found.length > 0
}

const condemned = 'cancelled_unwanted'

/** Why an attempt is unsettled whose booking is ours at a time that nobody asked for. */
export const wrongStart = 'wrong_start'

/** Ends of an attempt after which nobody has been told "no" yet: whoever asked was promised to be called back. */
const unspoken = ['not_booked', 'ended_at_calcom']

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
