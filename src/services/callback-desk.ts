/**
 * Callback requests as an operator sees and closes them. Listing reads across companies in the role of reports; closing works as the
 * company the request belongs to, and leaves an audit entry without the note, which may name a person.
 */
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { writeAudit } from './privacy/audit.ts'

export interface ListedCallback {
  id: bigint
  companyId: number
  companyName: string
  branchName: string | null
  /** IANA zone of the branch, or of the company. */
  timeZone: string
  phone: string | null
  name: string | null
  reason: string | null
  /** caller, policy, technical */
  kind: string
  /** When, in the caller's own words. */
  preferredTime: string | null
  /** What the caller was promised; null when nothing, or no time, was. */
  promisedFrom: Date | null
  promisedTo: Date | null
  /** open, done */
  status: string
  createdAt: Date
  closedAt: Date | null
  closingNote: string | null
}

/** wrong_company: it exists, but under another company than the one that was named. */
export type Closed =
  | { kind: 'closed'; companyId: number }
  | { kind: 'closed_already'; companyId: number; closedAt: Date | null }
  | { kind: 'absent' }
  | { kind: 'wrong_company' }

/** taken: somebody else has it in hand, or it is done. */
export type Claimed = 'claimed' | 'taken'

type Deps = { tenancy: Pick<Tenancy, 'run' | 'asReport'>; clock: Clock }

/** More are not read into memory at once. */
export const listedMax = 1_000
/** The longest note. */
export const noteCharactersMax = 500

export class CallbackDesk {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Whether a company of this id exists. */
  async hasCompany(companyId: number): Promise<boolean> {
    return this.#deps.tenancy.asReport(
      async (tx) => (await tx.company.count({ where: { id: companyId } })) > 0,
    )
  }

  /** Open requests, or all of them, oldest first, at most `listedMax`; `total` says how many there are. */
  async list({ companyId, all }: { companyId?: number; all: boolean }): Promise<{
    callbacks: ListedCallback[]
    total: number
  }> {
    const where = {
      ...(companyId === undefined ? {} : { companyId }),
      ...(all ? {} : { status: 'open' }),
    }
    return this.#deps.tenancy.asReport(async (tx) => {
      const total = await tx.callbackRequest.count({ where })
      const rows = await tx.callbackRequest.findMany({ where, orderBy: { id: 'asc' }, take: listedMax })
      const companies = await tx.company.findMany({
        where: { id: { in: [...new Set(rows.map((row) => row.companyId))] } },
        select: { id: true, name: true, timeZone: true },
      })
      const branches = await tx.branch.findMany({
        where: { id: { in: [...new Set(rows.flatMap(({ branchId }) => branchId ?? []))] } },
        select: { id: true, companyId: true, name: true, timeZone: true },
      })
      return {
        total,
        callbacks: rows.map((row) => {
          const company = companies.find(({ id }) => id === row.companyId)
          const branch = branches.find((one) => one.id === row.branchId && one.companyId === row.companyId)
          return {
            id: row.id,
            companyId: row.companyId,
            companyName: company?.name ?? '',
            branchName: branch?.name ?? null,
            timeZone: branch?.timeZone ?? company?.timeZone ?? 'UTC',
            phone: row.phone,
            name: row.name,
            reason: row.reason,
            kind: row.kind,
            preferredTime: row.preferredTime,
            promisedFrom: row.preferredFrom,
            promisedTo: row.preferredTo,
            status: row.status,
            createdAt: row.createdAt,
            closedAt: row.closedAt,
            closingNote: row.closingNote,
          }
        }),
      }
    })
  }

  /** Somebody takes an open one in hand. In: `by`, their name, which the others see. Of two at once one gets it. */
  async claim(id: bigint, { companyId, by }: { companyId: number; by: string }): Promise<Claimed> {
    const { tenancy, clock } = this.#deps
    const { count } = await tenancy.run(companyId, (tx) =>
      tx.callbackRequest.updateMany({
        where: { companyId, id, status: 'open', OR: [{ claimedBy: null }, { claimedBy: by }] },
        data: { claimedBy: by, claimedAt: clock.now() },
      }),
    )
    return count > 0 ? 'claimed' : 'taken'
  }

  /** It is anybody's again. */
  async giveBack(id: bigint, companyId: number): Promise<void> {
    await this.#deps.tenancy.run(companyId, (tx) =>
      tx.callbackRequest.updateMany({
        where: { companyId, id, status: 'open' },
        data: { claimedBy: null, claimedAt: null },
      }),
    )
  }

  /** Closes one. In: `companyId` to be sure whose it is; `actor` for the audit, such as 'cli'. Of two at once one closes it. */
  async close(
    id: bigint,
    { companyId, note, actor }: { companyId?: number; note?: string; actor: string },
  ): Promise<Closed> {
    const { tenancy, clock } = this.#deps
    const found = await tenancy.asReport((tx) =>
      tx.callbackRequest.findUnique({ where: { id }, select: { companyId: true } }),
    )
    if (!found) return { kind: 'absent' }
    const owner = found.companyId
    if (companyId !== undefined && companyId !== owner) return { kind: 'wrong_company' }
    return tenancy.run(owner, async (tx): Promise<Closed> => {
      const { count } = await tx.callbackRequest.updateMany({
        where: { companyId: owner, id, status: 'open' },
        data: {
          status: 'done',
          closedAt: clock.now(),
          closingNote: note?.slice(0, noteCharactersMax) ?? null,
        },
      })
      if (count === 0) {
        const row = await tx.callbackRequest.findFirst({
          where: { companyId: owner, id },
          select: { closedAt: true },
        })
        return row === null
          ? { kind: 'absent' }
          : { kind: 'closed_already', companyId: owner, closedAt: row.closedAt }
      }
      await writeAudit(tx, {
        companyId: owner,
        actor,
        action: 'callback_closed',
        entity: 'callback_requests',
        entityId: String(id),
        detail: { noted: note !== undefined },
      })
      return { kind: 'closed', companyId: owner }
    })
  }
}
