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
/** Methods of requests without a body: there is no call in them. */
const bodyless = new Set(['GET', 'DELETE'])
const rightTools = 'Take the tool from npm run -s tools.'

/**
 * In: an agent's tools (of any kind), how the agent is called in a sentence. One finding for each kind of fault, with the names of all
 * tools that have it: an agent of another gateway has it in every one.
 */
export function checkTools(
  tools: readonly RetellTool[],
  agent: string,
  ours: readonly OurTool[],
  addresses: OurAddresses,
  add: Add,
): void {
  const byName = new Map(ours.map((tool) => [tool.name, tool]))
  const seen = tools
    .filter(({ type }) => type === 'custom')
    .map((tool) => {
      const place = placeOf(tool.url, addresses)
      const name = place.at === 'us' && place.functionName !== null ? place.functionName : bareName(tool.name)
      return { tool, place, function: byName.get(name ?? '') }
    })
  /** "The tools a and b of agent x", with the verb that fits; null: none. */
  const those = (
    found: typeof seen,
    one: string,
    several: string,
    note = (_: (typeof seen)[number]) => '',
  ) => {
    const names = found.map((each) => `${each.tool.name}${note(each)}`)
    if (names.length === 0) return null
    return names.length === 1
      ? `The tool ${names[0]} of ${agent} ${one}`
      : `The tools ${names.slice(0, -1).join(', ')} and ${names.at(-1)} of ${agent} ${several}`
  }

  const known = seen.filter((each) => each.function !== undefined)
  const elsewhere = known.filter(({ place }) => place.at === 'elsewhere')
  const origins = [...new Set(elsewhere.map(({ place }) => place.shown))].join(' and ')
  const asking = those(elsewhere, `asks ${origins}`, `ask ${origins}`)
  if (asking !== null)
    add(
      'error',
      'tool_elsewhere',
      `${asking} and not us: what is said there is nothing that we know of.`,
      `Lead each to ${addresses.publicUrl}. ${rightTools}`,
    )
  const lost = those(
    known.filter(({ place }) => place.at === 'nowhere'),
    'leads',
    'lead',
    ({ place }) => ` (${place.shown})`,
  )
  if (lost !== null)
    add(
      'error',
      'tool_address_unknown',
      `${lost} to an address of ours where nothing is: each use fails without a word.`,
      rightTools,
    )
  const varying = those(
    known.filter(({ place }) => place.at === 'varies'),
    'leads',
    'lead',
  )
  if (varying !== null)
    add(
      'hint',
      'tool_address_varies',
      `${varying} to an address with a variable in it: whether that is ours cannot be seen.`,
      'Enter the address itself, if it is always the same.',
    )
  const unknown = seen.filter((each) => each.function === undefined)
  const apologies = those(
    unknown.filter(({ place }) => place.at === 'us' || place.at === 'nowhere'),
    'is none of our functions',
    'are none of our functions',
  )
  if (apologies !== null)
    add(
      'warning',
      'tool_unknown',
      `${apologies}: whenever the agent uses one, callers hear an apology.`,
      `Rename or remove it. ${rightTools}`,
    )
  const others = those(
    unknown.filter(({ place }) => place.at === 'elsewhere' || place.at === 'varies'),
    'leads',
    'lead',
  )
  if (others !== null)
    add(
      'hint',
      'tool_of_others',
      `${others} to somebody else: what is said there is not held against the calendar.`,
      'Nothing, if that is meant.',
    )

  const used = known.filter(({ place }) => place.at !== 'elsewhere')
  const asksId = those(
    used.filter(({ tool }) => tool.parameters.includes('call_id')),
    'asks',
    'ask',
  )
  if (asksId !== null)
    add(
      'warning',
      'tool_asks_call_id',
      `${asksId} the model for call_id, and models make one up: Retell sends the true one by itself.`,
      'Remove the parameter.',
    )
  const withoutCall = those(
    used.filter(({ tool }) => tool.argumentsOnly || bodyless.has(tool.method ?? 'POST')),
    'sends no call with its arguments',
    'send no call with their arguments',
  )
  if (withoutCall !== null)
    add(
      'error',
      'tool_without_call',
      `${withoutCall}: nobody is recognised, and in production callers are offered a callback only.`,
      'Let it send the whole payload (args_at_root off) by POST.',
    )
  const early = those(
    used.filter((each) => (each.tool.timeoutMs ?? vendorTimeoutMs) < each.function!.answersWithinMs),
    'gives up before we have answered for certain',
    'give up before we have answered for certain',
    (each) => ` (${each.tool.timeoutMs} ms of ${each.function!.answersWithinMs})`,
  )
  if (early !== null)
    add(
      'warning',
      'tool_gives_up_early',
      `${early}: callers may hear of a failure where there was none.`,
      'Raise timeout_ms above the second number.',
    )
  const has = new Set(used.map((each) => each.function!.functionName))
  const missing = ours.filter(
    ({ name, functionName, offered }) => offered && name === functionName && !has.has(functionName),
  )
  if (known.length === 0)
    add(
      'error',
      'no_tools',
      `The ${agent} has none of our functions: it can tell callers nothing true and book nothing.`,
      'Give it the tools that npm run -s tools prints.',
    )
  else if (missing.length > 0 && elsewhere.length === 0)
    add(
      'hint',
      'tools_missing',
      `The ${agent} does not have ${missing.map(({ name }) => name).join(', ')}: who wants that is not helped.`,
      'Add them from npm run -s tools, unless they are left out on purpose.',
    )
}

interface Place {
  /** `nowhere`: below our address, where nothing is; `varies`: the address has a variable of the call in it. */
  at: 'us' | 'nowhere' | 'elsewhere' | 'varies'
  /** Of `us`: the function the path stands for; null where the body names it. */
  functionName: string | null
  shown: string
}

/** Where a tool leads. What is shown of an address has neither its query nor a password. */
function placeOf(url: string | undefined, { publicUrl, functionPaths }: OurAddresses): Place {
  const functionName = null
  if (url === undefined || !(URL.canParse(url) || url.includes('{{')))
    return { at: 'elsewhere', functionName, shown: 'an address that is none' }
  if (/\{\{.*\}\}/.test(url.split('?')[0]!)) return { at: 'varies', functionName, shown: '' }
  const path = pathAt(url, publicUrl)
  if (path === null) return { at: 'elsewhere', functionName, shown: new URL(url).origin }
  const stated = functionPaths.get(path)
  return stated === undefined
    ? { at: 'nowhere', functionName, shown: path }
    : { at: 'us', functionName: stated, shown: path }
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
