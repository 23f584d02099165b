/** What is wished for again and again: "alle vier Wochen", "jeden zweiten Freitag", "wöchentlich". The first day is said elsewhere. */
import type { DayItem } from './items.ts'
import { amountAt } from './offset-rules.ts'
import type { Match, Words } from './words.ts'

const words: Readonly<Record<string, [days: number, months: number]>> = {
  taeglich: [1, 0],
  woechentlich: [7, 0],
  zweiwoechentlich: [14, 0],
  vierwoechentlich: [28, 0],
  vierzehntaegig: [14, 0],
  vierzehntaeglich: [14, 0],
  monatlich: [0, 1],
  zweimonatlich: [0, 2],
  vierteljaehrlich: [0, 3],
  halbjaehrlich: [0, 6],
  jaehrlich: [0, 12],
  weekly: [7, 0],
  monthly: [0, 1],
}
const each = new Set(['jede', 'jeden', 'jedes', 'jeder', 'every', 'each'])

/** "alle vier Wochen", "jede zweite Woche", "jeden Freitag" (its day is left for its own rule), "14-tägig", "wöchentlich", "im Abstand von zwei Wochen". */
export function seriesRule(w: Words, i: number): Match<DayItem> | null {
  const { text, digits, value } = w.at(i)
  const listed = Object.hasOwn(words, text) ? words[text] : undefined
  if (listed) return every(listed[0], listed[1], i + 1)
  if (digits > 0) {
    const next = w.mark(i + 1, '-') ? i + 2 : i + 1
    const suffix = w.at(next).text
    if (suffix === 'taegig' || suffix === 'taeglich') return every(value, 0, next + 1)
    return suffix === 'woechentlich' ? every(value * 7, 0, next + 1) : null
  }
  // "im Abstand von zwei Wochen"
  const apart = text === 'abstand' || text === 'abstaenden' || text === 'rhythmus'
  const distance = apart && w.is(i + 1, 'prep', 'von') ? amountAt(w, i + 2) : null
  if (distance && distance.minutes === 0) return every(distance.days, distance.months, distance.next)
  if (text === 'alle') {
    const amount = amountAt(w, i + 1)
    return amount && amount.minutes === 0 ? every(amount.days, amount.months, amount.next) : null
  }
  if (!each.has(text)) return null
  const counted = amountAt(w, i + 1)
  if (counted && counted.minutes === 0) return every(counted.days, counted.months, counted.next)
  // "jede zweite Woche", "jeden zweiten Freitag"
  const times = w.is(i + 1, 'ordinal') ? w.at(i + 1).value : 1
  const noun = w.is(i + 1, 'ordinal') ? i + 2 : i + 1
  // "jeden ersten Montag im Monat" is monthly; which Monday that is, its own rule reads.
  const monthly =
    noun > i + 1 && (w.text(noun + 1, 'im') || w.text(noun + 1, 'in') || w.text(noun + 1, 'des'))
  if (monthly) return every(0, 1, i + 1)
  if (w.is(noun, 'weekday')) return every(7 * times, 0, noun)
  if (w.is(noun, 'unit', 'week')) return every(7 * times, 0, noun + 1)
  return w.is(noun, 'unit', 'month') ? every(0, times, noun + 1) : null
}

const every = (days: number, months: number, next: number): Match<DayItem> => ({
  item: { kind: 'every', days, months },
  next,
})
