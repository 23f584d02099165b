/**
 * What a caller hears while booking. Pure: facts in, one or two German sentences out. No sentence of a step before the last
 * contains "gebucht" or "bestätigt" (incident I-82); a test reads them all.
 */
import type { ClockTime, LocalDay } from '../index.ts'
import { capitalised, sayDay, sayDuration, sayList, sayMoment, sayOnDay, sayTime } from '../index.ts'
import { askInstead, offerAgainst, type SpokenElsewhere, type SpokenTime, sayTimes } from './availability.ts'
import { contactIs } from './details.ts'
import { personIsOpen, type SpokenWhat, sayName, sayService, sayWhat } from './naming.ts'

export interface SpokenMoment {
  day: LocalDay
  time: ClockTime
  today: LocalDay
}

/** `staff`: who serves, if the caller chose or Cal.com said; `branch`: where it is not the one that was called. */
export interface SpokenBooking extends SpokenMoment, SpokenWhat {
  customer: string
  staff: string | null
  /** Who was asked for, if somebody else serves or nobody knows yet who (`staff` null). */
  insteadOf?: string | null
}

function sayAt({ day, time, today }: SpokenMoment): string {
  return sayMoment(day, time, today)
}

/** "Termin für Max Mustermann am Freitag, den 7. November um 14 Uhr: Herrenhaarschnitt bei Anna Becker" (functions.md). */
export function bookingSummary(booking: SpokenBooking): string {
  return `Termin für ${sayName(booking.customer)} ${sayAt(booking)}: ${sayWhat(booking)}`
}

/** The same within a sentence that goes on. */
function bookingWords(booking: SpokenBooking): string {
  return `Termin für ${sayName(booking.customer)} ${sayAt(booking)} für ${sayWhat(booking)}`
}

/** " bei Anna Becker in Mitte", behind the moment; empty where neither needs a name. */
function sayPlace({ staff, branch }: SpokenBooking): string {
  const place = sayWhat({ service: '', staff, branch })
  return place === '' ? '' : ` ${place}`
}

/** Another length than the one that was said. */
export function lengthIs(minutes: number): string {
  return `Das dauert bei uns ${sayDuration(minutes)}.`
}

/** `contact`: a number as it is spoken and an address that are new, each in a sentence of its own; `otherLength`: minutes, where another length was said. */
export function askToConfirm(
  booking: SpokenBooking,
  contact: { phone: string | null; email: string | null } = { phone: null, email: null },
  otherLength: number | null = null,
): string {
  const length = otherLength === null ? [] : [lengthIs(otherLength)]
  const person = booking.open ? [personIsOpen(booking.open)] : []
  const readBack = [...person, ...length, ...contactIs(contact)].map((sentence) => `${sentence} `)
  return `Ich fasse zusammen: ${bookingSummary(booking)}. ${readBack.join('')}Soll ich das so eintragen?`
}

/** The one sentence that says it is done. */
export const bookedSentence = 'Ihr Termin wurde erfolgreich gebucht!'

export function bookedMessage(booking: SpokenBooking): string {
  if (booking.staff !== null && booking.insteadOf) {
    const people = `allerdings bei ${sayName(booking.staff)} statt bei ${sayName(booking.insteadOf)}`
    const what = sayWhat({ service: booking.service, branch: booking.branch })
    return `${bookedSentence} ${what} ${sayAt(booking)}, ${people}. Ist Ihnen das recht?`
  }
  const place = sayPlace(booking)
  // A person was wished for, and the calendar does not say who it is.
  const open = booking.insteadOf ? ` Ob es bei ${sayName(booking.insteadOf)} ist, steht noch nicht fest.` : ''
  return `${bookedSentence} ${sayService(booking.service)} ${sayAt(booking)}${place}.${open}`
}

/** The business must agree first; the word "gebucht" would be untrue. */
export function pendingMessage(booking: SpokenBooking): string {
  return `Ich habe Ihre Terminanfrage ${sayAt(booking)} für ${sayWhat(booking)} weitergegeben. Wir müssen den Termin noch freigeben und melden uns dann bei Ihnen.`
}

/** The same booking was asked for again after it had been made. */
export function alreadyBookedMessage(booking: SpokenBooking): string {
  return `Der ${bookingWords(booking)} steht bereits in unserem Kalender. Kann ich sonst noch etwas für Sie tun?`
}

/** What stands, told to whoever says yes although nothing new is open. */
export function standsMessage(existing: SpokenMoment): string {
  return `Ihr Termin ${sayAt(existing)} steht bereits. Für welchen Tag und welche Uhrzeit darf ich noch einen eintragen?`
}

/** The same, when it is asked about later in the call. */
export function stillStandsMessage(existing: SpokenMoment): string {
  return `Ihr Termin ${sayAt(existing)} steht bereits. Kann ich sonst noch etwas für Sie tun?`
}

/** The person has an appointment already. `mayMove`: the same service at another time. */
export function askAboutOwnAppointment(existing: OwnSpoken, mayMove: boolean): string {
  const has = `${sayAt(existing)}${sayBranch(existing)}`
  return mayMove
    ? `Sie haben schon einen Termin bei uns, ${has}. Soll ich den Termin verschieben oder einen zweiten eintragen?`
    : `Da haben Sie schon einen Termin bei uns, ${has}. Soll ich einen zusätzlichen eintragen?`
}

/** The wished time cannot be had, and it is their own appointment that is there. */
export function ownAppointmentInTheWay(
  existing: OwnSpoken,
  mayMove: boolean,
  offers: readonly SpokenTime[],
): string {
  const own = `Zu dieser Zeit haben Sie selbst schon einen Termin bei uns, ${sayAt(existing)}${sayBranch(existing)}.`
  if (mayMove) return `${own} Soll ich ihn verschieben?`
  return offers.length === 0
    ? `${own} An welchem anderen Tag passt es Ihnen?`
    : `${own} Passt Ihnen für einen zusätzlichen Termin ${sayTimes(offers.slice(0, 2), existing.today, 'oder')}?`
}

/** Nobody knows yet whether the earlier wish was booked. */
export function askBesideUnsure(earlier: SpokenMoment): string {
  return `Ob Ihr Termin ${sayAt(earlier)} eingetragen ist, prüfen wir noch. Soll ich trotzdem einen weiteren eintragen?`
}

interface OwnSpoken extends SpokenMoment {
  /** Named when it is not the branch that was called. */
  branch: string | null
}

function sayBranch({ branch }: OwnSpoken): string {
  return branch === null ? '' : ` in unserer Filiale ${sayName(branch)}`
}

/** The calendar refuses for the second time what it shows as free: a person does it. `promise`: when they will call. */
export function refusedAgain(promise: string): string {
  return `Diesen Termin kann ich leider nicht selbst eintragen. ${promise}`
}

export function inProgressMessage(booking: SpokenBooking): string {
  return `Der ${bookingWords(booking)} wird gerade eingetragen. Einen kleinen Moment bitte.`
}

/** The time is not listed any more, perhaps because an earlier request of the same person has it. */
export const ownUnderWay =
  'Für diese Zeit wird gerade schon ein Termin für Sie eingetragen. Einen kleinen Moment bitte, ich sehe gleich noch einmal nach.'

/** Gone between the summary and the booking; at most two of the offers are spoken. */
export function takenMessage(
  wanted: SpokenMoment,
  offers: readonly SpokenTime[],
  what: SpokenWhat,
  elsewhere: readonly SpokenElsewhere[] = [],
): string {
  const regret = `Der Termin ${sayAt(wanted)} für ${sayWhat(what)} ist leider nicht mehr frei.`
  const spoken = offers.slice(0, elsewhere.length === 0 ? 2 : 1)
  const offer =
    spoken.length === 0 ? null : offerAgainst({ reason: 'taken', day: wanted.day }, spoken, wanted.today)
  return `${regret} ${askInstead(offer, what, elsewhere, true)}`
}

export const releasedMessage =
  'In Ordnung, ich habe den Termin nicht eingetragen. Möchten Sie eine andere Zeit?'

export const askName = 'Auf welchen Namen darf ich den Termin eintragen?'
export const askEmail = 'Wie lautet bitte Ihre E-Mail-Adresse?'
export const askEmailAgain =
  'Die E-Mail-Adresse habe ich leider nicht richtig verstanden. Könnten Sie sie bitte buchstabieren?'
export const askPhoneAgain =
  'Die Telefonnummer habe ich leider nicht richtig verstanden. Könnten Sie sie bitte Ziffer für Ziffer wiederholen?'
export const askPhone = 'Unter welcher Telefonnummer können wir Sie erreichen?'
export const askDayAndTime = 'An welchem Tag und zu welcher Uhrzeit möchten Sie kommen?'

export function askTime(day: LocalDay | null, today: LocalDay): string {
  return day === null
    ? 'Zu welcher Uhrzeit möchten Sie kommen?'
    : `Zu welcher Uhrzeit möchten Sie ${sayOnDay(day, today)} kommen?`
}

/** This time was offered on other days than the one named, or on several (incident I-36). */
export function askOfferedDay(offered: readonly SpokenMoment[]): string {
  const days = offered.slice(0, 2).map(({ day, time, today }) => `${sayDay(day, today)} um ${sayTime(time)}`)
  return `Meinen Sie ${sayList(days, 'oder')}?`
}

export const nothingToConfirm = 'Für welchen Tag und welche Uhrzeit darf ich den Termin eintragen?'

/** The caller has several open drafts (mother and child): which one is meant? */
export function askWhichDraft(drafts: readonly SpokenBooking[]): string {
  const said = drafts.slice(0, 2).map((draft) => `den für ${sayName(draft.customer)} ${sayAt(draft)}`)
  return `Welchen Termin soll ich eintragen: ${sayList(said, 'oder')}?`
}

/** An id that fits nothing of this call, while exactly one draft is open. */
export function askThisDraft(draft: SpokenBooking): string {
  return `Meinen Sie den ${bookingWords(draft)}? Dann trage ich ihn ein.`
}

/** What the caller said after the read-back was no yes. A "ja" to any of these is one. */
export function askForTheYes(booking: SpokenBooking, reply: 'no' | 'change' | 'unclear'): string {
  if (reply === 'change') return `Was soll anders sein? Vorgemerkt ist der ${bookingSummary(booking)}.`
  const really = reply === 'no' ? 'wirklich' : 'so'
  return `Soll ich den ${bookingWords(booking)} ${really} eintragen?`
}

export const calendarUnavailable =
  'Ich kann den Termin gerade leider nicht eintragen. Darf ich Sie zurückrufen?'
export const calendarBusy =
  'Unser Kalender ist gerade stark ausgelastet. Soll ich es gleich noch einmal versuchen?'
export const refusedByCalendar =
  'Diesen Termin kann ich leider nicht selbst eintragen. Darf ich einen Rückruf für Sie notieren?'

/**
 * Nobody knows yet whether the booking exists: promise only what we keep. Where nobody can be told, the caller can ask again:
 * a job finds out meanwhile.
 */
export function unknownOutcome({
  canCallBack,
  promised,
}: {
  canCallBack: boolean
  promised: boolean
}): string {
  if (!promised)
    return 'Ich konnte gerade nicht sicher klären, ob Ihr Termin eingetragen ist. Bitte rufen Sie in einer halben Stunde noch einmal an.'
  return canCallBack
    ? 'Ich konnte gerade nicht sicher klären, ob Ihr Termin eingetragen ist. Wir prüfen das und rufen Sie zurück.'
    : 'Ich konnte gerade nicht sicher klären, ob Ihr Termin eingetragen ist. Unter welcher Nummer darf ich Sie zurückrufen?'
}

/** "No" came after the booking was made. */
export function releaseTooLate(booking: SpokenBooking): string {
  return `Der ${bookingWords(booking)} ist schon eingetragen. Soll ich ihn wieder absagen?`
}

export const cancelledSince =
  'Dieser Termin wurde inzwischen wieder abgesagt. Möchten Sie einen neuen Termin vereinbaren?'

export function movedSince(moment: SpokenMoment): string {
  const { day, time, today } = moment
  return `Dieser Termin wurde inzwischen verlegt, und zwar auf ${sayDay(day, today)} um ${sayTime(time)}.`
}

/** initialize_call: who is calling and what the agent may ask next. */
export function greeting(customer: string | null, several: boolean): string {
  if (customer !== null) return `Guten Tag, ${sayName(customer)}! Wie kann ich Ihnen helfen?`
  return several ? 'Guten Tag! Mit wem spreche ich bitte?' : 'Guten Tag! Wie kann ich Ihnen helfen?'
}

/** check_customer: known, several on one number, unknown or withheld. */
export function knownCustomer(customer: string): string {
  return `Schön, wieder von Ihnen zu hören, ${sayName(customer)}.`
}
export const severalCustomers = 'Zu dieser Nummer kenne ich mehrere Personen. Mit wem spreche ich bitte?'
export const newCustomer = 'Ich habe Sie noch nicht in unserer Kartei. Wie ist bitte Ihr Name?'
export const withheldCustomer = 'Ihre Nummer wird nicht übertragen. Wie ist bitte Ihr Name?'

export function slotHeldMessage(moment: SpokenMoment): string {
  return `Ich halte Ihnen den Termin ${sayAt(moment)} kurz frei. Auf welchen Namen darf ich ihn eintragen?`
}
/** Free, but nobody could be kept from taking it meanwhile. */
export function slotHeldUncertainly(moment: SpokenMoment): string {
  return `${capitalised(sayAt(moment))} ist noch ein Termin frei. Auf welchen Namen darf ich den Termin eintragen?`
}

export const slotReleasedMessage = 'In Ordnung, die Zeit ist wieder frei. Wie kann ich Ihnen sonst helfen?'
export const nothingHeldMessage =
  'Ich halte gerade keine Zeit für Sie frei. Für wann möchten Sie einen Termin?'
