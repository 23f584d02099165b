/** Pause and resume: whether the phone books anything, for a company or one of its branches. In effect within a second, audited. */
import type { Tx } from '../db/tenancy.ts'
import { loadRows, namesOf } from './rows.ts'
import { CompanyProblem, companyOf } from './state.ts'

export interface Paused {
  companyId: number
  /** What is paused or resumed: the company's name, or the branch's. */
  name: string
  /** IANA zone in which `until` was meant. */
  timeZone: string
}

/**
 * In: a company by number or slug, a branch of it by its slug or name (null: all), and from the zone that applies the moment until when
 * (null: until somebody resumes). System role.
 * @throws CompanyProblem when there is no such company or branch
 */
export async function pause(
  tx: Tx,
  which: { company: string; branch: string | null },
  times: { now: Date; until: (timeZone: string) => Date | null },
): Promise<Paused & { until: Date | null }> {
  const target = await targetOf(tx, which)
  const until = times.until(target.timeZone)
  if (until !== null && until <= times.now) throw new CompanyProblem('--until is in the past.')
  await write(tx, target, { pausedAt: times.now, pausedUntil: until })
  return { ...target, until }
}

/** Books again. @throws CompanyProblem when there is no such company or branch */
export async function resume(tx: Tx, which: { company: string; branch: string | null }): Promise<Paused> {
  const target = await targetOf(tx, which)
  await write(tx, target, { pausedAt: null, pausedUntil: null })
  return target
}

async function targetOf(
  tx: Tx,
  { company, branch }: { company: string; branch: string | null },
): Promise<Paused & { branchId: string | null }> {
  const { id: companyId } = await companyOf(tx, company)
  const rows = (await loadRows(tx, companyId))!
  if (branch === null)
    return { companyId, branchId: null, name: rows.company.name, timeZone: rows.company.timeZone }
  const names = namesOf(rows)
  const found = rows.branches.find(({ id, name }) => names.branches.name(id) === branch || name === branch)
  if (!found) {
    const known = rows.branches.map(({ id }) => names.branches.name(id)).join(', ')
    throw new CompanyProblem(`Company ${companyId} has no branch "${branch}": there are ${known}.`)
  }
  const timeZone = found.timeZone ?? rows.company.timeZone
  return { companyId, branchId: found.id, name: `${rows.company.name} ${found.name}`, timeZone }
}

async function write(
  tx: Tx,
  { companyId, branchId }: { companyId: number; branchId: string | null },
  data: { pausedAt: Date | null; pausedUntil: Date | null },
): Promise<void> {
  if (branchId === null) await tx.company.update({ where: { id: companyId }, data })
  else await tx.branch.update({ where: { id: branchId }, data })
}
