/**
 * What of a company's set-up does not fit Retell: its numbers, the agents that answer them, their tools, and whether calls are told to
 * us. Asks Retell only; one look at the doctor asks for each number list, agent and LLM once, however many companies share them.
 */
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { RetellApi } from '../../retell/api.ts'
import { RetellError } from '../../retell/api-errors.ts'
import type { RetellAgent, RetellLlm, RetellPhoneNumber } from '../../retell/api-schemas.ts'
import { checkTools, type OurAddresses, type OurTool, pathAt, shownOf } from './agent-tools.ts'
import { checkWords } from './agent-words.ts'
import type { Add, DoctorFinding } from './report.ts'

export interface AgentDeps {
  /** null: no key is configured. */
  retell: Pick<RetellApi, 'fetchPhoneNumbers' | 'fetchAgent' | 'fetchLlm'> | null
  /** PUBLIC_URL without a slash at its end; null: not set. */
  publicUrl: string | null
  /** Every name that agents may use. */
  tools: readonly OurTool[]
  functionPaths: OurAddresses['functionPaths']
  /** Paths that take events and inbound webhooks; the first is the one to enter. */
  eventPaths: readonly string[]
  clock: Clock
}

export interface AgentSetUp {
  company: { id: number }
  catalogue: { company: { name: string } }
  branches: ReadonlyArray<{
    isActive: boolean
    phoneNumbers: ReadonlyArray<{ number: string; agentId: string | null; isActive: boolean }>
  }>
}

interface AgentChecks {
  /** Of the installation: the key, or why nothing was looked at. */
  findings: DoctorFinding[]
  /** Findings of one company. */
  check(setUp: AgentSetUp): Promise<DoctorFinding[]>
}

interface Rest {
  retell: NonNullable<AgentDeps['retell']>
  addresses: OurAddresses
}

const requestMs = 10_000
const eventsNeeded = ['call_started', 'call_ended', 'call_analyzed'] as const

/** Asks for the numbers, once for all companies. */
export async function openAgentChecks(deps: AgentDeps): Promise<AgentChecks> {
  const { retell, publicUrl, functionPaths, clock } = deps
  const nothing = (severity: DoctorFinding['severity'], code: string, message: string, remedy: string) => ({
    findings: [{ severity, code, company_id: null, message, remedy }],
    check: async () => [],
  })
  const skipped = 'Agents and numbers at Retell were not looked at'
  if (retell === null)
    return nothing(
      'hint',
      'retell_unchecked',
      `${skipped}: RETELLAI_API_KEY is not set.`,
      'Set it to the key of the workspace.',
    )
  if (publicUrl === null)
    return nothing('hint', 'retell_unchecked', `${skipped}: PUBLIC_URL is not set.`, 'Set PUBLIC_URL.')
  try {
    const numbers = await retell.fetchPhoneNumbers(new Deadline({ clock, budgetMs: requestMs }))
    const byNumber = new Map(numbers.map((one) => [one.number, one]))
    const remembered = remembering(retell)
    const rest = { retell: remembered, addresses: { publicUrl, functionPaths } }
    return { findings: [], check: (setUp) => checkCompany(deps, rest, byNumber, setUp) }
  } catch (error) {
    if (!(error instanceof RetellError)) throw error
    if (error.kind === 'unauthorized')
      return nothing(
        'error',
        'retell_key_refused',
        'Retell refuses RETELLAI_API_KEY: whatever Retell signs with another key is turned away, and its agents could not be looked at.',
        'Set it to a key of the workspace that has the webhook badge.',
      )
    return nothing(
      'warning',
      'retell_unreachable',
      `${skipped}: Retell did not answer (${error.operation}: ${error.kind}).`,
      'Run the doctor again; see status.retellai.com.',
    )
  }
}

async function checkCompany(
  deps: AgentDeps,
  { retell, addresses }: Rest,
  known: ReadonlyMap<string, RetellPhoneNumber>,
  { company, branches, catalogue }: AgentSetUp,
): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const add: Add = (severity, code, message, remedy) =>
    findings.push({ severity, code, company_id: company.id, message, remedy })
  const numbers = branches
    .filter(({ isActive }) => isActive)
    .flatMap(({ phoneNumbers }) => phoneNumbers.filter(({ isActive }) => isActive))
  const agents = new Map<string, RetellPhoneNumber['inboundAgents'][number]>()
  for (const { number, agentId } of numbers) {
    const there = known.get(number)
    checkNumber(number, agentId, there, { ...addresses, eventPaths: deps.eventPaths }, add)
    for (const agent of there?.inboundAgents ?? []) agents.set(`${agent.id} ${agent.version ?? ''}`, agent)
  }
  try {
    for (const { id, version } of agents.values()) {
      const deadline = new Deadline({ clock: deps.clock, budgetMs: requestMs })
      const agent = await unlessUnknown(retell.fetchAgent(id, version, deadline))
      if (agent === null) {
        add(
          'error',
          'agent_unknown',
          `Retell does not know the agent ${id}${version === undefined ? '' : ` (version ${version})`} that answers its number: callers reach nobody.`,
          'Bind the number to an agent that exists; a version that was never published is none.',
        )
        continue
      }
      const name = `agent ${agent.name ?? agent.id}`
      checkEvents(agent, name, { ...addresses, eventPaths: deps.eventPaths }, add)
      if (agent.llm === undefined) {
        add(
          'hint',
          'agent_tools_unchecked',
          `The tools of ${name} were not looked at: it speaks by a flow or an engine of its own.`,
          'Compare them with npm run -s tools by hand.',
        )
        continue
      }
      const llm = await unlessUnknown(retell.fetchLlm(agent.llm.id, agent.llm.version, deadline))
      if (llm === null)
        add(
          'error',
          'agent_speechless',
          `The LLM of ${name} does not exist: callers hear nothing.`,
          'Choose another one at Retell.',
        )
      else {
        checkTools(llm.tools, name, deps.tools, addresses, add)
        checkWords({ agent, llm }, name, catalogue.company.name, deps.tools, add)
      }
    }
  } catch (error) {
    if (!(error instanceof RetellError)) throw error
    add(
      'warning',
      'retell_unreachable',
      `Retell did not answer (${error.operation}: ${error.kind}): the rest of its agents was not looked at.`,
      'Run the doctor again; see status.retellai.com.',
    )
  }
  return findings
}

type EventAddresses = OurAddresses & Pick<AgentDeps, 'eventPaths'>

function checkNumber(
  number: string,
  agentId: string | null,
  there: RetellPhoneNumber | undefined,
  addresses: EventAddresses,
  add: Add,
): void {
  if (there === undefined) {
    add(
      'error',
      'number_unknown',
      `Retell does not know its number ${number}: whoever calls it reaches no agent.`,
      'Import the number at Retell, or correct it here.',
    )
    return
  }
  const ids = [...new Set(there.inboundAgents.map(({ id }) => id))]
  if (ids.length === 0)
    add(
      'error',
      'number_without_agent',
      `Its number ${number} has no inbound agent at Retell: whoever calls it reaches nobody.`,
      'Choose the agent there.',
    )
  else if (agentId !== null && !ids.includes(agentId))
    add(
      'warning',
      'agent_differs',
      `Its number ${number} is answered by ${ids.join(' and ')}, and ${agentId} is entered here: calls that come without a number are not known as its own.`,
      'Enter the agent that answers, or bind the number to the one entered.',
    )
  const right = `${addresses.publicUrl}${addresses.eventPaths[0]}`
  const webhook = there.inboundWebhookUrl
  if (webhook === undefined)
    add(
      'hint',
      'inbound_webhook_missing',
      `Its number ${number} has no inbound webhook: who calls is known only after the agent has asked.`,
      `Enter ${right} there.`,
    )
  else if (!isOurs(webhook, addresses))
    add(
      'warning',
      'inbound_webhook_elsewhere',
      `Its number ${number} asks ${shownOf(webhook)} before each call and not us: who calls is known only after the agent has asked.`,
      `Enter ${right} there.`,
    )
}

function checkEvents(agent: RetellAgent, name: string, addresses: EventAddresses, add: Add): void {
  const right = `${addresses.publicUrl}${addresses.eventPaths[0]}`
  if (agent.webhookUrl === undefined)
    add(
      'hint',
      'agent_webhook_missing',
      `Calls of ${name} are told to us only if the account’s webhook is ours, which cannot be looked at: it has none of its own.`,
      `Enter ${right} as its webhook.`,
    )
  else if (!isOurs(agent.webhookUrl, addresses))
    add(
      'warning',
      'agent_webhook_elsewhere',
      `Calls of ${name} are told to ${shownOf(agent.webhookUrl)} and not to us: their ends, transcripts and costs are missing here.`,
      `Enter ${right} as its webhook.`,
    )
  const missing = eventsNeeded.filter((event) => agent.webhookEvents?.includes(event) === false)
  if (missing.length > 0)
    add(
      'warning',
      'agent_webhook_incomplete',
      `The webhook of ${name} does not tell ${missing.join(', ')}: what follows from it does not happen.`,
      'Choose these events there.',
    )
}

function isOurs(url: string, { publicUrl, eventPaths }: EventAddresses): boolean {
  const path = URL.canParse(url) ? pathAt(url, publicUrl) : null
  return path !== null && eventPaths.includes(path)
}

async function unlessUnknown<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RetellError && error.kind === 'not_found') return null
    throw error
  }
}

/** The same API, asked once for each thing. */
function remembering(retell: Rest['retell']): Rest['retell'] {
  const agents = new Map<string, Promise<RetellAgent>>()
  const llms = new Map<string, Promise<RetellLlm>>()
  return {
    fetchPhoneNumbers: (deadline) => retell.fetchPhoneNumbers(deadline),
    fetchAgent: (id, version, deadline) =>
      once(agents, `${id} ${version}`, () => retell.fetchAgent(id, version, deadline)),
    fetchLlm: (id, version, deadline) =>
      once(llms, `${id} ${version}`, () => retell.fetchLlm(id, version, deadline)),
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = known.get(key) ?? ask()
  known.set(key, asked)
  return asked
}
