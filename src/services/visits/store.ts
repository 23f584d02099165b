/**
 * The rows of visits, and the two decisions that are made about them under lock: who executes one, and what came of it. Both lock all
 * parts first, in the order of their ids, so that whoever writes a part down (booking/record.ts) is seen or sees. Limit: asks
 * nobody, and tells nobody; docs/visits.md has the states.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import {
  type Attempt,
  type AttemptStore,
  executing,
  isUnderWay,
  isUniqueViolation,
  leaseMs,
} from '../attempts.ts'

/** A row of visits. */
export type Visit = NonNullable<Awaited<ReturnType<Tx['visit']['findFirst']>>>

/** A visit with its parts, in the order of their times. */
export interface WholeVisit {
  visit: Visit
  parts: Attempt[]
}

/**
 * Who may execute a visit: `claimed` you; `ended` nobody, it is not whole or its time is over; `busy` somebody is at it; `settled` its
 * outcome is decided; `obstructed` something stands in the way of this part, and nothing was changed.
 */
export type VisitClaim<Obstacle> =
  | ({ kind: 'claimed' | 'ended' | 'busy' | 'settled' } & WholeVisit)
  | ({ kind: 'obstructed'; part: Attempt; obstacle: Obstacle } & WholeVisit)
  | { kind: 'absent' }

/** What is decided: `open` nothing, a part is under way; `reopened` nothing was sent, and it is open again. */
export type Decision = { kind: 'open' | 'reopened' | 'booked' | 'undoing' | 'undone' | 'partly' } & WholeVisit

type Deps = {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  attempts: Pick<AttemptStore, 'finish'>
  clock: Clock
}

const unsettledStates = ['executing', 'undoing']

/** Stores visits. */
export class VisitStore {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The visit of an id with its parts; null when there is none. */
  async load(companyId: number, id: bigint): Promise<WholeVisit | null> {
    return this.#deps.tenancy.run(companyId, (tx) => readWhole(tx, companyId, id))
  }

  /** Moves an open visit and all its parts to `executing` in one committed transaction, or changes nothing. */
  async claim<Obstacle>(
    companyId: number,
    id: bigint,
    obstacleOf: (tx: Tx, part: Attempt) => Promise<Obstacle | null>,
  ): Promise<VisitClaim<Obstacle>> {
    const now = this.#deps.clock.now()
    try {
      return await this.#deps.tenancy.run(companyId, async (tx): Promise<VisitClaim<Obstacle>> => {
        const whole = await lockWhole(tx, companyId, id)
        if (!whole) return { kind: 'absent' }
        const { visit, parts } = whole
        if (unsettledStates.includes(visit.state)) return { kind: 'busy', ...whole }
        if (visit.state !== 'open')
          return { kind: visit.state === 'released' ? 'ended' : 'settled', ...whole }
        const isOpen = ({ state, expiresAt }: Attempt) =>
          state === 'draft' && (expiresAt === null || expiresAt > now)
        if (parts.length !== visit.parts || !parts.every(isOpen)) return { kind: 'ended', ...whole }
        for (const part of parts) {
          const obstacle = await obstacleOf(tx, part)
          if (obstacle !== null) return { kind: 'obstructed', part, obstacle, ...whole }
        }
        await tx.bookingAttempt.updateMany({
          where: { companyId, visitId: id, state: 'draft' },
          data: executing(now),
        })
        const data = { state: 'executing', executedAt: now, leaseUntil: new Date(now.getTime() + leaseMs) }
        await tx.visit.updateMany({ where: { companyId, id }, data })
        return { kind: 'claimed', ...(await readWhole(tx, companyId, id))! }
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const whole = await this.load(companyId, id)
      return whole ? { kind: 'busy', ...whole } : { kind: 'absent' }
    }
  }

  /** Decides once what came of a visit that is executing; of any other it says how it is. Null when there is none. */
  async decide(companyId: number, id: bigint): Promise<Decision | null> {
    return this.#deps.tenancy.run(companyId, async (tx): Promise<Decision | null> => {
      const whole = await lockWhole(tx, companyId, id)
      if (!whole) return null
      const { visit, parts } = whole
      if (visit.state !== 'executing') return { kind: kindOf(visit), ...whole }
      if (parts.some(isUnderWay)) return { kind: 'open', ...whole }
      if (parts.every(({ state }) => state === 'booked')) {
        await this.#set(tx, visit, 'booked')
        return { kind: 'booked', ...(await readWhole(tx, companyId, id))! }
      }
      if (parts.every(({ state }) => state === 'draft')) {
        await tx.visit.updateMany({ where: { companyId, id }, data: { state: 'open', leaseUntil: null } })
        return { kind: 'reopened', ...(await readWhole(tx, companyId, id))! }
      }
      for (const part of parts) await this.#deps.attempts.finish(tx, part, { state: 'released' }, ['draft'])
      await tx.visit.updateMany({ where: { companyId, id }, data: { state: 'undoing' } })
      return { kind: 'undoing', ...(await readWhole(tx, companyId, id))! }
    })
  }

  /** Ends a visit that is being undone; `also` in the same transaction. False when somebody was first. */
  async close(
    { companyId, id }: Visit,
    state: 'undone' | 'partly',
    also?: (tx: Tx) => Promise<unknown>,
  ): Promise<boolean> {
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const { count } = await tx.visit.updateMany({
        where: { companyId, id, state: 'undoing' },
        data: { state, leaseUntil: null, settledAt: this.#deps.clock.now() },
      })
      if (count === 1) await also?.(tx)
      return count === 1
    })
  }

  /** Gives up an open visit: its drafts are released. False when it is not open any more. */
  async release(companyId: number, id: bigint): Promise<boolean> {
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const whole = await lockWhole(tx, companyId, id)
      if (whole?.visit.state !== 'open') return false
      for (const part of whole.parts)
        await this.#deps.attempts.finish(tx, part, { state: 'released' }, ['draft'])
      await this.#set(tx, whole.visit, 'released')
      return true
    })
  }

  /** Takes a visit on whose outcome nobody works: its lease ran out. False when somebody does, or it is settled. */
  async take(companyId: number, id: bigint): Promise<boolean> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const { count } = await tx.visit.updateMany({
        where: { companyId, id, state: { in: unsettledStates }, OR: leaseIsOver(now) },
        data: { leaseUntil: new Date(now.getTime() + leaseMs) },
      })
      return count === 1
    })
  }

  /** Whoever has a visit gives it back unsettled. */
  async giveBack({ companyId, id }: Visit): Promise<void> {
    await this.#deps.tenancy.run(companyId, (tx) =>
      tx.visit.updateMany({
        where: { companyId, id, state: { in: unsettledStates } },
        data: { leaseUntil: null },
      }),
    )
  }

  /** Visits of all companies on whose outcome nobody works, oldest first. */
  async loadUnsettled(max: number): Promise<Array<Pick<Visit, 'id' | 'companyId'>>> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.asSystem((tx) =>
      tx.visit.findMany({
        where: { state: { in: unsettledStates }, OR: leaseIsOver(now) },
        select: { id: true, companyId: true },
        orderBy: { id: 'asc' },
        take: max,
      }),
    )
  }

  async #set(tx: Tx, { companyId, id }: Visit, state: 'booked' | 'released'): Promise<void> {
    const data = { state, leaseUntil: null, settledAt: this.#deps.clock.now() }
    await tx.visit.updateMany({ where: { companyId, id }, data })
  }
}

function kindOf({ state }: Visit): Decision['kind'] {
  if (state === 'booked' || state === 'undoing' || state === 'undone' || state === 'partly') return state
  return 'reopened'
}

function leaseIsOver(now: Date) {
  return [{ leaseUntil: null }, { leaseUntil: { lte: now } }]
}

/** The visit and its parts, in the order of their times. */
export async function readWhole(tx: Tx, companyId: number, id: bigint): Promise<WholeVisit | null> {
  const visit = await tx.visit.findFirst({ where: { companyId, id } })
  if (!visit) return null
  const where = { companyId, visitId: id }
  return { visit, parts: await tx.bookingAttempt.findMany({ where, orderBy: { visitPart: 'asc' } }) }
}

/** The same, with all parts locked until the transaction ends. */
async function lockWhole(tx: Tx, companyId: number, id: bigint): Promise<WholeVisit | null> {
  await tx.$executeRaw`SELECT 1 FROM booking_attempts WHERE company_id = ${companyId} AND visit_id = ${id} ORDER BY id FOR UPDATE`
  return readWhole(tx, companyId, id)
}
