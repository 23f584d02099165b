/**
 * Days with a name or a place in their month: holidays, the working day between a holiday and the weekend, and
 * "ersten Montag im Dezember". Which day of which year they are is decided later.
 */
import type { DayItem } from './items.ts'
import type { Weekday } from './types.ts'
import type { Context, Match, Words } from './words.ts'

/** "Silvester", "Weihnachten 2026". */
export function holidayRule(w: Words, i: number): Match<DayItem> | null {
  const key = w.at(i).name
  if (
    key === 'christmas' &&
    (w.is(i + 1, 'and') || w.is(i + 1, 'bound', 'to')) &&
    (w.is(i + 2, 'holiday', 'newYear') || w.is(i + 2, 'holiday', 'newYearsEve')) &&
    w.is(i - 1, 'prep', 'zwischen')
  ) {
    return { item: { kind: 'betweenYears' }, next: i + 3 }
  }
  const year = w.at(i + 1)
  const isYear = year.digits === 4 || year.name === 'year'
  const hasYear = isYear && year.value >= 1900 && year.value < 2200
  return { item: { kind: 'holiday', key, year: hasYear ? year.value : null }, next: hasYear ? i + 2 : i + 1 }
}

const monthOf = (month: number): DayItem => ({ kind: 'month', month, year: null, portion: null, next: false })
const season = (first: number, last: number): DayItem => ({
  kind: 'range',
  from: monthOf(first),
  to: monthOf(last),
  exclusive: false,
})

/** "im Frühjahr", as whole months; only after "im", for all of them are surnames. */
export const seasons: Readonly<Record<string, DayItem>> = {
  fruehjahr: season(3, 5),
  fruehling: season(3, 5),
  sommer: season(6, 8),
  herbst: season(9, 11),
  winter: season(12, 2),
}

/** "Brückentag nach Himmelfahrt": the working day between the holiday and the weekend. */
export function bridgeRule(w: Words, i: number): Match<DayItem> | null {
  if (!w.text(i, 'brueckentag') && !w.text(i, 'bruckentag')) return null
  const at = w.skip(i + 1, 'bound', 'prep', 'article')
  return w.is(at, 'holiday') ? { item: { kind: 'bridge', key: w.at(at).name }, next: at + 1 } : null
}

/** "ersten Montag im Dezember", "dritter Mittwoch im Monat", "letzter Tag im Oktober 2015", "erste Dezemberwoche". */
export function nthRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const { value, type, digits } = w.at(i)
  if (type === 'ordinal') return value <= 31 ? nthAt(w, i, c, value) : null
  return digits > 0 && w.mark(i + 1, '.') && value >= 1 && value <= 5 && w.is(i + 2, 'weekday')
    ? nthAt(w, i, c, value, i + 2)
    : null
}

export function nthAt(w: Words, i: number, c: Context, nth: number, nounAt = i + 1): Match<DayItem> | null {
  if (
    w.is(nounAt, 'month') &&
    w.is(nounAt + 1, 'unit', 'week') &&
    w.at(nounAt).text.endsWith('woche') &&
    nth <= 4
  ) {
    return { item: { kind: 'nthWeek', nth, month: w.at(nounAt).value, monthShift: 0 }, next: nounAt + 2 }
  }
  const half = halfAt(w, nounAt, nth)
  if (half) return half
  const noun = w.at(nounAt)
  const workday = noun.text === 'werktag' || noun.text === 'arbeitstag'
  const isDay = workday || (noun.type === 'unit' && noun.name === 'day')
  const isWeek = noun.type === 'unit' && noun.name === 'week'
  if (noun.type !== 'weekday' && !isDay && !isWeek) return null
  if (!isDay && nth > (isWeek ? 4 : 5)) return null
  // "im Januar, in der zweiten Woche"
  if (isWeek && c.latest?.kind === 'month' && !w.is(nounAt + 1, 'prep'))
    return { item: { kind: 'nthWeek', nth, month: c.latest.month, monthShift: 0 }, next: nounAt + 1 }
  let at = w.skip(nounAt + 1, 'prep', 'article')
  let month: number | null = null
  let monthShift = 0
  if (w.is(at, 'month')) month = w.at(at).value
  // "letzte Woche im Jahr", "erster Montag des Jahres"
  else if (w.is(at, 'unit', 'year') && !w.is(at - 1, 'one')) month = nth < 0 ? 12 : 1
  else if (w.is(at, 'which') && w.is(at + 1, 'unit', 'month')) {
    monthShift = w.at(at).value
    at++
  } else if (w.is(at, 'which') && w.is(at + 1, 'month')) {
    month = w.at(at + 1).value
    at++
  } else if (w.text(at, 'neuen') && w.text(at + 1, 'jahr')) {
    month = 1
    at++
  } else if (!w.is(at, 'unit', 'month')) {
    // "am ersten Samstag" alone is the month's, too; "am dritten Tag" is not.
    if (noun.type !== 'weekday' || nth < 0 || !w.text(i - 1, 'am')) return null
    return {
      item: {
        kind: 'nth',
        nth,
        weekday: noun.value as Weekday,
        month: null,
        year: null,
        monthShift: 0,
        workday,
      },
      next: nounAt + 1,
    }
  }
  at++
  if (isWeek) return { item: { kind: 'nthWeek', nth, month, monthShift }, next: at }
  const year = w.at(at)
  const hasYear = year.digits === 4 && year.value >= 1900 && year.value < 2200 && !w.is(at + 1, 'clock')
  return {
    item: {
      kind: 'nth',
      nth,
      weekday: isDay ? null : (noun.value as Weekday),
      month,
      year: hasYear ? year.value : null,
      monthShift,
      workday,
    },
    next: hasYear ? at + 1 : at,
  }
}

/** "erste Dezemberhälfte", "zweite Monatshälfte", "erste Hälfte Dezember", "zweite Hälfte der Woche". */
function halfAt(w: Words, i: number, nth: number): Match<DayItem> | null {
  if (nth !== 1 && nth !== 2) return null
  const before = w.is(i, 'unit', 'half')
  const at = before ? w.skip(i + 1, 'prep', 'article') : i
  if (!before && !w.is(i + 1, 'unit', 'half')) return null
  const portion = nth === 1 ? 'firstHalf' : 'secondHalf'
  const which = w.is(at, 'which') ? w.at(at) : null
  const shift = which?.value ?? 0
  const noun = w.at(which ? at + 1 : at)
  const next = (which ? at + 2 : at + 1) + (before ? 0 : 1)
  if (noun.type === 'month')
    return { item: { kind: 'month', month: noun.value, year: null, portion, next: false }, next }
  if (noun.name === 'month') return { item: { kind: 'monthShift', shift, portion }, next }
  return noun.name === 'week' ? { item: { kind: 'week', shift, portion, workdays: false }, next } : null
}
