/** What every ledger of permits guarantees, whichever driver: time is the clock's, waiting is played, not slept. */
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/lib/clock.ts'
import type { PermitLedger, PermitLimits, RequestPriority } from '../../src/lib/permits/ledger.ts'
import { type TestClock, testClock } from '../helpers/clock.ts'

interface Arrival {
  atMs: number
  priority?: RequestPriority
  /** How long it may wait. */
  leftMs?: number
  follow?: number
  /** The work it belongs to, and since when that goes on. */
  work?: { name: string; sinceMs: number }
}

/** When it was granted or refused, in milliseconds since the beginning. */
interface Played extends Arrival {
  grantedMs: number | null
  refusedMs: number | null
  retryAfterMs: number | null
  why: string | null
}

export type OpenLedger = (limits: PermitLimits, clock: Clock) => PermitLedger

/** Lets requests arrive and ask again as `RequestBudget` does. */
export async function play(
  ledger: PermitLedger,
  clock: TestClock,
  arrivals: readonly Arrival[],
): Promise<Played[]> {
  const beganMs = clock.now().getTime()
  const open = arrivals.map((arrival, index) => ({
    played: { ...arrival, grantedMs: null, refusedMs: null, retryAfterMs: null, why: null } as Played,
    ticket: `${String(index).padStart(6, '0')}:t`,
    nextMs: arrival.atMs,
  }))
  const all = open.map(({ played }) => played)
  while (open.length > 0) {
    open.sort((a, b) => a.nextMs - b.nextMs || (a.ticket < b.ticket ? -1 : 1))
    const [first] = open
    const nowMs = Math.max(first!.nextMs, clock.now().getTime() - beganMs)
    clock.set(new Date(beganMs + nowMs))
    const { atMs, priority = 'call', leftMs = 8_000, follow = 0, work } = first!.played
    const verdict = await ledger.ask({
      ticket: first!.ticket,
      holder: work?.name ?? first!.ticket,
      priority,
      ageMs: nowMs - (work?.sinceMs ?? atMs),
      leftMs: Math.max(0, atMs + leftMs - nowMs),
      follow,
    })
    if (verdict === undefined) throw new Error('the ledger could not tell')
    if (verdict.kind === 'wait') first!.nextMs = nowMs + verdict.waitMs
    else {
      open.shift()
      if (verdict.kind === 'granted') first!.played.grantedMs = nowMs
      else Object.assign(first!.played, { refusedMs: nowMs, ...verdict })
    }
  }
  return all
}

const most = (times: readonly number[], windowMs: number) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length))
const granted = (played: readonly Played[]) =>
  played.flatMap(({ grantedMs }) => (grantedMs === null ? [] : [grantedMs])).sort((a, b) => a - b)
const together = (count: number, arrival: Omit<Arrival, 'atMs'> & { atMs?: number }): Arrival[] =>
  Array.from({ length: count }, () => ({ atMs: 0, ...arrival }))

export function permitContract(driver: string, open: OpenLedger): void {
  const defaults = { perSecond: 5, perMinute: 110 }
  const scene = (limits: PermitLimits = defaults) => {
    const clock = testClock()
    return { clock, ledger: open(limits, clock) }
  }

  describe(`permit contract: ${driver}`, () => {
    test('five a second pass at once, the others wait for their turn in the order they came', async () => {
      const { ledger, clock } = scene()
      const played = await play(ledger, clock, together(12, {}))
      expect(played.map(({ grantedMs }) => grantedMs)).toEqual([
        ...Array(5).fill(0),
        ...Array(5).fill(1_000),
        2_000,
        2_000,
      ])
    })

    test('what would not come in time is refused at once, and says when it would', async () => {
      const { ledger, clock } = scene()
      const played = await play(ledger, clock, together(12, { leftMs: 1_500 }))
      expect(played.filter(({ grantedMs }) => grantedMs !== null)).toHaveLength(10)
      expect(played.slice(10)).toMatchObject(
        Array(2).fill({ refusedMs: 0, retryAfterMs: 2_000, why: 'spent' }),
      )
    })

    test('never more than 110 in any minute nor 5 in any second, however the requests come', async () => {
      const { ledger, clock } = scene()
      let seed = 7
      let atMs = 0
      const kinds = ['call', 'question', 'background', 'spare', 'call'] as const
      const arrivals = Array.from({ length: 700 }, (): Arrival => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
        atMs += seed % 350
        return { atMs, priority: kinds[seed % 5], leftMs: 500 + (seed % 8_000), follow: seed % 3 }
      })
      const times = granted(await play(ledger, clock, arrivals))
      expect(most(times, 60_000)).toBeLessThanOrEqual(110)
      expect(most(times, 60_000)).toBeGreaterThan(95)
      expect(most(times, 1_000)).toBe(5)
    }, 60_000)

    test('a refusal means that the minute is spent: 110 that may wait all go, the next one would wait longer than it can', async () => {
      const { ledger, clock } = scene()
      const arrivals = Array.from({ length: 112 }, (_, index): Arrival => ({ atMs: index * 200 }))
      const played = await play(ledger, clock, arrivals)
      expect(played.findIndex(({ grantedMs }) => grantedMs === null)).toBe(110)
      expect(played[110]).toMatchObject({ refusedMs: 22_000, why: 'spent', retryAfterMs: 38_000 })
    })

    test('a booking under way goes before questions that came earlier, and questions before jobs', async () => {
      const { ledger, clock } = scene({ perSecond: 1, perMinute: 110 })
      const [first, job, question, booking] = await play(ledger, clock, [
        { atMs: 0 },
        { atMs: 10, priority: 'background' },
        { atMs: 20, priority: 'question' },
        { atMs: 30, priority: 'call' },
      ])
      expect(first).toMatchObject({ grantedMs: 0 })
      expect(booking!.grantedMs).toBeLessThan(question!.grantedMs!)
      expect(question!.grantedMs).toBeLessThan(job!.grantedMs!)
    })

    test('a later request of an older booking goes before the first one of a newer booking', async () => {
      const { ledger, clock } = scene({ perSecond: 1, perMinute: 110 })
      const [, newer, older] = await play(ledger, clock, [
        { atMs: 0 },
        { atMs: 500, work: { name: 'newer', sinceMs: 500 } },
        { atMs: 600, work: { name: 'older', sinceMs: -2_000 } },
      ])
      expect(older!.grantedMs).toBeLessThan(newer!.grantedMs!)
    })

    test('nobody waits for ever: a question has its turn although bookings keep coming, a job too', async () => {
      const { ledger, clock } = scene({ perSecond: 2, perMinute: 1_000 })
      const bookings = Array.from({ length: 60 }, (_, index): Arrival => ({ atMs: index * 400 }))
      const played = await play(ledger, clock, [
        { atMs: 1_000, priority: 'question', leftMs: 6_000 },
        { atMs: 1_000, priority: 'background', leftMs: 30_000 },
        ...bookings,
      ])
      expect(played[0]!.grantedMs).toBeLessThan(6_000)
      expect(played[1]!.grantedMs).toBeLessThan(20_000)
    })

    test('the permits of one booking are had together or not at all, and kept for it', async () => {
      const { ledger, clock } = scene({ perSecond: 100, perMinute: 10 })
      const works = ['a', 'b', 'c', 'd'].map((name) => ({ name, sinceMs: 0 }))
      const begun = await play(
        ledger,
        clock,
        works.map((work) => ({ atMs: 0, work, follow: 2 })),
      )
      expect(begun.map(({ grantedMs }) => grantedMs !== null)).toEqual([true, true, true, false])
      // One permit is nobody's; the six that were promised are not to be had by others.
      const others = await play(ledger, clock, together(4, {}))
      expect(granted(others)).toHaveLength(1)
      const rest = await play(
        ledger,
        clock,
        works.slice(0, 3).flatMap((work) => [
          { atMs: 0, work },
          { atMs: 0, work },
        ]),
      )
      expect(granted(rest)).toHaveLength(6)
      expect(granted(await play(ledger, clock, together(1, {})))).toHaveLength(0)
    })

    test('what was promised and not used is there for others when the work’s time is over', async () => {
      const { ledger, clock } = scene({ perSecond: 100, perMinute: 10 })
      await play(ledger, clock, [{ atMs: 0, follow: 2, work: { name: 'gone', sinceMs: 0 }, leftMs: 8_000 }])
      expect(granted(await play(ledger, clock, together(9, {})))).toHaveLength(7)
      clock.advance(8_000)
      expect(granted(await play(ledger, clock, together(9, {})))).toHaveLength(2)
    })

    test('what can be done without never waits, and leaves first when others do', async () => {
      const { ledger, clock } = scene()
      const played = await play(ledger, clock, [
        ...together(2, {}),
        { atMs: 0, priority: 'spare' },
        ...together(4, {}),
        { atMs: 1, priority: 'spare' },
        { atMs: 1_000, priority: 'spare' },
      ])
      expect(played.filter(({ priority }) => priority === 'spare')).toMatchObject([
        { grantedMs: 0 },
        { refusedMs: 1 },
        { grantedMs: 1_000 },
      ])
    })

    test('background work leaves a part of each second and each minute to calls, and a spent minute leaves it a few', async () => {
      const { ledger, clock } = scene({ perSecond: 5, perMinute: 100 })
      const jobs = await play(ledger, clock, together(5, { priority: 'background', leftMs: 100 }))
      expect(granted(jobs)).toHaveLength(3)
      expect(granted(await play(ledger, clock, together(2, { leftMs: 100 })))).toHaveLength(2)
      const busy = scene({ perSecond: 100, perMinute: 100 })
      await play(busy.ledger, busy.clock, together(70, {}))
      busy.clock.advance(1_000)
      const late = together(20, { priority: 'background', leftMs: 100 })
      expect(granted(await play(busy.ledger, busy.clock, late))).toHaveLength(5)
      expect(granted(await play(busy.ledger, busy.clock, together(40, { leftMs: 100 })))).toHaveLength(25)
    })

    test('questions leave the last tenth of the minute to bookings under way', async () => {
      const { ledger, clock } = scene({ perSecond: 200, perMinute: 100 })
      const questions = together(100, { priority: 'question', leftMs: 2_500 })
      expect(granted(await play(ledger, clock, questions))).toHaveLength(90)
      expect(granted(await play(ledger, clock, together(12, { leftMs: 2_500 })))).toHaveLength(10)
    })

    test('a pause stops everything; one that ends in time is waited for', async () => {
      const { ledger, clock } = scene()
      await ledger.pause(30_000)
      await ledger.pause(5_000)
      const [refused] = await play(ledger, clock, [{ atMs: 0 }])
      expect(refused).toMatchObject({ why: 'paused', retryAfterMs: 30_000 })
      clock.advance(27_000)
      expect(await play(ledger, clock, [{ atMs: 0 }])).toMatchObject([{ grantedMs: 3_000 }])
    })

    test('whoever has gone while waiting stands in nobody’s way for long', async () => {
      const { ledger, clock } = scene({ perSecond: 1, perMinute: 110 })
      await play(ledger, clock, [{ atMs: 0 }])
      for (const ticket of ['gone-1', 'gone-2', 'gone-3'])
        await ledger.ask({
          ticket,
          holder: ticket,
          priority: 'call',
          ageMs: 5_000,
          leftMs: 60_000,
          follow: 0,
        })
      const [after] = await play(ledger, clock, [{ atMs: 0, leftMs: 6_000 }])
      expect(after!.grantedMs).toBeLessThan(2_500)
    })
  })
}
