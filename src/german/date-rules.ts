/**
 * Calendar dates: in figures ("7.11.", "2026-12-04", "5/12/2025"), with a month's name ("der siebte November") and as
 * two ordinals ("am siebten elften"). A date that no calendar has keeps its place with `day: NaN`, so that the
 * resolver can refuse it instead of guessing.
 */
import { monthLength } from './days.ts'
import type { DayItem, SaidDate } from './items.ts'
import type { Context, Match, Words } from './words.ts'

const leapYear = 2024

/** A date piece; days the month never has become NaN (31.11.), 29 February waits for its year. */
export function saidDate(day: number, month: number | null, year: number | null): SaidDate {
  const most = month === null ? 31 : monthLength(year ?? leapYear, month)
  return {
    kind: 'date',
    day: day >= 1 && day <= most ? day : Number.NaN,
    month,
    year,
    monthShift: null,
    approximate: false,
  }
}

/** A year after a date: "2026", "26" if it can be no hour, "zweitausendsechsundzwanzig", "zwanzig sechsundzwanzig". */
function yearAfter(w: Words, i: number, thisYear: number): { year: number; next: number } | null {
  const at = w.mark(i, ',') && w.at(i + 1).digits === 4 ? i + 1 : i
  const l = w.at(at)
  if (l.type !== 'number') return null
  const clockFollows = w.is(at + 1, 'clock') || w.mark(at + 1, ':')
  if (clockFollows) return null
  if (l.name === 'year' || (l.digits === 4 && l.value >= 1900 && l.value < 2200))
    return { year: l.value, next: at + 1 }
  const second = w.at(at + 1)
  if (
    l.digits === 0 &&
    l.value === 20 &&
    second.type === 'number' &&
    second.digits === 0 &&
    second.value >= 20
  ) {
    return { year: 2000 + second.value, next: at + 2 }
  }
  if (l.digits !== 2 || w.is(at + 1, 'unit') || w.is(at + 1, 'counted') || w.is(at + 1, 'part')) return null
  if (w.mark(at + 1, '.') && w.at(at + 1).glued && w.is(at + 2, 'number')) return null
  if (w.mark(at + 1, '-') && w.is(at + 2, 'number')) return null
  const distance = 2000 + l.value - thisYear
  return distance >= -3 && distance <= 3 ? { year: 2000 + l.value, next: at + 1 } : null
}

const fullYear = (value: number, digits: number): number =>
  digits > 2 ? value : value >= 70 ? 1900 + value : 2000 + value

/** "7.11.", "07.11.2025", "3.12.26", "1. 2", "5/12/2025", "14-12-2017"; not "14.30 Uhr" and not a price. */
export function figuresRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const day = w.at(i)
  if (day.digits === 0 || day.digits > 2) return null
  const separator = w.at(i + 1)
  if (separator.type !== 'mark' || !separator.glued) return null
  const month = w.at(i + 2)
  if (month.type !== 'number' || month.digits === 0 || month.digits > 2) return null
  const year = w.at(i + 4)
  const hasYear = year.type === 'number' && (year.digits === 4 || (year.digits === 2 && year.glued))
  if (separator.name === '/' || separator.name === '-') {
    if (!month.glued) return null
    if (w.at(i + 3).name !== separator.name || !hasYear)
      return separator.name === '/' && !c.timeOnly ? slashedAt(w, i) : null
    const date = figures(w, i, i + 5, fullYear(year.value, year.digits))
    return separator.name === '/' ? american(w, i, date) : date
  }
  if (separator.name !== '.') return null
  if (w.mark(i + 3, '.') && w.at(i + 3).glued) {
    const yearIsClock = w.is(i + 5, 'clock') || (w.mark(i + 5, ':') && w.at(i + 5).glued)
    const glued = year.glued && year.digits !== 3
    if (hasYear && (glued || (year.value >= 1900 && year.value < 2200)) && !yearIsClock) {
      return figures(w, i, i + 5, fullYear(year.value, year.digits))
    }
    return figures(w, i, i + 4, null)
  }
  // Without its closing dot it may be a time ("14.30 Uhr") or only look alike ("2.5 Stunden").
  if (w.is(i + 3, 'clock') || w.is(i + 3, 'unit') || w.is(i + 3, 'counted') || w.mark(i + 3, ':')) return null
  if (month.value < 1 || month.value > 12 || day.value > 31 || day.value < 1) return null
  if (c.dated && month.digits === 2 && day.value <= 24) return null
  const spacedYear = year.digits === 4 && w.mark(i + 3, '.') ? null : yearAfter(w, i + 3, Number.NaN)
  return figures(w, i, spacedYear?.next ?? i + 3, spacedYear?.year ?? null)
}

/** "3/12", "am 3/12 um zehn": without a year only where nothing makes it a fraction or a pair of hours. */
function slashedAt(w: Words, i: number): Match<DayItem> | null {
  const before = w.at(i - 1)
  const announced = i === 0 || before.name === 'am' || before.type === 'article' || before.type === 'weekday'
  const [day, month, after] = [w.at(i).value, w.at(i + 2).value, w.at(i + 3)]
  const isAmerican = month > 12 && month <= 31 && day >= 1 && day <= 12
  if (!announced || day < 1 || day > 31 || month < 1 || (month > 12 && !isAmerican)) return null
  if (after.type === 'clock' || after.type === 'unit' || after.type === 'counted') return null
  if (after.type === 'mark' && after.name !== ',' && after.name !== 'end' && after.name !== '?') return null
  return isAmerican || i === 0 ? american(w, i, figures(w, i, i + 3, null)) : figures(w, i, i + 3, null)
}

/** "11/27/2026" can only be American; "12/04/2026" can be both, so the other reading stays beside the German one. */
function american(w: Words, i: number, { item, next }: Match<DayItem>): Match<DayItem> {
  const [month, day] = [w.at(i).value, w.at(i + 2).value]
  if (item.kind !== 'date' || month < 1 || month > 12 || month === day) return { item, next }
  const other = saidDate(day, month, item.year)
  if (day > 12) return { item: other, next }
  return Number.isNaN(other.day) ? { item, next } : { item: { ...item, american: { day, month } }, next }
}

function figures(w: Words, i: number, next: number, year: number | null): Match<DayItem> {
  const month = w.at(i + 2).value
  const exists = month >= 1 && month <= 12
  return { item: saidDate(exists ? w.at(i).value : Number.NaN, exists ? month : null, year), next }
}

/** A day of the month at `i`: an ordinal, or a number with its dot if it has one. */
function dayOfMonthAt(w: Words, i: number): { day: number; ordinal: boolean; next: number } | null {
  const l = w.at(i)
  if (l.type === 'ordinal') {
    // "am 15ten." keeps its dot for the sentence; it does no harm here.
    return { day: l.value, ordinal: true, next: i + 1 }
  }
  if (l.type !== 'number' || l.digits > 2 || l.name === 'year') return null
  const dotted = w.mark(i + 1, '.') && w.at(i + 1).glued && l.digits > 0
  return { day: l.value, ordinal: dotted, next: dotted ? i + 2 : i + 1 }
}

/** "27. November 2026", "dritten Dezember", "14 April 15", "der 1. des Monats Mai". */
export function namedMonthRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const day = dayOfMonthAt(w, i)
  if (!day) return null
  let at = day.next
  if (w.is(at, 'prep', 'in') || w.is(at, 'article') || w.text(at, 'of')) at++
  if (!w.is(at, 'month')) return null
  const month = w.at(at).value
  at++
  if (w.mark(at, '.') && w.at(at).glued && w.at(at - 1).text.length <= 4) at++
  const year = yearAfter(w, at, c.thisYear)
  return { item: saidDate(day.day, month, year?.year ?? null), next: year?.next ?? at }
}

/** "Dezember, der fünfte", "November 27", "Dec 1 2026 10:45" */
export function monthFirstRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  let at = i + 1
  if (w.mark(at, ',') || (w.mark(at, '.') && w.at(at).glued && w.at(i).text.length <= 4)) at++
  const article = w.is(at, 'article') || w.is(at, 'prep', 'am')
  if (article) at++
  const day = dayOfMonthAt(w, at)
  if (!day || (!day.ordinal && (w.at(at).digits === 0 || article))) return null
  if (w.is(day.next, 'clock') || w.mark(day.next, ':') || w.is(day.next, 'month') || w.is(day.next, 'unit'))
    return null
  if (day.ordinal && w.is(day.next, 'number') && w.at(day.next).glued) return null
  const year = yearAfter(w, day.next, c.thisYear)
  const isNear = year !== null && w.at(year.next - 1).digits === 4 && Math.abs(year.year - c.thisYear) <= 3
  return isNear
    ? { item: saidDate(day.day, w.at(i).value, year.year), next: year.next }
    : { item: saidDate(day.day, w.at(i).value, null), next: day.next }
}

/** Articles before which "der Erste" means one of several offers, not the first of a month. */
const choiceMax = 3
/** Larger ordinals alone are days; smaller ones choose among offers. */
const countedMax = 5
/** Nouns that an ordinal counts: "am zweiten Termin", "beim ersten Mal". */
const countedNouns = new Set([
  'termin',
  'termine',
  'versuch',
  'name',
  'kunde',
  'kundin',
  'platz',
  'besuch',
  'freie',
  'freien',
  'vorschlag',
  'moeglichkeit',
  'etage',
  'hand',
  'klasse',
])

/** "5. und 6. Dezember": the month stands only once. */
function sharesMonth(w: Words, i: number): boolean {
  const joint = dayOfMonthAt(w, i)
  if (!joint?.ordinal || !(w.is(joint.next, 'and') || w.is(joint.next, 'or'))) return false
  const second = dayOfMonthAt(w, joint.next + 1)
  return second?.ordinal === true && w.is(second.next, 'month')
}

/** Is the ordinal at `i` announced as a day by what stands before it? */
function isAnnouncedDay(w: Words, i: number, c: Context, day: number): boolean {
  if (c.corrected === 'date' || sharesMonth(w, i)) return true
  const before = w.at(i - 1)
  if (
    before.type === 'prep' &&
    (before.name === 'am' || before.name === 'vom' || (before.name === 'zum' && before.text !== 'zu'))
  )
    return true
  if (before.type === 'which') return before.name !== 'last'
  if (before.type === 'weekday') return true
  if (before.type === 'mark' && before.name === ',' && w.is(i - 2, 'weekday')) return true
  if (before.type === 'bound') return before.name !== 'before' || w.at(i).digits > 0
  if (before.type === 'article' && before.name === '') {
    const opener = w.at(i - 2)
    if (
      opener.type === 'weekday' ||
      (opener.type === 'prep' && opener.name !== 'in') ||
      opener.type === 'bound' ||
      opener.type === 'approx'
    )
      return true
    if (opener.type === 'mark' && w.is(i - 3, 'weekday')) return true
    if (opener.type === 'part' || opener.text === 'morgen') return true
    return day > choiceMax
  }
  return false
}

/** "am siebten elften", "am dritten", "der Zwanzigste", "am 15.", "Freitag 27", "am 5 um drei". */
export function dayOfMonthRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const day = dayOfMonthAt(w, i)
  if (!day) return null
  const l = w.at(i)
  const announced = isAnnouncedDay(w, i, c, day.day)
  const next = w.at(day.next)
  // "am siebten elften": the second ordinal is the month.
  const monthAt = dayOfMonthAt(w, day.next)
  const figured = l.digits === 0 && next.digits > 0 && next.digits <= 2 && monthAt?.ordinal === true
  const monthed = next.type === 'ordinal' || (figured && !w.at(monthAt.next).glued)
  if (day.ordinal && monthed && monthAt && monthAt.day <= 12 && monthAt.day >= 1) {
    if (!announced && !w.is(i - 1, 'article') && i > 0) return null
    const year = yearAfter(w, monthAt.next, c.thisYear)
    return { item: saidDate(day.day, monthAt.day, year?.year ?? null), next: year?.next ?? monthAt.next }
  }
  // "am ersten dreizehnten": there is no such month, and the day alone was not meant.
  if (day.ordinal && announced && next.type === 'ordinal' && monthAt && monthAt.day > 12)
    return { item: saidDate(Number.NaN, null, null), next: monthAt.next }
  // "am siebten des vierten"
  const ofMonth = day.ordinal && announced && next.text === 'des' ? dayOfMonthAt(w, day.next + 1) : null
  if (ofMonth?.ordinal && ofMonth.day <= 12 && !w.is(ofMonth.next, 'month') && !w.is(ofMonth.next, 'unit'))
    return { item: saidDate(day.day, ofMonth.day, null), next: ofMonth.next }
  if (
    countedNouns.has(next.text) ||
    next.type === 'counted' ||
    next.type === 'clock' ||
    next.type === 'month'
  )
    return null
  if (next.type === 'unit' || (next.type === 'mark' && next.name === ':' && next.glued)) return null
  if (day.ordinal) {
    // "6. morgens", and a text that is nothing but "2."
    const bare = l.type === 'number' || day.day > countedMax
    const alone = i === 0 && bare && (next.name === 'end' || next.name === 'um' || next.type === 'part')
    if (!announced && !alone) return null
    if (next.type === 'number' && next.glued && l.digits > 0) return null
    return { item: saidDate(day.day, null, null), next: day.next }
  }
  // "Freitag 27": too large for an hour.
  if (l.digits > 0 && w.is(i - 1, 'weekday') && day.day > 24 && day.day <= 31)
    return { item: saidDate(day.day, null, null), next: day.next }
  return l.digits > 0 ? bareNumberAt(w, i, day.day) : null
}

/** "am 15 um drei", "am 7 11": figures that lost their dots on the way. */
function bareNumberAt(w: Words, i: number, day: number): Match<DayItem> | null {
  const before = w.at(i - 1)
  const afterAm = before.type === 'prep' && before.name === 'am' && before.text === 'am'
  const afterArticle = before.type === 'article' && before.name === '' && w.is(i - 2, 'weekday')
  if ((!afterAm && !afterArticle) || day < 1 || day > 31 || w.mark(i + 1, '.')) return null
  const next = w.at(i + 1)
  if (next.type === 'number' && next.digits > 0 && next.digits <= 2 && next.value >= 1 && next.value <= 12) {
    if (!w.is(i + 2, 'clock') && !w.mark(i + 2, ':'))
      return { item: saidDate(day, next.value, null), next: i + 2 }
  }
  if (next.type === 'part' || next.type === 'fraction')
    return { item: saidDate(day, null, null), next: i + 1 }
  return next.type === 'mark' && next.name === '-' ? null : { item: saidDate(day, null, null), next: i + 1 }
}
