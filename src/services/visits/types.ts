/** What the parts of visits hand each other. Types only. */
import type { Consent } from '../../german/index.ts'
import type { SpokenBooking } from '../../german/sentences/booking.ts'
import type { Attempt } from '../attempts.ts'
import type { Done, NewContact, NotFree, OwnAppointmentFound, Unsure } from '../booking/types.ts'
import type { Filled } from '../choices.ts'

/** A part as it is told. */
export interface SpokenPart {
  attempt: Attempt
  booking: SpokenBooking
}

/** The parts of a visit in the order of their times; never empty. */
export type SpokenParts = readonly [SpokenPart, ...SpokenPart[]]

/** A visit that is read back. `again`: the very same was there before, and how far it had got. */
export interface VisitReady {
  kind: 'ready'
  parts: SpokenParts
  again: 'no' | 'open' | 'in_progress' | 'booked'
  filled: Filled
  contact: NewContact
}

/** What came of starting a visit. */
export type VisitStarted = VisitReady | ({ kind: 'not_free' } & NotFree) | OwnAppointmentFound | Unsure

/** A part that is booked. */
export type BookedPart = SpokenPart & { done: Done }

/** What came of the yes to a visit. */
export type VisitConfirmed =
  /** `again`: it was done before. `cancelled`: parts that have been called off since. */
  | { kind: 'booked'; parts: readonly [BookedPart, ...BookedPart[]]; again: boolean }
  | { kind: 'cancelled_since'; parts: SpokenParts }
  /** A part could not be had, and no part is booked. */
  | ({ kind: 'not_free'; parts: SpokenParts } & NotFree)
  /** No part is booked, for another reason than the time. */
  | { kind: 'undone'; parts: SpokenParts; why: 'refused' | 'calendar_unavailable' }
  /** No part is booked, and the yes may be repeated. */
  | { kind: 'calendar_busy' | 'calendar_unavailable'; parts: SpokenParts }
  /** Not whole, and these parts stand all the same: a person of the business has them. */
  | { kind: 'partly'; parts: SpokenParts; standing: SpokenParts }
  | { kind: 'unknown'; parts: SpokenParts; canCallBack: boolean; promised: boolean }
  | { kind: 'in_progress'; parts: SpokenParts }
  | { kind: 'not_agreed'; parts: SpokenParts; reply: Exclude<Consent, 'yes'> }
  /** Its time is over: it was planned anew and is read back again, or cannot be had. */
  | { kind: 'anew'; started: VisitStarted }
  | (OwnAppointmentFound & { parts: SpokenParts })
  | { kind: 'released'; parts: SpokenParts }
  /** "No" to something that exists already. */
  | { kind: 'release_too_late'; parts: SpokenParts }
