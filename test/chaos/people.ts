/**
 * Counts about people rather than rows: nobody has two bookings for one wish or for one time without having been asked, nobody
 * hears "taken" for a booking of their own that lives, and nobody else's booking is touched. Each function names what it found.
 */
import type { BookingOutput } from '../../src/simulator/control.ts'
import type { Ledger } from './ledger.ts'
import { callIdOf, isOurs, type Life, livesOf, metadataOf, startsOf } from './lives.ts'

/** Between Cal.com's answer to our look and our request lies a moment that nobody can close. */
const lookToRequestMs = 6_000

/** One booking that the gateway made, with the times it had. */
interface Made {
  booking: BookingOutput
  callId: string
  person: string
  /** The times that the booking and its successors had. */
  lives: Life[]
  at: number
  /** As it was made. */
  start: number
  end: number
  /** Nobody asked for that start. */
  isStray: boolean
  /** The person had been asked, and wanted it besides. */
  agreed: boolean
}

/** Bookings that stood side by side for one person of one call, at any moment of the run. */
export function doubleBookings(bookings: readonly BookingOutput[], ledger: Ledger): string[] {
  return pairsOf(madeBy(bookings, ledger), ({ callId, person }) => `${callId} ${person}`).flatMap(
    ([one, later]) => {
      // Booked at another time than asked, or by one request that was sent twice on the way: ended by a job, and gone at last.
      const isCalcoms = one.isStray || later.isStray || isSentTwice(one, later)
      if (isCalcoms && !(standsAtLast(one) && standsAtLast(later))) return []
      return endOf(one) <= later.at ? [] : [describe(one, later)]
    },
  )
}

/** Bookings of one person, known by number and name, that were made for a time at which another of theirs stood. */
export function secondBookings(bookings: readonly BookingOutput[], ledger: Ledger): string[] {
  const made = madeBy(bookings, ledger).filter(({ isStray }) => !isStray)
  return pairsOf(made, ({ callId, person }) => `${ledger.callers.get(callId) ?? callId} ${person}`).flatMap(
    ([one, later]) => {
      if (isSentTwice(one, later)) return []
      const stood = one.lives.some(
        (life) =>
          life.from <= later.at && later.at < life.to && later.start < life.end && life.start < later.end,
      )
      return stood ? [describe(one, later)] : []
    },
  )
}

/** "Taken" said of a time at which the very person's own booking stood, in this call or another of theirs. */
export function refusedButAlive(bookings: readonly BookingOutput[], ledger: Ledger): string[] {
  const made = madeBy(bookings, ledger)
  return ledger.refusals.flatMap(({ callId, from, person, start, agreed, error, knownBy, heardAt }) => {
    const own = made.find(
      (one) =>
        one.person === person &&
        (one.callId === callId || (!agreed && from !== null && ledger.callers.get(one.callId) === from)) &&
        one.lives.some((life) => life.start === start && life.from <= knownBy && life.to > heardAt),
    )
    return own ? [`${callId} heard ${error}; ${own.booking.uid} of ${own.callId}`] : []
  })
}

/** What we cancelled or moved although we had not made it, or although other people were in it. */
export function othersTouched(bookings: readonly BookingOutput[], ledger: Ledger): string[] {
  const byUid = new Map(bookings.map((booking) => [booking.uid, booking]))
  return [...ledger.touches.values()].flatMap(({ uid, operation, at }) => {
    const booking = byUid.get(uid)
    if (!booking) return []
    const what = `${operation} ${uid} at ${new Date(at).toISOString()}`
    if (!isOurs(booking)) return [`${what}: not ours`]
    const joined = joinedAt(booking, byUid, ledger)
    return joined !== null && joined + lookToRequestMs < at ? [`${what}: other people in it`] : []
  })
}

/** When somebody else came into a booking or into one that it was before. */
function joinedAt(
  booking: BookingOutput,
  byUid: ReadonlyMap<string, BookingOutput>,
  ledger: Ledger,
): number | null {
  for (let link: BookingOutput | undefined = booking; link; ) {
    const joined = ledger.joinedAt(link.uid)
    if (joined !== null) return joined
    link = link.rescheduledFromUid ? byUid.get(link.rescheduledFromUid) : undefined
  }
  return null
}

function madeBy(bookings: readonly BookingOutput[], ledger: Ledger): Made[] {
  const byUid = new Map(bookings.map((booking) => [booking.uid, booking]))
  return bookings
    .filter((booking) => isOurs(booking) && !booking.rescheduledFromUid)
    .map((booking) => {
      const callId = callIdOf(booking)
      const person = booking.attendees[0]?.name ?? ''
      const start = startsOf(booking, ledger)[0]!
      const wishes = ledger.wishes.filter((wish) => wish.callId === callId && wish.person === person)
      const wish = wishes.find((one) => (one.bookedStart ?? one.start) === start)
      return {
        booking,
        callId,
        person,
        lives: livesOf(booking, byUid, ledger),
        at: Date.parse(booking.createdAt),
        start,
        end: start + Date.parse(booking.end) - Date.parse(booking.start),
        isStray: wish === undefined,
        agreed: wishes.some((one) => one.agreed && (one.bookedStart ?? one.start) === start),
      }
    })
    .sort((one, other) => one.at - other.at)
}

/** Pairs of the same key of which the later one was not agreed to. */
function pairsOf(made: readonly Made[], keyOf: (one: Made) => string): Array<[Made, Made]> {
  const groups = new Map<string, Made[]>()
  for (const one of made) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return [...groups.values()].flatMap((group) =>
    group.flatMap(
      (later, nth): Array<[Made, Made]> =>
        later.agreed ? [] : group.slice(0, nth).map((one) => [one, later]),
    ),
  )
}

/** Two bookings with one id of ours: nothing that we sent twice, because an attempt is executed once (`doubleBookings`). */
function isSentTwice(one: Made, later: Made): boolean {
  return metadataOf(one.booking).booking_id === metadataOf(later.booking).booking_id
}

/** When a booking and everything it was moved to had ended. */
function endOf({ lives }: Made): number {
  return lives.at(-1)?.to ?? Number.NEGATIVE_INFINITY
}

function standsAtLast(one: Made): boolean {
  return endOf(one) === Number.POSITIVE_INFINITY
}

function describe(one: Made, later: Made): string {
  return [one, later].map(({ callId, booking }) => `${callId} ${booking.uid}`).join('; ')
}
