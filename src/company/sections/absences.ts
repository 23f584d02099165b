/** Who is away, and when. `npm run staff` enters the same; it also looks after the appointments that are concerned. */
import { absenceKey, dayColumns, daysOfRow, readKey } from '../days.ts'
import type { Names } from '../rows.ts'
import type { CompanyFile } from '../schema.ts'
import { stated, type Thing } from '../thing.ts'
import { columns, type Section } from './section.ts'

type AbsenceInFile = NonNullable<CompanyFile['absences']>[number]

const map = { end_spoken: 'endSpoken', note: 'note' } as const

export const absences: Section = {
  kind: 'absence',

  wanted: (file) =>
    (file.absences ?? []).map((absence) => ({
      kind: 'absence',
      key: absenceKey(absence),
      fields: stated({ end_spoken: absence.end_spoken ?? true, note: absence.note }),
    })),

  isStated: ({ absences }) => absences !== undefined,

  present(rows, names) {
    const things = new Map<string, Thing>()
    // Of two that say the same days the more reticent one holds.
    for (const row of rows.absences.toSorted((a, b) => Number(b.endSpoken) - Number(a.endSpoken))) {
      const key = absenceKey({ person: names.staff.name(row.staffId)!, ...daysOfRow(row) })
      things.set(key, { kind: 'absence', key, fields: { end_spoken: row.endSpoken, note: row.note } })
    }
    return [...things.values()]
  },

  async write({ tx, companyId, names }, key, fields, isNew) {
    const data = columns(fields, map)
    const days = daysOf(key, names)
    if (isNew) await tx.absence.create({ data: { companyId, ...days, ...data } })
    else await tx.absence.updateMany({ where: { companyId, ...days }, data })
  },

  async remove({ tx, companyId, names }, key) {
    await tx.absence.deleteMany({ where: { companyId, ...daysOf(key, names) } })
  },

  intoFile(draft, things) {
    draft.absences = things.map(({ key, fields: { end_spoken, note } }) => {
      const { who: person, yearly: _, ...days } = readKey(key)
      return {
        person,
        ...days,
        ...(end_spoken === false && { end_spoken }),
        ...(note !== null && { note }),
      } as AbsenceInFile
    })
  },
}

/** The columns that make it this absence. */
function daysOf(key: string, names: Names) {
  const { who, yearly: _, ...days } = readKey(key)
  return { staffId: names.staff.id(who)!, ...dayColumns(days) }
}
