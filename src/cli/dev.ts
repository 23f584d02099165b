/**
 * `npm run dev`: the gateway with the demonstration companies and a simulated Cal.com (unless CALCOM_API_KEY names a real one),
 * restarted on every change.
 */

import { inBackground } from '../lib/in-background.ts'
import { startDevelopment } from './development.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const development = await startDevelopment({})
  console.log(`Gateway ${development.address}, Cal.com ${development.simulator.url} (simulated)`)
  const stop = async () => {
    await development.close()
    process.exit(0)
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => inBackground(stop()))
})
