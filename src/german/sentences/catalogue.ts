/** What callers hear about the business itself: services, staff, branches. */
import { type ClockTime, type LocalDay, sayDay, sayDuration, sayList, sayPrice, sayTime } from '../index.ts'
import { sayService } from './naming.ts'

/** How many names one sentence may list before it says "unter anderem". */
const namesMax = 6

// --- services ---

/** "Wir bieten Herrenhaarschnitt, Damenhaarschnitt und Färben an." */
export function servicesAre(names: readonly string[]): string {
  if (names.length === 0)
    return 'Zu unseren Leistungen kann ich gerade nichts sagen. Darf ich Sie zurückrufen?'
  const among = names.length > namesMax ? 'unter anderem ' : ''
  return `Wir bieten ${among}${sayList(names.slice(0, namesMax), 'und')} an.`
}

/** What was asked about is nothing that we do; what there is instead. */
export function noSuchService(names: readonly string[]): string {
  return names.length === 0 ? servicesAre(names) : `Das bieten wir leider nicht an. ${servicesAre(names)}`
}

export function askService(names: readonly string[]): string {
  return names.length === 0 ? servicesAre(names) : `${servicesAre(names)} Welche Leistung wünschen Sie?`
}

export function whichService(names: readonly string[]): string {
  return `Meinen Sie ${sayList(names.slice(0, namesMax), 'oder')}?`
}

/** "Massage dauert wahlweise 30 Minuten, eine Stunde oder eineinhalb Stunden. Wie lange darf es sein?" */
export function whichLength(service: string, minutes: readonly number[]): string {
  const lengths = sayList(minutes.slice(0, namesMax).map(sayDuration), 'oder')
  return `${sayService(service)} dauert wahlweise ${lengths}. Wie lange darf es sein?`
}

export function unknownService(names: readonly string[]): string {
  return `Diese Leistung bieten wir leider nicht an. ${askService(names)}`
}

/** Offered, but not where the caller is calling. */
export function serviceElsewhere(service: string, branches: readonly string[]): string {
  return `${service} bieten wir nur in unserer Filiale ${sayList(branches, 'oder')} an. Soll ich dort nachsehen?`
}

export function serviceNotByPhone(service: string): string {
  return `${service} kann ich am Telefon leider nicht vergeben. Darf ich Sie zurückrufen?`
}

/** Duration and price, which the caller has asked for. */
export function serviceIs(service: {
  name: string
  durationMinutes: number | null
  priceCents: number | null
}): string {
  const { name, durationMinutes, priceCents } = service
  const price =
    priceCents === null
      ? 'den Preis nennen wir Ihnen gern vor Ort'
      : priceCents === 0
        ? 'das ist kostenlos'
        : `der Preis beträgt ${sayPrice(priceCents)}`
  const duration = durationMinutes === null ? '' : ` planen wir ${sayDuration(durationMinutes)} ein,`
  return duration === '' ? `${name}: ${price}.` : `Für ${name}${duration} ${price}.`
}

// --- staff ---

export function whichStaff(names: readonly string[]): string {
  return `Meinen Sie ${sayList(names.slice(0, namesMax), 'oder')}?`
}

export function unknownStaff(names: readonly string[]): string {
  if (names.length === 0) return 'Diese Person finde ich bei uns nicht. Darf es auch jemand anderes sein?'
  const unknown = 'Diese Person finde ich bei uns nicht.'
  if (names.length === 1) return `${unknown} Das macht bei uns ${names[0]}. Ist Ihnen das recht?`
  return `${unknown} Zur Auswahl stehen ${sayList(names.slice(0, namesMax), 'und')}. Wer darf es sein?`
}

/** The wished person does not do that; who does (incident I-67). */
export function staffCannot(person: string, service: string, others: readonly string[]): string {
  const refusal = `${person} bietet ${service} leider nicht an.`
  if (others.length === 0) return `${refusal} Darf es jemand anderes sein?`
  return `${refusal} Möglich ist es bei ${sayList(others.slice(0, namesMax), 'oder')}, wäre das in Ordnung?`
}

// --- branches ---

export function whichBranch(names: readonly string[]): string {
  return `Meinen Sie unsere Filiale ${sayList(names.slice(0, namesMax), 'oder')}?`
}

/** A branch that is switched off; `others` are open. */
export function branchIsClosed(name: string, others: readonly string[]): string {
  const closed = `Unsere Filiale ${name} ist zurzeit geschlossen.`
  return others.length === 0
    ? `${closed} Darf ich Sie zurückrufen?`
    : `${closed} Soll ich in unserer Filiale ${sayList(others.slice(0, namesMax), 'oder')} nachsehen, oder darf ich Sie zurückrufen?`
}

/** A business that books nothing by phone for a while; `others` are branches that do. A day's first minute is that day. */
export function bookingIsPaused(
  until: { day: LocalDay; time: ClockTime; today: LocalDay } | null,
  others: readonly string[],
): string {
  const span =
    until === null
      ? 'Zurzeit'
      : until.day === until.today
        ? `Bis ${sayTime(until.time)}`
        : until.time === '00:00'
          ? `Bis ${sayDay(until.day, until.today)}`
          : `Bis ${sayDay(until.day, until.today)} um ${sayTime(until.time)}`
  const paused = `${span} kann ich am Telefon leider keine Termine vergeben.`
  return others.length === 0
    ? `${paused} Darf ich einen Rückruf für Sie notieren?`
    : `${paused} Soll ich in unserer Filiale ${sayList(others.slice(0, namesMax), 'oder')} nachsehen, oder darf ich einen Rückruf notieren?`
}

export function unknownBranch(names: readonly string[]): string {
  if (names.length === 1) return `Wir haben nur die Filiale ${names[0]}. Ist Ihnen die recht?`
  return `Diese Filiale kenne ich nicht. Wir sind in ${sayList(names.slice(0, namesMax), 'und')} für Sie da, welche darf es sein?`
}
