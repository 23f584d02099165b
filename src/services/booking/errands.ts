/**
 * What is left to do when an attempt to book does not end as its caller was told: a job that looks again, and a person of the
 * business who calls back. The text names service and time, never the person: name and number have their own columns.
 */

import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import { clockTimeOf, germanDate, localDayOf } from '../../german/index.ts'
import { type Attempt, leaseMs } from '../attempts.ts'
import type { CallbackInput } from '../callbacks.ts'
import { type Catalogue, serviceName } from '../catalogue.ts'
import type { Begun } from '../job-scope.ts'

export type BookingErrand =
  /** Nobody knows yet; ends by itself when the attempt turns out to be booked. */
  | 'booking_unclear'
  /** It is certain now that there is no booking. */
  | 'booking_not_made'
  /** The caller was told "gebucht", and it is not. */
  | 'booking_withdrawn'
  /** The caller was told "nicht mehr frei" or the like, and a booking stands that cannot simply be cancelled. */
  | 'booking_stands'
  /** The caller was told another time than the one at which the booking stands, and people have had to do with it since. */
  | 'booking_elsewhere'
  /** The calendar gave it to somebody who is away. */
  | 'booking_absent'

const texts: Record<BookingErrand, string> = {
  booking_unclear:
    'Unklar, ob der am Telefon gewünschte Termin eingetragen wurde: bitte prüfen und Bescheid geben',
  booking_not_made: 'Der am Telefon gewünschte Termin wurde nicht eingetragen: bitte Bescheid geben',
  booking_withdrawn:
    'Am Telefon als gebucht zugesagt, steht aber nicht so im Kalender: bitte anrufen und neu vereinbaren',
  booking_stands: 'Am Telefon als nicht möglich genannt, steht aber im Kalender: bitte klären',
  booking_elsewhere:
    'Steht im Kalender zu einer anderen Zeit, als am Telefon zugesagt: bitte Bescheid geben. Zugesagt war',
  booking_absent: 'Bei jemandem eingetragen, der dann nicht da ist: bitte jemand anderem geben',
}

/** What was answered short is looked at this much later: the caller no longer waits for Cal.com, and its reads may lag. */
export const verifyAfterMs = 5_000

/** Pause between looks that settle nothing. */
export const verifyAgainMs = 30_000
/** Reads of a booking that was just made have been seen to fail; after this, "unknown to Cal.com" is the truth. */
export const readLagMs = 5 * 60_000

/** While the outcome may still come by itself, nobody need be told; a little longer than the lease. */
const tellAfterMs = leaseMs + 30_000

/** The callback that an attempt asks for. */
export function bookingErrand(
  catalogue: Catalogue,
  attempt: Attempt,
  errand: BookingErrand,
  now: Date,
): CallbackInput {
  const { startAt, serviceId, customerName, customerPhone } = attempt
  const zone = zoneOf(catalogue, attempt)
  const what =
    startAt === null || serviceId === null
      ? ''
      : `: ${serviceName(catalogue, serviceId)} am ${germanDate(localDayOf(startAt, zone))}, ${clockTimeOf(startAt, zone)} Uhr`
  return {
    kind: 'technical',
    reason: `${texts[errand]}${what}`,
    attemptId: attempt.id,
    ...(errand === 'booking_unclear' && { tellAt: new Date(now.getTime() + tellAfterMs) }),
    ...(customerName !== null && { name: customerName }),
    ...(customerPhone !== null && { phone: customerPhone }),
  }
}

/** What a job about an attempt to book begins with (services/job-scope.ts). */
export function begunBy({ branchId, callId, customerPhone }: Attempt): Begun {
  return { branchId, callId, customerId: null, callerNumber: customerPhone }
}

/** Has an attempt looked at by a job at that time, or by the sweep soon after. */
export async function enqueueSettling(tx: Tx, { id }: Pick<Attempt, 'id'>, runAt: Date): Promise<void> {
  await enqueueJob(tx, {
    task: 'settle_attempt',
    payload: { attemptId: id },
    jobKey: `settle_attempt:${id}`,
    runAt,
  })
}

function zoneOf(catalogue: Catalogue, attempt: Attempt): string {
  const branch = catalogue.branches.find(({ id }) => id === attempt.branchId)
  return branch?.timeZone ?? catalogue.company.timeZone
}
