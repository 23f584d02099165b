/**
 * What callers hear about free times. At most two short sentences and one question, at most three times spoken, and
 * the day is named whenever it is not the one asked for (incident I-37). Every time in a sentence that offers something is
 * one of the offered ones (I-32), so the wished time is not repeated when it is not free.
 */
import {
  type ClockTime,
  capitalised,
  type LocalDay,
  sayDate,
  sayDuration,
  sayList,
  sayMoment,
  sayOnDay,
  sayTime,
  sayWeekday,
  sayWindow,
  type Trouble,
  type UnderstoodTime,
} from '../index.ts'
import { isLong, type SpokenWhat, sayName, sayService, sayWhat } from './naming.ts'

/** A free time as it is offered. */
export interface SpokenTime {
  day: LocalDay
  time: ClockTime
}

/** How many times one sentence may name, and how many dates. */
const spokenMax = 3
const datesMax = 2
/** With more free times than this a day is described by three times spread over it. */
const shortListMax = 6

/** Cal.com does not answer and nothing is known (the guide's sentence). */
export function calendarUnavailable(): string {
  return 'Ich kann die Verfügbarkeit gerade nicht prüfen. Darf ich Sie zurückrufen?'
}

/** Puts a warning in front of an answer from a stale copy: the guide's words without its parentheses, which nobody speaks. */
export function maybeOutdated(message: string): string {
  return `Mein letzter Stand, möglicherweise nicht aktuell: ${message}`
}

// --- questions ---

export function askDay(): string {
  return 'Für welchen Tag wünschen Sie den Termin?'
}

export function askDayAgain(): string {
  return 'Das Datum habe ich nicht verstanden. Welchen Tag meinen Sie?'
}

/** A time was said and not understood. */
export function askTimeAgain(): string {
  return 'Die Uhrzeit habe ich nicht verstanden. Zu welcher Uhrzeit passt es Ihnen?'
}

/** Why a day or time cannot be taken as said, and what it could mean. `readings` are spoken forms, best first. */
export function askAboutTrouble(trouble: Trouble, readings: readonly string[]): string {
  // A time that does not exist says nothing against the day.
  if (trouble === 'impossible_time')
    return readings.length === 1
      ? `Diese Uhrzeit gibt es nicht. Zu welcher Uhrzeit passt es Ihnen ${onSpokenDay(readings[0]!)}?`
      : 'Diese Uhrzeit gibt es nicht. Zu welcher Uhrzeit passt es Ihnen?'
  const choice = readings.length > 0 ? `Meinen Sie ${sayList(readings.slice(0, datesMax), 'oder')}?` : null
  const asked = choice ?? 'Welchen Tag meinen Sie?'
  if (trouble === 'impossible_date') return `Dieses Datum gibt es nicht. ${asked}`
  if (trouble === 'weekday_mismatch') return `Wochentag und Datum passen nicht zusammen. ${asked}`
  if (trouble === 'past_day') return `Dieser Tag liegt schon zurück. ${asked}`
  if (trouble === 'far_away') return `Das liegt sehr weit in der Zukunft. ${asked}`
  return choice ?? askDayAgain()
}

/** "Freitag, den 27. November" as the day of a question: "am Freitag"; "heute" and "morgen" stay. */
function onSpokenDay(reading: string): string {
  const [weekday] = reading.split(',')
  return reading === weekday ? reading : `am ${weekday}`
}

/** Beyond the days that can be booked. */
export const tooFarAhead =
  'So weit im Voraus kann ich noch nicht nachsehen. An welchem früheren Tag passt es Ihnen?'

// --- something is free ---

const fewSeats = ['', 'ein Platz', 'zwei Plätze', 'drei Plätze']

/**
 * The asked time is free. What it is for is always said, so that a wrong reading is heard at once. `seats`: how many are left of a
 * group, where they are few.
 */
export function timeIsFree(
  wished: SpokenTime,
  what: SpokenWhat,
  today: LocalDay,
  seats: number | null = null,
): string {
  const left = seats === null ? undefined : fewSeats[seats]
  if (left) {
    const [are, one] = seats === 1 ? ['ist', 'ihn'] : ['sind', 'einen davon']
    return `Ja, ${sayMoment(wished.day, wished.time, today)} ${are} für ${sayWhat(what)} noch ${left} frei. Möchten Sie ${one} nehmen?`
  }
  return `Ja, ${sayMoment(wished.day, wished.time, today)} ist für ${sayWhat(what)} noch ein Termin frei. Möchten Sie ihn nehmen?`
}

/** What a day, or a part of it, has. `times` ascending, not empty. */
export function dayHas(
  day: LocalDay,
  times: readonly ClockTime[],
  window: UnderstoodTime | null,
  what: SpokenWhat,
  today: LocalDay,
): string {
  const forWhat = `für ${sayWhat(what)}`
  if (times.length === 1)
    return `${capitalised(sayOnDay(day, today))} um ${sayTime(times[0]!)} ist ${forWhat} noch etwas frei. Passt Ihnen das?`
  const when = capitalised([sayOnDay(day, today), sayWindow(window)].filter(Boolean).join(' '))
  const spoken = spread(times)
    .slice(0, isLong(what) ? 2 : spokenMax)
    .map(sayTime)
  if (times.length > shortListMax)
    return `${when} geht es ${forWhat} zum Beispiel um ${sayList(spoken, 'oder')}. Was passt Ihnen?`
  return `${when} sind ${forWhat} folgende Zeiten verfügbar: ${sayList(spoken, 'und')}. Welche passt Ihnen?`
}

/** First times of several days ("diese Woche", "am Wochenende"). */
export function spanHas(times: readonly SpokenTime[], what: SpokenWhat, today: LocalDay): string {
  return `Ich habe für ${sayWhat(what)} zum Beispiel ${sayTimes(fewer(times, what), today, 'und')} etwas frei. An welchem Tag und zu welcher Uhrzeit passt es Ihnen?`
}

/** The next free time. */
export function nextFree(next: SpokenTime, what: SpokenWhat, today: LocalDay): string {
  return `Der nächste freie Termin für ${sayWhat(what)} ist ${sayMoment(next.day, next.time, today)}. Passt Ihnen das?`
}

export function nothingFreeSoon(what: SpokenWhat, days: number): string {
  const span = days === 14 ? 'In den nächsten zwei Wochen' : `In den nächsten ${days} Tagen`
  return `${span} ist für ${sayWhat(what)} leider nichts frei. Darf ich Sie zurückrufen?`
}

/** Other times, asked for as such. `times` empty: there are none (left). */
export function alternativesAre(times: readonly SpokenTime[], what: SpokenWhat, today: LocalDay): string {
  if (times.length === 0)
    return `Weitere Zeiten kann ich Ihnen für ${sayWhat(what)} leider nicht anbieten. ${otherDay}`
  return `Ich kann Ihnen für ${sayWhat(what)} ${sayTimes(fewer(times, what), today, 'oder')} anbieten. Was passt Ihnen?`
}

// --- the asked time is not free ---

/** Why a wish cannot be met; the day is the wished one. */
export type Refusal =
  | { reason: 'taken'; day: LocalDay }
  /** `ruledOut`: there are times, and the caller has ruled them out. */
  | { reason: 'day_full'; day: LocalDay; window: UnderstoodTime | null; ruledOut?: boolean }
  | { reason: 'span_full' }
  /** `special`: not as every week, but on this very day. */
  | { reason: 'closed'; day: LocalDay; special?: SpecialClosure | null }
  | { reason: 'outside_opening_hours'; day: LocalDay; isSpecial?: boolean }
  /** `until`: the last day, if it may be said and is not the wished one. */
  | { reason: 'staff_away'; day: LocalDay; name: string; until: LocalDay | null }
  | { reason: 'past_time'; day: LocalDay }
  | { reason: 'booking_notice_violation'; noticeMinutes: number }

/** Why a branch is closed on a day on which it usually is not: the holiday, as spoken after "ist", and what it wants to be said of it. */
export interface SpecialClosure {
  dayOff: string | null
  why: string | null
  /** The next day on which it is open, as far as that is known. */
  opens: LocalDay | null
}

/** With whom else, or where else, something is free; `staff`: a name, or whoever is free. */
export interface SpokenElsewhere extends SpokenTime {
  staff: string | 'anyone' | null
  branch: string | null
}

/** Says why not, and offers the nearest times (perhaps none), or the wished one with somebody else. */
export function notFree(
  refusal: Refusal,
  offers: readonly SpokenTime[],
  what: SpokenWhat,
  today: LocalDay,
  elsewhere: readonly SpokenElsewhere[] = [],
): string {
  const isNamed = namesWhat(refusal)
  const spoken = elsewhere.length === 0 ? fewer(offers, what) : offers.slice(0, 1)
  const offer = spoken.length === 0 ? null : offerAgainst(refusal, spoken, today)
  const opens = refusal.reason === 'closed' ? (refusal.special?.opens ?? null) : null
  const again = opens === null || spoken.some(({ day }) => day <= opens) ? [] : [opensAgain(opens, today)]
  const otherDay = refusal.reason === 'staff_away' ? today : undefined
  return [regret(refusal, what, today), ...again, askInstead(offer, what, elsewhere, isNamed, otherDay)].join(
    ' ',
  )
}

/** "Am Donnerstag, den 24. Dezember, ist Heiligabend, da haben wir geschlossen."; today and tomorrow by their names. */
export function closedOn(
  day: LocalDay,
  today: LocalDay,
  { dayOff, why }: Pick<SpecialClosure, 'dayOff' | 'why'>,
): string {
  const when = capitalised(sayOnDay(day, today))
  if (dayOff !== null)
    return `${when}${when.includes(',') ? ',' : ''} ist ${dayOff}, da haben wir geschlossen.`
  return `${when} haben wir geschlossen${sayWhy(why)}.`
}

/** ": Betriebsferien" behind a closure, in the business's own words; '' for null. */
export function sayWhy(why: string | null): string {
  return why === null ? '' : `: ${sayName(why).replace(/[.\s]+$/, '')}`
}

/** "Wieder geöffnet haben wir am Dienstag, den 29. Dezember." */
export function opensAgain(day: LocalDay, today: LocalDay): string {
  return `Wieder geöffnet haben wir ${sayOnDay(day, today)}.`
}

/** "Anna Becker ist bis zum 5. Dezember nicht da.", or only that day. */
export function isAway(name: string, day: LocalDay, until: LocalDay | null, today: LocalDay): string {
  const when = until === null ? sayOnDay(day, today) : `bis zum ${sayDate(until, today)}`
  return `${sayName(name)} ist ${when} nicht da.`
}

/**
 * The question after a refusal: the wished time with somebody else, other times, or another day.
 * @param offer the other times, as they are spoken; null: there are none
 * @param isNamed the refusal has said already what is wished for
 * @param today given where the wished day has not been named yet
 */
export function askInstead(
  offer: string | null,
  what: SpokenWhat,
  elsewhere: readonly SpokenElsewhere[],
  isNamed: boolean,
  today?: LocalDay,
): string {
  const [other] = elsewhere
  if (other !== undefined) {
    const rather =
      offer === null || isLong(what)
        ? ''
        : `, ${['oder lieber', backTo(other, what), offer].filter(Boolean).join(' ')}`
    return `${hasElsewhere(other, isNamed ? null : what, today)} Passt Ihnen das${rather}?`
  }
  if (offer === null) return otherDay
  return `Passt es Ihnen ${isNamed ? '' : `für ${sayWhat(what)} `}${offer}?`
}

/** The wished person or branch again, after another one was named. */
function backTo(other: SpokenElsewhere, { staff, branch }: SpokenWhat): string {
  if (other.staff !== null) return staff ? `bei ${sayName(staff)}` : ''
  return branch ? `in ${sayName(branch)}` : 'hier'
}

/** On the very day that was just named, unless `today` says that none was. */
function hasElsewhere(
  { staff, branch, day, time }: SpokenElsewhere,
  what: SpokenWhat | null,
  today?: LocalDay,
): string {
  const who = staff === 'anyone' ? 'jemand anderem aus dem Team' : sayName(staff ?? '')
  const where = staff === null ? `In unserer Filiale ${sayName(branch ?? '')}` : `Bei ${who}`
  const forWhat = what === null ? '' : ` für ${sayService(what.service)}`
  const when = today === undefined ? '' : `${sayOnDay(day, today)} `
  return `${where} ist ${when}um ${sayTime(time)}${forWhat} noch etwas frei.`
}

const otherDay = 'An welchem anderen Tag passt es Ihnen?'

/** Whether the regret says already what is wished for. */
function namesWhat({ reason }: Refusal): boolean {
  return reason === 'taken' || reason === 'day_full' || reason === 'span_full'
}

/** Of two days or times that were named one is not to be had, and the other is. */
export function otherNamed(refusal: Refusal, what: SpokenWhat, message: string, today: LocalDay): string {
  return `${regret(refusal, what, today)} ${capitalised(message.replace(/^Ja, /, ''))}`
}

/** Hours or an absence speak against it. */
export type Off = Extract<Refusal, { reason: 'closed' | 'outside_opening_hours' | 'staff_away' }>

/** What speaks against a wish whatever is free, as a sentence of its own. */
export function sayOff(off: Off, today: LocalDay): string {
  switch (off.reason) {
    case 'closed':
      if (off.special) return closedOn(off.day, today, off.special)
      return `Am ${sayWeekday(off.day)} haben wir geschlossen.`
    case 'outside_opening_hours':
      if (off.isSpecial) return `Zu dieser Zeit haben wir ${sayOnDay(off.day, today)} nicht geöffnet.`
      return `Zu dieser Zeit haben wir am ${sayWeekday(off.day)} nicht geöffnet.`
    case 'staff_away':
      return isAway(off.name, off.day, off.until, today)
  }
}

function regret(refusal: Refusal, what: SpokenWhat, today: LocalDay): string {
  const forWhat = `für ${sayWhat(what)}`
  switch (refusal.reason) {
    case 'taken':
      return `Zu dieser Zeit ist ${sayOnDay(refusal.day, today)} ${forWhat} leider nichts frei.`
    case 'day_full': {
      const when = capitalised(sayOnDay(refusal.day, today))
      const window = sayWindow(refusal.window)
      if (window !== '') return `${when} ist ${window} ${forWhat} leider nichts frei.`
      return refusal.ruledOut
        ? `${when} ist zu den Zeiten, die Ihnen passen, ${forWhat} leider nichts frei.`
        : `${when} ist ${forWhat} leider nichts mehr frei.`
    }
    case 'span_full':
      return `In dieser Zeit ist ${forWhat} leider nichts frei.`
    case 'closed':
    case 'outside_opening_hours':
    case 'staff_away':
      return sayOff(refusal, today)
    case 'past_time':
      return refusal.day === today
        ? 'Diese Uhrzeit ist heute schon vorbei.'
        : 'Dieser Zeitpunkt liegt schon zurück.'
    case 'booking_notice_violation':
      return `So kurzfristig geht es leider nicht, wir brauchen ${sayDuration(refusal.noticeMinutes)} Vorlauf.`
  }
}

/** Times of the day just named need no day again. */
export function offerAgainst(refusal: Refusal, offers: readonly SpokenTime[], today: LocalDay): string {
  const spoken = offers.slice(0, spokenMax)
  const named =
    refusal.reason === 'taken' || refusal.reason === 'day_full' || refusal.reason === 'outside_opening_hours'
  if (named && spoken.every((offer) => offer.day === refusal.day)) {
    return `um ${sayList(
      spoken.toSorted(byTime).map((offer) => sayTime(offer.time)),
      'oder',
    )}`
  }
  return sayTimes(spoken, today, 'oder')
}

/**
 * "morgen um 9 Uhr oder am Samstag, den 28. November um 10 Uhr": at most three times of one day, or two of several days,
 * since nobody keeps three dates in mind. The first ones given, spoken in the order of time.
 */
export function sayTimes(times: readonly SpokenTime[], today: LocalDay, word: 'und' | 'oder'): string {
  const first = times.slice(0, spokenMax)
  const spoken = first.every(({ day }) => day === first[0]?.day) ? first : first.slice(0, datesMax)
  const byDay = new Map<LocalDay, ClockTime[]>()
  for (const { day, time } of spoken.toSorted(byTime)) byDay.set(day, [...(byDay.get(day) ?? []), time])
  return sayList(
    [...byDay].map(([day, clocks]) => `${sayOnDay(day, today)} um ${sayList(clocks.map(sayTime), word)}`),
    word,
  )
}

/** Where much is to be said of what it is for, one time is enough for one sentence. */
function fewer(times: readonly SpokenTime[], what: SpokenWhat): readonly SpokenTime[] {
  return isLong(what) ? times.slice(0, 1) : times
}

const byTime = (one: SpokenTime, other: SpokenTime) =>
  `${one.day} ${one.time}` < `${other.day} ${other.time}` ? -1 : 1

/** All of a short list's first, or first, middle and last of a long one. */
function spread(times: readonly ClockTime[]): ClockTime[] {
  if (times.length <= shortListMax) return times.slice(0, spokenMax)
  return [times[0]!, times[Math.floor(times.length / 2)]!, times.at(-1)!]
}
