/** Metrics for Prometheus: for operators only. */
import type { FastifyInstance } from 'fastify'
import type { GatewayMetrics, MetricSources } from '../../lib/metrics.ts'
import { isOperator, type OperatorAccess } from '../operators.ts'
import { refuse } from '../replies.ts'

export interface MetricsRoutesOptions {
  metrics: Pick<GatewayMetrics, 'text' | 'registry'>
  sources: MetricSources
  access: OperatorAccess
}

const addresses = ['/metrics', '/api/health/calcom/metrics']

/** Adds the routes; answers 401 to anybody else. */
export async function metricsRoutes(
  scope: FastifyInstance,
  { metrics, sources, access }: MetricsRoutesOptions,
): Promise<void> {
  for (const url of addresses) {
    scope.get(url, async (request, reply) => {
      if (!isOperator(request, access)) return refuse(reply.header('www-authenticate', 'Bearer'), 401)
      return reply.header('content-type', metrics.registry.contentType).send(await metrics.text(sources))
    })
  }
}
