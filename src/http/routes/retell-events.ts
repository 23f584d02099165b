/** Retell's call events. Signature required; handled, ignored and unknown events answer 200, a failed store 500. */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Clock } from '../../lib/clock.ts'
import { readEvent } from '../../retell/events.ts'
import { foreseeRetellSignature, type SignatureKeys, verifyRetellSignature } from '../../retell/signature.ts'
import type { CallLifecycle } from '../../services/calls/lifecycle.ts'
import type { BodiesInFlight } from '../bodies.ts'
import type { RequestLimits } from '../rate-limits.ts'
import { refuse } from '../replies.ts'
import { jsonBody, retellSignatureOf } from '../request-context.ts'
import { useSignedScope } from '../signed-scope.ts'

export interface EventRoutesOptions {
  lifecycle: Pick<CallLifecycle, 'handle'>
  keys: SignatureKeys
  limits: RequestLimits
  bodies: BodiesInFlight
  clock: Clock
  log: Logger
  /** RETELLAI_LOG_WEBHOOKS: a line per event; RETELLAI_DEBUG_WEBHOOKS: the payload with it. */
  logEvents: boolean
  logPayloads: boolean
}

/** Where Retell sends events and asks before an inbound call; the first is the one to enter there. */
export const eventPaths: readonly string[] = ['/api/webhooks/retell', '/api/webhook']
const bodyBytesMax = 10 * 1024 * 1024

/** Adds the routes to a scope of their own. */
export async function retellEventRoutes(scope: FastifyInstance, options: EventRoutesOptions): Promise<void> {
  const { lifecycle, keys, limits, bodies, clock, log } = options
  useSignedScope(scope, {
    foresee: (request) => foreseeRetellSignature(retellSignatureOf(request), keys, clock.now()),
    verify: (request, body) => verifyRetellSignature(body, retellSignatureOf(request), keys, clock.now()),
    unsignedAllowed: false,
    alarm: 'event_refused',
    bodyBytesMax,
    bodies,
    limits,
    log,
  })
  for (const url of eventPaths) {
    scope.post(url, async (request, reply) => {
      const limited = await limits.events(request, reply)
      if (limited) return limited
      const event = readEvent(jsonBody(request))
      if (event === null) return refuse(reply, 400, 'not_an_event')
      const outcome = await lifecycle.handle(event)
      if (options.logEvents || options.logPayloads) {
        const payload = options.logPayloads ? { payload: jsonBody(request) } : {}
        log.info(
          { event: event.name, callId: event.call?.callId, status: outcome.status, ...payload },
          'call event',
        )
      }
      return outcome.body
    })
  }
}
