/** release_slot_reservation: gives back what this call holds. */
import { z } from 'zod'
import { nothingHeldMessage, slotReleasedMessage } from '../german/sentences/booking.ts'
import { answers } from './answers/contract.ts'
import { defineFunction } from './define.ts'

export const releaseSlotReservation = defineFunction({
  name: 'release_slot_reservation',
  description: 'Gibt eine für diesen Anruf gehaltene Zeit wieder frei.',
  input: z.object({}),
  onRequest: true,
  output: answers({ released: z.boolean() }),
  deadline: 'read',
  writes: true,
  needs: 'call',
  async handler(_input, context) {
    const count = await context.services.booking.slots.release(context)
    return {
      success: true,
      message: count > 0 ? slotReleasedMessage : nothingHeldMessage,
      released: count > 0,
      released_count: count,
    }
  },
})
