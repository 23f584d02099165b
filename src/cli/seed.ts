/** `npm run db:seed`: migrates, then writes the demonstration companies; a second run changes nothing. */
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { startEmbeddedPostgres } from '../db/embedded.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { seedDemo } from '../db/seed.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const { database: config } = loadConfig()
  const embedded =
    config.url === null
      ? await startEmbeddedPostgres({ dataDir: join(config.dataDir, 'postgres'), log: console.log })
      : undefined
  try {
    await migrateDatabase({ url: embedded?.url ?? config.migrationUrl ?? config.url!, log: console.log })
    const url = embedded?.url ?? config.url!
    const database = await openDatabase({
      url,
      poolMax: 2,
      applicationName: 'gateway-seed',
      requireRestrictedLogin: false,
    })
    try {
      await seedDemo(database)
    } finally {
      await database.close()
    }
    console.log('The demonstration companies are in place.')
  } finally {
    await embedded?.stop()
  }
})
