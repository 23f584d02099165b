/**
 * When we cannot change an appointment ourselves, a person of the business does: what they are told. The text names service and
 * time, never the person: name and number have their own columns.
 */

import type { Tx } from '../../db/tenancy.ts'
import { clockTimeOf, germanDate, localDayOf } from '../../german/index.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { leaseMs } from '../attempts.ts'
import type { Target } from '../booking/guard.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackKind, CallbackService, StoredCallback } from '../callbacks.ts'
import { serviceName } from '../catalogue.ts'

/** While a move may still be carried out, nobody need be told; a little longer than the lease. */
const tellAfterMs = leaseMs + 30_000

export type Errand =
  | 'cancel_too_late'
  | 'move_too_late'
  | 'move_too_often'
  | 'cancel_failed'
  | 'move_failed'
  | 'move_unclear'
  | 'moved_otherwise'
  | 'cancel_shared'
  | 'move_shared'
  | 'details_changed'

const errands: Record<Errand, { kind: CallbackKind; text: string }> = {
  cancel_too_late: { kind: 'policy', text: 'Möchte nach Ablauf der Frist absagen' },
  move_too_late: { kind: 'policy', text: 'Möchte nach Ablauf der Frist verschieben' },
  move_too_often: { kind: 'policy', text: 'Möchte noch einmal verschieben (Höchstzahl erreicht)' },
  cancel_failed: { kind: 'technical', text: 'Absage konnte nicht eingetragen werden' },
  move_failed: { kind: 'technical', text: 'Verschiebung konnte nicht eingetragen werden' },
  moved_otherwise: {
    kind: 'technical',
    text: 'Am Telefon auf eine andere Uhrzeit verschoben, als jetzt im Kalender steht: bitte anrufen',
  },
  cancel_shared: { kind: 'technical', text: 'Möchte einen Termin absagen, an dem noch andere teilnehmen' },
  move_shared: { kind: 'technical', text: 'Möchte einen Termin verschieben, an dem noch andere teilnehmen' },
  details_changed: { kind: 'technical', text: 'Am Telefon geändert, bitte im Kalender nachtragen' },
  move_unclear: { kind: 'technical', text: 'Unklar, ob die Verschiebung geklappt hat: bitte prüfen' },
}

/**
 * Stores the request for a person, once per call and appointment, in the transaction of what it belongs to. With the attempt it
 * is about it ends when that is done, and what is known later replaces its text; what is merely unclear is not told to
 * the business before the attempt's request must have ended.
 */
export function handOver(
  tx: Tx,
  callbacks: Pick<CallbackService, 'requestIn'>,
  scope: CallScope,
  appointment: OwnAppointment,
  errand: Errand,
  attemptId?: string,
  details?: string,
): Promise<StoredCallback> {
  const zone = branchOfAppointment(appointment, scope).timeZone
  const when = `${germanDate(localDayOf(appointment.startsAt, zone))}, ${clockTimeOf(appointment.startsAt, zone)} Uhr`
  const { kind, text } = errands[errand]
  return callbacks.requestIn(tx, scope, {
    kind,
    reason: `${text}: ${serviceName(scope.catalogue, appointment.serviceId)} am ${when}${details === undefined ? '' : ` (${details})`}`,
    name: appointment.personName,
    ...(attemptId !== undefined && { attemptId }),
    ...(errand === 'details_changed' && { isTask: true as const }),
    ...(errand === 'move_unclear' && { tellAt: new Date(scope.now.getTime() + tellAfterMs) }),
  })
}

/** The appointment as the guard of Cal.com's requests knows it: its person wants the change. */
export function targetOf(appointment: OwnAppointment, uid: string): Target {
  const { startsAt, bookingAttemptId, personName, phone } = appointment
  return { by: 'person', uid, startAt: startsAt, attemptId: bookingAttemptId, name: personName, phone }
}
