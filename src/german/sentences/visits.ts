/**
 * What a caller hears of several bookings with one yes. Pure. As with single ones: before all of it is done no sentence contains
 * "gebucht" or "bestätigt" (incident I-82).
 */
import { capitalised, sayOnDay, sayTime } from '../index.ts'
import type { SpokenBooking } from './booking.ts'
import { contactIs } from './details.ts'
import { sayName, sayWhat } from './naming.ts'

/** The parts in the order of their times; never empty. */
export type SpokenVisit = readonly [SpokenBooking, ...SpokenBooking[]]

/** "um 10 Uhr Färben bei Clara Yilmaz, danach um 12 Uhr Damenhaarschnitt"; a day where it is another than the first. */
function sayParts(parts: SpokenVisit): string {
  const [first] = parts
  return parts
    .map((part, index) => {
      const day = part.day === first.day ? '' : `${sayOnDay(part.day, part.today)} `
      return `${index === 0 ? '' : 'danach '}${day}um ${sayTime(part.time)} ${sayWhat(withoutBranch(part))}`
    })
    .join(', ')
}

/** The branch is named once, with the day. */
function withoutBranch({ service, staff }: SpokenBooking) {
  return { service, staff }
}

/** "am Donnerstag, den 3. Dezember in Mitte" */
function sayWhen([first]: SpokenVisit): string {
  return `${sayOnDay(first.day, first.today)}${first.branch ? ` in ${sayName(first.branch)}` : ''}`
}

/** "Termine für Max Mustermann am Donnerstag, den 3. Dezember: um 10 Uhr Färben, danach um 12 Uhr Damenhaarschnitt" */
export function visitSummary(parts: SpokenVisit): string {
  return `Termine für ${sayName(parts[0].customer)} ${sayWhen(parts)}: ${sayParts(parts)}`
}

function sayAll(parts: SpokenVisit): string {
  return parts.length === 2 ? 'beides' : 'alles'
}

/** One summary, one question. `contact`: as with a single booking. */
export function askToConfirmVisit(
  parts: SpokenVisit,
  contact: { phone: string | null; email: string | null } = { phone: null, email: null },
): string {
  const readBack = contactIs(contact).map((sentence) => `${sentence} `)
  return `Ich fasse zusammen: ${visitSummary(parts)}. ${readBack.join('')}Soll ich ${sayAll(parts)} so eintragen?`
}

/** The one sentence that says it is done. */
export const visitBookedSentence = 'Ihre Termine wurden erfolgreich gebucht!'

export function visitBooked(parts: SpokenVisit): string {
  const others = parts.flatMap(({ service, staff, insteadOf }) =>
    staff !== null && insteadOf
      ? [`${sayWhat({ service })} macht allerdings ${sayName(staff)} statt ${sayName(insteadOf)}.`]
      : [],
  )
  const asked = others.length > 0 ? [...others, 'Ist Ihnen das recht?'] : []
  return [visitBookedSentence, `${capitalised(sayWhen(parts))}: ${sayParts(parts)}.`, ...asked].join(' ')
}

/** The business must agree first. */
export function visitPending(parts: SpokenVisit): string {
  return `Ich habe Ihre Terminanfrage weitergegeben, ${sayWhen(parts)}: ${sayParts(parts)}. Wir müssen sie noch freigeben und melden uns dann bei Ihnen.`
}

/** The same was asked for again after it had been made. */
export function visitStands(parts: SpokenVisit): string {
  return `Ihre Termine ${sayWhen(parts)} stehen bereits in unserem Kalender: ${sayParts(parts)}. Kann ich sonst noch etwas für Sie tun?`
}

export function visitInProgress(parts: SpokenVisit): string {
  return `Ihre Termine ${sayWhen(parts)} werden gerade eingetragen. Einen kleinen Moment bitte.`
}

/** What the caller said after the read-back was no yes to all of it. */
export function askForTheYesToVisit(parts: SpokenVisit, reply: 'no' | 'change' | 'unclear'): string {
  if (reply === 'change') return `Was soll anders sein? Vorgemerkt sind: ${visitSummary(parts)}.`
  return `Vorgemerkt sind: ${visitSummary(parts)}. Soll ich ${sayAll(parts)} ${reply === 'no' ? 'wirklich' : 'so'} eintragen?`
}

/** Not whole, and for another reason than the time: nothing of it stands. */
export const visitNotMade =
  'Zusammen kann ich diese Termine leider nicht selbst eintragen, deshalb habe ich keinen davon eingetragen. Darf ich einen Rückruf für Sie notieren?'

/** Not whole, and these parts stand all the same. */
export function visitPartlyStands(standing: SpokenVisit): string {
  return `Zusammen hat es leider nicht geklappt. ${capitalised(sayWhen(standing))} steht aber noch ${sayParts(standing)} in unserem Kalender. Wir klären das und melden uns bei Ihnen.`
}

/** Nobody knows yet whether all of it exists: promise only what we keep. */
export function visitUnknown({ canCallBack, promised }: { canCallBack: boolean; promised: boolean }): string {
  const unclear = 'Ich konnte gerade nicht sicher klären, ob alle Ihre Termine eingetragen sind.'
  if (!promised) return `${unclear} Bitte rufen Sie in einer halben Stunde noch einmal an.`
  return canCallBack
    ? `${unclear} Wir prüfen das und rufen Sie zurück.`
    : `${unclear} Unter welcher Nummer darf ich Sie zurückrufen?`
}

export const visitReleased =
  'In Ordnung, ich habe keinen der Termine eingetragen. Möchten Sie eine andere Zeit?'

/** "No" came after it was made. */
export function visitReleaseTooLate(parts: SpokenVisit): string {
  return `Ihre Termine ${sayWhen(parts)} sind schon eingetragen. Soll ich ${sayAll(parts)} wieder absagen?`
}

export const visitCancelledSince =
  'Diese Termine wurden inzwischen wieder abgesagt. Möchten Sie neue Termine vereinbaren?'
