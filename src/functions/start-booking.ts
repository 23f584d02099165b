/** start_booking: first of two steps. Checks everything, holds the time and asks for the caller's yes; books nothing. */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { answers, draftShape } from './answers/contract.ts'
import { startedAnswer } from './answers/visits.ts'
import { bookingArguments } from './arguments/booking.ts'
import { defineFunction } from './define.ts'

export const startBooking = defineFunction({
  name: 'start_booking',
  description:
    'Schritt 1 der Buchung: prüft Name, Leistung, Tag und Uhrzeit, hält die Zeit und fasst den Termin zusammen. Danach die Zusammenfassung vorlesen, den Anrufer fragen und confirm_booking aufrufen.',
  input: z.object(bookingArguments),
  required: ['name', 'date', 'time', 'service'],
  output: answers(draftShape),
  deadline: 'startBooking',
  needs: 'call',
  async handler(input, context) {
    try {
      return startedAnswer(await context.services.visits.start(context, input))
    } catch (error) {
      if (!(error instanceof AppError) || error.fields.validation_status !== 'invalid') throw error
      // The code that configured agents know for this one question.
      const isNameMissing = error.code === 'missing_customer_name'
      return {
        success: false,
        error: error.code,
        message: error.say,
        ...error.fields,
        ...(isNameMissing && { error_code: 'MISSING_CUSTOMER_NAME' }),
      }
    }
  },
})
