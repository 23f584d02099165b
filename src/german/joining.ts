/**
 * What belongs together although it was heard as several words: "über über nächste Woche", "diesen Nachmittag",
 * "im Jahr 2027". Done on the lexemes, before any rule, in place.
 */
import type { Lexeme } from './types.ts'

/** Joins what stands apart. */
export function join(lexemes: Lexeme[]): void {
  for (let i = 0; i < lexemes.length; i++) {
    const l = lexemes[i]!
    if (l.text === 'ueber') joinOver(lexemes, i)
    else if (l.text === 'nichts') comesToNothing(lexemes, i)
    else if (l.type === 'which' && l.name === 'this') thisPart(lexemes, i)
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

/** "diesen Nachmittag", "this morning": today's. */
function thisPart(lexemes: Lexeme[], i: number): void {
  const next = lexemes[i + 1]
  const isPart = next?.type === 'part' || (next?.type === 'relative' && next.name === 'morgen')
  if (isPart) lexemes[i] = { ...lexemes[i]!, type: 'relative', name: '', value: 0, text: 'heute' }
}
