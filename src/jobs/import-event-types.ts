/** Cal.com's event types become services. A company whose import fails keeps its services; the alarm says so. */
import type { EventTypeImport } from '../services/sync/event-types.ts'
import type { Job } from './job.ts'

export const importEventTypes: Job<{ eventTypes: Pick<EventTypeImport, 'run'> }> = {
  name: 'import_event_types',
  timeoutMs: 240_000,
  run: async ({ eventTypes }, _payload, signal) => ({ ...(await eventTypes.run(signal)) }),
}
