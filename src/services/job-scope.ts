/** The scope of a job that goes on with what a caller began: the same branch, call and number, as far as they are known. */
import { localDayOf } from '../german/index.ts'
import type { CallScope } from './call-context.ts'
import { type Catalogue, findBranch } from './catalogue.ts'

/** What the job is about. */
export interface Begun {
  branchId: string | null
  callId: string | null
  /** Of the appointment; null for an attempt, whose customer is found when it is written. */
  customerId: number | null
  /** E.164 */
  callerNumber: string | null
}

/** @throws Error for a company without any branch */
export function jobScope(
  catalogue: Catalogue,
  { branchId, callId, customerId, callerNumber }: Begun,
  options: Pick<CallScope, 'now' | 'deadline' | 'log'>,
): CallScope {
  const branch = findBranch(catalogue, branchId) ?? catalogue.branches[0] ?? catalogue.closedBranches?.[0]
  if (!branch) throw new Error(`Company ${catalogue.company.id} has no branch`)
  return {
    ...options,
    catalogue,
    branch,
    today: localDayOf(options.now, branch.timeZone),
    call: {
      callId,
      companyId: catalogue.company.id,
      branchId: branch.id,
      phoneNumberId: null,
      customerId,
      timeZone: branch.timeZone,
      agentId: null,
      callerNumber,
    },
  }
}
