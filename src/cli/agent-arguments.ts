/** What an operator typed after `npm run agent --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import type { AgentWish, Take } from '../agents/desk.ts'
import { normalisePhone } from '../lib/phone.ts'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'
import { readVerb } from './verbs.ts'

export type AgentCommand =
  | { verb: 'validate'; templates: string[] }
  | { verb: 'plan'; wish: AgentWish }
  | { verb: 'apply'; wish: AgentWish; take?: Take }
  | { verb: 'pull'; company: string; out: string | null }
  | { verb: 'publish' | 'rollback' | 'status'; company: string }
  | { verb: 'remove'; company: string; yes: boolean; agent?: string }

const usage = `npm run agent -- validate [TEMPLATE…]
npm run agent -- plan COMPANY [--template NAME] [--voice ID] [--transfer NUMBER|none] [--adopt AGENT]
npm run agent -- apply COMPANY [the same] [--take template|retell]
npm run agent -- pull COMPANY [--out FILE]
npm run agent -- publish COMPANY
npm run agent -- rollback COMPANY
npm run agent -- status COMPANY
npm run agent -- remove COMPANY --yes --agent AGENT`

const options = {
  template: { type: 'string' },
  voice: { type: 'string' },
  transfer: { type: 'string' },
  adopt: { type: 'string' },
  take: { type: 'string' },
  out: { type: 'string' },
  yes: { type: 'boolean' },
  agent: { type: 'string' },
} as const
type Values = {
  [name in keyof typeof options]?: (typeof options)[name]['type'] extends 'boolean' ? boolean : string
}

const wishes = ['template', 'voice', 'transfer', 'adopt'] as const
/** Which options belong to which verb. */
const belonging: Readonly<Record<AgentCommand['verb'], readonly (keyof typeof options)[]>> = {
  validate: [],
  plan: wishes,
  apply: [...wishes, 'take'],
  pull: ['out'],
  publish: [],
  rollback: [],
  status: [],
  remove: ['yes', 'agent'],
}

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readAgentCommand(argv: string[]): AgentCommand {
  const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options })
  const [word, ...rest] = positionals
  const verb = readVerb(word, values, belonging, usage)
  if (verb === 'validate') return { verb, templates: rest }
  const company = readCompany(verb, rest)
  switch (verb) {
    case 'plan':
      return { verb, wish: readWish(company, values) }
    case 'apply':
      return {
        verb,
        wish: readWish(company, values),
        ...(values.take !== undefined && { take: readTake(values.take) }),
      }
    case 'pull':
      return { verb, company, out: values.out ?? null }
    case 'remove':
      return {
        verb,
        company,
        yes: values.yes === true,
        ...(values.agent !== undefined && { agent: values.agent }),
      }
    default:
      return { verb, company }
  }
}

function readCompany(verb: string, words: readonly string[]): string {
  const [word, ...more] = words
  if (word === undefined || more.length > 0)
    throw new UsageError(`${verb} takes exactly one company.\n${usage}`)
  if (!/^(?:[1-9]\d{0,8}|[a-z0-9][a-z0-9-]{0,59})$/.test(word))
    throw new UsageError(`"${plain(word, 40)}" is neither a company's number nor its slug.`)
  return word
}

function readWish(company: string, { template, voice, transfer, adopt }: Values): AgentWish {
  return {
    company,
    ...(template !== undefined && { template }),
    ...(voice !== undefined && { voice: voice === 'none' ? null : voice }),
    ...(transfer !== undefined && { transferNumber: readTransfer(transfer) }),
    ...(adopt !== undefined && { adopt }),
  }
}

function readTransfer(text: string): string | null {
  if (text === 'none') return null
  const number = normalisePhone(text)
  if (number === null)
    throw new UsageError(
      '--transfer is a phone number, like +493023125009, or "none": nobody can be connected.',
    )
  return number
}

function readTake(text: string): Take {
  if (text === 'template' || text === 'retell') return text
  throw new UsageError(
    '--take is "template" (the template counts) or "retell" (what was changed there stays)',
  )
}
