/** `npm run db:seed`: migrates, then writes the demonstration companies; a second run changes nothing. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Config, loadConfig, readEnvironment } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { startEmbeddedPostgres } from '../development/embedded.ts'
import { type SeedOptions, seedDemo } from '../development/seed.ts'
import { SecretBox } from '../lib/secret-box.ts'
import { runCli } from './run-cli.ts'

await runCli(
  async () => {
    // Needs no keys of Retell or Cal.com, so what production requires of the gateway is not asked for.
    const { database: config, ...others } = loadConfig({ ...readEnvironment(), NODE_ENV: 'development' })
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
        await seedDemo(database, { practiceConnection: sealPracticeConnection(others) })
      } finally {
        await database.close()
      }
      console.log('The demonstration companies are in place.')
    } finally {
      await embedded?.stop()
    }
  },
  { exitOnSignal: true },
)

/** The practice's account at the simulated Cal.com; only where secrets can be stored. */
function sealPracticeConnection({
  encryptionKeys,
  calcom,
}: Pick<Config, 'encryptionKeys' | 'calcom'>): SeedOptions['practiceConnection'] {
  if (encryptionKeys.length === 0) return undefined
  const box = new SecretBox(encryptionKeys)
  return {
    baseUrl: calcom.baseUrl,
    apiKeyEncrypted: box.seal('cal_test_other_company'),
    webhookSecretEncrypted: box.seal(randomBytes(24).toString('hex')),
  }
}
