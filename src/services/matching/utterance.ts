/**
 * What a caller's words say about the wished service: concepts, whom it is for, what is ruled out, what is left over.
 * Pure; reads one utterance against one company's lexicon. It does not choose: that is `service-matching.ts`.
 */
import type { Lexicon } from './lexicon.ts'
import { fold, foldedWords } from './text.ts'
import {
  type Audience,
  audiences,
  conceptOf,
  emptyHeads,
  fillers,
  genericConcepts,
  possessives,
  ruledOutBy,
  softWords,
} from './vocabulary.ts'

export interface Utterance {
  /** Concepts in the order heard, without audiences. */
  concepts: readonly string[]
  /** For each heard compound its concepts: a service that covers half of one was not meant. */
  compounds: readonly (readonly string[])[]
  audiences: ReadonlySet<Audience>
  /** What is not wanted: "keine Dauerwelle". */
  ruledOut: ReadonlySet<string>
  /** Whose services a relative cannot mean: a daughter no men's; she may be six or thirty, so nobody's is certain either. */
  notFor: ReadonlySet<Audience>
  /** "für mich und meine Frau": more people than one service is for. */
  isForSeveral: boolean
  /** "drei Damenhaarschnitte", "Färben für zwei Personen": more than once. */
  isCounted: boolean
  /** Content words, and parts of compounds, that no service explains. */
  unknown: readonly string[]
  /** Heads whose compound had an unknown part ("Hundehaarschnitt"): they count as named only to ask about. */
  brokenHeads: ReadonlySet<string>
  fuzzy: boolean
  /** The content words joined, for comparison with whole names. */
  joined: string
}

const negations = new Set([
  'nicht',
  'kein',
  'keine',
  'keinen',
  'keiner',
  'keinem',
  'ohne',
  'statt',
  'anstatt',
  'ausser',
])
const childAgeMax = 13
const childAges = 'ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn'.split(' ')
const agedChild = new RegExp(`^(?:${childAges.join('|')}|[1-9]|1[0-3])jahrig`)
const manyPeople =
  /\b(?:mich|mir|uns|ich)(?: selbst)? (?:und|sowie|plus) (?:auch |noch )?(?:fur )?(?:meine?[nmr]?|unsere?[nmr]?)\b|\b(?:meine?[nmr]?|unsere?[nmr]?) \w+ (?:und|sowie) (?:fur )?(?:mich|mir)\b/
const mergeWordsMax = 3
const number = 'zwei|drei|vier|funf|sechs|sieben|acht|[2-9]'
const counted = new RegExp(
  `\\b(?:${number}) ?(?:x|mal)\\b|\\b(?:${number}) (?:personen|leute|erwachsene|manner|herren|frauen|damen|kinder)\\b` +
    `|(?<!\\b(?:um|gegen|ab|bis|vor|nach|halb) )\\b(?:${number}) \\w*(?:schnitte|behandlungen|massagen|farbungen|termine)n?\\b` +
    `|\\b(?:uns|wir) (?:beiden?|zwei|drei|vier|alle)\\b|\\bzu (?:zweit|dritt|viert)\\b`,
)

/** "46", "sechsundvierzig": an age or a measure. */
const numeral =
  /^(?:\d+|\w*(?:zwanzig|dreissig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig|hundert)(?:er)?)$/

export function readUtterance(spoken: string, lexicon: Lexicon): Utterance {
  const text = fold(spoken)
  const isForSeveral = manyPeople.test(text)
  const words = mergeSplitWords(foldedWords(spoken), lexicon)
  const concepts: string[] = []
  const compounds: string[][] = []
  const heardAudiences = new Set<Audience>()
  const negated = new Set<string>()
  const ruledOut = new Set<string>()
  const notFor = new Set<Audience>()
  const unknown: string[] = []
  const brokenHeads = new Set<string>()
  const content: string[] = []
  let fuzzy = false
  let isNegated = false

  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const next = words[i + 1] ?? ''
    if (negations.has(word)) {
      isNegated = true
      continue
    }
    if (word === 'bei' || word === 'beim') {
      // "war lange nicht mehr beim Friseur, einmal …": what was negated is over.
      isNegated = false
      i = skipPerson(words, i, lexicon)
      continue
    }
    if (isChildAge(words, i)) heardAudiences.add('kinder')
    if (agedChild.test(word)) continue
    const isListed = lexicon.has(conceptOf(word)) && !fillers.has(word)
    const relative = ruledOutBy.get(word)
    if (relative) {
      notFor.add(relative)
      if (/^klein/.test(words[i - 1] ?? '')) heardAudiences.add('kinder')
      if (!audiences.has(word)) continue
    }
    if (
      !isListed &&
      !lexicon.isKnown(word) &&
      (fillers.has(word) || softWords.has(word) || numeral.test(word))
    )
      continue
    if (isHonorific(word) && isNameAfterHonorific(next, lexicon)) {
      // "für Frau Becker" tells whom it is for; the name itself says nothing about the service.
      heardAudiences.add(conceptOf(word) as Audience)
      i++
      continue
    }

    const meaning = lexicon.understand(word)
    const heard: string[] = []
    for (const concept of meaning.concepts) {
      if (isNegated) negated.add(concept)
      else if (audiences.has(concept)) heardAudiences.add(concept as Audience)
      else {
        heard.push(concept)
        if (!concepts.includes(concept)) concepts.push(concept)
      }
    }
    fuzzy ||= meaning.fuzzy
    if (!isNegated) content.push(word)
    isNegated = false
    if (heard.length > 1) compounds.push(heard)
    if (meaning.unknown.length === 0) continue
    if (heard.length > 0) {
      const head = heard[heard.length - 1]!
      if (meaning.hasHead ? !genericConcepts.has(head) : emptyHeads.has(conceptOf(meaning.unknown.at(-1)!)))
        brokenHeads.add(head)
      else for (const concept of heard) concepts.splice(concepts.indexOf(concept), 1)
      unknown.push(...meaning.unknown)
    } else if (!isBelonging(words, i)) unknown.push(word)
  }
  for (const concept of negated) {
    if (!concepts.includes(concept) && !heardAudiences.has(concept as Audience)) ruledOut.add(concept)
  }
  return {
    concepts,
    compounds,
    audiences: isForSeveral ? new Set() : heardAudiences,
    ruledOut,
    notFor: isForSeveral ? new Set() : notFor,
    isForSeveral,
    isCounted: counted.test(text),
    unknown,
    brokenHeads,
    fuzzy,
    joined: content.join(''),
  }
}

/** "sechs Jahre", "fünfjährigen", "ist 6": an age at which hair is cut as a child's. */
function isChildAge(words: readonly string[], at: number): boolean {
  const word = words[at]!
  if (agedChild.test(word)) return true
  const age = /^\d+$/.test(word) ? Number(word) : childAges.indexOf(word) + 1
  if (age < 1 || age > childAgeMax) return false
  const isSaid =
    /^(?:ist|wird)$/.test(words[at - 1] ?? '') && words.slice(0, at).some((each) => ruledOutBy.has(each))
  return /^jahr/.test(words[at + 1] ?? '') || isSaid
}

/** Puts together what speech-to-text wrote apart ("Dauer Welle", "Neu Patient") if only the whole is a known word. */
function mergeSplitWords(words: readonly string[], lexicon: Lexicon): string[] {
  const merged: string[] = []
  for (let i = 0; i < words.length; i++) {
    let taken = 1
    for (let span = Math.min(mergeWordsMax, words.length - i); span > 1; span--) {
      const parts = words.slice(i, i + span)
      if (parts.every((part) => fillers.has(part) || softWords.has(part) || lexicon.isKnown(part))) continue
      if (fillers.has(parts[0]!) && parts[0]!.length <= 3) continue
      if (lexicon.isKnown(parts.join(''))) {
        taken = span
        break
      }
    }
    merged.push(words.slice(i, i + taken).join(''))
    i += taken - 1
  }
  return merged
}

/** The position of the last word of "bei (der) (Frau) Becker"; a known word after "bei" is left to be read. */
function skipPerson(words: readonly string[], at: number, lexicon: Lexicon): number {
  let end = at
  while (/^(?:der|dem|den|frau|herr|herrn|doktor|dr|meiner?|unserer?)$/.test(words[end + 1] ?? '')) end++
  for (let names = 0; names < 2; names++) {
    const word = words[end + 1]
    if (word === undefined || fillers.has(word) || lexicon.has(conceptOf(word))) break
    end++
  }
  return end
}

function isHonorific(word: string): boolean {
  return word === 'frau' || word === 'herr' || word === 'herrn'
}

function isNameAfterHonorific(word: string, lexicon: Lexicon): boolean {
  if (word === '' || fillers.has(word) || softWords.has(word)) return false
  const meaning = lexicon.understand(word)
  return meaning.concepts.length === 0 && meaning.unknown.length > 0
}

/** "für meinen Hamster", "am Kombi": on what or whom, not what. */
function isBelonging(words: readonly string[], at: number): boolean {
  const before = words[at - 1] ?? ''
  return before === 'am' || (possessives.has(before) && /^(?:fur|an|von|mit|bei)$/.test(words[at - 2] ?? ''))
}
