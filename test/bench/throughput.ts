/** check_availability from the cache: as many as possible and at half load, beside a bare route, round by round. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../helpers/redis.ts'
import { type Child, projectFolder, spawnNode, waitFor } from './children.ts'
import type { LoadJob, LoadResult } from './load.ts'
import { median, type Part, type Row, spread } from './report.ts'
import { Agent, functionPath, nextCallId } from './retell.ts'
import { metric } from './scrape.ts'
import { productionFlags, type Server, type Stack } from './stack.ts'

const connections = 20
const callPrefix = 'call_bench0000'
const callsPerRound = 3_000
const throughputMin = 0.5
const p99Max = 3

/** Runs the load in its own process. */
export async function load(job: LoadJob): Promise<LoadResult> {
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=64',
      '--import',
      'tsx',
      join(import.meta.dirname, 'load.ts'),
      JSON.stringify(job),
    ],
    { cwd: projectFolder, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the load ended with ${code}`)
  return JSON.parse(text) as LoadResult
}

export const throughput: Part = async ({ stack, quick, say }) => {
  const server = await stack.startServer()
  const wish = { date: wishedDay(), time: '14:00', service: 'Herrenhaarschnitt' }
  const agent = new Agent(server.url)
  const answer = await agent.call('check_availability', wish, nextCallId())
  const yardstick = await startYardstick(stack, answer)
  try {
    const jobs = (round: number) => {
      const ours = {
        url: server.url,
        path: functionPath,
        signed: true,
        functionName: 'check_availability',
        args: wish,
        // So many new calls that each asks some ten times, as a call does: what is recorded of it grows with every one.
        callIds: { prefix: `${callPrefix}${round}x`, count: callsPerRound },
        connections,
      }
      return { ours, bare: { ...ours, url: yardstick.url, path: '/yardstick', signed: false } }
    }
    const seconds = quick ? 3 : 5
    const rounds = quick ? 3 : 5
    const callsBefore = await metric(server.url, 'gateway_function_calls_total', {
      function: 'check_availability',
    })
    const askedForTimes = () => metric(server.url, 'gateway_calcom_requests_total', { operation: 'getSlots' })
    const missesBefore = await askedForTimes()
    const results: LoadResult[] = []
    const measure = async (job: LoadJob) => {
      const result = await load(job)
      if (job.signed) results.push(result)
      return result
    }

    say('throughput: warming up')
    const { ours: ourWarmUp, bare: bareWarmUp } = jobs(0)
    await measure({ ...ourWarmUp, run: { kind: 'once' } })
    let { perSecond: rate } = await measure({ ...ourWarmUp, run: { kind: 'full', seconds: 3 } })
    let { perSecond: bareRate } = await measure({ ...bareWarmUp, run: { kind: 'full', seconds: 3 } })

    const full: Array<{ ours: LoadResult; bare: LoadResult; ourCpuMs: number; bareCpuMs: number }> = []
    const half: Array<{ ours: LoadResult; bare: LoadResult }> = []
    for (let round = 1; round <= rounds; round += 1) {
      say(`throughput: round ${round} of ${rounds}`)
      const { ours: ourJob, bare: bareJob } = jobs(round)
      await measure({ ...ourJob, run: { kind: 'once' } })
      const paced = (perSecond: number) => ({
        kind: 'paced' as const,
        seconds,
        perSecond: Math.round(perSecond / 2),
      })
      half.push({
        ours: await measure({ ...ourJob, run: paced(rate) }),
        bare: await measure({ ...bareJob, run: paced(bareRate) }),
      })
      const [ours, ourCpuMs] = await withCpu(server.child, () =>
        measure({ ...ourJob, run: { kind: 'full', seconds } }),
      )
      const [bare, bareCpuMs] = await withCpu(yardstick.child, () =>
        measure({ ...bareJob, run: { kind: 'full', seconds } }),
      )
      full.push({ ours, bare, ourCpuMs, bareCpuMs })
      rate = median(full.map(({ ours }) => ours.perSecond))
      bareRate = median(full.map(({ bare }) => bare.perSecond))
    }
    const ratios = full.map(({ ours, bare }) => ours.perSecond / bare.perSecond)
    const p99Ratios = half.map(({ ours, bare }) => ours.p99Ms / bare.p99Ms)
    const answered = results.reduce((sum, { answered }) => sum + answered, 0)
    const failed = results.reduce((sum, { failed }) => sum + failed, 0)
    const counted =
      (await metric(server.url, 'gateway_function_calls_total', { function: 'check_availability' })) -
      callsBefore
    const misses = (await askedForTimes()) - missesBefore
    await server.child.stop()
    const tracked = await trackedCalls(stack, callPrefix)
    const row: Row = {
      what: 'check_availability, cached: requests per second',
      measured: `${Math.round(rate)}/s; ratio ${spread(ratios, 2)}`,
      yardstick: `${Math.round(bareRate)}/s`,
      target: `≥ ${throughputMin} × yardstick`,
      ok: median(ratios) >= throughputMin,
      numbers: { perSecond: rate, yardstickPerSecond: bareRate, ratio: median(ratios) },
    }
    const cpu = full.map(({ ours, ourCpuMs }) => ourCpuMs / ours.answered)
    const bareCpu = full.map(({ bare, bareCpuMs }) => bareCpuMs / bare.answered)
    return [
      row,
      {
        what: 'the same: CPU per request',
        measured: `${spread(cpu, 3)} ms`,
        yardstick: `${spread(bareCpu, 3)} ms`,
        numbers: { cpuMs: median(cpu), yardstickCpuMs: median(bareCpu) },
      },
      {
        what: 'the same: not 200, not recorded, not from the cache',
        measured: `${failed} of ${answered}, ${counted - tracked}, ${misses}`,
        target: '0, 0, 0',
        ok: failed === 0 && tracked === counted && counted >= answered && misses === 0,
        numbers: { failed, answered, counted, tracked, misses },
      },
      {
        what: 'the same at half load: p99',
        measured: `${spread(
          half.map(({ ours }) => ours.p99Ms),
          1,
        )} ms; ratio ${spread(p99Ratios, 1)}`,
        yardstick: `${spread(
          half.map(({ bare }) => bare.p99Ms),
          1,
        )} ms`,
        target: `≤ ${p99Max} × yardstick's`,
        ok: median(p99Ratios) <= p99Max,
        numbers: { ratio: median(p99Ratios), p99Ms: median(half.map(({ ours }) => ours.p99Ms)) },
      },
    ]
  } finally {
    await agent.close()
    await Promise.all([server.child.stop(), yardstick.child.stop()])
  }
}

/** A Thursday at least a week ahead, so that the salon is open and the day stays free. */
function wishedDay(): string {
  const day = new Date(Date.now() + 7 * 86_400_000)
  while (day.getUTCDay() !== 4) day.setUTCDate(day.getUTCDate() + 1)
  return day.toISOString().slice(0, 10)
}

async function withCpu<T>(child: Child, work: () => Promise<T>): Promise<[T, number]> {
  const before = child.cpuMs()
  const result = await work()
  return [result, child.cpuMs() - before]
}

export async function startYardstick(stack: Stack, answer: object): Promise<Pick<Server, 'url' | 'child'>> {
  const redis = new Redis(stack.redisUrl)
  const [key] = await redis.keys('company:1:service:*:availability:*')
  const cached = (key && (await redis.get(key))) ?? ''
  redis.disconnect()
  if (cached === '') throw new Error('the day that was just asked for is not in the cache')
  const port = await freePort()
  const parameters = JSON.stringify({ port, redisUrl: stack.redisUrl, cached, answer })
  const child = spawnNode({
    args: [...productionFlags, '--import', 'tsx', join(import.meta.dirname, 'yardstick.ts'), parameters],
    env: { NODE_ENV: 'production' },
  })
  const url = `http://127.0.0.1:${port}`
  await waitFor(`${url}/readyz`, child)
  return { url, child }
}

/** How many function calls of the load are in the database. */
async function trackedCalls(stack: Stack, prefix: string): Promise<number> {
  const [row] = await stack.database.tenancy.run(
    1,
    (tx) => tx.$queryRaw<Array<{ n: number }>>`
      SELECT count(*)::int AS n FROM function_calls
       WHERE call_id LIKE ${`${prefix}%`}`,
    { statementTimeoutMs: 60_000, transactionTimeoutMs: 60_000 },
  )
  return row?.n ?? 0
}
