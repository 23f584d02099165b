/**
 * Hears from PostgreSQL which company's configuration changed, whoever changed it (a trigger announces it at commit). While
 * the connection is down nothing is heard, so on every reconnect everything counts as changed.
 */
import { Client } from 'pg'
import type { Logger } from 'pino'
import { inBackground } from '../lib/in-background.ts'

export interface ChangeListenerOptions {
  url: string
  log: Pick<Logger, 'warn'>
  /** A company's configuration changed; null: any may have. */
  onChange(companyId: number | null): void
}

const channel = 'gateway_configuration_changed'
const reconnectAfterMs = 1_000

/** Starts listening and keeps at it until `close`; resolves when the first attempt to connect is over. */
export async function listenForChanges(options: ChangeListenerOptions): Promise<{ close(): Promise<void> }> {
  let closed = false
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined

  /** Whatever a change leads to: the connection that told of it must go on. */
  function changed(companyId: number | null): void {
    try {
      options.onChange(companyId)
    } catch (error) {
      options.log.warn({ err: error }, 'a configuration change was not heeded')
    }
  }

  async function connect(): Promise<void> {
    const own = new Client({
      connectionString: options.url,
      application_name: 'gateway-listener',
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
    })
    client = own
    own.on('notification', (notice) => {
      const companyId = Number(notice.payload)
      changed(Number.isInteger(companyId) && companyId > 0 ? companyId : null)
    })
    own.on('error', () => {})
    own.once('end', () => reconnectLater())
    try {
      await own.connect()
      await own.query(`LISTEN ${channel}`)
      changed(null)
    } catch (error) {
      options.log.warn({ err: error }, 'not listening for configuration changes, trying again')
      await own.end().catch(() => {})
      reconnectLater()
    }
  }

  function reconnectLater(): void {
    if (closed || timer) return
    timer = setTimeout(() => {
      timer = undefined
      if (!closed) inBackground(connect(), reconnectLater)
    }, reconnectAfterMs)
    timer.unref()
  }

  await connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
