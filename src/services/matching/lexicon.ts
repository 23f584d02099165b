/**
 * The words one company's services are made of, and how a heard word is led back to them.
 * Built once per list of services. German builds compounds freely and speech-to-text splits and joins them at will, so
 * both sides are taken apart into the same concepts: "Herren Haar Schnitt" and "Herrenhaarschnitt" become herren+haar+schnitt.
 */
import { mishearing, type Sounded, sounded } from './sound.ts'
import {
  audiences,
  conceptOf,
  emptyPartWords,
  families,
  fillers,
  partWords,
  softWords,
  stem,
} from './vocabulary.ts'

/** What one heard word means here. `unknown` holds the parts that no service contains, `hasHead` tells if the last is known. */
export interface WordMeaning {
  concepts: readonly string[]
  unknown: readonly string[]
  hasHead: boolean
  fuzzy: boolean
}

interface Known extends Sounded {
  concepts: readonly string[]
}

const basicParts: ReadonlyMap<string, string> = new Map([
  ...[...partWords, ...families.keys(), ...audiences.keys()].map((word) => [word, conceptOf(word)] as const),
  ...[...emptyPartWords].map((word) => [word, ''] as const),
])

const links = ['', 's', 'es', 'n', 'en', 'er', 'e']
/** Shorter ones are suffixes ("-ation", "-ierung"), not words. */
const endingMin = 6
const wordCacheMax = 2_000

export class Lexicon {
  readonly #parts = new Map(basicParts)
  readonly #concepts = new Set<string>()
  readonly #known = new Map<string, Known>()
  readonly #meanings = new Map<string, WordMeaning>()

  /** `names` are the words of every name and synonym: all first, since one name's word is a part of another's compound. */
  constructor(names: readonly (readonly string[])[]) {
    const words = new Set(names.flat())
    const byLength = [...words].sort((a, b) => a.length - b.length)
    for (const ending of this.#sharedEndings(byLength)) this.#parts.set(ending, conceptOf(ending))
    for (const word of byLength) {
      if (word.length < 4 || fillers.has(word) || this.#split(word, 2)) continue
      this.#parts.set(word, conceptOf(word))
      if (stem(word).length >= 4) this.#parts.set(stem(word), conceptOf(word))
    }
    for (const word of words) {
      const concepts = this.take(word)
      for (const concept of concepts) this.#concepts.add(concept)
      this.#known.set(word, { ...sounded(word), concepts })
    }
    // Families and parts that the services use may be misheard in any of their forms, not only as written.
    for (const [word, concept] of this.#parts) {
      if (this.#concepts.has(concept) && !this.#known.has(word) && word.length >= 3)
        this.#known.set(word, { ...sounded(word), concepts: [concept] })
    }
  }

  /** "packung" of "Wärmepackung" and "Moorpackung": what two compounds share at the end is a part of both. */
  #sharedEndings(words: readonly string[]): string[] {
    const compounds = words.filter((word) => word.length >= endingMin + 3 && !this.#split(word, 0))
    const endings: string[] = []
    compounds.forEach((a, i) => {
      for (const b of compounds.slice(i + 1)) {
        let length = 0
        while (length < a.length && a.at(-1 - length) === b.at(-1 - length)) length++
        if (length >= endingMin && length <= a.length - 3 && length <= b.length - 3)
          endings.push(a.slice(-length))
      }
    })
    return endings
  }

  /** The concepts of a word as the company wrote it: parts that are in no list become concepts of their own. */
  take(word: string): string[] {
    if (families.has(word) || audiences.has(word)) return [conceptOf(word)]
    const split = this.#split(word, 2) ?? [word]
    // What is left of a compound ("riemen" of "Zahnriemenwechsel") is a part for the next word.
    for (const part of split)
      if (part.length >= 4 && !this.#parts.has(part)) this.#parts.set(part, conceptOf(part))
    return split.map((part) => this.#parts.get(part) ?? conceptOf(part)).filter((concept) => concept !== '')
  }

  has(concept: string): boolean {
    return this.#concepts.has(concept)
  }

  /** True if the word is understood exactly, without guessing at what was heard. */
  isKnown(word: string): boolean {
    const meaning = this.understand(word)
    return !meaning.fuzzy && meaning.unknown.length === 0 && meaning.concepts.length > 0
  }

  understand(word: string): WordMeaning {
    let meaning = this.#meanings.get(word)
    if (!meaning) {
      meaning = this.#work(word)
      // Callers bring ever new words; the cache starts anew before it can grow without limit.
      if (this.#meanings.size >= wordCacheMax) this.#meanings.clear()
      this.#meanings.set(word, meaning)
    }
    return meaning
  }

  #work(word: string): WordMeaning {
    const known = this.#known.get(word)
    if (known) return { concepts: known.concepts, unknown: [], hasHead: true, fuzzy: false }
    const concept = conceptOf(word)
    if (this.#concepts.has(concept)) return { concepts: [concept], unknown: [], hasHead: true, fuzzy: false }
    // A plain word of the language that no service uses is that word, not a misheard other one.
    if (families.has(word) || audiences.has(word)) {
      const audience = audiences.get(word)
      return {
        concepts: audience ? [audience] : [],
        unknown: audience ? [] : [word],
        hasHead: true,
        fuzzy: false,
      }
    }
    const exact = this.#split(word, 0)
    if (exact) return this.#meaningOf(exact, false)
    const whole = this.#hear(word)
    if (whole) return { concepts: whole, unknown: [], hasHead: true, fuzzy: true }
    const rest = this.#split(word, 2)
    return rest
      ? this.#meaningOf(rest, true)
      : { concepts: [], unknown: [word], hasHead: false, fuzzy: false }
  }

  #meaningOf(parts: readonly string[], mayMishear: boolean): WordMeaning {
    const concepts: string[] = []
    const unknown: string[] = []
    let fuzzy = false
    for (const part of parts) {
      const concept = this.#parts.get(part) ?? conceptOf(part)
      if (concept === '' || softWords.has(part)) {
        if (this.#concepts.has(concept)) concepts.push(concept)
        continue
      }
      if (this.#concepts.has(concept) || audiences.has(part)) {
        concepts.push(concept)
        continue
      }
      const heard = mayMishear && !this.#parts.has(part) ? this.#hear(part) : null
      if (heard) concepts.push(...heard)
      else unknown.push(part)
      fuzzy ||= heard !== null
    }
    return { concepts, unknown, hasHead: unknown.at(-1) !== parts.at(-1), fuzzy }
  }

  /** The one known word it may be a mishearing of; null when there is none or when two are as near. */
  #hear(word: string): readonly string[] | null {
    const heard = sounded(word)
    let best: Known | null = null
    let bestDistance = Number.POSITIVE_INFINITY
    let isTied = false
    for (const known of this.#known.values()) {
      const distance = mishearing(heard, known)
      if (distance === null || distance > bestDistance) continue
      isTied = distance === bestDistance && best !== null && !sameConcepts(best.concepts, known.concepts)
      if (distance < bestDistance || !isTied) best = known
      bestDistance = distance
    }
    return best && !isTied ? best.concepts : null
  }

  /**
   * Takes a compound apart, or gives null if it is none. At most one part may be unknown, of at least `unknownMin`
   * letters (0: none may be), and then the known parts must make up four letters or more.
   */
  #split(word: string, unknownMin: number): string[] | null {
    let best: { parts: string[]; cost: number } | null = null
    const walk = (at: number, parts: string[], unknown: number, known: number): void => {
      if (at >= word.length) {
        if (parts.length < 2 || (unknown > 0 && known < 4)) return
        const cost = unknown * 10 + parts.length
        if (!best || cost < best.cost) best = { parts: [...parts], cost }
        return
      }
      for (let end = word.length; end > at + 1; end--) {
        const part = word.slice(at, end)
        if (!this.#parts.has(part)) continue
        for (const link of links) {
          if (word.startsWith(link, end) && (link === '' || end + link.length < word.length))
            walk(end + link.length, [...parts, part], unknown, known + part.length)
        }
      }
      if (unknownMin === 0 || unknown > 0) return
      for (let end = at + unknownMin; end <= word.length; end++)
        walk(end, [...parts, word.slice(at, end)], end - at, known)
    }
    if (word.length >= 5 && word.length <= 40) walk(0, [], 0, 0)
    return (best as { parts: string[]; cost: number } | null)?.parts ?? null
  }
}

function sameConcepts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((concept) => b.includes(concept))
}
