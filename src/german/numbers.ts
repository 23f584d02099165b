/**
 * German number words up to 99, cardinal and ordinal, and years ("zweitausendsechsundzwanzig").
 * Words come folded (lower case, ae/oe/ue/ss). Numbers that name no day, hour or year are not covered.
 */
import { regional, teens, tens, units } from '../lib/number-words.ts'

/** Stems of ordinals that are not the cardinal and "t". */
export const irregularOrdinals: Record<number, string> = { 1: 'erst', 3: 'dritt', 7: 'siebt', 8: 'acht' }
function cardinalStems(value: number): string[] {
  if (value < 10) return value === 2 ? ['zwei', 'zwo'] : [units[value]!]
  if (value < 20) return [teens[value - 10]!]
  const ten = tens[Math.floor(value / 10)]!
  const unit = value % 10
  if (unit === 0) return [ten]
  return unit === 2 ? [`zweiund${ten}`, `zwound${ten}`] : [`${units[unit]}und${ten}`]
}

/** Every cardinal word up to 99 with its value; "ein" is left out, it is mostly an article. */
export function cardinalWords(): Array<[string, number]> {
  const words: Array<[string, number]> = regional.map(([word, value]) => [word, value])
  for (let value = 0; value < 100; value++) {
    for (const stem of cardinalStems(value)) if (stem !== 'ein') words.push([stem, value])
  }
  return words
}

/** Every ordinal word up to 99 in all its endings ("dritte", "dritten", "drittem" …) with its value. */
export function ordinalWords(): Array<[string, number]> {
  const words: Array<[string, number]> = []
  for (let value = 1; value < 100; value++) {
    const stems = irregularOrdinals[value]
      ? [irregularOrdinals[value]]
      : cardinalStems(value).map((stem) => (value < 20 ? `${stem}t` : `${stem}st`))
    if (value === 7) stems.push('siebent')
    for (const stem of stems)
      for (const ending of ['e', 'en', 'er', 'em', 'es']) words.push([stem + ending, value])
  }
  return words
}

const cardinals = new Map(cardinalWords())

/** The year a word names ("zweitausendsechsundzwanzig"), or null. */
export function yearWord(word: string): number | null {
  for (const [prefix, base] of [
    ['zweitausendund', 2000],
    ['zweitausend', 2000],
    ['zwotausend', 2000],
    ['neunzehnhundert', 1900],
    ['zwanzighundert', 2000],
  ] as const) {
    if (!word.startsWith(prefix)) continue
    const rest = word.slice(prefix.length)
    if (rest === '') return base
    const value = cardinals.get(rest)
    if (value !== undefined) return base + value
  }
  return null
}
