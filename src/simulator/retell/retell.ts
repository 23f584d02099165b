/**
 * A look-alike of Retell's API: a real HTTP server with agents and their versions, LLMs, phone numbers and calls, as retell-sdk's types
 * (5.66) describe them. It does no flows, no chats, no batches, and calls nobody yet. Everything is in memory and gone when it closes.
 */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { agentRoutes } from './agents.ts'
import { callRoutes } from './calls.ts'
import { RetellRefusal } from './errors.ts'
import { llmRoutes } from './llms.ts'
import { numberRoutes } from './phone-numbers.ts'
import type { Asked } from './route.ts'
import { newId, type RetellCall, Workspace } from './workspace.ts'

export interface RetellSimulatorOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Each key sees a workspace of its own; default one key, `retellTestKey`. */
  keys?: readonly string[]
  /** Source of time; default the machine's clock. */
  clock?: () => Date
}

export interface RetellSimulator {
  /** Base address, e.g. `http://127.0.0.1:4020`. */
  url: string
  port: number
  control: RetellControl
  close(): Promise<void>
}

/** What a test may do that Retell's API does not offer. */
export interface RetellControl {
  /** A call that was made, with all that Retell would have stored of it; out: the stored call. */
  addCall(call?: Partial<RetellCall>, key?: string): RetellCall
  /** The next requests are answered so, one after another: with a status, never, or as they should be. */
  fail(...answers: Array<number | 'hang' | 'pass'>): void
  /** Method and address of every request so far. */
  requests(): readonly string[]
}

export const retellTestKey = 'key_test_demo_workspace'
const bodyBytesMax = 5 * 1024 * 1024

/** Starts a look-alike and resolves when it listens. */
export async function startRetellSimulator(options: RetellSimulatorOptions = {}): Promise<RetellSimulator> {
  const { keys = [retellTestKey], clock = () => new Date() } = options
  const workspaces = new Map(keys.map((key) => [key, new Workspace()]))
  const failures: Array<number | 'hang' | 'pass'> = []
  const requests: string[] = []
  const app = createApp()
  app.addHook('onRequest', async (request, reply) => {
    requests.push(`${request.method} ${request.url}`)
    const failure = failures.shift()
    if (failure === 'hang') return reply.hijack()
    if (failure !== undefined && failure !== 'pass')
      throw new RetellRefusal(failure, failure === 429 ? 'Account rate limited.' : 'Ordered by the test.')
  })
  for (const { method, url, handle } of [...agentRoutes, ...llmRoutes, ...numberRoutes, ...callRoutes]) {
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
        const workspace = token === undefined ? undefined : workspaces.get(token)
        if (workspace === undefined) throw new RetellRefusal(401, 'API key is missing or invalid.')
        const { params, query, body } = request as Pick<Asked, 'params' | 'query' | 'body'>
        const answer = handle({ workspace, params, query, body, nowMs: clock().getTime() })
        return reply.code(answer.status).send(answer.body)
      },
    })
  }
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const { address, port } = app.server.address() as AddressInfo
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    port,
    control: {
      addCall(call = {}, key = keys[0]!) {
        const stored: RetellCall = {
          agent_id: 'agent_unknown',
          agent_version: 0,
          call_id: newId('call'),
          call_type: 'phone_call',
          call_status: 'ended',
          direction: 'inbound',
          from_number: '',
          to_number: '',
          start_timestamp: clock().getTime(),
          data_storage_setting: 'everything',
          ...call,
        }
        workspaces.get(key)!.calls.set(stored.call_id, stored)
        return stored
      },
      fail: (...answers) => failures.push(...answers),
      requests: () => requests,
    },
    close: () => app.close(),
  }
}

function createApp() {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: 200 },
  })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, raw, done) => {
    try {
      done(null, raw === '' ? {} : JSON.parse(raw as string))
    } catch {
      done(new RetellRefusal(400, 'Invalid request format, please check API reference.'))
    }
  })
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ status: 'error', message: `Cannot ${request.method} ${request.url}` }),
  )
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof RetellRefusal) return reply.code(error.status).send(error.body())
    const { statusCode = 500, message } = error as { statusCode?: number; message: string }
    if (statusCode < 500) return reply.code(statusCode).send({ status: 'error', message })
    // A fault of the look-alike itself must be visible to whoever reads the test's output.
    console.error('retell simulator:', error)
    return reply.code(500).send({ status: 'error', message: 'An unexpected server error occurred.' })
  })
  return app
}
