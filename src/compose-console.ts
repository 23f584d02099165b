/** What the console stands on, put together when somebody first opens it: until then it costs nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { ConsoleOptions } from './console/app.ts'
import { openDatabase } from './db/database.ts'
import { version } from './lib/version.ts'

export interface ConsoleDoor {
  open: () => Promise<(request: IncomingMessage, response: ServerResponse) => void>
  close(): Promise<void>
}

/** Its own connections, and how long a statement may take: the console may be slow, the phone may not. */
const poolMax = 3
const limits = { statementTimeoutMs: 2_000, lockTimeoutMs: 1_000, transactionTimeoutMs: 5_000 }

type Options = Omit<ConsoleOptions, 'tenancy' | 'tenancyOf'> & {
  databaseUrl: string
  requireRestrictedLogin: boolean
  log: Logger
}

/** Opens nothing yet. */
export function consoleDoor({ databaseUrl, requireRestrictedLogin, ...options }: Options): ConsoleDoor {
  let opened: Promise<Awaited<ReturnType<typeof start>>> | undefined
  let closing = false

  async function start() {
    const database = await openDatabase({
      url: databaseUrl,
      poolMax,
      applicationName: `gateway ${version} console`,
      requireRestrictedLogin,
      limits,
      reachWithinMs: 2_000,
    })
    try {
      const { buildConsole } = await import('./console/app.ts')
      const app = await buildConsole({ ...options, tenancy: database.tenancy, tenancyOf: database.tenancyOf })
      await app.ready()
      return { app, database }
    } catch (error) {
      await database.close()
      throw error
    }
  }

  return {
    async open() {
      if (closing) throw new Error('the gateway is closing')
      // One that fails is tried again with the next request.
      opened ??= start().catch((error) => {
        opened = undefined
        throw error
      })
      const { app } = await opened
      return (request, response) => app.routing(request, response)
    },
    async close() {
      closing = true
      const running = await opened?.catch(() => undefined)
      await running?.app.close()
      await running?.database.close()
    },
  }
}
