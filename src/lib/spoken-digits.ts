/**
 * German number words as digits, for numbers that are dictated: telephone numbers, years in mail addresses.
 * Pure. Knows 0–99 and the hundreds of years ("neunzehnhundertachtzig"); larger numbers are not dictated.
 */

const units = [
  'null',
  'eins',
  'zwei',
  'drei',
  'vier',
  'funf',
  'sechs',
  'sieben',
  'acht',
  'neun',
  'zehn',
  'elf',
  'zwolf',
]
const tens = ['', '', 'zwanzig', 'dreissig', 'vierzig', 'funfzig', 'sechzig', 'siebzig', 'achtzig', 'neunzig']

const digitsOfWord = new Map<string, string>()
units.forEach((word, value) => {
  digitsOfWord.set(word, String(value))
})
for (const [word, value] of [
  ['zwo', '2'],
  ['ein', '1'],
  ['oh', '0'],
  ['nuller', '0'],
  ['dreizehn', '13'],
  ['vierzehn', '14'],
  ['funfzehn', '15'],
  ['sechzehn', '16'],
  ['siebzehn', '17'],
  ['achtzehn', '18'],
  ['neunzehn', '19'],
] as const)
  digitsOfWord.set(word, value)
tens.forEach((word, ten) => {
  if (word === '') return
  digitsOfWord.set(word, `${ten}0`)
  for (let unit = 1; unit <= 9; unit++) {
    digitsOfWord.set(`${unit === 1 ? 'ein' : units[unit]}und${word}`, `${ten}${unit}`)
    if (unit === 2) digitsOfWord.set(`zwound${word}`, `${ten}2`)
  }
})

/** "siebzehn" → "17", "zwo" → "2", "zweitausendvier" → "2004"; null if it is no number word. Any spelling of umlauts. */
export function digitsOf(word: string): string | null {
  const plain = word
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/fuenf/g, 'funf')
    .replace(/zwoelf/g, 'zwolf')
  const direct = digitsOfWord.get(plain)
  if (direct !== undefined) return direct
  const year = /^(neunzehnhundert|zweitausend)(?:und)?(.*)$/.exec(plain)
  if (!year) return null
  const rest = year[2] === '' ? '00' : digitsOfWord.get(year[2]!)
  if (rest === undefined) return null
  return `${year[1] === 'zweitausend' ? '20' : '19'}${rest.padStart(2, '0')}`
}

/** "doppel", "zweimal", "dreimal": how often the next digit is to be written; null for any other word. */
export function repetitionOf(word: string): number | null {
  if (/^(?:doppelt?e?|zweimal|zwomal)$/.test(word)) return 2
  if (/^(?:dreifach|dreimal|tripel)$/.test(word)) return 3
  if (/^viermal$/.test(word)) return 4
  return null
}
