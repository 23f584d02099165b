/**
 * `npm run restore -- --from FILE` fills the empty database of DATABASE_MIGRATION_URL from a copy and brings it up to date. No gateway
 * starts on it until `npm run restore -- --release`.
 */
import { parseArgs } from 'node:util'
import { readEnvironment } from '../config.ts'
import { release, restore } from '../db/copies.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { findGatewayLogin } from './gateway-login.ts'
import { ownersUrl, readDatabaseConfig } from './owners-database.ts'
import { runCli, UsageError } from './run-cli.ts'

await runCli(
  async () => {
    const { values } = parseArgs({
      options: { from: { type: 'string' }, release: { type: 'boolean', default: false } },
    })
    if ((values.from === undefined) === !values.release)
      throw new UsageError('npm run restore -- --from FILE, or npm run restore -- --release')
    const database = readDatabaseConfig()
    const url = ownersUrl(database)
    if (values.release) {
      const { mailsHeldBack } = await release({ url })
      console.log(
        `Released: gateways may start. ${mailsHeldBack} mail(s) that waited when the copy was made are kept as failed, not sent.`,
      )
      console.log('Bookings made since then are at Cal.com only: run "npm run reconcile".')
      return
    }
    await restore({ url, file: values.from!, environment: readEnvironment() })
    await migrateDatabase({ url, log: console.log, grantTo: findGatewayLogin(database) })
    console.log('Restored. Nothing is sent and nobody is answered until "npm run restore -- --release".')
  },
  { exitOnSignal: true },
)
