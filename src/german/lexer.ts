/**
 * From text to lexemes: one pass over the characters, one look-up per word. Accepts speech-to-text as it comes:
 * any capitals, umlauts or not, "14uhr", "15ten", "einundzwanzigsten", "Mittwochnachmittag". Template
 * placeholders ("{{date}}") are cut out: an unfilled variable is not a wish (incident I-18).
 */
import { spellOut } from './abbreviations.ts'
import { dialectTens } from './dialect.ts'
import { germanOrder, isEnglish } from './english.ts'
import { holidayLastWords, holidayPhrases } from './holidays.ts'
import { join } from './joining.ts'
import { yearWord } from './numbers.ts'
import type { Lexeme, LexType } from './types.ts'
import { type Entry, longWords, vocabulary, weekdayStems } from './vocabulary.ts'

/** What stands after the last lexeme. */
export const end: Lexeme = { type: 'mark', name: 'end', value: 0, text: '', glued: false, digits: 0 }

const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', é: 'e', à: 'a' }
const fractionSigns: Record<string, string> = { '¼': 'viertel', '½': 'halb', '¾': 'dreiviertel' }
const ordinalEndings = new Set([
  'te',
  'ten',
  'ter',
  'tes',
  'tem',
  'ste',
  'sten',
  'ster',
  'stes',
  'stem',
  'th',
  'st',
  'nd',
  'rd',
])
const typoLengthMin = 7

/** Lower case, umlauts spelled out, dashes and spaces of every kind made plain. */
function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[äöüßéà]/g, (letter) => umlauts[letter]!)
    .replace(/[‐-―−]/g, '-')
    .replace(/[¼½¾]/g, (sign) => ` ${fractionSigns[sign]} `)
    .replace(/\{\{[^{}]*\}\}/g, ' ? ')
}

const isDigit = (code: number) => code >= 48 && code <= 57
const isLetter = (code: number) => (code >= 97 && code <= 122) || code > 191

/** All lexemes of a text, in order. */
export function lexemesOf(text: string): Lexeme[] {
  const folded = fold(text)
  const lexemes: Lexeme[] = []
  let glued = false
  let english = false
  let at = 0
  while (at < folded.length) {
    const code = folded.charCodeAt(at)
    const start = at
    if (isDigit(code)) {
      while (isDigit(folded.charCodeAt(at))) at++
      const digits = at - start
      lexemes.push({
        type: 'number',
        name: '',
        // Longer runs are telephone numbers: no value that any rule accepts.
        value: digits <= 4 ? Number(folded.slice(start, at)) : Number.NaN,
        text: digits === 8 || digits === 6 ? folded.slice(start, at) : '',
        glued,
        digits,
      })
      glued = true
    } else if (isLetter(code)) {
      while (isLetter(folded.charCodeAt(at))) at++
      const word = folded.slice(start, at)
      english ||= isEnglish(word)
      pushWord(lexemes, word, glued)
      glued = true
    } else {
      at++
      if (code === 32 || code === 10 || code === 9 || code === 13 || code === 160) glued = false
      else {
        const name = folded[start]!
        if (name === "'" || name === '’' || name === '"' || name === '„' || name === '“') continue
        lexemes.push({ type: 'mark', name, value: 0, text: name, glued, digits: 0 })
        glued = true
      }
    }
  }
  if (english) germanOrder(lexemes)
  join(lexemes)
  return spellOut(lexemes)
}

function pushWord(lexemes: Lexeme[], word: string, glued: boolean): void {
  const previous = lexemes.at(-1)
  if (glued && previous?.digits && ordinalEndings.has(word)) {
    previous.type = 'ordinal'
    return
  }
  if (joinHoliday(lexemes, word) || joinOrdinal(lexemes, word)) return
  const entries = vocabulary.get(word) ?? unknownWord(word)
  let first = true
  for (const { type, name, value, text } of entries) {
    lexemes.push({ type, name, value, text: text ?? word, glued: first && glued, digits: 0 })
    first = false
  }
}

const nothing: Entry[] = [{ type: 'word', name: '', value: 0 }]

/** Years in words, compounds with "uhr" inside, and near misses of long names. */
function unknownWord(word: string): Entry[] {
  const year = yearWord(word)
  if (year !== null) return [{ type: 'number', name: 'year', value: year }]
  const tens = word.length < 30 ? dialectTens(word) : null
  if (tens) return [{ type: tens.ordinal ? 'ordinal' : 'number', name: '', value: tens.value }]
  const uhr = word.length < 40 ? word.indexOf('uhr') : -1
  if (uhr > 0) {
    const hour =
      vocabulary.get(word.slice(0, uhr)) ?? (word.startsWith('einuhr') ? vocabulary.get('eins') : undefined)
    const rest = word.slice(uhr + 3)
    const minute = rest === '' ? [] : vocabulary.get(rest)
    if (hour?.[0]?.type === 'number' && minute !== undefined) {
      return [...hour, { type: 'clock', name: 'uhr', value: 0 }, ...minute]
    }
  }
  // "überübernächste", "überüberübermorgen"
  const over = /^(?:ueber){2,5}(?=naechste|morgen)/.exec(word)?.[0]
  const counted = over ? vocabulary.get(word.slice(over.length))?.[0] : undefined
  if (over && counted)
    return [
      {
        ...counted,
        name: counted.type === 'which' ? 'afterNext' : '',
        value: counted.value + over.length / 5,
      },
    ]
  const plain = plainSpelling(word)
  if (plain) return plain
  // "zwölfdreißig"
  for (const minute of ['dreissig', 'fuenfzehn', 'fuenfundvierzig']) {
    const hour = word.endsWith(minute) ? vocabulary.get(word.slice(0, -minute.length))?.[0] : undefined
    if (hour?.type === 'number' && hour.value <= 24)
      return [hour, { type: 'clock', name: 'uhr', value: 0 }, ...vocabulary.get(minute)!]
  }
  // "halbdrei", "dreiviertelneun"
  for (const fraction of ['dreiviertel', 'viertel', 'halb']) {
    const hour = word.startsWith(fraction) ? vocabulary.get(word.slice(fraction.length))?.[0] : undefined
    if (hour?.type === 'number') return [...vocabulary.get(fraction)!, hour]
  }
  if (word.length >= typoLengthMin && word.length <= 12) {
    for (const candidate of longWords) if (isNear(word, candidate)) return vocabulary.get(candidate)!
  }
  return nothing
}

const plainTypes: ReadonlySet<LexType> = new Set([
  'weekday',
  'part',
  'relative',
  'number',
  'ordinal',
  'holiday',
])
const dialectDay = /^(.+?)((?:mon|man|moan|diens|mitt|donn|frei|fri|sams|soms|sonn|sunn)[a-z]{2,6})$/

/** "Fryytig", "Oobend": drawn-out vowels written twice; "Pfingstmontach": a holiday on a regional weekday. */
function plainSpelling(word: string): Entry[] | null {
  if (word.length > 20) return null
  if (/([aouiy])\1|y/.test(word)) {
    const found = vocabulary.get(word.replace(/y/g, 'i').replace(/([aoui])\1/g, '$1'))
    if (found && plainTypes.has(found[0]!.type)) return found
  }
  const match = word.length > 8 ? dialectDay.exec(word) : null
  const day = match ? vocabulary.get(match[2]!)?.[0] : undefined
  if (!match || day?.type !== 'weekday') return null
  const found = vocabulary.get(match[1]! + weekdayStems[day.value - 1]!)
  return found?.[0]?.type === 'holiday' ? found : null
}

/** Same first letter and at most one letter missing, added, changed or swapped with its neighbour. */
function isNear(word: string, candidate: string): boolean {
  if (word[0] !== candidate[0] || Math.abs(word.length - candidate.length) > 1) return false
  let i = 0
  while (i < word.length && word[i] === candidate[i]) i++
  const tail = (from: number, other: number) => word.slice(from) === candidate.slice(other)
  return (
    tail(i + 1, i + 1) ||
    tail(i + 1, i) ||
    tail(i, i + 1) ||
    (word[i] === candidate[i + 1] && word[i + 1] === candidate[i] && tail(i + 2, i + 2))
  )
}

/** "tag der arbeit" becomes one lexeme once its last word arrives. */
function joinHoliday(lexemes: Lexeme[], word: string): boolean {
  if (!holidayLastWords.has(word)) return false
  for (let length = 1; length <= 3; length++) {
    // "1. Advent", "Buß- und Bettag": marks between the words do not count.
    let back = lexemes.length
    const words: string[] = []
    while (words.length < length && back > 0) {
      const lexeme = lexemes[--back]!
      if (lexeme.type === 'mark') {
        if (lexeme.name !== '.' && lexeme.name !== '-') break
      } else words.unshift(lexeme.digits > 0 ? String(lexeme.value) : lexeme.text)
    }
    if (words.length < length) return false
    const found = holidayPhrases
      .get(words[0]!)
      ?.find(
        ({ rest }) =>
          rest.length === length &&
          rest.at(-1) === word &&
          rest.slice(0, -1).join(' ') === words.slice(1).join(' '),
      )
    if (found) {
      lexemes.length = back
      lexemes.push({ type: 'holiday', name: found.key, value: 0, text: word, glued: false, digits: 0 })
      return true
    }
  }
  return false
}

/** Speech-to-text splits "ein und zwanzigsten"; together they are one ordinal. */
function joinOrdinal(lexemes: Lexeme[], word: string): boolean {
  const unit = lexemes.at(-2)
  if (lexemes.at(-1)?.type !== 'and' || !unit || unit.digits > 0) return false
  if (unit.type !== 'one' && !(unit.type === 'number' && unit.value < 10)) return false
  const ordinal = vocabulary.get(word)?.[0]
  if (ordinal?.type !== 'ordinal' || ordinal.value < 20 || ordinal.value % 10 !== 0) return false
  const value = ordinal.value + unit.value
  lexemes.length -= 2
  lexemes.push({ type: 'ordinal', name: '', value, text: word, glued: false, digits: 0 })
  return true
}
