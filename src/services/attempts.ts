/**
 * The store of attempts: every change in Cal.com is a row of `booking_attempts` before it is a request, whatever its kind
 * (book, cancel, reschedule). Its one promise: while an attempt for a wish (or for a booking to be changed) is
 * executing or unknown, nobody else gets to execute one. Two unique partial indexes keep it, not this code.
 * Limit: it decides who may act; what the answers of Cal.com mean is decided by execute.ts and its siblings.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import type { Deadline } from '../lib/deadline.ts'

export type AttemptKind = 'book' | 'cancel' | 'reschedule'
export type AttemptState = 'draft' | 'executing' | 'unknown' | 'booked' | 'rejected' | 'released' | 'expired'

/** A row of booking_attempts. */
export type Attempt = NonNullable<Awaited<ReturnType<Tx['bookingAttempt']['findFirst']>>>

/** What a new attempt says; everything else starts empty. */
export interface NewAttempt {
  companyId: number
  branchId: string | null
  callId: string | null
  kind: AttemptKind
  /** From `wishKey`; for cancel and reschedule any stable key of target and new start. */
  wishKey: string
  customerName?: string | null
  customerPhone?: string | null
  customerEmail?: string | null
  /** Fixed, or made from the attempt's own id. */
  attendeeEmail?: string | null | ((id: string) => string)
  notes?: string | null
  serviceId?: number | null
  staffId?: number | null
  eventTypeId?: number | null
  startAt?: Date | null
  endAt?: Date | null
  /** Wanted besides an appointment that the person already has. */
  additional?: boolean
  appointmentId?: bigint | null
  targetUid?: string | null
  expiresAt?: Date | null
  /** Which part (from 0) of which visit it is: then only the visit executes it. */
  visitId?: bigint | null
  visitPart?: number | null
}

/**
 * Who may execute: `claimed` you; `done` nobody, it has been done before (replay `attempt.result` while that result still
 * stands); `busy` somebody else is at it or its outcome is unknown (`attempt` is that one, perhaps not the one asked for);
 * `closed` it is rejected, released or expired; `obstructed` the person has something else at that time, and it is a draft still;
 * `absent` the company has no such attempt.
 */
export type Claim<Obstacle = never> =
  | { kind: 'obstructed'; attempt: Attempt; obstacle: Obstacle }
  | { kind: 'claimed' | 'done' | 'busy' | 'closed'; attempt: Attempt }
  | { kind: 'absent'; attempt: null }

/** How an execution ended. `booked` means "done" for every kind. */
export type Outcome =
  | {
      state: 'booked'
      result: Record<string, string | number | boolean | null>
      appointmentId?: bigint | null
      calcomUid?: string | null
      calcomBookingId?: number | null
      /** Done on Cal.com's word alone: when to look whether it is so. */
      verifyAt?: Date | null
      /** What a person was asked to do about it is still to be done. */
      callbackStands?: boolean
    }
  | {
      state: 'rejected'
      errorCode: string
      calcomUid?: string | null
      /** Refused while nobody could be seen to have it: when to look whether it is ours after all. */
      verifyAt?: Date | null
    }
  | { state: 'unknown'; errorCode: string; calcomUid?: string | null; calcomBookingId?: number | null }
  | { state: 'draft'; errorCode?: string }
  | { state: 'released' | 'expired' }

/** States in which a request may be on its way to Cal.com. */
export const liveStates: AttemptState[] = ['executing', 'unknown']

/** Whether a request of the attempt may be on its way to Cal.com. */
export function isUnderWay({ state }: Pick<Attempt, 'state'>): boolean {
  return liveStates.some((one) => one === state)
}

/** How often a duplicate looks whether the first request has ended. */
const pollMs = 100
type Deps = { tenancy: Pick<Tenancy, 'run' | 'asSystem'>; clock: Clock }

/** No call is this long: an attempt that is older belongs to an earlier call, although its id is the same (test agents reuse ids). */
const callMsMax = 6 * 3_600_000

/** The earliest moment at which a call that goes on at `now` can have begun. */
export function callBegan(now: Date): Date {
  return new Date(now.getTime() - callMsMax)
}

/** Longer than any request to Cal.com may take, so that a lease that ran out means a dead worker. */
export const leaseMs = 60_000

const unexpired = (now: Date) => ({ OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] })

/** What claiming an attempt writes. */
export function executing(now: Date) {
  const leaseUntil = new Date(now.getTime() + leaseMs)
  return { state: 'executing', leaseUntil, executedAt: now, executions: { increment: 1 } }
}

/** Stores and hands out attempts. */
export class AttemptStore {
  readonly #deps: Deps
  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Writes a draft inside the caller's transaction, under a fresh id (`temp_<ms>_<call_id>`). */
  async create(tx: Tx, attempt: NewAttempt): Promise<Attempt> {
    const now = this.#deps.clock.now()
    // Two attempts of one call may begin in the same millisecond: the later one counts on.
    for (let ms = now.getTime(); ; ms += 1) {
      const id = attemptId(ms, attempt.callId)
      const { attendeeEmail: email } = attempt
      const attendeeEmail = typeof email === 'function' ? email(id) : email
      const [created] = await tx.bookingAttempt.createManyAndReturn({
        data: [{ ...attempt, attendeeEmail, id, state: 'draft', createdAt: now }],
        skipDuplicates: true,
      })
      if (created) return created
    }
  }

  /**
   * Moves `draft → executing` by compare-and-set and commits, so that Cal.com is never called for a row that others could
   * still take. A wish that another attempt has booked meanwhile is `done`, with that other attempt.
   * @param obstacleOf asked inside the transaction; what it finds keeps the attempt a draft
   */
  async claim<Obstacle = never>(
    companyId: number,
    id: string,
    obstacleOf?: (tx: Tx, attempt: Attempt) => Promise<Obstacle | null>,
  ): Promise<Claim<Obstacle>> {
    const now = this.#deps.clock.now()
    try {
      return await this.#deps.tenancy.run(companyId, async (tx): Promise<Claim<Obstacle>> => {
        const [claimed] = await tx.bookingAttempt.updateManyAndReturn({
          where: { id, companyId, visitId: null, state: 'draft', ...unexpired(now) },
          data: executing(now),
        })
        if (!claimed) return readClaim(await tx.bookingAttempt.findFirst({ where: { id, companyId } }), now)
        // A second statement on purpose: the update may have waited for the other attempt's commit, and only a later
        // statement sees what that commit wrote.
        const earlier = await loadBooked(tx, claimed, now)
        if (!earlier) {
          const obstacle = (await obstacleOf?.(tx, claimed)) ?? null
          if (obstacle === null) return { kind: 'claimed', attempt: claimed }
          const data = { state: 'draft', leaseUntil: null, executedAt: null, executions: { decrement: 1 } }
          return {
            kind: 'obstructed',
            attempt: await tx.bookingAttempt.update({ where: { id }, data }),
            obstacle,
          }
        }
        await tx.bookingAttempt.update({ where: { id }, data: { state: 'released', leaseUntil: null } })
        return { kind: 'done', attempt: earlier }
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      return this.#rival(await this.load(companyId, id))
    }
  }

  /**
   * Takes an attempt whose outcome nobody works on: unknown, or executing with a lease that ran out. Null when somebody
   * does, or when it is settled. The taker has `leaseMs` to settle it.
   */
  async claimUnsettled(companyId: number, id: string): Promise<Attempt | null> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const [taken] = await tx.bookingAttempt.updateManyAndReturn({
        where: {
          id,
          companyId,
          state: { in: liveStates },
          OR: [{ leaseUntil: null }, { leaseUntil: { lte: now } }],
        },
        data: { state: 'unknown', leaseUntil: new Date(now.getTime() + leaseMs) },
      })
      return taken ?? null
    })
  }

  /**
   * Writes how an execution ended, inside the transaction of the rows it belongs to. Only an attempt in one of the `from`
   * states changes (default: executing or unknown); false when somebody was first. Callbacks that were promised because
   * nobody knew end when it is done. An attempt that is given with its `state` is taken at its word.
   */
  async finish(
    tx: Tx,
    attempt: { id: string; companyId: number; state?: string },
    outcome: Outcome,
    from: AttemptState[] = liveStates,
  ): Promise<boolean> {
    const { id, companyId } = attempt
    const { state, callbackStands, ...written } = { callbackStands: false, ...outcome }
    const settled = state !== 'unknown' && state !== 'draft'
    const { count } = await tx.bookingAttempt.updateMany({
      where: { id, companyId, state: { in: from } },
      data: {
        verifyAt: null,
        ...written,
        state,
        leaseUntil: null,
        settledAt: settled ? this.#deps.clock.now() : null,
      },
    })
    // Nothing has been promised for a request that nobody has given up on yet, and its caller waits.
    if (count === 1 && state === 'booked' && attempt.state !== 'executing' && !callbackStands)
      await tx.callbackRequest.updateMany({
        where: { companyId, attemptId: id, status: 'open' },
        data: { status: 'done', closedAt: this.#deps.clock.now() },
      })
    return count === 1
  }

  /**
   * Notes in a committed transaction of its own which booking Cal.com has answered with, before anything else is asked.
   * `foreign`: the booking is known to be another attempt's, so it cannot be the answer to this one (incident I-45).
   */
  async noteUid(
    { id, companyId }: Pick<Attempt, 'id' | 'companyId'>,
    booking: { uid: string; id?: number },
  ): Promise<'noted' | 'foreign'> {
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const calcomUid = booking.uid
      const others = { not: id }
      const known =
        (await tx.appointment.count({ where: { companyId, calcomUid, bookingAttemptId: others } })) +
        (await tx.bookingAttempt.count({ where: { companyId, calcomUid, id: others } }))
      if (known > 0) return 'foreign'
      await tx.bookingAttempt.updateMany({
        where: { id, companyId },
        data: { calcomUid, calcomBookingId: booking.id ?? null },
      })
      return 'noted'
    })
  }

  /**
   * Postpones looking at a settled attempt, or (null) ends it: what was believed is true. Without effect on one that somebody else
   * has looked at meanwhile and found otherwise.
   */
  async verifyAgainAt(
    tx: Tx,
    { id, companyId }: Pick<Attempt, 'id' | 'companyId'>,
    verifyAt: Date | null,
  ): Promise<void> {
    const where = { id, companyId, state: { notIn: liveStates } }
    await tx.bookingAttempt.updateMany({ where, data: { verifyAt } })
  }

  /** One attempt of the company, in a transaction of its own. */
  async load(companyId: number, id: string): Promise<Attempt | null> {
    return this.#deps.tenancy.run(companyId, (tx) =>
      tx.bookingAttempt.findFirst({ where: { id, companyId } }),
    )
  }

  /**
   * Waits while another request executes the attempt, as long as this one has time; the attempt as it is then, null when it is gone.
   * @param keepMs kept of the deadline for whatever follows
   */
  async waitUntilSettled(attempt: Attempt, deadline: Deadline, keepMs: number): Promise<Attempt | null> {
    let current: Attempt | null = attempt
    const { signal } = deadline.child(Math.max(0, deadline.remainingMs() - keepMs))
    while (current?.state === 'executing' && !signal.aborted) {
      await pause(pollMs, undefined, { signal }).catch(() => undefined)
      current = await this.load(current.companyId, current.id)
    }
    return current
  }

  /** Locks the row for the rest of the transaction (lock order: attempt, then appointment) and reads it. */
  async lock(tx: Tx, companyId: number, id: string): Promise<Attempt | null> {
    const [locked] = await tx.bookingAttempt.updateManyAndReturn({
      where: { id, companyId },
      data: { updatedAt: this.#deps.clock.now() },
    })
    return locked ?? null
  }

  /** The attempts of one call, newest first; nothing without a call id. Older ones belong to another call of that id. */
  async loadForCall(tx: Tx, companyId: number, callId: string | null, kind: AttemptKind): Promise<Attempt[]> {
    if (callId === null) return []
    return tx.bookingAttempt.findMany({
      where: { companyId, callId, kind, createdAt: { gt: callBegan(this.#deps.clock.now()) } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: 50,
    })
  }

  /**
   * Attempts of all companies that somebody must look at: unknown, executing beyond their lease, or settled on something
   * that has not been seen yet. Oldest first.
   */
  async loadExpiredLeases(max: number): Promise<Array<{ id: string; companyId: number; kind: string }>> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.asSystem((tx) =>
      tx.bookingAttempt.findMany({
        where: {
          OR: [
            { state: { in: liveStates }, OR: [{ leaseUntil: null }, { leaseUntil: { lte: now } }] },
            { verifyAt: { lte: now } },
          ],
        },
        select: { id: true, companyId: true, kind: true },
        orderBy: { createdAt: 'asc' },
        take: max,
      }),
    )
  }

  /** Drafts of all companies whose time is over. */
  async loadExpiredDrafts(max: number): Promise<Attempt[]> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.asSystem((tx) =>
      tx.bookingAttempt.findMany({
        where: { state: 'draft', expiresAt: { lte: now } },
        orderBy: { createdAt: 'asc' },
        take: max,
      }),
    )
  }

  /** Who holds the wish or the target that a claim bumped into. */
  async #rival(wanted: Attempt | null): Promise<Claim> {
    if (!wanted) return { kind: 'absent', attempt: null }
    const { companyId, wishKey, targetUid } = wanted
    const rival = await this.#deps.tenancy.run(companyId, (tx) =>
      tx.bookingAttempt.findFirst({
        where: { companyId, OR: [{ wishKey }, ...(targetUid ? [{ targetUid }] : [])] },
        orderBy: [{ executedAt: { sort: 'desc', nulls: 'last' } }],
      }),
    )
    return rival
      ? { kind: rival.state === 'booked' ? 'done' : 'busy', attempt: rival }
      : { kind: 'absent', attempt: null }
  }
}

/** `temp_<ms>_<call_id>`; without a call a random part keeps it unguessable. */
const attemptId = (ms: number, callId: string | null) =>
  `temp_${ms}_${callId ?? randomBytes(9).toString('hex')}`

/**
 * An attempt of the same wish that has been done, and still stands: booked or moved to that start. Asked at the last moment, because
 * the same request may have ended since this one looked.
 */
async function loadBooked(tx: Tx, attempt: Attempt, now: Date): Promise<Attempt | null> {
  const { companyId, wishKey: key, id, kind } = attempt
  const booked = await tx.bookingAttempt.findFirst({
    where: {
      companyId,
      wishKey: key,
      kind,
      state: 'booked',
      id: { not: id },
      createdAt: { gt: callBegan(now) },
    },
    orderBy: { executedAt: 'desc' },
  })
  if (!booked?.appointmentId || kind === 'cancel') return booked
  const standing = await tx.appointment.count({
    where: {
      companyId,
      id: booked.appointmentId,
      status: { notIn: ['cancelled', 'rejected'] },
      ...(attempt.startAt && { appointmentDatetime: attempt.startAt }),
    },
  })
  return standing > 0 ? booked : null
}

function readClaim(attempt: Attempt | null, now: Date): Claim {
  if (!attempt) return { kind: 'absent', attempt }
  if (attempt.state === 'booked') return { kind: 'done', attempt }
  if (isUnderWay(attempt)) return { kind: 'busy', attempt }
  // A draft that could not be claimed was claimed a moment ago and given back, or its time is over.
  const expired = attempt.expiresAt !== null && attempt.expiresAt <= now
  return { kind: attempt.state === 'draft' && !expired ? 'busy' : 'closed', attempt }
}

/** Whether the database refused a second row under a unique key. */
export function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2002'
}
