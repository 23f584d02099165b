/**
 * Cal.com's webhooks. Cal.com sends them inside its own booking request and waits: so verified, stored, answered, and worked on
 * later. One address and secret per connection; an unknown connection is refused exactly like a bad signature.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { CalcomConnections } from '../../calcom/connection.ts'
import { isCalcomSignature, verifyCalcomSignature } from '../../calcom/signature.ts'
import { parseCalcomWebhook } from '../../calcom/webhook.ts'
import type { WebhookInbox } from '../../services/sync/inbox.ts'
import type { BodiesInFlight } from '../bodies.ts'
import type { RequestLimits } from '../rate-limits.ts'
import { refuse } from '../replies.ts'
import { jsonBody } from '../request-context.ts'
import { useSignedScope } from '../signed-scope.ts'

export interface CalcomWebhookOptions {
  connections: Pick<CalcomConnections, 'definition'>
  inbox: Pick<WebhookInbox, 'store'>
  limits: Pick<RequestLimits, 'unsigned'>
  bodies: BodiesInFlight
  log: Logger
}

export const calcomWebhookAddresses = [
  '/api/calcom/webhook',
  '/api/webhooks/calcom',
  '/api/calcom/webhook/:connection',
]
const bodyBytesMax = 1024 * 1024
const connectionPattern = /^[A-Za-z0-9_-]{1,60}$/

/** Adds the routes to a scope of their own. */
export async function calcomWebhookRoutes(
  scope: FastifyInstance,
  { connections, inbox, limits, bodies, log }: CalcomWebhookOptions,
): Promise<void> {
  useSignedScope(scope, {
    foresee(request) {
      const signature = signatureOf(request)
      if (signature === undefined) return 'missing'
      return isCalcomSignature(signature) ? 'plausible' : 'invalid'
    },
    async verify(request, rawBody) {
      const signature = signatureOf(request)
      if (signature === undefined) return 'missing'
      const id = connectionOf(request)
      const connection = connectionPattern.test(id) ? await connections.definition(id) : undefined
      const secrets = connection?.webhookSecrets ?? []
      return verifyCalcomSignature({ rawBody, signature, secrets }) ? 'valid' : 'invalid'
    },
    unsignedAllowed: false,
    alarm: 'calcom_webhook_refused',
    bodyBytesMax,
    bodies,
    limits,
    log,
  })
  for (const url of calcomWebhookAddresses) {
    scope.post(url, async (request, reply) => {
      const event = parseCalcomWebhook(jsonBody(request))
      if (event === undefined) return refuse(reply, 400, 'not_an_event')
      // The dashboard's test button: there is nothing to keep.
      if (event.kind === 'ping') return { success: true, status: 'pong' }
      const isNew = await inbox.store(connectionOf(request), event, request.rawBody)
      return { success: true, status: isNew ? 'received' : 'known' }
    })
  }
}

function connectionOf(request: FastifyRequest): string {
  return (request.params as { connection?: string }).connection ?? 'default'
}

function signatureOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-cal-signature-256']
  return Array.isArray(header) ? header[0] : header
}
