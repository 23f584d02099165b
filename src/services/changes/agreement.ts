/**
 * Whether a caller has agreed to a change of one appointment (design section 7). Naming it by day, time or id, or saying
 * `confirmed: true`, is agreement; so is having heard of it in this call. Anything else is read back first, and then the caller's own
 * words decide where a transcript comes along (production case 15); a request that only comes again gets the same read-back. Pure.
 */
import { type Consent, refusesPlainly } from '../../german/index.ts'
import { userTurns, userWords } from '../../retell/transcript.ts'
import type { ReadBackState } from '../appointments/read-backs.ts'
import type { AppointmentWish, OwnAppointment } from '../appointments/types.ts'
import { branchOfAppointment } from '../appointments/view.ts'
import { consentOf } from '../booking/reply.ts'
import type { CallScope } from '../call-context.ts'

/** Null: agreed. `none`: read it back; the rest: what was said since is no yes. */
export type Doubt = 'none' | Exclude<Consent, 'yes'> | null

export interface Change {
  appointment: OwnAppointment
  kind: 'cancel' | 'move'
  /** When it takes place after a move. */
  to?: Date
}

/** A key of the change, without personal data. */
export function aboutOf({ appointment, kind, to }: Change): string {
  return `${kind}:${appointment.id}:${(to ?? appointment.startsAt).getTime()}`
}

/** @param state what this call has heard, as loaded before */
export function findDoubt(
  scope: CallScope,
  change: Change,
  wish: AppointmentWish & { confirmed?: boolean },
  state: ReadBackState,
): Doubt {
  const { appointment } = change
  const { transcript, callId } = scope.call
  const asked = state.asked?.about === aboutOf(change) ? state.asked : null
  const since = asked === null || asked.turns === null ? null : userWords(transcript, asked.turns)
  if (since !== null) {
    const reply = replyTo(scope, change, since)
    return reply === 'yes' ? null : reply
  }
  if (asked?.doubted && userTurns(transcript) !== null) return 'unclear'
  const said = userWords(transcript)
  if (asked === null && said !== null && refusesPlainly(said)) return 'no'
  const isNamed = [wish.appointmentId, wish.date, wish.time].some((words) => (words ?? '').trim() !== '')
  if (wish.confirmed === true || isNamed) return null
  const isOfThisCall = appointment.callId !== null && appointment.callId === callId
  // What was asked about and not answered is a retry, though it has been heard.
  const isHeard = asked === null && (isOfThisCall || state.heard.includes(Number(appointment.id)))
  return isHeard ? null : 'none'
}

function replyTo(scope: CallScope, { appointment, kind, to }: Change, words: string): Consent {
  const zone = branchOfAppointment(appointment, scope).timeZone
  // "Ja, den vom Freitag auf Samstag" names both.
  const starts = [appointment.startsAt, ...(to ? [to] : [])]
  return consentOf(words, kind, { starts, zone, now: scope.now })
}
