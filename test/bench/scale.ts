/**
 * `npm run bench:scale`: what one function call, a scrape, the figures, a search for a person and retention cost the database when it
 * holds few calls and when it holds many (`-- --sizes 20000,200000`). Decided by counted work (pages touched, WAL written), not by
 * time: it may not grow by more than 1.3 times; exit code 1 when it does.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { composeGateway, type Gateway } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { withoutAbuseLimits } from '../helpers/no-limits.ts'
import { fillDatabase } from './fill.ts'
import { functionBody, functionPath, nextCaller, nextCallId, signature } from './retell.ts'
import { metricsToken } from './scrape.ts'
import { apiKey, calcomKey, prepareDatabase } from './stack.ts'

const growthMax = 1.3
const inCallMax = 1.1
/** Each is done so often, and the median counts. */
const times = 5

const { values } = parseArgs({ options: { sizes: { type: 'string', default: '20000,200000' } } })
const sizes = values.sizes.split(',').map(Number)

interface Work {
  pages: number
  walBytes: number
}
type Measured = Map<string, Work>

const results = new Map<number, Measured>()
for (const calls of sizes) results.set(calls, await measure(calls))
process.exitCode = report()
process.exit()

function report(): number {
  const [small, ...bigger] = sizes
  const big = bigger.at(-1) ?? small!
  const few = results.get(small!)!
  const many = results.get(big)!
  let missed = 0
  console.log(
    `\n| what | pages, ${small} calls | ${big} calls | WAL bytes, ${small} | ${big} | grows |\n| --- | --- | --- | --- | --- | --- |`,
  )
  for (const [what, a] of few) {
    const b = many.get(what)!
    // One page more of an index that grew a level is no growth that matters.
    const grows = Math.max((b.pages - 8) / Math.max(a.pages, 1), (b.walBytes - 500) / Math.max(a.walBytes, 1))
    const ok = grows <= growthMax
    if (!ok) missed += 1
    console.log(
      `| ${what} | ${a.pages} | ${b.pages} | ${a.walBytes} | ${b.walBytes} | ${ok ? 'no' : `**${grows.toFixed(1)} times**`} |`,
    )
  }
  for (const [calls, measured] of results) {
    const [fifth, fiftieth] = [
      measured.get('fifth function call of a call')!,
      measured.get('fiftieth function call of a call')!,
    ]
    const ratio = fiftieth.pages / fifth.pages
    const ok = ratio <= inCallMax
    if (!ok) missed += 1
    console.log(
      `\n${calls} calls: the fiftieth function call of a call touches ${ratio.toFixed(2)} times the pages of the fifth.${ok ? '' : ' **too many**'}`,
    )
  }
  console.log(missed === 0 ? '\nNothing grows.' : `\n${missed} missed.`)
  return missed === 0 ? 0 : 1
}

async function measure(calls: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-scale-'))
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: () => {},
    settings: {
      shared_preload_libraries: 'pg_stat_statements',
      shared_buffers: '256MB',
      max_wal_size: '4GB',
      fsync: 'off',
    },
  })
  const admin = new Client({ connectionString: postgres.url })
  const simulator = await startSimulator({ rateLimit: null })
  let gateway: Gateway | undefined
  try {
    await admin.connect()
    await admin.query('CREATE EXTENSION pg_stat_statements')
    const databaseUrl = await prepareDatabase(postgres.url)
    const begun = performance.now()
    await fillDatabase(admin, { calls, until: new Date(Date.now() - 86_400_000) })
    console.error(`  ${calls} calls filled in ${Math.round((performance.now() - begun) / 1000)} s`)
    const config = loadConfig({
      ...{
        NODE_ENV: 'production',
        PUBLIC_URL: 'https://gateway.example',
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'error',
      },
      ...{
        RETELLAI_API_KEY: apiKey,
        CALCOM_API_KEY: calcomKey,
        CALCOM_BASE_URL: `${simulator.url}/v2`,
        CALCOM_WEBHOOK_SECRET: 'secret',
      },
      ...{
        CALCOM_REQUESTS_PER_MINUTE: '10000',
        CALCOM_REQUESTS_PER_SECOND: '1000',
        SHED_ABOVE_DELAY_MS: '0',
        FUNCTION_CALLS_PER_MINUTE: '1000',
        METRICS_TOKEN: metricsToken,
        ...withoutAbuseLimits,
      },
    })
    gateway = await composeGateway({
      config,
      databaseUrl,
      log: createLogger({ level: 'error', personalData: false }),
    })
    return await measureAll(gateway, admin)
  } finally {
    await gateway?.close()
    await simulator.close()
    await admin.end()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureAll({ app, jobs, settle }: Gateway, admin: Client): Promise<Measured> {
  const measured: Measured = new Map()
  async function count(what: string, work: () => Promise<unknown>, repeat = times): Promise<void> {
    const each: Work[] = []
    for (let time = 0; time < repeat; time += 1) {
      await admin.query('SELECT pg_stat_statements_reset()')
      await work()
      await settle()
      const { rows } = await admin.query<{ pages: string; wal: string }>(
        `SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0) AS pages, coalesce(sum(wal_bytes), 0) AS wal
         FROM pg_stat_statements WHERE userid IN ('gateway_tenant'::regrole, 'gateway_system'::regrole, 'gateway_report'::regrole)
           AND query NOT LIKE '%graphile_worker%'`,
      )
      if (Number(rows[0]!.pages) === 0 && what !== 'check_availability in a new call')
        throw new Error(`${what}: nothing was counted`)
      each.push({ pages: Number(rows[0]!.pages), walBytes: Number(rows[0]!.wal) })
    }
    const middle = (pick: (one: Work) => number) =>
      each.map(pick).sort((a, b) => a - b)[Math.floor(each.length / 2)]!
    measured.set(what, { pages: middle(({ pages }) => pages), walBytes: middle(({ walBytes }) => walBytes) })
  }
  const job = (name: string) => async () => {
    await admin.query('SET ROLE gateway_system')
    await admin.query('SELECT gateway_enqueue_job($1, $2::json, NULL, NULL, NULL)', [name, '{}'])
    await admin.query('RESET ROLE')
    await jobs.runner.drain()
  }
  const call = async (name: string, args: object, callId: string, from: string) => {
    const payload = functionBody(name, args, callId, from)
    const response = await app.inject({
      method: 'POST',
      url: functionPath,
      payload,
      headers: { 'content-type': 'application/json', 'x-retell-signature': signature(payload) },
    })
    if (response.statusCode !== 200) throw new Error(`${name}: ${response.statusCode} ${response.body}`)
    return response.json<Record<string, unknown>>()
  }

  // Everything that was filled is counted once; from here on only what changes.
  await job('keep_figures')()
  const wish = { date: thursday(), time: '14:00', service: 'Herrenhaarschnitt' }
  const known = '+4916000000007'
  await call('check_availability', wish, nextCallId(), nextCaller())
  for (const [name, args] of [
    ['initialize_call', {}],
    ['check_customer', {}],
    ['check_availability', wish],
    ['find_next_available', { service: 'Herrenhaarschnitt' }],
    ['get_customer_appointments', {}],
    ['start_booking', { ...wish, customer_name: 'Petra Probe' }],
  ] as const)
    await count(`${name} in a new call`, () => call(name, args, nextCallId(), known))
  const callId = nextCallId()
  const ask = () => call('parse_date', { date: 'morgen' }, callId, known)
  for (let number = 1; number < 5; number += 1) await ask()
  await settle()
  await count('fifth function call of a call', ask, 1)
  for (let number = 6; number < 50; number += 1) await ask()
  await settle()
  await count('fiftieth function call of a call', ask, 1)
  await count(
    '/metrics',
    async () => {
      const response = await app.inject({
        url: '/metrics',
        headers: { authorization: `Bearer ${metricsToken}` },
      })
      if (!response.body.includes('gateway_figures_up 1')) throw new Error('metrics have no figures')
    },
    1,
  )
  await count('figures after one call', async () => {
    await call('parse_date', { date: 'morgen' }, nextCallId(), known)
    await settle()
    await job('keep_figures')()
  })
  return measured
}

/** A Thursday at least a week ahead, so that the salon is open. */
function thursday(): string {
  const day = new Date(Date.now() + 7 * 86_400_000)
  while (day.getUTCDay() !== 4) day.setUTCDate(day.getUTCDate() + 1)
  return day.toISOString().slice(0, 10)
}
