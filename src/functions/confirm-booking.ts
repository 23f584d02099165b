/** confirm_booking: second of two steps. Books the draft of start_booking, or gives it up. */
import { z } from 'zod'
import { answers, bookedShape, releasedShape } from './answers/contract.ts'
import { confirmedAnswer } from './answers/visits.ts'
import { words, yesNo } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const confirmBooking = defineFunction({
  name: 'confirm_booking',
  description:
    'Schritt 2 der Buchung: bucht den mit start_booking vorbereiteten Termin, nachdem der Anrufer zugestimmt hat (confirmed=true), oder gibt ihn frei (false). Erst danach ist der Termin gebucht.',
  input: z.object({
    booking_id: words('booking_id aus start_booking; ohne sie gilt der einzige offene Termin des Anrufs'),
    confirmed: yesNo('false, wenn der Anrufer abgelehnt hat; sonst true'),
  }),
  required: ['confirmed'],
  output: answers(bookedShape, releasedShape),
  deadline: 'write',
  needs: 'call',
  async handler({ booking_id, confirmed }, context) {
    const { visits } = context.services
    return confirmedAnswer(await visits.confirm(context, { bookingId: booking_id, confirmed }))
  },
})
