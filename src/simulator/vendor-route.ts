/**
 * What every address of the vendor has in common, in its order: faults on order, API version, request limit and key,
 * the work, faults that spoil the answer, the log. Routes below only describe themselves.
 */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BookingDesk } from './booking-desk.ts'
import type { SimulatorClock } from './clock.ts'
import { errorBody, notFound, VendorError } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import type { SimulatorState } from './state.ts'
import { type Throttle, tooManyRequests } from './throttle.ts'
import type { Account, Operation, Profile } from './types.ts'

/** The parts of one simulator that routes work with. */
export interface Vendor {
  state: SimulatorState
  clock: SimulatorClock
  faults: Faults
  throttle: Throttle
  desk: BookingDesk
  log: RequestLog
  profile: Profile
}

export interface VendorRequest {
  account: Account | undefined
  query: Record<string, unknown>
  params: Record<string, string>
  body: unknown
  version: string
  fault: Fault | undefined
}

export interface VendorAnswer {
  status: number
  /** Left out: no content. */
  body?: unknown
}

export interface VendorRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  operation: Operation
  /** `cal-api-version` values served here; all of them when left out. */
  versions?: readonly string[]
  /** Answers in the shapes of 2024-04-15, where Cal.com still routes older versions to an old controller. */
  legacy?: { versions: readonly string[]; handle: VendorRoute['handle'] }
  /** `optional`: a key is checked when present and may change what is allowed. */
  auth: 'optional' | 'required'
  handle(request: VendorRequest): VendorAnswer | Promise<VendorAnswer>
}

const knownVersions = ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13', '2024-09-04', '2026-02-25']
const oldestVersion = '2024-04-15'

/** A value that Cal.com does not know, or none, silently means the oldest version. */
function versionOf(request: FastifyRequest): string {
  const wanted = request.headers['cal-api-version']
  return typeof wanted === 'string' && knownVersions.includes(wanted) ? wanted : oldestVersion
}

/** Registers routes of the vendor on the app. */
export function serveVendor(app: FastifyInstance, vendor: Vendor, routes: VendorRoute[]): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.url,
      handler: async (request, reply) => {
        const fault = vendor.faults.draw(route.operation)
        const entry = vendor.log.begin(request, route.operation)
        reply.raw.once('finish', () => entry.finish(fault?.effect === 'truncate' ? null : reply.statusCode))
        reply.raw.once('close', () => entry.finish(null))
        entry.note(fault)
        const extraMs = fault?.effect === 'delay' ? vendor.faults.pick(fault.ms ?? 0) : 0
        const lateMs = vendor.faults.latencyMs(route.operation) + extraMs
        if (lateMs > 0) await wait(lateMs)
        if (fault?.phase === 'before' && strike(vendor, fault, request, reply)) return reply
        const answer = await work(vendor, route, request, reply, fault)
        entry.worked(answer.status)
        if (fault?.effect === 'short' || fault?.short) return send(reply, shortened(answer))
        if (fault?.phase === 'after' && strike(vendor, fault, request, reply, answer)) return reply
        return send(reply, answer)
      },
    })
  }
}

/** Everything the vendor itself does; its refusals come back as answers too. */
async function work(
  vendor: Vendor,
  route: VendorRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  fault: Fault | undefined,
): Promise<VendorAnswer> {
  try {
    const version = versionOf(request)
    const isLegacy = route.legacy?.versions.includes(version)
    if (!isLegacy && route.versions && !route.versions.includes(version)) throw unrouted(request)
    const account = admit(vendor, route, request, reply)
    const handle = isLegacy && route.legacy ? route.legacy.handle : route.handle
    const asked = {
      account,
      query: request.query as Record<string, unknown>,
      params: request.params as Record<string, string>,
      body: request.body ?? {},
      version,
      fault,
    }
    // Sent twice on the way: the first answer goes nowhere.
    if (fault?.effect === 'repeated') await handle(asked)
    return await handle(asked)
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    return { status: error.status, body: error.body(request.url, vendor.clock.now()) }
  }
}

/** Counts the request and identifies the key. A wrong key is refused even where none is needed. */
function admit(
  vendor: Vendor,
  route: VendorRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Account | undefined {
  const header = request.headers.authorization
  const token = header?.replace(/^Bearer /, '')
  const account = token === undefined ? undefined : vendor.state.accountOfKey(token)
  if (token?.startsWith('cal_') && !account)
    throw new VendorError(401, 'CustomThrottlerGuard - Invalid API Key')
  const taken = vendor.throttle.take(account ? `key:${token}` : `ip:${request.ip}`, vendor.clock.nowMs())
  reply.headers(taken.headers)
  if (taken.refusal) throw taken.refusal
  if (token !== undefined && !token.startsWith('cal_')) {
    throw new VendorError(401, 'ApiAuthStrategy - access token - Invalid Access Token.')
  }
  if (token !== undefined && account?.expiredKeys.includes(token)) {
    throw new VendorError(401, 'ApiAuthStrategy - api key - Your api key is expired')
  }
  // Without "Bearer " the key still parses, but the list of bookings has been seen to fail (issue 20808).
  if (route.operation === 'listBookings' && header !== undefined && header === token) {
    throw new VendorError(500, 'Internal server error', { shape: 'bare' })
  }
  if (route.auth === 'required' && !account) {
    throw new VendorError(401, 'ApiAuthStrategy - no authentication provided')
  }
  return account
}

/** The 404 of a router that knows no such address (or not in this version). */
export const unrouted = (request: FastifyRequest) => notFound(`Cannot ${request.method} ${request.url}`)

function send(reply: FastifyReply, answer: VendorAnswer): FastifyReply {
  reply.code(answer.status).header('x-request-id', randomUUID())
  if (answer.body === undefined) return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
}

/** A booking as some answers to writing requests have been seen: what it is called and how it is, nothing more. */
function shortened(answer: VendorAnswer): VendorAnswer {
  const { data } = (answer.body ?? {}) as { data?: { id?: number; uid?: string; status?: string } }
  if (data?.uid === undefined) return answer
  const { id, uid, status } = data
  return { ...answer, body: { status: 'success', data: { id, uid, status } } }
}

/** Lets a fault take over the answer. Returns false when it leaves the answer alone. */
function strike(
  vendor: Vendor,
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  answer?: VendorAnswer,
): boolean {
  switch (fault.effect) {
    case 'error': {
      const { status = 503, shape, code } = fault
      const message = fault.message ?? (status === 429 ? tooManyRequests : (STATUS_CODES[status] ?? 'Error'))
      const limits =
        status === 429 ? { 'x-ratelimit-reset-default': '60', 'x-ratelimit-remaining-default': '0' } : {}
      reply.headers({ ...limits, ...fault.headers })
      const details = status === 429 ? message : undefined
      const body = errorBody({
        status,
        message,
        shape,
        code,
        details,
        path: request.url,
        at: vendor.clock.now(),
      })
      send(reply, { status, body })
      return true
    }
    case 'hang':
      reply.hijack()
      return true
    case 'reset':
      reply.hijack()
      request.raw.socket.resetAndDestroy()
      return true
    case 'garbage': {
      const page =
        '<!doctype html><html><head><title>Bad gateway</title></head><body>Bad gateway</body></html>'
      reply.code(fault.status ?? answer?.status ?? 200).type('application/json; charset=utf-8')
      reply.send(fault.body ?? page)
      return true
    }
    case 'truncate': {
      const whole = Buffer.from(JSON.stringify(answer?.body ?? { status: 'success', data: {} }))
      reply.hijack()
      reply.raw.writeHead(answer?.status ?? 200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': whole.length,
      })
      reply.raw.write(whole.subarray(0, Math.floor(whole.length / 2)), () => request.raw.socket.destroy())
      return true
    }
    default:
      return false
  }
}
