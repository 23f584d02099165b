/**
 * Where each operation lives, for both profiles: `published` is Cal.com's API as it is, `guide` the architecture guide's
 * older verbs. The version header decides which of Cal.com's controllers answers (calcom.md §0.1): a wrong one
 * is a 404 or, worse, an old shape.
 */
export type CalcomProfile = 'published' | 'guide'

export type CalcomOperation =
  | 'slots'
  | 'reserve'
  | 'release'
  | 'book'
  | 'booking'
  | 'booking_of_seat'
  | 'bookings'
  | 'cancel'
  | 'reschedule'
  | 'reassign'
  | 'event_types'
  | 'team_event_types'
  | 'me'
  | 'webhooks'
  | 'create_webhook'
  | 'update_webhook'

export interface CalcomRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the base URL; `{id}` and `{host}` are filled in, percent-encoded. */
  path: string
  /** `cal-api-version`; `bookings` stands for the connection's configured one. */
  version: string
  /** Reading, so that a request lost with its connection may be sent once more. */
  reads?: boolean
}

const slotsVersion = '2024-09-04'
const eventTypesVersion = '2024-06-14'
const guideVersion = '2024-08-13'

const published: Record<CalcomOperation, CalcomRoute> = {
  slots: { method: 'GET', path: '/slots', version: slotsVersion, reads: true },
  reserve: { method: 'POST', path: '/slots/reservations', version: slotsVersion },
  release: { method: 'DELETE', path: '/slots/reservations/{id}', version: slotsVersion },
  book: { method: 'POST', path: '/bookings', version: 'bookings' },
  booking: { method: 'GET', path: '/bookings/{id}', version: 'bookings', reads: true },
  booking_of_seat: { method: 'GET', path: '/bookings/by-seat/{id}', version: 'bookings', reads: true },
  bookings: { method: 'GET', path: '/bookings', version: 'bookings', reads: true },
  cancel: { method: 'POST', path: '/bookings/{id}/cancel', version: 'bookings' },
  reschedule: { method: 'POST', path: '/bookings/{id}/reschedule', version: 'bookings' },
  reassign: { method: 'POST', path: '/bookings/{id}/reassign/{host}', version: guideVersion },
  event_types: { method: 'GET', path: '/event-types', version: eventTypesVersion, reads: true },
  team_event_types: {
    method: 'GET',
    path: '/teams/{id}/event-types',
    version: eventTypesVersion,
    reads: true,
  },
  me: { method: 'GET', path: '/me', version: guideVersion, reads: true },
  webhooks: { method: 'GET', path: '/webhooks', version: guideVersion, reads: true },
  create_webhook: { method: 'POST', path: '/webhooks', version: guideVersion },
  update_webhook: { method: 'PATCH', path: '/webhooks/{id}', version: guideVersion },
}

/** The guide knows no reservations, lists and event types: there the published routes stand in. */
const guide: Record<CalcomOperation, CalcomRoute> = {
  ...published,
  slots: { method: 'GET', path: '/slots/available', version: guideVersion, reads: true },
  cancel: { method: 'DELETE', path: '/bookings/{id}', version: 'bookings' },
  reschedule: { method: 'PATCH', path: '/bookings/{id}/reschedule', version: 'bookings' },
}

export const calcomRoutes: Record<CalcomProfile, Record<CalcomOperation, CalcomRoute>> = { published, guide }
