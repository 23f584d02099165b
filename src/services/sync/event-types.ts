/**
 * Cal.com's event types become services: names, prices, durations, who performs them. What the business keeps as its own
 * (`locked_fields`) is not touched, what vanished is switched off and never deleted, and an answer that cannot be the whole
 * truth (empty, failed, nothing known in it) changes nothing and raises an alarm (incident I-64).
 */

import { isDeepStrictEqual } from 'node:util'
import type { CalcomEventType } from '../../calcom/types.ts'
import type { Tx } from '../../db/tenancy.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { Catalogue, CatalogueBranch } from '../catalogue.ts'
import { writeAudit } from '../privacy/audit.ts'
import type { SyncDeps } from './apply.ts'
import { isOneHosts, linkOwn } from './own-event-types.ts'
import type { BookingOwners } from './owners.ts'

export interface Imported {
  created: number
  updated: number
  deactivated: number
  returned: number
  /** Event types that callers are not offered, with the reason; their services say so too. */
  notOffered: NotOffered[]
}

export interface NotOffered {
  eventTypeId: number
  title: string
  reason: NonNullable<CalcomEventType['notOffered']>
}

/** Why an import changed nothing. */
export class ImportRefused extends Error {
  readonly code: 'no_event_types' | 'nothing_known' | 'no_branch'
  constructor(code: ImportRefused['code']) {
    super(`Event types were not imported: ${code}`)
    this.name = 'ImportRefused'
    this.code = code
  }
}

type Deps = Pick<SyncDeps, 'tenancy' | 'catalogues' | 'calcom' | 'clock' | 'log'> & {
  owners: Pick<BookingOwners, 'loadCompanies'>
  /** Team of companies whose only branch has none (CALCOM_TEAM_ID). */
  teamId: number | null
}

interface Found {
  branch: CatalogueBranch
  type: CalcomEventType
}

const requestMs = 20_000

export class EventTypeImport {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** All companies; one that fails keeps its services and raises an alarm. Out: counts, and how many failed. */
  async run(
    signal?: AbortSignal,
  ): Promise<Record<'created' | 'updated' | 'deactivated' | 'returned' | 'notOffered' | 'failed', number>> {
    const total = { created: 0, updated: 0, deactivated: 0, returned: 0, notOffered: 0, failed: 0 }
    for (const { id } of await this.#deps.owners.loadCompanies()) {
      if (signal?.aborted) break
      try {
        const one = await this.runCompany(id)
        for (const key of ['created', 'updated', 'deactivated', 'returned'] as const) total[key] += one[key]
        total.notOffered += one.notOffered.length
      } catch (error) {
        total.failed += 1
        this.#deps.log.error(
          { component: 'sync', alarm: 'import_failed', companyId: id, err: error },
          'event types were not imported; services stay as they are',
        )
      }
    }
    return total
  }

  /** @throws ImportRefused, or CalcomError when any of the company's lists could not be read */
  async runCompany(companyId: number): Promise<Imported> {
    const { tenancy, catalogues, clock, log } = this.#deps
    const catalogue = await catalogues.load(companyId)
    const { found, branchIds } = await this.#fetch(catalogue)
    const collective = found.filter(
      ({ type }) => type.schedulingType === 'collective' && type.hosts.length > 1,
    )
    if (collective.length > 0) {
      // Incident I-42: round robin was meant; with every host needed there are hardly any free times.
      log.warn(
        {
          component: 'sync',
          alarm: 'collective_event_types',
          companyId,
          eventTypeIds: collective.map(({ type }) => type.id),
        },
        'these event types need all of their hosts at once; is round robin meant?',
      )
    }
    const notOffered = notOfferedOf(found)
    if (notOffered.length > 0) {
      log.warn(
        {
          component: 'sync',
          companyId,
          notOffered: notOffered.map(({ eventTypeId, reason }) => ({ eventTypeId, reason })),
        },
        'event types that cannot be served on the phone are not offered to callers',
      )
    }
    const now = clock.now()
    const imported = await tenancy.run(companyId, (tx) =>
      writeServices(tx, companyId, { found, branchIds, now }),
    )
    catalogues.forget(companyId)
    return { ...imported, notOffered }
  }

  /** Every list first: one that cannot be read ends the import before anything is written. */
  async #fetch(catalogue: Catalogue): Promise<{ found: Found[]; branchIds: string[] }> {
    const { calcom, clock, teamId } = this.#deps
    const { branches, company } = catalogue
    const api = await calcom(company.calcomConnectionId)
    const [only, ...others] = branches
    if (!only) throw new ImportRefused('no_branch')
    const withTeam = branches.filter((branch) => branch.calcomTeamId !== null)
    const asked = withTeam.length > 0 || others.length > 0 ? withTeam : [only]
    const found: Found[] = []
    for (const branch of asked) {
      const options = {
        deadline: new Deadline({ clock, budgetMs: requestMs }),
        priority: 'background' as const,
      }
      const team = branch.calcomTeamId ?? (company.calcomConnectionId === 'default' ? teamId : null)
      const types = await api.fetchEventTypes(team === null ? {} : { teamId: team }, options)
      found.push(...types.map((type) => ({ branch, type })))
    }
    if (!found.some(({ type }) => type.bookable)) throw new ImportRefused('no_event_types')
    return { found, branchIds: asked.map(({ id }) => id) }
  }
}

/** Every event type a company's services are booked with. */
export function eventTypesOf(catalogue: Catalogue): number[] {
  const ids = catalogue.services.flatMap((service) => [
    service.calcomEventTypeId,
    ...service.staff.map((pair) => pair.calcomEventTypeId),
  ])
  return [...new Set(ids.filter((id) => id !== null))].sort((a, b) => a - b)
}

async function writeServices(
  tx: Tx,
  companyId: number,
  { found, branchIds, now }: { found: Found[]; branchIds: string[]; now: Date },
): Promise<Omit<Imported, 'notOffered'>> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`import:${companyId}`}, 0))`
  const services = await tx.service.findMany({ where: { companyId } })
  const pairs = await tx.serviceStaff.findMany({ where: { companyId } })
  const seen = new Set(found.map(({ type }) => type.id))
  const inScope = services.filter(
    (service) =>
      service.isActive &&
      service.calcomEventTypeId !== null &&
      (service.branchId === null || branchIds.includes(service.branchId)),
  )
  const vanished = inScope.filter(({ calcomEventTypeId }) => !seen.has(calcomEventTypeId!))
  if (inScope.length > 0 && vanished.length === inScope.length) throw new ImportRefused('nothing_known')

  const staff = new StaffOfHosts(tx, companyId)
  const ofPairs = new Set(pairs.map(({ calcomEventTypeId }) => calcomEventTypeId))
  const result = { created: 0, updated: 0, deactivated: 0, returned: 0 }
  // What belongs to everybody first: a person's own event type is linked to it.
  for (const { branch, type } of found.toSorted((a, b) => Number(isOneHosts(a)) - Number(isOneHosts(b)))) {
    await tx.serviceStaff.updateMany({
      where: { companyId, calcomEventTypeId: type.id },
      data: { notOfferedReason: type.notOffered ?? null, eventTypeKind: type.kind },
    })
    // Managed parents cannot be booked; a person's own event type belongs to a service that exists already.
    if (!type.bookable || ofPairs.has(type.id)) continue
    const service = services.find(({ calcomEventTypeId }) => calcomEventTypeId === type.id)
    if (!service && (type.hidden || type.durationMinutes === undefined)) continue
    if (!service) {
      const link = await linkOwn(tx, companyId, { branch, type, hostIds: await staff.of(type, branch) })
      if (link === 'linked') result.updated += 1
      if (link !== 'none') continue
    }
    const facts = factsOf(type)
    let serviceId: number
    if (service) {
      const free = Object.fromEntries(
        Object.entries(facts).filter(
          ([name, value]) =>
            !isLocked(service.lockedFields, name) && !isDeepStrictEqual(Reflect.get(service, name), value),
        ),
      )
      const returns = !service.isActive && (await wasVanished(tx, companyId, service.id))
      await tx.service.update({
        where: { companyId_id: { companyId, id: service.id } },
        data: { ...free, importedAt: now, ...(returns && { isActive: true }) },
      })
      if (returns) await audit(tx, companyId, 'service_returned', service.id)
      if (returns) result.returned += 1
      if (Object.keys(free).length > 0) result.updated += 1
      serviceId = service.id
    } else {
      const created = await tx.service.create({
        data: {
          ...facts,
          companyId,
          branchId: branch.id,
          name: type.title.slice(0, 200),
          durationMinutes: type.durationMinutes!,
          calcomEventTypeId: type.id,
          importedAt: now,
        },
        select: { id: true },
      })
      await audit(tx, companyId, 'service_imported', created.id)
      result.created += 1
      serviceId = created.id
    }
    // Who performs it may be the business's word too.
    if (!service || !isLocked(service.lockedFields, 'staff'))
      await writeHosts(tx, companyId, serviceId, type, await staff.of(type, branch))
  }
  for (const service of vanished) {
    await tx.service.update({
      where: { companyId_id: { companyId, id: service.id } },
      data: { isActive: false },
    })
    await audit(tx, companyId, 'service_vanished', service.id)
    result.deactivated += 1
  }
  // A person's own event type that is gone: they are booked through the service's common one again.
  for (const { serviceId, staffId, calcomEventTypeId } of pairs) {
    const known = inScope.some(({ id }) => id === serviceId)
    if (calcomEventTypeId === null || seen.has(calcomEventTypeId) || !known) continue
    await tx.serviceStaff.update({
      where: { companyId_serviceId_staffId: { companyId, serviceId, staffId } },
      data: { calcomEventTypeId: null },
    })
  }
  return result
}

/** Each once: a team's list and its members' may name the same. */
function notOfferedOf(found: readonly Found[]): NotOffered[] {
  const byId = new Map<number, NotOffered>()
  for (const { type } of found)
    if (type.bookable && type.notOffered)
      byId.set(type.id, { eventTypeId: type.id, title: type.title, reason: type.notOffered })
  return [...byId.values()]
}

/** What an event type says of a service; absent and "no price" leave what the business has entered. */
function factsOf(type: CalcomEventType) {
  return {
    name: type.title.slice(0, 200),
    ...(type.durationMinutes !== undefined && { durationMinutes: type.durationMinutes }),
    ...(type.price !== undefined && type.price > 0 && { priceCents: Math.round(type.price) }),
    ...(type.description?.trim() && { description: type.description.trim().slice(0, 2_000) }),
    requiresConfirmation: type.requiresConfirmation,
    schedulingType: type.schedulingType ?? null,
    emailRequired: needsEmail(type),
    notOfferedReason: type.notOffered ?? null,
    eventTypeKind: type.kind,
    ...(type.minimumNoticeMinutes > 0 && { minimumNoticeMinutes: type.minimumNoticeMinutes }),
  }
}

/** `price`, `price_cents` and `priceCents` lock the same field, `duration` the duration. */
function isLocked(lockedFields: readonly string[], name: string): boolean {
  const plain = (field: string) => field.toLowerCase().replaceAll('_', '')
  return lockedFields.some((field) => plain(name).startsWith(plain(field)))
}

/** Whether a booking without an e-mail is refused: Cal.com does without one only where it may have a phone number. */
export function needsEmail({
  requiredFields,
  kind,
}: Pick<CalcomEventType, 'requiredFields' | 'kind'>): boolean {
  return requiredFields.includes('email') || kind.phone === 'hidden'
}

async function writeHosts(
  tx: Tx,
  companyId: number,
  serviceId: number,
  type: CalcomEventType,
  staffIds: readonly number[],
): Promise<void> {
  // No host at all is an answer without hosts rather than a service nobody performs.
  if (type.hosts.length === 0) return
  await tx.serviceStaff.createMany({
    data: staffIds.map((staffId) => ({ companyId, serviceId, staffId })),
    skipDuplicates: true,
  })
  await tx.serviceStaff.deleteMany({
    where: { companyId, serviceId, staffId: { notIn: [...staffIds] }, calcomEventTypeId: null },
  })
}

/** Staff by Cal.com user; hosts nobody knows become staff of the branch. */
class StaffOfHosts {
  readonly #tx: Tx
  readonly #companyId: number
  #known: Map<number, number> | undefined

  constructor(tx: Tx, companyId: number) {
    this.#tx = tx
    this.#companyId = companyId
  }

  async of(type: CalcomEventType, branch: CatalogueBranch): Promise<number[]> {
    const known = await this.#load()
    const ids: number[] = []
    for (const { userId, name } of type.hosts) {
      const id = known.get(userId) ?? (await this.#create(userId, name, branch))
      if (id !== null) ids.push(id)
    }
    return ids
  }

  async #load(): Promise<Map<number, number>> {
    if (this.#known) return this.#known
    const rows = await this.#tx.staff.findMany({
      where: { companyId: this.#companyId, calcomUserId: { not: null } },
      select: { id: true, calcomUserId: true },
    })
    this.#known = new Map(rows.map(({ id, calcomUserId }) => [calcomUserId!, id]))
    return this.#known
  }

  async #create(
    calcomUserId: number,
    name: string | undefined,
    branch: CatalogueBranch,
  ): Promise<number | null> {
    const words = name?.trim().split(/\s+/) ?? []
    const [firstName, ...rest] = words
    if (!firstName) return null
    const { id } = await this.#tx.staff.create({
      data: {
        companyId: this.#companyId,
        branchId: branch.id,
        firstName: firstName.slice(0, 100),
        lastName: rest.join(' ').slice(0, 100),
        calcomUserId,
      },
      select: { id: true },
    })
    ;(await this.#load()).set(calcomUserId, id)
    return id
  }
}

/** Whether an import switched it off; what the business switched off stays off. */
async function wasVanished(tx: Tx, companyId: number, serviceId: number): Promise<boolean> {
  const last = await tx.auditLog.findFirst({
    where: {
      companyId,
      entity: 'service',
      entityId: String(serviceId),
      action: { in: ['service_vanished', 'service_returned'] },
    },
    orderBy: { id: 'desc' },
    select: { action: true },
  })
  return last?.action === 'service_vanished'
}

async function audit(tx: Tx, companyId: number, action: string, serviceId: number): Promise<void> {
  await writeAudit(tx, { companyId, actor: 'import', action, entity: 'service', entityId: String(serviceId) })
}
