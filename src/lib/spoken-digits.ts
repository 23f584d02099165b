/**
 * German number words as digits, for numbers that are dictated: telephone numbers, years in mail addresses.
 * Pure. Knows 0 to 999 999 written as one word, the hundreds of years ("neunzehnhundertachtzig"), words run together
 * ("nulleinsfünf").
 */
import { regional, teens, tens as tenWords, units } from './number-words.ts'

/** Any spelling of an umlaut, as callers and speech-to-text write them: the table's "fuenf" and "zwoelf" without the e. */
const withoutUmlaut = (word: string) => word.replace(/fuenf/g, 'funf').replace(/zwoelf/g, 'zwolf')
const entriesOf = (words: readonly string[], value: (index: number) => number) =>
  words.flatMap((word, index) => (word === '' ? [] : [[withoutUmlaut(word), value(index)] as const]))

const small: Record<string, number> = Object.fromEntries([
  ...entriesOf(units, (index) => index),
  ...entriesOf(teens, (index) => index + 10),
  ...regional.filter(([, value]) => value < 20).map(([word, value]) => [withoutUmlaut(word), value] as const),
  // On the telephone.
  ['nuller', 0],
  ['oh', 0],
])
const tens: Record<string, number> = Object.fromEntries(entriesOf(tenWords, (index) => index * 10))

const digits = units.slice(2).map(withoutUmlaut).join('|')
const unit = `(?:ein|zwo|${digits})`
const teen = `(?:${teens.map(withoutUmlaut).join('|')})`
const ten = `(?:${Object.keys(tens).join('|')})`
const below100 = `(?:${unit}und${ten}|${ten}|${teen}|eins|${unit})`
const hundreds = `(?:(${unit}|${teen})?hundert(?:und)?(${below100})?)`
const numberPattern = new RegExp(
  `^(?:(${unit}|${teen}|${unit}und${ten})?tausend(?:und)?)?(?:${hundreds}|(${below100}))?$`,
)
/** One digit after the other without a blank: "einsfünfeins", "nullfünfelf". */
const runTogether = new RegExp(`^(?:null|eins|elf|zwolf|zwo|${digits}){2,}$`)
const digitWords = new RegExp(`null|eins|elf|zwolf|zwo|${digits}`, 'g')

/** "siebzehn" → "17", "zwo" → "2", "hunderteinundsiebzig" → "171", "zweitausendvier" → "2004"; null if it is no number word. Any spelling of umlauts. */
export function digitsOf(word: string): string | null {
  const plain = plainWord(word)
  if (Object.hasOwn(small, plain)) return String(small[plain])
  if (plain.length < 5 || plain.length > 60) return null
  const value = numberIn(plain)
  if (value !== null) return String(value)
  return runTogether.test(plain)
    ? [...plain.matchAll(digitWords)].map(([digit]) => small[digit]).join('')
    : null
}

/** "doppel", "zweimal", "dreimal": how often the next digit is to be written; null for any other word. */
export function repetitionOf(word: string): number | null {
  if (/^(?:doppelt?e?|zweimal|zwomal)$/.test(word)) return 2
  if (/^(?:dreifach|dreimal|tripel)$/.test(word)) return 3
  if (/^(?:vierfach|viermal)$/.test(word)) return 4
  if (/^(?:fünffach|fünfmal|fuenfmal)$/.test(word)) return 5
  return null
}

function plainWord(word: string): string {
  return withoutUmlaut(
    word
      .toLowerCase()
      .replaceAll('ß', 'ss')
      .normalize('NFKD')
      .replace(/\p{M}+/gu, ''),
  )
}

function numberIn(plain: string): number | null {
  const found = numberPattern.exec(plain)
  if (!found || plain === '') return null
  const [, thousands, hundred, rest, low] = found
  const hasThousand = plain.includes('tausend')
  const hasHundred = plain.includes('hundert')
  const value =
    (hasThousand ? 1_000 * (thousands ? below100Of(thousands) : 1) : 0) +
    (hasHundred ? 100 * (hundred ? below100Of(hundred) : 1) : 0) +
    (rest ? below100Of(rest) : 0) +
    (low ? below100Of(low) : 0)
  return hasThousand || hasHundred || low ? value : null
}

function below100Of(word: string): number {
  const pair = new RegExp(`^(${unit})und(${ten})$`).exec(word)
  return pair ? small[pair[1]!]! + tens[pair[2]!]! : (small[word] ?? tens[word]!)
}
