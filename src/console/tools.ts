/** The services that pages write with. What they change is written down under the person's name by the audit. */
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { CallbackDesk } from '../services/callback-desk.ts'
import type { Catalogues } from '../services/catalogue.ts'
import type { AppointmentDesk } from '../services/changes/desk.ts'
import { ClosureDesk } from '../services/closures.ts'

export interface ConsoleTools {
  callbacks: CallbackDesk
  appointments: AppointmentDesk
  closures: ClosureDesk
  /** For the audit: `console:` and the person's number. */
  actor: string
}

/** For one request; constructing costs nothing. */
export function toolsOf(
  deps: {
    tenancyOf: (actor: string) => Tenancy
    clock: Clock
    appointments: AppointmentDesk
    catalogues: Catalogues
  },
  personId: number,
): ConsoleTools {
  const actor = `console:${personId}`
  const { tenancyOf, clock, appointments, catalogues } = deps
  const tenancy = tenancyOf(actor)
  return {
    actor,
    appointments,
    callbacks: new CallbackDesk({ tenancy, clock }),
    closures: new ClosureDesk({ tenancy, catalogues }),
  }
}
