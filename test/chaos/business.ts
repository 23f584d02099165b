/** What happens in Cal.com meanwhile: strangers book on the web, the business cancels, moves, confirms and rejects. */
import type { Ledger } from './ledger.ts'
import type { Chance } from './random.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000
const openEventTypes = [2563101, 2563102, 2563201, 2563202]

/** One act of the business or of a stranger; what Cal.com refuses is not done. */
export async function actAtCalcom(world: World, ledger: Ledger, chance: Chance): Promise<void> {
  const { control } = world.simulator
  const later = world.now().getTime() + hourMs
  const bookings = control.bookings().filter((booking) => Date.parse(booking.start) > later)
  const live = bookings.filter(({ status }) => status === 'accepted')
  const pending = bookings.filter(({ status }) => status === 'pending')
  const act = chance.weighted({ stranger: 4, cancel: 2, askToMove: 1, move: 2, decide: 4 })
  try {
    if (act === 'stranger') {
      const start = later - (later % (hourMs / 4)) + chance.between(48, 1_800) * hourMs
      await control.bookAsStranger({
        eventTypeId: chance.pick(openEventTypes),
        start: new Date(start).toISOString(),
        attendee: {
          name: 'Wanda Web',
          email: `wanda.web${chance.between(1, 9_999)}@kundenpost.de`,
          timeZone: 'Europe/Berlin',
          phoneNumber: `+491521${chance.between(1_000_000, 9_999_999)}`,
        },
      })
      return
    }
    if (act === 'decide') {
      if (pending.length === 0) return
      const { uid } = chance.pick(pending)
      if (chance.happens(0.7)) await control.confirmAsHost(uid)
      else {
        ledger.noteHostAct(uid, { kind: 'rejected' })
        await control.rejectAsHost(uid, 'Keine Zeit')
      }
      return
    }
    if (live.length === 0) return
    const { uid, start } = chance.pick(live)
    if (act === 'move') {
      const to = Date.parse(start) + chance.between(-20, 20) * (hourMs / 2)
      ledger.noteHostAct(uid, { kind: 'moved', start: to })
      await control.rescheduleAsHost(uid, { start: new Date(to).toISOString() })
      return
    }
    ledger.noteHostAct(uid, { kind: 'cancelled' })
    await control.cancelAsHost(uid, { reason: 'Krank', requestReschedule: act === 'askToMove' })
  } catch (error) {
    // Taken, out of hours, ended a moment ago: Cal.com's own refusals are part of its day.
    if (!isVendorRefusal(error)) throw error
  }
}

function isVendorRefusal(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'VendorError'
}
