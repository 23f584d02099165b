/**
 * `npm run -s tools [-- https://gateway.example]`: every function as Retell's API takes a custom tool, with the very schema that
 * validates its arguments here. Without an address the functions lead to PUBLIC_URL.
 */
import { readEnvironment } from '../config.ts'
import { allFunctions } from '../functions/all.ts'
import type { FunctionDefinition } from '../functions/define.ts'
import { parametersOf } from '../functions/registry.ts'

/** Milliseconds Retell waits for each kind of function: our own deadline with room for the network. */
const timeoutMs = { read: 5_000, startBooking: 5_000, write: 15_000 }

function toolOf(definition: FunctionDefinition, baseUrl: string): Record<string, unknown> {
  return {
    type: 'custom',
    name: definition.name,
    description: definition.description,
    url: `${baseUrl}/api/webhooks/retell/function`,
    method: 'POST',
    parameters: parametersOf(definition),
    timeout_ms: timeoutMs[definition.deadline],
    max_retry: 1,
    speak_during_execution: definition.deadline === 'write',
    speak_after_execution: true,
  }
}

const address = process.argv[2] ?? readEnvironment().PUBLIC_URL
if (address === undefined || !URL.canParse(address)) {
  console.error('Usage: npm run -s tools -- https://gateway.example (or set PUBLIC_URL)')
  process.exitCode = 1
} else {
  const baseUrl = address.replace(/\/+$/, '')
  console.log(
    JSON.stringify(
      allFunctions()
        .list()
        .map((definition) => toolOf(definition, baseUrl)),
      null,
      2,
    ),
  )
}
