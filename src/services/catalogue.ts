/**
 * What a company is: branches with opening hours, services with synonyms and staff, policies. It changes rarely and every
 * function call needs it, so it is read in one transaction and kept in memory; `forget` is called when the database
 * announces a change (db/change-listener) and an entry is never older than `maxAgeMs` even if that announcement is lost.
 */
import { LRUCache } from 'lru-cache'
import { type EventTypeKind, eventTypeKindSchema } from '../calcom/kinds.ts'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import type { FederalState } from '../german/index.ts'
import type { Clock } from '../lib/clock.ts'
import { missingEmailRule, openingHoursOf, spanOf } from './catalogue-rows.ts'
import type { Absence, BranchHours, Closure } from './day-hours.ts'
import { type Facts, readFacts } from './facts.ts'
import { type EffectivePolicy, effectivePolicy, type PolicyRow } from './policies.ts'

export interface CatalogueBranch extends BranchHours {
  id: string
  name: string
  spokenNames: readonly string[]
  address: string | null
  /** IANA zone: the branch's own or the company's. */
  timeZone: string
  calcomTeamId: number | null
  defaultServiceId: number | null
  /** What it can tell about itself; the company's facts where it has none of its own. */
  facts: Facts
  /** Nothing is booked by phone until then; `until` null: until somebody resumes. The branch's own pause or the company's. */
  pauses?: ReadonlyArray<{ until: Date | null }>
}

export interface CatalogueService {
  id: number
  /** null: offered at every branch. */
  branchId: string | null
  name: string
  synonyms: readonly string[]
  category: string | null
  description: string | null
  durationMinutes: number
  priceCents: number | null
  /** null: cannot be booked by phone yet. */
  calcomEventTypeId: number | null
  minimumNoticeMinutes: number | null
  requiresConfirmation: boolean
  emailRequired: boolean
  /** Switched on by the business, and of a kind that callers are offered. */
  isActive: boolean
  /** Why it is not offered to callers: its event type (calcom/kinds.ts), or nobody is left who does it; null: it is. */
  notOffered: string | null
  /** What kind of event type it is; null or absent: no import has told. */
  kind?: EventTypeKind | null
  /** Who performs it and is still there; `calcomEventTypeId` is the pair's own event type, if there is one. Empty: anyone. */
  staff: ReadonlyArray<{
    staffId: number
    calcomEventTypeId: number | null
    notOffered?: string | null
    kind?: EventTypeKind | null
  }>
  /** Set for several services of one visit (together.ts), in the order in which they are done; never in the database. */
  parts?: readonly CatalogueService[]
}

export interface CatalogueStaff {
  id: number
  branchId: string | null
  firstName: string
  lastName: string
  calcomUserId: number | null
  /** Those that are not over. */
  absences: readonly Absence[]
}

export interface Catalogue {
  company: {
    id: number
    name: string
    isTest: boolean
    timeZone: string
    /** Cal.com connection id; 'default' is the environment's. */
    calcomConnectionId: string
    missingEmail: 'phone_only' | 'own_mailbox' | 'ask'
    mailbox: string | null
    notifyEmail: string | null
    customerMails: boolean
    secondFactRequired: boolean
    bookingWindowDays: number
    agentName: string | null
  }
  /** Those that are open for business; only there anything is booked. */
  branches: readonly CatalogueBranch[]
  /** Those that are switched off: calls to them are still answered, and their appointments served. */
  closedBranches?: readonly CatalogueBranch[]
  services: readonly CatalogueService[]
  staff: readonly CatalogueStaff[]
  policies: readonly PolicyRow[]
}

type Deps = { tenancy: Pick<Tenancy, 'run'>; clock: Clock; minimumNoticeMinutes: number }

const maxAgeMs = 60_000
const dayMs = 86_400_000

/** Loads and remembers catalogues by company. */
export class Catalogues {
  readonly #deps: Deps
  readonly #known: LRUCache<number, Promise<Catalogue>>

  constructor(deps: Deps) {
    this.#deps = deps
    this.#known = new LRUCache({ max: 500, ttl: maxAgeMs, perf: { now: () => deps.clock.now().getTime() } })
  }

  /**
   * The catalogue of a company, from memory or in one transaction.
   * @throws if the company does not exist or the database is gone.
   */
  load(companyId: number): Promise<Catalogue> {
    const known = this.#known.get(companyId)
    if (known) return known
    const loading = this.#deps.tenancy.run(companyId, (tx) =>
      readCatalogue(tx, companyId, this.#deps.clock.now()),
    )
    this.#known.set(companyId, loading)
    loading.catch(() => {
      if (this.#known.peek(companyId) === loading) this.#known.delete(companyId)
    })
    return loading
  }

  /** Drops one company's entry, or all. */
  forget(companyId?: number): void {
    if (companyId === undefined) this.#known.clear()
    else this.#known.delete(companyId)
  }

  /** The rules for a service at a branch, the most specific first (policies.ts). */
  policyFor(
    catalogue: Catalogue,
    scope: { branchId: string | null; serviceId: number | null },
  ): EffectivePolicy {
    const service = catalogue.services.find((candidate) => candidate.id === scope.serviceId)
    return effectivePolicy(catalogue.policies, scope, {
      minimumNoticeMinutes: service?.minimumNoticeMinutes ?? null,
      fallbackNoticeMinutes: this.#deps.minimumNoticeMinutes,
    })
  }
}

/** Active services with an event type that the branch offers. */
export function servicesAt(catalogue: Catalogue, branchId: string): CatalogueService[] {
  return catalogue.services.filter(
    (service) =>
      service.isActive &&
      service.calcomEventTypeId !== null &&
      (service.branchId === null || service.branchId === branchId),
  )
}

/**
 * Whether callers may be given anything of this event type: of some kinds (calcom/kinds.ts) nothing is booked or moved by phone,
 * whatever row points there.
 */
export function isOffered({ services }: Catalogue, eventTypeId: number): boolean {
  return !services.some(
    (service) =>
      (service.calcomEventTypeId === eventTypeId && service.notOffered !== null) ||
      service.staff.some(
        (pair) => pair.calcomEventTypeId === eventTypeId && (pair.notOffered ?? null) !== null,
      ),
  )
}

/** Staff who work at the branch. */
export function staffAt(catalogue: Catalogue, branchId: string): CatalogueStaff[] {
  return catalogue.staff.filter((person) => person.branchId === null || person.branchId === branchId)
}

/** Staff of the branch who do this service, as far as the calendar can be asked for each of them. */
export function staffFor(
  catalogue: Catalogue,
  branch: CatalogueBranch,
  service: CatalogueService,
): CatalogueStaff[] {
  return staffAt(catalogue, branch.id).filter((person) => canServe(person, service))
}

/** Whether the calendar can be asked for this person and service: an own event type, or a host to restrict the service's to. */
function canServe(person: CatalogueStaff, service: CatalogueService): boolean {
  const pair = service.staff.find((entry) => entry.staffId === person.id)
  if (pair?.calcomEventTypeId) return (pair.notOffered ?? null) === null
  return person.calcomUserId !== null && (pair !== undefined || service.staff.length === 0)
}

/** A branch by its id, open or switched off. */
export function findBranch(catalogue: Catalogue, branchId: string | null): CatalogueBranch | undefined {
  return [...catalogue.branches, ...(catalogue.closedBranches ?? [])].find(({ id }) => id === branchId)
}

/** The name of a service, also of one no longer offered. */
export function serviceName(catalogue: Catalogue, serviceId: number): string {
  return catalogue.services.find((service) => service.id === serviceId)?.name ?? 'Termin'
}

/**
 * Where a service is booked with a person: the pair's own event type if there is one, else the service's restricted to that host. Null
 * where there is none; without a person any host will do.
 */
export function calendarOf(
  { staff }: Pick<Catalogue, 'staff'>,
  service: Pick<CatalogueService, 'staff' | 'calcomEventTypeId'>,
  staffId: number | null,
): { eventTypeId: number | null; hostUserId: number | null } {
  const pair = staffId === null ? undefined : service.staff.find((entry) => entry.staffId === staffId)
  const own = pair?.calcomEventTypeId ?? null
  if (own !== null || staffId === null)
    return { eventTypeId: own ?? service.calcomEventTypeId, hostUserId: null }
  const hostUserId = staff.find((person) => person.id === staffId)?.calcomUserId ?? null
  return { eventTypeId: service.calcomEventTypeId, hostUserId }
}

/**
 * Who really serves a booking: the person of the host that Cal.com names first. Null for a host who is none of the people there, undefined
 * where no host is named. Neither is whoever was wished for.
 */
export function servingStaff(
  { staff }: Pick<Catalogue, 'staff'>,
  hosts: ReadonlyArray<{ id?: number }>,
): number | null | undefined {
  const hostId = hosts[0]?.id
  if (hostId === undefined) return undefined
  return staff.find((person) => person.calcomUserId === hostId)?.id ?? null
}

/** First and last name; null for nobody in particular or somebody who has left. */
export function staffName(catalogue: Catalogue, staffId: number | null): string | null {
  const person = catalogue.staff.find((candidate) => candidate.id === staffId)
  return person ? `${person.firstName} ${person.lastName}`.trim() : null
}

/** Whether a branch is switched off: nothing is booked there or moved to it. */
export function isSwitchedOff(catalogue: Catalogue, branch: Pick<CatalogueBranch, 'id'>): boolean {
  return !catalogue.branches.some(({ id }) => id === branch.id)
}

/** The branch of a call. @throws when the id is not the company's. */
export function branchOf(catalogue: Catalogue, branchId: string): CatalogueBranch {
  const branch = findBranch(catalogue, branchId)
  if (!branch) throw new Error(`Company ${catalogue.company.id} has no such branch`)
  return branch
}

/** As the database has it now, without the memory of `Catalogues`. @throws when there is no such company */
export async function readCatalogue(tx: Tx, companyId: number, now: Date): Promise<Catalogue> {
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId } })
  const branches = await tx.branch.findMany({
    where: { companyId },
    include: { openingHours: { orderBy: [{ weekday: 'asc' }, { opensAt: 'asc' }] } },
    orderBy: [{ createdAt: 'asc' }, { name: 'asc' }],
  })
  const services = await tx.service.findMany({
    where: { companyId },
    include: { synonyms: true, serviceStaff: true },
    orderBy: { id: 'asc' },
  })
  const staff = await tx.staff.findMany({ where: { companyId, isActive: true }, orderBy: { id: 'asc' } })
  const policies = await tx.policy.findMany({ where: { companyId } })
  // What ended two days ago is over in every zone; yearly ones come again.
  const over = new Date(now.getTime() - 2 * dayMs)
  const closures = await tx.closure.findMany({
    where: { companyId, OR: [{ yearly: true }, { lastDay: { gte: over } }] },
    orderBy: { id: 'asc' },
  })
  const absences = await tx.absence.findMany({
    where: { companyId, lastDay: { gte: over } },
    orderBy: { firstDay: 'asc' },
  })
  const toBranch = (branch: (typeof branches)[number]): CatalogueBranch => ({
    id: branch.id,
    name: branch.name,
    spokenNames: branch.spokenNames,
    address: branch.address,
    timeZone: branch.timeZone ?? company.timeZone,
    calcomTeamId: branch.calcomTeamId,
    defaultServiceId: branch.defaultServiceId,
    openingHours: openingHoursOf(branch.openingHours),
    federalState: branch.federalState as FederalState | null,
    holidaysClosed: branch.holidaysClosed,
    closures: closures
      .filter(({ branchId }) => branchId === null || branchId === branch.id)
      .map(
        (row): Closure => ({
          ...spanOf(row),
          branchId: row.branchId,
          kind: row.kind === 'open' ? 'open' : 'closed',
          yearly: row.yearly,
          spokenReason: row.reasonSpoken ? row.reason : null,
        }),
      ),
    facts: { ...readFacts(company.facts), ...readFacts(branch.facts) },
    pauses: [company, branch].flatMap(({ pausedAt, pausedUntil }) =>
      pausedAt === null ? [] : [{ until: pausedUntil }],
    ),
  })
  const activeStaff = new Set(staff.map((person) => person.id))
  return {
    company: {
      id: company.id,
      name: company.name,
      isTest: company.isTest,
      timeZone: company.timeZone,
      calcomConnectionId: company.calcomConnectionId ?? 'default',
      missingEmail: missingEmailRule(company.missingEmail),
      mailbox: company.mailbox,
      notifyEmail: company.notifyEmail,
      customerMails: company.customerMails,
      secondFactRequired: company.secondFactRequired,
      bookingWindowDays: company.bookingWindowDays,
      agentName: company.agentName,
    },
    branches: branches.filter(({ isActive }) => isActive).map(toBranch),
    closedBranches: branches.filter(({ isActive }) => !isActive).map(toBranch),
    services: services.map((service) => ({
      id: service.id,
      branchId: service.branchId,
      name: service.name,
      synonyms: service.synonyms.filter((entry) => entry.language === 'de').map((entry) => entry.synonym),
      category: service.category,
      description: service.description,
      durationMinutes: service.durationMinutes,
      priceCents: service.priceCents,
      calcomEventTypeId: service.calcomEventTypeId,
      minimumNoticeMinutes: service.minimumNoticeMinutes,
      requiresConfirmation: service.requiresConfirmation,
      emailRequired: service.emailRequired,
      isActive: service.isActive && whyNotOffered(service, activeStaff) === null,
      notOffered: whyNotOffered(service, activeStaff),
      kind: readKind(service.eventTypeKind),
      staff: service.serviceStaff
        .filter((pair) => activeStaff.has(pair.staffId))
        .map((pair) => ({
          staffId: pair.staffId,
          calcomEventTypeId: pair.calcomEventTypeId,
          notOffered: pair.notOfferedReason,
          kind: readKind(pair.eventTypeKind),
        })),
    })),
    staff: staff.map((person) => ({
      id: person.id,
      branchId: person.branchId,
      firstName: person.firstName,
      lastName: person.lastName,
      calcomUserId: person.calcomUserId,
      absences: absences
        .filter(({ staffId }) => staffId === person.id)
        .map((row): Absence => ({ ...spanOf(row), endSpoken: row.endSpoken })),
    })),
    policies,
  }
}

/** People are named who do it, and none of them is there any more: that is nobody, not anybody. */
function whyNotOffered(
  {
    notOfferedReason,
    serviceStaff,
  }: { notOfferedReason: string | null; serviceStaff: ReadonlyArray<{ staffId: number }> },
  present: ReadonlySet<number>,
): string | null {
  const isLeft = serviceStaff.length === 0 || serviceStaff.some(({ staffId }) => present.has(staffId))
  return notOfferedReason ?? (isLeft ? null : 'nobody_left')
}

function readKind(stored: unknown): EventTypeKind | null {
  return eventTypeKindSchema.safeParse(stored).data ?? null
}
