/**
 * News of a booking that several people share. Cal.com tells it under the uid of the whole, whoever's seat it is about, so the whole is
 * looked at: each seat is a booking of its own to us (calcom/seats.ts), with one row per participant, and a seat that is gone ends
 * that person's row alone (calendar.md 1).
 */
import { readSeatRef, seatsBegin, seatsOf } from '../../calcom/seats.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import { standingStatuses } from '../appointments/types.ts'
import { participantOf } from '../booking/guard.ts'
import { isLiveBooking } from '../booking/whose.ts'
import type { Catalogue } from '../catalogue.ts'
import { kindOfEventType } from '../event-type-kinds.ts'
import { type Applied, type BookingNews, newsFromBooking } from './news.ts'
import { loadRow } from './rows.ts'
import { loadParticipant } from './shared.ts'

interface GroupScene {
  companyId: number
  catalogue: Catalogue
  news: BookingNews
  now: Date
}

interface Ways {
  tenancy: Pick<Tenancy, 'run'>
  /** The booking, or seat, as Cal.com has it; null: it knows none. */
  look: (uid: string) => Promise<CalcomBooking | null>
  apply: (news: BookingNews) => Promise<Applied>
}

/** Cal.com tells of a cancellation before it is written; later than this its list of people is true. */
const settlesWithinMs = 60_000

/**
 * Applies news of a group seat by seat; null when it is of no group.
 * @throws TryAgainLater while Cal.com may not have written yet what it tells
 */
export async function applyToSeats(scene: GroupScene, ways: Ways): Promise<Applied | null> {
  const { companyId, news, now } = scene
  const { uid, attendees } = news.booking
  if (news.booking.group !== undefined) return applyMovedSeat(scene, ways)
  if (!mayBeGroup(scene)) return null
  const whole = await ways.look(uid)
  if (whole === null) return null
  const seats = seatsOf(whole)
  const hasSeats = seats.some(({ group }) => group !== undefined)
  const rows = await ways.tenancy.run(companyId, async (tx) => {
    if (hasSeats) await seatPlainRow(tx, companyId, whole)
    return { plain: await loadRow(tx, companyId, { uid }), ofSeats: await loadSeatRows(tx, companyId, uid) }
  })
  if (rows.plain !== null || (!hasSeats && rows.ofSeats.length === 0)) return null
  const isFresh = news.at !== undefined && now.getTime() - news.at.getTime() < settlesWithinMs
  const mayLeave = news.told !== undefined && news.booking.status === 'cancelled' && isFresh
  if (mayLeave && isLiveBooking(whole) && attendees.some((person) => isNamedIn(whole, person)))
    throw new TryAgainLater('seat_unclear')
  const applied: Applied[] = []
  if (hasSeats) for (const seat of seats) applied.push(await ways.apply(newsFromBooking(seat)))
  const there = new Set(seats.map((seat) => seat.uid))
  for (const gone of rows.ofSeats.filter((row) => !there.has(row))) {
    const seat = await ways.look(gone)
    if (seat) applied.push(await ways.apply(newsFromBooking(seat)))
  }
  if (news.kind === 'ended')
    for (const row of rows.ofSeats)
      applied.push(await ways.apply({ ...news, booking: { ...news.booking, uid: row, group: { uid } } }))
  return (
    applied.find(({ kind }) => kind === 'created' || kind === 'changed') ?? applied[0] ?? { kind: 'known' }
  )
}

/** A seat of a known person at another time: Cal.com names no booking that it comes from, so what has become of the one we know tells. */
async function applyMovedSeat({ companyId, news }: GroupScene, ways: Ways): Promise<Applied | null> {
  const { booking } = news
  const attemptId = booking.metadata?.booking_id
  if (attemptId === undefined || booking.rescheduledFromUid !== undefined || !isLiveBooking(booking))
    return null
  const row = await ways.tenancy.run(companyId, (tx) =>
    tx.appointment.findFirst({
      where: { companyId, bookingAttemptId: attemptId, status: { in: [...standingStatuses] } },
      select: { calcomUid: true },
    }),
  )
  const from = row?.calcomUid ?? booking.uid
  const ref = readSeatRef(from)
  if (from === booking.uid || ref === null) return null
  if (ref.seatUid !== readSeatRef(booking.uid)?.seatUid) {
    const before = await ways.look(from)
    // Still there: two seats of one yes, which apply.ts settles.
    if (before !== null && isLiveBooking(before)) return null
  }
  return ways.apply({ ...news, booking: { ...booking, rescheduledFromUid: from } })
}

/** One piece of news for all seats of a group, in the place of the first: the whole is looked at anyway. */
export function groupsOnce(bookings: readonly CalcomBooking[]): CalcomBooking[] {
  const seen = new Set<string>()
  return bookings.flatMap((booking) => {
    const { group } = booking
    if (group === undefined) return [booking]
    if (seen.has(group.uid)) return []
    seen.add(group.uid)
    return [{ ...booking, uid: group.uid, group: undefined, metadata: undefined }]
  })
}

function mayBeGroup({ catalogue, news }: GroupScene): boolean {
  const { uid, eventTypeId, attendees } = news.booking
  if (readSeatRef(uid) !== null) return false
  if (attendees.some(({ seatUid }) => seatUid !== undefined)) return true
  if (eventTypeId !== undefined) return kindOfEventType(catalogue, eventTypeId)?.seats != null
  return catalogue.services.some(({ kind, staff }) =>
    [kind, ...staff.map((pair) => pair.kind)].some((one) => one?.seats),
  )
}

/** A row from before seats were told apart becomes that of its person's seat. */
async function seatPlainRow(tx: Tx, companyId: number, whole: CalcomBooking): Promise<void> {
  const row = await loadRow(tx, companyId, { uid: whole.uid })
  if (row === null || !standingStatuses.includes(row.status)) return
  const seatUid = participantOf(whole, await loadParticipant(tx, companyId, row))?.seatUid
  const seat = seatsOf(whole).find(({ attendees }) => attendees[0]?.seatUid === seatUid)
  if (seatUid === undefined || seat === undefined) return
  const data = { calcomUid: seat.uid }
  if (await tx.appointment.count({ where: { companyId, ...data } })) return
  await tx.appointment.updateMany({ where: { companyId, id: row.id }, data })
  if (row.bookingAttemptId !== null)
    await tx.bookingAttempt.updateMany({ where: { companyId, id: row.bookingAttemptId }, data })
}

/** Uids of the seats of a booking whose rows stand. */
async function loadSeatRows(tx: Tx, companyId: number, uid: string): Promise<string[]> {
  const rows = await tx.appointment.findMany({
    where: { companyId, calcomUid: { startsWith: seatsBegin(uid) }, status: { in: [...standingStatuses] } },
    select: { calcomUid: true },
  })
  return rows.flatMap(({ calcomUid }) => calcomUid ?? [])
}

function isNamedIn({ attendees }: CalcomBooking, person: CalcomBooking['attendees'][number]): boolean {
  const { email, name } = person
  return attendees.some((one) =>
    email === undefined ? one.name === name : one.email?.toLowerCase() === email.toLowerCase(),
  )
}
