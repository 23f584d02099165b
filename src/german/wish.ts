/**
 * From pieces to one wish: negations drop pieces, corrections replace them, "oder" opens a second option. What
 * remains fills named slots, so that "Donnerstag nächster Woche" and "nächste Woche Donnerstag" are the same.
 */

import { type DayItem, type Element, type Item, isTime, type SaidClock, type TimeItem } from './items.ts'
import { droppedBy, excusedBy, narratedBy } from './negation.ts'
import type { Lexeme } from './types.ts'
import { type UnknownDay, unknownDay } from './unknown-days.ts'
import { partWindows } from './vocabulary.ts'

export type Slot =
  | 'moment'
  | 'iso'
  | 'point'
  | 'relative'
  | 'weekday'
  | 'week'
  | 'weekend'
  | 'month'
  | 'year'
  | 'offset'
  | 'range'
  | 'soonest'

const slotOfKind: Record<DayItem['kind'], Slot> = {
  moment: 'moment',
  iso: 'iso',
  date: 'point',
  nth: 'point',
  holiday: 'point',
  afterHoliday: 'point',
  besideDate: 'point',
  bridge: 'point',
  shifted: 'point',
  relative: 'relative',
  weekday: 'weekday',
  week: 'week',
  weekOf: 'week',
  isoWeek: 'week',
  weekend: 'weekend',
  month: 'month',
  monthShift: 'month',
  nthWeek: 'range',
  year: 'year',
  offset: 'offset',
  within: 'range',
  betweenYears: 'range',
  range: 'range',
  soonest: 'soonest',
  every: 'range',
}

/** One option of what the caller wants. */
export interface Draft {
  days: Partial<Record<Slot, DayItem>>
  /** the order in which the day slots were said: "Mittwoch in zwei Wochen" differs from "in zwei Wochen am Mittwoch" */
  order: Slot[]
  clock: SaidClock | null
  window: Extract<TimeItem, { kind: 'window' }> | null
  part: string | null
}

export interface Wish {
  main: Draft
  /** further options, named with "oder" or simply added */
  others: Draft[]
  /** two days were named and nothing says how they belong together */
  unclear: boolean
  /** a day from the other argument that may contradict the main one */
  rival: Draft | null
  /** how often, for a series */
  every: { days: number; months: number } | null
  /** what was refused */
  refused: Item[]
  /** a day was named that cannot be known */
  unknown: UnknownDay | null
}

/** More options than anybody keeps in mind; what is said beyond them is not read. */
const optionsMax = 8

const emptyDraft = (): Draft => ({ days: {}, order: [], clock: null, window: null, part: null })
const hasDay = (draft: Draft): boolean => draft.order.length > 0
export const hasTime = (draft: Draft): boolean =>
  draft.clock !== null || draft.window !== null || draft.part !== null

/** Slots that say together what one alone leaves open: "Mittwoch" + "nächste Woche", "am dritten" + "im Dezember". */
const companions: Partial<Record<Slot, Slot[]>> = {
  weekday: ['week', 'offset', 'weekend', 'month', 'range'],
  week: ['weekday', 'range'],
  offset: ['weekday', 'relative'],
  month: ['point', 'weekday', 'year'],
  year: ['point', 'month', 'week'],
  point: ['month', 'year'],
  weekend: ['weekday'],
  relative: ['offset'],
  range: ['week', 'weekday'],
}

/** Reads the elements of a text into a wish. The lexemes are needed to see what a negation refers to. */
export function wishOf(elements: readonly Element[], lexemes: readonly Lexeme[]): Wish {
  const dropped = droppedBy(elements, lexemes)
  const narrated = new Set([...narratedBy(elements, lexemes), ...excusedBy(elements, lexemes)])
  const moving = lexemes.some(
    ({ text }) =>
      text.startsWith('verschieb') ||
      text.startsWith('verleg') ||
      text.startsWith('umbuch') ||
      text === 'umlegen',
  )
  const options = [emptyDraft()]
  let every: Wish['every'] = null
  let unclear = false
  let separated = false
  let correcting: 'no' | 'weak' | 'strong' = 'no'
  let consumed = false
  let takenBack = false
  let joined: 'or' | 'and' | null = null
  elements.forEach((element, index) => {
    const { item, marker } = element
    if (marker === 'correction') correcting = 'strong'
    else if (marker === 'hesitation' && correcting === 'no') correcting = 'weak'
    else if (marker === 'or' || marker === 'and') joined = marker
    else if ((marker === 'stop' || marker === 'clause') && consumed) correcting = 'no'
    if (marker === 'correction' || marker === 'hesitation') consumed = false
    separated ||= marker === 'or' || marker === 'and' || marker === 'stop'
    // "zuerst Montag, aber Dienstag ist besser"
    const better = marker === 'hesitation' && lexemes[element.at]?.text === 'besser'
    if (better && options.length > 1 && elements[index - 1]?.item) options.unshift(options.pop()!)
    if (item === null || dropped.has(index) || narrated.has(index) || options.length > optionsMax) return
    consumed = true
    if (item.kind === 'every') {
      every = { days: item.days, months: item.months }
      return
    }
    const draft = options.at(-1)!
    // "den Termin vom Mittwoch auf Freitag verschieben": the target replaces what is moved.
    const target = (moving || hasDay(draft)) && lexemes[element.at - 1]?.text === 'auf'
    const afterArticle = moving && lexemes[element.at - 2]?.text === 'auf'
    if (target || afterArticle) correcting = 'strong'
    // "Montag, nein, Montag bin ich in Hamburg, dann am Dienstag": taken back, then replaced
    if (takenBack && saysThen(lexemes, element.at)) correcting = 'strong'
    const strong = correcting === 'strong'
    if (isTime(item)) {
      if (strong || (correcting === 'weak' && item.kind === 'clock')) clearTime(draft, item)
      if (joined !== null && uniteParts(draft, item)) {
        joined = null
        return
      }
      // "um drei, ach, da hol ich die Kleine ab, also halb vier": two clocks without a joint are two wishes, and asked about
      if (!addTime(draft, item) && (joined !== null || contradicts(draft, item)))
        options.push({ ...draft, part: item.kind === 'part' ? item.name : draft.part, ...timeOf(item) })
      joined = null
      return
    }
    // "vom Mittwoch auf Freitag" is read as a range; moved, only its end is wished for.
    const moved =
      moving && item.kind === 'range' && item.from && item.to && lexemes[element.at]?.text.startsWith('vo')
    const day = moved && item.kind === 'range' && item.to ? item.to : item
    const slot = slotOfKind[day.kind]
    takenBack = strong && JSON.stringify(draft.days[slot]) === JSON.stringify(day)
    if (strong) correct(draft, slot, day)
    else if (joined !== null && hasDay(draft) && !isCompanion(draft, slot)) {
      options.push(optionFrom(draft, slot, day))
    } else if (!addDay(draft, slot, day)) {
      if (correcting === 'weak') correct(draft, slot, day)
      else {
        unclear ||= !separated
        options.push(optionFrom(draft, slot, day))
      }
    }
    joined = null
  })
  const [main, ...others] = options as [Draft, ...Draft[]]
  // "Montag oder Dienstag um drei": the time at the end belongs to both.
  const timed = others.find(hasTime)
  if (!hasTime(main) && timed)
    Object.assign(main, { clock: timed.clock, window: timed.window, part: timed.part })
  if (every !== null) beginSeries(main)
  const refused = elements.flatMap(({ item }, index) => (item && dropped.has(index) ? [item] : []))
  if (!hasTime(main)) main.window = besideRefused(refused)
  return { main, others, unclear, rival: null, every, refused, unknown: unknownOf(elements, lexemes) }
}

/** "dann Dienstag", "dann am Dienstag" */
const saysThen = (lexemes: readonly Lexeme[], at: number): boolean =>
  [at - 1, at - 2].some((i) => lexemes[i]?.text === 'dann')

/** "alle vier Wochen ab Freitag": the series begins on that day, it is no open span. */
function beginSeries(draft: Draft): void {
  const { range } = draft.days
  if (
    range?.kind !== 'range' ||
    range.from === null ||
    range.to !== null ||
    range.exclusive ||
    draft.days.weekday
  )
    return
  remove(draft, 'range')
  put(draft, slotOfKind[range.from.kind], range.from)
}

/** "nicht vormittags" is noon and later, "nicht abends" what comes before, "nicht nachmittags" the morning. */
function besideRefused(refused: readonly Item[]): Draft['window'] {
  const part = refused.find((item) => item.kind === 'part')
  if (part?.kind !== 'part' || part.name === 'noon') return null
  const { from, to } = partWindows[part.name]!
  const clock = (minute: number): SaidClock => ({ minute, fixed: true, approximate: false })
  const window = { kind: 'window', from: null, to: null, fromPart: null, toPart: null } as const
  if (to !== null && to <= 720) return { ...window, from: clock(to) }
  return { ...window, to: clock(part.name === 'afternoon' ? partWindows.noon!.from : from) }
}

function unknownOf(elements: readonly Element[], lexemes: readonly Lexeme[]): Wish['unknown'] {
  if (lexemes.length === 0) return null
  return unknownDay(lexemes, (i) => elements.some(({ item, at, end }) => item !== null && at <= i && i < end))
}

const isCompanion = (draft: Draft, slot: Slot): boolean =>
  draft.order.every((present) => present !== slot && (companions[slot]?.includes(present) ?? false))

/** Fills a free slot, or completes what is there; false if the slot holds something else. */
function addDay(draft: Draft, slot: Slot, item: DayItem): boolean {
  const present = draft.days[slot]
  if (present) {
    if (slot === 'range' && present.kind === 'range' && item.kind === 'range') {
      // "ab Montag, aber vor Freitag"
      if (present.from && item.to && !present.to)
        return put(draft, slot, { ...present, to: item.to, exclusive: item.exclusive })
      if (present.to && item.from && !present.from) return put(draft, slot, { ...present, from: item.from })
    }
    if (present.kind === 'date' && item.kind === 'date' && present.month === null && item.day === present.day)
      return put(draft, slot, item)
    // "nächste Woche, Mitte der Woche"
    if (
      present.kind === 'week' &&
      item.kind === 'week' &&
      (present.portion === null) !== (item.portion === null)
    )
      return put(draft, slot, {
        ...present,
        shift: present.shift || item.shift,
        portion: present.portion ?? item.portion,
      })
    return JSON.stringify(present) === JSON.stringify(item)
  }
  // A soonest wish gives way to any day, and "bald" adds nothing to one.
  if (slot === 'soonest' && hasDay(draft)) return true
  return put(draft, slot, item)
}

function put(draft: Draft, slot: Slot, item: DayItem): true {
  if (!draft.days[slot]) draft.order.push(slot)
  draft.days[slot] = item
  return true
}

/** The later words win; what they leave open is kept from the earlier ones. */
function correct(draft: Draft, slot: Slot, item: DayItem): void {
  const before = draft.days[slot]
  for (const present of [...draft.order]) {
    if (present !== slot && !(companions[slot]?.includes(present) ?? false)) remove(draft, present)
  }
  let corrected = item
  if (before?.kind === 'date') {
    // "am siebten November, nein, am achten"; "am siebten November, nein, Dezember" arrives as a month.
    if (item.kind === 'date' && item.month === null)
      corrected = { ...item, month: before.month, year: before.year }
  }
  if (before?.kind === 'weekday' && item.kind === 'weekday' && item.which === 'bare')
    corrected = { ...item, which: before.which }
  const point = draft.days.point
  if (slot === 'month' && item.kind === 'month' && point?.kind === 'date') {
    put(draft, 'point', { ...point, month: item.month })
    return
  }
  put(draft, slot, corrected)
}

function remove(draft: Draft, slot: Slot): void {
  delete draft.days[slot]
  draft.order.splice(draft.order.indexOf(slot), 1)
}

/** A second option: the same wish with this day in place of the first. */
function optionFrom(draft: Draft, slot: Slot, item: DayItem): Draft {
  const option: Draft = { ...emptyDraft(), part: draft.part }
  for (const kept of companions[slot] ?? []) {
    const companion = draft.days[kept]
    if (companion && draft.days[slot]) put(option, kept, companion)
  }
  const present = draft.days[slot]
  const completed =
    item.kind === 'date' && present?.kind === 'date' && item.month === null
      ? { ...item, month: present.month, year: present.year }
      : item
  put(option, slot, completed)
  return option
}

const timeOf = (item: TimeItem): Pick<Draft, 'clock' | 'window'> => ({
  clock: item.kind === 'clock' ? item.clock : null,
  window: item.kind === 'window' ? item : null,
})

/** Adds a time to the draft; false if one of its kind is there already. */
function addTime(draft: Draft, item: TimeItem): boolean {
  if (item.kind === 'part') {
    draft.part = draft.part === null ? item.name : refine(draft.part, item.name)
    return true
  }
  if (item.kind === 'clock') {
    if (draft.clock !== null) return draft.clock.minute === item.clock.minute
    draft.clock = item.clock
    return true
  }
  if (draft.window === null) {
    draft.window = item
    return true
  }
  // "nach 9:30, aber vor 11:00"
  const { from, to, fromPart, toPart } = draft.window
  draft.window = {
    kind: 'window',
    from: from ?? item.from,
    to: to ?? item.to,
    fromPart: fromPart ?? item.fromPart,
    toPart: toPart ?? item.toPart,
  }
  return true
}

/** Another clock than the one said before; half a day apart they are one time said twice ("um halb vier, also 15 Uhr 30"). */
function contradicts(draft: Draft, item: TimeItem): boolean {
  return item.kind === 'clock' && draft.clock !== null && (item.clock.minute - draft.clock.minute) % 720 !== 0
}

/** "vormittags oder mittags": both parts are welcome, so the window reaches from the one to the other. */
function uniteParts(draft: Draft, item: TimeItem): boolean {
  if (item.kind !== 'part' || draft.part === null || draft.part === item.name || draft.clock || draft.window)
    return false
  const inOrder = partWindows[draft.part]!.from <= partWindows[item.name]!.from
  const [fromPart, toPart] = inOrder ? [draft.part, item.name] : [item.name, draft.part]
  draft.window = { kind: 'window', from: null, to: null, fromPart, toPart }
  draft.part = null
  return true
}

/** Of two parts the one said with more detail stays: "Nachmittag … am späten Nachmittag". */
const refine = (present: string, added: string): string =>
  added.endsWith(present) || present === 'early' ? added : present

function clearTime(draft: Draft, item: TimeItem): void {
  draft.clock = null
  draft.window = null
  if (item.kind === 'part') draft.part = null
}

/**
 * Date and time arguments as one wish: the day of the first, the time of the second, and from each what the other
 * leaves open. Days that can be said together are ("nächste Woche" + "Mittwoch um zehn"); others are rivals.
 */
export function mergeWishes(date: Wish, time: Wish): Wish {
  const both = hasDay(date.main) && hasDay(time.main)
  // "in einer halben Stunde" is a day and a time at once; the other argument can only agree or contradict.
  if (both && time.main.days.moment !== undefined && date.main.days.moment === undefined)
    return { ...mergeWishes({ ...date, main: emptyDraft() }, time), rival: date.main }
  const complete = both && time.main.order.every((slot) => isCompanion(date.main, slot))
  const day = hasDay(date.main) ? date.main : time.main
  const main: Draft = { ...time.main, days: { ...day.days }, order: [...day.order] }
  if (complete) for (const slot of time.main.order) put(main, slot, time.main.days[slot]!)
  if (!main.clock && !main.window) {
    main.clock = date.main.clock
    main.window = date.main.window
  }
  main.part ??= date.main.part
  const rival = both && !complete ? time.main : null
  return {
    main,
    others: [...date.others, ...time.others],
    unclear: date.unclear || time.unclear,
    rival,
    every: date.every ?? time.every,
    refused: [...date.refused, ...time.refused],
    unknown: date.unknown ?? time.unknown,
  }
}
