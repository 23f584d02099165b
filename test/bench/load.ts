/**
 * The load, in a process of its own: autocannon as fast as it goes, or requests at even distances whatever the server does (so
 * that a slow answer delays nobody else's start, and latency counts from when a request was due). In: one JSON argument;
 * out: one JSON line.
 */
import { setTimeout } from 'node:timers'
import autocannon from 'autocannon'
import { Pool } from 'undici'
import { functionBody, signature } from './retell.ts'

export interface LoadJob {
  url: string
  path: string
  /** Requests carry Retell's signature. */
  signed: boolean
  functionName: string
  args: Record<string, unknown>
  /** Call ids `<prefix><number>`, numbers from 0. */
  callIds: { prefix: string; count: number }
  connections: number
  /** As fast as possible for so long; or each call id once; or at this rate for so long. */
  run:
    | { kind: 'full'; seconds: number }
    | { kind: 'once' }
    | { kind: 'paced'; seconds: number; perSecond: number }
}

export interface LoadResult {
  answered: number
  /** Anything but 200, and requests without an answer. */
  failed: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

const warmUpSeconds = 1

if (process.argv[1] === import.meta.filename) {
  const job = JSON.parse(process.argv[2] ?? '{}') as LoadJob
  const result = job.run.kind === 'paced' ? await paced(job, job.run) : await cannon(job)
  console.log(JSON.stringify(result))
}

function requestsOf({ path, signed, functionName, args, callIds }: LoadJob) {
  return Array.from({ length: callIds.count }, (_, index) => {
    const body = functionBody(functionName, args, `${callIds.prefix}${String(index).padStart(8, '0')}`)
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (signed) headers['x-retell-signature'] = signature(body)
    // Outside of the heap: collecting garbage among them would look like a slow server.
    return { method: 'POST' as const, path, body: Buffer.from(body), headers }
  })
}

async function cannon(job: LoadJob): Promise<LoadResult> {
  const requests = requestsOf(job)
  let next = 0
  const share = Math.ceil(requests.length / job.connections)
  const startedAt = performance.now()
  const result = await autocannon({
    url: job.url,
    connections: job.connections,
    ...(job.run.kind === 'full' ? { duration: job.run.seconds } : { amount: requests.length }),
    // Each connection its own calls, as each caller has his own.
    setupClient(client) {
      client.setRequests(requests.slice(next, next + share))
      next += share
    },
  })
  const seconds = job.run.kind === 'full' ? result.duration : (performance.now() - startedAt) / 1000
  return {
    answered: result['2xx'],
    failed: result.non2xx + result.errors + result.timeouts,
    perSecond: result['2xx'] / seconds,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  }
}

async function paced(
  job: LoadJob,
  { seconds, perSecond }: { seconds: number; perSecond: number },
): Promise<LoadResult> {
  const requests = requestsOf(job)
  const pool = new Pool(job.url, { connections: job.connections })
  const latencies: number[] = []
  let failed = 0
  // The first second opens connections and warms this process up; its latencies say nothing of the server.
  const total = Math.floor((seconds + warmUpSeconds) * perSecond)
  const startedAt = performance.now()
  const send = async (index: number, dueAt: number) => {
    try {
      const response = await pool.request(requests[index % requests.length]!)
      await response.body.text()
      if (response.statusCode !== 200) failed += 1
      if (dueAt >= startedAt + warmUpSeconds * 1000) latencies.push(performance.now() - dueAt)
    } catch {
      failed += 1
    }
  }
  const pending: Promise<void>[] = []
  await new Promise<void>((done) => {
    let sent = 0
    // Looks once a millisecond: a process that spins would take a core from those it measures.
    const tick = () => {
      const now = performance.now()
      while (sent < total && startedAt + (sent * 1000) / perSecond <= now) {
        pending.push(send(sent, startedAt + (sent * 1000) / perSecond))
        sent += 1
      }
      if (sent < total) setTimeout(tick, 1)
      else done()
    }
    tick()
  })
  await Promise.all(pending)
  await pool.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return {
    answered: total - failed,
    failed,
    perSecond: total / ((performance.now() - startedAt) / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}
