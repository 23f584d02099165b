/**
 * Plan and apply: from a file to the database, in one transaction. Triggers announce what changed to every process and leave an
 * audit row each; applying again changes nothing.
 */
import type { Prisma } from '../db/generated/client.ts'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import { writeAudit } from '../services/privacy/audit.ts'
import type { EventTypes } from './event-types.ts'
import { calendarsInUse, type Difference, disputed, type Plan, planOf, toWrite } from './plan.ts'
import type { CompanyFile } from './schema.ts'
import { writeDefaultService } from './sections/branches.ts'
import { sectionOf, sections } from './sections/index.ts'
import type { Secrets, Target } from './sections/section.ts'
import { writeCalendarFacts, writeLocks } from './sections/services.ts'
import { CompanyProblem, findCompany, loadState, type State, takenElsewhere, type Whose } from './state.ts'
import { canonical, idOf, inOrder, type Json, kinds, type Thing } from './thing.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  secrets: Secrets
  /** Cal.com's address for connections that name none (CALCOM_BASE_URL). */
  calcomAddress: string
}

export interface ApplyOptions extends Whose {
  /** Take away what the file does not name. */
  prune?: boolean
  /** Whose word counts where something was changed elsewhere. */
  take?: 'file' | 'here'
  /** Who applies it, for the audit log. */
  actor: string
}

export interface Planned {
  companyId: number | null
  plan: Plan
}

export type Applied =
  | { kind: 'applied'; companyId: number; plan: Plan; written: number }
  /** Something was changed elsewhere and nobody said whose word counts: nothing was written. */
  | { kind: 'disputed'; companyId: number; plan: Plan }

const limits = { lockTimeoutMs: 10_000, statementTimeoutMs: 60_000, transactionTimeoutMs: 120_000 }

export class CompanyFiles {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** What applying the file would change. @throws CompanyProblem when it cannot be applied */
  async plan(file: CompanyFile, eventTypes: Pick<EventTypes, 'number'>, whose: Whose = {}): Promise<Planned> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const { state, plan } = await this.#compare(tx, file, eventTypes, whose)
      return { companyId: state.companyId, plan }
    }, limits)
  }

  /** Makes the database say what the file says. @throws CompanyProblem, then nothing was changed */
  async apply(file: CompanyFile, eventTypes: EventTypes, options: ApplyOptions): Promise<Applied> {
    const { prune = false, take } = options
    return this.#deps.tenancy.asSystem(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`company:${file.company.slug}`}, 0))`
      const { state, plan, wanted } = await this.#compare(tx, file, eventTypes, options)
      if (take === undefined && disputed(plan, prune).length > 0)
        return { kind: 'disputed', companyId: state.companyId!, plan }
      const inUse = calendarsInUse(plan, { prune })
      if (inUse.length > 0) throw new CompanyProblem(inUse.join('\n'))
      const writing = toWrite(plan, { prune, take })
      const target: Target = {
        tx,
        companyId: state.companyId ?? 0,
        names: state.names,
        secrets: this.#deps.secrets,
        calcomAddress: this.#deps.calcomAddress,
      }
      await write(target, writing)
      for (const { action, thing, fields } of writing) {
        const type = fields.find(({ name }) => name === 'event_type')?.file
        if (action !== 'left' && thing.kind === 'service' && typeof type === 'number')
          await writeCalendarFacts(target, thing.key, eventTypes.facts.get(type))
      }
      await nameRows(target, wanted, state)
      const removed = new Set(
        writing.filter(({ action }) => action === 'left').map(({ thing }) => idOf(thing)),
      )
      const next = plan.next.filter((thing) => !removed.has(idOf(thing)))
      const isNews = await remember(target, next, state, options.actor)
      const counts = countOf(writing)
      if (writing.length > 0 || isNews)
        await writeAudit(tx, {
          companyId: target.companyId,
          actor: options.actor,
          action: 'company_applied',
          entity: 'company_files',
          entityId: file.company.slug,
          detail: { ...counts, ...(take && { take }) },
        })
      return { kind: 'applied', companyId: target.companyId, plan, written: writing.length }
    }, limits)
  }

  async #compare(
    tx: Tx,
    file: CompanyFile,
    eventTypes: Pick<EventTypes, 'number'>,
    whose: Whose,
  ): Promise<{ state: State; plan: Plan; wanted: Thing[] }> {
    const companyId = await findCompany(tx, file, whose)
    const wanted = inOrder(sections.flatMap((section) => section.wanted(file, eventTypes.number)))
    const taken = await takenElsewhere(tx, companyId, wanted)
    if (taken.length > 0) throw new CompanyProblem(taken.join('\n'))
    const state = await loadState(tx, companyId, wanted, this.#deps.secrets)
    this.#requireSecrets(wanted, state)
    const present = state.present.filter((thing) => isCompared(thing, file, state.base))
    return { state, plan: planOf(wanted, present, state.base), wanted }
  }

  /** A connection that is not there yet needs its secrets; the company needs its connection. */
  #requireSecrets(wanted: readonly Thing[], { present }: State): void {
    const known = new Set(present.filter(({ kind }) => kind === 'connection').map(({ key }) => key))
    for (const { key, fields } of wanted.filter(({ kind }) => kind === 'connection')) {
      if (known.has(key)) continue
      const references = [fields.api_key, fields.webhook_secret].filter((one) => one !== undefined)
      if (references.length < 2)
        throw new CompanyProblem(
          `There is no Cal.com connection "${key}" yet: name its api_key and webhook_secret under "calcom".`,
        )
      const missing = references.filter((reference) => this.#deps.secrets.value(String(reference)) === null)
      if (missing.length > 0)
        throw new CompanyProblem(
          `The connection "${key}" is new and ${missing.join(' and ')} not set: put the secret into the environment.`,
        )
    }
  }
}

/** Where a file is silent about a section, what others put there is not its business; what it said before is. */
function isCompared(thing: Thing, file: CompanyFile, base: readonly Thing[] | null): boolean {
  return (
    sectionOf(thing.kind).isStated?.(file) !== false || !!base?.some((last) => idOf(last) === idOf(thing))
  )
}

/** What is new or changed, referred-to things first; then what goes, the other way round. */
async function write(target: Target, differences: readonly Difference[]): Promise<void> {
  const changed = differences.filter(({ action }) => action !== 'left')
  await freeEventTypes(target, changed)
  for (const kind of kinds)
    for (const { action, thing, fields } of changed.filter((difference) => difference.thing.kind === kind)) {
      const values = Object.fromEntries(fields.map(({ name, file }) => [name, file]))
      await sectionOf(kind).write(target, thing.key, values, action === 'add')
    }
  for (const { thing, fields } of changed.filter(({ thing: { kind } }) => kind === 'branch')) {
    const service = fields.find(({ name }) => name === 'default_service')
    if (service) await writeDefaultService(target, thing.key, { default_service: service.file })
  }
  for (const kind of [...kinds].reverse())
    for (const { thing } of differences.filter((one) => one.action === 'left' && one.thing.kind === kind))
      await sectionOf(kind).remove?.(target, thing.key)
}

/**
 * A calendar that the file gives to a service is taken from whatever row of the company has it: one that exchanges with it and is
 * written next, one that goes, or one that the file no longer names.
 */
async function freeEventTypes(
  { tx, names, companyId }: Target,
  changed: readonly Difference[],
): Promise<void> {
  for (const { thing, fields } of changed.filter((difference) => difference.thing.kind === 'service')) {
    const given = (wanted: string) => fields.find(({ name }) => name === wanted)?.file
    const id = names.services.id(thing.key)
    for (const type of [given('event_type'), ...Object.values((given('by') ?? {}) as Record<string, Json>)]) {
      if (typeof type !== 'number') continue
      const where = { companyId, calcomEventTypeId: type }
      const isOwn = type === given('event_type') && id !== undefined
      await tx.service.updateMany({
        where: { ...where, ...(isOwn && { id: { not: id } }) },
        data: { calcomEventTypeId: null },
      })
      await tx.serviceStaff.updateMany({ where, data: { calcomEventTypeId: null } })
    }
  }
}

/** Every row gets the name that the file has for it, and services their locks, also where nothing else changed. */
async function nameRows(target: Target, wanted: readonly Thing[], state: State): Promise<void> {
  const { tx, names, companyId } = target
  const before = new Map((state.base ?? []).map((thing) => [idOf(thing), thing.fields]))
  for (const thing of wanted) {
    if (thing.kind === 'company')
      await tx.company.updateMany({
        where: { id: companyId, slug: null },
        data: { slug: String(thing.fields.slug) },
      })
    const branch =
      thing.kind === 'branch' && state.rows?.branches.find(({ id }) => id === names.branches.id(thing.key))
    if (branch && branch.slug !== thing.key)
      await tx.branch.update({ where: { id: branch.id }, data: { slug: thing.key } })
    const person =
      thing.kind === 'person' && state.rows?.staff.find(({ id }) => id === names.staff.id(thing.key))
    if (person && person.slug !== thing.key)
      await tx.staff.update({ where: { id: person.id }, data: { slug: thing.key } })
    if (thing.kind === 'service' && names.services.has(thing.key))
      await writeLocks(target, thing.key, thing.fields, before.get(idOf(thing)))
  }
}

/** Stores the file's last word. Out: whether it is another than before. */
async function remember(
  { tx, companyId }: Target,
  next: readonly Thing[],
  { base }: State,
  actor: string,
): Promise<boolean> {
  const content = next as unknown as Json
  if (base !== null && canonical(base as unknown as Json) === canonical(content)) return false
  const data = { content: content as Prisma.InputJsonValue, appliedBy: actor }
  await tx.companyFile.upsert({
    where: { companyId },
    create: { companyId, ...data },
    update: { ...data, appliedAt: new Date() },
  })
  return true
}

function countOf(differences: readonly Difference[]): Record<string, number> {
  const count = (wanted: Difference['action']) => differences.filter(({ action }) => action === wanted).length
  return { added: count('add'), changed: count('change'), removed: count('left') }
}
