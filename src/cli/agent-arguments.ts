/** What an operator typed after `npm run agent --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'

export interface AgentCommand {
  verb: 'validate'
  templates: string[]
}

const usage = 'npm run agent -- validate [TEMPLATE…]'

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readAgentCommand(argv: string[]): AgentCommand {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const [verb, ...templates] = positionals
  if (verb === undefined) throw new UsageError(usage)
  if (verb !== 'validate') throw new UsageError(`There is no "${plain(verb, 40)}".\n${usage}`)
  return { verb, templates }
}
