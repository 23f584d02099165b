/**
 * Windows of time and parts of day: "zwischen zwei und vier", "ab 16 Uhr", "am späten Nachmittag", "nach der Arbeit".
 */
import { announcedClockAt, hourAt } from './clock-rules.ts'
import { clockInPart } from './day-parts.ts'
import type { SaidClock, TimeItem } from './items.ts'
import type { Context, Match, Words } from './words.ts'

/** "zwischen zwei und vier", "von 9 bis 17 Uhr", "14-16 Uhr", "9:30 - 11:00", "ab 15 / 16 Uhr". */
export function clockRangeRule(w: Words, i: number, c: Context): Match<TimeItem> | null {
  const between = w.is(i, 'prep', 'zwischen')
  const opened = between || w.is(i, 'prep', 'von') || w.is(i, 'bound', 'from')
  const start = opened ? i + 1 : i
  const announced = opened || w.is(start, 'prep', 'um') || w.is(start, 'approx')
  const bareFirst = !announced && w.is(start, 'number') && hourAt(w, start) !== null
  // "9.10 bis 11 Uhr" is a time only because of the "Uhr" at its end; "20.10 spätestens 12 Uhr" starts with a date.
  const dotted = bareFirst && w.mark(start + 1, '.')
  const first = announcedClockAt(w, start, c, announced || bareFirst)
  if (!first) return opened ? partRangeAt(w, start, between, c) : null
  // "von 4 Uhr nachmittags bis …": the part is that of this end alone
  const ofFirst = partOfEnd(w, first.next)
  const isEnd =
    ofFirst !== null &&
    (w.text(ofFirst.next, 'bis') || w.is(ofFirst.next, 'and') || w.mark(ofFirst.next, '-'))
  let at = isEnd ? ofFirst.next : first.next
  if (w.is(at, 'mark', ',')) at++
  const joint = w.at(at)
  const dash = joint.type === 'mark' && (joint.name === '-' || joint.name === '/')
  if (!dash && joint.text !== 'bis' && !(between && joint.type === 'and')) return null
  at = w.skip(at + 1, 'bound')
  if (w.is(at, 'prep', 'zum')) at++
  const second = announcedClockAt(w, at, { ...c, dated: true }, true)
  if (!second || (dotted && !c.dated && !w.is(second.next - 1, 'clock'))) return null
  // Two bare numbers are a time only with an announcement, an "Uhr" behind them or a day before them.
  const bare = bareFirst && first.next === start + 1 && second.next === at + 1
  if (bare && !c.afterDay && !c.timeOnly) return null
  if (!isEnd)
    return {
      item: { kind: 'window', from: first.clock, to: second.clock, fromPart: null, toPart: null },
      next: second.next,
    }
  const ofSecond = partOfEnd(w, second.next)
  const from = clockInPart(first.clock, ofFirst.name)
  const to = ofSecond ? clockInPart(second.clock, ofSecond.name) : second.clock
  return {
    item: { kind: 'window', from, to, fromPart: null, toPart: null },
    next: ofSecond?.next ?? second.next,
  }
}

/** A part of day right after a clock time: "4 Uhr nachmittags", "acht in der Früh". */
function partOfEnd(w: Words, i: number): { name: string; next: number } | null {
  const { type, name, text } = w.at(i)
  if (type !== 'part' && !(type === 'prep' && (name === 'am' || name === 'in')) && text !== 'des') return null
  return partAt(w, i)
}

/** "zwischen Mittag und 15 Uhr", "von vormittags bis nachmittags" */
function partRangeAt(w: Words, i: number, between: boolean, c: Context): Match<TimeItem> | null {
  const first = partAt(w, i)
  if (!first || !(w.text(first.next, 'bis') || (between && w.is(first.next, 'and')))) return null
  const second = announcedClockAt(w, first.next + 1, c, true)
  const toPart = second ? null : partAt(w, first.next + 1)
  const next = second?.next ?? toPart?.next
  if (next === undefined) return null
  const item: TimeItem = {
    kind: 'window',
    from: null,
    to: second?.clock ?? null,
    fromPart: first.name,
    toPart: toPart?.name ?? null,
  }
  return { item, next }
}

/** "ab vier", "vor zehn", "nicht später als 16 Uhr", "bis mittags", "14 Uhr frühestens". */
export function clockBoundRule(w: Words, i: number, c: Context): Match<TimeItem> | null {
  const postfix = w.is(i, 'bound') ? null : postfixBoundAt(w, i, c)
  if (postfix) return postfix
  const opening = boundAt(w, i)
  if (!opening) return null
  let at = w.skip(opening.next, 'bound')
  if (w.mark(at, ':')) at++
  const from = opening.side === 'from'
  const window = (clock: SaidClock | null, part: string | null, next: number): Match<TimeItem> => ({
    item: {
      kind: 'window',
      from: from ? clock : null,
      to: from ? null : clock,
      fromPart: from ? part : null,
      // "bis mittags" ends at twelve, when the forenoon does.
      toPart: from ? null : part === 'noon' ? 'late_forenoon' : part,
    },
    next,
  })
  const match = announcedClockAt(w, at, c, true)
  if (match && !isDateLike(w, at, match.next, c)) return window(match.clock, null, match.next)
  // "bis nachmittags um drei", "ab morgens 8 Uhr": the clock is the bound, the part only says which eight.
  const part = partAt(w, at)
  if (!part) return null
  const withClock = announcedClockAt(w, part.next, c, w.is(part.next, 'prep', 'um'))
  if (withClock) return window(withClock.clock, null, withClock.next)
  return window(null, part.name, part.next)
}

/** "10.10." after "ab" is a day unless something says it is a time. */
function isDateLike(w: Words, i: number, next: number, c: Context): boolean {
  if (!w.mark(i + 1, '.') || !w.is(i + 2, 'number') || c.dated) return false
  return !w.is(next - 1, 'clock') && w.at(i + 2).value >= 1 && w.at(i + 2).value <= 12
}

const earlierWords: ReadonlySet<string> = new Set(['frueher', 'eher', 'zeitiger'])
const laterWords: ReadonlySet<string> = new Set(['spaeter', 'spaeta'])

/** The word or words that open a bound, and which side they open. */
export function boundAt(w: Words, i: number): { side: 'from' | 'to'; name: string; next: number } | null {
  const l = w.at(i)
  if (l.name === 'including') return null
  if (l.type === 'bound') {
    const side = l.name === 'from' || l.name === 'after' ? 'from' : 'to'
    return { side, name: l.name, next: i + 1 }
  }
  // "früher als 15 Uhr", "später als drei"
  if (w.text(i + 1, 'als') && l.type !== 'not') {
    if (earlierWords.has(l.text)) return { side: 'to', name: 'before', next: i + 2 }
    if (laterWords.has(l.text)) return { side: 'from', name: 'after', next: i + 2 }
  }
  if (l.type !== 'not' && l.text !== 'nie') return null
  const at = refusedAt(w, i)
  // "nicht vor", "auf keinen Fall vor", "nicht nach", "nicht später als", "nicht früher als"
  if (w.is(at, 'bound', 'before')) return { side: 'from', name: 'from', next: at + 1 }
  if (w.is(at, 'bound', 'after')) return { side: 'to', name: 'to', next: at + 1 }
  if (w.text(at + 1, 'als')) {
    if (w.text(at, 'spaeter') || w.text(at, 'laenger')) return { side: 'to', name: 'to', next: at + 2 }
    if (w.text(at, 'frueher') || w.text(at, 'eher')) return { side: 'from', name: 'from', next: at + 2 }
  }
  return null
}

const emphases: ReadonlySet<string> = new Set(['unbedingt', 'schon', 'mehr'])

/** Where a refusal at `i` goes on: past "Fall" of "keinen Fall", and past one word that only gives it weight. */
function refusedAt(w: Words, i: number): number {
  const at = w.at(i).text.startsWith('kein') && w.text(i + 1, 'fall') ? i + 2 : i + 1
  return emphases.has(w.at(at).text) ? at + 1 : at
}

/** "14 Uhr frühestens", "11 Uhr spätestens" */
function postfixBoundAt(w: Words, i: number, c: Context): Match<TimeItem> | null {
  if (!w.is(i, 'number') && !w.is(i, 'prep', 'um') && !w.is(i, 'fraction')) return null
  const match = announcedClockAt(w, i, c, false)
  if (!match) return null
  const { text } = w.at(match.next)
  // "10 Uhr bis spätestens …" and "10 Uhr frühestens 9" belong to what follows.
  if (w.is(match.next + 1, 'number')) return null
  const empty = { kind: 'window', from: null, to: null, fromPart: null, toPart: null } as const
  if (text.startsWith('frueh') && w.is(match.next, 'bound'))
    return { item: { ...empty, from: match.clock }, next: match.next + 1 }
  if (text === 'spaetestens') return { item: { ...empty, to: match.clock }, next: match.next + 1 }
  return null
}

const later = new Set(['spaeter', 'spaeten', 'spaet', 'spaeterer', 'spaete', 'spat', 'spaten', 'spater'])
const earlier = new Set(['frueher', 'fruehen', 'frueh', 'fruehe', 'fruhen', 'fruher', 'fruh'])

/** A part of day with its adjective and the words around it: "am späten Nachmittag", "in der Früh", "nach der Arbeit". */
function partAt(w: Words, i: number): { name: string; next: number } | null {
  let at = i
  if (w.is(at, 'approx', 'gegen')) at++
  if (w.is(at, 'prep')) at++
  if (w.is(at, 'article')) at++
  const adjective = w.at(at).text
  const isLate = later.has(adjective)
  const isEarly = earlier.has(adjective)
  if (isLate || isEarly) {
    const noun = w.is(at + 1, 'prep', 'am') ? at + 2 : at + 1
    if (w.is(noun, 'part') && !w.is(at, 'prep')) {
      const base = w.at(noun).name
      if (isEarly && base === 'morning') return { name: 'early', next: noun + 1 }
      const name = `${isLate ? 'late' : 'early'}_${base}`
      return { name: refined.has(name) ? name : base, next: noun + 1 }
    }
    if ((isEarly || isLate) && w.text(noun, 'morgen') && (isEarly ? noun > at : noun === at + 1)) {
      if (noun === at + 2 || at > i) return { name: isEarly ? 'early' : 'forenoon', next: noun + 1 }
    }
  }
  if (w.is(at, 'part')) {
    const { name } = w.at(at)
    // "zu früh" is a complaint, no wish.
    if (name === 'early' && (w.text(at - 1, 'zu') || w.text(at - 1, 'so'))) return null
    // "morgens früh", "Abend später"
    const next = at + 1
    if (name === 'morning' && w.is(next, 'part', 'early')) return { name: 'early', next: next + 1 }
    if (name === 'early' && w.is(next, 'part', 'morning')) return { name: 'early', next: next + 1 }
    return { name, next }
  }
  // "am Morgen", "den Morgen": with its article the word is the part of day, not tomorrow as in "geht das morgen".
  if (at > i && w.text(at, 'morgen') && /^(?:der|den|dem|am)$/.test(w.at(at - 1).text))
    return { name: 'morning', next: at + 1 }
  return null
}

const refined = new Set([
  'early_forenoon',
  'late_forenoon',
  'early_afternoon',
  'late_afternoon',
  'early_evening',
  'late_evening',
])

/** "vormittags", "am frühen Abend", "in der Früh". */
export function partRule(w: Words, i: number): Match<TimeItem> | null {
  const match = partAt(w, i)
  return match && { item: { kind: 'part', name: match.name }, next: match.next }
}

/** What people do at that time, as windows: [words after "nach" or "vor", from, to]. */
const occasions: Array<[preposition: string, noun: string, from: number | null, to: number | null]> = [
  ['after', 'arbeit', 1020, null],
  ['after', 'feierabend', 1020, null],
  ['after', 'dienst', 1020, null],
  ['after', 'buero', 1020, null],
  ['after', 'mittagessen', 780, 1020],
  ['after', 'essen', 780, 1020],
  ['after', 'mittagspause', 780, 1020],
  ['after', 'mittag', 780, 1020],
  ['after', 'schule', 780, 1080],
  ['after', 'fruehstueck', 540, 720],
  ['before', 'arbeit', null, 540],
  ['before', 'schule', null, 480],
  ['before', 'mittagessen', null, 720],
]

/** "nach der Arbeit", "vor der Schule", "nach dem Mittagessen", "nach Feierabend". */
export function occasionRule(w: Words, i: number): Match<TimeItem> | null {
  const l = w.at(i)
  if (l.type !== 'bound') return null
  const at = w.is(i + 1, 'article') || w.text(i + 1, 'meiner') ? i + 2 : i + 1
  const found = occasions.find(([preposition, noun]) => preposition === l.name && w.text(at, noun))
  if (!found) return null
  const clock = (minute: number | null): SaidClock | null =>
    minute === null ? null : { minute, fixed: true, approximate: false }
  return {
    item: { kind: 'window', from: clock(found[2]), to: clock(found[3]), fromPart: null, toPart: null },
    next: at + 1,
  }
}
