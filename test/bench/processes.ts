/** What a process costs and bears: a whole call's CPU time, start, memory, several of them at once; and understanding dates. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { projectFolder } from './children.ts'
import { openDays } from './latency.ts'
import { median, type Part, type Scene, spread } from './report.ts'
import { Agent, functionPath, nextCallId } from './retell.ts'
import { metric } from './scrape.ts'
import type { Server } from './stack.ts'
import { load } from './throughput.ts'
import { playCall, requestsPerCall, Times } from './whole-call.ts'

const parsePerSecondMin = 20_000
const readyMaxMs = 2_000
const residentMaxMb = 300
const heapGrowthMaxMb = 8
const times = new Times()

/** Understanding of German dates, alone: in a process of its own, over what callers say. */
export const parseDate: Part = async ({ dist, quick }) => {
  const script = `
    import { understand } from ${JSON.stringify(join(dist, 'german/index.js'))}
    import { readdirSync, readFileSync } from 'node:fs'
    const files = readdirSync('test/german').filter((name) => /^callers.*jsonl$/.test(name))
    const lines = files.flatMap((name) => readFileSync('test/german/' + name, 'utf8').trim().split('\\n').map((line) => JSON.parse(line)))
    const phrases = lines.map(({ text, ref }) => [text, { now: new Date(ref), zone: 'Europe/Berlin' }])
    const run = (ms) => {
      const startedAt = process.cpuUsage()
      const used = () => { const { user, system } = process.cpuUsage(startedAt); return (user + system) / 1000 }
      let count = 0
      while (used() < ms) for (const [text, options] of phrases) { understand(text, options); count += 1 }
      return count / (used() / 1000)
    }
    run(1000)
    console.log(JSON.stringify(Array.from({ length: 5 }, () => run(${quick ? 400 : 1500}))))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: projectFolder,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  const rates = JSON.parse(stdout) as number[]
  return [
    {
      what: 'parse_date: sentences of callers understood per second of CPU',
      measured: `${spread(rates, 0)}/s`,
      target: `≥ ${parsePerSecondMin}/s`,
      ok: median(rates) >= parsePerSecondMin,
      numbers: { perSecond: median(rates) },
    },
  ]
}

/** Whole calls, four at a time, on one process. */
export const wholeCalls: Part = async ({ stack, quick, say }) => {
  const server = await stack.startServer()
  const agent = new Agent(server.url, 4)
  try {
    const play = async (count: number) => {
      let made = 0
      let left = count
      const worker = async () => {
        while (left-- > 0) if (await playCall(agent, times)) made += 1
      }
      await Promise.all(Array.from({ length: 4 }, worker))
      return made
    }
    say('whole calls: warming up')
    await play(quick ? 20 : 60)
    const rounds: number[] = []
    let made = 0
    const perRound = quick ? 30 : 80
    for (let round = 0; round < 3; round += 1) {
      const before = server.child.cpuMs()
      made += await play(perRound)
      rounds.push((server.child.cpuMs() - before) / perRound)
    }
    return [
      {
        what: `a whole call (${requestsPerCall} requests, a booking): CPU time`,
        measured: `${spread(rounds, 1)} ms, that is ${(1000 / median(rounds)).toFixed(0)} calls per second on one core`,
        numbers: { cpuMs: median(rounds), callsPerSecond: 1000 / median(rounds), made },
      },
    ]
  } finally {
    await agent.close()
    await server.child.stop()
  }
}

/** Start on an existing database, and memory over many requests. */
export const startAndMemory: Part = async ({ stack, quick, say }) => {
  const starts: number[] = []
  for (let index = 0; index < 3; index += 1) {
    const server = await stack.startServer()
    starts.push(server.readyMs)
    await server.child.stop()
  }
  const server = await stack.startServer()
  const requests = quick ? 20_000 : 100_000
  const callIds = 2_000
  const heaps: number[] = []
  try {
    for (let done = 0, batch = 0; done < requests; done += callIds * 2, batch += 1) {
      for (let repeat = 0; repeat < 2; repeat += 1) await once(server, `call_memory${batch}x`, callIds)
      if (done >= requests / 4) heaps.push(await server.child.heapMb())
      say(`memory: ${done + callIds * 2} requests, ${server.child.residentMb().toFixed(0)} MB resident`)
    }
    const residentMb = server.child.residentMb()
    const growth = heaps.at(-1)! - heaps[0]!
    return [
      {
        what: 'start to ready, existing database',
        measured: `${spread(starts, 0)} ms`,
        target: `≤ ${readyMaxMs} ms`,
        ok: median(starts) <= readyMaxMs,
        numbers: { ms: median(starts) },
      },
      {
        what: `memory over ${requests} requests: heap after collection, resident`,
        measured: `${heaps[0]!.toFixed(0)} → ${heaps.at(-1)!.toFixed(0)} MB, ${residentMb.toFixed(0)} MB`,
        target: `flat, ≤ ${residentMaxMb} MB`,
        ok: growth <= heapGrowthMaxMb && residentMb <= residentMaxMb,
        numbers: { heapMb: heaps.at(-1)!, growthMb: growth, residentMb },
      },
    ]
  } finally {
    await server.child.stop()
  }
}

function once(server: Server, prefix: string, count: number) {
  return load({
    url: server.url,
    path: functionPath,
    signed: true,
    functionName: 'check_availability',
    args: { date: 'übermorgen', time: '14 Uhr', service: 'Herrenhaarschnitt' },
    callIds: { prefix, count },
    connections: 20,
    run: { kind: 'once' },
  })
}

/** One, two and four gateways on one PostgreSQL and one Redis: how many requests, and whether they act as one. */
export const several: Part = async (scene) => {
  const { stack, quick, say } = scene
  const servers: Server[] = []
  const rates: string[] = []
  const numbers: Record<string, number> = {}
  try {
    for (const count of [1, 2, 4]) {
      while (servers.length < count) servers.push(await stack.startServer())
      say(`${count} gateways`)
      const callIds = quick ? 500 : 2_000
      await Promise.all(
        servers.map((server, index) => once(server, `call_several${count}x${index}x`, callIds)),
      )
      const job = (server: Server, index: number) =>
        load({
          url: server.url,
          path: functionPath,
          signed: true,
          functionName: 'check_availability',
          args: { date: 'übermorgen', time: '14 Uhr', service: 'Herrenhaarschnitt' },
          callIds: { prefix: `call_several${count}x${index}x`, count: callIds },
          connections: 10,
          run: { kind: 'full', seconds: quick ? 2 : 4 },
        })
      const results = await Promise.all(servers.map(job))
      const sum = results.reduce((total, { perSecond }) => total + perSecond, 0)
      if (results.some(({ failed }) => failed > 0)) throw new Error(`${count} gateways: requests failed`)
      rates.push(`${Math.round(sum)}/s`)
      numbers[`perSecond${count}`] = sum
    }
    const checks = await actAsOne(scene, servers)
    const wrong = Object.entries(checks).filter(([, holds]) => !holds)
    return [
      {
        what: '1 → 2 → 4 gateways on one PostgreSQL and Redis (load on the same machine)',
        measured: rates.join(' → '),
        numbers,
      },
      {
        what: 'four gateways act as one: cache, limits, breaker',
        measured: wrong.length === 0 ? 'yes' : `not: ${wrong.map(([name]) => name).join(', ')}`,
        target: 'yes',
        ok: wrong.length === 0,
        numbers: Object.fromEntries(Object.entries(checks).map(([name, holds]) => [name, holds ? 1 : 0])),
      },
    ]
  } finally {
    await stack.calcom.control('faults', undefined, 'DELETE').catch(() => {})
    await Promise.all(servers.map((server) => server.child.stop()))
  }
}

/** What must hold whichever process a request reaches. */
async function actAsOne({ stack }: Scene, servers: readonly Server[]): Promise<Record<string, boolean>> {
  const agents = servers.map((server) => new Agent(server.url, 4))
  const [first, second, third] = agents as [Agent, Agent, Agent, Agent]
  try {
    // A booking through one is seen by the others at once.
    const { date, time } = times.take()
    const wish = { date, time, service: 'Beratung' }
    const ids = agents.map(() => nextCallId())
    await Promise.all(agents.map((agent, index) => agent.call('check_availability', wish, ids[index]!)))
    const staff = 'Bernd'
    const withStaff = { ...wish, staff }
    const before = await second.call('check_availability', withStaff, ids[1]!)
    const started = await first.call(
      'start_booking',
      { ...withStaff, customer_name: 'Sabine Müller' },
      ids[0]!,
    )
    const done = await third.call('confirm_booking', { booking_id: started.booking_id }, ids[0]!)
    const after = await second.call('check_availability', withStaff, ids[1]!)
    const cache = done.success === true && (before.available !== true || after.available !== true)

    // A call's limit counts over all of them: a little more may pass, four times as much may not.
    const limitedCall = nextCallId()
    let passed = 0
    for (let index = 0; index < 160; index += 1) {
      const answer = await agents[index % agents.length]!.call(
        'parse_date',
        { date: 'morgen' },
        limitedCall,
      ).catch((error: Error) => (error.message.includes('429') ? null : Promise.reject(error)))
      if (answer !== null) passed += 1
    }
    const limits = passed >= 95 && passed <= 110

    // One process finds Cal.com down; the others do not need to find out.
    await stack.calcom.control('faults', { operation: '*', effect: 'error', status: 503, times: null })
    const callId = nextCallId()
    // Days that nobody has asked for: what is in the cache tells nobody that Cal.com is down.
    for (const date of openDays(100, 7))
      await first.call('check_availability', { ...wish, date }, callId).catch(() => {})
    const isOpen = async () => {
      const states = await Promise.all(
        servers.map((server) =>
          metric(server.url, 'gateway_calcom_breaker_state', { connection: 'default' }),
        ),
      )
      return states.every((state) => state === 2)
    }
    let breaker = await isOpen()
    for (let look = 0; look < 20 && !breaker; look += 1) {
      await pause(100)
      breaker = await isOpen()
    }
    return { cache, limits, breaker }
  } finally {
    await Promise.all(agents.map((agent) => agent.close()))
  }
}
