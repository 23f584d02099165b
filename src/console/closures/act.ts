/** Entering and deleting closures. Whoever is held to a branch does so for that branch only. */
import { z } from 'zod'
import { addDays, localDayOf } from '../../german/index.ts'
import { defineAct, idIn } from '../page.ts'

const path = '/console/einstellungen/schliesstage'
const daysAheadMax = 800
const day = z.iso.date('Bitte wählen Sie den ersten und den letzten Tag.')

export const closureActs = [
  defineAct({
    path,
    right: 'settings',
    form: z
      .object({
        first: day,
        last: day,
        branch: z.string().optional(),
        reason: z.string().trim().max(100, 'Der Grund darf höchstens 100 Zeichen haben.').optional(),
        spoken: z.string().optional(),
      })
      .refine(({ first, last }) => first <= last, 'Der letzte Tag liegt vor dem ersten.'),
    async run(context, { form }) {
      const { company, branches, tools, to, now, timeZone, seesAllBranches } = context
      const today = localDayOf(now, timeZone)
      const branchId = form.branch ? (branches.find(({ id }) => id === form.branch)?.id ?? null) : null
      if (branchId === null && (form.branch || !seesAllBranches)) return null
      if (form.first < today || form.last > addDays(today, daysAheadMax))
        return { to: to(path), said: 'closure_when' }
      await tools.closures.add({
        ...{ companyId: company.id, branchId, firstDay: form.first, lastDay: form.last },
        reason: form.reason || null,
        reasonSpoken: form.spoken === 'yes' && Boolean(form.reason),
      })
      return { to: to(path), said: 'closure_added' }
    },
  }),
  defineAct({
    path: `${path}/:id/loeschen`,
    right: 'settings',
    form: z.object({}),
    async run({ see, company, tools, to, seesAllBranches }, { params }) {
      const id = idIn(params.id)
      if (id === null || id > 2_147_483_647n) return null
      const found = await see((tx) =>
        tx.closure.findFirst({ where: { companyId: company.id, id: Number(id) } }),
      )
      if (found === null || (found.branchId === null && !seesAllBranches)) return null
      await tools.closures.remove(company.id, found.id)
      return { to: to(path), said: 'closure_removed' }
    },
  }),
]
