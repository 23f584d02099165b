/**
 * What the business has changed in a booking that stands where it stood: who serves, how long, for whom. The calendar's word counts in
 * our row, in the mail and in what callers are told; whether it is still the same person's appointment is asked of a person.
 */
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tx } from '../../db/tenancy.ts'
import { normalisePhone } from '../../lib/phone.ts'
import { standingStatuses } from '../appointments/types.ts'
import { isShared } from '../booking/guard.ts'
import { type Catalogue, servingStaff } from '../catalogue.ts'
import { comparePersonNames } from '../matching/index.ts'
import { askPerson } from './ask-person.ts'
import { contactOf } from './foreign.ts'
import type { Row } from './rows.ts'

interface Scene {
  companyId: number
  catalogue: Catalogue
  booking: CalcomBooking
  now: Date
}

export interface ChangedDetails {
  /** For the row; empty: all is as it was. */
  data: {
    staffId?: number | null
    endsAt?: Date
    durationMinutes?: number
    attendeeName?: string
    attendeeEmail?: string
  }
  /** What the customer has to be told of, as history names it: 'staff', 'length', 'name', 'email'. */
  what: string[]
}

/** Compares newer news of a booking with its locked row. What cannot be decided becomes a task for a person. */
export async function changedDetails(tx: Tx, scene: Scene, row: Row): Promise<ChangedDetails> {
  const { booking, catalogue } = scene
  const changed: ChangedDetails = { data: {}, what: [] }
  const staffId = servingStaff(catalogue, booking.hosts)
  if (staffId !== undefined && staffId !== row.staffId) {
    changed.data.staffId = staffId
    // Who was not known before is no change.
    if (row.staffId !== null) changed.what.push('staff')
  }
  const { end } = booking
  if (end !== undefined && end > row.appointmentDatetime && end.getTime() !== row.endsAt.getTime()) {
    const minutes = Math.round((end.getTime() - row.appointmentDatetime.getTime()) / 60_000)
    changed.data = { ...changed.data, endsAt: end, durationMinutes: Math.max(1, minutes) }
    changed.what.push('length')
  }
  const [attendee, ...others] = booking.attendees
  if (attendee && others.length === 0 && !isShared(booking) && standingStatuses.includes(row.status))
    await addPerson(tx, scene, row, attendee, changed)
  return changed
}

async function addPerson(
  tx: Tx,
  { companyId, catalogue, booking, now }: Scene,
  row: Row,
  attendee: CalcomBooking['attendees'][number],
  changed: ChangedDetails,
): Promise<void> {
  const there = contactOf(attendee, catalogue.company.mailbox)
  const name = attendee.name === undefined ? null : there.name
  if (name === row.attendeeName && (there.email === null || there.email === row.attendeeEmail)) return
  const known = await knownOf(tx, companyId, row)
  // What Cal.com was told once and what the caller has changed here since are no news of the business.
  const isOtherName = name !== null && ![row.attendeeName, known.toldName].includes(name) && !known.renamed
  const isOtherEmail =
    there.email !== null && ![row.attendeeEmail, known.toldEmail].includes(there.email) && !known.readdressed
  const isSomebodyElse =
    isOtherName &&
    comparePersonNames(name, row.attendeeName ?? known.customerName ?? name) === 'different' &&
    (there.phone === null || there.phone !== known.phone) &&
    (there.email === null || isOtherEmail)
  if (isSomebodyElse) {
    const person = {
      customerId: row.customerId,
      serviceId: row.serviceId,
      name: row.attendeeName ?? known.customerName,
      phone: known.phone,
    }
    await askPerson(tx, { catalogue, booking, why: 'other_attendee', now, person })
    return
  }
  if (isOtherName) {
    changed.data.attendeeName = name
    changed.what.push('name')
  }
  if (isOtherEmail) {
    changed.data.attendeeEmail = there.email!
    changed.what.push('email')
  }
}

/** What Cal.com was told of the person of a row, and what has been changed by phone since. */
async function knownOf(tx: Tx, companyId: number, { id, customerId, bookingAttemptId }: Row) {
  const attempt =
    bookingAttemptId === null
      ? null
      : await tx.bookingAttempt.findFirst({
          where: { companyId, id: bookingAttemptId },
          select: { customerName: true, attendeeEmail: true, customerPhone: true },
        })
  const customer = await tx.customer.findFirst({
    where: { companyId, id: customerId },
    select: { name: true, phone: true },
  })
  const byPhone = await tx.appointmentChange.findMany({
    where: { companyId, appointmentId: id, kind: 'updated', actor: 'caller' },
    select: { reason: true },
  })
  const changedByPhone = byPhone.flatMap(({ reason }) => reason?.split(', ') ?? [])
  const phone = customer?.phone ?? attempt?.customerPhone ?? null
  return {
    customerName: customer?.name ?? null,
    phone: phone === null ? null : normalisePhone(phone),
    toldName: attempt?.customerName ?? null,
    toldEmail: attempt?.attendeeEmail?.toLowerCase() ?? null,
    renamed: changedByPhone.includes('name'),
    readdressed: changedByPhone.includes('email'),
  }
}
