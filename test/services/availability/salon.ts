/** The simulator's salon as a catalogue, and an availability service on it: real HTTP, pinned clock, no database. */
import type { CalcomConnectionsOptions } from '../../../src/calcom/connection.ts'
import { composeServices } from '../../../src/compose-services.ts'
import type { Cache } from '../../../src/lib/cache/cache.ts'
import { MemoryCache } from '../../../src/lib/cache/memory-cache.ts'
import { Deadline } from '../../../src/lib/deadline.ts'
import type { AvailabilityQuery, ReadOutcome } from '../../../src/services/availability/availability.ts'
import type { Catalogue, CatalogueService } from '../../../src/services/catalogue.ts'
import { type SimulatorOptions, startSimulator } from '../../../src/simulator/simulator.ts'
import { openCalcom } from '../../helpers/calcom.ts'
import { testClock } from '../../helpers/clock.ts'
import { testLog } from '../../helpers/log.ts'

const nothingSpecial = { federalState: null, holidaysClosed: true, closures: [], facts: {} }
const weekdayHours = [{ from: '09:00', to: '18:00' }]

function service(id: number, eventTypeId: number | null, name: string, more: Partial<CatalogueService> = {}) {
  return {
    id,
    branchId: 'mitte',
    name,
    synonyms: [],
    category: null,
    description: null,
    durationMinutes: 30,
    priceCents: 2_800,
    calcomEventTypeId: eventTypeId,
    minimumNoticeMinutes: null,
    requiresConfirmation: false,
    emailRequired: false,
    isActive: true,
    notOffered: null,
    staff: [],
    ...more,
  }
}

/** Ids as in the simulator's seed. */
export function salonCatalogue(companyId = 1): Catalogue {
  return {
    company: {
      id: companyId,
      name: 'Salon Sonnenschein',
      isTest: true,
      timeZone: 'Europe/Berlin',
      calcomConnectionId: 'default',
      missingEmail: 'phone_only',
      mailbox: null,
      notifyEmail: null,
      customerMails: false,
      secondFactRequired: false,
      bookingWindowDays: 180,
      agentName: null,
    },
    branches: [
      {
        id: 'mitte',
        name: 'Mitte',
        spokenNames: ['Innenstadt'],
        address: null,
        timeZone: 'Europe/Berlin',
        calcomTeamId: 34209,
        defaultServiceId: null,
        ...nothingSpecial,
        openingHours: {
          2: weekdayHours,
          3: weekdayHours,
          4: weekdayHours,
          5: weekdayHours,
          6: [{ from: '09:00', to: '14:00' }],
        },
      },
      {
        id: 'nord',
        name: 'Nord',
        spokenNames: ['am Bahnhof'],
        address: null,
        timeZone: 'Europe/Berlin',
        calcomTeamId: 34210,
        defaultServiceId: 7,
        ...nothingSpecial,
        openingHours: {},
      },
    ],
    services: [
      service(1, 2563101, 'Herrenhaarschnitt', {
        staff: [
          { staffId: 11, calcomEventTypeId: 2563121 },
          { staffId: 12, calcomEventTypeId: null },
          { staffId: 13, calcomEventTypeId: null },
        ],
      }),
      service(2, 2563102, 'Damenhaarschnitt', { durationMinutes: 60 }),
      service(4, 2563104, 'Dauerwelle', {
        durationMinutes: 135,
        minimumNoticeMinutes: 120,
        staff: [{ staffId: 13, calcomEventTypeId: null }],
      }),
      service(5, 2563105, 'Bartpflege', {
        durationMinutes: 20,
        staff: [{ staffId: 12, calcomEventTypeId: null }],
      }),
      service(7, 2563201, 'Herrenhaarschnitt', { branchId: 'nord' }),
      service(8, 2563206, 'Beratung', { branchId: 'nord', durationMinutes: 15 }),
      service(9, null, 'Brautfrisur'),
    ],
    staff: [
      { id: 11, branchId: 'mitte', firstName: 'Anna', lastName: 'Becker', calcomUserId: 501, absences: [] },
      { id: 12, branchId: 'mitte', firstName: 'Bernd', lastName: 'Krause', calcomUserId: 502, absences: [] },
      { id: 13, branchId: 'mitte', firstName: 'Clara', lastName: 'Yilmaz', calcomUserId: 503, absences: [] },
      { id: 14, branchId: 'nord', firstName: 'David', lastName: 'Novak', calcomUserId: 504, absences: [] },
    ],
    policies: [],
  }
}

export interface SalonOptions {
  now?: string
  cache?: (clock: ReturnType<typeof testClock>) => Cache
  noticeMinutes?: number
  simulator?: SimulatorOptions
  calcom?: Partial<CalcomConnectionsOptions>
  staleAfterMs?: number
  requestMs?: number
}

/** Tuesday, 2026-11-24, 09:00 in Berlin, unless said otherwise. */
export async function openSalon(options: SalonOptions = {}) {
  const clock = testClock(options.now ?? '2026-11-24T08:00:00Z')
  const simulator = await startSimulator({ rateLimit: null, ...options.simulator, clock: () => clock.now() })
  const calcom = await openCalcom(`${simulator.url}/v2`, {}, { clock, ...options.calcom })
  const catalogue = salonCatalogue()
  const outcomes: ReadOutcome[] = []
  const { log, lines } = testLog()
  const cache = options.cache?.(clock) ?? new MemoryCache({ clock })
  const noDatabase = () => Promise.reject(new Error('no database in this test'))
  const { availability } = composeServices(
    {
      tenancy: { run: noDatabase, asSystem: noDatabase },
      cache,
      calcom: (id) => calcom.connections.get(id),
      clock,
      log,
    },
    {
      mailServer: false,
      minimumNoticeMinutes: options.noticeMinutes ?? 0,
      availability: {
        staleAfterMs: options.staleAfterMs,
        requestMs: options.requestMs,
        onRead: (outcome) => outcomes.push(outcome),
      },
    },
  )
  const [mitte] = catalogue.branches
  const query = (day: string, more: Partial<AvailabilityQuery> = {}): AvailabilityQuery => ({
    catalogue,
    branch: mitte!,
    service: catalogue.services[0]!,
    staffId: null,
    from: day,
    to: day,
    deadline: new Deadline({ clock, budgetMs: 2_500 }),
    call: null,
    ...more,
  })
  return {
    clock,
    simulator,
    catalogue,
    cache,
    availability,
    outcomes,
    lines,
    query,
    serviceOf: (name: string) => catalogue.services.find((candidate) => candidate.name === name)!,
    slotRequests: () => simulator.control.requests('getSlots'),
    async close() {
      await calcom.connections.close()
      await simulator.close()
      await cache.close()
    },
  }
}

/** "09:00" in Berlin's winter time on a day, as an instant. */
export function berlin(day: string, time: string, offset = '+01:00'): Date {
  return new Date(`${day}T${time}:00${offset}`)
}
