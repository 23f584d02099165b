/** The process dies at every step of a yes: once the jobs have run, all of it lives, or none of it and it was told (docs/visits.md). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openVisits } from './kit.ts'

let salon: Awaited<ReturnType<typeof openVisits>>
beforeAll(async () => {
  salon = await openVisits()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const stepsMax = 60

test.each([
  ['every part can be had', false, 'before'],
  ['every part can be had', false, 'after'],
  ['a part is lost and the other undone', true, 'before'],
  ['a part is lost and the other undone', true, 'after'],
] as const)(
  '%s (lost: %s): the process dies %s any of its steps',
  async (_, isLost, phase) => {
    const ends: string[] = []
    for (let step = 1; step <= stepsMax; step += 1) {
      await salon.reset()
      const call = salon.newCall()
      await salon.start(call)
      if (isLost) salon.takeAll('2026-11-27T11:00:00Z', '2026-11-27T12:00:00Z')
      const answer = await salon.confirmDying(call, step, phase)
      if (answer !== 'died') break
      salon.forgetPauses()
      await salon.runJobs()
      const [visit] = await salon.visitRows()
      const rows = await salon.standing()
      const told = (await salon.callbackRows()).filter(({ status }) => status === 'open')
      const end = `${visit?.state}: ${rows.length} here, ${salon.live().length} there, ${told.length} told`
      ends.push(end)
      // Not claimed yet: the drafts end by themselves, and the caller has heard of nothing.
      const fine = [
        'open: 0 here, 0 there, 0 told',
        'booked: 2 here, 2 there, 0 told',
        'undone: 0 here, 0 there, 1 told',
        // The decision was carried out by the request itself, and only its answer is lost.
        ...(isLost ? ['undone: 0 here, 0 there, 0 told'] : []),
      ]
      expect(fine, `step ${step}`).toContain(end)
    }
    expect(ends.length).toBeGreaterThan(8)
    expect(ends.length).toBeLessThan(stepsMax)
  },
  300_000,
)
