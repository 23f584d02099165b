/** The demo salon as a catalogue, read from the seed alone: no database is needed to try out what is understood. */
import { demoCompanies } from '../../development/seed-data.ts'
import type { Weekday } from '../../german/index.ts'
import type { Catalogue } from '../../services/catalogue.ts'

const timeZone = 'Europe/Berlin'
/** The schema's default. */
const bookingWindowDays = 180

/** One row per service and branch that offers it, numbered as a fresh seed numbers them. */
export function demoCatalogue(): Catalogue {
  const seed = demoCompanies[0]!
  const branchIds = new Map(seed.branches.map(({ name, id }) => [name, id]))
  const staffIds = new Map(seed.staff.map(({ calcomUserId }, index) => [calcomUserId, index + 1]))
  const offered = seed.branches.flatMap((branch) =>
    seed.services
      .filter((service) => service.eventTypeIds[branch.name] !== undefined)
      .map((service) => ({ branch, service })),
  )
  return {
    company: {
      id: seed.id,
      name: seed.name,
      isTest: seed.isTest,
      timeZone,
      calcomConnectionId: 'default',
      missingEmail: 'phone_only',
      mailbox: seed.mailbox,
      notifyEmail: seed.notifyEmail,
      customerMails: true,
      secondFactRequired: true,
      bookingWindowDays,
      agentName: seed.agentName,
    },
    branches: seed.branches.map(({ id, name, spokenNames, address, calcomTeamId, hours }) => ({
      id,
      name,
      spokenNames,
      address,
      timeZone,
      calcomTeamId,
      defaultServiceId: null,
      federalState: null,
      holidaysClosed: true,
      closures: [],
      facts: {},
      openingHours: Object.fromEntries(
        Object.entries(hours).map(([weekday, [from, to]]) => [Number(weekday) as Weekday, [{ from, to }]]),
      ),
    })),
    services: offered.map(({ branch, service }, index) => ({
      id: index + 1,
      branchId: branch.id,
      name: service.name,
      synonyms: service.synonyms,
      category: service.category,
      description: service.description,
      durationMinutes: service.durationMinutes,
      priceCents: service.priceCents,
      calcomEventTypeId: service.eventTypeIds[branch.name]!,
      minimumNoticeMinutes: service.minimumNoticeMinutes ?? null,
      requiresConfirmation: false,
      emailRequired: false,
      isActive: true,
      notOffered: null,
      staff: (service.hosts[branch.name] ?? []).map((calcomUserId) => ({
        staffId: staffIds.get(calcomUserId)!,
        calcomEventTypeId:
          seed.staffEventTypes.find(
            (own) =>
              own.service === service.name && own.branch === branch.name && own.calcomUserId === calcomUserId,
          )?.eventTypeId ?? null,
      })),
    })),
    staff: seed.staff.map(({ calcomUserId, firstName, lastName, branch }) => ({
      id: staffIds.get(calcomUserId)!,
      branchId: branchIds.get(branch) ?? null,
      firstName,
      lastName,
      calcomUserId,
      absences: [],
    })),
    policies: [],
  }
}
