/**
 * One process of the gateway under test: main.ts or the worker, composed by the same code, with a clock that the suite can
 * move, and, if asked for, one safeguard taken out (sabotage.ts). Arguments: role, clock offset in ms, name of the sabotage.
 */
import { composeGateway } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { sabotages } from './sabotage.ts'

const [role = 'gateway', offset = '0', sabotage = ''] = process.argv.slice(2)
let offsetMs = Number(offset)
process.on('message', (message: { offsetMs?: number }) => {
  if (message.offsetMs !== undefined) offsetMs = message.offsetMs
  process.send?.({ moved: offsetMs })
})
// The suite is gone: so are we.
process.on('disconnect', () => process.exit(0))

if (sabotage !== '') {
  const weaken = sabotages[sabotage]
  if (!weaken) throw new Error(`There is no sabotage ${sabotage}`)
  weaken.apply()
}
const config = loadConfig()
const log = createLogger({ level: config.server.logLevel, personalData: false })
const gateway = await composeGateway({
  config,
  log,
  clock: { now: () => new Date(Date.now() + offsetMs) },
  databaseUrl: config.database.url!,
})
if (role === 'worker') await gateway.jobs.runner.start()
else await gateway.listen()
process.send?.({ ready: true })
