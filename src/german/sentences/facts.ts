/** What callers hear of the business's own facts, and when there is none. */
import { sayList } from '../index.ts'
import { sayName } from './naming.ts'

/** A message has no more words than anybody listens to. */
const wordsMax = 55
const signs = /\s*[()[\]{}<>|*#]+\s*/g

export const askQuestion = 'Was möchten Sie gern wissen?'

/** "Unsere Adresse ist Rosenthaler Straße 12 in Berlin.": street and town, without the postal code that nobody asked for. */
export function addressIs(address: string): string {
  const [street = '', ...rest] = address.split(',').map((part) => part.trim())
  const town = rest.join(', ').replace(/^(?:D-)?\d{5}\s+/, '')
  return town === ''
    ? `Unsere Adresse ist ${sayName(street)}.`
    : `Unsere Adresse ist ${sayName(street)} in ${sayName(town)}.`
}

/** The business's own sentences, one after the other; what would be too much in one breath is left out. */
export function factsAre(facts: readonly string[]): string {
  const told: string[] = []
  for (const sentence of facts.flatMap(sentencesOf)) {
    if (told.length > 0 && [...told, sentence].join(' ').split(' ').length > wordsMax) break
    told.push(sentence)
  }
  return told.join(' ')
}

/** What is not known is said, and that it was written down; an answer is not promised, a call is offered. */
export function questionNoted(isPartly: boolean): string {
  return isPartly
    ? 'Das Übrige weiß ich leider nicht, ich habe Ihre Frage notiert. Möchten Sie dazu zurückgerufen werden?'
    : 'Das weiß ich leider nicht, ich habe Ihre Frage für das Team notiert. Möchten Sie dazu zurückgerufen werden?'
}

/** For the business, in writing. */
export function questionAsked(question: string, topics: readonly string[]): string {
  const said = question.replace(/\s+/g, ' ').trim()
  return said === '' ? `Frage am Telefon: ${sayList(topics, 'und')}` : `Frage am Telefon: ${said}`
}

function sentencesOf(fact: string): string[] {
  const clean = fact
    .replace(signs, ' ')
    .replace(/\b(\d{1,2}):00\b(?: Uhr)?/g, '$1 Uhr')
    .replace(/\b(\d{1,2}):(\d\d)\b(?: Uhr)?/g, '$1 Uhr $2')
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;!?])/g, '$1')
    .trim()
  const ended = /[.!?]$/.test(clean) ? clean : `${clean}.`
  return ended.split(/(?<=[.!?])\s+(?=[\p{Lu}])/u)
}
