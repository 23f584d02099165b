/** From who is signed in and what the address says to what a page gets: which company and branch, and what may be seen of them. */
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import type { Catalogues } from '../services/catalogue.ts'
import type { AppointmentDesk } from '../services/changes/desk.ts'
import type { SignedIn } from '../services/people/people.ts'
import { type Access, type CompanyAccess, mayDo } from '../services/people/roles.ts'
import type { PageContext } from './page.ts'
import { toolsOf } from './tools.ts'

export interface ContextDeps {
  tenancy: Tenancy
  tenancyOf: (actor: string) => Tenancy
  clock: Clock
  appointments: AppointmentDesk
  catalogues: Catalogues
}

/** choose: which company is not said, and there are several; absent: none that this person may see. */
export type Chosen =
  | { kind: 'page'; context: PageContext; waiting: number; canChoose: boolean }
  | { kind: 'choose' }
  | { kind: 'absent' }

type Query = Readonly<Record<string, string | undefined>>

/** Whether somebody has more than one company to look at. */
export function canChooseCompany({ isOperator, companies }: Access): boolean {
  return isOperator || companies.length > 1
}

/** Reads `betrieb` and `filiale` of an address. A company or branch that is not this person's does not exist for them. */
export async function chooseContext(
  deps: ContextDeps,
  { person, access }: SignedIn,
  csrf: string,
  query: Query,
): Promise<Chosen> {
  const canChoose = canChooseCompany(access)
  if ((query.betrieb ?? '') === '' && canChoose) return { kind: 'choose' }
  const granted = grantedCompany(access, query.betrieb)
  if (granted === null) return { kind: 'absent' }
  const { companyId, role, branchIds } = granted
  const whole = { companyIds: [companyId], branchIds }
  const found = await deps.tenancy.asConsole(whole, async (tx) => ({
    company: await tx.company.findFirst({
      where: { id: companyId },
      select: { id: true, name: true, timeZone: true },
    }),
    branches: await tx.branch.findMany({
      where: { companyId },
      orderBy: { name: 'asc' },
      select: { id: true, name: true, timeZone: true },
    }),
    waiting: await tx.callbackRequest.count({ where: { companyId, status: 'open' } }),
  }))
  const { company } = found
  if (company === null) return { kind: 'absent' }
  const branches = found.branches.map((branch) => ({
    ...branch,
    timeZone: branch.timeZone ?? company.timeZone,
  }))
  const branch = branches.find(({ id }) => id === query.filiale) ?? null
  if ((query.filiale ?? '') !== '' && branch === null) return { kind: 'absent' }
  const view = { companyIds: [companyId], branchIds: branch === null ? branchIds : [branch.id] }
  const kept = {
    betrieb: canChoose ? String(companyId) : undefined,
    filiale: branch?.id,
  }
  return {
    kind: 'page',
    canChoose,
    waiting: found.waiting,
    context: {
      person,
      role,
      company,
      branches,
      seesAllBranches: branchIds === null,
      branch,
      timeZone: branch?.timeZone ?? branches[0]?.timeZone ?? company.timeZone,
      now: deps.clock.now(),
      csrf,
      tools: toolsOf(deps, person.id),
      may: (right) => mayDo(role, right),
      see: (work) => deps.tenancy.asConsole(view, work),
      to: (path, more) => addressOf(path, { ...kept, ...more }),
    },
  }
}

function grantedCompany(access: Access, asked: string | undefined): CompanyAccess | null {
  if ((asked ?? '') === '') return access.companies[0] ?? null
  if (!/^\d{1,9}$/.test(asked!)) return null
  const companyId = Number(asked)
  if (companyId === 0) return null
  if (access.isOperator) return { companyId, role: 'operator', branchIds: null }
  return access.companies.find((one) => one.companyId === companyId) ?? null
}

function addressOf(path: string, query: Query): string {
  const [bare = '', fragment] = path.split('#')
  const fields = Object.entries(query).filter(
    (field): field is [string, string] => field[1] !== undefined && field[1] !== '',
  )
  const search = new URLSearchParams(fields).toString()
  return `${bare}${search === '' ? '' : `?${search}`}${fragment === undefined ? '' : `#${fragment}`}`
}
