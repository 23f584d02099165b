/** get_service_info: duration, price and description of a service the caller asks about. */
import { z } from 'zod'
import { serviceIs, servicesAre, unknownService, whichService } from '../german/sentences/catalogue.ts'
import { servicesAt } from '../services/catalogue.ts'
import { chooseBranch } from '../services/choices.ts'
import { matchService } from '../services/matching/index.ts'
import { answers, serviceShape } from './answers/contract.ts'
import { serviceFields } from './answers/services.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const getServiceInfo = defineFunction({
  name: 'get_service_info',
  description: 'Nennt Dauer, Preis und Beschreibung einer bestimmten Leistung.',
  input: z.object({
    service: words('Die Leistung im Wortlaut'),
    branch: words('Andere Filiale, falls genannt'),
  }),
  required: ['service'],
  output: answers({ services: z.array(serviceShape), count: z.int().min(0), branch_name: z.string() }),
  deadline: 'read',
  needs: 'call',
  async handler(input, { catalogue, branch: dialled }) {
    const branch = chooseBranch(catalogue, dialled, input.branch)
    const offered = servicesAt(catalogue, branch.id)
    const names = offered.map(({ name }) => name)
    const answer = (message: string, services: typeof offered) => ({
      success: true,
      message,
      services: services.map(serviceFields),
      count: services.length,
      branch_name: branch.name,
    })
    if (input.service === undefined) return answer(servicesAre(names), offered)
    const found = matchService(input.service, offered)
    if (found.kind === 'none') return answer(unknownService(names), [])
    if (found.kind === 'match') return answer(serviceIs(found.service), [found.service])
    return answer(whichService(found.candidates.map(({ name }) => name)), found.candidates)
  },
})
