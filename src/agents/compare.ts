/**
 * Three-way comparison of an agent, field by field among those that are ours: what is wanted, what was applied last, what stands at
 * Retell. Equal is never drift, however it came about. Pure.
 */
import { type AgentDefinition, canonical, type ToolObject, toolsOfLlm } from './definition.ts'

/** ours: the template or a value changed; theirs: somebody changed it at Retell; both: each to something else. */
export type Side = 'ours' | 'theirs' | 'both'

export interface AgentDifference {
  /** `agent.language`, `llm.begin_message`, `llm.tools.NAME`. */
  field: string
  side: Side
  /** In canonical form; undefined: it is not there, or is to go. */
  wanted: unknown
  there: unknown
}

/** @param base what was applied last; null: never by us, so whatever differs was set by somebody else */
export function compare(
  wanted: AgentDefinition,
  base: AgentDefinition | null,
  there: AgentDefinition | null,
): AgentDifference[] {
  const [ours, before, theirs] = [wanted, base, there].map((one) => one && fieldsOf(one))
  const fields = new Set([...ours!.keys(), ...(before?.keys() ?? [])])
  return [...fields].toSorted().flatMap((field) => {
    const [want, was, is] = [ours!.get(field), before?.get(field), theirs?.get(field)]
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
    if (same(want, is)) return []
    const side: Side = theirs == null || same(is, was) ? 'ours' : same(want, was) ? 'theirs' : 'both'
    return [{ field, side, wanted: want, there: is }]
  })
}

/**
 * What is to be sent so that `differences` are gone: fields of the agent and of the LLM, null for what is to go. Tools are sent as one
 * list: ours in our order, then those that are none of ours as they stand.
 */
export function changesOf(
  differences: readonly AgentDifference[],
  wanted: AgentDefinition,
  there: AgentDefinition,
): { agent: Record<string, unknown>; llm: Record<string, unknown> } {
  const agent: Record<string, unknown> = {}
  const llm: Record<string, unknown> = {}
  const tools = new Map<string, string[]>()
  for (const { field } of differences) {
    const [place, key, tool, part] = field.split('.') as [string, string, string?, string?]
    if (tool !== undefined) tools.set(tool, [...(tools.get(tool) ?? []), part!])
    else if (place === 'agent') agent[key] = wanted.agent[key] ?? null
    else llm[key] = wanted.llm[key] ?? null
  }
  if (tools.size > 0) llm.general_tools = mergedTools(tools, wanted, there)
  return { agent, llm }
}

/** @param changed by tool: which of its fields are to be as wanted; all else stays as it stands there */
function mergedTools(
  changed: ReadonlyMap<string, readonly string[]>,
  wanted: AgentDefinition,
  there: AgentDefinition,
): ToolObject[] {
  const ours = toolsOfLlm(wanted.llm)
  const theirs = toolsOfLlm(there.llm)
  const known = new Map(theirs.map((tool) => [tool.name, tool]))
  const names = new Set(ours.map(({ name }) => name))
  return [
    ...ours.flatMap((tool) => {
      const stands = known.get(tool.name)
      if (stands === undefined) return changed.has(tool.name) ? [tool] : []
      const merged: ToolObject = { ...stands }
      for (const field of changed.get(tool.name) ?? []) {
        if (tool[field] === undefined) delete merged[field]
        else merged[field] = tool[field]
      }
      return [merged]
    }),
    ...theirs.filter(({ name }) => !names.has(name) && !changed.has(name)),
  ]
}

/** Field by field: `agent.language`, `llm.begin_message`, `llm.tools.NAME.description`; values in canonical form. */
function fieldsOf({ agent, llm }: AgentDefinition): Map<string, unknown> {
  const { general_tools: _, ...rest } = llm
  const fields = new Map<string, unknown>()
  const add = (place: string, tree: Readonly<Record<string, unknown>>) => {
    for (const [key, value] of Object.entries(tree)) {
      const form = canonical(value)
      if (form !== undefined) fields.set(`${place}.${key}`, form)
    }
  }
  add('agent', agent)
  add('llm', rest)
  for (const tool of toolsOfLlm(llm)) add(`llm.tools.${tool.name}`, tool)
  return fields
}
