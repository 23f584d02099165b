/** People: where they work and which calendar is theirs. */
import type { CompanyFile } from '../schema.ts'
import { type Json, stated } from '../thing.ts'
import { columns, type Section } from './section.ts'

const map = {
  first_name: 'firstName',
  last_name: 'lastName',
  email: 'email',
  calcom_user: 'calcomUserId',
  active: 'isActive',
} as const

export const staff: Section = {
  kind: 'person',

  wanted: (file) =>
    Object.entries(file.staff ?? {}).map(([key, person]) => ({
      kind: 'person',
      key,
      fields: stated({ ...person, active: person.active ?? true }),
    })),

  present: (rows, names) =>
    rows.staff.map((row) => ({
      kind: 'person',
      key: names.staff.name(row.id)!,
      fields: {
        ...Object.fromEntries(Object.entries(map).map(([field, column]) => [field, row[column] as Json])),
        branch: row.branchId === null ? null : (names.branches.name(row.branchId) ?? null),
      },
    })),

  async write({ tx, companyId, names }, key, fields, isNew) {
    const branchId = fields.branch === null ? null : names.branches.id(String(fields.branch))
    const data = { ...columns(fields, map), ...(fields.branch !== undefined && { branchId: branchId! }) }
    if (isNew) {
      const { id } = await tx.staff.create({
        data: {
          companyId,
          slug: key,
          firstName: String(fields.first_name),
          lastName: String(fields.last_name),
          ...data,
        },
        select: { id: true },
      })
      names.staff.set(key, id)
    } else await tx.staff.update({ where: { id: names.staff.id(key)! }, data: { slug: key, ...data } })
  },

  async remove({ tx, names }, key) {
    await tx.staff.update({ where: { id: names.staff.id(key)! }, data: { isActive: false } })
  },

  intoFile(draft, things) {
    draft.staff = Object.fromEntries(
      things.map(({ key, fields: { active, branch, email, ...rest } }) => {
        const optional = {
          ...(branch !== null && { branch }),
          ...(email !== null && { email }),
          ...(active === false && { active }),
        }
        return [key, { ...rest, ...optional } as unknown as NonNullable<CompanyFile['staff']>[string]]
      }),
    )
  },
}
