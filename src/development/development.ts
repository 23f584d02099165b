/** What the demo and development share: a simulated Cal.com, a migrated and seeded database, and a gateway that uses both. */
import { randomBytes } from 'node:crypto'
import { composeGateway } from '../compose.ts'
import { type Config, loadConfig, readDevelopmentEnvironment } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { systemClock } from '../lib/clock.ts'
import { People } from '../services/people/people.ts'
import { type Simulator, startSimulator } from '../simulator/simulator.ts'
import { startUp } from '../start-up.ts'
import { fillCalendar, seedHistory } from './history.ts'
import { seedDemo } from './seed.ts'

export interface Development {
  config: Config
  /** Where the gateway listens. */
  address: string
  databaseUrl: string
  simulator: Simulator
  /**
   * Fills the first company with two weeks of calls and a calendar. Out: a link to the console that signs its owner in; null where the
   * console is switched off.
   */
  showConsole(): Promise<string | null>
  /** Whether the gateway books at the simulator; else at the Cal.com of its configuration. */
  isSimulated: boolean
  /** Ends everything that was started, last first. */
  close(): Promise<void>
}

/** A variable's name and value; undefined takes it away. */
export type Variables = Record<string, string | undefined>

export interface DevelopmentOptions {
  /** Below the process's environment and a `.env` file. */
  defaults?: Variables
  /** Above both: what the program is about. */
  fixed?: Variables
  /** Whether a CALCOM_API_KEY of the environment means the real Cal.com. */
  realCalcom: boolean
}

/** Starts everything; what was started before a failure is ended again. */
export async function startDevelopment(options: DevelopmentOptions): Promise<Development> {
  const closing: Array<() => Promise<void>> = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const simulator = await startSimulator()
    closing.push(() => simulator.close())
    const environment = readDevelopmentEnvironment({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      RETELLAI_API_KEY: `key_demo_${randomBytes(8).toString('hex')}`,
      RETELLAI_TEST_MODE_COMPANY_ID: '1',
      ...options.defaults,
    })
    const webhookSecret = randomBytes(16).toString('hex')
    const isSimulated = !options.realCalcom || environment.CALCOM_API_KEY === undefined
    const config = loadConfig({
      ...environment,
      ...(isSimulated ? simulatedCalcom(simulator, webhookSecret) : {}),
      ...options.fixed,
    })
    const { log, databaseUrl, close: closeStore } = await startUp({ config, consoleTo: ['trace', 'warn'] })
    closing.push(closeStore)
    await seed(databaseUrl)
    const gateway = await composeGateway({ config, log, databaseUrl })
    closing.push(() => gateway.close())
    const address = await gateway.listen()
    if (isSimulated)
      simulator.control.subscribe({ subscriberUrl: `${address}/api/calcom/webhook`, secret: webhookSecret })
    const showConsole = async () => {
      if (!config.console) return null
      const now = systemClock.now()
      await withDatabase(databaseUrl, (database) => seedHistory(database, now))
      if (isSimulated) await fillCalendar(simulator, now)
      return `${address}${await signInPath(databaseUrl)}`
    }
    return { config, address, databaseUrl, simulator, isSimulated, showConsole, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where the demonstration companies' calendar is. Team and routes are those of the simulated account, whatever is set. */
function simulatedCalcom(simulator: Simulator, webhookSecret: string): Variables {
  return {
    CALCOM_API_KEY: 'cal_test_demo_salon',
    CALCOM_BASE_URL: `${simulator.url}/v2`,
    CALCOM_WEBHOOK_SECRET: webhookSecret,
    CALCOM_TEAM_ID: undefined,
    CALCOM_API_PROFILE: undefined,
  }
}

function seed(url: string): Promise<void> {
  return withDatabase(url, seedDemo)
}

/** As long as somebody may leave the demonstration open before they look at the console. */
const linkValidMinutes = 24 * 60

/** The owner of the first demonstration company, and where they sign in. */
function signInPath(url: string): Promise<string> {
  return withDatabase(url, async ({ tenancy }) => {
    const people = new People({ tenancy, clock: systemClock })
    const email = 'inhaberin@salon-sonnenschein.example'
    await people.invite({ email, name: 'Petra Sonnenschein', role: 'owner', companyId: 1, branchId: null })
    const link = await people.linkFor(email, linkValidMinutes)
    return link === null ? '/console' : `/console/anmelden/${link.token}`
  })
}

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({
    url,
    poolMax: 1,
    applicationName: 'gateway-seed',
    requireRestrictedLogin: false,
  })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
