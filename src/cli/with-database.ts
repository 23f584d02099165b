/** What an operator's command needs that works on the database alone: the configured store, opened and closed again. */
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { startUp } from '../start-up.ts'

/** Opens the database for one piece of work. @param applicationName shown in pg_stat_activity */
export async function withDatabase<T>(
  applicationName: string,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const { config, databaseUrl, close } = await startUp({ quiet: true })
  try {
    const database = await openDatabase({
      url: databaseUrl,
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
    await close()
  }
}
