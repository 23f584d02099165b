/** Days on which other hours than the usual ones apply: closed, or open all the same. */
import { closureKey, dayColumns, daysOfRow, readKey } from '../days.ts'
import type { Names } from '../rows.ts'
import type { CompanyFile } from '../schema.ts'
import { type Json, stated, type Thing } from '../thing.ts'
import { everywhere } from '../values.ts'
import { columns, type Section } from './section.ts'

type ClosureInFile = NonNullable<CompanyFile['closures']>[number]

const map = { kind: 'kind', reason: 'reason', reason_spoken: 'reasonSpoken' } as const

export const closures: Section = {
  kind: 'closure',

  wanted: (file) =>
    (file.closures ?? []).map((closure) => ({
      kind: 'closure',
      key: closureKey(closure),
      fields: stated({
        kind: closure.kind ?? 'closed',
        reason: closure.reason,
        reason_spoken: closure.reason_spoken,
      }),
    })),

  isStated: ({ closures }) => closures !== undefined,

  present(rows, names) {
    const things = new Map<string, Thing>()
    // Of two that say the same days the closed one holds, as for a call (services/day-hours.ts).
    for (const row of rows.closures.toSorted((a, b) => (a.kind < b.kind ? 1 : -1))) {
      const branch = row.branchId === null ? undefined : names.branches.name(row.branchId)
      const key = closureKey({ ...daysOfRow(row), ...(branch && { branch }), yearly: row.yearly })
      const fields = Object.fromEntries(
        Object.entries(map).map(([field, column]) => [field, row[column] as Json]),
      )
      things.set(key, { kind: 'closure', key, fields })
    }
    return [...things.values()]
  },

  async write({ tx, companyId, names }, key, fields, isNew) {
    const data = columns(fields, map)
    const days = daysOf(key, names)
    if (isNew) await tx.closure.create({ data: { companyId, ...days, ...data } })
    else await tx.closure.updateMany({ where: { companyId, ...days }, data })
  },

  async remove({ tx, companyId, names }, key) {
    await tx.closure.deleteMany({ where: { companyId, ...daysOf(key, names) } })
  },

  intoFile(draft, things) {
    draft.closures = things.map(({ key, fields: { kind, reason, reason_spoken } }) => {
      const { who, yearly, ...days } = readKey(key)
      return {
        ...(who !== everywhere && { branch: who }),
        ...days,
        ...(kind === 'open' && { kind }),
        ...(yearly && { yearly }),
        ...(reason !== null && { reason }),
        ...(reason_spoken === true && { reason_spoken }),
      } as ClosureInFile
    })
  },
}

/** The columns that make it this closure. */
function daysOf(key: string, names: Names) {
  const { who, yearly, ...days } = readKey(key)
  return { branchId: who === everywhere ? null : names.branches.id(who)!, yearly, ...dayColumns(days) }
}
