/**
 * Days by name and distance: relative days, weekdays with "nächsten" and the like, weeks, weekends, months, offsets
 * ("in acht Tagen").
 */

import { figuresRule, namedMonthRule, saidDate } from './date-rules.ts'
import type { DayItem, WhichDay } from './items.ts'
import { nthAt } from './named-day-rules.ts'
import { amountAt } from './offset-rules.ts'
import type { Weekday } from './types.ts'
import type { Context, Match, Words } from './words.ts'

/** Words that point to the next of its kind: "die Woche drauf". */
export const followingWords: ReadonlySet<string> = new Set(['drauf', 'darauf', 'danach'])

/** "heute", "morgen", "übermorgen", "am morgigen Tag". */
export function relativeRule(w: Words, i: number): Match<DayItem> | null {
  const l = w.at(i)
  const next = w.is(i + 1, 'unit', 'day') ? i + 2 : i + 1
  return { item: { kind: 'relative', days: l.value }, next }
}

/** "Freitag", "Mittwoch nach dem nächsten", "Fr, 18. Juli"; the words before it set `which`. */
export function weekdayRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const weekday = w.at(i).value as Weekday
  if (
    w.is(i + 1, 'bound', 'after') &&
    w.is(i + 2, 'article') &&
    w.is(i + 3, 'which', 'next') &&
    !w.is(i + 4, 'unit')
  ) {
    return { item: { kind: 'weekday', weekday, which: 'afterNext' }, next: i + 4 }
  }
  const after = w.is(i + 1, 'bound', 'after')
  if (after || w.is(i + 1, 'bound', 'before')) {
    const at = w.skip(i + 2, 'article')
    if (w.is(at, 'holiday'))
      return { item: { kind: 'afterHoliday', weekday, key: w.at(at).name, after }, next: at + 1 }
    // "Montag nach dem ersten Mai"; without the article it may be a time ("Montag vor 12.30").
    const date = at > i + 2 ? (namedMonthRule(w, at, c) ?? figuresRule(w, at, c)) : null
    if (date?.item.kind === 'date')
      return { item: { kind: 'besideDate', weekday, date: date.item, after }, next: date.next }
  }
  // "den Montag drauf": the first one after the day named before.
  if (followingWords.has(w.at(i + 1).text) && c.latest?.kind === 'weekday') {
    const which = c.latest.weekday >= weekday && c.latest.which === 'bare' ? 'bare' : 'following'
    return {
      item: { kind: 'weekday', weekday, which: c.latest.weekday === weekday ? 'following' : which },
      next: i + 2,
    }
  }
  return { item: { kind: 'weekday', weekday, which: 'bare' }, next: i + 1 }
}

/** "nächsten Freitag", "diese Woche", "übernächstes Wochenende", "nächsten Monat", "in den nächsten zwei Wochen". */
export function whichRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const which = w.at(i).name as Exclude<WhichDay, 'bare'>
  const shift = w.at(i).value
  // "nächste oder übernächste Woche": the noun stands only once.
  const joined = (k: number) => w.is(k, 'or') || w.is(k, 'and')
  const elided = joined(i + 1) && w.is(i + 2, 'which') && !joined(i + 3)
  if (elided) {
    const match = whichRule(w, i + 2, c)
    if (match?.item.kind === 'week') return { item: { ...match.item, shift }, next: i + 1 }
    return match?.item.kind === 'weekday' ? { item: { ...match.item, which }, next: i + 1 } : null
  }
  const noun = w.at(i + 1)
  if (noun.type === 'weekday') {
    // "letzten Freitag im November" is the last one of the month.
    if (which === 'last') {
      const nth = nthAt(w, i, c, -1)
      if (nth) return nth
    }
    // "überübernächsten Freitag"
    if (shift > 2) {
      const base: DayItem = { kind: 'weekday', weekday: noun.value as Weekday, which }
      return { item: { kind: 'shifted', base, days: 7 * (shift - 2), months: 0 }, next: i + 2 }
    }
    const contrasted = which === 'next' && contrastsThis(w, i)
    return {
      item: { kind: 'weekday', weekday: noun.value as Weekday, which: contrasted ? 'following' : which },
      next: i + 2,
    }
  }
  if (which === 'last' && (noun.name === 'day' || noun.name === 'week' || noun.type === 'month')) {
    const nth = nthAt(w, i, c, -1)
    if (nth) return nth
  }
  if (noun.type === 'month')
    return {
      item: { kind: 'month', month: noun.value, year: null, portion: null, next: shift > 0 },
      next: i + 2,
    }
  if (noun.type === 'unit') return whichUnit(noun.name, noun.text, which, shift, i + 2)
  // "die nächsten zwei Wochen", "in den kommenden 14 Tagen"
  if (shift === 1 && (noun.type === 'number' || noun.text === 'paar')) {
    const amount = amountAt(w, i + 1)
    if (amount && amount.minutes > 0 && amount.days === 0)
      return { item: { kind: 'moment', minutes: amount.minutes, within: true }, next: amount.next }
    if (amount)
      return {
        item: { kind: 'within', fromDays: 0, toDays: amount.days, toMonths: amount.months },
        next: amount.next,
      }
  }
  return null
}

/** "nicht diesen, sondern nächsten Freitag": the next one is then not this week's. */
function contrastsThis(w: Words, i: number): boolean {
  for (let at = i - 1; at >= i - 5 && at > 0; at--) {
    if (w.is(at, 'which', 'this')) return w.is(at - 1, 'not') && !w.is(at + 1, 'unit')
  }
  return false
}

function whichUnit(
  unit: string,
  text: string,
  which: WhichDay,
  shift: number,
  next: number,
): Match<DayItem> | null {
  switch (unit) {
    case 'week':
      return { item: { kind: 'week', shift, portion: null, workdays: false }, next }
    case 'weekend':
      return { item: { kind: 'weekend', which }, next }
    case 'month':
      return { item: { kind: 'monthShift', shift, portion: null }, next }
    case 'year':
      return { item: { kind: 'year', shift }, next }
    case 'day':
      // "am nächsten Tag" is tomorrow, "in den nächsten Tagen" a few days from tomorrow on.
      if (shift !== 1) return null
      if (text === 'tag') return { item: { kind: 'relative', days: 1 }, next }
      return { item: { kind: 'within', fromDays: 1, toDays: 4, toMonths: 0 }, next }
    default:
      return shift === 1 && Object.hasOwn(hourMinutes, unit)
        ? { item: { kind: 'moment', minutes: hourMinutes[unit]!, within: true }, next }
        : null
  }
}

/** Minutes of the units that count from now: "in der nächsten Stunde". */
const hourMinutes: Readonly<Record<string, number>> = {
  hour: 60,
  halfHour: 30,
  quarterHour: 15,
  threeQuarterHour: 45,
}

/** "die Woche drauf", "unter der Woche", "im Laufe der Woche", "am Wochenende", "KW 49", "Woche vom 8. Dezember". */
export function unitRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const { name, text } = w.at(i)
  const following = followingWords.has(w.at(i + 1).text)
  if (name === 'weekend')
    return following
      ? { item: { kind: 'weekend', which: 'following' }, next: i + 2 }
      : { item: { kind: 'weekend', which: 'bare' }, next: i + 1 }
  if (name === 'calendarWeek') {
    const number = w.at(i + 1)
    if (number.type === 'number' && number.value >= 1 && number.value <= 53)
      return { item: { kind: 'isoWeek', week: number.value }, next: i + 2 }
    const before = w.mark(i - 1, '.') ? w.at(i - 2) : w.at(i - 1)
    if ((before.type === 'ordinal' || before.type === 'number') && before.value >= 1 && before.value <= 53) {
      return { item: { kind: 'isoWeek', week: before.value }, next: i + 1 }
    }
    return null
  }
  // "Ostern im Jahr 2028"
  const year = w.at(i + 1)
  if (
    name === 'year' &&
    (year.digits === 4 || year.name === 'year') &&
    year.value >= 1900 &&
    year.value < 2200
  )
    return { item: { kind: 'year', shift: year.value - c.thisYear }, next: i + 2 }
  if (text === 'jahr' && w.text(i - 1, 'neuen')) return { item: { kind: 'year', shift: 1 }, next: i + 1 }
  if (text === 'jahr' && w.text(i - 1, 'alten')) return { item: { kind: 'year', shift: 0 }, next: i + 1 }
  if (name !== 'week' || text !== 'woche') return null
  const number = w.at(i + 1)
  if (
    number.digits > 0 &&
    number.value >= 1 &&
    number.value <= 53 &&
    !w.is(i + 2, 'clock') &&
    !w.mark(i + 2, '.') &&
    !w.mark(i + 2, ':')
  ) {
    return { item: { kind: 'isoWeek', week: number.value }, next: i + 2 }
  }
  if (following) {
    const shift = c.latest?.kind === 'week' ? c.latest.shift + 1 : 1
    return { item: { kind: 'week', shift, portion: null, workdays: false }, next: i + 2 }
  }
  // "Freitag Woche", "morgen Woche": a week later
  if (c.afterDay && (c.latest?.kind === 'weekday' || c.latest?.kind === 'relative'))
    return {
      item: { kind: 'offset', days: 7, months: 0, weekly: true, idiom: false, approximate: false },
      next: i + 1,
    }
  const article = w.is(i - 1, 'article') ? i - 1 : i
  if (article < i && w.text(article - 1, 'unter'))
    return { item: { kind: 'week', shift: 0, portion: null, workdays: true }, next: i + 1 }
  if (article < i && (w.text(article - 1, 'laufe') || w.text(article - 1, 'lauf'))) {
    return { item: { kind: 'week', shift: 0, portion: null, workdays: false }, next: i + 1 }
  }
  // "Freitag die Woche", "die Woche noch"
  if (w.is(i - 1, 'article', 'die') && (w.is(i - 2, 'weekday') || w.text(i + 1, 'noch'))) {
    return { item: { kind: 'week', shift: 0, portion: null, workdays: false }, next: i + 1 }
  }
  return null
}

const portionNames: Record<string, 'start' | 'middle' | 'end'> = {
  start: 'start',
  middle: 'middle',
  end: 'end',
}

/** "Ende Januar, Anfang Februar" is one span; otherwise a single portion. */
export function portionRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const first = onePortionAt(w, i, c)
  if (!first || !w.is(i, 'portion', 'end')) return first
  const at = w.skip(first.next, 'mark', 'or', 'bound')
  const last = at <= first.next + 1 && w.is(at, 'portion', 'start') ? onePortionAt(w, at, c) : null
  if (!last) return first
  return { item: { kind: 'range', from: first.item, to: last.item, exclusive: false }, next: last.next }
}

/** "Anfang nächster Woche", "Ende der Woche", "Mitte Dezember", "Ende des Monats". */
function onePortionAt(w: Words, i: number, c: Context): Match<DayItem> | null {
  const portion = portionNames[w.at(i).name]!
  // "Anfang bis Mitte Dezember"
  if (w.text(i + 1, 'bis') && w.is(i + 2, 'portion') && !w.text(i + 3, 'bis')) {
    const last = onePortionAt(w, i + 2, c)
    if (!last || !('portion' in last.item)) return null
    return {
      item: { kind: 'range', from: { ...last.item, portion }, to: last.item, exclusive: false },
      next: last.next,
    }
  }
  let at = w.skip(i + 1, 'article')
  let shift = 0
  if (w.is(at, 'which')) {
    shift = w.at(at).value
    at++
  }
  if (w.text(at, 'neuen') && w.is(at + 1, 'unit', 'year')) {
    shift = 1
    at++
  }
  const noun = w.at(at)
  if (noun.type === 'month')
    return { item: { kind: 'month', month: noun.value, year: null, portion, next: false }, next: at + 1 }
  if (noun.name === 'week') return { item: { kind: 'week', shift, portion, workdays: false }, next: at + 1 }
  if (noun.name === 'month' && noun.type === 'unit')
    return { item: { kind: 'monthShift', shift, portion }, next: at + 1 }
  if (noun.name === 'year') {
    // "Anfang des Jahres" is January, "Ende nächsten Jahres" December.
    const month = { start: 1, middle: 6, end: 12 }[portion]
    return {
      item: {
        kind: 'month',
        month,
        year: shift === 0 ? null : c.thisYear + shift,
        portion: null,
        next: false,
      },
      next: at + 1,
    }
  }
  return null
}

const weekOf = (key: string): DayItem => ({
  kind: 'weekOf',
  date: { kind: 'holiday', key, year: null },
  shift: 0,
})

/** "Monatsende", "Wochenanfang", "am Monatsersten", "in der Karwoche", "heuer" */
export const portionWords: Record<string, DayItem> = {
  wochenanfang: { kind: 'week', shift: 0, portion: 'start', workdays: false },
  wochenmitte: { kind: 'week', shift: 0, portion: 'middle', workdays: false },
  monatsanfang: { kind: 'monthShift', shift: 0, portion: 'start' },
  monatsmitte: { kind: 'monthShift', shift: 0, portion: 'middle' },
  monatsende: { kind: 'monthShift', shift: 0, portion: 'end' },
  wochenbeginn: { kind: 'week', shift: 0, portion: 'start', workdays: false },
  monatsbeginn: { kind: 'monthShift', shift: 0, portion: 'start' },
  monatsersten: saidDate(1, null, null),
  monatsletzten: {
    kind: 'nth',
    nth: -1,
    weekday: null,
    month: null,
    year: null,
    monthShift: 0,
    workday: false,
  },
  karwoche: weekOf('goodFriday'),
  osterwoche: weekOf('easterMonday'),
  pfingstwoche: weekOf('whitMonday'),
  weihnachtswoche: weekOf('christmas'),
  heuer: { kind: 'year', shift: 0 },
  jahresende: { kind: 'month', month: 12, year: null, portion: null, next: false },
  jahresanfang: { kind: 'month', month: 1, year: null, portion: null, next: false },
}

/** "bei Mai", "für Jan Becker": short for January only where a date goes on or is announced. */
function isFirstName(w: Words, i: number): boolean {
  const before = w.at(i - 1)
  if (before.text === 'bei' || before.text === 'mit') return true
  if (w.at(i).text !== 'jan' || w.mark(i + 1, '.') || w.at(i + 1).digits > 0) return false
  return !['prep', 'bound', 'portion', 'which'].includes(before.type)
}

/** "im Dezember", "Januar 2026", "Dezember nächsten Jahres". */
export function monthRule(w: Words, i: number): Match<DayItem> | null {
  if (isFirstName(w, i)) return null
  const year = w.at(i + 1)
  const hasYear =
    year.type === 'number' &&
    (year.digits === 4 || year.name === 'year') &&
    year.value >= 1900 &&
    year.value < 2200 &&
    !w.is(i + 2, 'clock')
  return {
    item: {
      kind: 'month',
      month: w.at(i).value,
      year: hasYear ? year.value : null,
      portion: null,
      next: false,
    },
    next: hasYear ? i + 2 : i + 1,
  }
}

const nowWords = new Set(['gleich', 'sofort', 'direkt'])
const superlatives = new Set(['bald', 'frueh', 'schnell', 'zeitnah', 'rasch', 'schnellstens', 'baldigst'])

/** "so bald wie möglich", "möglichst schnell", "der nächste freie Termin", "schnellstmöglich". */
export function soonRule(w: Words, i: number): Match<DayItem> | null {
  const item: DayItem = { kind: 'soonest' }
  if (w.is(i, 'soon')) return { item, next: i + 1 }
  // "jetzt gleich", "gleich jetzt"; "jetzt" among other words is a filler.
  if (w.text(i, 'jetzt') && (nowWords.has(w.at(i + 1).text) || (i === 0 && w.mark(1, 'end'))))
    return { item, next: i + 2 }
  if (nowWords.has(w.at(i).text) && w.text(i + 1, 'jetzt')) return { item, next: i + 2 }
  if (w.text(i, 'moeglichst') || w.text(i, 'moglichst'))
    return superlatives.has(w.at(i + 1).text) ? { item, next: i + 2 } : null
  if (w.is(i, 'approx', 'so') || w.text(i, 'sobald')) {
    const at = w.text(i, 'sobald') ? i : i + 1
    if (
      (at === i || superlatives.has(w.at(at).text)) &&
      (w.text(at + 1, 'wie') || w.text(at + 1, 'als') || w.text(at + 1, 'es'))
    ) {
      const possible = ['moeglich', 'moglich', 'es', 'irgend', 'nur', 'geht'].includes(w.at(at + 2).text)
      if (possible) return { item, next: at + 3 }
    }
    return null
  }
  const free =
    w.text(i + 1, 'freie') ||
    w.text(i + 1, 'freien') ||
    w.text(i + 1, 'moegliche') ||
    w.text(i + 1, 'moeglichen') ||
    w.text(i + 1, 'verfuegbare') ||
    w.text(i + 1, 'verfuegbaren')
  const appointment = w.text(free ? i + 2 : i + 1, 'termin')
  if (
    w.is(i, 'which', 'next') ||
    w.at(i).text.startsWith('frueheste') ||
    (w.is(i, 'ordinal') && w.at(i).value === 1 && free)
  ) {
    return appointment ? { item, next: free ? i + 3 : i + 2 } : null
  }
  return null
}
