/**
 * What a business can tell about itself, in its own sentences by topic: how to get there, where to park, how to pay. Nothing is made up:
 * what is not here is not known. Pure.
 */
import { z } from 'zod'
import { foldedWords } from './matching/text.ts'

/** Sentences by topic (one of `factTopics`) or by a word of the business's own ("hunde"). */
export type Facts = Readonly<Record<string, string>>

/** What every business is asked about; the address is the branch's. */
export const factTopics = ['address', 'way', 'parking', 'payment', 'vouchers', 'accessibility'] as const
type FactTopic = (typeof factTopics)[number]

/** Characters of one fact that are told. */
export const factMax = 500
const stored = z.record(z.string().max(60), z.unknown())

/** Facts as they are stored; what is no text is left out. */
export function readFacts(value: unknown): Facts {
  const entries = Object.entries(stored.safeParse(value).data ?? {})
  return Object.fromEntries(
    entries.flatMap(([topic, text]) => {
      const said = typeof text === 'string' ? text.trim().slice(0, factMax) : ''
      return said === '' ? [] : [[topic.trim().toLowerCase(), said]]
    }),
  )
}

/** Folded words, as callers ask. */
const askedBy: Record<FactTopic, RegExp> = {
  address: /\b(?:adresse|anschrift|address|wo (?:sind|seid|ist|finde|liegt|befindet)|welche[rn]? strasse)\b/,
  way: /\b(?:way|weg|anfahrt|anreise|hinkomm\w*|komm\w* (?:ich|man|wir) (?:\w+ ){0,3}(?:zu|hin)|bahn|u bahn|ubahn|s bahn|sbahn|bus|tram|strassenbahn|haltestelle|offis?|wegbeschreibung)\b/,
  parking:
    /\b(?:parking|park(?:en|platz|platze|platzen|haus|hauser|mog\w+|plaetze)?|tiefgarage|auto abstellen)\b/,
  payment:
    /\b(?:payment|zahl(?:en|t|ung|ungsart\w*)?|bezahl\w*|karten?zahlung|mit karte|ec karte|eckarte|girocard|kreditkarte|paypal|apple pay|bar|rechnung)\b/,
  vouchers: /\b(?:vouchers?|gutschein\w*|geschenk(?:karte|gutschein)\w*)\b/,
  accessibility:
    /\b(?:accessibility|barriere\w*|rollstuhl\w*|rollator|aufzug|fahrstuhl|lift|stufen?|treppen?|kinderwagen|ebenerdig|behindert\w*)\b/,
}

/** What a question is about, most important first: topics that everybody knows, and words that the business has facts for. */
export function topicsOf(question: string, facts: Facts): string[] {
  const text = foldedWords(question).join(' ')
  const known = factTopics.filter((topic) => askedBy[topic].test(text))
  const own = Object.keys(facts).filter((topic) => {
    const word = foldedWords(topic).join(' ')
    return !isFactTopic(topic) && word !== '' && ` ${text}`.includes(` ${word}`)
  })
  return [...known, ...own]
}

/** What the branch says about a topic; null: it is not known. */
export function factOf(
  { facts, address }: { facts: Facts; address: string | null },
  topic: string,
): string | null {
  return facts[topic] ?? (topic === 'address' ? address : null)
}

function isFactTopic(topic: string): topic is FactTopic {
  return factTopics.some((one) => one === topic)
}
