/** What holds for every sentence that is spoken on the phone, whatever is said in it. */

const months = 'Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember'
const betweenSentences = new RegExp(`(?<=[.?!])\\s+(?!(?:${months})\\b)(?=[\\p{Lu}„])`, 'u')
const date = new RegExp(`\\bden \\d+\\. (?:${months})`, 'g')

const sentenceWordsMax = 35
const messageWordsMax = 60
const datesMax = 2

/** A group of digits of a number that is read back counts as one. */
const wordsOf = (text: string) =>
  text
    .replace(/\d(?: \d)+/g, '0')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length

/** What nobody should hear in this message; empty when it can be spoken. */
export function unspeakableIn(message: string): string[] {
  const problems: string[] = []
  if (/\d:\d\d/.test(message)) problems.push('digits with a colon')
  if (/[()[\]{}<>|*#]/.test(message)) problems.push('brackets or signs')
  if (/undefined|null|NaN|\[object/.test(message)) problems.push('a word of the machine')
  if (/\d{4}-\d\d|\d\.\d\d\./.test(message)) problems.push('a written date')
  if (wordsOf(message) > messageWordsMax) problems.push(`${wordsOf(message)} words`)
  for (const sentence of message.split(betweenSentences)) {
    if (wordsOf(sentence) > sentenceWordsMax) problems.push(`${wordsOf(sentence)} words in: ${sentence}`)
    if ((sentence.match(date)?.length ?? 0) > datesMax) problems.push(`more than two dates in: ${sentence}`)
  }
  return problems
}
