/** Tells Cal.com what it could not be told during the call: a cancellation. Never given up while Cal.com is merely down. */
import type { AttemptSettling } from '../services/sync/settling.ts'
import { companyOf, type Job } from './job.ts'

export const syncToCalcom: Job<{ settling: Pick<AttemptSettling, 'push' | 'pushAll'> }> = {
  name: 'sync_to_calcom',
  maxAttempts: 15,
  async run({ settling }, payload, signal) {
    const { appointmentId } = payload
    // Without an appointment: all that wait, whose own jobs may have ended.
    if (appointmentId === undefined) return { ...(await settling.pushAll(signal)) }
    if (typeof appointmentId !== 'number') throw new Error('A job to push names no appointment')
    return settling.push(companyOf(payload), BigInt(appointmentId))
  },
}
