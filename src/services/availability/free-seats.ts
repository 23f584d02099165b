/**
 * How many seats of a group are left, from the rows we keep for each participant: told while they are few, so that a caller knows.
 * Limit: what no webhook has told yet is not counted. Whether a seat can be had is Cal.com's word.
 */
import type { Tenancy } from '../../db/tenancy.ts'
import { type Catalogue, type CatalogueService, calendarOf } from '../catalogue.ts'
import { kindOfEventType } from '../event-type-kinds.ts'

const takenStatuses = ['scheduled', 'pending']
/** More than these are not counted out loud. */
const fewMax = 3

export class FreeSeats {
  readonly #tenancy: Pick<Tenancy, 'run'>

  constructor({ tenancy }: { tenancy: Pick<Tenancy, 'run'> }) {
    this.#tenancy = tenancy
  }

  /** The seats left at a start, if they are few; null for many, for none that we know of, and where nothing is shared. */
  async few(
    catalogue: Catalogue,
    { service, staffId, start }: { service: CatalogueService; staffId: number | null; start: Date },
  ): Promise<number | null> {
    const { eventTypeId } = calendarOf(catalogue, service, staffId)
    const seats = eventTypeId === null ? null : (kindOfEventType(catalogue, eventTypeId)?.seats ?? null)
    if (seats === null) return null
    const companyId = catalogue.company.id
    const taken = await this.#tenancy.run(companyId, (tx) =>
      tx.appointment.count({
        where: {
          companyId,
          calcomEventTypeId: eventTypeId,
          appointmentDatetime: start,
          status: { in: takenStatuses },
        },
      }),
    )
    const left = seats - taken
    return left > 0 && left <= fewMax ? left : null
  }
}
