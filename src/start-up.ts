/**
 * What every program begins with: configuration, log and a migrated database. The database is the configured one, or in
 * development an embedded one that is started and stopped with the process. Production never migrates by itself: `npm run
 * db:migrate` does, with the owner's login.
 */
import type { Logger } from 'pino'
import { type Config, loadConfig } from './config.ts'
import { migrateDatabase } from './db/migrate.ts'
import { logConsole } from './lib/log-console.ts'
import { createLogger } from './lib/logger.ts'

export interface StartUpOptions {
  /** Default: the process's environment. */
  config?: Config
  /** For a command that prints its own result: errors only, unless another level was asked for. */
  quiet?: boolean
  /** What other libraries print goes to the log: all of it, or these methods of the console; absent: none. */
  consoleTo?: 'all' | Parameters<typeof logConsole>[1]
  /** Gets the log before anything can fail. */
  tell?: (log: Logger) => void
}

export interface StartedUp {
  config: Config
  log: Logger
  /** Where the gateway connects to. */
  databaseUrl: string
  /** Stops the database if it was started here. */
  close(): Promise<void>
}

/** @throws ConfigError, or DatabaseSetupError with one sentence for the operator */
export async function startUp(options: StartUpOptions = {}): Promise<StartedUp> {
  const config = options.config ?? loadConfig()
  const { logLevel } = config.server
  const log = createLogger({
    level: options.quiet && logLevel === 'info' ? 'error' : logLevel,
    personalData: config.retell.debugWebhooks,
  })
  options.tell?.(log)
  if (options.consoleTo) logConsole(log, options.consoleTo === 'all' ? undefined : options.consoleTo)
  const { url, migrationUrl, dataDir } = config.database
  if (url !== null) {
    if (!config.production) await migrateDatabase({ url: migrationUrl ?? url })
    return { config, log, databaseUrl: url, close: async () => {} }
  }
  // Loaded where it is wanted only: the image has no development wing.
  const { startEmbeddedPostgres } = await import('./development/embedded.ts')
  const embedded = await startEmbeddedPostgres({
    dataDir: `${dataDir}/postgres`,
    log: (message) => log.debug({ component: 'postgres' }, message),
  })
  try {
    await migrateDatabase({ url: embedded.url })
  } catch (error) {
    await embedded.stop()
    throw error
  }
  return { config, log, databaseUrl: embedded.url, close: () => embedded.stop() }
}
