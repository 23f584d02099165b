/**
 * The voice agent's function calls: the dispatcher's addresses, and one address per function (those of older agents
 * included). Every outcome that can be spoken is HTTP 200.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { ipRanges } from '../../config.ts'
import type { Dispatcher } from '../../functions/dispatch.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { Clock } from '../../lib/clock.ts'
import { readFunctionRequest } from '../../retell/envelope.ts'
import {
  foreseeRetellSignature,
  isWithoutTime,
  type SignatureKeys,
  verifyRetellSignature,
} from '../../retell/signature.ts'
import { withoutWordTimes } from '../../retell/unread.ts'
import type { BodiesInFlight } from '../bodies.ts'
import type { RequestLimits } from '../rate-limits.ts'
import { refuse } from '../replies.ts'
import { jsonBody, retellSignatureOf } from '../request-context.ts'
import { useSignedScope } from '../signed-scope.ts'

export interface FunctionRoutesOptions {
  dispatcher: Pick<Dispatcher, 'answer'>
  registry: FunctionRegistry
  keys: SignatureKeys
  auth: 'signature' | 'throttle'
  /** Empty: any address. */
  allowedIps: readonly string[]
  /** Whether GET and DELETE are answered too, with the arguments in the query. */
  bodyless: boolean
  limits: RequestLimits
  bodies: BodiesInFlight
  clock: Clock
  log: Logger
}

const dispatcherAddresses = [
  '/api/webhooks/retell/function',
  '/api/webhooks/retell/function-call',
  '/api/retell/function-call',
  '/api/retell/function',
]

/** Addresses of agents in the field that do not follow `/api/retell/<kebab-name>`. */
const olderAddresses: Readonly<Record<string, string>> = {
  '/api/webhooks/retell/collect-appointment': 'collect_appointment',
  '/api/webhooks/retell/check-availability': 'check_availability',
  '/api/webhooks/retell/check-customer': 'check_customer',
  '/api/webhooks/retell/current-context': 'get_current_context',
  '/api/webhooks/retell/datetime': 'get_current_context',
  '/api/retell/v17/check-availability': 'check_availability',
  '/api/retell/v17/book-appointment': 'book_appointment',
  '/api/retell/initialize-call-v4': 'initialize_call',
  '/api/retell/get-appointments-v4': 'get_customer_appointments',
  '/api/retell/cancel-appointment-v4': 'cancel_appointment',
  '/api/retell/reschedule-appointment-v4': 'reschedule_appointment',
  '/api/retell/get-services-v4': 'get_available_services',
  '/api/retell/current-time-berlin': 'get_current_context',
}

/** Every address of a function call, by path: the function it stands for; null where the body names it. */
export function functionPaths(registry: Pick<FunctionRegistry, 'names'>): Map<string, string | null> {
  const own = registry
    .names()
    .map((name): [string, string] => [`/api/retell/${name.replaceAll('_', '-')}`, name])
  return new Map<string, string | null>([
    ...dispatcherAddresses.map((url): [string, null] => [url, null]),
    ...own,
    ...Object.entries(olderAddresses),
  ])
}

/** The whole transcript travels along with each call. */
const bodyBytesMax = 4 * 1024 * 1024

/** Adds the routes to a scope of their own. */
export async function functionRoutes(scope: FastifyInstance, options: FunctionRoutesOptions): Promise<void> {
  const { dispatcher, registry, keys, auth, limits, bodies, clock, log } = options
  const allowed = options.allowedIps.length === 0 ? null : ipRanges(options.allowedIps)

  if (allowed !== null) {
    scope.addHook('onRequest', async (request, reply) => {
      const family = request.ip.includes(':') ? 'ipv6' : 'ipv4'
      if (allowed.check(request.ip, family)) return
      log.error(
        { alarm: 'function_call_refused', reason: 'ip' },
        'function call from an address that is not allowed',
      )
      return refuse(reply, 403)
    })
  }
  useSignedScope(scope, {
    foresee: (request) => foreseeRetellSignature(retellSignatureOf(request), keys, clock.now()),
    verify: (request, body) => verifyRetellSignature(body, retellSignatureOf(request), keys, clock.now()),
    unsignedAllowed: auth === 'throttle',
    leaveOut: withoutWordTimes,
    alarm: 'function_call_refused',
    bodyBytesMax,
    bodies,
    limits,
    log,
  })

  const handler = (nameOfUrl?: string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const call = readFunctionRequest(jsonBody(request), (name) => registry.get(name) !== undefined, nameOfUrl)
    const limited = await limits.functionCalls(request, reply, call.call?.callId ?? call.callIdHint)
    if (limited) return limited
    const untimed = isWithoutTime(retellSignatureOf(request))
    const answer = await dispatcher.answer(call, {
      requestId: request.id,
      bodyDigest: untimed ? createHash('sha256').update(request.rawBody).digest('hex') : null,
    })
    return reply.header('content-type', 'application/json; charset=utf-8').send(answer)
  }

  for (const [url, name] of functionPaths(registry)) {
    scope.route({
      method: options.bodyless ? ['POST', 'GET', 'DELETE'] : ['POST'],
      url,
      exposeHeadRoute: false,
      handler: handler(name ?? undefined),
    })
  }
}
