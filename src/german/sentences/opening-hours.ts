/** What callers hear about when a business is open: of a day, of several, and of the week. */
import {
  addDays,
  type ClockTime,
  capitalised,
  daysBetween,
  type LocalDay,
  type OpeningHours,
  sayDay,
  sayList,
  sayOnDay,
  sayTime,
  sayWeekday,
  type Weekday,
} from '../index.ts'
import { closedOn, opensAgain, sayWhy } from './availability.ts'

type Spans = ReadonlyArray<{ from: string; to: string }>

/** The hours of a day as they are told. */
export interface SpokenDay {
  day: LocalDay
  spans: Spans
  /** Something is said of this very day. */
  isSpecial: boolean
  /** The holiday, or the eve of one, as spoken after "ist". */
  dayOff: string | null
  /** Why it is closed, as far as callers may hear it. */
  reason: string | null
  /** A day off of which nobody has said whether the usual hours hold. */
  isUnsure: boolean
}

const weekdayNames = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag']
/** One answer tells so many stretches of days, in so many words. */
const groupsMax = 3
const wordsMax = 48

/** "von 9 Uhr bis 12 Uhr und von 14 Uhr bis 18 Uhr"; empty spans: "geschlossen". */
export function saySpans(spans: Spans): string {
  if (spans.length === 0) return 'geschlossen'
  return sayList(
    spans.map(({ from, to }) => `von ${sayTime(from)} bis ${sayTime(to)}`),
    'und',
  )
}

/**
 * "Heute haben wir von 9 Uhr bis 18 Uhr geöffnet.", "Am Sonntag haben wir geschlossen."; a day further away with its date. Of a day
 * off that nobody has said anything about the usual hours are told as that, and nothing is promised. By `clock` (now, "HH:mm", local)
 * a day that is over is said to be.
 */
export function openOn(spoken: SpokenDay, today: LocalDay, clock: ClockTime): string {
  const { day, spans, dayOff, isSpecial, isUnsure } = spoken
  const isThisWeek = day > today && day < addDays(today, 7)
  const when = day === today ? 'Heute' : isThisWeek ? `Am ${sayWeekday(day)}` : `Am ${sayDay(day, today)},`
  if (isUnsure)
    return `${when} ist ${dayOff}. Sonst haben wir ${saySpans(spans)} geöffnet. Ob das an diesem Tag auch gilt, kann ich Ihnen leider nicht sicher sagen.`
  if (spans.length === 0 && (isSpecial || dayOff !== null))
    return closedOn(day, today, { dayOff, why: spoken.reason })
  if (day === today && spans.length > 0 && spans.every(({ to }) => to <= clock))
    return 'Heute haben wir schon geschlossen.'
  if (spans.length === 0) return `${when} haben wir geschlossen.`
  return dayOff === null
    ? `${when} haben wir ${saySpans(spans)} geöffnet.`
    : `${when} ist ${dayOff}, da haben wir ${saySpans(spans)} geöffnet.`
}

/**
 * Several days, in at most four sentences: neighbours with the same hours as one stretch. In: ascending days, the next day it is
 * open after a closed end, and what the answer says before. What is left out is asked about.
 */
export function openOnDays(
  days: readonly SpokenDay[],
  today: LocalDay,
  clock: ClockTime,
  opens: LocalDay | null,
  before: readonly string[] = [],
): string {
  const groups = grouped(days)
  const sentences = [...before]
  for (const group of groups.slice(0, groupsMax - before.length)) {
    const next = stretch(group, today, clock)
    if (sentences.length > 0 && [...sentences, next].join(' ').split(' ').length > wordsMax) break
    sentences.push(next)
  }
  if (sentences.length < before.length + groups.length)
    return [...sentences, 'Welcher Tag interessiert Sie genau?'].join(' ')
  const isClosedAtTheEnd = groups.at(-1)?.[0].spans.length === 0
  return [...sentences, ...(isClosedAtTheEnd && opens !== null ? [opensAgain(opens, today)] : [])].join(' ')
}

type Group = [SpokenDay, ...SpokenDay[]]

function grouped(days: readonly SpokenDay[]): Group[] {
  const groups: Group[] = []
  for (const day of days) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    const isSame =
      last !== undefined &&
      daysBetween(last.day, day.day) === 1 &&
      last.isUnsure === day.isUnsure &&
      last.reason === day.reason &&
      saySpans(last.spans) === saySpans(day.spans)
    if (group && isSame) group.push(day)
    else groups.push([day])
  }
  return groups
}

function stretch(group: Group, today: LocalDay, clock: ClockTime): string {
  const [first] = group
  const last = group.at(-1)!
  if (group.length === 1 && !first.isUnsure) return openOn(first, today, clock)
  const from = sayOnDay(first.day, today)
  const when =
    group.length === 1
      ? from
      : group.length === 2
        ? `${from} und ${sayOnDay(last.day, today)}`
        : `von ${sayDay(first.day, today)}${from.startsWith('am') ? ',' : ''} bis ${sayDay(last.day, today)},`
  if (first.isUnsure) return `Ob wir ${when} geöffnet haben, kann ich Ihnen leider nicht sicher sagen.`
  if (first.spans.length > 0) return `${capitalised(when)} haben wir ${saySpans(first.spans)} geöffnet.`
  return `${capitalised(when)} haben wir geschlossen${sayWhy(first.reason)}.`
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
