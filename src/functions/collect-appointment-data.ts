/**
 * collect_appointment_data: the single function of older agents. Without `bestaetigung` it books like book_appointment; with
 * `bestaetigung: false` it checks and asks, and the next call with `true` books. What is missing is a status, not an error.
 */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { answers, bookedShape, draftShape } from './answers/contract.ts'
import { madeAnswer, startedAnswer } from './answers/visits.ts'
import { bookingArguments } from './arguments/booking.ts'
import { yesNo } from './arguments/kinds.ts'
import { defineFunction, type FunctionAnswer } from './define.ts'

export const collectAppointmentData = defineFunction({
  name: 'collect_appointment_data',
  description:
    'Nimmt alle Angaben für einen Termin entgegen. Mit bestaetigung=false wird nur geprüft, sonst gleich gebucht.',
  input: z.object({
    ...bookingArguments,
    confirmed: yesNo('false: nur prüfen und nachfragen; true oder leer: buchen'),
  }),
  onRequest: true,
  output: answers(
    { ...draftShape, status: z.string(), bestaetigung_status: z.string(), reference_id: z.string() },
    { ...bookedShape, status: z.string(), bestaetigung_status: z.string(), reference_id: z.string() },
  ),
  deadline: 'write',
  needs: 'call',
  async handler({ confirmed, ...wish }, context) {
    const { visits } = context.services
    try {
      if (confirmed === false) return checkedAnswer(startedAnswer(await visits.start(context, wish)))
      return bookedAnswer(madeAnswer(await visits.book(context, wish)))
    } catch (error) {
      if (!(error instanceof AppError) || error.fields.validation_status !== 'invalid') throw error
      return missingAnswer(error)
    }
  },
})

/** Checked, not booked. */
function checkedAnswer(answer: FunctionAnswer): FunctionAnswer {
  if (answer.success !== true) return unavailableAnswer(answer)
  const isBooked = answer.status === 'already_booked'
  return {
    ...answer,
    status: isBooked ? 'duplicate_detected' : 'available',
    bestaetigung_status: isBooked ? 'confirmed' : 'awaiting_confirmation',
    awaiting_confirmation: !isBooked,
    next_action: isBooked ? null : 'confirm_booking',
    next_steps: isBooked ? null : 'Nach dem Ja des Anrufers noch einmal mit bestaetigung=true aufrufen.',
    reference_id: answer.booking_id,
  }
}

function bookedAnswer(answer: FunctionAnswer): FunctionAnswer {
  if (answer.success !== true) return unavailableAnswer(answer)
  return {
    ...answer,
    status: answer.status === 'confirmed' ? 'booked' : answer.status,
    bestaetigung_status: 'confirmed',
    reference_id: answer.booking_id,
    confirmation_email_sent: false,
    next_steps: null,
  }
}

function unavailableAnswer(answer: FunctionAnswer): FunctionAnswer {
  const none = Array.isArray(answer.alternatives) && answer.alternatives.length === 0
  return {
    ...answer,
    status: answer.status === 'unavailable' && none ? 'no_availability' : answer.status,
    bestaetigung_status: 'not_confirmed',
    reference_id: answer.booking_id ?? null,
  }
}

function missingAnswer(error: AppError): FunctionAnswer {
  const isName = error.code === 'missing_customer_name'
  return {
    success: false,
    error: error.code,
    message: error.say,
    ...error.fields,
    status: isName ? 'missing_customer_name' : 'missing_required_fields',
    bestaetigung_status: 'not_confirmed',
    reference_id: null,
    ...(isName && { prompt_violation: true }),
  }
}
