/**
 * Appointments of somebody who has left: nobody will be there, and whoever should serve instead is the business's to say. Each
 * becomes one task, with the customer to call.
 */
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { standingStatuses } from '../appointments/types.ts'
import type { Catalogue } from '../catalogue.ts'
import { askPerson } from './ask-person.ts'

type Deps = { tenancy: Pick<Tenancy, 'run'>; clock: Clock }

const perRunMax = 200

/** Asks the business about upcoming appointments of people who are switched off. Out: how many tasks are new. */
export async function askAboutLeft({ tenancy, clock }: Deps, catalogue: Catalogue): Promise<number> {
  const companyId = catalogue.company.id
  const now = clock.now()
  return tenancy.run(companyId, async (tx) => {
    const left = await tx.staff.findMany({ where: { companyId, isActive: false }, select: { id: true } })
    if (left.length === 0) return 0
    const rows = await tx.appointment.findMany({
      where: {
        companyId,
        staffId: { in: left.map(({ id }) => id) },
        status: { in: standingStatuses },
        syncState: { not: 'cancel_pending' },
        appointmentDatetime: { gt: now },
      },
      orderBy: { appointmentDatetime: 'asc' },
      take: perRunMax,
    })
    let asked = 0
    for (const row of rows) {
      const customer = await tx.customer.findFirst({
        where: { companyId, id: row.customerId },
        select: { name: true, phone: true },
      })
      const person = {
        customerId: row.customerId,
        serviceId: row.serviceId,
        name: row.attendeeName ?? customer?.name ?? null,
        phone: customer?.phone ?? null,
      }
      const booking = { start: row.appointmentDatetime, eventTypeId: row.calcomEventTypeId ?? undefined }
      if (await askPerson(tx, { catalogue, booking, why: 'left', now, person })) asked += 1
    }
    return asked
  })
}
