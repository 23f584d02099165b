/** book_appointment: both steps in one, for agents configured before there were two. Deprecated, still works. */
import { z } from 'zod'
import { confirmAnswer, notFreeAnswer } from './booking-answers.ts'
import { bookingArguments } from './booking-arguments.ts'
import { defineFunction } from './define.ts'

export const bookAppointment = defineFunction({
  name: 'book_appointment',
  description:
    'Bucht einen Termin in einem Schritt. Veraltet: besser start_booking und danach confirm_booking.',
  input: z.object(bookingArguments),
  deadline: 'write',
  needs: 'call',
  async handler(input, context) {
    const outcome = await context.services.booking.book(context, input)
    return 'wanted' in outcome && !('attempt' in outcome)
      ? notFreeAnswer(outcome, 'check')
      : confirmAnswer(outcome)
  },
})
