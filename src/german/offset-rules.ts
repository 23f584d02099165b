/**
 * Amounts of time and what is counted with them: "in acht Tagen", "in einer halben Stunde", "2 Wochen ab Freitag".
 */
import type { DayItem } from './items.ts'
import type { Context, Match, Words } from './words.ts'

interface Amount {
  minutes: number
  days: number
  months: number
  /** whole weeks only */
  weekly: boolean
  /** "acht Tage": a week in German counting */
  idiom: boolean
  approximate: boolean
  next: number
}

const halves: Record<string, number> = {
  anderthalb: 1.5,
  eineinhalb: 1.5,
  einundeinhalb: 1.5,
  zweieinhalb: 2.5,
  dreieinhalb: 3.5,
  viereinhalb: 4.5,
}

/** How many: "drei", "einer", "2,5", "anderthalb", "zwei ein halb", "ein paar", "einer halben". */
function countAt(w: Words, i: number): { count: number; vague: boolean; next: number } | null {
  const l = w.at(i)
  const halfWord = halves[l.text]
  if (halfWord) return { count: halfWord, vague: false, next: i + 1 }
  if (l.type === 'one') {
    if (w.text(i + 1, 'paar')) return { count: 3, vague: true, next: i + 2 }
    if (w.text(i + 1, 'halben') || w.text(i + 1, 'halbe') || w.text(i + 1, 'halbes'))
      return { count: 0.5, vague: false, next: i + 2 }
    return { count: 1, vague: false, next: i + 1 }
  }
  if (l.text === 'paar' || l.text === 'wenigen') return { count: 3, vague: true, next: i + 1 }
  if (l.text === 'halben' || l.text === 'halbe') return { count: 0.5, vague: false, next: i + 1 }
  if (l.type !== 'number' || !(l.value <= 999)) return null
  if (
    (w.mark(i + 1, ',') || w.mark(i + 1, '.')) &&
    w.at(i + 1).glued &&
    w.at(i + 2).digits === 1 &&
    w.at(i + 2).glued
  ) {
    return { count: l.value + w.at(i + 2).value / 10, vague: false, next: i + 3 }
  }
  const article = w.is(i + 1, 'one') || w.is(i + 1, 'and') ? (w.is(i + 2, 'one') ? i + 3 : i + 2) : i + 1
  if (article > i + 1 && w.is(article, 'fraction', 'half'))
    return { count: l.value + 0.5, vague: false, next: article + 1 }
  return { count: l.value, vague: false, next: i + 1 }
}

/** An amount of time: "drei Tage", "8 Wochen und 2 Tage", "einer Dreiviertelstunde", "einem halben Jahr". */
export function amountAt(w: Words, i: number): Amount | null {
  const total: Amount = {
    minutes: 0,
    days: 0,
    months: 0,
    weekly: true,
    idiom: false,
    approximate: false,
    next: i,
  }
  for (let part = 0; part < 3; part++) {
    const at = part === 0 ? i : w.is(total.next, 'and') || w.mark(total.next, ',') ? total.next + 1 : -1
    const count = at < 0 ? null : countAt(w, at)
    const unit = count ? w.at(count.next) : null
    if (!count || unit?.type !== 'unit' || !addAmount(total, count.count, unit.name)) break
    total.approximate ||= count.vague
    total.idiom ||= unit.name === 'day' && count.count === 8
    total.next = count.next + 1
  }
  return total.next > i ? total : null
}

function addAmount(total: Amount, count: number, unit: string): boolean {
  if (unit !== 'week') total.weekly = total.weekly && unit === 'day' && count % 7 === 0
  switch (unit) {
    case 'minute':
    case 'quarterHour':
    case 'threeQuarterHour':
    case 'halfHour':
    case 'hour':
      total.minutes += Math.round(
        count * { minute: 1, quarterHour: 15, threeQuarterHour: 45, halfHour: 30, hour: 60 }[unit],
      )
      return true
    case 'day':
    case 'week':
      if (count % 1 !== 0) total.approximate = true
      total.days += Math.floor(count * (unit === 'week' ? 7 : 1))
      return true
    case 'month':
      total.months += Math.floor(count)
      if (count % 1 !== 0) total.days += 15
      return true
    case 'quarterYear':
    case 'year':
      total.months += Math.round(count * (unit === 'year' ? 12 : 3))
      return true
    default:
      return false
  }
}

const countingPreps = new Set(['in', 'ueber', 'innerhalb'])
/** "in gut einer Woche" */
const vagueWords = new Set(['gut', 'knapp', 'rund', 'vielleicht', 'spaetestens', 'fruehestens'])

/** "in drei Tagen", "in einer halben Stunde", "über eine Woche", "vor zwei Tagen", "innerhalb einer Woche". */
export function offsetRule(w: Words, i: number, c: Context): Match<DayItem> | null {
  const opener = w.at(i)
  const corrected = c.corrected === 'offset' && (opener.type === 'number' || opener.type === 'one')
  if (!corrected && opener.type !== 'prep' && opener.type !== 'bound') return null
  const within = opener.name === 'innerhalb'
  const vague = vagueWords.has(w.at(i + 1).text)
  const start = (w.is(i + 1, 'prep', 'von') && within) || vague ? i + 2 : i + 1
  const at = corrected ? i : w.skip(start, 'approx', 'article')
  const amount = amountAt(w, at)
  if (!amount) return opener.name === 'in' ? betweenAmounts(w, at) : null
  const before = opener.type === 'bound' && opener.name === 'before'
  if (opener.name === 'ueber' && !((amount.weekly || amount.idiom) && c.afterDay)) return null
  if (opener.type === 'bound' && opener.name !== 'before') return null
  // "ein Termin von einer Stunde", "um eine Woche verschieben" count from something else than now.
  if (opener.type === 'prep' && !countingPreps.has(opener.name)) return null
  if (within && amount.minutes > 0)
    return { item: { kind: 'moment', minutes: amount.minutes, within: true }, next: amount.next }
  if (within)
    return {
      item: { kind: 'within', fromDays: 0, toDays: amount.days, toMonths: amount.months },
      next: amount.next,
    }
  if (amount.minutes > 0) {
    return before || amount.days > 0
      ? null
      : { item: { kind: 'moment', minutes: amount.minutes }, next: amount.next }
  }
  const sign = before ? -1 : 1
  // "in acht Tagen" is a week from today: the first day is counted too.
  const days = sign * (amount.idiom && amount.days === 8 ? 7 : amount.days)
  const { weekly, idiom, next } = amount
  const approximate = amount.approximate || vague || w.is(at - 1, 'approx') || w.is(i - 1, 'approx', 'about')
  return {
    item: { kind: 'offset', days, months: sign * amount.months, weekly: weekly || idiom, idiom, approximate },
    next,
  }
}

/** "in drei bis vier Tagen", "in zwei, drei Wochen", "in 2-3 Wochen" */
function betweenAmounts(w: Words, i: number): Match<DayItem> | null {
  const least = countAt(w, i)
  if (!least) return null
  const joint = w.at(least.next)
  if (joint.text !== 'bis' && joint.type !== 'or' && joint.name !== '-' && joint.name !== ',') return null
  const most = amountAt(w, least.next + 1)
  if (!most || most.days === 0 || most.minutes > 0) return null
  const unitDays = w.at(most.next - 1).name === 'week' ? 7 : 1
  return {
    item: { kind: 'within', fromDays: least.count * unitDays, toDays: most.days, toMonths: 0 },
    next: most.next,
  }
}

/** What follows an amount that counts from a day: "5 Tage von heute", "zwei Tage nach morgen", "2 Wochen ab Freitag". */
export function shiftedAt(w: Words, i: number): { days: number; months: number; next: number } | null {
  const amount = amountAt(w, i)
  if (!amount || amount.minutes > 0) return null
  const joint = w.at(amount.next)
  const backwards = joint.type === 'bound' && joint.name === 'before'
  const forwards =
    (joint.type === 'bound' && joint.name !== 'to') || joint.name === 'von' || joint.name === 'vom'
  if (!backwards && !forwards) return null
  const sign = backwards ? -1 : 1
  return { days: sign * amount.days, months: sign * amount.months, next: w.skip(amount.next + 1, 'article') }
}
