/** `npm run db:migrate`: brings the configured database (or the embedded one) up to date, then ends. */
import { join } from 'node:path'
import { loadConfig, readEnvironment } from '../config.ts'
import { startEmbeddedPostgres } from '../db/embedded.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  // Migrating needs no keys of Retell or Cal.com, so what production requires of the gateway is not asked for.
  const { database } = loadConfig({ ...readEnvironment(), NODE_ENV: 'development' })
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
