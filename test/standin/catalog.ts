/** What the business has set up at Cal.com: teams, hosts and event types, read from the demonstration companies. */
import { demoCompanies } from '../../src/development/seed-data.ts'

export type Host = { id: number; name: string; email: string; username: string }

export type EventType = {
  id: number
  slug: string
  title: string
  description: string
  minutes: number
  teamId: number
  /** One host: fixed (`collective`); several: `roundRobin`. */
  hosts: readonly Host[]
  companyId: number
  /** Minutes between two starts that are offered. */
  intervalMinutes: number
  address: string
}

export type Team = { id: number; name: string; slug: string }

/** Hosts work Monday to Saturday, these hours in Berlin: a little more than the shops are open. */
export const workingHours = { from: 8, to: 19, zone: 'Europe/Berlin' } as const

const hosts = new Map<number, Host>(
  demoCompanies.flatMap(({ staff }) =>
    staff.map(({ calcomUserId: id, firstName, lastName }) => {
      const username = `host-${id}`
      return [id, { id, name: `${firstName} ${lastName}`, email: `${username}@business.example`, username }]
    }),
  ),
)

/** Every team by its id. */
export const teams: ReadonlyMap<number, Team> = new Map(
  demoCompanies.flatMap(({ branches }) =>
    branches.map(({ calcomTeamId: id, name }) => [id, { id, name, slug: `team-${id}` }]),
  ),
)

/** Every event type by its id. */
export const eventTypes: ReadonlyMap<number, EventType> = new Map(
  demoCompanies.flatMap((company) => {
    const branchOf = (name: string) => company.branches.find((branch) => branch.name === name)!
    const make = (service: (typeof company.services)[number], branch: string, id: number, who: number[]) => {
      const { calcomTeamId: teamId, address } = branchOf(branch)
      const type: EventType = {
        id,
        slug: `type-${id}`,
        title: service.name,
        description: service.description,
        minutes: service.durationMinutes,
        teamId,
        hosts: who.map((host) => hosts.get(host)!),
        companyId: company.id,
        intervalMinutes: 15,
        address,
      }
      return [id, type] as const
    }
    return [
      ...company.services.flatMap((service) =>
        Object.entries(service.eventTypeIds).map(([branch, id]) =>
          make(service, branch, id, [...(service.hosts[branch] ?? [])]),
        ),
      ),
      ...company.staffEventTypes.map(({ service, branch, calcomUserId, eventTypeId }) =>
        make(company.services.find(({ name }) => name === service)!, branch, eventTypeId, [calcomUserId]),
      ),
    ]
  }),
)
