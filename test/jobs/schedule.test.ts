/** What is due by itself, and the nightly work on Berlin's clock. */
import { parseCronItems } from 'graphile-worker'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Cron } from '../../src/jobs/cron.ts'
import { orphanedBookingCleanup } from '../../src/jobs/orphaned-booking-cleanup.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { testClock } from '../helpers/clock.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner } from '../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

test('every line of the schedule is one the queue understands, and no job is on it twice', () => {
  const items = parseCronItems(schedule.map(({ name, cron }) => ({ task: name, match: cron })))
  expect(items.length).toBe(schedule.length)
  expect(new Set(schedule.map(({ name }) => name)).size).toBe(schedule.length)
})

test('every line becomes due at its minutes, in the role of a worker', async () => {
  const { runner } = gateway.gateway.jobs
  gateway.clock.set('2026-11-25T02:30:30Z')
  await runner.start()
  const known = async () =>
    (
      await asOwner<{ identifier: string }>(
        gateway,
        'SELECT identifier FROM graphile_worker._private_known_crontabs WHERE last_execution IS NOT NULL',
      )
    ).map(({ identifier }) => identifier)
  for (const [at, name] of [
    ['2026-11-25T02:31:10Z', 'settle_leases'],
    ['2026-11-25T02:40:10Z', 'retention'],
    ['2026-11-25T03:05:10Z', 'orphaned_booking_cleanup'],
    ['2026-11-25T03:17:10Z', 'import_event_types'],
  ] as const) {
    gateway.clock.set(at)
    await vi.waitFor(async () => expect(await known()).toContain(name), { timeout: 15_000 })
  }
  expect((await known()).sort()).toEqual(schedule.map(({ name }) => name).sort())
})

test('a database that is gone at a full minute ends nothing: the minute is caught up with', async () => {
  const gone = new Pool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 500 })
  const alive = new Pool({ connectionString: gateway.databaseUrl })
  let asked = 0
  const pool = () => {
    asked += 1
    return asked < 3 ? gone : alive
  }
  const clock = testClock('2026-12-01T00:00:30Z')
  const cron = new Cron({
    schedule: [{ name: 'expire_drafts', cron: '* * * * *' }],
    pool,
    clock,
    log: { debug() {} },
  })
  cron.start()
  clock.advance(60_000)
  const done = () =>
    asOwner<{ at: Date }>(
      gateway,
      "SELECT last_execution AS at FROM graphile_worker._private_known_crontabs WHERE identifier = 'expire_drafts'",
    )
  await vi.waitFor(async () => expect((await done())[0]?.at).toEqual(new Date('2026-12-01T00:01:00Z')), {
    timeout: 15_000,
  })
  expect(asked).toBeGreaterThanOrEqual(3)
  await cron.stop()
  await Promise.all([gone.end(), alive.end()])
})

describe('the nightly cleanup', () => {
  /** Which companies were compared at each tick of a day of UTC hours. */
  async function ticks(from: string, hours: number, failAt?: number): Promise<string[]> {
    await asOwner(gateway, 'DELETE FROM sync_marks')
    const done: string[] = []
    const clock = { now: () => now }
    let now = new Date(from)
    const { owners } = gateway.gateway.jobs
    for (let hour = 0; hour < hours; hour += 1) {
      const consistency = {
        async repair(companyId: number) {
          if (hour === failAt) throw new Error('Cal.com is down')
          if (companyId === 1) done.push(now.toISOString().slice(5, 16))
          return { found: 0, repaired: 0 }
        },
      }
      await orphanedBookingCleanup.run(
        { tenancy: gateway.database.tenancy, owners, consistency, clock, log: { warn() {} } },
        {},
        AbortSignal.timeout(10_000),
      )
      now = new Date(now.getTime() + 3_600_000)
    }
    return done
  }

  test('runs once per Berlin date, after two o’clock', async () => {
    // 00:05 UTC is 01:05 in Berlin.
    expect(await ticks('2026-11-24T00:05:00Z', 48)).toEqual(['11-24T01:05', '11-25T01:05'])
  })

  test('on the day without two o’clock it runs at three, once', async () => {
    expect(await ticks('2026-03-28T23:05:00Z', 24)).toEqual(['03-29T01:05'])
  })

  test('on the day with two o’clock twice it runs once', async () => {
    expect(await ticks('2026-10-24T22:05:00Z', 25)).toEqual(['10-25T00:05'])
  })

  test('a tick that fails is made up for by the next one', async () => {
    expect(await ticks('2026-11-24T01:05:00Z', 5, 0)).toEqual(['11-24T02:05'])
  })
})
