/**
 * `npm run bench:soak`: whole phone calls at 60 % of what the server bears, for ten minutes (`-- --minutes N`). Memory after
 * collection, handles, connections and latency of the last third are compared with the second one; exit code 1 if one grew,
 * or if any request failed.
 */
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { projectFolder } from './children.ts'
import { machine, median, type Row, table } from './report.ts'
import { Agent } from './retell.ts'
import { type Server, type Stack, startStack } from './stack.ts'
import { playCall, Times } from './whole-call.ts'

const load = 0.6
const samplesMax = 200
const growthMax = 1.15
const heapGrowthMaxMb = 12
const latencyGrowthMax = 1.5
/** Both pools at their largest, and the listener: connections come and go below that. */
const connectionsMax = 22

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, dist: { type: 'string', default: 'dist' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 60)) {
  console.error('--minutes is a number up to 60')
  process.exit(1)
}

interface Sample {
  heapMb: number
  residentMb: number
  handles: number
  connections: number
  callMs: number
}

const stack = await startStack(resolve(projectFolder, values.dist))
const server = await stack.startServer()
const agent = new Agent(server.url, 16)
const times = new Times()
try {
  const rows = await soak(stack, server)
  console.log(`\n${machine()}, ${minutes} minutes\n\n${table(rows)}\n`)
  process.exitCode = rows.some((row) => row.ok === false) ? 1 : 0
} finally {
  await agent.close()
  await stack.close()
}

async function soak(stack: Stack, server: Server): Promise<Row[]> {
  const perSecond = load * (await calibrate())
  console.error(`  ${perSecond.toFixed(1)} calls per second`)
  const samples: Sample[] = []
  const endsAt = performance.now() + minutes * 60_000
  const everyMs = Math.max(2_000, (minutes * 60_000) / samplesMax)
  let durations: number[] = []
  let calls = 0
  let booked = 0
  const failures: string[] = []
  const running = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sampleDue = startedAt + everyMs
  while (performance.now() < endsAt) {
    await pause(Math.max(0, startedAt + (calls * 1000) / perSecond - performance.now()))
    calls += 1
    const begun = performance.now()
    const call: Promise<void> = playCall(agent, times)
      .then((made) => {
        durations.push(performance.now() - begun)
        if (made) booked += 1
      })
      .catch((error: Error) => void failures.push(error.message))
      .finally(() => running.delete(call))
    running.add(call)
    if (performance.now() >= sampleDue) {
      sampleDue += everyMs
      samples.push(await sampleOf(stack, server, durations))
      durations = []
    }
  }
  await Promise.all(running)
  if (failures.length > 0) console.error(failures.slice(0, 5).join('\n'))
  return verdicts(samples, { calls, booked, failed: failures.length })
}

/** Calls per second with four callers at once, warmed up. */
async function calibrate(): Promise<number> {
  const play = async (count: number) => {
    const startedAt = performance.now()
    let left = count
    const worker = async () => {
      while (left-- > 0) await playCall(agent, times)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    return count / ((performance.now() - startedAt) / 1000)
  }
  await play(30)
  return play(60)
}

async function sampleOf(stack: Stack, server: Server, durations: readonly number[]): Promise<Sample> {
  return {
    heapMb: await server.child.heapMb(),
    residentMb: server.child.residentMb(),
    handles: server.child.handles(),
    connections: await connectionsOf(stack),
    callMs: durations.length > 0 ? median(durations) : 0,
  }
}

async function connectionsOf(stack: Stack): Promise<number> {
  const admin = new Client({ connectionString: stack.adminUrl })
  await admin.connect()
  const { rows } = await admin.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'gateway %'",
  )
  await admin.end()
  return rows[0].n
}

function verdicts(
  samples: readonly Sample[],
  counts: { calls: number; booked: number; failed: number },
): Row[] {
  const third = Math.floor(samples.length / 3)
  const of = (key: keyof Sample, part: readonly Sample[]) => median(part.map((sample) => sample[key]))
  // The first third fills caches and compiles code: not compared.
  const row = (
    what: string,
    key: keyof Sample,
    digits: number,
    grew: (before: number, after: number) => boolean,
  ): Row => {
    const before = of(key, samples.slice(third, third * 2))
    const after = of(key, samples.slice(third * 2))
    return {
      what,
      measured: `${before.toFixed(digits)} → ${after.toFixed(digits)}`,
      target: 'flat',
      ok: !grew(before, after),
      numbers: { before, after },
    }
  }
  const factor = (max: number) => (before: number, after: number) => after > before * max
  return [
    {
      what: 'whole calls: played, booked, failed',
      measured: `${counts.calls}, ${counts.booked}, ${counts.failed}`,
      target: 'none failed',
      ok: counts.failed === 0,
      numbers: counts,
    },
    row('heap after collection, MB', 'heapMb', 1, (before, after) => after > before + heapGrowthMaxMb),
    row('resident memory, MB', 'residentMb', 0, factor(growthMax)),
    row('open files and sockets', 'handles', 0, factor(growthMax)),
    row('connections to PostgreSQL', 'connections', 0, (_before, after) => after > connectionsMax),
    row('a whole call, median ms', 'callMs', 0, factor(latencyGrowthMax)),
  ]
}
