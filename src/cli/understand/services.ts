/** Services: `value` is the name in the catalogue; a list where several were named, which is a match where they are booked together. */
import { type CatalogueService, servicesAt } from '../../services/catalogue.ts'
import { chooseTogether } from '../../services/choices.ts'
import { matchServiceOfBranch } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

/** What the branch offers decides; what only another branch offers is named in `elsewhere`. */
export const understandService: Understanding = ({ text, branch, catalogue }): Answer => {
  const offered = servicesAt(catalogue, branch.id)
  const others = catalogue.branches
    .filter(({ id }) => id !== branch.id)
    .flatMap(({ id }) => servicesAt(catalogue, id))
  const found = matchServiceOfBranch(text, offered, others)
  const branchOf = ({ branchId }: CatalogueService) =>
    catalogue.branches.find(({ id }) => id === branchId)?.name
  if (found.kind === 'none') return { result: 'none', value: null, options: [] }
  if (found.kind === 'match') return { result: 'match', value: found.service.name, options: [] }
  if (found.kind === 'elsewhere')
    return { result: 'none', value: null, options: [found.service.name], elsewhere: branchOf(found.service) }
  const several = found.asSaid?.every((service) => offered.includes(service))
    ? chooseTogether(catalogue, branch, text)
    : null
  if (several?.parts) return { result: 'match', value: namesOf(several.parts), options: [] }
  const options = namesOf(found.candidates)
  const away = found.candidates.find((service) => !offered.includes(service))
  return {
    result: 'ask',
    value: found.several ? namesOf(found.several) : null,
    options,
    ...(away ? { elsewhere: branchOf(away) } : {}),
  }
}

const namesOf = (services: readonly CatalogueService[]) => [...new Set(services.map(({ name }) => name))]
