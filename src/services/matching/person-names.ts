/**
 * Names of people as callers say them: what is a name and what is not, and whether two names may be one person's.
 * Pure. `comparePersonNames` is no proof of identity: a similar name counts only together with the caller's number.
 */
import { digitsOf } from '../../lib/spoken-digits.ts'
import { cologneCode, editDistance } from './sound.ts'
import { fold, isAbsent } from './text.ts'

/** More is a transcript, not a name. */
const spokenCharactersMax = 200
const nameCharactersMax = 80
const nameWordsMax = 6

const leadIn =
  /^(?:(?:hier ist|hier spricht|ja|hallo|guten (?:tag|morgen|abend)|also|ähm?|hier|der|die|den|mein name ist|mein name|der name ist|name ist|name|ich heiße|ich heisse|ich bin|es ist|das ist|spricht|am apparat|auf den namen|unter dem namen|für|auf)(?:[\s:,.!]+(?:der|die|dem|den)(?=\s))?[\s:,.!]+)+/iu
const trailer =
  /[\s,]+(?:am apparat|mein name|heiße ich|bitte|danke|(?:für|um|am|zum) .*|mit (?:doppel|zwei|einem|weichem|hartem|scharfem|[a-zäöü])\b.*)$/iu

/** Words that stand in for a name. A surname like "Freitag" needs a first name beside it to be one. */
const notNameWords = new Set(
  `kunde kundin kunden kundenname kundinnen anonym anonymous unbekannt unknown gast gaste test tester testkunde testname user name namen
  nachname vorname anrufer anruferin caller customer client patient patientin person mensch niemand keiner kein keine nicht angegeben
  angabe ohne ja nein doch vielleicht danke bitte hallo hi hey ok okay moin servus tschuss guten gute tag morgen abend herr frau herrn
  ich du er sie wir ihr mein meine meinen dein ihre mann sohn tochter mutter vater kind tag woche monat jahr heute gestern ubermorgen
  montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz april mai juni juli august september oktober
  november dezember vormittag nachmittag mittag abends morgens uhr halb viertel um termin egal
  haarschnitt herrenhaarschnitt damenhaarschnitt friseur salon praxis werkstatt agent assistent assistentin bot ki hilfe na der die das und
  private privat withheld restricted gespeichert bekannt telefon handy nummer email mail`
    .split(/\s+/)
    .map(fold),
)

/** Surnames too, once "Herr" or "Frau" stands before them. */
const calendarWords = new Set(
  `morgen abend mittag montag dienstag mittwoch donnerstag freitag samstag sonntag sommer winter januar marz april mai juni juli august
  september oktober november dezember`
    .split(/\s+/)
    .map(fold),
)

/** One of these makes a sentence of it. */
const sentenceWords = new Set(
  `mochte will wollte hatte habe haben brauche brauchte wurde buchen termin uhr konnen kann konnte bitte einen einem was wie wann wo
  warum nicht noch schon dass weil wenn moment sekunde sage sagen`
    .split(/\s+/)
    .map(fold),
)

const invented = new Set(['john doe', 'jane doe', 'foo bar'].map(fold))

const particles = new Set(
  'von vom van der den de di da del la le zu zur zum und el al bin ibn ter ten dos'.split(' '),
)

/**
 * Cleans a spoken name: markup, control and direction characters, courtesy around it and shouting are removed, spelled
 * letters are joined. Null if it is no name ("Acht Uhr", "Kunde", digits, `{{name}}`, a sentence, one of `notNames`: the
 * agent's or the business's own).
 */
export function readPersonName(spoken: string, notNames: readonly string[] = []): string | null {
  if (spoken.length > spokenCharactersMax || isAbsent(spoken)) return null
  let text = spoken
    .normalize('NFC')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/["„“”«»*_#`|<>[\]]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  text = text
    .replace(leadIn, '')
    .replace(trailer, '')
    .replace(/[\s.,;:!?-]+$/u, '')
    .trim()
  const comma = /^([^,]+),\s*([^,]+)$/.exec(text)
  if (comma) text = `${comma[2]} ${comma[1]}`
  text = joinSpelledLetters(text)

  if (!/^[\p{L}\p{M}'’.\- ]+$/u.test(text) || text.length > nameCharactersMax) return null
  const words = text.split(' ')
  const folded = words.map((word) => fold(word)).filter((word) => word !== '')
  // Names in other scripts fold to nothing; they are names all the same.
  const hasLatin = /\p{Script=Latin}/u.test(text)
  if (words.length > nameWordsMax || (text.match(/\p{L}/gu)?.length ?? 0) < 2) return null
  const courteous =
    /^(?:frau|herrn?)$/.test(folded[0] ?? '') && folded.length === 2 && calendarWords.has(folded[1]!)
  const isNoName = (word: string) => notNameWords.has(word) || digitsOf(word) !== null
  if (hasLatin && !courteous && folded.every(isNoName)) return null
  if (folded.some((word) => sentenceWords.has(word)) || invented.has(folded.join(' '))) return null
  if (isOneOf(folded.join(' '), notNames)) return null
  return withHonorificOnlyIfNeeded(withCapitals(words)).slice(0, nameCharactersMax)
}

function isOneOf(folded: string, notNames: readonly string[]): boolean {
  const bare = folded.replace(/^(?:frau|herrn?) /, '')
  return notNames.some((name) => {
    const other = fold(name)
    return other !== '' && (bare === other || (other.includes(' ') && ` ${bare} `.includes(` ${other} `)))
  })
}

function joinSpelledLetters(text: string): string {
  return text.replace(/(?<![\p{L}\p{M}])(?:\p{L}[\s.-]+){2,}\p{L}(?![\p{L}\p{M}])\.?/gu, (letters) =>
    letters.replace(/[^\p{L}]/gu, ''),
  )
}

/** "MAX MUSTERMANN", "max mustermann" → "Max Mustermann"; mixed case ("McKay", "von der Heide") stays. */
function withCapitals(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const isMixed = word !== word.toLowerCase() && word !== word.toUpperCase()
    const lower = word.toLowerCase()
    if (particles.has(lower) && (index < words.length - 1 || words.length === 1) && words.length > 1)
      return lower
    if (isMixed || word.length === 1) return word
    return lower.replace(/(?:^|[-'’])\p{L}/gu, (letter) => letter.toUpperCase())
  })
}

/** "Frau Anna Becker" → "Anna Becker", but "Frau Becker" stays: without a first name it is all we have. */
function withHonorificOnlyIfNeeded(words: readonly string[]): string {
  const isHonorific = /^(?:frau|herrn?)$/i.test(words[0] ?? '')
  if (!isHonorific) return words.join(' ')
  const rest = words.slice(1)
  if (rest.length >= 2 && !/^(?:dr|prof|von|van|de|zu)\.?$/i.test(rest[0]!)) return rest.join(' ')
  return [/^herrn$/i.test(words[0]!) ? 'Herr' : words[0]!, ...rest].join(' ')
}

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
