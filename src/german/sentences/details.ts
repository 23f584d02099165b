/** What callers hear about the data of an appointment: what was noted, and numbers and addresses read back. Pure. */
import { sayList, sayMoment } from '../index.ts'
import type { SpokenAppointment } from './appointments.ts'
import { sayName } from './naming.ts'

const signs: Readonly<Record<string, string>> = {
  '@': ' ät ',
  '.': ' Punkt ',
  '-': ' Minus ',
  _: ' Unterstrich ',
  '+': ' Plus ',
}

/** "eva.maier@web.de" as "eva Punkt maier ät web Punkt de". */
export function sayEmail(address: string): string {
  return address
    .replace(/[@._+-]/g, (sign) => signs[sign]!)
    .replace(/\s+/g, ' ')
    .trim()
}

/** A number other than the one of the call, or an address that is new, in a sentence of its own. */
export function contactIs({ phone, email }: { phone: string | null; email: string | null }): string[] {
  return [
    phone === null ? '' : `Die Rufnummer ist ${phone}.`,
    email === null ? '' : `Die E-Mail-Adresse ist ${sayEmail(email)}.`,
  ].filter(Boolean)
}

export interface SpokenDetails {
  /** The new name. */
  name: string | null
  hasNotes: boolean
  /** As it is read out. */
  phone: string | null
  email: string | null
}

/** Something about the appointment is different now: in our books, not in the calendar, which the business completes. */
export function detailsNoted(
  appointment: SpokenAppointment,
  { name, hasNotes, phone, email }: SpokenDetails,
  isNew: boolean,
): string {
  const what = [
    name === null ? '' : `den Namen ${sayName(name)}`,
    hasNotes ? 'Ihren Hinweis' : '',
    phone === null ? '' : 'die Rufnummer',
    email === null ? '' : 'die E-Mail-Adresse',
  ].filter(Boolean)
  const { day, time, today } = appointment
  const which = `zu Ihrem Termin ${sayMoment(day, time, today)}`
  const noted = isNew
    ? `Ich habe ${which} ${sayList(what, 'und')} notiert.`
    : `Das ist ${which} schon so notiert.`
  return [noted, ...contactIs({ phone, email })].join(' ')
}

export const askWhatToChange =
  'Was darf ich zu Ihrem Termin notieren: einen Hinweis, einen Namen, eine Rufnummer oder eine E-Mail-Adresse?'

export const askNewNameAgain =
  'Den Namen habe ich leider nicht richtig verstanden. Könnten Sie ihn bitte buchstabieren?'
