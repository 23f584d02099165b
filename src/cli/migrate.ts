/**
 * `npm run db:migrate`: brings the configured database (or the embedded one) up to date, then ends. Where the owner's login
 * (DATABASE_MIGRATION_URL) is another one than the gateway's (DATABASE_URL), the gateway's is granted its roles.
 */
import { join } from 'node:path'
import { migrateDatabase } from '../db/migrate.ts'
import { findGatewayLogin } from './gateway-login.ts'
import { readDatabaseConfig } from './owners-database.ts'
import { runCli } from './run-cli.ts'

await runCli(
  async () => {
    const database = readDatabaseConfig()
    const embedded =
      database.migrationUrl === null ? await startEmbedded(join(database.dataDir, 'postgres')) : undefined
    try {
      const { applied } = await migrateDatabase({
        url: embedded?.url ?? database.migrationUrl!,
        log: console.log,
        grantTo: findGatewayLogin(database),
      })
      console.log(applied.length === 0 ? 'The database is up to date.' : 'The database is migrated.')
    } finally {
      await embedded?.stop()
    }
  },
  { exitOnSignal: true },
)

/** Loaded where it is wanted: the image leaves it behind. */
async function startEmbedded(dataDir: string) {
  const { startEmbeddedPostgres } = await import('../development/embedded.ts')
  return startEmbeddedPostgres({ dataDir, log: console.log })
}
