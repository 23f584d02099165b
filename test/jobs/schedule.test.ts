/** What is due by itself, and the nightly work on Berlin's clock. */
import { parseCronItems } from 'graphile-worker'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { orphanedBookingCleanup } from '../../src/jobs/orphaned-booking-cleanup.ts'
import { schedule } from '../../src/jobs/schedule.ts'
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

test('a started gateway has its whole schedule known to the queue, in the role of a worker', async () => {
  const { runner } = gateway.gateway.jobs
  await runner.start()
  const known = () =>
    asOwner<{ identifier: string }>(gateway, 'SELECT identifier FROM graphile_worker._private_known_crontabs')
  await vi.waitFor(
    async () =>
      expect((await known()).map(({ identifier }) => identifier).sort()).toEqual(
        schedule.map(({ name }) => name).sort(),
      ),
    { timeout: 20_000 },
  )
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
