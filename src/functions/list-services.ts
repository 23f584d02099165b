/** list_services: everything the company offers, at all its branches. */
import { z } from 'zod'
import { servicesAre } from '../german/sentences/catalogue.ts'
import { matchService } from '../services/matching/index.ts'
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
    const services = inCategory(shown, input.category)
    const branchNames = new Map(catalogue.branches.map((branch) => [branch.id, branch.name]))
    return {
      success: true,
      message: servicesAre([...new Set(services.map(({ name }) => name))]),
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

/** The category as it was heard; one that does not exist narrows nothing down. */
function inCategory<S extends { category: string | null }>(
  services: readonly S[],
  spoken: string | undefined,
): readonly S[] {
  if (spoken === undefined) return services
  const names = [...new Set(services.flatMap(({ category }) => category ?? []))]
  const found = matchService(
    spoken,
    names.map((name, id) => ({ id, name, synonyms: [] })),
  )
  return found.kind === 'match'
    ? services.filter(({ category }) => category === found.service.name)
    : services
}
