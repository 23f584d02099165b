/**
 * Metrics for Prometheus. With METRICS_TOKEN set the scraper must show it; without one only a process on this machine may ask, and
 * not through a proxy: what a proxy on this machine forwards comes from loopback, too.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { GatewayMetrics, MetricSources } from '../../lib/metrics.ts'
import { refuse } from '../replies.ts'

export interface MetricsRoutesOptions {
  metrics: Pick<GatewayMetrics, 'text' | 'registry'>
  sources: MetricSources
  /** Null: only from loopback. */
  token: string | null
}

const addresses = ['/metrics', '/api/health/calcom/metrics']
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip']

/** Adds the routes; answers 401 to anybody else. */
export async function metricsRoutes(
  scope: FastifyInstance,
  { metrics, sources, token }: MetricsRoutesOptions,
): Promise<void> {
  for (const url of addresses) {
    scope.get(url, async (request, reply) => {
      const allowed = token === null ? isLocal(request) : showsToken(request, token)
      if (!allowed) return refuse(reply.header('www-authenticate', 'Bearer'), 401)
      return reply.header('content-type', metrics.registry.contentType).send(await metrics.text(sources))
    })
  }
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
