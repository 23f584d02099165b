/** What asking Cal.com about an attempt can come to (execute.ts). Types only. */
import type { CalcomApi } from '../../calcom/client.ts'
import type { CalcomBooking } from '../../calcom/types.ts'

/** What of Cal.com booking uses. */
export type BookingApi = Pick<
  CalcomApi,
  'createBooking' | 'fetchBooking' | 'fetchBookings' | 'cancelBooking' | 'reserveSlot' | 'releaseReservation'
>
/** Leads to the client of a company's connection. */
export type CalcomOf = (connectionId: string) => Promise<BookingApi>

export type Execution =
  /** `unproven`: believed on a short answer, to be verified. */
  | { kind: 'made'; booking: CalcomBooking; unproven?: boolean }
  /** `unseen`: nobody's booking could be seen there, to be looked at again. */
  | { kind: 'taken'; reason: string; unseen?: boolean }
  /** Inside the event type's notice, or in the past. */
  | { kind: 'too_soon'; reason: string }
  /** Cal.com asks us to wait (`throttled`), or we make ourselves wait and nothing has left. */
  | { kind: 'rate_limited'; reason: string }
  /** The request never left. */
  | { kind: 'not_sent'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown'; reason: string }

export type LookUp =
  | { kind: 'found'; booking: CalcomBooking }
  /** Ours, alive, at a start nobody asked for: it must go. */
  | { kind: 'stray'; booking: CalcomBooking }
  /** Cancelled or rejected since; nobody has an appointment. */
  | { kind: 'ended'; booking: CalcomBooking }
  /** Not to be seen. `others`: live bookings of other people around that time. */
  | { kind: 'absent'; others: CalcomBooking[] }
  /** Could not be found out. */
  | { kind: 'unclear' }

/** What became of a stray: `refused` says that Cal.com will not cancel it, so that a person must. */
export type StrayEnd = 'gone' | 'later' | 'refused'
