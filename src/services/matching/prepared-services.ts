/**
 * A company's services in the form in which they are matched: names and synonyms folded and taken apart, once.
 * Prepared lists are kept by content, so a list loaded anew for every call costs one string comparison.
 */
import { LRUCache } from 'lru-cache'
import { Lexicon } from './lexicon.ts'
import { fold, foldedWords } from './text.ts'
import { type Audience, audiences, conceptOf, fillers, softWords, topicConcepts } from './vocabulary.ts'

export interface MatchableService {
  id: number
  name: string
  synonyms: readonly string[]
  category?: string | null
  description?: string | null
}

/**
 * One name or synonym. `expected` concepts must be said for it to count as named; what is in brackets and numbers may be left
 * out. `required` also leaves out adjectives ("Professionelle Zahnreinigung"): enough where nothing else competes.
 */
export interface PreparedForm {
  text: string
  joined: string
  isName: boolean
  required: ReadonlySet<string>
  expected: ReadonlySet<string>
  concepts: ReadonlySet<string>
}

export interface PreparedService {
  forms: readonly PreparedForm[]
  /** Every concept of its names and synonyms. */
  concepts: ReadonlySet<string>
  /** Whom it is for, as its name says (else its synonyms, else its category); empty means anybody. */
  audiences: ReadonlySet<Audience>
  /** What its description says is done with it: "Dauerwelle mit Schnitt". */
  included: ReadonlySet<string>
  /** What of it is no service by itself, and may be said without asking for a second one: "Herrenhaarschnitt mit Waschen". */
  alsoDone: ReadonlySet<string>
}

export interface PreparedServices {
  lexicon: Lexicon
  services: readonly PreparedService[]
  /** Joined folded text → positions of the services so called, and whether by name. */
  byText: ReadonlyMap<string, readonly { index: number; isName: boolean }[]>
  /** Concepts that say nothing here, since three or more services share them ("Haar" in a salon). */
  weak: ReadonlySet<string>
}

const companiesMax = 500
const prepared = new LRUCache<string, PreparedServices>({ max: companiesMax })

/** The prepared form of a list; the same content gives the same object. */
export function getPreparedServices(services: readonly MatchableService[]): PreparedServices {
  let key = ''
  for (const service of services)
    key += `${service.name}\u0000${service.category ?? ''}\u0000${service.description ?? ''}\u0000${service.synonyms.join('\u0001')}\u0002`
  let found = prepared.get(key)
  if (!found) {
    found = prepare(services)
    prepared.set(key, found)
  }
  return found
}

/** Words that carry the name; a service called by courtesy words alone ("Termin") keeps them. */
function contentWords(text: string): string[] {
  const words = foldedWords(text)
  const content = words.filter((word) => !fillers.has(word))
  return content.length > 0 ? content : words
}

function prepare(services: readonly MatchableService[]): PreparedServices {
  const texts = services.map((service) => [service.name, ...service.synonyms])
  const lexicon = new Lexicon(texts.flat().map(contentWords))
  const bare = services.map((service) => prepareService(service, lexicon))
  const named = new Set(bare.flatMap(({ forms }) => [...(forms[0]?.concepts ?? [])]))
  const list = bare.map((service) => ({
    ...service,
    alsoDone: new Set([...service.included].filter((concept) => !named.has(concept))),
  }))

  const byText = new Map<string, { index: number; isName: boolean }[]>()
  const uses = new Map<string, number>()
  list.forEach((service, index) => {
    for (const form of service.forms) {
      for (const key of new Set([form.joined, fold(form.text).replaceAll(' ', '')])) {
        const entries = byText.get(key) ?? []
        const known = entries.find((entry) => entry.index === index)
        if (known) known.isName ||= form.isName
        else entries.push({ index, isName: form.isName })
        byText.set(key, entries)
      }
    }
    for (const concept of service.concepts) uses.set(concept, (uses.get(concept) ?? 0) + 1)
  })
  const weak = new Set([...topicConcepts].filter((concept) => (uses.get(concept) ?? 0) >= 3))
  return { lexicon, services: list, byText, weak }
}

function prepareService(service: MatchableService, lexicon: Lexicon): Omit<PreparedService, 'alsoDone'> {
  const texts = [service.name, ...service.synonyms].filter((text) => fold(text) !== '')
  const category = foldedWords(service.category ?? '').map(conceptOf)
  const forms = texts.map((text, index) => prepareForm(text, index === 0, lexicon))
  const concepts = new Set(forms.flatMap((form) => [...form.concepts]))
  let audience = audiencesIn(forms[0]?.concepts ?? [])
  if (audience.size === 0) audience = audiencesIn(concepts)
  if (audience.size === 0) audience = audiencesIn(category)
  // The category's audience may be said although the name leaves it out: "Haarschnitt" under "Herren".
  for (const each of audience) concepts.add(each)
  return { forms, concepts, audiences: audience, included: includedIn(service.description ?? '') }
}

/** What is spoken about or for whom is no part of it: "Beratung zu Schnitt und Farbe". */
function includedIn(description: string): Set<string> {
  const done = description.replace(/(?<!\p{L})(?:zu|zur|zum|über|für|ohne)(?!\p{L})[^.;]*/giu, ' ')
  return new Set(foldedWords(done).map(conceptOf))
}

function prepareForm(text: string, isName: boolean, lexicon: Lexicon): PreparedForm {
  const words = contentWords(text)
  const optional = new Set(foldedWords((text.match(/\(([^)]*)\)/g) ?? []).join(' ')))
  const required = new Set<string>()
  const expected = new Set<string>()
  const concepts = new Set<string>()
  for (const word of words) {
    const isOptional = optional.has(word) || /^\d+$/.test(word)
    for (const concept of lexicon.take(word)) {
      concepts.add(concept)
      if (!isOptional) expected.add(concept)
      if (!isOptional && !softWords.has(word)) required.add(concept)
    }
  }
  const orAll = (set: Set<string>) => (set.size > 0 ? set : concepts)
  return {
    text,
    joined: words.join(''),
    isName,
    required: orAll(required),
    expected: orAll(expected),
    concepts,
  }
}

function audiencesIn(concepts: Iterable<string>): Set<Audience> {
  const found = new Set<Audience>()
  for (const concept of concepts) {
    const audience = audiences.get(concept)
    if (audience) found.add(audience)
  }
  return found
}
