/**
 * Services of one name at one branch, told apart by how long they take, what they cost or who performs them. Pure.
 * Nothing that differs makes them one service; everything else is a question that names the difference.
 */
import { sayDuration, sayPrice } from '../german/index.ts'
import type { Catalogue, CatalogueService } from './catalogue.ts'
import { matchStaff } from './matching/index.ts'

type People = Pick<Catalogue, 'staff'>

/**
 * The one among services of one name that the words point to ("Dauerwelle mit 90 Minuten", "die günstigere", "bei Clara"), or
 * the first where nothing tells them apart; null if the caller must be asked, also for services of several names.
 */
export function toldApart(
  spoken: string,
  services: readonly CatalogueService[],
  { staff }: People,
): CatalogueService | null {
  const [first, ...rest] = services
  if (!first || rest.length === 0 || rest.some(({ name }) => name !== first.name)) return null
  const sameForAll = (of: (service: CatalogueService) => unknown) =>
    rest.every((each) => of(each) === of(first))
  if (
    sameForAll(({ durationMinutes }) => durationMinutes) &&
    sameForAll(({ priceCents }) => priceCents) &&
    sameForAll(performers)
  )
    return first
  const words = plain(spoken)
  const says = (phrase: string) => ` ${words} `.includes(` ${plain(phrase)} `)
  const ways: ((service: CatalogueService) => boolean)[] = [
    ({ durationMinutes }) => says(`${durationMinutes} Minuten`) || says(sayDuration(durationMinutes)),
    ({ priceCents }) => priceCents !== null && says(sayPrice(priceCents)),
    (service) => isExtreme(service, services, words),
    (service) => isPerformer(service, spoken, staff),
  ]
  for (const isMeant of ways) {
    const meant = services.filter(isMeant)
    if (meant.length === 1) return meant[0]!
  }
  return null
}

/** What to call services in a question: the name, where it is another's too with the first thing that tells them apart. */
export function distinctNames(services: readonly CatalogueService[], { staff }: People): string[] {
  const named = services.map((service) => {
    const same = services.filter(({ name }) => name === service.name)
    const differ = (of: (one: CatalogueService) => unknown) => new Set(same.map(of)).size === same.length
    if (same.length === 1) return service.name
    if (differ(({ durationMinutes }) => durationMinutes))
      return `${service.name} mit ${sayDuration(service.durationMinutes)}`
    if (service.priceCents !== null && differ(({ priceCents }) => priceCents))
      return `${service.name} für ${sayPrice(service.priceCents)}`
    const people = staff.filter(({ id }) => service.staff.some(({ staffId }) => staffId === id))
    return people.length > 0 && differ(performers)
      ? `${service.name} bei ${people.map(({ firstName }) => firstName).join(' oder ')}`
      : service.name
  })
  return [...new Set(named)]
}

function performers({ staff }: CatalogueService): string {
  return staff
    .map(({ staffId }) => staffId)
    .sort((a, b) => a - b)
    .join()
}

/** "die kürzere", "die teure": the one at the end of the scale. */
function isExtreme(service: CatalogueService, among: readonly CatalogueService[], words: string): boolean {
  const scales: [RegExp, (one: CatalogueService) => number][] = [
    [
      /\b(?:kurz|kurze|kurzen|kurzere|kurzeren|kleine|kleinere|schnelle|schnellere)\b/,
      (one) => -one.durationMinutes,
    ],
    [/\b(?:lang|lange|langen|langere|langeren|grosse|grossere)\b/, (one) => one.durationMinutes],
    [/\b(?:gunstige|gunstigere|gunstigeren|billige|billigere|billigeren)\b/, (one) => -(one.priceCents ?? 0)],
    [/\b(?:teure|teurere|teureren)\b/, (one) => one.priceCents ?? 0],
  ]
  const scale = scales.find(([said]) => said.test(words))
  return (
    scale !== undefined && among.every((other) => other === service || scale[1](service) > scale[1](other))
  )
}

function isPerformer(service: CatalogueService, spoken: string, staff: Catalogue['staff']): boolean {
  const words = spoken.split(/\s+/)
  const team = staff.filter(({ id }) => service.staff.some(({ staffId }) => staffId === id))
  return words.some((word) => word.length > 2 && matchStaff(word, team).kind === 'match')
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
}
