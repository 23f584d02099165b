/**
 * The answers that reading, cancelling and moving share: every way of not finding the one appointment that is meant. Reading
 * answers `success: true` whenever it could find out; changing answers it only when something was done (functions.md).
 */

import type { ErrorCode } from '../../error-codes.ts'
import {
  alreadyBegun,
  appointmentIsCancelled,
  appointmentWas,
  cancelStillNoted,
  lockedOut,
  noSuchAppointment,
  notProven,
  proveAppointment,
  secondFactWanted,
  whichAppointment,
  whichDay,
  whoseAppointment,
} from '../../german/sentences/appointments.ts'
import type { Fact, Finding, Purpose } from '../../services/appointments/types.ts'
import { spokenOf, viewOf } from '../../services/appointments/view.ts'
import type { CallScope } from '../../services/call-context.ts'
import type { StoredCallback } from '../../services/callbacks.ts'
import type { FunctionAnswer } from '../define.ts'

const shownMax = 10

/** What the caller's last words were instead of a yes, for the machine. */
export const replyReasons = {
  no: 'caller_said_no',
  change: 'caller_wants_change',
  unclear: 'caller_undecided',
} as const

/** The answer to a finding that is not one appointment. */
export function unresolvedAnswer(
  finding: Exclude<Finding, { kind: 'one' }>,
  scope: CallScope,
  purpose: Purpose,
): FunctionAnswer {
  const read = purpose === 'read'
  const view = (appointment: Parameters<typeof viewOf>[0]) => viewOf(appointment, scope)
  const spoken = (appointment: Parameters<typeof spokenOf>[0]) => spokenOf(appointment, scope)
  switch (finding.kind) {
    case 'several':
      return {
        ...(read ? { success: true } : { success: false, error: 'multiple_found' }),
        status: 'multiple_found',
        found: true,
        appointments: finding.appointments.slice(0, shownMax).map(view),
        appointment_count: finding.appointments.length,
        message: whichAppointment(finding.appointments.map(spoken)),
      }
    case 'none':
      return {
        ...(read ? { success: true } : { success: false, error: 'appointment_not_found' }),
        status: 'not_found',
        found: false,
        appointments: [],
        appointment_count: 0,
        other_appointments: finding.others.slice(0, 5).map(view),
        message: noSuchAppointment(finding.others.map(spoken)),
      }
    case 'cancelled':
      return {
        ...(read ? { success: true } : { success: false, error: 'appointment_cancelled' }),
        found: true,
        appointment: view(finding.appointment),
        appointment_count: 0,
        // Noted is not cancelled: Cal.com has not said so yet.
        ...(finding.appointment.status === 'cancelled'
          ? { status: 'cancelled', message: appointmentIsCancelled(spoken(finding.appointment)) }
          : { status: 'cancel_pending', message: cancelStillNoted(spoken(finding.appointment)) }),
      }
    case 'past':
      return {
        ...(read ? { success: true } : { success: false, error: 'appointment_past', reason: 'past' }),
        status: read ? 'past' : 'denied',
        found: true,
        appointment: view(finding.appointment),
        appointment_count: 0,
        message: read
          ? appointmentWas(spoken(finding.appointment))
          : alreadyBegun(spoken(finding.appointment)),
      }
    case 'whose':
      return question('missing_name', 'needs_name', whoseAppointment())
    case 'unclear_day':
      return question('unclear_date', 'invalid_date', whichDay(finding.readings))
    case 'prove':
      return {
        ...proofWanted(finding.missing, finding.asked, scope.call.callerNumber === null),
        missing_fields: finding.missing,
      }
    case 'second_fact':
      return question('second_fact_required', 'needs_verification', secondFactWanted())
    case 'not_proven':
      return { ...question('appointment_not_found', 'not_found', notProven()), found: false }
    case 'locked_out':
      return {
        ...question('identity_locked', 'denied', lockedOut()),
        reason: 'identity',
        fallback: 'callback_request',
      }
  }
}

/** A withheld number, or one that has no such appointment: the same facts are asked for. */
function proofWanted(missing: readonly Fact[], asked: boolean, isWithheld: boolean): FunctionAnswer {
  const say = proveAppointment(missing, asked ? 'said_before' : isWithheld ? 'withheld' : 'not_on_number')
  return isWithheld
    ? { ...question('anonymous_caller', 'anonymous', say), requires_phone_number: true }
    : { ...question('appointment_not_found', 'needs_verification', say), found: false }
}

/** The fields of a callback that was made instead of what was asked. */
export function callbackFields(callback: StoredCallback): Record<string, unknown> {
  return {
    callback_id: callback.id,
    callback_request_id: callback.id,
    estimated_callback: callback.promise?.say ?? null,
    estimated_callback_time: callback.promise?.from?.toISOString() ?? null,
    business_notified: callback.promise !== null,
    ...(callback.reachable ? {} : { requires_phone_number: true }),
  }
}

function question(error: ErrorCode, status: string, message: string): FunctionAnswer {
  return { success: false, error, status, message }
}
