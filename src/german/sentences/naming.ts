/** How names of people, services and branches are spoken: as they are written, without anything that nobody can say. */
import { LRUCache } from 'lru-cache'

const nameLengthMax = 60

/** A name as it may be read aloud: short, without anything that is no letter of a name. */
export function sayName(name: string): string {
  const clean = name
    .replace(/[^\p{L}\p{M}\p{N}'’., -]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return clean.length <= nameLengthMax
    ? clean
    : clean.slice(0, clean.lastIndexOf(' ', nameLengthMax) + 1 || nameLengthMax).trim()
}

/** Names of services are few, and each answer about free times says one. */
const saidServices = new LRUCache<string, string>({ max: 1_000 })

/** "Schneiden & Föhnen (30 Min.)" as "Schneiden und Föhnen 30 Minuten". */
export function sayService(name: string): string {
  const known = saidServices.get(name)
  if (known !== undefined) return known
  const said = sayName(
    name
      .replace(/\s*[&+]\s*/g, ' und ')
      .replace(/\s+\/\s+/g, ' oder ')
      .replace(/\bMin\b\.?/g, 'Minuten')
      .replace(/\bStd\b\.?/g, 'Stunden')
      .replace(/\binkl\b\.?/gi, 'inklusive'),
  )
  saidServices.set(name, said)
  return said
}

/** What a time is for; person and branch where they were chosen, or follow from what was chosen. */
export interface SpokenWhat {
  service: string
  staff?: string | null
  branch?: string | null
  /** Who was wished for, where the calendar decides who it is. */
  open?: string | null
}

/** Said before the yes where a wish for a person is not kept by the calendar. */
export function personIsOpen(name: string): string {
  return `Ob es bei ${sayName(name)} ist, entscheidet der Kalender.`
}

/** The same in front of what is said of times. */
export function withOpenPerson(message: string, { open }: SpokenWhat): string {
  return open ? `${personIsOpen(open)} ${message}` : message
}

/** Whether it takes so many words that less must stand beside it in one sentence. */
export function isLong(what: SpokenWhat): boolean {
  return sayWhat(what).split(' ').length > 5
}

/** "Herrenhaarschnitt bei Anna Becker in Mitte" */
export function sayWhat({ service, staff, branch }: SpokenWhat): string {
  return [sayService(service), staff ? `bei ${sayName(staff)}` : '', branch ? `in ${sayName(branch)}` : '']
    .filter(Boolean)
    .join(' ')
}
