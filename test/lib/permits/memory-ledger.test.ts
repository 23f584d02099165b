import { expect, test } from 'vitest'
import { MemoryLedger } from '../../../src/lib/permits/memory-ledger.ts'
import { permitContract, play } from '../../contracts/permit-contract.ts'
import { testClock } from '../../helpers/clock.ts'

permitContract('memory', (limits, clock) => new MemoryLedger({ limits, clock }))

test('a clock that was set back does not lock the key', async () => {
  const clock = testClock()
  const ledger = new MemoryLedger({ limits: { perSecond: 5, perMinute: 110 }, clock })
  await play(
    ledger,
    clock,
    Array.from({ length: 5 }, () => ({ atMs: 0 })),
  )
  clock.advance(-3_600_000)
  expect(await play(ledger, clock, [{ atMs: 0 }])).toMatchObject([{ grantedMs: 0 }])
})
