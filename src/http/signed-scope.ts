/**
 * A scope of routes that see raw bytes first: every content type is received as a buffer, verified by the scope's own
 * check, limited, and only then parsed as JSON. An unparsed or unsigned body never reaches a handler.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { AlarmName } from '../lib/alarms.ts'
import type { SignatureVerdict } from '../retell/signature.ts'
import type { RequestLimits } from './rate-limits.ts'
import { refuse } from './replies.ts'

export interface SignedScopeOptions {
  /** Verdict over the exact bytes; called before anything is parsed. */
  verify(request: FastifyRequest, body: Buffer): SignatureVerdict | Promise<SignatureVerdict>
  /** Whether a request without any signature may pass (RETELLAI_FUNCTION_AUTH=throttle). */
  unsignedAllowed: boolean
  /** Takes out of a verified body what the routes do not read, before it is parsed. */
  leaveOut?: (body: Buffer) => Buffer
  /** What is told to the log when a request is refused, for instance 'function_call_refused'. */
  alarm: AlarmName
  limits: Pick<RequestLimits, 'unsigned'>
  log: Logger
}

const emptyBody = Buffer.alloc(0)

/** Makes `scope` a signed scope; add routes to the same scope afterwards. */
export function useSignedScope(scope: FastifyInstance, options: SignedScopeOptions): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // What a sender calls its body decides nothing here, not even a 415 before the signature was looked at.
  scope.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
    if (request.headers['content-type'] !== undefined)
      request.headers['content-type'] = 'application/octet-stream'
    done()
  })
  scope.addHook('preValidation', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : emptyBody
    request.rawBody = body
    const verdict = await options.verify(request, body)
    const passes = verdict === 'valid' || (verdict === 'missing' && options.unsignedAllowed)
    if (!passes) {
      const limited = await options.limits.unsigned(request, reply)
      if (limited) return limited
      options.log.error(
        { alarm: options.alarm, signature: verdict, route: request.routeOptions.url, requestId: request.id },
        'request refused',
      )
      return refuse(reply, 401, verdict === 'missing' ? 'signature_missing' : 'signature_invalid')
    }
    const parsed = parseJson(request, options.leaveOut?.(body) ?? body)
    if (parsed === undefined) return refuse(reply, 400, 'invalid_json')
    request.body = parsed
  })
}

/** The JSON object of a body; the query for requests without one; undefined when it is no JSON object. */
function parseJson(request: FastifyRequest, body: Buffer): object | undefined {
  if (body.length === 0)
    return typeof request.query === 'object' && request.query !== null ? request.query : {}
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
