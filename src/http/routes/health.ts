/** Is the process alive, is it ready, and how are the parts it leans on: no credentials needed, nothing personal told. */
import type { FastifyInstance } from 'fastify'
import { version } from '../../lib/version.ts'
import type { FindingsService } from '../../services/findings.ts'
import type { HealthService } from '../../services/health.ts'
import { isOperator } from '../operators.ts'

export interface HealthRoutesOptions {
  health: Pick<HealthService, 'report' | 'isReady'>
  findings: Pick<FindingsService, 'load' | 'countSilent'>
  /** METRICS_TOKEN: who may see findings; null: only this machine. */
  token: string | null
}

/**
 * `/livez`: the process answers. `/readyz`: it can serve calls (database reachable); how many
 * companies are set up so that they cannot be served is told and fails nothing. `/api/health/calcom`: the guide's
 * report; 503 only when calls cannot be served at all. `/api/health/calcom/detailed`: the same, for operators with `findings`:
 * settings that break a promise; null when the database does not tell.
 */
export async function healthRoutes(
  scope: FastifyInstance,
  { health, findings, token }: HealthRoutesOptions,
): Promise<void> {
  scope.get('/livez', async () => ({ status: 'alive' }))
  scope.get('/readyz', async (_request, reply) => {
    const ready = await health.isReady()
    const cannotAnswer = ready ? await findings.countSilent() : null
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not_ready', companies_that_cannot_answer: cannotAnswer, version })
  })
  scope.get('/api/health/calcom', async (_request, reply) => {
    const report = await health.report()
    return reply.code(report.status === 'unhealthy' ? 503 : 200).send(report)
  })
  scope.get('/api/health/calcom/detailed', async (request, reply) => {
    const report = await health.report()
    const found = isOperator(request, token) ? { findings: await findings.load().catch(() => null) } : {}
    return reply.code(report.status === 'unhealthy' ? 503 : 200).send({ ...report, ...found })
  })
}
