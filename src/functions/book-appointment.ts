/** book_appointment: both steps in one, for agents configured before there were two. Deprecated, still works. */
import { z } from 'zod'
import { answers, bookedShape } from './answers/contract.ts'
import { madeAnswer } from './answers/visits.ts'
import { bookingArguments } from './arguments/booking.ts'
import { defineFunction } from './define.ts'

export const bookAppointment = defineFunction({
  name: 'book_appointment',
  description:
    'Bucht einen Termin in einem Schritt. Veraltet: besser start_booking und danach confirm_booking.',
  input: z.object(bookingArguments),
  required: ['name', 'date', 'time', 'service'],
  onRequest: true,
  output: answers(bookedShape),
  deadline: 'write',
  needs: 'call',
  async handler(input, context) {
    return madeAnswer(await context.services.visits.book(context, input))
  },
})
