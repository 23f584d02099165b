/** What an operator typed after `npm run callbacks --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import { noteCharactersMax } from '../services/callback-desk.ts'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'

export type CallbackCommand =
  | { verb: 'list'; companyId?: number; all: boolean; json: boolean }
  | { verb: 'close'; id: bigint; companyId?: number; note?: string }

const usage = `npm run callbacks -- list [--company N] [--all] [--json]
npm run callbacks -- close ID [--company N] [--note "what came of it"]`
const bigintMax = 2n ** 63n - 1n

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readCallbackCommand(argv: string[]): CallbackCommand {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      company: { type: 'string' },
      all: { type: 'boolean' },
      json: { type: 'boolean' },
      note: { type: 'string' },
    },
  })
  const [verb, ...rest] = positionals
  const companyId = readCompany(values.company)
  if (verb === 'list') {
    if (rest.length > 0) throw new UsageError(`list takes no "${plain(rest.join(' '), 40)}".\n${usage}`)
    if (values.note !== undefined) throw new UsageError(`--note belongs to close.\n${usage}`)
    const { all = false, json = false } = values
    return { verb, companyId, all, json }
  }
  if (verb === 'close') {
    if (values.all || values.json) throw new UsageError(`--all and --json belong to list.\n${usage}`)
    return { verb, id: readId(rest), companyId, note: readNote(values.note) }
  }
  throw new UsageError(
    verb === undefined ? usage : `"${plain(verb, 40)}" is neither list nor close.\n${usage}`,
  )
}

function readCompany(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const id = Number(text)
  if (!/^\d{1,9}$/.test(text) || id < 1) throw new UsageError('--company is the number of a company')
  return id
}

function readId(words: string[]): bigint {
  const [text, ...more] = words
  if (text === undefined) throw new UsageError(`close needs the ID that list shows.\n${usage}`)
  if (more.length > 0)
    throw new UsageError('close takes one ID at a time; a note of several words needs quotes')
  if (!/^\d{1,19}$/.test(text) || BigInt(text) < 1n || BigInt(text) > bigintMax)
    throw new UsageError(`"${plain(text, 40)}" is no ID: list shows them`)
  return BigInt(text)
}

function readNote(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const note = text.trim()
  if (note === '') throw new UsageError('--note is empty')
  if ([...note].length > noteCharactersMax)
    throw new UsageError(`--note has at most ${noteCharactersMax} characters`)
  return note
}
