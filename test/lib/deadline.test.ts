import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { testClock } from '../helpers/clock.ts'

test('the remaining time falls with the clock and never below zero', () => {
  const clock = testClock()
  const deadline = new Deadline({ clock, budgetMs: 2_500 })
  expect(deadline.remainingMs()).toBe(2_500)
  clock.advance(2_499)
  expect(deadline.expired).toBe(false)
  clock.advance(1)
  expect(deadline.expired).toBe(true)
  clock.advance(1_000)
  expect(deadline.remainingMs()).toBe(0)
})

test('a child never outlives its parent', () => {
  const clock = testClock()
  const parent = new Deadline({ clock, budgetMs: 1_000 })
  expect(parent.child(400).remainingMs()).toBe(400)
  clock.advance(700)
  expect(parent.child(400).remainingMs()).toBe(300)
})

test('the signal aborts when the time is up', async () => {
  const { signal } = new Deadline({ clock: systemClock, budgetMs: 20 })
  expect(signal.aborted).toBe(false)
  // AbortSignal.timeout does not keep the process alive; a test runner does.
  await once(signal, 'abort')
  expect((signal.reason as Error).name).toBe('TimeoutError')
})
