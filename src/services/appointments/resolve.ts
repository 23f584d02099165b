/**
 * Which of the caller's own appointments is meant. Pure: everything it sees belongs to the caller already. It narrows by what
 * was said (person, id, day, time, service) and never picks one of several: several are asked about (incident I-54).
 * An id alone decides nothing against a day that was said with it: models invent ids.
 */

import { clockTimeOf, localDayOf, type Understood, understandWish } from '../../german/index.ts'
import type { CallScope } from '../call-context.ts'
import { comparePersonNames, matchService, readPersonName } from '../matching/index.ts'
import {
  type AppointmentWish,
  type Finding,
  isLive,
  isUpcoming,
  type OwnAppointment,
  type Purpose,
} from './types.ts'
import { branchOfAppointment } from './view.ts'

/** A wish with its words understood. */
export interface ReadWish {
  appointmentId: string | null
  name: string | null
  service: string | null
  /** Null when no day and no time was said, or nothing that could be understood. */
  when: Understood | null
  /** The caller named a day, but it cannot be understood or does not exist. */
  unclearDay: boolean
  /** "mein nächster Termin" */
  next: boolean
  /** "mein letzter Termin" */
  last: boolean
}

const nextWords =
  /\b(n(ä|ae)chste[rnms]?|kommende[rnms]?|next)\b(?!\s+(woche|monat|jahr|mo|di|mi|do|fr|sa|so))/i
const lastWords = /\b(letzte[rnms]?|vergangene[rnms]?|last)\b(?!\s+(woche|monat|mo|di|mi|do|fr|sa|so))/i

/** Words that name no day on purpose: then the caller is asked which, by name. */
const noDayWords = /\b(alle[nrs]?|egal|irgend\w*|wei(ß|ss) (ich )?nicht|unbekannt|meine[nrm]?|termine?n?)\b/i

/** Understands what was said about an appointment. */
export function readAppointmentWish(wish: AppointmentWish, scope: CallScope): ReadWish {
  const words = [wish.date, wish.time, wish.service].filter((text) => text !== undefined).join(' ')
  const idWords = wish.appointmentId?.trim() ?? ''
  const next = /^(next|n(ä|ae)chste[rn]?)\b/i.test(idWords) || nextWords.test(words)
  const last = !next && lastWords.test(words)
  const understood =
    wish.date === undefined && wish.time === undefined
      ? null
      : understandWish(
          { date: wish.date, time: wish.time },
          { now: scope.now, zone: scope.branch.timeZone, openingHours: scope.branch.openingHours },
        )
  const when =
    understood !== null && (understood.day !== null || understood.time !== null) ? understood : null
  const unclearDay =
    wish.date !== undefined &&
    !noDayWords.test(wish.date) &&
    !next &&
    !last &&
    when?.day == null &&
    (when?.alternatives.length ?? 0) === 0
  return {
    appointmentId: idWords === '' || /^(next|n(ä|ae)chste)/i.test(idWords) ? null : idWords,
    name: wish.name === undefined ? null : readPersonName(wish.name, [scope.catalogue.company.name]),
    // "Termin" is no service: agents fill the field with it.
    service: wish.service === undefined || /\btermine?\b/i.test(wish.service) ? null : wish.service,
    when,
    unclearDay: unclearDay && !(when?.time != null && wish.time === undefined),
    next,
    last,
  }
}

/** The appointments of the person named; all without a name. "Similar" is enough, for the number has been proven. */
export function ofPerson(own: readonly OwnAppointment[], name: string | null): OwnAppointment[] {
  if (name === null) return [...own]
  const compared = own.map((appointment) => ({
    appointment,
    likeness: comparePersonNames(name, appointment.personName),
  }))
  const same = compared.filter(({ likeness }) => likeness === 'same')
  const fitting = same.length > 0 ? same : compared.filter(({ likeness }) => likeness === 'similar')
  return fitting.map(({ appointment }) => appointment)
}

/**
 * Finds the one that is meant among the caller's own.
 * Out: never `prove`, `not_proven`, `locked_out` or `second_fact`: those are the finder's.
 */
export function resolveAppointment(
  own: readonly OwnAppointment[],
  wish: ReadWish,
  purpose: Purpose,
  scope: CallScope,
): Finding {
  const mine = ofPerson(own, wish.name)
  const upcoming = inOrder(mine.filter((appointment) => isUpcoming(appointment, scope.now)))
  if (wish.appointmentId !== null) return resolveById(mine, upcoming, wish, purpose, scope)
  if (wish.unclearDay) return { kind: 'unclear_day', readings: [] }

  const said = wish.when !== null || wish.service !== null
  const fitting = said ? narrow(upcoming, wish, scope) : upcoming
  if (fitting.length === 1) {
    const [only] = fitting
    return !said && isAmbiguousPerson(upcoming, own, wish, scope)
      ? { kind: 'whose' }
      : { kind: 'one', appointment: only! }
  }
  if (fitting.length > 1) {
    if (isAmbiguousPerson(fitting, own, wish, scope)) return { kind: 'whose' }
    if (wish.next) return { kind: 'one', appointment: fitting[0]! }
    return { kind: 'several', appointments: fitting }
  }
  return resolveGone(mine, upcoming, wish, purpose, scope)
}

/** Nothing upcoming fits: perhaps it is cancelled or over. */
function resolveGone(
  mine: readonly OwnAppointment[],
  upcoming: OwnAppointment[],
  wish: ReadWish,
  purpose: Purpose,
  scope: CallScope,
): Finding {
  const over = inOrder(mine.filter((appointment) => !isUpcoming(appointment, scope.now))).reverse()
  if (wish.last) {
    const [latest] = over.filter((appointment) => appointment.startsAt < scope.now && isHeld(appointment))
    return latest ? { kind: 'past', appointment: latest } : { kind: 'none', others: upcoming }
  }
  const said = wish.when !== null || wish.service !== null
  // Who asks for their appointments without a word more does not mean one they have called off.
  if (!said && purpose === 'read') return { kind: 'none', others: upcoming }
  const fitting = said ? narrow(over, wish, scope) : over.filter((one) => one.startsAt >= scope.now)
  const cancelled = fitting.find((appointment) => !isHeld(appointment))
  const past = fitting.find((appointment) => isHeld(appointment) && appointment.startsAt < scope.now)
  if (past && said) return { kind: 'past', appointment: past }
  if (cancelled) return { kind: 'cancelled', appointment: cancelled }
  return { kind: 'none', others: upcoming }
}

function resolveById(
  mine: readonly OwnAppointment[],
  upcoming: OwnAppointment[],
  wish: ReadWish,
  purpose: Purpose,
  scope: CallScope,
): Finding {
  const id = wish.appointmentId!
  const named = mine.find((one) => [String(one.id), one.calcomUid, one.bookingAttemptId].includes(id))
  if (!named) {
    // An id that is nobody's or somebody else's: the same answer, and what else was said decides.
    const rest = { ...wish, appointmentId: null }
    if (wish.when !== null || wish.service !== null) return resolveAppointment(mine, rest, purpose, scope)
    return { kind: 'none', others: upcoming }
  }
  if (
    wish.when !== null &&
    isLive(named) &&
    narrow([named], { ...wish, service: null }, scope).length === 0
  ) {
    const meant = narrow(upcoming, wish, scope)
    if (purpose === 'change' && meant.length > 0)
      return { kind: 'several', appointments: inOrder([named, ...meant.filter((one) => one !== named)]) }
    if (purpose === 'change' && isUpcoming(named, scope.now))
      return { kind: 'several', appointments: [named] }
  }
  if (!isHeld(named)) return { kind: 'cancelled', appointment: named }
  return named.startsAt < scope.now
    ? { kind: 'past', appointment: named }
    : { kind: 'one', appointment: named }
}

/** Those that fit the day, the time and the service that were said. */
export function narrow(
  appointments: readonly OwnAppointment[],
  wish: Pick<ReadWish, 'when' | 'service'>,
  scope: CallScope,
): OwnAppointment[] {
  const { when, service } = wish
  let fitting = [...appointments]
  if (when !== null) {
    const main = fitting.filter((one) => fitsMain(one, when, scope))
    // Another reading of the words counts only when the likelier one fits nothing.
    fitting = main.length > 0 ? main : fitting.filter((one) => fitsOther(one, when, scope))
  }
  if (service === null || fitting.length === 0) return fitting
  const offered = new Set(fitting.map((one) => one.serviceId))
  const match = matchService(
    service,
    scope.catalogue.services.filter((candidate) => offered.has(candidate.id)),
  )
  if (match.kind === 'none') return []
  const meant = new Set(
    match.kind === 'match' ? [match.service.id] : match.candidates.map((candidate) => candidate.id),
  )
  return fitting.filter((one) => meant.has(one.serviceId))
}

function fitsMain(appointment: OwnAppointment, when: Understood, scope: CallScope): boolean {
  const { day, time } = localStart(appointment, scope)
  if (when.day !== null && when.day.reading !== 'soonest' && (day < when.day.from || day > when.day.to))
    return false
  if (when.time === null) return true
  if (when.time.at !== null) return time === when.time.at
  return (when.time.from === null || time >= when.time.from) && (when.time.to === null || time < when.time.to)
}

function fitsOther(appointment: OwnAppointment, when: Understood, scope: CallScope): boolean {
  const { day, time } = localStart(appointment, scope)
  const wantedTime = when.time?.at ?? null
  return when.alternatives.some(
    (reading) =>
      (reading.day ?? (when.day?.from === when.day?.to ? when.day?.from : null) ?? day) === day &&
      (reading.time ?? wantedTime ?? time) === time,
  )
}

function localStart(appointment: OwnAppointment, scope: CallScope): { day: string; time: string } {
  const zone = branchOfAppointment(appointment, scope).timeZone
  return { day: localDayOf(appointment.startsAt, zone), time: clockTimeOf(appointment.startsAt, zone) }
}

/** Several people share the number and nobody was named; what was booked in this very call is the caller's anyway. */
function isAmbiguousPerson(
  candidates: readonly OwnAppointment[],
  own: readonly OwnAppointment[],
  wish: ReadWish,
  scope: CallScope,
): boolean {
  if (wish.name !== null) return false
  const foreign = candidates.filter((one) => one.callId === null || one.callId !== scope.call.callId)
  if (foreign.length === 0) return false
  const people = candidates.length > 1 ? candidates : own
  const [first, ...rest] = people.filter((one) => isHeld(one))
  return rest.some((one) => comparePersonNames(first!.personName, one.personName) === 'different')
}

function isHeld(appointment: OwnAppointment): boolean {
  return (
    appointment.syncState !== 'cancel_pending' &&
    appointment.status !== 'cancelled' &&
    appointment.status !== 'rejected'
  )
}

function inOrder(appointments: readonly OwnAppointment[]): OwnAppointment[] {
  return [...appointments].sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime() || Number(a.id - b.id))
}
