/**
 * Who may read what is meant for operators. With METRICS_TOKEN set they must show it. Without one nobody may in production, because a
 * proxy on this machine comes from loopback and need not say whom it forwards; elsewhere a process on this machine may.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip']

/** `token`: null when none is configured. `production`: without one nobody is an operator. */
export interface OperatorAccess {
  token: string | null
  production: boolean
}

/** Whether a request is an operator's. */
export function isOperator(request: FastifyRequest, { token, production }: OperatorAccess): boolean {
  if (token !== null) return showsToken(request, token)
  return !production && isLocal(request)
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
