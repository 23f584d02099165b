import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import type { LocalDay } from '../german/index.ts'
import {
  alreadyThen,
  cancelledCannotMove,
  cancelStillNoted,
  changeUnderWay,
  handedOver,
  impossibleNewTime,
  moved,
  movedMeanwhile,
  movedTooOften,
  moveReady,
  moveUnclear,
  newClockTimeWanted,
  newDayWanted,
  newTimePast,
  newTimeTaken,
  newTimeWanted,
  notMoved,
  onlyTimeMoves,
  tooLateToMove,
} from '../german/sentences/appointments.ts'
import type { OwnAppointment } from '../services/appointments/types.ts'
import { branchOfAppointment, spokenOf, viewOf } from '../services/appointments/view.ts'
import { whyOff } from '../services/availability/off.ts'
import type { MoveOutcome } from '../services/changes/move-outcome.ts'
import { callbackFields, replyReasons, unresolvedAnswer } from './answers/appointments.ts'
import { answers, appointmentShape } from './answers/contract.ts'
import { words, yesNo } from './arguments/kinds.ts'
import { defineFunction, type FunctionAnswer, type TenantContext } from './define.ts'

/** Moves one appointment of the caller. The old one stands until the new one is certain. */
export const rescheduleAppointment = defineFunction({
  name: 'reschedule_appointment',
  description:
    'Verschiebt einen Termin des Anrufers auf eine neue Zeit. Ist sie nicht frei, werden andere Zeiten genannt.',
  needs: 'call',
  required: ['new_date'],
  output: answers({
    status: z.string(),
    old_appointment: appointmentShape,
    new_appointment: appointmentShape,
    policy_violation: z.literal(false),
  }),
  deadline: 'write',
  input: z.object({
    appointment_id: words('Nummer des Termins aus einer früheren Antwort'),
    old_date: words('Bisheriger Tag im Wortlaut'),
    old_time: words('Bisherige Uhrzeit'),
    new_date: words('Neuer Tag im Wortlaut'),
    new_time: words('Neue Uhrzeit im Wortlaut'),
    service: words('Leistung des Termins'),
    name: words('Name, auf den der Termin ist'),
    reason: words('Grund der Verschiebung'),
    staff: words('Nur wenn der Anrufer dabei eine andere Person wünscht'),
    new_service: words('Nur wenn der Anrufer dabei eine andere Leistung wünscht'),
    confirmed: yesNo('false: nur prüfen und nachfragen, nichts verschieben'),
  }),
  async handler(input, context) {
    const outcome = await context.services.actions.reschedule(context, {
      appointmentId: input.appointment_id,
      date: input.old_date,
      time: input.old_time,
      newDate: input.new_date,
      newTime: input.new_time,
      service: input.service,
      name: input.name,
      reason: input.reason,
      newStaff: input.staff,
      newService: input.new_service,
      confirmed: input.confirmed,
    })
    return { policy_violation: false, ...answerOf(outcome, context) }
  },
})

function answerOf(outcome: MoveOutcome, context: TenantContext): FunctionAnswer {
  if (outcome.kind === 'done') return movedAnswer(outcome, context)
  if (!('appointment' in outcome) || outcome.kind === 'past')
    return unresolvedAnswer(outcome, context, 'change')
  const { today } = context
  const appointment = viewOf(outcome.appointment, context)
  const spoken = spokenOf(outcome.appointment, context)
  const failure = (error: ErrorCode, status: string, message: string) => ({
    success: false,
    error,
    status,
    appointment,
    old_appointment: appointment,
    appointment_id: appointment.id,
    message,
  })
  switch (outcome.kind) {
    case 'unchanged':
      return {
        success: true,
        status: 'unchanged',
        appointment_id: appointment.id,
        old_appointment: appointment,
        new_appointment: appointment,
        message: alreadyThen(spoken),
      }
    case 'only_time':
      return failure('only_time_moves', 'needs_agreement', onlyTimeMoves(spoken, outcome.part))
    case 'ask_time':
      return askTime(outcome, context, failure)
    case 'ready': {
      const { day, time } = outcome.wanted
      return {
        ...failure(
          'not_confirmed',
          'ready_for_confirmation',
          moveReady(spoken, { day, time }, outcome.doubt),
        ),
        new_appointment: { date: day, time, service: appointment.service, staff: appointment.staff },
        ...(outcome.doubt !== 'none' && { reason: replyReasons[outcome.doubt] }),
        next_action: 'reschedule_appointment',
      }
    }
    case 'taken': {
      const { wanted, alternatives } = outcome
      const slots = alternatives.map((one) => ({ day: one.date, time: one.time }))
      const off = whyOffFor(outcome.appointment, wanted, context)
      return {
        ...failure('slot_taken', 'unavailable', newTimeTaken(wanted, today, slots, off)),
        available: false,
        alternatives,
      }
    }
    case 'denied': {
      const { objection, callback } = outcome
      const message =
        objection.kind === 'too_late'
          ? tooLateToMove(objection.deadlineHours, callback.offer)
          : movedTooOften(objection.max, callback.offer)
      return {
        ...failure('policy_violation', 'denied', message),
        reason: objection.kind === 'too_late' ? 'deadline_missed' : 'quota_exceeded',
        policy_violation: true,
        policy_message: message,
        details:
          objection.kind === 'too_late'
            ? { reschedule_deadline_hours: objection.deadlineHours }
            : { reschedules_max: objection.max },
        ...callbackFields(callback),
      }
    }
    case 'moved':
      return failure('appointment_moved', 'moved', movedMeanwhile(spoken, 'move'))
    case 'cancelled':
      return outcome.appointment.syncState === 'cancel_pending'
        ? failure('appointment_cancelled', 'cancel_pending', cancelStillNoted(spoken))
        : failure('appointment_cancelled', 'not_found', cancelledCannotMove(spoken))
    case 'failed':
      return { ...failure('calendar_unavailable', 'error', notMoved()), fallback: 'callback_request' }
    case 'unclear':
      return {
        ...failure('outcome_unknown', 'callback_queued', moveUnclear(outcome.callback.say)),
        ...callbackFields(outcome.callback),
      }
    case 'handed_over':
      return {
        ...failure('reschedule_failed', 'callback_queued', handedOver('move', outcome.callback.say)),
        ...callbackFields(outcome.callback),
      }
    case 'busy':
      return failure('change_in_progress', 'in_progress', changeUnderWay())
  }
}

function movedAnswer(
  { from, to }: Extract<MoveOutcome, { kind: 'done' }>,
  context: TenantContext,
): FunctionAnswer {
  const before = viewOf(from, context)
  const after = viewOf(to, context)
  return {
    success: true,
    status: 'rescheduled',
    appointment_id: after.id,
    old_appointment: before,
    new_appointment: after,
    fee: 0,
    old_time: before.datetime,
    new_time: after.datetime,
    // Older flows speak these four by name.
    neues_datum: after.human_date,
    neue_uhrzeit: after.human_time,
    altes_datum: before.human_date,
    alte_uhrzeit: before.human_time,
    message: moved(spokenOf(to, context)),
  }
}

/** The new time is not clear yet: what to ask, with free times where the day is known. */
function askTime(
  { appointment, newTime, slots }: Extract<MoveOutcome, { kind: 'ask_time' }>,
  context: TenantContext,
  failure: (error: ErrorCode, status: string, message: string) => FunctionAnswer,
): FunctionAnswer {
  switch (newTime.kind) {
    case 'missing':
      return failure('missing_new_time', 'needs_new_time', newTimeWanted(spokenOf(appointment, context)))
    case 'missing_day':
      return failure('missing_new_date', 'needs_new_time', newDayWanted(newTime.time))
    case 'missing_time': {
      const free = slots.map((one) => ({ day: one.date, time: one.time }))
      const sameDay = free.filter((one) => one.day === newTime.day)
      const message = newClockTimeWanted(newTime.day, context.today, sameDay)
      return { ...failure('missing_new_time', 'needs_new_time', message), alternatives: slots }
    }
    case 'unclear':
      return failure('unclear_date', 'invalid_date', impossibleNewTime(newTime.readings))
    case 'past':
      return failure('past_time', 'invalid_date', newTimePast())
  }
}

/** Why the new time cannot be had whatever is free then, if it is that. */
function whyOffFor(
  appointment: OwnAppointment,
  wanted: { day: LocalDay; startsAt: Date },
  context: TenantContext,
) {
  const service = context.catalogue.services.find(({ id }) => id === appointment.serviceId)
  if (!service) return null
  const branch = branchOfAppointment(appointment, context)
  const { staffId } = appointment
  return whyOff({ catalogue: context.catalogue, branch, service, staffId }, wanted.day, wanted.startsAt)
}
