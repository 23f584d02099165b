/**
 * An agent as we define it: the fields of Retell's agent and LLM that are ours, and nothing else. Its canonical form has sorted keys and
 * no empty values, so that equal meaning is equal text; its hash names it.
 */
import { createHash } from 'node:crypto'

export interface AgentDefinition {
  /** Fields of Retell's agent, without its response engine. */
  agent: Readonly<Record<string, unknown>>
  /** Fields of Retell's LLM; tools in `general_tools`. */
  llm: Readonly<Record<string, unknown>>
}

export type ToolObject = Record<string, unknown> & { name: string }

/** The tools of an LLM's fields, in their order. */
export function toolsOfLlm(llm: Readonly<Record<string, unknown>>): ToolObject[] {
  const tools = llm.general_tools
  return Array.isArray(tools) ? (tools as ToolObject[]) : []
}

/** The same value with sorted keys, without null, empty lists and empty maps. undefined: nothing is left. */
export function canonical(value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => canonical(item) ?? null)
  if (typeof value !== 'object') return value
  const entries = Object.entries(value)
    .map(([key, below]) => [key, canonical(below)] as const)
    .filter(([, below]) => below !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The first twelve digits of the SHA-256 of the canonical form; tools count in any order. */
export function hashOf({ agent, llm }: AgentDefinition): string {
  const tools = toolsOfLlm(llm).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const form = canonical({ agent, llm: { ...llm, general_tools: tools } })
  return createHash('sha256').update(JSON.stringify(form)).digest('hex').slice(0, 12)
}
