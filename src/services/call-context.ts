import type { Logger } from 'pino'
import type { LocalDay } from '../german/index.ts'
import type { Deadline } from '../lib/deadline.ts'
import type { Catalogue, CatalogueBranch } from './catalogue.ts'

/** Which call a request belongs to, and with it company, branch and caller. Resolution: calls/directory.ts. */
export interface CallContext {
  /** Retell's call id; null only when a request proved its company but no call. */
  callId: string | null
  companyId: number
  branchId: string
  phoneNumberId: number | null
  /** Set when the caller's number belongs to exactly one customer. */
  customerId: number | null
  /** IANA zone of the branch. */
  timeZone: string
  agentId: string | null
  /** E.164 as the network reports it, null when withheld: the only proof of identity (design section 9). */
  callerNumber: string | null
  /** What was said so far, as the request tells it (retell/transcript.ts); absent or null when it does not. */
  transcript?: string | null
}

/** The call a request belongs to, and the time it has. A function's TenantContext is one. */
export interface CallScope {
  call: CallContext
  catalogue: Catalogue
  /** The branch of the dialled number. */
  branch: CatalogueBranch
  now: Date
  /** The local day of `now`. */
  today: LocalDay
  deadline: Deadline
  /** How many requests to Cal.com the function makes at once when the time is found free; none unless told. */
  follow?: number
  log: Pick<Logger, 'warn' | 'error'>
}
