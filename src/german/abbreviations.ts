/**
 * Abbreviations whose letters are other words too: "Mo", "Do", "So", "Fr." (also Frau), "nachm.", and the fractions
 * "1/2 3" and "3/4 vier". They are spelled out after the lexer, before any rule, and only where their neighbours leave
 * no other reading; a lone "so" or "do" stays what it is.
 */
import type { Lexeme } from './types.ts'
import { weekdayAbbreviations } from './vocabulary.ts'

const partAbbreviations: Record<string, string> = {
  vorm: 'forenoon',
  vm: 'forenoon',
  nachm: 'afternoon',
  nm: 'afternoon',
  abds: 'evening',
}

/** Written fractions of an hour by numerator and denominator. */
const fractions: Record<string, [name: string, minutes: number]> = {
  '1/2': ['half', 30],
  '1/4': ['quarter', 15],
  '3/4': ['threeQuarters', 45],
}

/** Words that begin a time after an abbreviated weekday: "Do ab 16", "Mi gegen zehn", "Fr um drei". */
const timeOpeners = new Set(['um', 'ab', 'gegen', 'nach', 'vor', 'bis', 'zwischen', 'von', 'frueh'])
/** Words after which a day stands: "bis Fr", "für Do um zehn". */
const dayOpeners = new Set(['ab', 'bis', 'fuer', 'vor', 'den', '/'])
const jointWords = new Set(['bis', 'und', 'oder', 'o', 'u', 'od', 'bzw'])

/** The same lexemes with what is certainly an abbreviation spelled out; in place. */
export function spellOut(lexemes: Lexeme[]): Lexeme[] {
  for (let i = 0; i < lexemes.length; i++) {
    const { text, digits } = lexemes[i]!
    if (digits === 1) spellFraction(lexemes, i)
    else if (text.length === 2 && Object.hasOwn(weekdayAbbreviations, text)) {
      if (isWeekday(lexemes, i)) replace(lexemes, i, { type: 'weekday', value: weekdayAbbreviations[text]! })
    } else if (text.length <= 5 && Object.hasOwn(partAbbreviations, text)) spellPart(lexemes, i)
  }
  return lexemes
}

function replace(lexemes: Lexeme[], i: number, part: Partial<Lexeme>): void {
  const dot = lexemes[i + 1]
  if (dot?.name === '.' && dot.glued) lexemes.splice(i + 1, 1)
  lexemes[i] = { ...lexemes[i]!, name: '', ...part }
}

/** "Fr nachm.", "vorm." — without its dot only at the end, because "nachm" and "vorm" are spoken prepositions. */
function spellPart(lexemes: Lexeme[], i: number): void {
  const next = lexemes[i + 1]
  if (next && !(next.type === 'mark' && next.glued)) return
  replace(lexemes, i, { type: 'part', name: partAbbreviations[lexemes[i]!.text]! })
}

/** "1/2 3", "3/4 vier", "1/4 nach 3": only before an hour, so that "1/2 Stunde" and "3/4" are left alone. */
function spellFraction(lexemes: Lexeme[], i: number): void {
  const [over, under, next] = [lexemes[i + 1], lexemes[i + 2], lexemes[i + 3]]
  if (over?.name !== '/' || !over.glued || !under?.glued || under.digits !== 1 || next === undefined) return
  const found = fractions[`${lexemes[i]!.value}/${under.value}`]
  const hour = next.type === 'bound' ? lexemes[i + 4] : next
  if (!found || hour?.type !== 'number' || !(hour.value >= 1 && hour.value <= 24) || hour.glued) return
  const [name, value] = found
  const glued = lexemes[i]!.glued
  lexemes.splice(i, 3, { type: 'fraction', name, value, text: name, glued, digits: 0 })
}

function isWeekday(lexemes: Lexeme[], i: number): boolean {
  const { text } = lexemes[i]!
  const before = lexemes[i - 1]
  const dotted = lexemes[i + 1]?.name === '.' && lexemes[i + 1]!.glued
  let at = dotted ? i + 2 : i + 1
  if (lexemes[at]?.name === ',') at++
  const next = lexemes[at]
  const article = next?.type === 'article' ? 1 : 0
  if (dateAt(lexemes, at + article)) return true
  if (joins(lexemes, i, at)) return true
  // "so um drei" and "do kann i" (dialect) are no days.
  if (text === 'so') return false
  if (before?.text === 'am' || before?.type === 'which') return true
  if (next && next.digits > 0 && next.digits <= 4 && timeEndsAt(lexemes, at)) return true
  const opens = i === 0 || before?.type === 'or' || before?.name === ',' || dayOpeners.has(before?.text ?? '')
  if (next === undefined) return opens || before?.type === 'clock' || (before?.digits ?? 0) > 0
  const timed =
    next.type === 'number' ||
    next.type === 'part' ||
    Object.hasOwn(partAbbreviations, next.text) ||
    next.type === 'fraction' ||
    next.type === 'or' ||
    timeOpeners.has(next.text)
  return opens && timed
}

/** "30.11.", "4. Dez", "15ten" */
function dateAt(lexemes: Lexeme[], at: number): boolean {
  const number = lexemes[at]
  if (number === undefined || number.digits === 0) return false
  const after = lexemes[at + 1]
  return number.type === 'ordinal' || after?.type === 'month' || (after?.name === '.' && after.glued)
}

/** Is the number at `at` a clock time: "14 Uhr", "17:30", "14h", or the last word? */
function timeEndsAt(lexemes: Lexeme[], at: number): boolean {
  const after = lexemes[at + 1]
  return after === undefined || after.type === 'clock' || after.type === 'part' || after.name === ':'
}

/** "Mo/Di", "Mo-Fr", "Mo bis Mi": two of them confirm each other; "so" only between marks. */
function joins(lexemes: Lexeme[], i: number, at: number): boolean {
  const joint = (l: Lexeme | undefined): 'mark' | 'word' | null => {
    if (l?.name === '/' || l?.name === '-') return 'mark'
    return l !== undefined && jointWords.has(l.text) ? 'word' : null
  }
  const isDay = (l: Lexeme | undefined, by: 'mark' | 'word') =>
    l !== undefined &&
    (l.type === 'weekday' ||
      (Object.hasOwn(weekdayAbbreviations, l.text) && (by === 'mark' || l.text !== 'so')))
  // "Mo, Di oder Mi"
  if (lexemes[at - 1]?.name === ',' && isDay(lexemes[at], 'word')) return lexemes[i]!.text !== 'so'
  const after = joint(lexemes[at])
  const dot = lexemes[at + 1]?.name === '.' && lexemes[at + 1]!.glued ? 1 : 0
  if (after && (after === 'mark' || lexemes[i]!.text !== 'so') && isDay(lexemes[at + 1 + dot], after))
    return true
  const back = lexemes[i - 1]?.name === '.' && lexemes[i - 1]!.glued ? i - 2 : i - 1
  const before = joint(lexemes[back])
  // "Sa oder So"
  if (before === 'word' && lexemes[back - 1]?.text === 'sa') return lexemes[at] === undefined
  return (
    before !== null &&
    (before === 'mark' || lexemes[i]!.text !== 'so') &&
    lexemes[back - 1]?.type === 'weekday'
  )
}
