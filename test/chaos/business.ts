/**
 * What happens in Cal.com meanwhile: strangers book on the web, alone and in groups, the business cancels, moves (also in place),
 * confirms and rejects, and puts other people into bookings.
 */
import type { BookingOutput } from '../../src/simulator/control.ts'
import type { Ledger } from './ledger.ts'
import { isLive, metadataOf } from './lives.ts'
import type { Chance } from './random.ts'
import { groupEventType, longLength, severalLengths, type World } from './world.ts'

const hourMs = 3_600_000
const openEventTypes = [2563101, 2563102, 2563201, 2563202]

/** One act of the business or of a stranger; what Cal.com refuses is not done. */
export async function actAtCalcom(world: World, ledger: Ledger, chance: Chance): Promise<void> {
  const { control } = world.simulator
  const later = world.now().getTime() + hourMs
  const bookings = control.bookings().filter((booking) => Date.parse(booking.start) > later)
  const live = bookings.filter(({ status }) => status === 'accepted')
  // What a request that was sent twice has booked twice is left to the gateway: nobody could tell which one is meant.
  const ids = bookings.filter(isLive).map((booking) => metadataOf(booking).booking_id)
  const isTwice = (booking: BookingOutput) => {
    const id = metadataOf(booking).booking_id
    return id !== undefined && ids.indexOf(id) !== ids.lastIndexOf(id)
  }
  const alone = live.filter((booking) => booking.eventTypeId !== groupEventType && !isTwice(booking))
  const pending = bookings.filter(({ status }) => status === 'pending')
  const act = chance.weighted({
    stranger: 4,
    group: 2,
    cancel: 2,
    askToMove: 1,
    move: 2,
    moveInPlace: 2,
    join: 3,
    leaveGroup: 1,
    spoil: 1,
    decide: 4,
  })
  try {
    switch (act) {
      case 'stranger':
        return await bookOnTheWeb(world, chance, later)
      case 'group':
        return await joinGroup(world, chance, later)
      case 'leaveGroup':
        return await leaveGroup(world, chance, live)
      case 'decide':
        return await decide(world, ledger, chance, pending)
    }
    if (alone.length === 0) return
    const { uid, start } = chance.pick(alone)
    const at = world.now().getTime()
    if (act === 'join') {
      control.addAttendee(uid, stranger(chance))
      ledger.noteHostAct(uid, { kind: 'joined', at })
    } else if (act === 'spoil') {
      // Seen in the field: one unreadable host, and the whole list could not be read.
      control.spoilBooking(uid, { hosts: [{ id: 'unknown' }] })
    } else if (act === 'move' || act === 'moveInPlace') {
      const to = Date.parse(start) + chance.between(-20, 20) * (hourMs / 2)
      const wish = { start: new Date(to).toISOString() }
      const moved = { kind: 'moved', at, start: to } as const
      ledger.noteHostAct(uid, act === 'move' ? moved : { ...moved, from: Date.parse(start) })
      if (act === 'move') await control.rescheduleAsHost(uid, wish)
      else await control.moveInPlace(uid, { ...wish, withRescheduleUid: chance.happens(0.5) })
    } else {
      ledger.noteHostAct(uid, { kind: 'cancelled', at })
      await control.cancelAsHost(uid, { reason: 'Krank', requestReschedule: act === 'askToMove' })
    }
  } catch (error) {
    // Taken, out of hours, ended a moment ago: Cal.com's own refusals are part of its day.
    if (!isVendorRefusal(error)) throw error
  }
}

async function bookOnTheWeb(world: World, chance: Chance, later: number): Promise<void> {
  const start = later - (later % (hourMs / 4)) + chance.between(48, 1_800) * hourMs
  const eventTypeId = chance.pick(openEventTypes)
  const isLong = eventTypeId === severalLengths && chance.happens(0.5)
  await world.simulator.control.bookAsStranger({
    eventTypeId,
    ...(isLong && { lengthInMinutes: longLength }),
    start: new Date(start).toISOString(),
    attendee: { timeZone: 'Europe/Berlin', ...stranger(chance) },
  })
}

/** Few times, so that the groups fill. */
async function joinGroup(world: World, chance: Chance, later: number): Promise<void> {
  const day = later - (later % (24 * hourMs)) + chance.between(5, 60) * 24 * hourMs
  await world.simulator.control.bookAsStranger({
    eventTypeId: groupEventType,
    start: new Date(day + 15 * hourMs).toISOString(),
    attendee: { timeZone: 'Europe/Berlin', ...stranger(chance) },
  })
}

async function leaveGroup(world: World, chance: Chance, live: readonly BookingOutput[]): Promise<void> {
  const groups = live.filter(
    (booking) => booking.eventTypeId === groupEventType && booking.attendees.length > 1,
  )
  if (groups.length === 0) return
  const { uid, attendees } = chance.pick(groups)
  await world.simulator.control.cancelSeat(uid, { email: chance.pick(attendees).email })
}

async function decide(
  world: World,
  ledger: Ledger,
  chance: Chance,
  pending: readonly BookingOutput[],
): Promise<void> {
  if (pending.length === 0) return
  const { control } = world.simulator
  const { uid } = chance.pick(pending)
  if (chance.happens(0.7)) {
    await control.confirmAsHost(uid)
    return
  }
  ledger.noteHostAct(uid, { kind: 'rejected', at: world.now().getTime() })
  await control.rejectAsHost(uid, 'Keine Zeit')
}

function stranger(chance: Chance) {
  return {
    name: 'Wanda Web',
    email: `wanda.web${chance.between(1, 99_999)}@kundenpost.de`,
    phoneNumber: `+491521${chance.between(1_000_000, 9_999_999)}`,
  }
}

function isVendorRefusal(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'VendorError'
}
