/** The linter of an agent of ours before it is at Retell: the very checks that the doctor makes of what is there. Pure. */
import { agentAnswer, llmAnswer } from '../retell/api-schemas.ts'
import { checkTools, type OurAddresses, type OurTool } from '../services/doctor/agent-tools.ts'
import { checkWords } from '../services/doctor/agent-words.ts'
import type { Severity } from '../services/doctor/report.ts'
import type { AgentDefinition } from './definition.ts'

export interface LintFinding {
  severity: Severity
  code: string
  message: string
  remedy: string
}

export interface LintRules {
  /** Every name that agents may use. */
  names: readonly OurTool[]
  addresses: OurAddresses
}

/** In: what the agent is called in a sentence, the company whose name must fall. Nothing found: the agent is sound. */
export function lint(
  { agent, llm }: AgentDefinition,
  name: string,
  company: string,
  { names, addresses }: LintRules,
): LintFinding[] {
  const findings: LintFinding[] = []
  const add = (severity: Severity, code: string, message: string, remedy: string) =>
    findings.push({ severity, code, message, remedy })
  const speaks = { type: 'retell-llm', llm_id: 'none' }
  const asRetell = {
    agent: agentAnswer.parse({ ...agent, agent_id: 'none', response_engine: speaks }),
    llm: llmAnswer.parse({ ...llm, llm_id: 'none' }),
  }
  checkTools(asRetell.llm.tools, name, names, addresses, add)
  checkWords(asRetell, name, company, names, add)
  return findings.filter(({ code }) => code !== 'tools_missing')
}
