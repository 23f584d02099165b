/** get_available_services: what can be booked by phone at the caller's branch. */
import { z } from 'zod'
import { servicesAre } from '../german/sentences/catalogue.ts'
import { servicesAt } from '../services/catalogue.ts'
import { chooseBranch } from '../services/choices.ts'
import { answers, serviceShape } from './answers/contract.ts'
import { serviceFields } from './answers/services.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const getAvailableServices = defineFunction({
  name: 'get_available_services',
  description:
    'Nennt die Leistungen, die in der Filiale des Anrufers gebucht werden können. Für alle Filialen oder eine Gruppe von Leistungen: list_services.',
  input: z.object({ branch: words('Andere Filiale, falls genannt') }),
  output: answers({ services: z.array(serviceShape), count: z.int().min(0), auto_selected: z.boolean() }),
  deadline: 'read',
  needs: 'call',
  async handler(input, { catalogue, branch: dialled }) {
    const branch = chooseBranch(catalogue, dialled, input.branch)
    const services = servicesAt(catalogue, branch.id)
    return {
      success: true,
      message: servicesAre(services.map(({ name }) => name)),
      services: services.map(serviceFields),
      count: services.length,
      // With a single service nobody needs to be asked which one.
      auto_selected: services.length === 1,
      branch_name: branch.name,
    }
  },
})
