/** list_services: everything the company offers, at all its branches. */
import { z } from 'zod'
import { noSuchService, servicesAre } from '../german/sentences/catalogue.ts'
import { type MatchableService, matchService } from '../services/matching/index.ts'
import { answers, serviceShape } from './answers/contract.ts'
import { serviceFields } from './answers/services.ts'
import { words, yesNo } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const listServices = defineFunction({
  name: 'list_services',
  description:
    'Nennt alle Leistungen des Unternehmens in allen Filialen, auch nach Gruppen („Was machen Sie an Farbe?“).',
  input: z.object({
    category: words('Nur Leistungen dieser Gruppe, z. B. „Farbe“'),
    include_inactive: yesNo('Auch Leistungen, die zurzeit nicht angeboten werden'),
  }),
  output: answers({
    services: z.array(serviceShape),
    branches: z.array(z.looseObject({ id: z.string(), name: z.string(), address: z.string().nullable() })),
    count: z.int().min(0),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(input, { catalogue }) {
    const shown = catalogue.services.filter((service) => service.isActive || input.include_inactive === true)
    const found = input.category === undefined ? shown : ofWords(shown, input.category)
    const services = found ?? []
    const branchNames = new Map(catalogue.branches.map((branch) => [branch.id, branch.name]))
    return {
      success: true,
      message: found === null ? noSuchService(namesOf(shown)) : servicesAre(namesOf(services)),
      services: services.map((service) => ({
        ...serviceFields(service),
        is_active: service.isActive,
        branch_id: service.branchId,
        branch: service.branchId === null ? null : (branchNames.get(service.branchId) ?? null),
      })),
      branches: catalogue.branches.map(({ id, name, address }) => ({ id, name, address })),
      count: services.length,
    }
  },
})

const namesOf = (services: readonly { name: string }[]) => [...new Set(services.map(({ name }) => name))]

/** The services of the category that was said, else those that the words may mean; null when there is neither. */
function ofWords<S extends MatchableService & { category: string | null }>(
  services: readonly S[],
  spoken: string,
): readonly S[] | null {
  const categories = [...new Set(services.flatMap(({ category }) => category ?? []))]
  const named = matchService(
    spoken,
    categories.map((name, id) => ({ id, name, synonyms: [] })),
  )
  if (named.kind === 'match') return services.filter(({ category }) => category === named.service.name)
  const found = matchService(spoken, services)
  if (found.kind === 'none') return null
  return found.kind === 'match' ? [found.service] : found.candidates
}
