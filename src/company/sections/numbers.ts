/** Telephone numbers: which branch a dialled number belongs to. Routing, all of it. */
import type { CompanyFile } from '../schema.ts'
import { type Json, stated, type Thing } from '../thing.ts'
import { columns, type Section } from './section.ts'

type Numbers = NonNullable<CompanyFile['branches'][string]['numbers']>

const map = { agent: 'agentId', label: 'label', active: 'isActive' } as const

export const numbers: Section = {
  kind: 'number',

  wanted: (file) =>
    Object.entries(file.branches).flatMap(([branch, { numbers: list = [] }]) =>
      list.map((entry): Thing => {
        const { number, agent, label, active } = typeof entry === 'string' ? { number: entry } : entry
        return {
          kind: 'number',
          key: number,
          fields: stated({
            branch,
            agent: agent === undefined ? file.agent?.retell : agent,
            label,
            active: active ?? true,
          }),
        }
      }),
    ),

  present: (rows, names) =>
    rows.numbers.map((row) => ({
      kind: 'number',
      key: row.number,
      fields: {
        branch: names.branches.name(row.branchId)!,
        ...Object.fromEntries(Object.entries(map).map(([field, column]) => [field, row[column] as Json])),
      },
    })),

  async write({ tx, companyId, names }, number, fields, isNew) {
    const branchId = names.branches.id(String(fields.branch))
    const data = { ...columns(fields, map), ...(branchId !== undefined && { branchId }) }
    if (isNew) await tx.phoneNumber.create({ data: { companyId, number, branchId: branchId!, ...data } })
    else await tx.phoneNumber.updateMany({ where: { companyId, number }, data })
  },

  /** It may go to another company, so that nothing of it stays: the calls it took remain the company's. */
  async remove({ tx, companyId }, number) {
    const row = await tx.phoneNumber.findFirst({ where: { companyId, number }, select: { id: true } })
    if (!row) return
    await tx.call.updateMany({ where: { companyId, phoneNumberId: row.id }, data: { phoneNumberId: null } })
    await tx.phoneNumber.delete({ where: { id: row.id } })
  },

  intoFile(draft, things) {
    const agents = new Set(things.map(({ fields }) => fields.agent))
    const [common] = agents.size === 1 ? agents : [null]
    if (typeof common === 'string') draft.agent = { ...draft.agent, retell: common }
    for (const { key: number, fields } of things) {
      const branch = draft.branches?.[String(fields.branch)]
      if (!branch) continue
      const entry = {
        number,
        ...(typeof common !== 'string' && fields.agent !== null && { agent: fields.agent }),
        ...(fields.label !== null && { label: fields.label }),
        ...(fields.active === false && { active: false }),
      }
      branch.numbers = [
        ...(branch.numbers ?? []),
        (Object.keys(entry).length === 1 ? number : entry) as Numbers[number],
      ]
    }
  },
}
