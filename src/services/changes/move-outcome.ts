/** What a caller wants moved, and what came of it. Types only. */

import type { AppointmentWish, Finding, OwnAppointment } from '../appointments/types.ts'
import type { Alternative } from '../availability/alternatives.ts'
import type { StoredCallback } from '../callbacks.ts'
import type { Doubt } from './agreement.ts'
import type { NewTime } from './new-time.ts'
import type { Objection } from './rules.ts'

export interface MoveWish extends AppointmentWish {
  newDate?: string
  newTime?: string
  reason?: string
  /** Another person or service than the appointment's, as said: fixed-parts.ts refuses them. */
  newStaff?: string
  newService?: string
  /** False: check everything and ask; absent: agreement.ts tells. */
  confirmed?: boolean
}

export type Wanted = Extract<NewTime, { kind: 'exact' }>

export type MoveOutcome =
  | { kind: 'done'; from: OwnAppointment; to: OwnAppointment }
  /** It is at that time already. */
  | { kind: 'unchanged'; appointment: OwnAppointment }
  /** Another person or service was wished for too, which a move cannot change; nothing has been done. */
  | { kind: 'only_time'; appointment: OwnAppointment; part: 'staff' | 'service' }
  | { kind: 'ask_time'; appointment: OwnAppointment; newTime: Exclude<NewTime, Wanted>; slots: Alternative[] }
  /** Everything is checked; only the caller's yes is missing. */
  | { kind: 'ready'; appointment: OwnAppointment; wanted: Wanted; doubt: Exclude<Doubt, null> }
  | { kind: 'taken'; appointment: OwnAppointment; wanted: Wanted; alternatives: Alternative[] }
  | {
      kind: 'denied'
      appointment: OwnAppointment
      objection: Exclude<Objection, { kind: 'begun' }>
      callback: StoredCallback
    }
  /** Somebody else has moved it; `appointment` as it is now. */
  | { kind: 'moved'; appointment: OwnAppointment }
  /** Nothing has changed; Cal.com could not be asked. */
  | { kind: 'failed'; appointment: OwnAppointment }
  /** It may have happened; a person will say. */
  | { kind: 'unclear'; appointment: OwnAppointment; callback: StoredCallback }
  | { kind: 'handed_over'; appointment: OwnAppointment; callback: StoredCallback }
  | { kind: 'busy'; appointment: OwnAppointment }
  | Exclude<Finding, { kind: 'one' }>
