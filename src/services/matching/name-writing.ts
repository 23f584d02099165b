/** How a name is written once it is read: capitals, order, courtesy. Pure. */
import { isCommonFirstName, isCommonSurname } from './first-names.ts'
import { isSpeakable } from './spelling.ts'

/** Parts of surnames: "von der Heide". */
export const particles = new Set(
  'von vom van der den de di da del la le zu zur zum und el al bin ibn ter ten dos'.split(' '),
)

/** "MAX MUSTERMANN", "max mustermann" → "Max Mustermann"; mixed case ("McKay", "von der Heide") stays. */
export function withCapitals(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const isMixed = word !== word.toLowerCase() && word !== word.toUpperCase()
    const lower = word.toLowerCase()
    if (/^(?:med|dent|phil|jur|rer|nat|vet)\.?$/.test(lower)) return lower
    if (particles.has(lower) && (index < words.length - 1 || words.length === 1) && words.length > 1)
      return lower
    if (isMixed || word.length === 1) return word
    if (word === word.toUpperCase() && word.length <= 4 && !isSpeakable(word)) return word
    return lower.replace(/(?:^|[-'’])\p{L}/gu, (letter) => letter.toUpperCase())
  })
}

/** "Frau Anna Becker" → "Anna Becker", but "Frau Becker" stays: without a first name it is all we have. */
export function withHonorificOnlyIfNeeded(words: readonly string[]): string {
  const isHonorific = /^(?:frau|herrn?)$/i.test(words[0] ?? '')
  if (!isHonorific) return words.join(' ')
  const rest = words.slice(1)
  if (rest.length >= 2 && !/^(?:dr|prof|doktor|professor|dipl|mag|von|van|de|zu)\.?$/i.test(rest[0]!))
    return rest.join(' ')
  return [/^herrn$/i.test(words[0]!) ? 'Herr' : words[0]!, ...rest].join(' ')
}

/** "Huber Sepp" → "Sepp Huber", as people in the south say it: a common surname before a common first name. */
export function withFirstNameFirst(words: readonly string[]): readonly string[] {
  const [one = '', other = ''] = words
  const isTurned =
    words.length === 2 && isCommonSurname(one) && !isCommonFirstName(one) && isCommonFirstName(other)
  return isTurned ? [other, one] : words
}
