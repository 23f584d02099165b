/**
 * What belongs together although it was heard as several words: "über über nächste Woche", "diesen Nachmittag",
 * "im Jahr 2027". Done on the lexemes, before any rule, in place.
 */
import type { Lexeme } from './types.ts'
import { vocabulary } from './vocabulary.ts'

/** Joins what stands apart. */
export function join(lexemes: Lexeme[]): void {
  for (let i = 0; i < lexemes.length; i++) {
    const l = lexemes[i]!
    if (l.text === 'ueber') joinOver(lexemes, i)
    else if (l.text === 'nichts') comesToNothing(lexemes, i)
    else if (l.type === 'which' && l.name === 'this') thisPart(lexemes, i)
    else if (l.text === 'sagen') orRather(lexemes, i)
    else if (l.text === 'stunde' || partHours.has(l.text)) minutesPast(lexemes, i)
    else if (l.text === 'bis') notFreeUntil(lexemes, i)
    else if (l.text === 'um') notFreeFrom(lexemes, i)
    else if (l.text === 'ab') minutesAfterSwiss(lexemes, i)
    else if (l.text === 'morge' && lexemes[i - 1]?.text === 'am') inTheMorning(lexemes, i)
  }
}

/** "über nächste Woche" is übernächste Woche; each further "über" is one more. */
function joinOver(lexemes: Lexeme[], i: number): void {
  let at = i
  let more = 0
  while (lexemes[at]?.text === 'ueber' && more < 4) {
    more++
    at += lexemes[at + 1]?.name === '-' ? 2 : 1
  }
  const counted = lexemes[at]
  const isNext = counted?.type === 'which' && (counted.name === 'next' || counted.name === 'afterNext')
  const isMorning = counted?.type === 'relative' && counted.value > 0 && counted.value < 3
  if (counted === undefined || (!isNext && !isMorning)) return
  const name = isNext ? 'afterNext' : ''
  lexemes.splice(i, at - i + 1, { ...counted, name, value: counted.value + more })
}

const nothingReach = 4

/** "heute wird das nichts mehr", "Montag wird's nichts": refused like "geht schlecht". */
function comesToNothing(lexemes: Lexeme[], i: number): void {
  const before = lexemes.slice(Math.max(0, i - nothingReach), i)
  if (before.some(({ text }) => text === 'wird' || text === 'wirds'))
    lexemes[i] = { ...lexemes[i]!, type: 'unable' }
}

/** "beziehungsweise sagen wir Samstag", "oder sagen wir lieber": the other one instead, not a second choice. */
function orRather(lexemes: Lexeme[], i: number): void {
  if (lexemes[i + 1]?.text !== 'wir' || lexemes[i - 1]?.type !== 'or') return
  lexemes[i] = { ...lexemes[i]!, type: 'correction', name: 'strong' }
}

const duties: ReadonlySet<string> = new Set(
  'arbeite arbeiten arbeitet arbeit dienst schicht schule unterricht vorlesung uni training'.split(' '),
)
const reach = 4

/** "ich arbeite bis vier", "bis eins Schule": what lasts until then is not the appointment, which comes after it. */
function notFreeUntil(lexemes: Lexeme[], i: number): void {
  const hour = lexemes[i + 1]
  const isDuty = ({ text }: Lexeme) => duties.has(text)
  const before = lexemes.slice(Math.max(0, i - reach), i)
  const isOver = before.some(({ text }) => text === 'nicht' || text === 'nach' || text === 'vor')
  if (hour?.type !== 'number' || isOver) return
  if (before.some(isDuty) || lexemes.slice(i + 2, i + 2 + reach).some(isDuty)) becomes(lexemes, i, 'ab')
}

/** "um elf wieder weg": before it; "um drei Schule aus", "um fünf Feierabend": after it. */
function notFreeFrom(lexemes: Lexeme[], i: number): void {
  const words = lexemes.slice(i + 1, i + 3 + reach).map(({ text }) => text)
  const told = lexemes.slice(Math.max(0, i - reach), i).map(({ text }) => text)
  if (told.includes('muss') && words.some((word) => /^(?:weg|los|fort)$/.test(word)))
    becomes(lexemes, i, 'vor')
  else if (words.includes('feierabend') || (words.includes('schule') && words.includes('aus')))
    becomes(lexemes, i, 'ab')
}

function becomes(lexemes: Lexeme[], i: number, word: 'ab' | 'vor'): void {
  const entry = vocabulary.get(word)?.[0]
  if (entry) lexemes[i] = { ...lexemes[i]!, ...entry, text: word }
}

const partHours: ReadonlyMap<string, number> = new Map([
  ['viertelstunde', 15],
  ['dreiviertelstunde', 45],
])

/** "eine halbe Stunde nach zwei", "eine Viertelstunde vor drei": so many minutes after or before the hour. */
function minutesPast(lexemes: Lexeme[], i: number): void {
  const word = lexemes[i]!
  const isHalf = word.text === 'stunde' && lexemes[i - 1]?.text === 'halbe'
  const minutes = isHalf ? 30 : partHours.get(word.text)
  const side = lexemes[i + 1]?.text
  if (minutes === undefined || (side !== 'nach' && side !== 'vor') || lexemes[i + 2]?.type !== 'number')
    return
  const hour = lexemes[i + 2]!
  const uhr = vocabulary.get('uhr')?.[0]
  if (uhr === undefined || hour.value > 24 || hour.value < 1) return
  const from = isHalf ? i - 1 : i
  const article = /^eine[rn]?$/.test(lexemes[from - 1]?.text ?? '') ? 1 : 0
  const past = side === 'nach'
  const number = (value: number) => ({ ...hour, name: '', value, text: String(value) })
  lexemes.splice(
    from - article,
    i + 3 - from + article,
    past ? hour : { ...hour, value: hour.value - 1 },
    { ...hour, ...uhr, text: 'uhr', digits: 0 },
    number(past ? minutes : 60 - minutes),
  )
}

const swissMinutes: ReadonlySet<number> = new Set([5, 10, 20, 25])

/** "zwänzg ab drü": in Switzerland "ab" after minutes is "nach". */
function minutesAfterSwiss(lexemes: Lexeme[], i: number): void {
  const before = lexemes[i - 1]
  const hour = lexemes[i + 1]
  const isMinutes =
    (before?.type === 'number' && swissMinutes.has(before.value)) || before?.text === 'viertel'
  const after = vocabulary.get('nach')?.[0]
  if (!isMinutes || hour?.type !== 'number' || hour.value > 12 || after === undefined) return
  lexemes[i] = { ...lexemes[i]!, type: after.type, name: after.name, value: after.value, text: 'nach' }
}

/** "am Friitig am Morge" */
function inTheMorning(lexemes: Lexeme[], i: number): void {
  const morning = vocabulary.get('morgens')?.[0]
  if (morning) lexemes[i] = { ...lexemes[i]!, ...morning, text: 'morgens' }
}

/** "diesen Nachmittag", "this morning": today's. */
function thisPart(lexemes: Lexeme[], i: number): void {
  const next = lexemes[i + 1]
  const isPart = next?.type === 'part' || (next?.type === 'relative' && next.name === 'morgen')
  if (isPart) lexemes[i] = { ...lexemes[i]!, type: 'relative', name: '', value: 0, text: 'heute' }
}
