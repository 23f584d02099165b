/**
 * Which version of an agent callers reach: publishing a draft and pointing numbers to it, and back in one step. Each step may be
 * repeated; what numbers led to is written down before the first of them is moved.
 */
import type { Prisma } from '../db/generated/client.ts'
import { Deadline } from '../lib/deadline.ts'
import type { NumberObject } from '../retell/agent-api.ts'
import { RetellError } from '../retell/api-errors.ts'
import type { AgentDeskDeps } from './desk.ts'
import { AgentProblem } from './problem.ts'
import { type AgentCompany, loadAgentCompany, type NumberBefore, type Release } from './store.ts'

export interface Published {
  companyId: number
  agentId: string
  version: number
  /** Numbers that were moved; others led there already. */
  moved: string[]
  /** Numbers that Retell does not know. */
  unknown: string[]
}

export interface RolledBack {
  companyId: number
  version: number
  moved: string[]
  /** Numbers that somebody has pointed elsewhere since: they stay. */
  left: string[]
}

const requestMs = 15_000

export class AgentPublisher {
  readonly #deps: Pick<AgentDeskDeps, 'tenancy' | 'retell' | 'clock' | 'eventsUrl'>

  constructor(deps: Pick<AgentDeskDeps, 'tenancy' | 'retell' | 'clock' | 'eventsUrl'>) {
    this.#deps = deps
  }

  /** @throws AgentProblem when there is nothing to publish, or Retell knows none of the numbers; RetellError */
  async publish(which: string): Promise<Published> {
    const { retell, eventsUrl, clock } = this.#deps
    const company = await this.#load(which)
    const release = company.releases[0]
    if (
      release === undefined ||
      release.state === 'applying' ||
      release.version === null ||
      release.agentId === null
    )
      throw new AgentProblem(`Company ${company.id} has no draft: npm run agent -- apply makes one.`)
    const { agentId, version } = release
    const found = await this.#numbers(company)
    const there = found.filter(
      (one): one is { number: string; agentId: string | null; remote: NumberObject } => one.remote !== null,
    )
    if (there.length === 0)
      throw new AgentProblem(
        `Retell knows no number of company ${company.id}: import them there first. Nothing was published.`,
      )
    if (release.numbersBefore === null) {
      const before: NumberBefore[] = there.map(({ number, agentId: known, remote }) => ({
        number,
        inboundAgents: remote.inbound_agents ?? null,
        agentId: known,
      }))
      await this.#update(release.id, { numbersBefore: before as unknown as Prisma.InputJsonValue })
    }
    const { is_published } = await retell.fetchAgent(agentId, version, this.#deadline())
    if (is_published !== true) await retell.publish(agentId, version, this.#deadline())
    const moved: string[] = []
    for (const { number, remote } of there) {
      const right = leadsTo(remote, agentId, version) && remote.inbound_webhook_url === eventsUrl
      if (!right) {
        const body = {
          inbound_agents: [{ agent_id: agentId, agent_version: version, weight: 1 }],
          inbound_webhook_url: eventsUrl,
        }
        await retell.updateNumber(number, body, this.#deadline())
        moved.push(number)
      }
      await this.#enter(company.id, number, agentId)
    }
    await this.#update(release.id, { state: 'published', publishedAt: clock.now() })
    const unknown = found.filter(({ remote }) => remote === null).map(({ number }) => number)
    return { companyId: company.id, agentId, version, moved, unknown }
  }

  /** Numbers lead again to whom they led before the last publishing. @throws AgentProblem when there is nothing before it */
  async rollback(which: string): Promise<RolledBack> {
    const company = await this.#load(which)
    const release = company.releases.find(({ state }) => state === 'published')
    if (release?.numbersBefore == null || release.agentId === null || release.version === null)
      throw new AgentProblem(`Company ${company.id} has nothing published that could be taken back.`)
    const nobody = release.numbersBefore.filter(
      ({ inboundAgents }) => !Array.isArray(inboundAgents) || inboundAgents.length === 0,
    )
    if (nobody.length > 0)
      throw new AgentProblem(
        `Before version ${release.version} nobody answered ${nobody.map(({ number }) => number).join(', ')}: taking it back would leave callers without an answer.`,
      )
    const moved: string[] = []
    const left: string[] = []
    for (const before of release.numbersBefore) {
      const remote = await this.#number(before.number)
      if (remote === null || !leadsTo(remote, release.agentId, release.version)) {
        if (!same(remote?.inbound_agents, before.inboundAgents)) left.push(before.number)
        continue
      }
      await this.#deps.retell.updateNumber(
        before.number,
        { inbound_agents: before.inboundAgents },
        this.#deadline(),
      )
      if (before.agentId !== null) await this.#enter(company.id, before.number, before.agentId)
      moved.push(before.number)
    }
    await this.#update(release.id, { state: 'rolled_back' })
    return { companyId: company.id, version: release.version, moved, left }
  }

  /** Each number with the versions that answer it; null: Retell does not know it. */
  async status(
    which: string,
  ): Promise<{ company: AgentCompany; numbers: Array<{ number: string; answeredBy: string[] | null }> }> {
    const company = await this.#load(which)
    const found = await this.#numbers(company)
    const numbers = found.map(({ number, remote }) => ({
      number,
      answeredBy:
        remote &&
        (remote.inbound_agents ?? []).map((one) => `${one.agent_id} ${one.agent_version ?? 'latest'}`),
    }))
    return { company, numbers }
  }

  /** Deletes the agent and its LLM at Retell. @throws AgentProblem while a number leads to it, or the second yes names another agent */
  async remove(which: string, agentNamed: string | undefined): Promise<string> {
    const { company, numbers } = await this.status(which)
    const release = company.releases.find(({ agentId }) => agentId !== null)
    if (release?.agentId == null) throw new AgentProblem(`Company ${company.id} has no agent of ours.`)
    const { agentId, llmId } = release
    const bound = numbers.filter(({ answeredBy }) => answeredBy?.some((one) => one.startsWith(`${agentId} `)))
    if (bound.length > 0)
      throw new AgentProblem(
        `The agent ${agentId} still answers ${bound.map(({ number }) => number).join(', ')}: point them elsewhere first. Nothing was deleted.`,
      )
    if (agentNamed !== agentId)
      throw new AgentProblem(`Nothing was deleted. To delete it for ever say --yes and --agent ${agentId}.`)
    await unlessGone(this.#deps.retell.deleteAgent(agentId, this.#deadline()))
    if (llmId !== null) await unlessGone(this.#deps.retell.deleteLlm(llmId, this.#deadline()))
    await this.#deps.tenancy.asSystem((tx) =>
      tx.agentRelease.deleteMany({ where: { companyId: company.id } }),
    )
    return agentId
  }

  #load(which: string): Promise<AgentCompany> {
    const { tenancy, clock } = this.#deps
    return tenancy.asSystem((tx) => loadAgentCompany(tx, which, clock.now()))
  }

  #numbers({ numbers }: AgentCompany) {
    return Promise.all(numbers.map(async (one) => ({ ...one, remote: await this.#number(one.number) })))
  }

  async #number(number: string): Promise<NumberObject | null> {
    return (await unlessGone(this.#deps.retell.fetchNumber(number, this.#deadline()))) ?? null
  }

  async #enter(companyId: number, number: string, agentId: string): Promise<void> {
    await this.#deps.tenancy.asSystem((tx) =>
      tx.phoneNumber.updateMany({
        where: { companyId, number, agentId: { not: agentId } },
        data: { agentId },
      }),
    )
    await this.#deps.tenancy.asSystem((tx) =>
      tx.phoneNumber.updateMany({ where: { companyId, number, agentId: null }, data: { agentId } }),
    )
  }

  async #update(id: Release['id'], data: Prisma.AgentReleaseUpdateInput): Promise<void> {
    await this.#deps.tenancy.asSystem((tx) => tx.agentRelease.update({ where: { id }, data }))
  }

  #deadline(): Deadline {
    return new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
  }
}

function leadsTo({ inbound_agents: agents }: NumberObject, agentId: string, version: number): boolean {
  return (
    agents?.length === 1 &&
    agents[0]!.agent_id === agentId &&
    String(agents[0]!.agent_version) === String(version)
  )
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RetellError && error.kind === 'not_found') return undefined
    throw error
  }
}
