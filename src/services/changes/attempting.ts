/** What cancelling and moving share: their dependencies, how an attempt begins and is waited for, and what follows a change. */
import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { type LocalDay, localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Deadline } from '../../lib/deadline.ts'
import type { AppointmentFinder } from '../appointments/finder.ts'
import type { ReadBackMemory } from '../appointments/read-backs.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { type Attempt, type AttemptStore, liveStates } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { enqueueSettling, verifyAfterMs } from '../booking/errands.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogues } from '../catalogue.ts'
import type { ChangeRecorder } from './record.ts'

export interface ChangeDeps {
  tenancy: Pick<Tenancy, 'run'>
  catalogues: Pick<Catalogues, 'load' | 'policyFor'>
  finder: Pick<AppointmentFinder, 'findIn' | 'loadProven' | 'rememberProven'>
  attempts: AttemptStore
  recorder: ChangeRecorder
  readBacks: ReadBackMemory
  callbacks: Pick<CallbackService, 'requestIn'>
  availability: Pick<AvailabilityService, 'load' | 'fetchLive' | 'markChanged' | 'offers'>
  /** The client of a Cal.com connection. */
  calcom: (connectionId: string) => Promise<ChangeCalcom>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
}

export type ChangeCalcom = Pick<
  CalcomApi,
  'fetchBooking' | 'fetchBookings' | 'cancelBooking' | 'rescheduleBooking' | 'reassignBooking'
>

/** A draft that nobody claims is swept after this. */
export const draftMs = 15 * 60_000

/** Kept back from a writing request, so that its outcome can still be looked up. */
export const lookUpReserveMs = 2_500
const writeLeastMs = 1_500

/** Time for a request that changes something: what is left, minus what looking up its outcome needs. */
export function writeOptions(deadline: Deadline): CallOptions {
  const budgetMs = Math.max(writeLeastMs, deadline.remainingMs() - lookUpReserveMs)
  return { deadline: deadline.child(budgetMs), priority: 'call' }
}

/** Looking up what became of a request: all the time that is left. */
export function readOptions(deadline: Deadline): CallOptions {
  return { deadline, priority: 'call' }
}

/** A request for exactly this move that has not failed: the new slot may look taken because of it. */
export function loadSameMove(
  tx: Tx,
  companyId: number,
  uid: string | null,
  startsAt: Date,
): Promise<Attempt | null> {
  return tx.bookingAttempt.findFirst({
    where: {
      companyId,
      kind: 'reschedule',
      targetUid: uid,
      startAt: startsAt,
      state: { in: [...liveStates, 'booked'] },
    },
    orderBy: { createdAt: 'desc' },
  })
}

/** Where a settled move came from. */
export function fromStart(attempt: Attempt): Date | null {
  const { result } = attempt
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return null
  return typeof result.fromStart === 'string' ? new Date(result.fromStart) : null
}

/** Has a move looked at whose answer did not say when it takes place now. */
export async function verifyLater(
  { attempts, clock }: Pick<ChangeDeps, 'attempts' | 'clock'>,
  tx: Tx,
  attempt: Attempt,
): Promise<void> {
  const at = new Date(clock.now().getTime() + verifyAfterMs)
  await attempts.verifyAgainAt(tx, attempt, at)
  await enqueueSettling(tx, attempt, at)
}

/** Drops what is remembered of the days an appointment left or entered; a cache that fails must not fail the answer. */
export async function markChanged(
  deps: Pick<ChangeDeps, 'availability' | 'log'>,
  scope: CallScope,
  instants: readonly Date[],
  appointment: OwnAppointment,
): Promise<void> {
  const zone = branchOfAppointment(appointment, scope).timeZone
  const days: LocalDay[] = [...new Set(instants.map((instant) => localDayOf(instant, zone)))]
  try {
    await deps.availability.markChanged(scope.call.companyId, days)
  } catch (error) {
    deps.log.error({ component: 'appointments', err: error }, 'changed days could not be marked')
  }
}
