/**
 * What a repair must not decide becomes a task for a person of the business: an open request with the booking's day and
 * time, told by mail like a caller's. The same question is asked once, however often a repair comes by.
 */

import type { Logger } from 'pino'
import type { CalcomBooking } from '../../calcom/types.ts'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { clockTimeOf, germanDate, localDayOf } from '../../german/index.ts'
import type { BookingProtected, Protection } from '../booking/guard.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Applied } from './news.ts'

/** Why a person has to decide. */
export type Question = Protection | 'left' | 'other_attendee'

const questions: Record<Question, string> = {
  other_people:
    'Termin mit mehreren Teilnehmern: bitte in Cal.com prüfen, ob einer davon entfernt werden muss',
  not_ours: 'Termin steht noch in Cal.com, hier ist er abgesagt: bitte klären, was gilt',
  series: 'Aus einer Buchung sind mehrere Termine entstanden: bitte in Cal.com prüfen, welche bleiben',
  moved: 'Termin wurde in Cal.com verlegt und passt zu keiner Absprache mehr: bitte prüfen',
  changed: 'Termin wurde in Cal.com geändert, hier ist er abgesagt: bitte klären, was gilt',
  other_attendee: 'In Cal.com steht jetzt jemand anderes im Termin: bitte klären, für wen er gilt',
  left: 'Termin bei jemandem, der nicht mehr da ist: bitte neu vergeben und Bescheid geben',
}

/** Stores the task, inside the transaction of the caller; false when it has been asked before. */
export async function askPerson(
  tx: Tx,
  {
    catalogue,
    booking,
    why,
    now,
    person,
  }: {
    catalogue: Catalogue
    booking: Pick<CalcomBooking, 'start' | 'eventTypeId'>
    why: Question
    now: Date
    /** Whose appointment it is, if we know. */
    person?: { customerId: number; serviceId: number; name: string | null; phone: string | null }
  },
): Promise<boolean> {
  const { company, branches, services } = catalogue
  const service = services.find(({ id, calcomEventTypeId }) =>
    person === undefined ? calcomEventTypeId === booking.eventTypeId : id === person.serviceId,
  )
  const customerId = person?.customerId ?? null
  const branch =
    branches.find(({ id }) => id === service?.branchId) ?? (branches.length === 1 ? branches[0] : undefined)
  const zone = branch?.timeZone ?? company.timeZone
  const { start } = booking
  const when = start && `${germanDate(localDayOf(start, zone))}, ${clockTimeOf(start, zone)} Uhr`
  const reason = [questions[why], service?.name, when].filter(Boolean).join(': ').slice(0, 500)
  // Two webhooks of one booking can ask at the same moment.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`ask-person:${company.id}:${reason}`}, 0))`
  const asked = await tx.callbackRequest.count({ where: { companyId: company.id, reason, customerId } })
  if (asked > 0) return false
  const { id } = await tx.callbackRequest.create({
    data: {
      companyId: company.id,
      branchId: branch?.id ?? null,
      customerId,
      name: person?.name ?? null,
      phone: person?.phone ?? null,
      reason,
      kind: 'technical',
      createdAt: now,
    },
    select: { id: true },
  })
  await enqueueJob(tx, {
    task: 'business_mail',
    payload: { callbackId: Number(id) },
    jobKey: `business_mail:${id}`,
  })
  return true
}

/** What we must not end ourselves stays, with an alarm, and a person is asked. */
export async function leaveToPerson(
  { tenancy, log }: { tenancy: Pick<Tenancy, 'run'>; log: Pick<Logger, 'error'> },
  { companyId, catalogue, now }: { companyId: number; catalogue: Catalogue; now: Date },
  { reason, booking }: BookingProtected,
): Promise<Applied> {
  log.error(
    { component: 'sync', alarm: 'booking_protected', companyId, uid: booking.uid, reason },
    'a booking was left alone: a person must look',
  )
  await tenancy.run(companyId, (tx) => askPerson(tx, { catalogue, booking, why: reason, now }))
  return { kind: 'known', reason: `protected_${reason}` }
}
