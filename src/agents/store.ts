/** The releases of a company's agent in the database, and the numbers that it answers. System role only: no call reads them. */
import type { Tx } from '../db/tenancy.ts'
import { type Catalogue, readCatalogue } from '../services/catalogue.ts'
import type { AgentDefinition } from './definition.ts'
import { AgentProblem } from './problem.ts'

/** What an operator chose for this company's agent. */
export interface AgentSettings {
  /** Retell's voice; null: the template's. */
  voice: string | null
  /** E.164; null: nobody can be connected. */
  transferNumber: string | null
}

/** Whom a number led to: at Retell, and in our row. */
export interface NumberBefore {
  number: string
  /** As Retell has it. */
  inboundAgents: unknown
  agentId: string | null
}

export interface Release {
  id: number
  template: string
  settings: AgentSettings
  state: 'applying' | 'draft' | 'published' | 'rolled_back'
  agentId: string | null
  llmId: string | null
  /** The version at Retell. */
  version: number | null
  definition: AgentDefinition
  hash: string
  numbersBefore: NumberBefore[] | null
  appliedAt: Date
}

export interface AgentCompany {
  id: number
  catalogue: Catalogue
  /** Active ones of active branches. */
  numbers: Array<{ number: string; agentId: string | null }>
  /** Newest first. */
  releases: Release[]
}

const releasesShown = 20

/** @param which its number or slug. @throws AgentProblem when there is no such company */
export async function loadAgentCompany(tx: Tx, which: string, now: Date): Promise<AgentCompany> {
  const where = /^\d+$/.test(which) ? { id: Number(which) } : { slug: which }
  const company = await tx.company.findUnique({ where, select: { id: true } })
  if (company === null) throw new AgentProblem(`There is no company ${which}.`)
  const catalogue = await readCatalogue(tx, company.id, now)
  const numbers = await tx.phoneNumber.findMany({
    where: { companyId: company.id, isActive: true, branch: { isActive: true } },
    select: { number: true, agentId: true },
    orderBy: { number: 'asc' },
  })
  const rows = await tx.agentRelease.findMany({
    where: { companyId: company.id },
    orderBy: { id: 'desc' },
    take: releasesShown,
  })
  const releases = rows.map((row) => ({
    id: row.id,
    template: row.template,
    settings: row.settings as unknown as AgentSettings,
    state: row.state as Release['state'],
    agentId: row.agentId,
    llmId: row.llmId,
    version: row.agentVersion,
    definition: row.definition as unknown as AgentDefinition,
    hash: row.hash,
    numbersBefore: row.numbersBefore as unknown as NumberBefore[] | null,
    appliedAt: row.appliedAt,
  }))
  return { id: company.id, catalogue, numbers, releases }
}

/** @throws AgentProblem when an agent is of another company */
export async function refuseForeign(tx: Tx, companyId: number, agentId: string): Promise<void> {
  const others = { agentId, companyId: { not: companyId } }
  const count =
    (await tx.phoneNumber.count({ where: others })) + (await tx.agentRelease.count({ where: others }))
  if (count > 0)
    throw new AgentProblem(`The agent ${agentId} answers for another company: make one of its own.`)
}
