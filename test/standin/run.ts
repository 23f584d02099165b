/**
 * `npm run test:standin`: the gateway against a stand-in of Cal.com by another hand, three seeds of 500 calls; `-- --short`:
 * 150 calls. `-- --seeds 7,8 --calls 200 --lines 4 --kills 2` for others; `--keep` leaves the database and the log.
 * Ends with 1 if anything is counted that must be 0.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Business } from './business.ts'
import { StandIn } from './calcom.ts'
import { Driver } from './driver.ts'
import { GatewayProcess } from './gateway-process.ts'
import { judge, loadRows } from './judge.ts'
import { settle } from './quiet.ts'
import { type SeedResult, table, tellFinding, tellLoad } from './report.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    calls: { type: 'string' },
    lines: { type: 'string', default: '6' },
    kills: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const seeds = (values.seeds ?? (values.short ? '11' : '11,12,13')).split(',').map(Number)
const calls = Number(values.calls ?? (values.short ? 150 : 500))
const kills = Number(values.kills ?? (values.short ? 1 : 3))
const findingsTold = 25
const apiKey = 'cal_test_standin'

async function playSeed(seed: number): Promise<SeedResult> {
  const began = Date.now()
  const folder = await mkdtemp(join(tmpdir(), 'standin-'))
  // Longer than the longest deadline that the gateway is given.
  const standIn = new StandIn({ seed, apiKey, slowMs: 6_000, requestsPerMinute: 20_000 })
  const gateway = new GatewayProcess({ folder, calcomUrl: await standIn.start(), apiKey })
  try {
    await gateway.start()
    await registerWebhook(gateway, standIn)
    const business = new Business(standIn, seed)
    await business.fill(60)
    const driver = new Driver({ seed, calls, lines: Number(values.lines), kills, gateway, business })
    await driver.run()
    const played = Math.round((Date.now() - began) / 1000)
    console.log(`seed ${seed}: ${driver.calls} calls played in ${played} s, waiting for quiet`)
    const quiet = await settle(standIn, gateway)
    const findings = judge(standIn, driver, await loadRows(gateway.databaseUrl))
    console.log(
      `\nseed ${seed}: ${driver.calls} calls in ${played} s, the gateway started ${gateway.starts} times`,
    )
    console.log(tellLoad(standIn, driver))
    console.log(quiet)
    for (const finding of findings.slice(0, findingsTold)) console.log(`\n${tellFinding(finding, standIn)}`)
    if (findings.length > 0) {
      const file = join(tmpdir(), `standin-seed-${seed}.txt`)
      await writeFile(file, findings.map((finding) => tellFinding(finding, standIn)).join('\n\n'))
      await copyFile(join(folder, 'gateway.log'), join(tmpdir(), `standin-seed-${seed}.log`))
      console.log(`\nall ${findings.length} findings: ${file}, and the gateway's log beside it`)
    }
    const made = [...standIn.calendar.bookings.values()].filter(({ origin }) => origin === 'api').length
    return { seed, calls: driver.calls, seconds: Math.round((Date.now() - began) / 1000), made, findings }
  } catch (error) {
    await copyFile(join(folder, 'gateway.log'), join(tmpdir(), `standin-seed-${seed}.log`)).catch(() => {})
    throw error
  } finally {
    await gateway.stop()
    await standIn.stop()
    if (values.keep) console.log(`kept: ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

/** As the business does in Cal.com's settings. */
async function registerWebhook({ url, webhookSecret }: GatewayProcess, standIn: StandIn): Promise<void> {
  const triggers = ['BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED']
  const response = await fetch(`${standIn.url}/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({
      ...{ active: true, subscriberUrl: `${url}/api/calcom/webhook`, triggers, secret: webhookSecret },
    }),
  })
  if (response.status !== 201) throw new Error(`the webhook was not registered: ${response.status}`)
}

const results: SeedResult[] = []
for (const seed of seeds) results.push(await playSeed(seed))
console.log(`\n${table(results)}`)
const found = results.reduce((sum, { findings }) => sum + findings.length, 0)
console.log(found === 0 ? '\nAll counts are zero.' : `\n${found} findings.`)
const isTooQuiet = results.some(({ made, calls }) => made * 3 < calls)
if (isTooQuiet) console.log('Too little was booked to say anything.')
// Sockets that are kept alive, and whatever else still waits, are of no use any more.
process.exit(found === 0 && !isTooQuiet ? 0 : 1)
