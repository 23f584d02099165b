/**
 * Which PostgreSQL the process uses: the configured one, or in development an embedded one that is started, migrated and
 * stopped with the process. Production never migrates by itself: `npm run db:migrate` does, with the owner's login.
 */
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { startEmbeddedPostgres } from './embedded.ts'
import { migrateDatabase } from './migrate.ts'

export interface Store {
  /** Where the gateway connects to. */
  url: string
  close(): Promise<void>
}

/** Makes a migrated database available. @throws DatabaseSetupError with one sentence for the operator */
export async function openStore(
  config: Pick<Config, 'database' | 'production'>,
  log: Logger,
): Promise<Store> {
  const { url, migrationUrl, dataDir } = config.database
  if (url === null) {
    const embedded = await startEmbeddedPostgres({
      dataDir: `${dataDir}/postgres`,
      log: (message) => log.debug({ component: 'postgres' }, message),
    })
    await migrateDatabase({ url: embedded.url })
    return { url: embedded.url, close: () => embedded.stop() }
  }
  if (!config.production) await migrateDatabase({ url: migrationUrl ?? url })
  return { url, close: async () => {} }
}
