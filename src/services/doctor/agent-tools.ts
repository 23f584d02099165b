/** Whether the tools of a voice agent lead to our functions, in time and completely. Pure: tools in, findings out. */
import type { RetellTool } from '../../retell/api-schemas.ts'
import { bareName } from '../../retell/envelope.ts'
import type { Add } from './report.ts'

/** One name of one of our functions, as agents use it. */
export interface OurTool {
  name: string
  /** The function's own name, where `name` is an older one. */
  functionName: string
  /** Whether agents are offered it without asking. */
  offered: boolean
  /** Milliseconds after which it has answered, whatever happens. */
  answersWithinMs: number
}

export interface OurAddresses {
  /** PUBLIC_URL without a slash at its end. */
  publicUrl: string
  /** By path: the function it stands for; null where the body names it. */
  functionPaths: ReadonlyMap<string, string | null>
}

const vendorTimeoutMs = 120_000
const rightTools = 'Take the tool from npm run -s tools.'

/** In: an agent's tools (of any kind), how the agent is called in a sentence. Tools that lead elsewhere under names not ours are hints. */
export function checkTools(
  tools: readonly RetellTool[],
  agent: string,
  ours: readonly OurTool[],
  addresses: OurAddresses,
  add: Add,
): void {
  const byName = new Map(ours.map((tool) => [tool.name, tool]))
  const used = new Set<string>()
  for (const tool of tools.filter(({ type }) => type === 'custom')) {
    const where = placeOf(tool.url, addresses)
    const stated = where.at === 'us' ? where.functionName : null
    const found = byName.get(stated ?? bareName(tool.name) ?? '')
    const name = `The tool ${tool.name} of ${agent}`
    if (found === undefined) {
      if (where.at === 'us')
        add(
          'warning',
          'tool_unknown',
          `${name} is none of our functions: whenever the agent uses it, it gets an apology for an answer.`,
          `Rename or remove it. ${rightTools}`,
        )
      else
        add(
          'hint',
          'tool_of_others',
          `${name} leads to somebody else: what it says is not held against the calendar.`,
          'Nothing, if that is meant.',
        )
      continue
    }
    if (where.at === 'elsewhere') {
      add(
        'error',
        'tool_elsewhere',
        `${name} asks ${where.shown} and not us: what is said there is nothing that we know of.`,
        `Let it lead to ${addresses.publicUrl}. ${rightTools}`,
      )
      continue
    }
    used.add(found.functionName)
    if (where.at === 'nowhere')
      add(
        'error',
        'tool_address_unknown',
        `${name} leads to ${where.shown}, where nothing of ours is: it fails without a word.`,
        rightTools,
      )
    if (tool.parameters.includes('call_id'))
      add(
        'warning',
        'tool_asks_call_id',
        `${name} asks the model for call_id, and models make one up: Retell sends the true one by itself.`,
        'Remove the parameter.',
      )
    const timeoutMs = tool.timeoutMs ?? vendorTimeoutMs
    if (timeoutMs < found.answersWithinMs)
      add(
        'warning',
        'tool_gives_up_early',
        `${name} gives up after ${timeoutMs} ms, and we answer within ${found.answersWithinMs}: callers may hear of a failure where there was none.`,
        `Set its timeout_ms to more than ${found.answersWithinMs}.`,
      )
  }
  const missing = ours.filter(
    ({ name, functionName, offered }) => offered && name === functionName && !used.has(functionName),
  )
  if (used.size === 0)
    add(
      'error',
      'no_tools',
      `${capital(agent)} has none of our functions: it can tell callers nothing true and book nothing.`,
      'Give it the tools that npm run -s tools prints.',
    )
  else if (missing.length > 0)
    add(
      'hint',
      'tools_missing',
      `${capital(agent)} does not have ${missing.map(({ name }) => name).join(', ')}: who wants that is not helped.`,
      'Add them from npm run -s tools, unless they are left out on purpose.',
    )
}

type Place = { at: 'us'; functionName: string | null } | { at: 'nowhere' | 'elsewhere'; shown: string }

/** Where a tool leads. What is shown of an address has neither its query nor a password. */
function placeOf(url: string | undefined, { publicUrl, functionPaths }: OurAddresses): Place {
  if (url === undefined || !URL.canParse(url)) return { at: 'elsewhere', shown: 'an address that is none' }
  const path = pathAt(url, publicUrl)
  if (path === null) return { at: 'elsewhere', shown: shownOf(url) }
  const functionName = functionPaths.get(path)
  return functionName === undefined ? { at: 'nowhere', shown: shownOf(url) } : { at: 'us', functionName }
}

/** The path below our own address, without a slash at its end; null for an address that is not ours. */
export function pathAt(url: string, publicUrl: string): string | null {
  const [given, ours] = [new URL(url), new URL(publicUrl)]
  const base = ours.pathname.replace(/\/+$/, '')
  if (given.origin !== ours.origin || !`${given.pathname}/`.startsWith(`${base}/`)) return null
  return given.pathname.slice(base.length).replace(/\/+$/, '')
}

export function shownOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none'
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
