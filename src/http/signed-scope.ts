/**
 * A scope of routes that see raw bytes first. Before a byte of a body is read: the header, its age, the announced size. Then every
 * content type is received as a buffer (http/bodies.ts), verified by the scope's own check, and only then parsed as JSON. An
 * unparsed or unsigned body never reaches a handler.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { AlarmName } from '../lib/alarms.ts'
import type { SignatureVerdict } from '../retell/signature.ts'
import { announcesTooMuch, type BodiesInFlight, leaveBody, letGo, receiveBody } from './bodies.ts'
import { nestsDeeperThan } from './json-depth.ts'
import { addressOf, type RequestLimits } from './rate-limits.ts'
import { refuse } from './replies.ts'

export interface SignedScopeOptions {
  /** What the header alone says, before the body is read. */
  foresee(request: FastifyRequest): 'plausible' | Exclude<SignatureVerdict, 'valid'>
  /** Verdict over the exact bytes; called before anything is parsed. */
  verify(request: FastifyRequest, body: Buffer): SignatureVerdict | Promise<SignatureVerdict>
  /** Whether a request without any signature may pass (RETELLAI_FUNCTION_AUTH=throttle). */
  unsignedAllowed: boolean
  /** Takes out of a verified body what the routes do not read, before it is parsed. */
  leaveOut?: (body: Buffer) => Buffer
  /** The log line's event when a request is refused, for instance 'function_call_refused'. */
  alarm: AlarmName
  bodyBytesMax: number
  bodies: BodiesInFlight
  limits: Pick<RequestLimits, 'unsigned'>
  log: Logger
}

const emptyBody = Buffer.alloc(0)
/** Retell's and Cal.com's bodies have a dozen levels; a list in a list in a list costs more to read than to send. */
const jsonDepthMax = 64

/** Makes `scope` a signed scope; add routes to the same scope afterwards. */
export function useSignedScope(scope: FastifyInstance, options: SignedScopeOptions): void {
  const { bodyBytesMax, bodies, unsignedAllowed } = options
  const refuseUnsigned = async (
    request: FastifyRequest,
    reply: FastifyReply,
    verdict: SignatureVerdict,
  ): Promise<FastifyReply> => {
    const limited = await options.limits.unsigned(request, reply)
    if (limited) return limited
    options.log.error(
      { alarm: options.alarm, signature: verdict, route: request.routeOptions.url, requestId: request.id },
      'request refused',
    )
    return refuse(reply, 401, verdict === 'missing' ? 'signature_missing' : 'signature_invalid')
  }
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) =>
    receiveBody(request, payload, { bytesMax: bodyBytesMax, inFlight: bodies, address: addressOf(request) }),
  )
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
    // What a sender calls its body decides nothing here, not even a 415 before the signature was looked at.
    if (request.headers['content-type'] !== undefined)
      request.headers['content-type'] = 'application/octet-stream'
    if (announcesTooMuch(request, bodyBytesMax)) return refuse(leaveBody(request, reply), 413)
    const verdict = options.foresee(request)
    if (verdict === 'invalid' || (verdict === 'missing' && !unsignedAllowed))
      return refuseUnsigned(request, leaveBody(request, reply), verdict)
    reply.raw.once('close', () => letGo(request))
  })
  scope.addHook('onResponse', (request, _reply, done) => {
    letGo(request)
    done()
  })
  scope.addHook('preValidation', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : emptyBody
    request.rawBody = body
    const verdict = await options.verify(request, body)
    const passes = verdict === 'valid' || (verdict === 'missing' && unsignedAllowed)
    if (!passes) return refuseUnsigned(request, reply, verdict)
    const parsed = isBodyless(request, body) ? queryOf(request) : parseJson(options.leaveOut?.(body) ?? body)
    if (parsed === undefined) return refuse(reply, 400, 'invalid_json')
    request.body = parsed
  })
}

/** Whether arguments may come by the query: never where a body could have been signed. */
function isBodyless({ method }: FastifyRequest, body: Buffer): boolean {
  return method === 'GET' || (method === 'DELETE' && body.length === 0)
}

function queryOf({ query }: FastifyRequest): object {
  return typeof query === 'object' && query !== null ? query : {}
}

/** The JSON object of a body, an empty one for none; undefined when it is no JSON object, or a bottomless one. */
function parseJson(body: Buffer): object | undefined {
  if (body.length === 0) return {}
  if (nestsDeeperThan(jsonDepthMax, body)) return undefined
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
