/** Callbacks: those that wait, in the order in which they should be made, and those that are done. */
import { urgencyOf } from '../../german/index.ts'
import type { PageContext } from '../page.ts'

const openMax = 200
const doneMax = 30

export type Callback = Awaited<ReturnType<typeof loadCallbacks>>['open'][number]

/** Overdue first, then urgent, then by the promised time; what was promised for no time comes in order of its arrival. */
export async function loadCallbacks({ see, company, now }: PageContext) {
  const companyId = company.id
  const found = await see(async (tx) => ({
    open: await tx.callbackRequest.findMany({
      where: { companyId, status: 'open' },
      orderBy: { id: 'asc' },
      take: openMax,
    }),
    done: await tx.callbackRequest.findMany({
      where: { companyId, status: 'done' },
      orderBy: { closedAt: 'desc' },
      take: doneMax,
    }),
  }))
  const calls = await see((tx) =>
    tx.call.findMany({
      where: {
        companyId,
        retellCallId: { in: [...found.open, ...found.done].flatMap(({ callId }) => callId ?? []) },
      },
      select: { id: true, retellCallId: true },
    }),
  )
  const withCall = (row: (typeof found.open)[number]) => ({
    ...row,
    call: calls.find(({ retellCallId }) => retellCallId === row.callId)?.id ?? null,
    isOverdue: row.status === 'open' && row.preferredTo !== null && row.preferredTo < now,
    isUrgent: row.kind === 'caller' && urgencyOf(row.reason, row.preferredTime) !== 'normal',
  })
  const rank = (row: ReturnType<typeof withCall>) => (row.isOverdue ? 0 : row.isUrgent ? 1 : 2)
  const due = (row: ReturnType<typeof withCall>) => row.preferredTo?.getTime() ?? Number.MAX_SAFE_INTEGER
  return {
    open: found.open.map(withCall).sort((a, b) => rank(a) - rank(b) || due(a) - due(b)),
    done: found.done.map(withCall),
  }
}

/** Whether the person may see this callback. */
export async function seesCallback({ see, company }: PageContext, id: bigint): Promise<boolean> {
  return see(async (tx) => (await tx.callbackRequest.count({ where: { companyId: company.id, id } })) > 0)
}
