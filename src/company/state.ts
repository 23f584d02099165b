/** What the database says of a company: which one a file means, what it has, what was last applied, and what others have taken. */
import type { Tx } from '../db/tenancy.ts'
import { type CompanyRows, loadRows, type Names, namesOf, slugOf, TwoWay } from './rows.ts'
import type { CompanyFile } from './schema.ts'
import { presentConnections } from './sections/connection.ts'
import { sections } from './sections/index.ts'
import type { Secrets } from './sections/section.ts'
import { inOrder, type Thing } from './thing.ts'
import { sameWord } from './values.ts'

/** What was asked for cannot be done; the message is one sentence for the operator. */
export class CompanyProblem extends Error {
  override name = 'CompanyProblem'
}

export interface State {
  /** Null: no such company yet. */
  companyId: number | null
  rows: CompanyRows | null
  names: Names
  present: Thing[]
  /** Null: never applied. */
  base: Thing[] | null
}

/** By which company a file is applied. `companyId`: to this one; `isNew`: to none that is there. */
export interface Whose {
  companyId?: number
  isNew?: boolean
}

/** @throws CompanyProblem when it is not clear which company is meant, or there is none of that number */
export async function findCompany(tx: Tx, { company }: CompanyFile, whose: Whose): Promise<number | null> {
  const bySlug = await tx.company.findUnique({ where: { slug: company.slug }, select: { id: true } })
  if (whose.companyId !== undefined) {
    const chosen = await tx.company.findUnique({ where: { id: whose.companyId }, select: { id: true } })
    if (!chosen) throw new CompanyProblem(`There is no company ${whose.companyId}.`)
    if (bySlug && bySlug.id !== chosen.id)
      throw new CompanyProblem(
        `"${company.slug}" is company ${bySlug.id}, not ${chosen.id}: give the file another slug, or leave --company out.`,
      )
    return chosen.id
  }
  if (bySlug) return bySlug.id
  if (whose.isNew) return null
  const withoutFile = await tx.company.findMany({ where: { slug: null }, select: { id: true, name: true } })
  const same = withoutFile.find(({ name }) => sameWord(name) === sameWord(company.name))
  if (same)
    throw new CompanyProblem(
      `Company ${same.id} is called "${same.name}" too and has no file yet: say --company ${same.id} if it is meant, --new if not.`,
    )
  return null
}

/** The company of a number or slug. @throws CompanyProblem when there is none */
export async function companyOf(tx: Tx, which: string): Promise<{ id: number; name: string; slug: string }> {
  const where = /^\d+$/.test(which) ? { id: Number(which) } : { slug: which }
  const found = await tx.company.findFirst({ where, select: { id: true, name: true, slug: true } })
  if (!found) throw new CompanyProblem(`There is no company ${which}.`)
  return { ...found, slug: found.slug ?? slugOf(found.name) }
}

/** @param wanted the file's things; without them the state is that of an export */
export async function loadState(
  tx: Tx,
  companyId: number | null,
  wanted: readonly Thing[],
  secrets: Secrets,
): Promise<State> {
  const rows = companyId === null ? null : await loadRows(tx, companyId)
  const names = rows ? namesOf(rows, wanted) : noNames()
  const ids = new Set(wanted.filter(({ kind }) => kind === 'connection').map(({ key }) => key))
  if (rows?.company.calcomConnectionId) ids.add(rows.company.calcomConnectionId)
  const present = [
    ...(await presentConnections(tx, [...ids], wanted, secrets)),
    ...(rows ? sections.flatMap((section) => section.present(rows, names)) : []),
  ]
  const slug = wanted.find(({ kind }) => kind === 'company')?.fields.slug
  // A name that was never given is no difference: applying gives it.
  for (const { kind, fields } of present)
    if (kind === 'company' && fields.slug === null) fields.slug = slug ?? slugOf(String(fields.name))
  const stored = companyId === null ? null : await tx.companyFile.findUnique({ where: { companyId } })
  return {
    companyId,
    rows,
    names,
    present: inOrder(present),
    base: stored ? (stored.content as unknown as Thing[]) : null,
  }
}

function noNames(): Names {
  return { branches: new TwoWay(), staff: new TwoWay(), services: new TwoWay() }
}

/** What the file claims and another company has: a number, or an event type of the same connection. One sentence each. */
export async function takenElsewhere(
  tx: Tx,
  companyId: number | null,
  wanted: readonly Thing[],
): Promise<string[]> {
  const others = companyId === null ? {} : { companyId: { not: companyId } }
  const numbers = wanted.filter(({ kind }) => kind === 'number').map(({ key }) => key)
  const taken = await tx.phoneNumber.findMany({
    where: { number: { in: numbers }, ...others },
    select: { number: true, companyId: true },
  })
  const connection = wanted.find(({ kind }) => kind === 'company')?.fields.connection
  const eventTypes = wanted
    .filter(({ kind }) => kind === 'service')
    .flatMap(({ fields }) => [fields.event_type, ...Object.values((fields.by ?? {}) as object)])
    .filter((type): type is number => typeof type === 'number')
  const calcomConnectionId = await connectionId(tx, companyId, connection)
  const sharing = await tx.company.findMany({
    where: { calcomConnectionId, ...(companyId !== null && { id: { not: companyId } }) },
    select: { id: true },
  })
  const where = { companyId: { in: sharing.map(({ id }) => id) }, calcomEventTypeId: { in: eventTypes } }
  const rows = [
    ...(await tx.service.findMany({ where, select: { companyId: true, calcomEventTypeId: true } })),
    ...(await tx.serviceStaff.findMany({ where, select: { companyId: true, calcomEventTypeId: true } })),
  ]
  const types = new Map(rows.map((row) => [row.calcomEventTypeId, row.companyId]))
  return [
    ...taken.map(
      ({ number, companyId: id }) =>
        `The number ${number} belongs to company ${id}: take it away there first.`,
    ),
    ...[...types].map(
      ([type, id]) => `The event type ${type} belongs to company ${id}: a calendar is one company's.`,
    ),
  ]
}

async function connectionId(tx: Tx, companyId: number | null, wanted: unknown): Promise<string | null> {
  if (typeof wanted === 'string') return wanted === 'default' ? null : wanted
  if (companyId === null) return null
  return (await tx.company.findUnique({ where: { id: companyId } }))?.calcomConnectionId ?? null
}
