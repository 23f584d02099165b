/**
 * Several services of one visit as one: "Färben und Damenhaarschnitt". What asks for free times or names a service takes it like any
 * other; what books must take its parts (services/visits). Pure.
 */
import { sayList } from '../german/index.ts'
import type { CatalogueService } from './catalogue.ts'

/** What belongs together has at most so many parts. */
export const partsMax = 3

/** The number of a service takes so many bits in the number of several; what has a larger one is asked for one by one. */
const idMax = 2 ** 17

/**
 * In: two or three different services, in the order in which they were said. Out: one service with `parts` in the order in which they
 * make sense; null where that cannot be.
 */
export function together(services: readonly CatalogueService[], spoken = ''): CatalogueService | null {
  const said = [...new Set(services)]
  const [first] = said
  if (!first || said.length < 2 || said.length > partsMax || said.some(({ id }) => id >= idMax)) return null
  const parts = inOrder(said, spoken)
  const isForAnybody = parts.some(({ staff }) => staff.length === 0)
  const people = isForAnybody ? [] : parts.flatMap(({ staff }) => staff.map(({ staffId }) => staffId))
  const prices = parts.map(({ priceCents }) => priceCents)
  return {
    ...first,
    id: parts.reduce((number, { id }) => number * idMax + id, 0),
    name: sayList(
      parts.map(({ name }) => name),
      'und',
    ),
    synonyms: [],
    description: null,
    durationMinutes: parts.reduce((sum, { durationMinutes }) => sum + durationMinutes, 0),
    priceCents: prices.some((price) => price === null)
      ? null
      : prices.reduce((sum, price) => sum! + price!, 0),
    requiresConfirmation: parts.some((part) => part.requiresConfirmation),
    emailRequired: parts.some((part) => part.emailRequired),
    staff: [...new Set(people)].map((staffId) => ({ staffId, calcomEventTypeId: null })),
    parts,
  }
}

/** The several services of a number that `together` gave; null for any other number, or when one is no longer offered. */
export function togetherOf(offered: readonly CatalogueService[], id: number | null): CatalogueService | null {
  if (id === null || !isSeveral(id)) return null
  const parts: CatalogueService[] = []
  for (let rest = id; rest > 0; rest = Math.floor(rest / idMax)) {
    const part = offered.find((service) => service.id === rest % idMax)
    if (!part) return null
    parts.unshift(part)
  }
  // Their order was decided when they were said.
  const found = together(parts, 'erst')
  return found && { ...found, parts }
}

/** Whether a number stands for several services. */
export function isSeveral(id: number): boolean {
  return id >= idMax
}

/** Whether a person does this service; one for which nobody is named is done by anybody. */
export function isDoneBy({ staff }: CatalogueService, staffId: number): boolean {
  return staff.length === 0 || staff.some((pair) => pair.staffId === staffId)
}

/** Who does a part when this person was asked for: they, or whoever is free. */
export function staffOfPart(part: CatalogueService, staffId: number | null): number | null {
  return staffId !== null && isDoneBy(part, staffId) ? staffId : null
}

/** The names of several services that a person was asked for and does not do all of. */
export function doneByOthers({ parts = [] }: CatalogueService, staffId: number): CatalogueService[] {
  return parts.filter((part) => !isDoneBy(part, staffId))
}

const saidInOrder = /\b(erst|zuerst|zunächst|dann|danach|anschließend|hinterher|nachher)\b/i
/** What is done before what; anything else comes with the cut. */
const steps: readonly RegExp[] = [
  /beratung|besprechung/i,
  /färb|farb|tön|strähn|blond|balayage|dauerwelle|umform|glätt|keratin/i,
  /schnitt|schneid/i,
  /föhn|styling|hochsteck|frisur/i,
  /bart|rasur/i,
]
const cutStep = 2

/** As said with "erst … dann"; else advice, colour and perm, cut, styling, beard. */
function inOrder(services: readonly CatalogueService[], spoken: string): CatalogueService[] {
  if (saidInOrder.test(spoken)) return [...services]
  return [...services].sort((a, b) => stepOf(a) - stepOf(b))
}

/** Where in a visit a service belongs; services of one step may change places. */
export function stepOf({ name }: Pick<CatalogueService, 'name'>): number {
  const step = steps.findIndex((pattern) => pattern.test(name))
  return step === -1 ? cutStep : step
}
