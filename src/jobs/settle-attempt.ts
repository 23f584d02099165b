/** Finds out what became of one attempt. Cal.com may be down for long: many tries, and settle_leases looks after it as well. */
import type { AttemptSettling } from '../services/sync/settling.ts'
import { companyOf, type Job } from './job.ts'

export const settleAttempt: Job<{ settling: Pick<AttemptSettling, 'settle'> }> = {
  name: 'settle_attempt',
  maxAttempts: 10,
  run({ settling }, payload) {
    const { attemptId } = payload
    if (typeof attemptId !== 'string') throw new Error('A job to settle names no attempt')
    return settling.settle(companyOf(payload), attemptId)
  },
}
