/**
 * `npm run simulator -- --port 4010`: the simulated Cal.com on its own, with the example salon. Options: `--port`,
 * `--host`, `--profile published|guide|both`, `--webhook <url>` with `--secret <text>`, `--no-rate-limit`. With `--retell-port 4020` a
 * look-alike of Retell's API stands beside it, empty.
 */
import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { retellTestKey, startRetellSimulator } from '../simulator/retell/retell.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Profile } from '../simulator/types.ts'
import { stayUp } from './stay-up.ts'

const profiles: readonly Profile[] = ['published', 'guide', 'both']

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    profile: { type: 'string', default: 'both' },
    webhook: { type: 'string' },
    secret: { type: 'string' },
    'no-rate-limit': { type: 'boolean', default: false },
    'retell-port': { type: 'string' },
  },
})

await stayUp(async (life) => {
  const profile = profiles.find((known) => known === values.profile)
  if (!profile) throw new ConfigError([`--profile is one of ${profiles.join(', ')}`])
  const port = portOf('port', values.port)
  const wanted = values['retell-port']
  const retellPort = wanted === undefined ? null : portOf('retell-port', wanted)
  const simulator = await startSimulator({
    port,
    host: values.host,
    profile,
    rateLimit: values['no-rate-limit'] ? null : 120,
    webhooks: values.webhook ? [{ subscriberUrl: values.webhook, secret: values.secret ?? null }] : [],
  })
  life.atEnd(() => simulator.close())
  console.log(`Simulated Cal.com at ${simulator.url}/v2, control at ${simulator.url}/__control`)
  console.log('Keys: cal_test_demo_salon, cal_test_other_company')
  if (retellPort === null) return
  const retell = await startRetellSimulator({ port: retellPort, host: values.host })
  life.atEnd(() => retell.close())
  console.log(`Simulated Retell at ${retell.url} (RETELL_API_BASE_URL), key ${retellTestKey}`)
})

/** @throws ConfigError naming the option */
function portOf(option: string, value: string): number {
  const port = Number(value)
  if (value.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError([`--${option} is a port between 0 and 65535, 0 for any free one`])
  return port
}
