/**
 * A company's agent at Retell: what would change, and changing it. A change becomes a draft, which no number leads to (publish.ts). What was
 * changed at Retell since is never overwritten unasked, and fields that are not ours are never sent.
 */
import type { Prisma } from '../db/generated/client.ts'
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { Deadline } from '../lib/deadline.ts'
import type { RetellAgentApi } from '../retell/agent-api.ts'
import { RetellError } from '../retell/api-errors.ts'
import { type AgentDifference, changesOf, compare } from './compare.ts'
import { type AgentDefinition, hashOf, toolsOfLlm } from './definition.ts'
import { type LintFinding, type LintRules, lint } from './lint.ts'
import { AgentProblem } from './problem.ts'
import { type AgentValues, type OurTools, render } from './render.ts'
import { type AgentCompany, type AgentSettings, loadAgentCompany, refuseForeign } from './store.ts'
import { readTemplate } from './template.ts'

export interface AgentDeskDeps {
  tenancy: Pick<Tenancy, 'asSystem'>
  retell: RetellAgentApi
  clock: Clock
  tools: OurTools
  rules: LintRules
  eventsUrl: string
  /** Who is written down as the one who did it. */
  actor: string
}

/** What an operator asks for; what is left out is as at the last time. */
export interface AgentWish {
  company: string
  template?: string
  voice?: string | null
  transferNumber?: string | null
  /** An agent that is there already, to be taken over. */
  adopt?: string
}

export interface AgentPlan {
  company: AgentCompany
  template: string
  settings: AgentSettings
  wanted: AgentDefinition
  hash: string
  findings: LintFinding[]
  differences: AgentDifference[]
  /** As it stands at Retell; null: there is none yet. */
  there: Remote | null
}

export interface Remote {
  agentId: string
  llmId: string
  version: number
  llmVersion: number | undefined
  isPublished: boolean
  /** Whole, fields that are not ours too. */
  definition: AgentDefinition
}

export type Take = 'template' | 'retell'
export type Applied =
  | { kind: 'unchanged'; plan: AgentPlan }
  | { kind: 'disputed'; plan: AgentPlan; fields: string[] }
  | { kind: 'draft'; plan: AgentPlan; agentId: string; version: number; sent: number }

const requestMs = 15_000
/** Longer than any apply takes: what was begun before is not under way any more. */
const staleMs = 5 * 60_000

export class AgentDesk {
  readonly #deps: AgentDeskDeps

  constructor(deps: AgentDeskDeps) {
    this.#deps = deps
  }

  /** Reads only. @throws AgentProblem, RetellError */
  async plan(wish: AgentWish): Promise<AgentPlan> {
    const { tenancy, clock, tools, rules, eventsUrl } = this.#deps
    const company = await tenancy.asSystem((tx) => loadAgentCompany(tx, wish.company, clock.now()))
    const last = company.releases[0]
    const template = wish.template ?? last?.template
    if (template === undefined)
      throw new AgentProblem(`Company ${company.id} has no agent yet: choose a template with --template.`)
    const settings: AgentSettings = {
      voice: wish.voice === undefined ? (last?.settings.voice ?? null) : wish.voice,
      transferNumber:
        wish.transferNumber === undefined ? (last?.settings.transferNumber ?? null) : wish.transferNumber,
    }
    const wanted = render(await readTemplate(template), valuesOf(company, settings, eventsUrl), tools)
    const name = company.catalogue.company.name
    const agentId = last?.agentId ?? wish.adopt ?? null
    const there = agentId === null ? null : await this.#remote(agentId)
    if (agentId !== null) await tenancy.asSystem((tx) => refuseForeign(tx, company.id, agentId))
    const base = company.releases.find(({ state }) => state !== 'applying')?.definition ?? null
    return {
      company,
      template,
      settings,
      wanted,
      hash: hashOf(wanted),
      findings: lint(wanted, `agent of ${name}`, name, rules),
      differences: compare(wanted, base, there?.definition ?? null),
      there,
    }
  }

  /**
   * Makes the agent, or a draft with what differs. Begun twice, or again after a crash, it makes no second agent.
   * @param take whose word counts where somebody changed our fields at Retell; without it such a change is `disputed` and nothing is sent
   */
  async apply(wish: AgentWish, take?: Take): Promise<Applied> {
    const plan = await this.plan(wish)
    const { company, wanted, there, differences } = plan
    const faults = plan.findings.filter(({ severity }) => severity === 'error')
    if (faults.length > 0) throw new AgentProblem(`The agent is not sound: ${faults[0]!.message}`)
    const disputed = differences.filter(({ side }) => side !== 'ours')
    if (disputed.length > 0 && take === undefined)
      return { kind: 'disputed', plan, fields: disputed.map(({ field }) => field) }
    const last = company.releases[0]
    const changes = take === 'retell' ? differences.filter(({ side }) => side === 'ours') : differences
    if (there !== null && changes.length === 0 && last !== undefined && last.state !== 'applying')
      return { kind: 'unchanged', plan }
    const releaseId = await this.#begin(plan)
    const made =
      there === null ? await this.#create(releaseId, plan) : await this.#change(there, changes, wanted)
    // Where Retell's word was taken, the base stays what it was: the difference is asked about again.
    const base = last === undefined || take !== 'retell' ? wanted : keeping(wanted, last.definition, disputed)
    await this.#update(releaseId, {
      state: 'draft',
      agentId: made.agentId,
      llmId: made.llmId,
      agentVersion: made.version,
      definition: base as unknown as Prisma.InputJsonValue,
    })
    return { kind: 'draft', plan, agentId: made.agentId, version: made.version, sent: changes.length }
  }

  /** What stands at Retell, whole. @throws AgentProblem when the company has no agent */
  async pull(company: string): Promise<Remote> {
    const { tenancy, clock } = this.#deps
    const found = await tenancy.asSystem((tx) => loadAgentCompany(tx, company, clock.now()))
    const id = found.releases[0]?.agentId ?? found.numbers.find(({ agentId }) => agentId !== null)?.agentId
    const remote = id == null ? null : await this.#remote(id)
    if (remote === null) throw new AgentProblem(`Company ${found.id} has no agent at Retell.`)
    return remote
  }

  async #remote(agentId: string): Promise<Remote | null> {
    const { retell } = this.#deps
    const deadline = this.#deadline()
    try {
      const agent = await retell.fetchAgent(agentId, undefined, deadline)
      const { llm_id, version } = agent.response_engine
      if (llm_id == null)
        throw new AgentProblem(
          `The agent ${agentId} speaks by a flow or an engine of its own, which we do not change.`,
        )
      const llm = await retell.fetchLlm(llm_id, version ?? undefined, deadline)
      return {
        agentId,
        llmId: llm_id,
        version: agent.version,
        llmVersion: version ?? undefined,
        isPublished: agent.is_published === true,
        definition: { agent, llm },
      }
    } catch (error) {
      if (error instanceof RetellError && error.kind === 'not_found') return null
      throw error
    }
  }

  /** One at a time; what a crash left behind is taken over. */
  async #begin({ company, template, settings, wanted, hash, there }: AgentPlan): Promise<number> {
    const { tenancy, clock, actor } = this.#deps
    const now = clock.now()
    const before =
      there === null ? undefined : (ownedOf(wanted, there.definition) as unknown as Prisma.InputJsonValue)
    const data = {
      template,
      settings: settings as unknown as Prisma.InputJsonValue,
      state: 'applying',
      definition: wanted as unknown as Prisma.InputJsonValue,
      hash,
      before,
      appliedBy: actor,
      appliedAt: now,
    }
    return tenancy.asSystem(async (tx) => {
      // Two who begin at once are told apart here.
      await tx.$queryRaw`SELECT id FROM companies WHERE id = ${company.id} FOR UPDATE`
      const begun = await tx.agentRelease.findFirst({ where: { companyId: company.id, state: 'applying' } })
      if (begun !== null) {
        if (now.getTime() - begun.appliedAt.getTime() < staleMs)
          throw new AgentProblem(
            `The agent of company ${company.id} is being changed right now: try again in five minutes.`,
          )
        await tx.agentRelease.update({ where: { id: begun.id }, data })
        return begun.id
      }
      const { agentId = null, llmId = null } = company.releases[0] ?? {}
      const row = await tx.agentRelease.create({ data: { ...data, companyId: company.id, agentId, llmId } })
      return row.id
    })
  }

  /** What was made is written down before the next thing is: a crash leaves nothing that nobody knows of. */
  async #create(releaseId: number, { company, wanted }: AgentPlan) {
    const { retell } = this.#deps
    const begun = company.releases.find(({ id }) => id === releaseId)
    const deadline = this.#deadline()
    const llmId = begun?.llmId ?? (await retell.createLlm(wanted.llm, deadline)).llm_id
    await this.#update(releaseId, { llmId })
    if (begun?.llmId != null) await retell.updateLlm(llmId, 0, wanted.llm, deadline)
    const engine = { response_engine: { type: 'retell-llm', llm_id: llmId } }
    const { agent_id, version } = await retell.createAgent({ ...wanted.agent, ...engine }, deadline)
    await this.#update(releaseId, { agentId: agent_id })
    return { agentId: agent_id, llmId, version }
  }

  async #change(there: Remote, changes: readonly AgentDifference[], wanted: AgentDefinition) {
    const { retell } = this.#deps
    const deadline = this.#deadline()
    const { agentId, llmId } = there
    let { version, llmVersion } = there
    if (there.isPublished) {
      const draft = await retell.createVersion(agentId, version, deadline)
      version = draft.version
      llmVersion = draft.response_engine.version ?? undefined
    }
    const sent = changesOf(changes, wanted, there.definition)
    if (Object.keys(sent.llm).length > 0) await retell.updateLlm(llmId, llmVersion ?? 0, sent.llm, deadline)
    if (Object.keys(sent.agent).length > 0) await retell.updateAgent(agentId, version, sent.agent, deadline)
    return { agentId, llmId, version }
  }

  async #update(id: number, data: Prisma.AgentReleaseUpdateInput): Promise<void> {
    await this.#deps.tenancy.asSystem((tx) => tx.agentRelease.update({ where: { id }, data }))
  }

  #deadline(): Deadline {
    return new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
  }
}

/** A company's values from its own rows. */
function valuesOf({ catalogue }: AgentCompany, settings: AgentSettings, eventsUrl: string): AgentValues {
  const names = [
    catalogue.company.name,
    ...catalogue.branches.map(({ name }) => name),
    ...catalogue.staff.map(({ firstName }) => firstName),
    ...catalogue.services.filter(({ isActive }) => isActive).map(({ name }) => name),
  ]
  return {
    company: catalogue.company.name,
    timeZone: catalogue.company.timeZone,
    eventsUrl,
    keywords: [...new Set(names)],
    ...settings,
  }
}

/** Of what stands there, the fields that `wanted` has. */
function ownedOf(wanted: AgentDefinition, there: AgentDefinition): AgentDefinition {
  const pick = (ours: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.keys(ours).map((key) => [key, theirs[key] ?? null]))
  return { agent: pick(wanted.agent, there.agent), llm: pick(wanted.llm, there.llm) }
}

/** `wanted`, with the fields of `disputed` as they were in `base`. */
function keeping(
  wanted: AgentDefinition,
  base: AgentDefinition,
  disputed: readonly AgentDifference[],
): AgentDefinition {
  const agent: Record<string, unknown> = { ...wanted.agent }
  const llm: Record<string, unknown> = { ...wanted.llm }
  for (const { field } of disputed) {
    const [place, key, tool] = field.split('.') as [string, string, string?]
    if (tool === undefined)
      Object.assign(place === 'agent' ? agent : llm, { [key]: base[place as 'agent' | 'llm'][key] })
    else {
      const was = toolsOfLlm(base.llm).filter(({ name }) => name === tool)
      llm.general_tools = [...toolsOfLlm(llm).filter(({ name }) => name !== tool), ...was]
    }
  }
  return { agent, llm }
}
