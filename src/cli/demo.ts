/**
 * `npm run demo`: everything the gateway needs, started on this machine, and one whole phone call played through its HTTP
 * interface. `-- --exit` stops after the call (exit code 0 only if it booked), `-- --port N` chooses the port.
 * PostgreSQL is the embedded one unless DATABASE_URL is set, the cache in-process unless REDIS_URL is, Cal.com simulated.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { composeGateway } from '../compose.ts'
import { loadConfig, readEnvironment } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { seedDemo } from '../db/seed.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { playCall } from './demo-call.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const { values } = parseArgs({
    options: { exit: { type: 'boolean', default: false }, port: { type: 'string', default: '3000' } },
  })
  const closing: Array<() => Promise<void>> = []
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close()
  }
  let stopped = () => {}
  const signal = new Promise<void>((resolve) => {
    stopped = resolve
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
  })
  try {
    const webhookSecret = randomBytes(16).toString('hex')
    const simulator = await startSimulator({ rateLimit: 120 })
    closing.push(() => simulator.close())
    const config = loadConfig(
      readEnvironment({
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: values.port,
        LOG_LEVEL: 'warn',
        RETELLAI_API_KEY: `key_demo_${randomBytes(8).toString('hex')}`,
        RETELLAI_TEST_MODE_COMPANY_ID: '1',
        CALCOM_API_KEY: 'cal_test_demo_salon',
        CALCOM_BASE_URL: `${simulator.url}/v2`,
        CALCOM_WEBHOOK_SECRET: webhookSecret,
      }),
    )
    const log = createLogger({ level: config.server.logLevel, personalData: config.retell.debugWebhooks })
    const store = await openStore(config, log)
    closing.push(() => store.close())
    await seed(store.url)
    const gateway = await composeGateway({ config, log, databaseUrl: store.url })
    closing.push(() => gateway.close())
    const address = await gateway.listen()
    simulator.control.subscribe({ subscriberUrl: `${address}/api/calcom/webhook`, secret: webhookSecret })

    console.log(`Gateway    ${address}`)
    console.log(`Cal.com    ${simulator.url} (simulated)`)
    console.log(
      `PostgreSQL ${config.database.url === null ? 'embedded, data in .data/' : 'the one of DATABASE_URL'}`,
    )
    console.log(`Cache      ${config.redis.url === null ? 'in this process' : 'Redis'}\n`)
    const booked = await playCall({
      address,
      apiKey: config.retell.apiKeys[0] ?? '',
      now: () => new Date(),
      databaseUrl: store.url,
      simulator,
    })
    if (values.exit) {
      process.exitCode = booked ? 0 : 1
      stopped()
    } else {
      console.log('\nThe gateway stays up; Ctrl-C ends it. Ask it something:')
      console.log(
        `  curl -s ${address}/api/retell/check-availability -H 'content-type: application/json' -d '{"date":"morgen","service":"Herrenhaarschnitt"}'`,
      )
    }
    await signal
  } finally {
    await closeAll()
  }
})

async function seed(url: string): Promise<void> {
  const database = await openDatabase({
    url,
    poolMax: 1,
    applicationName: 'gateway-seed',
    requireRestrictedLogin: false,
  })
  try {
    await seedDemo(database)
  } finally {
    await database.close()
  }
}
