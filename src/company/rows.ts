/**
 * A company's rows as the database has them, read in one go, and the names that files use for them. A row without a name of its own
 * (imported, seeded, made by hand) gets one from what it is called, or the one under which the file means the same calendar.
 */
import type { Tx } from '../db/tenancy.ts'
import type { Fields, Thing } from './thing.ts'
import { everywhere, sameWord, slugPattern } from './values.ts'

export type CompanyRows = NonNullable<Awaited<ReturnType<typeof loadRows>>>

/** Everything a file describes; null: there is no such company. System role. */
export async function loadRows(tx: Tx, companyId: number) {
  const company = await tx.company.findUnique({ where: { id: companyId } })
  if (!company) return null
  const where = { companyId }
  const [branches, hours, numbers, staff, services, policies, closures, absences] = [
    await tx.branch.findMany({ where, orderBy: [{ createdAt: 'asc' }, { name: 'asc' }, { id: 'asc' }] }),
    await tx.openingHour.findMany({ where, orderBy: [{ weekday: 'asc' }, { opensAt: 'asc' }] }),
    await tx.phoneNumber.findMany({ where, orderBy: { id: 'asc' } }),
    await tx.staff.findMany({ where, orderBy: { id: 'asc' } }),
    await tx.service.findMany({
      where,
      include: { synonyms: { where: { language: 'de' } }, serviceStaff: true },
      orderBy: { id: 'asc' },
    }),
    await tx.policy.findMany({ where, orderBy: { id: 'asc' } }),
    await tx.closure.findMany({ where, orderBy: [{ firstDay: 'asc' }, { id: 'asc' }] }),
    await tx.absence.findMany({ where, orderBy: [{ firstDay: 'asc' }, { id: 'asc' }] }),
  ]
  return { company, branches, hours, numbers, staff, services, policies, closures, absences }
}

/** What files call the rows, and back. */
export interface Names {
  branches: TwoWay<string>
  staff: TwoWay<number>
  /** 'service@branch' or 'service@all'. */
  services: TwoWay<number>
}

/** Names by id and ids by name; grows while things are added. */
export class TwoWay<Id extends string | number> {
  readonly #names = new Map<Id, string>()
  readonly #ids = new Map<string, Id>()

  set(name: string, id: Id): void {
    this.#names.set(id, name)
    this.#ids.set(name, id)
  }
  name(id: Id): string | undefined {
    return this.#names.get(id)
  }
  id(name: string): Id | undefined {
    return this.#ids.get(name)
  }
  has(name: string): boolean {
    return this.#ids.has(name)
  }
}

/** @param wanted the file's things, so that rows without their name are recognised by what they are booked with */
export function namesOf(rows: CompanyRows, wanted: readonly Thing[] = []): Names {
  const branches = new TwoWay<string>()
  assign(branches, rows.branches, wantedOf(wanted, 'branch'), {
    means: (row, fields) =>
      sameWord(String(fields.name)) === sameWord(row.name) ||
      (row.calcomTeamId !== null && fields.calcom_team === row.calcomTeamId),
    derive: (row) => (slugOf(row.name) === everywhere ? `${everywhere}-2` : slugOf(row.name)),
  })
  const staff = new TwoWay<number>()
  assign(staff, rows.staff, wantedOf(wanted, 'person'), {
    means: (row, fields) =>
      row.calcomUserId === null
        ? sameWord(`${fields.first_name} ${fields.last_name}`) ===
          sameWord(`${row.firstName} ${row.lastName}`)
        : fields.calcom_user === row.calcomUserId,
    derive: (row) => slugOf(`${row.firstName} ${row.lastName}`),
  })
  const services = new TwoWay<number>()
  const placeOf = (row: { branchId: string | null }) =>
    row.branchId === null ? everywhere : (branches.name(row.branchId) ?? everywhere)
  assign(
    services,
    rows.services.map((row) => ({ ...row, slug: row.slug === null ? null : `${row.slug}@${placeOf(row)}` })),
    wantedOf(wanted, 'service'),
    {
      means: (row, fields) => row.calcomEventTypeId !== null && fields.event_type === row.calcomEventTypeId,
      derive: (row) => `${slugOf(row.name)}@${placeOf(row)}`,
    },
  )
  return { branches, staff, services }
}

function wantedOf(wanted: readonly Thing[], kind: Thing['kind']): Map<string, Fields> {
  return new Map(wanted.filter((thing) => thing.kind === kind).map(({ key, fields }) => [key, fields]))
}

/** First the names that rows have, then those the file has for the same thing, then made-up ones; each used once. */
function assign<Id extends string | number, Row extends { id: Id; slug: string | null }>(
  names: TwoWay<Id>,
  rows: readonly Row[],
  wanted: ReadonlyMap<string, Fields>,
  by: { means: (row: Row, fields: Fields) => boolean; derive: (row: Row) => string },
): void {
  const unnamed: Row[] = []
  for (const row of rows)
    if (row.slug !== null && !names.has(row.slug) && (wanted.size === 0 || wanted.has(row.slug)))
      names.set(row.slug, row.id)
    else unnamed.push(row)
  const unknown: Row[] = []
  for (const row of unnamed) {
    const found = [...wanted].find(([key, fields]) => !names.has(key) && by.means(row, fields))
    if (found) names.set(found[0], row.id)
    else unknown.push(row)
  }
  for (const row of unknown) names.set(free(names, row.slug ?? by.derive(row)), row.id)
}

function free<Id extends string | number>(names: TwoWay<Id>, wish: string): string {
  if (!names.has(wish)) return wish
  const [name, place] = wish.split('@')
  for (let count = 2; ; count++) {
    const next = `${name}-${count}${place === undefined ? '' : `@${place}`}`
    if (!names.has(next)) return next
  }
}

const letters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/** "Haare färben (kurz)" → "haare-faerben-kurz" */
export function slugOf(text: string): string {
  const plain = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[äöüß]/g, (letter) => letters[letter]!)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')
  return slugPattern.test(plain) ? plain : 'ohne-namen'
}
