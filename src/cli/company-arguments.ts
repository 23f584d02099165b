/** What an operator typed after `npm run company --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'

export type CompanyCommand = { verb: 'check'; files: string[] } | { verb: 'schema' }

const usage = `npm run company -- check FILE…
npm run company -- schema`

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readCompanyCommand(argv: string[]): CompanyCommand {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const [verb, ...rest] = positionals
  if (verb === 'check') {
    if (rest.length === 0) throw new UsageError(`check needs a file.\n${usage}`)
    return { verb, files: rest }
  }
  if (verb === 'schema' && rest.length === 0) return { verb }
  throw new UsageError(verb === undefined ? usage : `There is no "${plain(verb, 40)}".\n${usage}`)
}
