/**
 * German number words up to 99, cardinal and ordinal, and years ("zweitausendsechsundzwanzig").
 * Words come folded (lower case, ae/oe/ue/ss). Numbers that name no day, hour or year are not covered.
 */

const units = ['null', 'ein', 'zwei', 'drei', 'vier', 'fuenf', 'sechs', 'sieben', 'acht', 'neun']
const teens = [
  'zehn',
  'elf',
  'zwoelf',
  'dreizehn',
  'vierzehn',
  'fuenfzehn',
  'sechzehn',
  'siebzehn',
  'achtzehn',
  'neunzehn',
]
const tens = [
  '',
  '',
  'zwanzig',
  'dreissig',
  'vierzig',
  'fuenfzig',
  'sechzig',
  'siebzig',
  'achtzig',
  'neunzig',
]
/** Stems of ordinals that are not the cardinal and "t". */
export const irregularOrdinals: Record<number, string> = { 1: 'erst', 3: 'dritt', 7: 'siebt', 8: 'acht' }
/** Regional and telephone forms: "zwo" is said so that nobody hears "drei". */
const spoken: Array<[string, number]> = [
  ['eins', 1],
  ['zwo', 2],
  ['zwoa', 2],
  ['zwoi', 2],
  ['zwoe', 2],
  ['dreie', 3],
  ['viere', 4],
  ['fuenfe', 5],
  ['fimf', 5],
  ['fimfe', 5],
  ['sechse', 6],
  ['siebene', 7],
  ['siebn', 7],
  ['neune', 9],
  ['zehne', 10],
  ['zehen', 10],
  ['elfe', 11],
  ['eilf', 11],
  ['zwoelfe', 12],
  ['dreizig', 30],
  ['zwanzich', 20],
  ['fuffzehn', 15],
  ['fuffzig', 50],
]

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
  const words: Array<[string, number]> = [...spoken]
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
