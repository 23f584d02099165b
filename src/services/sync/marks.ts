/** How far recurring work of a company has come. Inside the transaction of the caller. */
import type { Tx } from '../../db/tenancy.ts'

export type MarkName = 'reconciled_until' | 'orphan_cleanup_day'

export async function loadMark(tx: Tx, companyId: number, name: MarkName): Promise<string | null> {
  const mark = await tx.syncMark.findUnique({ where: { companyId_name: { companyId, name } } })
  return mark?.value ?? null
}

export async function saveMark(tx: Tx, companyId: number, name: MarkName, value: string): Promise<void> {
  await tx.syncMark.upsert({
    where: { companyId_name: { companyId, name } },
    create: { companyId, name, value },
    update: { value },
  })
}
