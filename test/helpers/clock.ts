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

/** A clock that goes on by itself from `start`, and can still be moved: for what really waits. */
export function runningClock(start: Date | string = '2026-11-24T08:00:00Z'): TestClock {
  let aheadMs = new Date(start).getTime() - performance.now()
  return {
    now: () => new Date(performance.now() + aheadMs),
    advance: (ms) => {
      aheadMs += ms
    },
    set: (instant) => {
      aheadMs = new Date(instant).getTime() - performance.now()
    },
  }
}
