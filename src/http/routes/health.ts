/** Is the process alive, is it ready, and how are the parts it leans on: no credentials needed, nothing personal told. */
import type { FastifyInstance } from 'fastify'
import type { HealthService } from '../../services/health.ts'

/**
 * `/livez`: the process answers. `/readyz`: it can serve calls (database reachable). `/api/health/calcom`: the guide's
 * report; 503 only when calls cannot be served at all.
 */
export async function healthRoutes(
  scope: FastifyInstance,
  { health }: { health: Pick<HealthService, 'report' | 'isReady'> },
): Promise<void> {
  scope.get('/livez', async () => ({ status: 'alive' }))
  scope.get('/readyz', async (_request, reply) => {
    const ready = await health.isReady()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready' })
  })
  for (const url of ['/api/health/calcom', '/api/health/calcom/detailed']) {
    scope.get(url, async (_request, reply) => {
      const report = await health.report()
      return reply.code(report.status === 'unhealthy' ? 503 : 200).send(report)
    })
  }
}
