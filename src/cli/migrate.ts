/** `npm run db:migrate`: brings the configured database (or the embedded one) up to date, then ends. */
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { startEmbeddedPostgres } from '../db/embedded.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const { database } = loadConfig()
  const embedded =
    database.migrationUrl === null
      ? await startEmbeddedPostgres({ dataDir: join(database.dataDir, 'postgres'), log: console.log })
      : undefined
  try {
    const { applied } = await migrateDatabase({
      url: embedded?.url ?? database.migrationUrl!,
      log: console.log,
    })
    console.log(applied.length === 0 ? 'The database is up to date.' : 'The database is migrated.')
  } finally {
    await embedded?.stop()
  }
})
