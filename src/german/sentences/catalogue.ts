/** What callers hear about the business itself: services, staff, branches, opening hours. */
import {
  addDays,
  type ClockTime,
  dayOffOn,
  type LocalDay,
  type OpeningHours,
  sayDay,
  sayDuration,
  sayList,
  sayPrice,
  sayTime,
  sayWeekday,
  type Weekday,
  weekdayOf,
} from '../index.ts'

/** How many names one sentence may list before it says "unter anderem". */
const namesMax = 6
const weekdayNames = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag']

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

export function unknownBranch(names: readonly string[]): string {
  if (names.length === 1) return `Wir haben nur die Filiale ${names[0]}. Ist Ihnen die recht?`
  return `Diese Filiale kenne ich nicht. Wir sind in ${sayList(names.slice(0, namesMax), 'und')} für Sie da, welche darf es sein?`
}

// --- opening hours ---

type Spans = ReadonlyArray<{ from: string; to: string }>

/** "von 9 Uhr bis 12 Uhr und von 14 Uhr bis 18 Uhr"; empty spans: "geschlossen". */
export function saySpans(spans: Spans): string {
  if (spans.length === 0) return 'geschlossen'
  return sayList(
    spans.map(({ from, to }) => `von ${sayTime(from)} bis ${sayTime(to)}`),
    'und',
  )
}

/**
 * "Heute haben wir von 9 Uhr bis 18 Uhr geöffnet.", "Am Sonntag haben wir geschlossen."; a day further away with its date. What
 * is known are the hours of a usual week: on a holiday they are told as that, and nothing is promised. By `clock` (now, "HH:mm",
 * local) a day that is over is said to be.
 */
export function openOn(day: LocalDay, today: LocalDay, hours: OpeningHours, clock: ClockTime): string {
  const isThisWeek = day > today && day < addDays(today, 7)
  const when = day === today ? 'Heute' : isThisWeek ? `Am ${sayWeekday(day)}` : `Am ${sayDay(day, today)},`
  const spans = hours[weekdayOf(day)] ?? []
  const dayOff = dayOffOn(day)
  if (dayOff !== null && spans.length > 0)
    return `${when} ist ${dayOff}. Sonst haben wir ${saySpans(spans)} geöffnet. Ob das an diesem Tag auch gilt, kann ich Ihnen leider nicht sicher sagen.`
  if (day === today && spans.length > 0 && spans.every(({ to }) => to <= clock))
    return 'Heute haben wir schon geschlossen.'
  return spans.length === 0
    ? `${when} haben wir geschlossen.`
    : `${when} haben wir ${saySpans(spans)} geöffnet.`
}

/** The week in one sentence: "Wir haben Dienstag bis Freitag von 9 Uhr bis 18 Uhr und Samstag von 9 Uhr bis 14 Uhr geöffnet." */
export function openInTheWeek(hours: OpeningHours): string {
  const groups: Array<{ first: Weekday; last: Weekday; said: string }> = []
  for (let day = 1; day <= 7; day++) {
    const weekday = day as Weekday
    const spans = hours[weekday] ?? []
    if (spans.length === 0) continue
    const said = saySpans(spans)
    const group = groups.at(-1)
    if (group && group.said === said && group.last === weekday - 1) group.last = weekday
    else groups.push({ first: weekday, last: weekday, said })
  }
  const days = groups.map(({ first, last, said }) => `${dayRange(first, last)} ${said}`)
  return `Wir haben ${sayList(days, 'und')} geöffnet.`
}

function dayRange(first: Weekday, last: Weekday): string {
  const from = weekdayNames[first - 1]!
  if (first === last) return from
  return last === first + 1
    ? `${from} und ${weekdayNames[last - 1]}`
    : `${from} bis ${weekdayNames[last - 1]}`
}

export function openingHoursUnknown(): string {
  return 'Unsere Öffnungszeiten liegen mir gerade nicht vor. Darf ich Sie zurückrufen?'
}
