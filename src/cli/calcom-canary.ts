/**
 * `npm run calcom:canary`: asks Cal.com harmless questions (it books, holds and changes nothing) and compares the answers with what this
 * version knows. `-- --json` for programs. Exit code 1 when an answer cannot be used, 2 when something small has changed.
 */
import { parseArgs } from 'node:util'
import { runCli } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

await runCli(async () => {
  const findings = await withGateway(({ doctor }) => doctor.askCanary())
  if (values.json) console.log(JSON.stringify({ findings }, null, 2))
  else {
    for (const { severity, message, remedy } of findings)
      console.log(`${severity.padEnd(8)} ${message} ${remedy}`)
    if (findings.length === 0) console.log('Cal.com answers as this version knows it.')
  }
  const isWorst = findings.some(({ severity }) => severity === 'error')
  process.exitCode = isWorst ? 1 : findings.length > 0 ? 2 : 0
})
