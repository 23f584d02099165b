/**
 * Whether two names may be one person's. Pure. `comparePersonNames` is no proof of identity: a similar name counts only together
 * with the caller's number.
 */
import { cologneCode, editDistance } from './sound.ts'
import { fold } from './text.ts'

/** How a name sounds, spelling aside: Meier, Mayr and Maier agree, Müller and Mueller, Clara and Klara. */
export function nameSound(word: string): string {
  return word
    .replace(/(?:m)(?:ei|ai|ey|ay)(?:er|r)\b/g, 'maier')
    .replace(/ay|ey|ei|ai/g, 'ai')
    .replace(/chs|x|ks/g, 'ks')
    .replace(/ph|v(?=[aeiou])/g, 'f')
    .replace(/th|dt|tt/g, 't')
    .replace(/ck|c(?=[aoukrl])|ch(?=[rl])/g, 'k')
    .replace(/tz/g, 'z')
    .replace(/[yj](?![aeiou])/g, 'i')
    .replace(/ie/g, 'i')
    .replace(/(?<=[aeiou])h(?=[^aeiou]|$)/g, '')
    .replace(/(.)\1+/g, '$1')
}

const titles = new Set('herr herrn frau dr doktor prof professor dipl ing med'.split(' '))

/**
 * Compares two names: `same` after normalisation (order, umlauts, hyphens, titles), `similar` if one may be a mishearing or a shorter
 * form of the other ("Mustermann" / "Max Mustermann"), else `different`. Jan and Jana, Martin and Martina are two people.
 */
export function comparePersonNames(a: string, b: string): 'same' | 'similar' | 'different' {
  const wordsA = nameWords(a)
  const wordsB = nameWords(b)
  if (wordsA.length === 0 || wordsB.length === 0) return 'different'
  if ([...wordsA].sort().join(' ') === [...wordsB].sort().join(' ')) return 'same'
  if (wordsA.join('') === wordsB.join('')) return 'same'

  const [shorter, longer] = wordsA.length <= wordsB.length ? [wordsA, wordsB] : [wordsB, wordsA]
  const left = [...longer]
  for (const word of shorter) {
    const at = bestPartner(word, left)
    if (at < 0) return 'different'
    left.splice(at, 1)
  }
  return 'similar'
}

function nameWords(name: string): string[] {
  // Folding drops other scripts; compare those as they are.
  const folded = fold(name)
  const words = (folded === '' ? name.normalize('NFC').toLowerCase().trim() : folded).split(' ')
  return words.filter((word) => word !== '' && !titles.has(word))
}

function bestPartner(word: string, among: readonly string[]): number {
  const exact = among.indexOf(word)
  if (exact >= 0) return exact
  return among.findIndex((other) => soundsLikeName(word, other))
}

/** True if one of two folded name words may be a mishearing of the other. */
export function soundsLikeName(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (short.length === 1) return long.startsWith(short)
  // A final -a, -e or -ine makes another person of a name: Paul/Paula, Simon/Simone.
  if (
    long.startsWith(short) &&
    /^(?:a|e|ie|ine|ina|in)$/.test(long.slice(short.length)) &&
    short.length >= 3
  ) {
    return false
  }
  if (nameSound(a) === nameSound(b)) return true
  const sameCode = cologneCode(a) === cologneCode(b) && cologneCode(a).length >= 2
  const limit = short.length >= 7 ? 2 : short.length >= 4 ? 1 : 0
  const distance = editDistance(a, b, 2)
  if (distance <= limit && (sameCode || short.length >= 5)) return true
  return sameCode && short.length >= 6 && distance <= 2 && a.at(-1) === b.at(-1)
}
