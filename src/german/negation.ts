/**
 * What a caller refuses: "nicht Dienstag", "Montag kann ich nicht", "lieber Dienstag als Mittwoch". Takes whole pieces
 * away; that "nicht vor zehn" is a bound and no refusal was settled by the rules before.
 */

import { type Element, type Item, isTime } from './items.ts'
import type { Lexeme } from './types.ts'

/** Complaints about a time that refuse nothing: "nicht zu früh", "nicht so spät". */
const degrees = new Set(['zu', 'allzu', 'wahr', 'nur', 'ganz', 'genau'])
const tooWords = new Set(['frueh', 'spaet', 'lang', 'lange', 'bald', 'schnell'])
/** "am Montag habe ich keine Zeit", "Montag auf keinen Fall" */
const refusals = new Set(['zeit', 'termin', 'fall', 'moeglichkeit', 'luft'])
/** How many lexemes may stand between "nicht" and what it refuses. */
const negationReach = 3
/** Negations that only refuse what follows them. */
const leadsOnly = new Set(['statt', 'anstatt', 'ausser'])
/** Words with which a clause points back: "Montag, da kann ich nicht". */
const backPointers = new Set(['da', 'das', 'dann', 'der', 'den'])

const noneDropped: ReadonlySet<number> = new Set()

/** What a negation has to know of a clause: its items, and whether it asks or supposes rather than refuses. */
interface Clause {
  items: number[]
  rhetorical: boolean
  /** index of the lexeme it begins with */
  start: number
}

/** Verbs that tell what was; "hatte gern" is a wish without its umlaut, "hatte … gedacht" one said politely, and an offer is repeated with "war noch frei". */
const pastVerbs = new Set(['war', 'waren', 'hatte', 'hatten', 'gewesen', 'angerufen', 'seit'])
const wishWords = new Set(
  'gern gerne gedacht vorgestellt ueberlegt lieber frei gesagt angeboten vorgeschlagen genannt'.split(' '),
)

/** Days told of, not wished for: "letzten Freitag war ich da, jetzt bitte am Montag". Only if a wish remains. */
export function narratedBy(elements: readonly Element[], lexemes: readonly Lexeme[]): ReadonlySet<number> {
  const told = new Set<number>()
  if (!elements.some(({ item }) => item && isPast(item)) && !lexemes.some(({ text }) => pastVerbs.has(text)))
    return told
  let clause: number[] = []
  let start = 0
  const close = (end: number) => {
    const words = lexemes.slice(start, end).map(({ text }) => text)
    const past = clause.some((i) => isPast(elements[i]!.item!)) || words.some((word) => pastVerbs.has(word))
    if (past && !words.some((word) => wishWords.has(word))) for (const i of clause) told.add(i)
    clause = []
    start = end
  }
  elements.forEach(({ item, marker, at }, i) => {
    if (item) clause.push(i)
    else if (marker === 'stop' || marker === 'clause' || marker === 'and') close(at)
  })
  close(lexemes.length)
  const remains = elements.some(
    ({ item }, i) => item && !isTime(item) && !told.has(i) && item.kind !== 'offset',
  )
  return remains ? told : noneDropped
}

const closedWords = new Set('zu geschlossen dicht feiertag ruhetag zua'.split(' '))
const closedVerbs = new Set('haben hat habt ist sind seid is hamm ham'.split(' '))
const tooMuch = new Set('frueh spaet knapp bald eng zeitig'.split(' '))
const goesOnWith = new Set(
  'also dann aber deshalb deswegen drum lieber dafuer sondern darum somit'.split(' '),
)

/**
 * What cannot be, said before what is wished: "am Karfreitag haben Sie ja zu, also Donnerstag", "halb zehn ist mir zu früh, aber halb elf
 * ginge". Only if something of the same kind is said after it.
 */
export function excusedBy(elements: readonly Element[], lexemes: readonly Lexeme[]): ReadonlySet<number> {
  const excused = new Set<number>()
  for (let at = 1; at < lexemes.length; at++) {
    const text = lexemes[at]!.text
    const isTooMuch = tooMuch.has(text) && lexemes[at - 1]!.text === 'zu'
    const next = lexemes[at + 1]
    const goesOn = next !== undefined && (next.type === 'mark' || goesOnWith.has(next.text))
    if (!goesOn || (!isTooMuch && !closedWords.has(text))) continue
    const verb = lexemes.slice(Math.max(0, at - 5), at).findLastIndex((l) => closedVerbs.has(l.text))
    if (verb < 0 || lexemes.slice(Math.max(0, at - 5) + verb, at).some(({ type }) => type === 'not')) continue
    const kind = (index: number) => isTime(elements[index]!.item!)
    const before = elements.findLastIndex(({ item, end }) => item !== null && end <= at - 1)
    const after = elements.findIndex(({ item, at: start }) => item !== null && start > at)
    const isNear = before >= 0 && elements[before]!.end >= Math.max(0, at - 5) + verb - 1
    if (isNear && after >= 0 && kind(before) === kind(after)) excused.add(before)
  }
  return excused
}

/** Said of the past whatever the day is: "gestern", "vor drei Wochen", "letzten Freitag". */
function isPast(item: Item): boolean {
  if (item.kind === 'relative' || item.kind === 'offset') return item.days < 0
  if (item.kind === 'weekday' || item.kind === 'weekend') return item.which === 'last'
  return (item.kind === 'week' || item.kind === 'monthShift') && item.shift < 0
}

/** The indices of the elements that negations take away. One pass; every item is dropped at most once. */
export function droppedBy(elements: readonly Element[], lexemes: readonly Lexeme[]): ReadonlySet<number> {
  if (!lexemes.some(({ type, text }) => type === 'not' || type === 'unable' || text === 'als'))
    return noneDropped
  const dropped = new Set<number>()
  const text = (i: number) => lexemes[i]?.text ?? ''
  let clause: Clause = { items: [], rhetorical: false, start: 0 }
  let previous: Clause = clause
  let preferred = false
  const groups: number[][] = []
  // "Donnerstag geht, Freitag nicht" without its comma: what was said to be possible before stays, as does "nächste Woche, nur
  // Dienstag nicht".
  const dropLast = (from: Clause) => {
    const [last, before] = [from.items.at(-1)!, from.items.at(-2)]
    const alike = before !== undefined && isTime(elements[last]!.item!) === isTime(elements[before]!.item!)
    const between = alike ? lexemes.slice(elements[before]!.end, elements[last]!.at) : []
    if (between.some((l) => ableWords.has(l.text) || exceptWords.has(l.text))) {
      dropped.add(last)
      from.items.pop()
    } else drop(from)
  }
  const drop = (from: Clause) => {
    for (const i of from.items) dropped.add(i)
    from.items = []
  }
  elements.forEach((element, k) => {
    const { marker } = element
    if (element.item) {
      // "lieber Dienstag als Mittwoch"
      if (preferred && (text(element.at - 1) === 'als' || text(element.at - 2) === 'als')) dropped.add(k)
      else clause.items.push(k)
      return
    }
    preferred ||= marker === 'correction' || marker === 'hesitation'
    if (marker === 'rhetorical') clause.rhetorical = true
    else if (marker === 'stop' || marker === 'clause' || marker === 'correction' || marker === 'or') {
      previous = clause
      clause = { items: [], rhetorical: false, start: element.end }
    } else if ((marker === 'not' || marker === 'unable') && !clause.rhetorical && refuses(element, text)) {
      const next = elements[k + 1]
      const back = marker === 'not' && refersBack(clause, elements, element, next?.item ?? null, text)
      if (back) drop(clause)
      else if (marker === 'not' && next?.item && next.at - element.end <= negationReach) {
        const group = negatedFrom(
          elements,
          k + 1,
          text(element.at) === 'weder',
          text(element.at) === 'ausser',
        )
        for (const i of group) dropped.add(i)
        if (group.length > 1) groups.push(group)
      } else if (
        !leadsOnly.has(text(element.at)) &&
        (!text(element.at).startsWith('kein') || refusals.has(text(element.end)))
      ) {
        if (clause.items.length > 0) dropLast(clause)
        else if (backPointers.has(text(clause.start))) drop(previous)
      }
    }
  })
  // "nicht am Montag um neun, sondern um zehn": what has no counterpart was not meant by the refusal.
  const keeps = (time: boolean) =>
    elements.some(({ item }, i) => item && isTime(item) === time && !dropped.has(i))
  const [keepsDay, keepsTime] = [keeps(false), keeps(true)]
  if (keepsDay !== keepsTime) {
    for (const i of groups.flat()) if (isTime(elements[i]!.item!) !== keepsTime) dropped.delete(i)
  }
  return dropped
}

/** "Nächste Woche, nur Dienstag geht nicht": what follows is taken from what was said before. */
const exceptWords = new Set(['nur', 'bloss', 'lediglich', 'allerdings', 'aber', 'dafuer'])

/** Words of being able: after a day and one of them a "nicht" refuses that day, not the one that follows. */
const ableWords = new Set(
  'geht gehts gehen ging ginge kann koennen koennte passt passen passts klappt klappen haut schaffe schaff schaffen bin habe hab haette auch leider funktioniert works work'.split(
    ' ',
  ),
)

/** "Montag geht nicht Dienstag schon": without a comma the same kind of thing on both sides is refused and wished for. */
function refersBack(
  clause: Clause,
  elements: readonly Element[],
  element: Element,
  next: Item | null,
  text: (i: number) => string,
): boolean {
  const last = clause.items.at(-1)
  if (last === undefined || leadsOnly.has(text(element.at))) return false
  if (text(element.at).startsWith('kein')) return refusals.has(text(element.end))
  if (next === null || !clause.items.some((i) => isTime(elements[i]!.item!) === isTime(next))) return false
  for (let at = elements[last]!.end; at < element.at; at++) if (ableWords.has(text(at))) return true
  return false
}

/** A refused day with its time, or a refused time: "nicht am Montag um neun". A second day is no longer refused. */
function negatedFrom(
  elements: readonly Element[],
  start: number,
  neither: boolean,
  exception: boolean,
): number[] {
  const group = [start]
  const kinds = new Set([elements[start]!.item!.kind])
  const listed = exception ? listedAfter(elements, start) : []
  if (listed.length > 0) return [start, ...listed]
  for (let i = start + 1; i <= start + 2; i++) {
    const item = elements[i]?.item
    // "nicht Montag oder Dienstag", "weder Montag noch Dienstag" refuse both.
    if (elements[i]?.marker === 'or' && elements[i + 1]?.item) {
      group.push(i + 1)
      break
    }
    if (!item || (kinds.has(item.kind) && !neither)) break
    kinds.add(item.kind)
    group.push(i)
  }
  return group
}

/** "außer Dienstag und Mittwoch", "außer Montag, Dienstag und Freitag": a list that ends with "und" is one exception. */
function listedAfter(elements: readonly Element[], start: number): number[] {
  const { kind } = elements[start]!.item!
  const listed: number[] = []
  for (let i = start + 1; elements[i + 1]?.item?.kind === kind; i += 2) {
    const { marker } = elements[i]!
    if (marker !== 'stop' && marker !== 'and' && marker !== 'or') break
    listed.push(i + 1)
    if (marker !== 'stop') return listed
  }
  return []
}

/** Not every "nicht" refuses: "nicht zu früh", "nicht wahr", "keine Farbe". */
function refuses(element: Element, text: (i: number) => string): boolean {
  const after = text(element.end)
  if (degrees.has(after) || (after === 'so' && tooWords.has(text(element.end + 1)))) return false
  return true
}
