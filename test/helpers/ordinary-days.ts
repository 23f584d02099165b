/** For runs on whatever day it is: without this the demo's closures and public holidays would refuse what such a run expects to be free. */
import type { Database } from '../../src/db/database.ts'

/** Every day of the demo companies is like its usual week. */
export async function withOrdinaryDays({ tenancy }: Pick<Database, 'tenancy'>): Promise<void> {
  await tenancy.asSystem(async (tx) => {
    await tx.closure.deleteMany()
    await tx.branch.updateMany({ data: { federalState: null } })
  })
}
