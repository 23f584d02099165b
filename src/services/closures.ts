/** Closures as a person of the business enters them: days on which a branch, or all of them, is closed. */
import type { Tenancy } from '../db/tenancy.ts'
import type { LocalDay } from '../german/index.ts'
import type { Catalogues } from './catalogue.ts'

export interface NewClosure {
  companyId: number
  /** Null: every branch. */
  branchId: string | null
  /** Both inclusive. */
  firstDay: LocalDay
  lastDay: LocalDay
  reason: string | null
  /** Whether callers are told the reason. */
  reasonSpoken: boolean
}

type Deps = { tenancy: Pick<Tenancy, 'asSystem'>; catalogues: Pick<Catalogues, 'forget'> }

export class ClosureDesk {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Enters one; the same days of the same branch again change the reason only. Callers hear of it from the next call on. */
  async add({ companyId, branchId, firstDay, lastDay, reason, reasonSpoken }: NewClosure): Promise<void> {
    const days = { companyId, branchId, firstDay: new Date(firstDay), lastDay: new Date(lastDay) }
    const whole = { kind: 'closed', fromTime: null, toTime: null, yearly: false }
    await this.#deps.tenancy.asSystem(async (tx) => {
      const { count } = await tx.closure.updateMany({
        where: { ...days, ...whole },
        data: { reason, reasonSpoken },
      })
      if (count === 0) await tx.closure.create({ data: { ...days, ...whole, reason, reasonSpoken } })
    })
    this.#deps.catalogues.forget(companyId)
  }

  /** Takes one away: the branch is open as usual. Out: whether there was one. */
  async remove(companyId: number, id: number): Promise<boolean> {
    const { count } = await this.#deps.tenancy.asSystem((tx) =>
      tx.closure.deleteMany({ where: { companyId, id } }),
    )
    this.#deps.catalogues.forget(companyId)
    return count > 0
  }
}
