/** A clock that moves only when told to. */
import type { Clock } from '../../src/lib/clock.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
  set(instant: Date | string): void
}

export function testClock(start: Date | string = '2026-11-24T08:00:00Z'): TestClock {
  let nowMs = new Date(start).getTime()
  return {
    now: () => new Date(nowMs),
    advance: (ms) => {
      nowMs += ms
    },
    set: (instant) => {
      nowMs = new Date(instant).getTime()
    },
  }
}
