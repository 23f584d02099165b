/**
 * What callers hear about appointments they already have: reading, cancelling, moving, callbacks. At most two short
 * sentences and one question. Nothing here says "gebucht" or "bestätigt": that belongs to booking.
 */
import {
  type ClockTime,
  capitalised,
  type LocalDay,
  sayDay,
  sayList,
  sayMoment,
  sayOnDay,
  sayTime,
  sayWeekday,
  type Urgency,
} from '../index.ts'
import { type Off, sayOff } from './availability.ts'
import { sayName, sayService } from './naming.ts'

/** An appointment as it is spoken about. */
export interface SpokenAppointment {
  day: LocalDay
  time: ClockTime
  today: LocalDay
  service: string
  staff: string | null
  /** Named only when it is not the branch the caller dialled. */
  branch: string | null
  /** The business has not agreed yet. */
  pending: boolean
}

/** A free time as it is offered. */
export interface SpokenSlot {
  day: LocalDay
  time: ClockTime
}

const spokenMax = 2
const timesMax = 3

function moment(appointment: SpokenAppointment): string {
  return sayMoment(appointment.day, appointment.time, appointment.today)
}

function where(appointment: SpokenAppointment): string {
  const staff = appointment.staff === null ? '' : ` bei ${sayName(appointment.staff)}`
  return appointment.branch === null ? staff : `${staff} in unserer Filiale ${sayName(appointment.branch)}`
}

/** "Herrenhaarschnitt am Freitag, den 27. November um 14 Uhr" */
function item(appointment: SpokenAppointment): string {
  return `${sayService(appointment.service)} ${moment(appointment)}`
}

/** "am Freitag, den 27. November um 14 Uhr", without the time when all candidates differ by day already. */
function choice(appointment: SpokenAppointment, others: readonly SpokenAppointment[]): string {
  const sameService = others.every((other) => other.service === appointment.service)
  return sameService ? moment(appointment) : `${sayService(appointment.service)} ${moment(appointment)}`
}

// --- reading ---

/** "Ihr Termin für Herrenhaarschnitt ist am Freitag, den 27. November um 14 Uhr bei Anna Becker." */
export function appointmentIs(appointment: SpokenAppointment): string {
  const open = appointment.pending ? ' Unsere Zusage dafür steht noch aus.' : ''
  return `Ihr Termin für ${sayService(appointment.service)} ist ${moment(appointment)}${where(appointment)}.${open}`
}

/** All upcoming ones, at most two spoken. */
export function appointmentsAre(appointments: readonly SpokenAppointment[]): string {
  const [first] = appointments
  if (first === undefined) return noAppointments()
  if (appointments.length === 1) return appointmentIs(first)
  const spoken = sayList(appointments.slice(0, spokenMax).map(item), 'und')
  return appointments.length <= spokenMax
    ? `Sie haben ${appointments.length} Termine: ${spoken}.`
    : `Sie haben ${appointments.length} Termine. Die nächsten sind ${spoken}.`
}

/** The next one, and how many more. */
export function nextAppointmentIs(appointment: SpokenAppointment, remaining: number): string {
  const next = `Ihr nächster Termin ist ${moment(appointment)} für ${sayService(appointment.service)}.`
  if (remaining === 0) return next
  return `${next} Danach haben Sie noch ${remaining === 1 ? 'einen weiteren Termin' : `${remaining} weitere Termine`}.`
}

function noAppointments(): string {
  return 'Ich finde bei uns keinen kommenden Termin für Sie. Möchten Sie einen vereinbaren?'
}

/** Nothing fits what was asked; what there is instead. */
export function noSuchAppointment(others: readonly SpokenAppointment[]): string {
  if (others.length === 0) return noAppointments()
  if (others.length > 1)
    return `Dazu finde ich keinen Termin. Ihre nächsten Termine sind ${sayList(others.slice(0, 2).map(item), 'und')}.`
  return `Dazu finde ich keinen Termin. Ihr nächster Termin ist ${moment(others[0]!)} für ${sayService(others[0]!.service)}.`
}

export function appointmentWas(appointment: SpokenAppointment): string {
  return `Ihr Termin für ${sayService(appointment.service)} war ${moment(appointment)}.`
}

export function appointmentIsCancelled(appointment: SpokenAppointment): string {
  return `Ihr Termin ${moment(appointment)} ist bereits abgesagt.`
}

// --- asking ---

/** Which of several is meant. */
export function whichAppointment(appointments: readonly SpokenAppointment[]): string {
  if (appointments.length === 1) return `Meinen Sie Ihren Termin ${choice(appointments[0]!, appointments)}?`
  const spoken = appointments.slice(0, spokenMax).map((one) => choice(one, appointments))
  return appointments.length <= spokenMax
    ? `Welchen Termin meinen Sie: ${sayList(spoken, 'oder')}?`
    : `Sie haben mehrere Termine, zum Beispiel ${sayList(inOneBreath(spoken), 'und')}. Welchen meinen Sie?`
}

/** Long names leave room for one item. */
function inOneBreath(items: readonly string[]): readonly string[] {
  return items.join(' ').split(' ').length > 26 ? items.slice(0, 1) : items
}

export function whoseAppointment(): string {
  return 'Um wessen Termin geht es? Bitte nennen Sie mir den Namen.'
}

/** The words for the day were not understood, or could mean several days. */
export function whichDay(readings: readonly string[]): string {
  if (readings.length > 1) return `Meinen Sie ${sayList(readings.slice(0, 2), 'oder')}?`
  return 'Das Datum habe ich nicht verstanden. Für welchen Tag ist der Termin?'
}

const factWords = { name: 'den Namen', date: 'den Tag', time: 'die Uhrzeit' } as const

/** What a caller must name whose number does not prove the appointment. `why`: said once in a call, then only what is still missing. */
export function proveAppointment(
  missing: ReadonlyArray<keyof typeof factWords>,
  why: 'withheld' | 'not_on_number' | 'said_before',
): string {
  const wanted = sayList(
    missing.map((fact) => factWords[fact]),
    'und',
  )
  const reason = {
    withheld: 'Ihre Rufnummer ist unterdrückt. ',
    not_on_number: 'Unter Ihrer Nummer finde ich dazu keinen Termin. ',
    said_before: '',
  }[why]
  return `${reason}Bitte nennen Sie mir zu ${why === 'not_on_number' ? 'dem' : 'Ihrem'} Termin noch ${wanted}.`
}

export function secondFactWanted(): string {
  return 'Zur Sicherheit brauche ich noch eine Angabe. Auf welchen Namen oder für welchen Tag ist der Termin?'
}

/** The same whether something exists or not. */
export function notProven(): string {
  return 'Mit diesen Angaben finde ich leider keinen Termin. Stimmen Name, Tag und Uhrzeit?'
}

export function lockedOut(): string {
  return 'Das kann ich am Telefon leider nicht sicher zuordnen. Darf ich Sie zurückrufen?'
}

// --- cancelling ---

export function cancelled(appointment: SpokenAppointment): string {
  return `Ihr Termin für ${sayService(appointment.service)} ${moment(appointment)} ist storniert.`
}

export function cancelNoted(appointment: SpokenAppointment): string {
  return `Ich habe Ihre Absage für den Termin ${moment(appointment)} notiert. Unser Kalender antwortet gerade nicht, wir tragen sie so bald wie möglich ein.`
}

/** A cancellation noted earlier, which the calendar still does not know. */
export function cancelStillNoted(appointment: SpokenAppointment): string {
  return `Ihre Absage für den Termin ${moment(appointment)} ist notiert, wir tragen sie so bald wie möglich ein.`
}

/** What a caller answered instead of a yes; `none`: they have not been asked yet. */
type Reply = 'none' | 'no' | 'change' | 'unclear'

/** Read back before it is called off. A "ja" to any of these but the one about a change is a yes. */
export function cancelThis(appointment: SpokenAppointment, reply: Reply): string {
  if (reply === 'change')
    return `Ihr Termin ${moment(appointment)} steht noch. Möchten Sie ihn verschieben oder absagen?`
  if (reply === 'no') return `Soll ich Ihren Termin ${moment(appointment)} wirklich absagen?`
  return `Sie haben einen Termin für ${sayService(appointment.service)} ${moment(appointment)}${where(appointment)}. Soll ich ihn absagen?`
}

/** The caller has not agreed yet. */
export function offerMove(appointment: SpokenAppointment): string {
  return `Ihr Termin ${moment(appointment)} bleibt bestehen. Möchten Sie ihn stattdessen verschieben?`
}

/**
 * Too late to cancel, in whole hours (incident I-81). `offer`: the question whether or where to call back; the wish itself is with
 * the business already.
 */
export function tooLateToCancel(deadlineHours: number, offer: string): string {
  return `Absagen ist nur bis ${sayHours(deadlineHours)} vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. ${offer}`
}

export function tooLateToMove(deadlineHours: number, offer: string): string {
  return `Verschieben ist nur bis ${sayHours(deadlineHours)} vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. ${offer}`
}

export function movedTooOften(max: number, offer: string): string {
  if (max === 0) return `Dieser Termin lässt sich leider nicht verschieben. ${offer}`
  return `Ein Termin lässt sich höchstens ${sayTimes(max)} verschieben. ${offer}`
}

export function alreadyBegun(appointment: SpokenAppointment): string {
  return `Ihr Termin ${moment(appointment)} hat schon begonnen oder ist vorbei, daran kann ich nichts mehr ändern. Darf ich Sie zurückrufen?`
}

/** Cal.com or the business has moved it meanwhile. */
export function movedMeanwhile(appointment: SpokenAppointment, question: 'cancel' | 'move'): string {
  const now = `Ihr Termin wurde inzwischen verlegt und ist jetzt ${moment(appointment)}.`
  return question === 'cancel'
    ? `${now} Soll ich diesen absagen?`
    : `${now} Soll ich ihn trotzdem verschieben?`
}

/** We cannot do it ourselves; a person will. */
export function handedOver(action: 'cancel' | 'move', promise: string): string {
  const what = action === 'cancel' ? 'absagen' : 'verschieben'
  return `Diesen Termin kann ich gerade nicht selbst ${what}. ${promise}`
}

// --- moving ---

export function moved(appointment: SpokenAppointment): string {
  const to = `${sayDay(appointment.day, appointment.today)} um ${sayTime(appointment.time)}${where(appointment)}`
  if (appointment.pending)
    return `Ich habe die Verlegung auf ${to} angefragt. Unsere Zusage dafür steht noch aus.`
  return `Ihr Termin für ${sayService(appointment.service)} ist verschoben auf ${to}.`
}

export function alreadyThen(appointment: SpokenAppointment): string {
  return `Ihr Termin ist schon ${moment(appointment)}, da muss ich nichts ändern.`
}

/** The appointment is clear, the new time is not. */
export function newTimeWanted(appointment: SpokenAppointment): string {
  return `Ihr Termin ist ${moment(appointment)}. Auf welchen Tag und welche Uhrzeit soll ich ihn verschieben?`
}

export function newDayWanted(time: ClockTime | null): string {
  return time === null
    ? 'An welchem Tag möchten Sie stattdessen kommen?'
    : `An welchem Tag möchten Sie um ${sayTime(time)} kommen?`
}

/** The new day is clear, the time is not; `slots` are free ones. */
export function newClockTimeWanted(day: LocalDay, today: LocalDay, slots: readonly SpokenSlot[]): string {
  if (slots.length === 0) return `Um wie viel Uhr möchten Sie ${sayOnDay(day, today)} kommen?`
  const times = sayList(
    slots.slice(0, timesMax).map((slot) => sayTime(slot.time)),
    'oder',
  )
  const question = slots.length === 1 ? 'Passt Ihnen das?' : 'Was passt Ihnen?'
  return `${capitalised(sayOnDay(day, today))} wäre ${times} frei. ${question}`
}

export function impossibleNewTime(readings: readonly string[]): string {
  if (readings.length > 1) return `Meinen Sie ${sayList(readings.slice(0, 2), 'oder')}?`
  if (readings.length === 1) return `Meinen Sie ${readings[0]}?`
  return 'Den neuen Tag habe ich nicht verstanden. Wann möchten Sie kommen?'
}

export function newTimePast(): string {
  return 'Dieser Zeitpunkt ist schon vorbei. Wann möchten Sie stattdessen kommen?'
}

/** Not free, or on a weekday that is never open: the old one stays, and what there is instead. */
export function newTimeTaken(
  wanted: SpokenSlot,
  today: LocalDay,
  slots: readonly SpokenSlot[],
  off: Off | null = null,
): string {
  const regret =
    off === null || (off.reason === 'closed' && !off.special)
      ? `${notThen(wanted, today, off !== null)}, Ihr bisheriger Termin bleibt bestehen.`
      : `${sayOff(off, today)} Ihr bisheriger Termin bleibt bestehen.`
  if (slots.length === 0) return `${regret} Möchten Sie einen anderen Tag versuchen?`
  const offers = slots
    .slice(0, 2)
    .map((slot) =>
      slot.day === wanted.day ? `um ${sayTime(slot.time)}` : sayMoment(slot.day, slot.time, today),
    )
  return `${regret} Möchten Sie stattdessen ${sayList(offers, 'oder')} kommen?`
}

function notThen({ day, time }: SpokenSlot, today: LocalDay, isClosed: boolean): string {
  return isClosed
    ? `${sayWeekday(day)}s haben wir geschlossen`
    : `${capitalised(sayMoment(day, time, today))} ist leider nichts frei`
}

/** Another person or service was wished for along with the new time. */
export function onlyTimeMoves({ staff, service }: SpokenAppointment, part: 'staff' | 'service'): string {
  const fixed =
    part === 'service'
      ? `die Leistung nicht ändern, es bleibt bei ${sayService(service)}`
      : `die Person nicht wechseln${staff === null ? '' : `, der Termin bleibt bei ${staff}`}`
  return `Beim Verschieben kann ich ${fixed}. Soll ich nur die Zeit ändern?`
}

/** Everything is clear and free; only the caller's yes is missing, or what they said was none. */
export function moveReady(from: SpokenAppointment, to: SpokenSlot, reply: Reply = 'none'): string {
  const target = `auf ${sayDay(to.day, from.today)} um ${sayTime(to.time)}`
  if (reply === 'change')
    return `Noch ist nichts verschoben. Auf welchen Tag und welche Uhrzeit soll ich ihn legen?`
  return `Soll ich Ihren Termin ${moment(from)} ${reply === 'no' ? 'wirklich ' : ''}${target} verschieben?`
}

/** We did not reach the calendar at all: nothing has changed. */
export function notMoved(): string {
  return 'Das Verschieben klappt gerade technisch nicht, Ihr bisheriger Termin bleibt bestehen. Darf ich Sie zurückrufen?'
}

/** It may or may not have happened. */
export function moveUnclear(promise: string): string {
  return `Ich konnte gerade nicht sicher klären, ob das Verschieben geklappt hat. ${promise}`
}

/** Somebody (perhaps this caller's first request) is at it. */
export function changeUnderWay(): string {
  return 'An diesem Termin wird gerade schon etwas geändert. Bitte haben Sie einen kleinen Moment Geduld.'
}

/** Moving something that is already cancelled. */
export function cancelledCannotMove(appointment: SpokenAppointment): string {
  return `Ihr Termin ${moment(appointment)} ist bereits abgesagt. Möchten Sie einen neuen vereinbaren?`
}

// --- callbacks ---

/** "Wir rufen Sie morgen Vormittag zurück." */
export function willCallBack(when: string): string {
  return `Wir rufen Sie ${when} zurück.`
}

/** The time wished for lies outside the opening hours. */
export function willCallBackInstead(when: string): string {
  return `Zu dieser Zeit haben wir geschlossen. Wir rufen Sie ${when} zurück.`
}

/** Nobody can be told of the request, so nothing may be promised. */
export function callbackOnlyNoted(): string {
  return 'Ich habe Ihr Anliegen notiert, kann Ihnen aber leider keinen Rückruf zusagen. Bitte rufen Sie später noch einmal an.'
}

/** In front of what is said about a callback. `isPromised`: somebody can be told that it is urgent. */
export function urgently(urgency: Urgency, isPromised: boolean, message: string): string {
  if (urgency === 'emergency') return `Bei Lebensgefahr wählen Sie bitte sofort den Notruf 112. ${message}`
  return urgency === 'high' && isPromised ? `Ich gebe das als dringend weiter. ${message}` : message
}

/** A number was said that makes none. */
export const callbackNumberAgain =
  'Die Nummer habe ich leider nicht richtig verstanden. Könnten Sie sie bitte Ziffer für Ziffer wiederholen?'

/** A number other than the one the caller calls from, read back. */
export function callbackNumberIs(number: string): string {
  return `Wir rufen unter der Nummer ${number} an.`
}

export const mayWeCallBack = 'Darf ich Sie zurückrufen?'

export function callbackNumberWanted(): string {
  return 'Unter welcher Nummer darf ich Sie zurückrufen?'
}

function sayHours(hours: number): string {
  if (hours === 1) return 'eine Stunde'
  return `${hours} Stunden`
}

function sayTimes(count: number): string {
  return ['', 'einmal', 'zweimal', 'dreimal', 'viermal', 'fünfmal'][count] ?? `${count} Mal`
}
