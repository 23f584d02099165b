/**
 * The door to the console: an application of its own, with its own limits and answers, that is opened when somebody first asks for it.
 * The request is handed over as it came; nothing of it is read here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

export interface ConsoleRoutesOptions {
  /** Opens it once; what then answers requests. */
  open: () => Promise<(request: IncomingMessage, response: ServerResponse) => void>
}

/** `/` leads to the console; everything under `/console` belongs to it. */
export async function consoleRoutes(scope: FastifyInstance, { open }: ConsoleRoutesOptions): Promise<void> {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  scope.get('/', (_request, reply) => reply.redirect('/console', 302))
  for (const url of ['/console', '/console/*'])
    scope.all(url, async (request, reply) => {
      const answer = await open()
      reply.hijack()
      answer(request.raw, reply.raw)
    })
}
