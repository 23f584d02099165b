/** The database as its owner reaches it, for commands about the database as a whole. */
import { type Config, loadConfig, readEnvironment } from '../config.ts'
import { UsageError } from './run-cli.ts'

/** No keys of Retell or Cal.com are needed here, so what production requires of the gateway is not asked for. */
export function readDatabaseConfig(): Config['database'] {
  return loadConfig({ ...readEnvironment(), NODE_ENV: 'development' }).database
}

/** Out: DATABASE_MIGRATION_URL, or DATABASE_URL where there is one login only. @throws UsageError when neither is set */
export function ownersUrl({ migrationUrl }: Config['database'] = readDatabaseConfig()): string {
  if (migrationUrl === null) throw new UsageError('DATABASE_MIGRATION_URL is not set: which database?')
  return migrationUrl
}
