/** Works on one stored webhook of Cal.com's. The inbox counts its tries itself, so that `dead` is seen where the event is. */
import type { WebhookInbox } from '../services/sync/inbox.ts'
import { inboxTriesMax } from '../services/sync/inbox.ts'
import type { Job } from './job.ts'

export const processWebhook: Job<{ inbox: Pick<WebhookInbox, 'process'> }> = {
  name: 'process_webhook',
  maxAttempts: inboxTriesMax + 2,
  async run({ inbox }, { eventId }) {
    if (typeof eventId !== 'string') throw new Error('A webhook job names no event')
    const { kind, reason } = await inbox.process(BigInt(eventId))
    return reason === undefined ? kind : `${kind}: ${reason}`
  },
}
