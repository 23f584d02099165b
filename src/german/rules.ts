/**
 * The table of rules, in the order in which they are tried, and the scan that applies them from left to right. A rule
 * that matches consumes its lexemes; where none does, one lexeme is passed over. Every rule looks ahead a bounded
 * number of lexemes, so the scan is linear. To teach the parser a new form, add a rule with its example here.
 */

import { clockRule } from './clock-rules.ts'
import { dayOfMonthRule, figuresRule, monthFirstRule, namedMonthRule, saidDate } from './date-rules.ts'
import {
  followingWords,
  monthRule,
  portionRule,
  portionWords,
  relativeRule,
  soonRule,
  unitRule,
  weekdayRule,
  whichRule,
} from './day-rules.ts'
import { type DayItem, type Element, type Item, isTime, type Marker } from './items.ts'
import { compactRule, hyphenatedRule, isoRule, machineClockRule, weekWordRule } from './machine-rules.ts'
import { bridgeRule, holidayRule, nthRule, seasons } from './named-day-rules.ts'
import { namesAt } from './names.ts'
import { amountAt, offsetRule, shiftedAt } from './offset-rules.ts'
import { seriesRule } from './series-rules.ts'
import type { Lexeme, LexType } from './types.ts'
import { boundAt, clockBoundRule, clockRangeRule, occasionRule, partRule } from './window-rules.ts'
import { type Context, type Match, Words } from './words.ts'

interface Rule {
  example: string
  starts: LexType[]
  read(w: Words, i: number, c: Context): Match<Item> | null
}

/** One day without range or bound, after its articles: the ends of "von … bis …" and what "ab" and "nach" take. */
const dayRules: Rule[] = [
  { example: '2026-12-04', starts: ['number'], read: isoRule },
  { example: '20261204', starts: ['number'], read: compactRule },
  { example: '04-Dec-2026', starts: ['number', 'month'], read: hyphenatedRule },
  { example: '7.11.', starts: ['number'], read: figuresRule },
  { example: 'ersten Montag im Dezember', starts: ['ordinal', 'number'], read: nthRule },
  { example: '27. November', starts: ['number', 'ordinal'], read: namedMonthRule },
  { example: 'am dritten', starts: ['number', 'ordinal'], read: dayOfMonthRule },
  { example: 'nächsten Freitag', starts: ['which'], read: whichRule },
  { example: 'Dezember, der fünfte', starts: ['month'], read: monthFirstRule },
  { example: 'im Dezember', starts: ['month'], read: monthRule },
  { example: 'Silvester', starts: ['holiday'], read: holidayRule },
  { example: 'Freitag', starts: ['weekday'], read: weekdayRule },
  { example: 'heute', starts: ['relative'], read: relativeRule },
  { example: 'Ende nächster Woche', starts: ['portion'], read: portionRule },
  { example: 'KW 49', starts: ['unit'], read: unitRule },
]

const rules: Rule[] = [
  { example: 'alle vier Wochen', starts: ['word', 'number'], read: seriesRule },
  { example: 'letzte Woche vor Weihnachten', starts: ['which', 'ordinal', 'unit'], read: besideRule },
  {
    example: 'vom 10. bis 14. November',
    starts: ['prep', 'number', 'ordinal', 'weekday', 'relative', 'which', 'holiday'],
    read: dayRangeRule,
  },
  { example: 'zwei Tage nach morgen', starts: ['number', 'one', 'unit'], read: shiftedRule },
  { example: 'in drei Tagen', starts: ['prep', 'bound', 'number', 'one'], read: offsetRule },
  { example: 'so bald wie möglich', starts: ['soon', 'approx', 'word', 'which', 'ordinal'], read: soonRule },
  { example: 'Woche vom 8. Dezember', starts: ['unit'], read: weekOfRule },
  { example: 'um den zehnten', starts: ['prep', 'approx'], read: aroundDayRule },
  {
    example: 'zwischen zwei und vier',
    starts: ['prep', 'bound', 'number', 'fraction', 'approx', 'one'],
    read: clockRangeRule,
  },
  { example: '14:30:00Z', starts: ['number', 'word'], read: machineClockRule },
  ...dayRules.slice(0, 7),
  { example: 'nach der Arbeit', starts: ['bound'], read: occasionRule },
  {
    example: 'nicht vor zehn',
    starts: ['bound', 'not', 'number', 'prep', 'fraction', 'word', 'hesitation'],
    read: clockBoundRule,
  },
  { example: 'ab Donnerstag', starts: ['bound', 'not', 'word', 'hesitation'], read: dayBoundRule },
  {
    example: 'um halb drei',
    starts: ['prep', 'approx', 'number', 'fraction', 'one', 'clock', 'ordinal'],
    read: clockRule,
  },
  { example: 'Freitag morgen', starts: ['relative'], read: morningRule },
  ...dayRules.slice(7),
  { example: 'W49', starts: ['word'], read: weekWordRule },
  { example: 'Monatsende', starts: ['word'], read: portionWordRule },
  { example: 'Brückentag nach Himmelfahrt', starts: ['word'], read: bridgeRule },
  { example: 'zwischen den Jahren', starts: ['prep'], read: betweenYearsRule },
  { example: 'am späten Nachmittag', starts: ['part', 'prep', 'word', 'approx'], read: partRule },
]

function byStart(list: Rule[]): Map<LexType, Rule[]> {
  const starts = new Map<LexType, Rule[]>()
  for (const rule of list)
    for (const start of rule.starts) starts.set(start, [...(starts.get(start) ?? []), rule])
  return starts
}

const rulesByStart = byStart(rules)
const dayRulesByStart = byStart(dayRules)

function firstMatch(table: Map<LexType, Rule[]>, w: Words, i: number, c: Context): Match<Item> | null {
  for (const rule of table.get(w.at(i).type) ?? []) {
    const match = rule.read(w, i, c)
    if (match) return match
  }
  return null
}

/** One day at `i`, after "den", "zum", "am" and the like. */
function dayAt(w: Words, i: number, c: Context): Match<DayItem> | null {
  const at = w.skip(i, 'prep', 'article')
  return datedWeekdayAt(w, at, c) ?? (firstMatch(dayRulesByStart, w, at, c) as Match<DayItem> | null)
}

/** "Mittwoch, dem neunzehnten": within a range the date speaks for both. */
function datedWeekdayAt(w: Words, i: number, c: Context): Match<DayItem> | null {
  if (!w.is(i, 'weekday')) return null
  const at = w.skip(w.mark(i + 1, ',') ? i + 2 : i + 1, 'article')
  if (!w.is(at, 'ordinal') && !w.is(at, 'number')) return null
  const match = firstMatch(dayRulesByStart, w, at, { ...c, corrected: 'date' })
  return match?.item.kind === 'date' ? (match as Match<DayItem>) : null
}

/** "von Montag bis Mittwoch", "vom 10. bis 14. November", "13. - 15. Juli", "14./15.10.", "zwischen Mittwoch und Freitag" */
function dayRangeRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const opener = w.at(i)
  const between = opener.name === 'zwischen'
  const opened = opener.type === 'prep' && (between || opener.name === 'von' || opener.name === 'vom')
  if (opener.type === 'prep' && !opened) return null
  const start = opened ? w.skip(i + 1, 'article') : i
  const ordinals = opener.name === 'vom' || start > i + 1
  const left = rangeStartAt(w, start, c, opened)
  if (!left) return null
  const joint = w.at(left.next)
  const dash = joint.type === 'mark' && (joint.name === '-' || joint.name === '/')
  const isJoint =
    dash ||
    (joint.type === 'bound' && joint.text === 'bis') ||
    (between && joint.type === 'and') ||
    (opener.name === 'vom' && joint.text === 'auf')
  if (!isJoint) return null
  const at = w.skip(left.next + 1, 'prep', 'article', 'bound')
  const right = dayAt(w, at, { ...c, corrected: ordinals || left.dotted ? 'date' : null })
  if (!right) return null
  const from = left.item
  const to = right.item
  if (from.kind === 'date' && to.kind === 'date') {
    if (left.bare && to.month === null && !ordinals) return null
    // "13. bis 15. Juli": month and year stand only once, at the end.
    return {
      item: {
        kind: 'range',
        from: { ...from, month: from.month ?? to.month, year: from.year ?? to.year },
        to,
        exclusive: false,
      },
      next: right.next,
    }
  }
  if (left.bare || to.kind === 'month' || from.kind === 'month' || joint.name === '/') return null
  return { item: { kind: 'range', from, to, exclusive: false }, next: right.next }
}

/** The first day of a range, which may be as bare as the "13" of "13 bis 15 Juli". */
function rangeStartAt(
  w: Words,
  i: number,
  c: Context,
  opened: boolean,
): (Match<DayItem> & { bare: boolean; dotted: boolean }) | null {
  const l = w.at(i)
  if ((l.type === 'number' && l.digits <= 2 && l.name === '') || l.type === 'ordinal') {
    const dotted = w.mark(i + 1, '.') && w.at(i + 1).glued
    const next = dotted ? i + 2 : i + 1
    const joint = w.at(next)
    const jointed =
      joint.name === '-' ||
      joint.name === '/' ||
      joint.text === 'bis' ||
      joint.text === 'auf' ||
      (opened && joint.type === 'and')
    if (jointed)
      return {
        item: saidDate(l.value, null, null),
        next,
        bare: !dotted && l.type === 'number',
        dotted: dotted || l.type === 'ordinal',
      }
  }
  const match = datedWeekdayAt(w, i, c) ?? (firstMatch(dayRulesByStart, w, i, c) as Match<DayItem> | null)
  return match && { ...match, bare: false, dotted: match.item.kind === 'date' }
}

/** "zwei Tage nach morgen", "2 Wochen ab nächsten Freitag", "zwei Tage vor Weihnachten" */
function shiftedRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  // "am Tag nach Weihnachten"
  const next = w.is(i, 'unit', 'day') && w.text(i, 'tag') && !w.is(i - 1, 'which')
  const sign = w.is(i + 1, 'bound', 'after') ? 1 : w.is(i + 1, 'bound', 'before') ? -1 : 0
  const shift = next && sign !== 0 ? { days: sign, months: 0, next: i + 2 } : shiftedAt(w, i)
  const base = shift && dayAt(w, shift.next, { ...c, corrected: 'date' })
  const later = shift ? null : laterAt(w, i, c)
  if (later) return later
  if (!shift || !base || base.item.kind === 'month') return null
  return {
    item: { kind: 'shifted', base: base.item, days: shift.days, months: shift.months },
    next: base.next,
  }
}

/** "nicht am Freitag, sondern eine Woche später": counted from the day named before. */
function laterAt(w: Words, i: number, c: Context): Match<DayItem> | null {
  const amount = c.latest && !isTime(c.latest) ? amountAt(w, i) : null
  if (!amount || amount.minutes > 0) return null
  const word = w.at(amount.next).text
  if (word !== 'spaeter' && word !== 'spater' && !followingWords.has(word)) return null
  const { days, months } = amount
  return { item: { kind: 'shifted', base: c.latest as DayItem, days, months }, next: amount.next + 1 }
}

/** "die letzte Woche vor Weihnachten", "am ersten Samstag nach Neujahr", "das Wochenende vor Silvester" */
function besideRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const counted = w.is(i, 'which') || (w.is(i, 'ordinal') && w.at(i).value === 1)
  const at = counted ? i + 1 : i
  if (!w.is(at + 1, 'bound', 'before') && !w.is(at + 1, 'bound', 'after')) return null
  if (w.is(at, 'unit', 'week')) return counted ? weekOfRule(w, at, c) : null
  if (w.is(at, 'weekday')) {
    const match = weekdayRule(w, at, c)
    return match?.item.kind === 'afterHoliday' || match?.item.kind === 'besideDate' ? match : null
  }
  const holiday = w.skip(at + 2, 'article')
  if (!w.is(at, 'unit', 'weekend') || !w.is(holiday, 'holiday')) return null
  const after = w.is(at + 1, 'bound', 'after')
  const from: DayItem = { kind: 'afterHoliday', weekday: 6, key: w.at(holiday).name, after }
  const to: DayItem = { kind: 'shifted', base: from, days: 1, months: 0 }
  return { item: { kind: 'range', from, to, exclusive: false }, next: holiday + 1 }
}

/** "Woche vom 8. Dezember", "Woche ab dem 8.", "die Woche vor Weihnachten", "Woche nach dem 8. Dezember" */
function weekOfRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  if (!w.is(i, 'unit', 'week')) return null
  const of = w.is(i + 1, 'prep', 'vom') || w.is(i + 1, 'bound', 'from') || w.text(i + 1, 'um')
  const shift = w.is(i + 1, 'bound', 'before') ? -1 : w.is(i + 1, 'bound', 'after') ? 1 : 0
  if (!of && (shift === 0 || !w.text(i, 'woche'))) return null
  const date = dayAt(w, i + 2, { ...c, corrected: 'date' })
  if (date?.item.kind !== 'date' && (of || date?.item.kind !== 'holiday')) return null
  return { item: { kind: 'weekOf', date: date.item, shift }, next: date.next }
}

/** "so um den zehnten", "gegen den 20. rum": a day that is not quite fixed. */
function aroundDayRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const at = w.is(i, 'approx', 'so') ? i + 1 : i
  if (!(w.is(at, 'prep', 'um') || w.is(at, 'approx', 'gegen') || w.is(at, 'approx', 'about'))) return null
  const article = w.is(at + 1, 'prep', 'am') && w.is(at, 'approx', 'about')
  if (!w.is(at + 1, 'article', '') && !article) return null
  const date = dayAt(w, at + 2, { ...c, corrected: 'date' })
  if (date?.item.kind !== 'date') return null
  const next = w.is(date.next, 'approx', 'around') ? date.next + 1 : date.next
  return { item: { ...date.item, approximate: true }, next }
}

/** "ab Donnerstag", "bis zum 5.", "nach Ostern", "nicht vor Montag", "spätestens am Freitag" */
function dayBoundRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const bound = boundAt(w, i)
  if (!bound) return null
  const at = w.skip(bound.next, 'bound')
  const day =
    w.is(at, 'prep', 'in') && w.at(i).text !== 'vor'
      ? (offsetRule(w, at, c) ?? dayAt(w, at, c))
      : dayAt(w, at, { ...c, corrected: 'date' })
  if (!day || day.item.kind === 'moment' || day.item.kind === 'within') return null
  const exclusive = bound.name === 'before' || bound.name === 'after'
  const item: DayItem = {
    kind: 'range',
    from: bound.side === 'from' ? day.item : null,
    to: bound.side === 'to' ? day.item : null,
    exclusive,
  }
  return { item, next: day.next }
}

/** "Freitag morgen", "heute Morgen", "den Morgen": the word is the morning; "geht das morgen" is tomorrow. */
function morningRule(w: Words, i: number, c: Context): Match<Item> | null {
  const said =
    w.at(i).name === 'morgen' &&
    (c.afterDay ||
      w.text(i - 1, 'jeden') ||
      /^(?:der|den|dem|the)$/.test(w.at(i - 1).text) ||
      w.text(i - 1, 'am'))
  return said ? { item: { kind: 'part', name: 'morning' }, next: i + 1 } : null
}

function portionWordRule(w: Words, i: number): Match<DayItem> | null {
  const item = portionWords[w.at(i).text] ?? (w.text(i - 1, 'im') ? seasons[w.at(i).text] : undefined)
  return item ? { item, next: i + 1 } : null
}

/** "zwischen den Jahren": the days after Christmas. */
function betweenYearsRule(w: Words, i: number): Match<DayItem> | null {
  const said =
    w.is(i, 'prep', 'zwischen') &&
    w.is(i + 1, 'article') &&
    (w.text(i + 2, 'jahren') || w.text(i + 2, 'feiertagen'))
  return said ? { item: { kind: 'betweenYears' }, next: i + 3 } : null
}

const markers: Partial<Record<LexType, Marker>> = {
  not: 'not',
  unable: 'unable',
  correction: 'correction',
  hesitation: 'hesitation',
  or: 'or',
  and: 'and',
  clause: 'clause',
  rhetorical: 'rhetorical',
}
const stops = new Set([',', '.', '!', '?', ';', '-'])
/** "Dienstag/Mittwoch" offers both. */
const markOf = (name: string): Marker | undefined =>
  name === '/' ? 'or' : stops.has(name) ? 'stop' : undefined
/** The pieces of a text in the order they were said, and the words between them that change their meaning. */
export function elementsOf(lexemes: readonly Lexeme[], thisYear: number, timeOnly: boolean): Element[] {
  const w = new Words(lexemes)
  const elements: Element[] = []
  const c: Context = { dated: timeOnly, afterDay: false, corrected: null, latest: null, timeOnly, thisYear }
  let i = 0
  while (i < w.length) {
    const skipped = namesAt(w, i)
    if (skipped > 0) {
      i += skipped
      continue
    }
    const last = elements.at(-1)
    c.afterDay = last?.item != null && last.end === i && !isTime(last.item)
    c.corrected =
      c.latest && last?.marker && last.marker !== 'stop' && last.marker !== 'and' && last.marker !== 'not'
        ? correctable(c.latest)
        : c.corrected
    if (last?.item) c.corrected = null
    const match: Match<Item> | null = firstMatch(rulesByStart, w, i, c) ?? elidedAt(w, i, c.latest)
    if (match) {
      elements.push({ item: match.item, marker: null, at: i, end: match.next })
      c.latest = match.item
      c.dated ||= match.item.kind === 'date' && match.item.month !== null
      i = match.next
      continue
    }
    const l = w.at(i)
    const marker = l.type === 'mark' ? markOf(l.name) : markers[l.type]
    if (marker) elements.push({ item: null, marker, at: i, end: i + 1 })
    i++
  }
  return elements
}

/** "nicht diese Woche, sondern nächste", "nicht diesen Freitag, sondern den darauf": the noun was said before. */
function elidedAt(w: Words, i: number, latest: Item | null): Match<Item> | null {
  if (!latest) return null
  const back = w.is(i, 'article') && followingWords.has(w.at(i + 1).text)
  const { name } = w.at(i)
  if (!back && !(w.is(i, 'which') && (w.is(i + 1, 'mark') || w.text(i + 1, 'dann')))) return null
  if (!back && name !== 'next' && name !== 'coming' && name !== 'afterNext') return null
  const next = back ? i + 2 : i + 1
  if (latest.kind === 'week') {
    const shift = back ? latest.shift + 1 : name === 'afterNext' ? 2 : 1
    return { item: { ...latest, shift }, next }
  }
  // After "diesen Freitag" the next one is never the same.
  if (latest.kind === 'weekday' || latest.kind === 'weekend')
    return { item: { ...latest, which: name === 'afterNext' ? name : 'following' }, next }
  if (latest.kind === 'relative') return back ? { item: { ...latest, days: latest.days + 1 }, next } : null
  return null
}

/** What a bare number after "nein" or "oder" would be a new value of. */
function correctable(item: Item): Context['corrected'] {
  if (item.kind === 'clock' || item.kind === 'date' || item.kind === 'offset') return item.kind
  return null
}
