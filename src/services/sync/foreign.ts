/**
 * Bookings that were made elsewhere (on the web, by the host): the appointment and the customer they become here. Inside the
 * transaction of the caller, who has made sure that the booking is not known yet.
 * Limit: an attendee's number is what they typed. It leads to a customer only together with the name, and completes nothing.
 */

import type { CalcomAttendee, CalcomBooking } from '../../calcom/types.ts'
import type { Tx } from '../../db/tenancy.ts'
import { outsideText } from '../../lib/outside-text.ts'
import { normalisePhone } from '../../lib/phone.ts'
import { isLiveBooking } from '../booking/whose.ts'
import { type Catalogue, type CatalogueService, servingStaff } from '../catalogue.ts'
import { resolveFromCalendar } from '../customers.ts'
import { readPersonName } from '../matching/index.ts'
import { isBookingForgotten } from '../privacy/marks.ts'
import { reasonOf } from './news.ts'

export type ForeignResult = { kind: 'created'; appointmentId: bigint } | { kind: 'ignored'; reason: string }

const unnamed = 'Ohne Namen'
const nameMax = 200
/** One mailbox, and nothing that a mail header or a page would read otherwise. */
const address = /^[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,180}\.\p{L}{2,24}$/u

/** Writes the appointment of a booking that somebody else made, whatever its state. */
export async function createForeign(
  tx: Tx,
  catalogue: Catalogue,
  booking: CalcomBooking,
  at: Date | undefined,
  now: Date,
): Promise<ForeignResult> {
  const { company } = catalogue
  const { start, eventTypeId, uid } = booking
  const offer = offerOf(catalogue, eventTypeId)
  if (!offer) return { kind: 'ignored', reason: 'unknown_event_type' }
  if (start === undefined) return { kind: 'ignored', reason: 'no_start' }
  const uids = [uid, ...(booking.rescheduledFromUid === undefined ? [] : [booking.rescheduledFromUid])]
  if (await isBookingForgotten(tx, company.id, uids)) return { kind: 'ignored', reason: 'forgotten' }
  const { service } = offer
  const end = booking.end ?? new Date(start.getTime() + service.durationMinutes * 60_000)
  const [attendee] = booking.attendees
  const contact = contactOf(attendee, company.mailbox)
  const customerId = await resolveFromCalendar(tx, company.id, contact)
  const status = { accepted: 'scheduled', pending: 'pending', cancelled: 'cancelled', rejected: 'rejected' }[
    booking.status
  ]
  const gone = !isLiveBooking(booking)
  const { id: appointmentId } = await tx.appointment.create({
    data: {
      companyId: company.id,
      branchId: service.branchId ?? onlyBranch(catalogue),
      customerId,
      serviceId: service.id,
      staffId: servingStaff(catalogue, booking.hosts) ?? offer.staffId,
      appointmentDatetime: start,
      endsAt: end,
      durationMinutes: Math.max(1, Math.round((end.getTime() - start.getTime()) / 60_000)),
      status,
      calcomBookingId: booking.id ?? null,
      calcomUid: uid,
      calcomEventTypeId: eventTypeId ?? null,
      source: 'web',
      attendeeName: contact.name,
      attendeeEmail: contact.email,
      icalUid: uid,
      calcomUpdatedAt: at ?? null,
      cancelledAt: gone ? now : null,
      cancellationReason: gone ? reasonOf(booking) : null,
    },
    select: { id: true },
  })
  await tx.appointmentChange.create({
    data: {
      companyId: company.id,
      appointmentId,
      kind: 'created',
      toDatetime: start,
      toUid: uid,
      actor: 'calcom',
      createdAt: now,
    },
  })
  return { kind: 'created', appointmentId }
}

function offerOf(
  catalogue: Catalogue,
  eventTypeId: number | undefined,
): { service: CatalogueService; staffId: number | null } | null {
  if (eventTypeId === undefined) return null
  const own = catalogue.services.find((service) => service.calcomEventTypeId === eventTypeId)
  if (own) return { service: own, staffId: null }
  for (const service of catalogue.services) {
    const pair = service.staff.find((entry) => entry.calcomEventTypeId === eventTypeId)
    if (pair) return { service, staffId: pair.staffId }
  }
  return null
}

function onlyBranch({ branches }: Catalogue): string | null {
  return branches.length === 1 ? branches[0]!.id : null
}

interface Contact {
  name: string
  phone: string | null
  email: string | null
}

/** Cal.com invents addresses for attendees with only a phone, and we use sub-addresses of the business's: neither is theirs. */
export function contactOf(attendee: CalcomAttendee | undefined, mailbox: string | null): Contact {
  const email = attendee?.email?.trim().toLowerCase() ?? ''
  const [local = '', domain = ''] = (mailbox ?? '').toLowerCase().split('@')
  const isOurs = local !== '' && email.startsWith(`${local}+`) && email.endsWith(`@${domain}`)
  const invented = isOurs || email === mailbox?.toLowerCase() || email.endsWith('@sms.cal.com')
  const digits = /^(\d{8,15})@sms\.cal\.com$/.exec(email)?.[1]
  const phone = attendee?.phoneNumber ?? (digits && `+${digits}`)
  return {
    name: nameOf(attendee?.name ?? ''),
    phone: phone ? normalisePhone(phone) : null,
    email: invented || !address.test(email) ? null : email.slice(0, 254),
  }
}

/** Words of an order to a model, and of nobody's name when several come together. */
const orders =
  /\b(?:system|assistant|admin|prompt|ignore|ignorier\w*|vergiss|vergessen|anweisung\w*|instruction\w*|regeln|rules|befehl\w*|gebucht|bestätigt)\b/giu

/** Read as a spoken name is (matching/name-reading.ts); what cannot be one is kept at Cal.com only. */
function nameOf(typed: string): string {
  const name = readPersonName(outsideText(typed, nameMax))
  return name === null || (name.match(orders)?.length ?? 0) > 1 ? unnamed : name
}
