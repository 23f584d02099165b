/** Every attempt that nobody works on: its worker died, or its outcome is unknown. */
import type { AttemptSettling } from '../services/sync/settling.ts'
import type { Job } from './job.ts'

export const settleLeases: Job<{ settling: Pick<AttemptSettling, 'settleExpired'> }> = {
  name: 'settle_leases',
  run: async ({ settling }, _payload, signal) => ({ ...(await settling.settleExpired(signal)) }),
}
