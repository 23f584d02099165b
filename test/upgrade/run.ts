/**
 * `npm run test:upgrade`: version 0.1.0 and this one on the same database, under calls, through every migration since: first 0.1.0 alone,
 * then both over the migrations that add, then this one alone over the last, which takes the old name away. No request may fail and no
 * function call may be missing afterwards. On demand, since it installs and builds the old version (`-- --old FOLDER`: one that is built
 * already); needs the repository's history and this version built (`npm run build`).
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../../src/development/embedded.ts'
import { type Child, projectFolder, spawnNode, waitFor } from '../bench/children.ts'
import { Agent, nextCaller, nextCallId } from '../bench/retell.ts'
import { apiKey, calcomKey, productionFlags } from '../bench/stack.ts'
import { freePort, startOwnRedis } from '../helpers/redis.ts'

const oldCommit = 'e24d921'
const callersAtOnce = 4
/** Long enough for hundreds of calls in each phase. */
const phaseMs = 12_000

const { values } = parseArgs({ options: { old: { type: 'string' } } })
const closing: Array<() => Promise<unknown>> = []
const say = (line: string) => console.error(`  ${line}`)

let code = 1
try {
  code = await upgrade(values.old === undefined ? await buildOld() : resolve(values.old))
} finally {
  for (const close of closing.reverse()) await close().catch((error) => console.error(error))
}
process.exit(code)

async function buildOld(): Promise<string> {
  say(`building ${oldCommit}`)
  const folder = await mkdtemp(join(tmpdir(), 'gateway-upgrade-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const archive = execFileSync('git', ['archive', oldCommit], { cwd: projectFolder, maxBuffer: 2 ** 28 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  for (const args of [['ci'], ['run', '-s', 'build']])
    execFileSync('npm', args, { cwd: folder, stdio: 'ignore' })
  return folder
}

async function upgrade(old: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-upgrade-data-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} })
  closing.push(() => postgres.stop())
  const admin = new Client({ connectionString: postgres.url })
  await admin.connect()
  closing.push(() => admin.end())
  await admin.query("CREATE ROLE gateway_app LOGIN NOINHERIT PASSWORD 'upgrade'")
  const login = new URL(postgres.url)
  ;[login.username, login.password] = ['gateway_app', 'upgrade']
  const redis = await startOwnRedis()
  closing.push(() => redis.stop())
  const calcomPort = await freePort()
  const calcomUrl = `http://127.0.0.1:${calcomPort}`
  const simulator = spawnNode({
    args: [join(projectFolder, 'dist/cli/simulator.js'), '--port', String(calcomPort), '--no-rate-limit'],
  })
  closing.push(() => simulator.stop())
  await waitFor(`${calcomUrl}/__control/bookings`, simulator)

  const environment = {
    ...{
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://gateway.example',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
    },
    ...{ DATABASE_URL: login.href, DATABASE_MIGRATION_URL: postgres.url, REDIS_URL: redis.url },
    ...{ RETELLAI_API_KEY: apiKey, CALCOM_API_KEY: calcomKey, CALCOM_BASE_URL: `${calcomUrl}/v2` },
    ...{ CALCOM_WEBHOOK_SECRET: 'secret-of-the-upgrade', CALCOM_REQUESTS_PER_MINUTE: '10000' },
    // A busy machine is no failed upgrade.
    ...{ CALCOM_REQUESTS_PER_SECOND: '1000', EVENTS_PER_MINUTE: '1000000', SHED_ABOVE_DELAY_MS: '0' },
  }
  const command = (from: string, script: string) =>
    execFileSync(process.execPath, [join(from, 'dist/cli', script)], {
      cwd: from,
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    })
  const start = async (from: string): Promise<{ agent: Agent; child: Child }> => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const child = spawnNode({
      args: [...productionFlags, join(from, 'dist/main.js')],
      env: { ...environment, PORT: String(port) },
    })
    closing.push(() => child.stop())
    await waitFor(`${url}/readyz`, child)
    return { agent: new Agent(url), child }
  }

  command(old, 'migrate.js')
  command(old, 'seed.js')
  const before = await start(old)
  const load = startLoad([before.agent])
  await load.phase('0.1.0 alone')

  say(command(projectFolder, 'migrate.js').trim().split('\n').at(-2) ?? '')
  await load.phase('0.1.0 alone, over the migrations that add')
  const after = await start(projectFolder)
  load.to([before.agent, after.agent])
  await load.phase('both')

  load.to([after.agent])
  await load.drained()
  await before.child.stop()
  const last = load.phase('this version alone, over the last migration')
  const told = command(projectFolder, 'migrate.js')
  await last
  const { calls, functions, failed } = await load.stop()
  await after.child.stop()

  const { rows } = await admin.query<{ recorded: string; shown: string; last: boolean }>(
    `SELECT (SELECT count(*) FROM function_calls) AS recorded,
       (SELECT coalesce(sum(jsonb_array_length(function_calls)), 0) FROM retell_call_sessions) AS shown,
       (SELECT relkind = 'v' FROM pg_class WHERE oid = 'retell_call_sessions'::regclass) AS last`,
  )
  const [{ recorded, shown, last: isView }] = rows as [{ recorded: string; shown: string; last: boolean }]
  console.log(`${calls} calls, ${functions} function calls answered, ${failed.length} failed`)
  for (const one of failed.slice(0, 10)) console.log(`  ${one}`)
  console.log(`recorded: ${recorded}; shown by the view: ${shown}; the view has the name: ${isView}`)
  const ok = failed.length === 0 && Number(recorded) === functions && Number(shown) === functions && isView
  console.log(ok ? 'The upgrade lost nothing.' : `The upgrade did NOT go well.\n${told}`)
  return ok ? 0 : 1
}

/** Whole calls, several at once, to gateways that may be exchanged while they run. */
function startLoad(first: Agent[]) {
  let agents = first
  let stopping = false
  const count = { calls: 0, functions: 0 }
  const failed: string[] = []
  const technical = new Set([
    'technical_error',
    'too_slow',
    'context_not_found',
    'context_mismatch',
    'calendar_unavailable',
  ])

  async function call(number: number): Promise<void> {
    const callId = nextCallId()
    const from = nextCaller()
    const day = new Date(Date.now() + (2 + (number % 40)) * 86_400_000).toISOString().slice(0, 10)
    const time = `${String(10 + (number % 7)).padStart(2, '0')}:00`
    const agent = () => agents[number % agents.length]!
    await agent().event('call_started', callId, { from_number: from })
    for (const [name, args] of [
      ['initialize_call', {}],
      ['check_availability', { date: day, time, service: 'Herrenhaarschnitt' }],
      ['start_booking', { date: day, time, service: 'Herrenhaarschnitt', customer_name: 'Petra Probe' }],
      ['confirm_booking', {}],
      ['get_customer_appointments', {}],
    ] as const) {
      const answer = await agent().call(name, args, callId, from)
      count.functions += 1
      if (typeof answer.error === 'string' && technical.has(answer.error))
        failed.push(`${name}: ${answer.error}`)
    }
    await agent().event('call_ended', callId, { from_number: from, duration_ms: 60_000 })
    count.calls += 1
  }

  let number = 0
  const underWay = new Set<Promise<void>>()
  const workers = Array.from({ length: callersAtOnce }, async () => {
    while (!stopping) {
      number += 1
      const running = call(number).catch((error: unknown) => {
        failed.push(String(error))
      })
      underWay.add(running)
      await running
      underWay.delete(running)
      await pause(1)
    }
  })
  return {
    to(next: Agent[]) {
      agents = next
    },
    async phase(name: string) {
      const before = { ...count }
      await pause(phaseMs)
      say(`${name}: ${count.calls - before.calls} calls, ${failed.length} failed so far`)
    },
    /** Resolves when every call that was under way has ended. */
    async drained() {
      await Promise.all(underWay)
    },
    async stop() {
      stopping = true
      await Promise.all(workers)
      return { ...count, failed }
    },
  }
}
