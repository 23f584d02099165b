import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import {
  appointmentIsCancelled,
  cancelled,
  cancelNoted,
  cancelThis,
  changeUnderWay,
  handedOver,
  movedMeanwhile,
  offerMove,
  tooLateToCancel,
} from '../german/sentences/appointments.ts'
import { spokenOf, viewOf } from '../services/appointments/view.ts'
import type { CancelOutcome } from '../services/changes/cancel.ts'
import { callbackFields, replyReasons, unresolvedAnswer } from './answers/appointments.ts'
import { answers, appointmentShape } from './answers/contract.ts'
import { words, yesNo } from './arguments/kinds.ts'
import { defineFunction, type FunctionAnswer, type TenantContext } from './define.ts'

/** Cancels one appointment of the caller. Too late: nothing is cancelled, a person calls back. */
export const cancelAppointment = defineFunction({
  name: 'cancel_appointment',
  description:
    'Sagt einen Termin des Anrufers ab. Bei mehreren möglichen Terminen wird gefragt, welcher gemeint ist.',
  needs: 'call',
  output: answers({
    status: z.string(),
    cancelled_appointment: appointmentShape,
    policy_violation: z.literal(false),
    policy_message: z.null(),
  }),
  deadline: 'write',
  input: z.object({
    appointment_id: words('Nummer des Termins aus einer früheren Antwort'),
    date: words('Tag des Termins im Wortlaut'),
    time: words('Uhrzeit des Termins'),
    service: words('Leistung des Termins'),
    name: words('Name, auf den der Termin ist'),
    reason: words('Grund der Absage'),
    confirmed: yesNo('false: erst nachfragen, nichts absagen'),
    skip_reschedule: yesNo('true: der Anrufer will nicht verschieben, sondern absagen'),
  }),
  async handler(input, context) {
    const { appointment_id: appointmentId, date, time, service, name, reason } = input
    const confirmed = input.skip_reschedule === true ? true : input.confirmed
    const outcome = await context.services.actions.cancel(context, {
      appointmentId,
      date,
      time,
      service,
      name,
      reason,
      confirmed,
    })
    return { policy_violation: false, policy_message: null, ...answerOf(outcome, context) }
  },
})

function answerOf(outcome: CancelOutcome, context: TenantContext): FunctionAnswer {
  if (!('appointment' in outcome) || outcome.kind === 'past')
    return unresolvedAnswer(outcome, context, 'change')
  const appointment = viewOf(outcome.appointment, context)
  const spoken = spokenOf(outcome.appointment, context)
  const failure = (error: ErrorCode, status: string, message: string) => ({
    success: false,
    error,
    status,
    appointment,
    appointment_id: appointment.id,
    message,
  })
  switch (outcome.kind) {
    case 'done':
    case 'cancelled':
      return {
        success: true,
        status: 'cancelled',
        cancelled_appointment: { ...appointment, status: 'cancelled' },
        appointment_id: appointment.id,
        already_cancelled: outcome.kind === 'cancelled',
        fee: 0,
        message: outcome.kind === 'done' ? cancelled(spoken) : appointmentIsCancelled(spoken),
      }
    case 'pending':
      return failure('cancel_pending', 'cancel_pending', cancelNoted(spoken))
    case 'denied': {
      const message = tooLateToCancel(outcome.deadlineHours, outcome.callback.offer)
      return {
        ...failure('policy_violation', 'denied', message),
        reason: 'deadline_missed',
        policy_violation: true,
        policy_message: message,
        details: { cancellation_deadline_hours: outcome.deadlineHours },
        ...callbackFields(outcome.callback),
      }
    }
    case 'not_agreed':
      return {
        ...failure('not_confirmed', 'offer_reschedule', offerMove(spoken)),
        next_steps: ['reschedule_appointment', 'cancel_appointment'],
      }
    case 'ask':
      return {
        ...failure('not_confirmed', 'awaiting_confirmation', cancelThis(spoken, outcome.doubt)),
        ...(outcome.doubt !== 'none' && { reason: replyReasons[outcome.doubt] }),
        next_action: outcome.doubt === 'change' ? 'reschedule_appointment' : 'cancel_appointment',
      }
    case 'moved':
      return failure('appointment_moved', 'moved', movedMeanwhile(spoken, 'cancel'))
    case 'handed_over':
      return {
        ...failure('cancel_failed', 'callback_queued', handedOver('cancel', outcome.callback.say)),
        ...callbackFields(outcome.callback),
      }
    case 'busy':
      return failure('change_in_progress', 'in_progress', changeUnderWay())
  }
}
