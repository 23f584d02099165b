/**
 * Undoes a visit that cannot be had whole: every part that is booked is called off as callers call off (changes/cancel.ts). May be repeated
 * at any time, also beside another who does the same. What Cal.com will not end, or people have had to do with since, is left to a person.
 */
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { loadAppointment } from '../appointments/identity.ts'
import { standingStatuses } from '../appointments/types.ts'
import type { Attempt } from '../attempts.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import type { AppointmentChanges } from '../changes/changes.ts'
import type { Decision, VisitStore } from './store.ts'
import { visitErrand } from './told.ts'

export interface UndoDeps {
  tenancy: Pick<Tenancy, 'run'>
  store: VisitStore
  actions: Pick<AppointmentChanges, 'callOff'>
  callbacks: Pick<CallbackService, 'requestIn'>
}

/** `undone`: no part lives, or its end is noted; `partly`: these stand, and a person has them; `later`: to be gone on with. */
export type Undone = { kind: 'undone' | 'later' } | { kind: 'partly'; standing: Attempt[] }

const reason = 'Nur zusammen mit einem anderen Termin gewünscht'

export class VisitUndo {
  readonly #deps: UndoDeps

  constructor(deps: UndoDeps) {
    this.#deps = deps
  }

  /**
   * In: a visit that is being undone. `tells`: nobody waits for the answer, so the outcome is told by a callback.
   * @throws CalcomError while Cal.com is down and nothing could be noted
   */
  async run(scope: CallScope, { visit, parts }: Decision, tells: boolean): Promise<Undone> {
    const { store, callbacks } = this.#deps
    const ends = await Promise.all(parts.map((part) => this.#end(scope, part)))
    if (ends.includes('later')) {
      await store.giveBack(visit)
      return { kind: 'later' }
    }
    const standing = parts.filter((_, index) => ends[index] === 'stands')
    const isPartly = standing.length > 0
    await store.close(visit, isPartly ? 'partly' : 'undone', async (tx) => {
      await closeErrands(tx, scope.now, parts, standing)
      if (tells || isPartly)
        await callbacks.requestIn(tx, scope, await visitErrand(tx, scope, parts, standing))
    })
    return isPartly ? { kind: 'partly', standing } : { kind: 'undone' }
  }

  async #end(scope: CallScope, part: Attempt): Promise<'gone' | 'stands' | 'later'> {
    const { tenancy, actions } = this.#deps
    const { appointmentId, companyId } = part
    if (part.state !== 'booked') return 'gone'
    // Booked, and not written down yet: whoever writes it finds the visit given up.
    if (appointmentId === null) return 'later'
    const appointment = await tenancy.run(companyId, (tx) => loadAppointment(tx, companyId, appointmentId))
    if (appointment === null || !standingStatuses.includes(appointment.status)) return 'gone'
    if (appointment.syncState === 'cancel_pending') return 'gone'
    const outcome = await actions.callOff(scope, appointment, reason)
    switch (outcome.kind) {
      case 'done':
      case 'pending':
        return 'gone'
      case 'busy':
        return 'later'
      default:
        return 'stands'
    }
  }
}

/** What a person was asked because an earlier try to call a part off came to nothing is done with the part. */
async function closeErrands(
  tx: Tx,
  now: Date,
  parts: readonly Attempt[],
  standing: readonly Attempt[],
): Promise<void> {
  const gone = parts.filter((part) => !standing.includes(part))
  const appointmentIds = gone.flatMap(({ appointmentId }) => appointmentId ?? [])
  const companyId = parts[0]?.companyId
  if (companyId === undefined || appointmentIds.length === 0) return
  const tries = await tx.bookingAttempt.findMany({
    where: { companyId, kind: 'cancel', appointmentId: { in: appointmentIds } },
    select: { id: true },
  })
  await tx.callbackRequest.updateMany({
    where: { companyId, status: 'open', attemptId: { in: tries.map(({ id }) => id) } },
    data: { status: 'done', closedAt: now },
  })
}
