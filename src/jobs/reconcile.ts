/** Applies what has changed at Cal.com since the last time, and enqueues again what lost its job. */
import type { WebhookInbox } from '../services/sync/inbox.ts'
import type { Reconciler } from '../services/sync/reconcile.ts'
import type { Job } from './job.ts'

export const reconcile: Job<{
  reconciler: Pick<Reconciler, 'run'>
  inbox: Pick<WebhookInbox, 'requeueForgotten'>
}> = {
  name: 'reconcile',
  timeoutMs: 240_000,
  async run({ reconciler, inbox }, _payload, signal) {
    const requeued = await inbox.requeueForgotten()
    return { requeued, ...(await reconciler.run(signal)) }
  },
}
