/** Asks Retell and Cal.com for what was forgotten here and is still there (services/privacy/vendors.ts). */
import type { VendorDeletions } from '../services/privacy/vendors.ts'
import type { Job } from './job.ts'

export const deleteAtVendors: Job<{ vendors: Pick<VendorDeletions, 'run'> }> = {
  name: 'delete_at_vendors',
  timeoutMs: 1_800_000,
  run: async ({ vendors }, _payload, signal) => ({ asked: (await vendors.run(undefined, signal)).length }),
}
