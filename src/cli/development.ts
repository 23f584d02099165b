/** What the demo and development share: a simulated Cal.com, a migrated and seeded database, and a gateway that uses both. */
import { randomBytes } from 'node:crypto'
import { composeGateway } from '../compose.ts'
import { type Config, loadConfig, readEnvironment } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { seedDemo } from '../db/seed.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'
import { type Simulator, startSimulator } from '../simulator/simulator.ts'

export interface Development {
  config: Config
  /** Where the gateway listens. */
  address: string
  databaseUrl: string
  simulator: Simulator
  /** Ends everything that was started, last first. */
  close(): Promise<void>
}

/** Starts everything; what was started before a failure is ended again. @param defaults environment below the process's own */
export async function startDevelopment(defaults: Record<string, string>): Promise<Development> {
  const closing: Array<() => Promise<void>> = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const webhookSecret = randomBytes(16).toString('hex')
    const simulator = await startSimulator()
    closing.push(() => simulator.close())
    const config = loadConfig(
      readEnvironment({
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        LOG_LEVEL: 'warn',
        RETELLAI_API_KEY: `key_demo_${randomBytes(8).toString('hex')}`,
        RETELLAI_TEST_MODE_COMPANY_ID: '1',
        CALCOM_API_KEY: 'cal_test_demo_salon',
        CALCOM_BASE_URL: `${simulator.url}/v2`,
        CALCOM_WEBHOOK_SECRET: webhookSecret,
        ...defaults,
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
    return { config, address, databaseUrl: store.url, simulator, close }
  } catch (error) {
    await close()
    throw error
  }
}

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
