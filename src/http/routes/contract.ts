/**
 * The contract, for whoever configures an agent: `GET /openapi.json`, and outside of production the same to read at `/docs`. Public: it
 * tells what anybody may read in our documents, and nothing about a company.
 */
import type { FastifyInstance } from 'fastify'
import { openApiOf } from '../../functions/openapi.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { contractPage, contractStyle } from '../contract-page.ts'

export interface ContractRoutesOptions {
  registry: FunctionRegistry
  /** Where the gateway is reached from outside; null where nobody has said so. */
  publicUrl: string | null
  version: string
  /** Whether the readable pages are served. */
  pages: boolean
}

/** Adds the routes. */
export async function contractRoutes(scope: FastifyInstance, options: ContractRoutesOptions): Promise<void> {
  const { registry, publicUrl, version, pages } = options
  const server = publicUrl?.replace(/\/+$/, '') ?? null
  // Made when first asked for: most gateways never are.
  const document = once(() => JSON.stringify(openApiOf(registry, server, version)))
  scope.get('/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document()),
  )
  if (!pages) return
  const page = once(() => contractPage(registry, version))
  scope.get('/docs', (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
      .send(page()),
  )
  scope.get('/docs/style.css', (_request, reply) =>
    reply.header('content-type', 'text/css; charset=utf-8').send(contractStyle),
  )
}

function once(make: () => string): () => string {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}
