/**
 * `npm run test:chaos`: real processes, broken at random, and a count of the promises that did not hold. Exit code 0 only if
 * there are none. Options: `--short` (few calls, for CI), `--seeds 1,2,3`, `--calls 2000`, `--weakened [name]` (takes
 * the safeguards out one at a time and expects counts above zero), `--keep-log`.
 */
import { parseArgs } from 'node:util'
import { Agent } from './agent.ts'
import { actAtCalcom } from './business.ts'
import { Ledger } from './ledger.ts'
import { Chance } from './random.ts'
import { sabotages } from './sabotage.ts'
import { type Counted, counted, judge, type Verdict } from './verdict.ts'
import { World } from './world.ts'

interface Plan {
  seed: number
  calls: number
  callsPerRound: number
  atOnce: number
  gateways: number
  sabotage?: string
  ownLimits?: boolean
  keepLog: boolean
}

type Disaster = 'none' | 'gateway' | 'worker' | 'postgres' | 'redis' | 'smtpDown' | 'smtpMumbles'

/** Every run has each of these at least once; then the dice go on. */
const disasters: Disaster[] = ['gateway', 'postgres', 'worker', 'redis', 'smtpMumbles', 'smtpDown', 'none']

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    calls: { type: 'string' },
    weakened: { type: 'string' },
    'keep-log': { type: 'boolean', default: false },
  },
})

const short = { calls: 120, callsPerRound: 20, atOnce: 12, gateways: 1 }
/** Few calls, because each waits for its turn at Cal.com. */
const underOwnLimits = { calls: 40, callsPerRound: 20, atOnce: 10, gateways: 2, ownLimits: true }
const long = { calls: 2_000, callsPerRound: 80, atOnce: 24, gateways: 2 }
const size = values.short || values.weakened !== undefined ? short : long
const base = {
  ...size,
  // Some safeguards only matter between processes.
  ...(values.weakened !== undefined && { gateways: 2 }),
  ...(values.calls && { calls: Number(values.calls) }),
  keepLog: values['keep-log'],
}
/** A weakened gateway is noticed with one seed; the gate takes three. */
const defaultSeeds = values.weakened !== undefined ? '1' : values.short ? '1,2,3' : '1,2,3,4,5'
const seeds = (values.seeds ?? defaultSeeds).split(',').map(Number)

let open: World | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(
    signal,
    () => void (open?.close({ keepLog: true }) ?? Promise.resolve()).then(() => process.exit(1)),
  )

let failed = false
if (values.weakened === undefined) {
  for (const seed of seeds) {
    const verdict = await runOnce({ ...base, seed })
    failed = !holds(verdict) || failed
  }
  console.log('\nWith our limits as they are:')
  const verdict = await runOnce({ ...base, ...underOwnLimits, seed: seeds[0]! })
  failed = !holds(verdict) || failed
} else {
  const names = values.weakened === 'all' ? Object.keys(sabotages) : values.weakened.split(',')
  for (const name of names) {
    const sabotage = sabotages[name]
    if (!sabotage)
      throw new Error(`There is no sabotage ${name}; known: ${Object.keys(sabotages).join(', ')}`)
    console.log(`\nWithout a safeguard: ${name}: ${sabotage.what}`)
    const { counts } = await runOnce({ ...base, seed: seeds[0]!, sabotage: name })
    const shown = sabotage.shows.filter((count) => counts[count] > 0)
    console.log(
      shown.length > 0
        ? `noticed: ${shown.map((count) => `${counted[count]}: ${counts[count]}`).join('; ')}`
        : 'NOT NOTICED',
    )
    failed ||= shown.length === 0
  }
}
process.exit(failed ? 1 : 0)

/** Nothing is broken, and enough has happened to say so: a machine too busy to book anything proves nothing. */
function holds({ counts, facts }: Verdict): boolean {
  const isTooQuiet = (facts['told "gebucht"'] ?? 0) * 10 < (facts.calls ?? 0)
  if (isTooQuiet) console.log('  Too little was booked to say anything: run it on a machine with time.')
  return !isTooQuiet && Object.values(counts).every((count) => count === 0)
}

async function runOnce(plan: Plan): Promise<Verdict> {
  const startedAt = performance.now()
  const world = await World.open(plan)
  open = world
  let keepLog = plan.keepLog
  try {
    const ledger = new Ledger()
    const chance = new Chance(plan.seed)
    const waiting = [...disasters]
    const rounds = Math.ceil(plan.calls / plan.callsPerRound)
    for (let round = 0; round < rounds; round += 1) {
      const disaster = waiting.shift() ?? (chance.happens(0.5) ? 'none' : chance.pick(disasters))
      await playRound(world, ledger, chance, plan, disaster)
      noteTouches(world, ledger)
      // Leases, drafts and pauses run out between the rounds.
      await world.advance(chance.between(1, 20) * 60_000)
    }
    const callsEndedAt = performance.now()
    const jobsLeft = await world.drain()
    noteTouches(world, ledger)
    const verdict = await judge(world, ledger, jobsLeft)
    keepLog ||= plan.sabotage === undefined && Object.values(verdict.counts).some((count) => count > 0)
    if (keepLog) await world.keepState({ wishes: ledger.wishes, hostActs: [...ledger.hostActs] })
    report(plan, verdict, (callsEndedAt - startedAt) / 1000, (performance.now() - startedAt) / 1000)
    return verdict
  } catch (error) {
    keepLog = true
    throw error
  } finally {
    await world.close({ keepLog })
    if (keepLog) console.log(`log: ${world.logPath}`)
  }
}

async function playRound(
  world: World,
  ledger: Ledger,
  chance: Chance,
  plan: Plan,
  disaster: Disaster,
): Promise<void> {
  world.simulator.control.clearFaults()
  world.simulator.control.setChaos({
    seed: chance.between(1, 1_000_000),
    delayMs: [20, 400],
    rates: {
      delay: 0.08,
      error: 0.03,
      errorAfter: 0.02,
      hang: 0.006,
      answerLost: 0.02,
      reset: 0.02,
      resetAfter: 0.03,
      garbage: 0.015,
      truncate: 0.015,
      tooMany: 0.001,
      short: 0.05,
      shortUnread: 0.03,
      shortGone: 0.03,
      repeated: 0.06,
      refusedAfter: 0.03,
      otherStart: 0.015,
      otherStartKept: 0.015,
      webhookLost: 0.1,
      webhookDelayed: 0.2,
      webhookDuplicated: 0.1,
      webhookReordered: 0.1,
    },
  })
  // Writing requests are struck more often than the dice would: these are the ones that count.
  for (const operation of ['createBooking', 'cancelBooking', 'rescheduleBooking'] as const)
    for (const phase of ['before', 'after'] as const)
      world.simulator.control.addFault({ operation, effect: 'reset', phase, skip: chance.between(0, 2) })
  // Each round has a booking that is made and refused: what was sent twice on the way gets the second answer.
  world.simulator.control.addFault({
    operation: 'createBooking',
    effect: 'error',
    phase: 'after',
    status: 409,
    shape: 'bare',
    message: 'booking_conflict_error',
    skip: chance.between(0, 4),
  })
  // At times Cal.com answers a booking with an older one of the same address (incident I-45).
  if (chance.happens(0.5))
    world.simulator.control.addFault({ operation: 'createBooking', effect: 'old_booking', times: null })
  // Lists of bookings lag by seconds (as long as a refusal is looked into; what lags longer is told as taken, and ended later),
  // and some webhooks do not say which booking they are about.
  if (chance.happens(0.5)) world.simulator.control.setListLag(chance.between(500, 4_000))
  const without = chance.happens(0.2) ? { without: ['uid'] } : {}
  world.simulator.control.setWebhookMode({ delivery: 'inline', ...without })
  // A time nobody asked for, told by an answer that does not even say so.
  if (chance.happens(0.3))
    world.simulator.control.addFault({
      operation: 'createBooking',
      effect: 'other_start',
      short: true,
      skip: chance.between(2, 12),
      followedBy: [{ operation: 'getBooking', effect: 'error', status: 503 }],
    })
  const disasterAt = chance.between(2, Math.floor(plan.callsPerRound * 0.7))
  const acts = chance.fork()
  let begun = 0
  let breaking: Promise<void> | undefined
  const lanes = Array.from({ length: plan.atOnce }, async () => {
    const agent = new Agent(world, ledger, chance.fork())
    while (begun < plan.callsPerRound) {
      begun += 1
      if (begun === disasterAt) breaking = strike(world, chance, plan, disaster)
      if (acts.happens(0.35)) await actAtCalcom(world, ledger, acts)
      await agent.call()
    }
  })
  await Promise.all(lanes)
  await breaking
}

/** What the gateway has cancelled and moved so far; Cal.com's log is not endless. */
function noteTouches(world: World, ledger: Ledger): void {
  for (const { id, operation, path, workStatus, at } of world.simulator.control.requests()) {
    if (operation !== 'cancelBooking' && operation !== 'rescheduleBooking') continue
    const uid = /\/bookings\/([^/]+)\//.exec(path)?.[1]
    if (uid !== undefined && workStatus !== null && workStatus < 300)
      ledger.touches.set(id, { uid, operation, at: Date.parse(at) })
  }
}

async function strike(world: World, chance: Chance, plan: Plan, disaster: Disaster): Promise<void> {
  switch (disaster) {
    case 'gateway':
      return world.killGateway(chance.between(0, plan.gateways - 1))
    case 'worker':
      return world.killWorker()
    case 'postgres':
      return world.restartPostgres()
    case 'redis':
      return world.loseRedis(800)
    case 'smtpDown':
      return world.loseSmtp(3_000)
    case 'smtpMumbles':
      return world.mumbleSmtp(4, 20_000)
    case 'none':
      return
  }
}

function report(
  plan: Plan,
  { counts, examples, facts }: Verdict,
  playedSeconds: number,
  seconds: number,
): void {
  console.log(`\nseed ${plan.seed}: ${playedSeconds.toFixed(0)} s of calls, ${seconds.toFixed(0)} s in all`)
  for (const [name, count] of Object.entries(facts)) console.log(`  ${String(count).padStart(6)}  ${name}`)
  console.log('  must be zero:')
  for (const [name, text] of Object.entries(counted))
    console.log(`  ${String(counts[name as Counted]).padStart(6)}  ${text}`)
  for (const example of examples) console.log(`    ${example}`)
}
