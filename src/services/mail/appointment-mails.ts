/**
 * Tells customers about their appointments: decides whether a mail is due, to whom, and what it says, from the appointment as it
 * is now. News that has been overtaken (a confirmation of what is cancelled by now) is not sent. Only for companies that
 * want it, and only to an address the customer gave.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import {
  type AppointmentMailFacts,
  type AppointmentMailKind,
  appointmentMail,
  calendarEntry,
  type WrittenMoment,
} from '../../german/sentences/mail.ts'
import type { Clock } from '../../lib/clock.ts'
import { writtenPhone } from '../../lib/phone.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import type { MailFrom } from './from.ts'
import { renderInvitation } from './invitation.ts'
import { putMail } from './outbox.ts'
import { customerMailbox } from './recipient.ts'
import { plain, unlinked } from './render.ts'

/** What happened, as the enqueuing code names it. */
export type AppointmentNews = 'booked' | 'confirmed' | 'rescheduled' | 'cancelled' | 'rejected' | 'changed'

export type AppointmentMailReport = 'written' | 'known' | 'unwanted' | 'no_address' | 'overtaken' | 'absent'

type Deps = { tenancy: Pick<Tenancy, 'run'>; clock: Clock; from: MailFrom }

const outboxKinds: Record<AppointmentMailKind, string> = {
  confirmed: 'booking_confirmation',
  requested: 'booking_requested',
  rescheduled: 'booking_rescheduled',
  cancelled: 'booking_cancelled',
  rejected: 'booking_rejected',
}
const nameCharactersMax = 60
const placeCharactersMax = 120

/** Writes mails about appointments into the outbox. */
export class AppointmentMails {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Writes the mail that this news calls for, once per fact, in one transaction. */
  async write(
    companyId: number,
    appointmentId: number,
    news: AppointmentNews,
  ): Promise<AppointmentMailReport> {
    const { tenancy, clock } = this.#deps
    const now = clock.now()
    return tenancy.run(companyId, async (tx) => {
      const company = await tx.company.findUnique({ where: { id: companyId } })
      if (!company?.customerMails) return 'unwanted'
      const appointment = await tx.appointment.findUnique({
        where: { companyId_id: { companyId, id: appointmentId } },
      })
      if (!appointment) return 'absent'
      const kind = kindFor(news, appointment.status)
      if (kind === null || appointment.appointmentDatetime <= now) return 'overtaken'
      if (await isUntoldPart(tx, appointment)) return 'overtaken'
      const customer = await tx.customer.findUnique({
        where: { companyId_id: { companyId, id: appointment.customerId } },
      })
      if (!customer || customer.erasedAt !== null) return 'no_address'
      const to = customerMailbox(appointment.attendeeEmail ?? customer.email, company.mailbox)
      if (to === null) return 'no_address'

      const { facts, zone } = await loadFacts(tx, company, appointment, customer.name, kind)
      const { from } = this.#deps
      const uid = appointment.icalUid ?? `termin-${companyId}-${appointment.id}@${from.domain}`
      const entry = calendarEntry(facts)
      const ended = kind === 'cancelled' || kind === 'rejected'
      const written = await putMail(tx, {
        companyId,
        kind: outboxKinds[kind],
        to,
        text: appointmentMail(kind, facts),
        ics: {
          method: ended ? 'CANCEL' : 'REQUEST',
          body: renderInvitation({
            method: ended ? 'CANCEL' : 'REQUEST',
            uid,
            sequence: appointment.icalSequence,
            startsAt: appointment.appointmentDatetime,
            endsAt: appointment.endsAt,
            zone,
            title: entry.title,
            notes: entry.notes,
            place: facts.place,
            tentative: appointment.status === 'pending',
            organizer: { name: facts.company, address: from.address },
            attendee: { name: facts.name ?? to, address: to },
            now,
          }),
        },
        appointmentId: appointment.id,
        // A move gives the booking a new uid, so each life of an appointment has its own mails; one in place only a new sequence.
        dedupeKey: `appointment:${appointment.id}:${kind}:${appointment.calcomUid ?? ''}${
          kind === 'rescheduled' || news === 'changed' ? `:${appointment.icalSequence}` : ''
        }`,
        domain: from.domain,
        now,
      })
      return written === null ? 'known' : 'written'
    })
  }
}

/** The mail that fits the news and the state the appointment is in by now; null when the news is no longer true. */
function kindFor(news: AppointmentNews, status: string): AppointmentMailKind | null {
  if (news === 'cancelled') return status === 'cancelled' ? 'cancelled' : null
  if (news === 'rejected') return status === 'rejected' ? 'rejected' : null
  if (status !== 'scheduled' && status !== 'pending') return null
  if (news === 'rescheduled') return 'rescheduled'
  return status === 'pending' ? 'requested' : 'confirmed'
}

/**
 * Whether it is a part of a visit that was undone before its customer was mailed about it: then there is nothing to take back.
 * @throws TryAgainLater while nobody knows whether all of its visit is booked
 */
async function isUntoldPart(tx: Tx, { companyId, id, bookingAttemptId }: Appointment): Promise<boolean> {
  if (bookingAttemptId === null) return false
  const part = await tx.bookingAttempt.findFirst({ where: { companyId, id: bookingAttemptId } })
  if (!part?.visitId) return false
  const visit = await tx.visit.findFirst({ where: { companyId, id: part.visitId } })
  if (visit?.state === 'executing' || visit?.state === 'undoing') throw new TryAgainLater('visit_undecided')
  if (visit?.state !== 'undone' && visit?.state !== 'partly') return false
  return (await tx.mailOutbox.count({ where: { companyId, appointmentId: id } })) === 0
}

type Company = NonNullable<Awaited<ReturnType<Tx['company']['findUnique']>>>
type Appointment = NonNullable<Awaited<ReturnType<Tx['appointment']['findUnique']>>>

async function loadFacts(
  tx: Tx,
  company: Company,
  appointment: Appointment,
  customerName: string,
  kind: AppointmentMailKind,
): Promise<{ facts: AppointmentMailFacts; zone: string }> {
  const { id: companyId } = company
  const { branchId, serviceId, staffId } = appointment
  const service = await tx.service.findUnique({ where: { companyId_id: { companyId, id: serviceId } } })
  const staff =
    staffId === null
      ? null
      : await tx.staff.findUnique({ where: { companyId_id: { companyId, id: staffId } } })
  const branch =
    branchId === null
      ? null
      : await tx.branch.findUnique({ where: { companyId_id: { companyId, id: branchId } } })
  const line = await tx.phoneNumber.findFirst({
    where: { companyId, isActive: true, ...(branchId !== null && { branchId }) },
    orderBy: { id: 'asc' },
  })
  const changes =
    kind === 'rescheduled' || kind === 'cancelled'
      ? await tx.appointmentChange.findMany({
          where: { companyId, appointmentId: appointment.id, kind },
          orderBy: { id: 'desc' },
          take: 1,
        })
      : []
  const change = changes[0]
  const zone = branch?.timeZone ?? company.timeZone
  const name = unlinked(appointment.attendeeName ?? customerName, nameCharactersMax)
  const place =
    branch === null
      ? ''
      : plain([branch.name, branch.address ?? ''].filter(Boolean).join(', '), placeCharactersMax)
  const facts: AppointmentMailFacts = {
    name: name === '' ? null : name,
    company: plain(company.name, nameCharactersMax),
    service: plain(service?.name ?? 'Termin', nameCharactersMax),
    at: written(appointment.appointmentDatetime, zone),
    before:
      kind === 'rescheduled' && change?.fromDatetime && change.toUid === appointment.calcomUid
        ? written(change.fromDatetime, zone)
        : null,
    durationMinutes: appointment.durationMinutes,
    staff: staff === null ? null : plain(`${staff.firstName} ${staff.lastName}`, nameCharactersMax),
    place: place === '' ? null : place,
    phone: line === null ? null : writtenPhone(line.number),
    byCustomer: kind === 'cancelled' && change?.actor === 'caller',
  }
  return { facts, zone }
}

function written(instant: Date, zone: string): WrittenMoment {
  return { day: localDayOf(instant, zone), time: clockTimeOf(instant, zone) }
}
