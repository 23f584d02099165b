/** A template with a company's values in it: the definition of its agent. Pure. */
import type { AgentDefinition, ToolObject } from './definition.ts'
import { AgentProblem } from './problem.ts'
import type { AgentTemplate } from './template.ts'

/** What differs from company to company. */
export interface AgentValues {
  /** As it is said to callers. */
  company: string
  /** IANA zone. */
  timeZone: string
  /** Where Retell sends events: our address. */
  eventsUrl: string
  /** Words that speech recognition should expect: names of people, services, branches. */
  keywords: readonly string[]
  /** E.164; null: nobody can be connected. */
  transferNumber: string | null
  /** Retell's voice; null: the template's. */
  voice: string | null
}

/** A function of ours as Retell's API takes it (functions/tools.ts). */
export type OfferedTool = Readonly<Record<string, unknown>>

export interface OurTools {
  tools: readonly OfferedTool[]
  /** By function: milliseconds after which we have answered for certain. */
  answersWithinMs: ReadonlyMap<string, number>
}

/** For the way to us and back. */
const networkMs = 1_000

/** @throws AgentProblem when the template names what does not exist, or a value would be read as an instruction */
export function render(template: AgentTemplate, values: AgentValues, ours: OurTools): AgentDefinition {
  for (const [name, value] of Object.entries({ company: values.company, voice: values.voice ?? '' }))
    if (/[{}`\n\r#]/.test(value))
      throw new AgentProblem(`The ${name} "${value.slice(0, 40)}" holds signs that a prompt may not hold.`)
  const own = template.values
  const known: Record<string, string | readonly string[]> = {
    company: values.company,
    template: template.name,
    time_zone: values.timeZone,
    events: values.eventsUrl,
    keywords: values.keywords,
    voice: values.voice ?? own.voice,
    trade: own.trade,
    emergency: own.emergency,
    transfer: values.transferNumber === null ? own.transfer.impossible : own.transfer.possible,
  }
  const fill = (value: unknown) => filled(value, known)
  return {
    agent: fill(template.agent) as Record<string, unknown>,
    llm: {
      ...(fill(template.llm) as Record<string, unknown>),
      general_prompt: fill(template.prompt),
      general_tools: [...ourTools(template, ours), ...retellsTools(template, values.transferNumber)],
    },
  }
}

function ourTools(template: AgentTemplate, { tools, answersWithinMs }: OurTools): ToolObject[] {
  const byName = new Map(tools.map((tool) => [tool.name as string, tool]))
  return Object.entries(template.tools).map(([name, wish]) => {
    const tool = byName.get(name)
    if (tool === undefined)
      throw new AgentProblem(`The template ${template.name} offers ${name}, which is none of our functions.`)
    const parameters = withoutSome(template.name, name, tool.parameters, wish.without ?? [])
    return {
      ...tool,
      name,
      parameters,
      ...(wish.description !== undefined && { description: wish.description }),
      ...(wish.max_retry !== undefined && { max_retry: wish.max_retry }),
      timeout_ms: Math.max(Number(tool.timeout_ms), (answersWithinMs.get(name) ?? 0) + networkMs),
      ...spoken(wish.say),
    }
  })
}

function spoken(say: string | undefined): Record<string, unknown> {
  return say === undefined
    ? { speak_during_execution: false }
    : {
        speak_during_execution: true,
        execution_message_type: 'static_text',
        execution_message_description: say,
      }
}

function withoutSome(template: string, tool: string, parameters: unknown, without: readonly string[]) {
  const { properties, required, ...rest } = parameters as {
    properties: Record<string, unknown>
    required: string[]
  }
  const unknown = without.find((name) => !Object.hasOwn(properties, name) || required.includes(name))
  if (unknown !== undefined)
    throw new AgentProblem(
      `The template ${template} leaves ${unknown} out of ${tool}, which does not have it or cannot do without it.`,
    )
  const kept = Object.entries(properties).filter(([name]) => !without.includes(name))
  return { ...rest, properties: Object.fromEntries(kept), required }
}

function retellsTools({ own_tools: own }: AgentTemplate, transferNumber: string | null): ToolObject[] {
  const end: ToolObject = { type: 'end_call', name: 'end_call', description: own.end_call.description }
  if (transferNumber === null) return [end]
  const { description, say, ring_ms } = own.transfer_call
  return [
    end,
    {
      type: 'transfer_call',
      name: 'transfer_call',
      description,
      ...spoken(say),
      transfer_destination: { type: 'predefined', number: transferNumber },
      transfer_option: { type: 'cold_transfer', transfer_ring_duration_ms: ring_ms },
    },
  ]
}

/** Every `${name}` replaced; a text that is nothing but one variable becomes its value, lists too. */
function filled(value: unknown, known: Readonly<Record<string, string | readonly string[]>>): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, known))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, filled(below, known)]))
  if (typeof value !== 'string') return value
  const named = (name: string) => {
    const found = known[name]
    if (found === undefined)
      throw new AgentProblem(`The template uses "${name}", which is no value of a company.`)
    return found
  }
  const whole = /^\$\{(\w+)\}$/.exec(value)
  if (whole) return named(whole[1]!)
  return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(named(name)))
}
