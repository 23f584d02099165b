/** What the parts of booking hand each other. Types only. */
import type { Consent } from '../../german/index.ts'
import type { SpokenAppointment } from '../../german/sentences/appointments.ts'
import type { Refusal } from '../../german/sentences/availability.ts'
import type { SpokenBooking, SpokenMoment } from '../../german/sentences/booking.ts'
import type { SpokenWhat } from '../../german/sentences/naming.ts'
import type { AppointmentView } from '../appointments/view.ts'
import type { Attempt } from '../attempts.ts'
import type { Alternative } from '../availability/alternatives.ts'
import type { Elsewhere } from '../availability/elsewhere.ts'
import type { StoredCallback } from '../callbacks.ts'
import type { CatalogueBranch, CatalogueService } from '../catalogue.ts'
import type { Filled } from '../choices.ts'
import type { Moment } from './moment.ts'
import type { OwnFound } from './own.ts'

/** What an agent passes to start a booking, as the words came. */
export interface BookingWish {
  name?: string
  email?: string
  phone?: string
  date?: string
  time?: string
  service?: string
  staff?: string
  branch?: string
  notes?: string
  /** How long it should take, if the caller said so. */
  duration_minutes?: number
  /** The caller has said that it is wanted besides the appointment they already have. */
  additional?: boolean
}

/** Contact data that is new in this wish. */
export interface NewContact {
  /** E.164 */
  phone: string | null
  email: string | null
}

/** A wish in which nothing is open any more. */
export interface CompleteWish extends Moment {
  branch: CatalogueBranch
  service: CatalogueService
  staffId: number | null
  name: string
  /** Contact data of this booking; the caller's number unless another was named. */
  phone: string | null
  /** A real address, or null. */
  email: string | null
  /** Cal.com gets a sub-address of the business's mailbox. */
  viaMailbox: boolean
  notes: string | null
  /** Wanted besides an appointment the caller already has. */
  additional: boolean
  /** What was not said and is taken from the call or the set-up. */
  filled: Filled
  contact: NewContact
  /** The service's length in minutes, when another one was said: it is told, never silently taken. */
  otherLength: number | null
  /** The open draft that this wish corrects. */
  corrects: string | null
}

/** What booking a free time takes at Cal.com: the booking, and reading it where its answer is short. */
export const requestsToBook = 2

/** Why a wished time cannot be had, and what can. */
export interface NotFree {
  wanted: SpokenMoment
  service: CatalogueService
  refusal: Refusal
  /** Set for a wish inside the notice period: the first time that can be booked. */
  earliest: Date | null
  alternatives: Alternative[]
  /** With another person or at another branch. */
  elsewhere: Elsewhere[]
  what: SpokenWhat
  /** Set once the calendar has refused what it lists a second time in this call: a person will call back. */
  callback?: StoredCallback | null
}

/** What came of start_booking. `again`: the very same wish was there before, and how far it had got. */
export type Started =
  | {
      kind: 'ready'
      attempt: Attempt
      booking: SpokenBooking
      again: 'no' | 'open' | 'in_progress' | 'booked'
      filled: Filled
      /** What was said anew of contact data, to be read back: a number as it is spoken, an address. */
      contact: NewContact
      /** The service's length in minutes, when another one was said. */
      otherLength: number | null
    }
  | ({ kind: 'not_free' } & NotFree)
  | OwnAppointmentFound
  | Unsure

/** Nobody knows yet whether an earlier wish of theirs was booked: asked before another one is held. */
export type Unsure = { kind: 'unsure'; earlier: SpokenBooking }

/** The person has an appointment that this wish is in the way of: asked about before anything is held. */
export type OwnAppointmentFound = { kind: 'own_appointment'; own: OwnFound }

/** What came of confirm_booking. */
export type Confirmed =
  /** `again`: it was done before; `stands`: so long ago that it is told as standing, not as news. */
  | { kind: 'booked'; attempt: Attempt; booking: SpokenBooking; done: Done; again: boolean; stands?: boolean }
  /** Nothing is open to confirm, least of all this older one; it stands. */
  | { kind: 'standing'; existing: AppointmentView; spoken: SpokenAppointment }
  /** Done before, but it does not stand as it was. */
  | { kind: 'cancelled_since'; attempt: Attempt }
  | { kind: 'moved_since'; attempt: Attempt; done: Done; moment: SpokenMoment }
  /** What the caller said since the read-back is no yes: they are asked. */
  | { kind: 'not_agreed'; attempt: Attempt; booking: SpokenBooking; reply: Exclude<Consent, 'yes'> }
  /** Free when it was looked at, and not any more. */
  | ({ kind: 'slot_lost'; attempt: Attempt; reason: string } & NotFree)
  /** canCallBack: we know a number; promised: the callback is stored and the business is told of it. */
  | { kind: 'unknown'; attempt: Attempt; canCallBack: boolean; promised: boolean }
  /** Another call of theirs, or another branch, was quicker: nothing was sent. */
  | (OwnAppointmentFound & { attempt: Attempt })
  | (Unsure & { attempt: Attempt })
  | { kind: 'in_progress'; attempt: Attempt; booking: SpokenBooking }
  /** Nothing was sent, or Cal.com asked us to wait: the draft is open again. */
  | { kind: 'calendar_busy' | 'calendar_unavailable'; attempt: Attempt }
  /** Our mistake or the set-up's: somebody has to look. */
  | { kind: 'refused'; attempt: Attempt }
  | { kind: 'released'; attempt: Attempt }
  /** "No" to something that exists already. */
  | { kind: 'release_too_late'; attempt: Attempt; booking: SpokenBooking }
  | { kind: 'which'; drafts: Array<{ id: string; booking: SpokenBooking }> }
  | { kind: 'this_one'; attempt: Attempt; booking: SpokenBooking }
  | { kind: 'nothing_open' }
  /** A part of a visit, which is confirmed as a whole (services/visits). */
  | { kind: 'part'; attempt: Attempt }

/** The result of a booking, as stored with its attempt and replayed. */
export interface Done {
  /** null only while the database could not be written: the booking itself exists. */
  appointmentId: number | null
  calcomUid: string
  calcomBookingId: number | null
  /** The business has to confirm it first. */
  pending: boolean
  staffId: number | null
}
