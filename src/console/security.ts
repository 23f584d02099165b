/** What every answer and every form of the console is held to. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** Headers of every answer. */
export function protect(reply: FastifyReply, { https }: { https: boolean }): void {
  reply.headers({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    // Addresses of sign-in links must not leave; forms of ours must still say where they come from.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    'x-robots-tag': 'noindex, nofollow',
  })
  if (https) reply.header('strict-transport-security', 'max-age=31536000')
}

/** Whether the browser reached us by https, as far as the request tells; a proxy in front says so. */
export function isHttps(request: FastifyRequest): boolean {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
  return request.protocol === 'https' || forwarded.split(',')[0]?.trim() === 'https'
}

/** Whether a form was sent by a page of ours: by what the browser says, without which Origin must be our own address. */
export function isFromOurPage(request: FastifyRequest, publicUrl: string | null): boolean {
  const site = request.headers['sec-fetch-site']
  const { origin, host } = request.headers
  const ours = publicUrl === null ? null : new URL(publicUrl).origin
  const isOurs = origin !== undefined && (origin === ours || (ours === null && hostOf(origin) === host))
  if (site !== undefined)
    return (site === 'same-origin' && (origin === undefined || isOurs)) || site === 'none'
  return isOurs
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}

/** The token that every form of a session carries; derived from the cookie, which another site cannot read. */
export function csrfTokenOf(sessionToken: string): string {
  return createHash('sha256').update(`form:${sessionToken}`).digest('base64url')
}

/** In constant time. */
export function isCsrfToken(shown: unknown, sessionToken: string): boolean {
  const [given, expected] = [Buffer.from(String(shown ?? '')), Buffer.from(csrfTokenOf(sessionToken))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
