/**
 * Who may read what is meant for operators. With METRICS_TOKEN set they must show it; without one only a process on this machine
 * may ask, and not through a proxy: what a proxy on this machine forwards comes from loopback, too.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip']

/** Whether a request is an operator's. In: `token`, null when none is configured. */
export function isOperator(request: FastifyRequest, token: string | null): boolean {
  return token === null ? isLocal(request) : showsToken(request, token)
}

function isLocal(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? ''
  const loopback = /^(::ffff:)?127\./.test(address) || address === '::1'
  return loopback && forwardingHeaders.every((name) => request.headers[name] === undefined)
}

function showsToken(request: FastifyRequest, token: string): boolean {
  const shown = Buffer.from(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
  const expected = Buffer.from(token)
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}
