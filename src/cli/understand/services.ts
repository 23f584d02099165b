/** Services: `value` is the name in the catalogue. */
import { type CatalogueService, servicesAt } from '../../services/catalogue.ts'
import { matchService } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

/** What the branch offers decides; what only another branch offers is named in `elsewhere`. */
export const understandService: Understanding = ({ text, branch, catalogue }): Answer => {
  const here = matchService(text, servicesAt(catalogue, branch.id))
  if (here.kind === 'match') return { result: 'match', value: here.service.name, options: [] }
  if (here.kind === 'ambiguous') return { result: 'ask', value: null, options: namesOf(here.candidates) }
  for (const other of catalogue.branches) {
    const found = other.id === branch.id ? null : matchService(text, servicesAt(catalogue, other.id))
    if (found?.kind === 'match')
      return { result: 'none', value: null, options: [found.service.name], elsewhere: other.name }
  }
  return { result: 'none', value: null, options: [] }
}

const namesOf = (services: readonly CatalogueService[]) => [...new Set(services.map(({ name }) => name))]
