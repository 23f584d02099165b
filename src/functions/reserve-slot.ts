/** reserve_slot: holds a time for this call for a few minutes, before a name is known. */
import { z } from 'zod'
import { clockTimeOf } from '../german/index.ts'
import { slotHeldMessage, slotHeldUncertainly, takenMessage } from '../german/sentences/booking.ts'
import { answers, instant } from './answers/contract.ts'
import { lengthArgument, words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const reserveSlot = defineFunction({
  name: 'reserve_slot',
  description: 'Hält eine freie Zeit für einige Minuten für diesen Anruf frei.',
  input: z.object({
    date: words('Tag im Wortlaut, auch mit Uhrzeit'),
    time: words('Uhrzeit im Wortlaut'),
    service: words('Gewünschte Leistung'),
    staff: words('Gewünschte Person, falls genannt'),
    duration_minutes: lengthArgument,
  }),
  required: ['date', 'time', 'service'],
  onRequest: true,
  output: answers({
    reserved: z.literal(true),
    reservation_uid: z.string().nullable(),
    reservation_until: instant,
    datetime: instant,
    service: z.string(),
  }),
  deadline: 'startBooking',
  needs: 'call',
  async handler(input, context) {
    const { hold, isFree, moment, service, what } = await context.services.booking.slots.reserve(
      context,
      input,
    )
    const spoken = { ...moment, today: context.today }
    const fields = { datetime: moment.startAt.toISOString(), service: service.name }
    if (!isFree)
      return {
        success: false,
        error: 'slot_unavailable',
        message: takenMessage(spoken, [], what),
        status: 'unavailable',
        reserved: false,
        ...fields,
      }
    // Free, but without a hold: the booking itself will decide.
    if (hold === null)
      return {
        success: false,
        error: 'not_reserved',
        message: slotHeldUncertainly(spoken),
        status: 'available',
        available: true,
        reserved: false,
        ...fields,
      }
    return {
      success: true,
      message: slotHeldMessage(spoken),
      reserved: true,
      reservation_uid: hold.uid,
      reservation_until: hold.until.toISOString(),
      held_until: clockTimeOf(hold.until, context.timeZone),
      ...fields,
    }
  },
})
