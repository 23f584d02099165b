/**
 * What callers hear about free times. At most two short sentences and one question, at most three times spoken, and
 * the day is named whenever it is not the one asked for (incident I-37). Every time in a sentence that offers something is
 * one of the offered ones (I-32), so the wished time is not repeated when it is not free.
 */
import {
  type ClockTime,
  capitalised,
  type LocalDay,
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

/** A free time as it is offered. */
export interface SpokenTime {
  day: LocalDay
  time: ClockTime
}

/** How many times one sentence may name. */
const spokenMax = 3
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
  const choice = readings.length > 0 ? `Meinen Sie ${sayList(readings.slice(0, spokenMax), 'oder')}?` : null
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

/** The asked time is free. */
export function timeIsFree(wished: SpokenTime, today: LocalDay): string {
  return `Ja, ${sayMoment(wished.day, wished.time, today)} ist noch ein Termin frei. Möchten Sie ihn nehmen?`
}

/** What a day, or a part of it, has. `times` ascending, not empty. */
export function dayHas(
  day: LocalDay,
  times: readonly ClockTime[],
  window: UnderstoodTime | null,
  today: LocalDay,
): string {
  if (times.length === 1)
    return `${capitalised(sayOnDay(day, today))} um ${sayTime(times[0]!)} ist noch etwas frei. Passt Ihnen das?`
  const when = capitalised([sayOnDay(day, today), sayWindow(window)].filter(Boolean).join(' '))
  const spoken = spread(times).map(sayTime)
  if (times.length > shortListMax)
    return `${when} geht es zum Beispiel um ${sayList(spoken, 'oder')}. Was passt Ihnen?`
  return `${when} sind folgende Zeiten verfügbar: ${sayList(spoken, 'und')}. Welche passt Ihnen?`
}

/** First times of several days ("diese Woche", "am Wochenende"). */
export function spanHas(times: readonly SpokenTime[], today: LocalDay): string {
  return `Ich habe zum Beispiel ${sayTimes(times, today, 'und')} etwas frei. An welchem Tag und zu welcher Uhrzeit passt es Ihnen?`
}

/** The next free time. */
export function nextFree(next: SpokenTime, service: string, today: LocalDay): string {
  return `Der nächste freie Termin für ${service} ist ${sayMoment(next.day, next.time, today)}. Passt Ihnen das?`
}

export function nothingFreeSoon(service: string, days: number): string {
  const span = days === 14 ? 'In den nächsten zwei Wochen' : `In den nächsten ${days} Tagen`
  return `${span} ist für ${service} leider nichts frei. Darf ich Sie zurückrufen?`
}

/** Other times, asked for as such. `times` empty: there are none (left). */
export function alternativesAre(times: readonly SpokenTime[], today: LocalDay): string {
  if (times.length === 0) return `Weitere Zeiten kann ich Ihnen dazu leider nicht anbieten. ${otherDay}`
  return `Ich kann Ihnen ${sayTimes(times, today, 'oder')} anbieten. Was passt Ihnen?`
}

// --- the asked time is not free ---

/** Why a wish cannot be met; the day is the wished one. */
export type Refusal =
  | { reason: 'taken'; day: LocalDay }
  | { reason: 'day_full'; day: LocalDay; window: UnderstoodTime | null }
  | { reason: 'span_full' }
  | { reason: 'closed'; day: LocalDay }
  | { reason: 'outside_opening_hours'; day: LocalDay }
  | { reason: 'past_time'; day: LocalDay }
  | { reason: 'booking_notice_violation'; noticeMinutes: number }

/** Says why not, and offers the nearest times (perhaps none). */
export function notFree(refusal: Refusal, offers: readonly SpokenTime[], today: LocalDay): string {
  const asked = offers.length === 0 ? otherDay : `Passt es Ihnen ${offerAgainst(refusal, offers, today)}?`
  return `${regret(refusal, today)} ${asked}`
}

const otherDay = 'An welchem anderen Tag passt es Ihnen?'

function regret(refusal: Refusal, today: LocalDay): string {
  switch (refusal.reason) {
    case 'taken':
      return `Zu dieser Zeit ist ${sayOnDay(refusal.day, today)} leider nichts frei.`
    case 'day_full': {
      const when = capitalised(sayOnDay(refusal.day, today))
      const window = sayWindow(refusal.window)
      return window === ''
        ? `${when} ist leider nichts mehr frei.`
        : `${when} ist ${window} leider nichts frei.`
    }
    case 'span_full':
      return 'In dieser Zeit ist leider nichts frei.'
    case 'closed':
      return `Am ${sayWeekday(refusal.day)} haben wir geschlossen.`
    case 'outside_opening_hours':
      return `Zu dieser Zeit haben wir am ${sayWeekday(refusal.day)} nicht geöffnet.`
    case 'past_time':
      return refusal.day === today
        ? 'Diese Uhrzeit ist heute schon vorbei.'
        : 'Dieser Zeitpunkt liegt schon zurück.'
    case 'booking_notice_violation':
      return `So kurzfristig geht es leider nicht, wir brauchen ${sayDuration(refusal.noticeMinutes)} Vorlauf.`
  }
}

/** Times of the day just named need no day again. */
function offerAgainst(refusal: Refusal, offers: readonly SpokenTime[], today: LocalDay): string {
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
  const spoken = first.every(({ day }) => day === first[0]?.day) ? first : first.slice(0, spokenMax - 1)
  const byDay = new Map<LocalDay, ClockTime[]>()
  for (const { day, time } of spoken.toSorted(byTime)) byDay.set(day, [...(byDay.get(day) ?? []), time])
  return sayList(
    [...byDay].map(([day, clocks]) => `${sayOnDay(day, today)} um ${sayList(clocks.map(sayTime), word)}`),
    word,
  )
}

const byTime = (one: SpokenTime, other: SpokenTime) =>
  `${one.day} ${one.time}` < `${other.day} ${other.time}` ? -1 : 1

/** All of a short list's first, or first, middle and last of a long one. */
function spread(times: readonly ClockTime[]): ClockTime[] {
  if (times.length <= shortListMax) return times.slice(0, spokenMax)
  return [times[0]!, times[Math.floor(times.length / 2)]!, times.at(-1)!]
}
