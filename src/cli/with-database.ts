/** What an operator's command needs that works on the database alone: the configured store, opened and closed again. */
import { type Config, loadConfig } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'

/** Opens the database for one piece of work. @param applicationName shown in pg_stat_activity */
export async function withDatabase<T>(
  applicationName: string,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig()
  const store = await openStore(config, createLogger({ level: 'error', personalData: false }))
  try {
    const database = await openDatabase({
      url: store.url,
      poolMax: 2,
      applicationName,
      requireRestrictedLogin: config.production,
    })
    try {
      return await work(database, config)
    } finally {
      await database.close()
    }
  } finally {
    await store.close()
  }
}
