/**
 * Bookings with several people in them (seats, guests): is our customer still one of them? A row of ours is one person's
 * place; the others' places come and go without it (Cal.com tells a cancelled seat under the uid of the whole group).
 */

import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { normalisePhone } from '../../lib/phone.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import { isShared } from '../booking/guard.ts'
import { isLiveBooking } from '../booking/whose.ts'
import { comparePersonNames } from '../matching/index.ts'
import type { BookingNews } from './news.ts'
import { loadRow } from './rows.ts'

/** Cal.com tells of a cancellation before it is written; later than this its list of people is true. */
const settlesWithinMs = 60_000

/** Who a row is for. */
export interface Participant {
  attemptId: string | null
  name: string | null
  email: string | null
  phone: string | null
}

interface RowFacts {
  customerId: number
  attendeeName: string | null
  attendeeEmail: string | null
  bookingAttemptId: string | null
}

/** The person of a row, with the number of its customer. */
export async function loadParticipant(tx: Tx, companyId: number, row: RowFacts): Promise<Participant> {
  const customer = await tx.customer.findFirst({
    where: { companyId, id: row.customerId },
    select: { phone: true, name: true },
  })
  return {
    attemptId: row.bookingAttemptId,
    name: row.attendeeName ?? customer?.name ?? null,
    email: row.attendeeEmail,
    phone: customer?.phone ?? null,
  }
}

/** The people of rows, by the row's id. */
export async function loadParticipants<R extends RowFacts & { id: bigint }>(
  tx: Tx,
  companyId: number,
  rows: readonly R[],
): Promise<Map<bigint, Participant>> {
  const people = new Map<bigint, Participant>()
  for (const row of rows) people.set(row.id, await loadParticipant(tx, companyId, row))
  return people
}

/**
 * Whether the person is certainly not among those named: nothing of anybody fits. A list without anybody (Cal.com can hide
 * attendees) says nothing.
 */
export function isGoneFrom({ attendees }: Pick<CalcomBooking, 'attendees'>, person: Participant): boolean {
  return attendees.length > 0 && !attendees.some((attendee) => mayBe(attendee, person))
}

/**
 * Whether a cancellation is that of somebody else's place in a shared booking, which Cal.com tells under the uid of the whole.
 * `look` asks Cal.com for the booking; null: it knows none.
 * @throws TryAgainLater while Cal.com may not have written yet what it tells
 */
export async function isAnothersSeat(
  { tenancy }: { tenancy: Pick<Tenancy, 'run'> },
  scene: { companyId: number; booking: CalcomBooking; news: BookingNews; now: Date },
  look: (uid: string) => Promise<CalcomBooking | null>,
): Promise<boolean> {
  const { companyId, booking, news, now } = scene
  if (booking.status !== 'cancelled' || !news.told || news.told.shared === false) return false
  const person = await tenancy.run(companyId, async (tx) => {
    const row = await loadRow(tx, companyId, { uid: booking.uid })
    const standing = row?.status === 'scheduled' || row?.status === 'pending'
    return row && standing ? loadParticipant(tx, companyId, row) : null
  })
  if (person === null) return false
  const current = await look(booking.uid)
  if (current === null || !isLiveBooking(current)) return false
  if (!isShared(current) && news.told.shared !== true) return false
  if (isGoneFrom(current, person)) return false
  const isTrue = news.at !== undefined && now.getTime() - news.at.getTime() >= settlesWithinMs
  if (!isTrue && !isGoneFrom(booking, person)) throw new TryAgainLater('seat_unclear')
  return true
}

function mayBe(attendee: CalcomBooking['attendees'][number], person: Participant): boolean {
  const { metadata, name, email, phoneNumber } = attendee
  const ours = metadata?.booking_id
  // A seat of another booking of ours is another's, whatever it is called.
  if (ours !== undefined && person.attemptId !== null) return ours === person.attemptId
  if (name === undefined && email === undefined && phoneNumber === undefined) return true
  const sameName =
    name !== undefined && person.name !== null && comparePersonNames(name, person.name) !== 'different'
  const sameEmail = email !== undefined && email.toLowerCase() === person.email?.toLowerCase()
  const samePhone =
    phoneNumber !== undefined && person.phone !== null && normalisePhone(phoneNumber) === person.phone
  return sameName || sameEmail || samePhone
}
