/**
 * `npm run -s tools [-- https://gateway.example] [--all]`: every function as Retell's API takes a custom tool. Without an address the
 * functions lead to PUBLIC_URL. `--all`: also those that are offered on request only.
 */
import { parseArgs } from 'node:util'
import { readEnvironment } from '../config.ts'
import { allFunctions } from '../functions/all.ts'
import { toolsOf } from '../functions/tools.ts'

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  })
  const address = positionals[0] ?? readEnvironment().PUBLIC_URL
  if (address === undefined || positionals.length > 1 || !URL.canParse(address)) throw new Error('no address')
  const tools = toolsOf(allFunctions(), address.replace(/\/+$/, ''), { all: values.all })
  console.log(JSON.stringify(tools, null, 2))
} catch {
  console.error('Usage: npm run -s tools -- https://gateway.example [--all] (or set PUBLIC_URL)')
  process.exitCode = 1
}
