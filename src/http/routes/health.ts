/** Is the process alive, is it ready, and how are the parts it leans on: no credentials needed, nothing personal told. */
import type { FastifyInstance } from 'fastify'
import { version } from '../../lib/version.ts'
import type { FindingsService } from '../../services/findings.ts'
import type { HealthService } from '../../services/health.ts'
import { isOperator, type OperatorAccess } from '../operators.ts'
import { refuse } from '../replies.ts'

export interface HealthRoutesOptions {
  health: Pick<HealthService, 'report' | 'isReady'>
  findings: Pick<FindingsService, 'load' | 'countSilent'>
  /** Who may see findings. */
  access: OperatorAccess
}

/**
 * `/livez`: the process answers. `/readyz`: it can serve calls (database reachable); how many
 * companies are set up so that they cannot be served is told and fails nothing. `/api/health/calcom`: the guide's
 * report; 503 only when calls cannot be served at all. `/api/health/calcom/detailed`: the same, for operators with `findings`:
 * settings that break a promise; null when the database does not tell. Others are refused, but on a developer's machine without a
 * token, where they see the report alone.
 */
export async function healthRoutes(
  scope: FastifyInstance,
  { health, findings, access }: HealthRoutesOptions,
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
    const operator = isOperator(request, access)
    if (!operator && (access.production || access.token !== null))
      return refuse(reply.header('www-authenticate', 'Bearer'), 401)
    const report = await health.report()
    const found = operator ? { findings: await findings.load().catch(() => null) } : {}
    return reply.code(report.status === 'unhealthy' ? 503 : 200).send({ ...report, ...found })
  })
}
