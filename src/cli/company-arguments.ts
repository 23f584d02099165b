/** What an operator typed after `npm run company --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import type { ClockTime, LocalDay } from '../german/index.ts'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'
import { readVerb } from './verbs.ts'

interface OfFile {
  path: string
  companyId?: number
  isNew: boolean
  prune: boolean
}

export type CompanyCommand =
  | { verb: 'check'; files: string[] }
  | { verb: 'schema' }
  | ({ verb: 'plan' } & OfFile)
  | ({ verb: 'apply'; take?: 'file' | 'here' } & OfFile)
  | { verb: 'export'; company: string }
  | { verb: 'pause'; company: string; branch: string | null; until: LocalUntil | null }
  | { verb: 'resume'; company: string; branch: string | null }
  | { verb: 'remove'; company: string; yes: boolean; out: string | null }

/** A moment on the branch's clock. */
export interface LocalUntil {
  day: LocalDay
  time: ClockTime
}

const usage = `npm run company -- check FILE…
npm run company -- plan FILE [--company N | --new] [--prune]
npm run company -- apply FILE [--company N | --new] [--prune] [--take file|here]
npm run company -- export N
npm run company -- pause N [--branch NAME] [--until "YYYY-MM-DD [HH:MM]"]
npm run company -- resume N [--branch NAME]
npm run company -- remove N [--out FILE] --yes
npm run company -- schema`

const options = {
  company: { type: 'string' },
  new: { type: 'boolean' },
  prune: { type: 'boolean' },
  take: { type: 'string' },
  branch: { type: 'string' },
  until: { type: 'string' },
  yes: { type: 'boolean' },
  out: { type: 'string' },
} as const

/** Which options belong to which verb. */
const belonging: Readonly<Record<CompanyCommand['verb'], readonly (keyof typeof options)[]>> = {
  check: [],
  schema: [],
  plan: ['company', 'new', 'prune'],
  apply: ['company', 'new', 'prune', 'take'],
  export: [],
  pause: ['branch', 'until'],
  resume: ['branch'],
  remove: ['yes', 'out'],
}

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readCompanyCommand(argv: string[]): CompanyCommand {
  const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options })
  const [word, ...rest] = positionals
  const verb = readVerb(word, values, belonging, usage)
  switch (verb) {
    case 'check':
      if (rest.length === 0) throw new UsageError(`check needs a file.\n${usage}`)
      return { verb, files: rest }
    case 'schema':
      return { verb }
    case 'plan':
      return { verb, ...ofFile(verb, rest, values) }
    case 'apply':
      return {
        verb,
        ...ofFile(verb, rest, values),
        ...(values.take !== undefined && { take: readTake(values.take) }),
      }
    case 'export':
      return { verb, company: readCompany(one(verb, rest)) }
    case 'pause': {
      const until = values.until === undefined ? null : readUntil(values.until)
      return { verb, company: readCompany(one(verb, rest)), branch: values.branch ?? null, until }
    }
    case 'remove': {
      const { yes = false, out = null } = values
      return { verb, company: readCompany(one(verb, rest)), yes, out }
    }
    case 'resume':
      return { verb, company: readCompany(one(verb, rest)), branch: values.branch ?? null }
  }
}

function one(verb: string, words: readonly string[]): string {
  const [word, ...more] = words
  if (word === undefined || more.length > 0)
    throw new UsageError(
      `${verb} takes exactly one ${verb === 'plan' || verb === 'apply' ? 'file' : 'company'}.\n${usage}`,
    )
  return word
}

function ofFile(
  verb: string,
  words: readonly string[],
  values: { company?: string; new?: boolean; prune?: boolean },
): OfFile {
  if (values.company !== undefined && values.new)
    throw new UsageError('--company and --new exclude each other: the company is there, or it is new')
  if (values.company !== undefined && !/^[1-9]\d{0,8}$/.test(values.company))
    throw new UsageError('--company is the number of a company')
  return {
    path: one(verb, words),
    ...(values.company !== undefined && { companyId: Number(values.company) }),
    isNew: values.new === true,
    prune: values.prune === true,
  }
}

function readTake(text: string): 'file' | 'here' {
  if (text === 'file' || text === 'here') return text
  throw new UsageError('--take is "file" (the file counts) or "here" (what was changed elsewhere stays)')
}

/** A day alone is its first minute. */
function readUntil(text: string): LocalUntil {
  const [, day, time = '00:00'] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T]([01]\d:[0-5]\d|2[0-3]:[0-5]\d))?$/.exec(text) ?? []
  if (day === undefined || new Date(`${day}T12:00:00Z`).toJSON()?.slice(0, 10) !== day)
    throw new UsageError(
      '--until is a day that exists, like 2026-12-24, or a moment, like "2026-12-24 14:00"',
    )
  return { day: day as LocalDay, time: time as ClockTime }
}

function readCompany(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text) || /^[a-z][a-z0-9-]{0,59}$|^[a-z0-9]+-[a-z0-9-]{1,58}$/.test(text))
    return text
  throw new UsageError(`"${plain(text, 40)}" is neither a company's number nor its slug.`)
}
