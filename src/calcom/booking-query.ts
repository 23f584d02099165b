/** Which bookings a list is asked for, and how the wire says it. */

/** Of one page. */
export const pageSize = 100

export interface FetchBookingsInput {
  eventTypeIds?: readonly number[]
  teamIds?: readonly number[]
  status?: readonly ('upcoming' | 'recurring' | 'past' | 'cancelled' | 'unconfirmed')[]
  attendeeEmail?: string
  afterStart?: Date
  beforeEnd?: Date
  afterCreatedAt?: Date
  afterUpdatedAt?: Date
  beforeUpdatedAt?: Date
  /** Of 100 bookings each; 10 unless told. Every page is a request of the key's budget. */
  pagesMax?: number
}

/** Query parameters of the list, but for the page. */
export function queryOf(input: FetchBookingsInput) {
  return {
    eventTypeIds: listText(input.eventTypeIds),
    teamsIds: listText(input.teamIds),
    status: listText(input.status),
    attendeeEmail: input.attendeeEmail,
    afterStart: input.afterStart && utc(input.afterStart),
    beforeEnd: input.beforeEnd && utc(input.beforeEnd),
    afterCreatedAt: input.afterCreatedAt && utc(input.afterCreatedAt),
    afterUpdatedAt: input.afterUpdatedAt?.toISOString(),
    beforeUpdatedAt: input.beforeUpdatedAt?.toISOString(),
    // Oldest first: what changes while we turn pages moves to the end instead of shifting them.
    ...(input.afterUpdatedAt ? { sortUpdatedAt: 'asc' } : { sortStart: 'asc' }),
    take: pageSize,
  }
}

/** ISO in UTC without milliseconds, as Cal.com's own examples. */
export function utc(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function listText(values: readonly (string | number)[] | undefined): string | undefined {
  return values?.length ? values.join(',') : undefined
}
