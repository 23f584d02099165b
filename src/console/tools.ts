/** The services that pages write with. What they change is written down under the person's name by the audit. */
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { CallbackDesk } from '../services/callback-desk.ts'

export interface ConsoleTools {
  callbacks: CallbackDesk
  /** For the audit: `console:` and the person's number. */
  actor: string
}

/** For one request; constructing costs nothing. */
export function toolsOf(
  { tenancyOf, clock }: { tenancyOf: (actor: string) => Tenancy; clock: Clock },
  personId: number,
): ConsoleTools {
  const actor = `console:${personId}`
  return { actor, callbacks: new CallbackDesk({ tenancy: tenancyOf(actor), clock }) }
}
