/** The owner's login, for commands about the database as a whole. */
import { loadConfig, readEnvironment } from '../config.ts'
import { UsageError } from './run-cli.ts'

/** Out: DATABASE_MIGRATION_URL, or DATABASE_URL where there is one login only. @throws UsageError when neither is set */
export function ownersUrl(): string {
  // No keys of Retell or Cal.com are needed, so what production requires of the gateway is not asked for.
  const { migrationUrl } = loadConfig({ ...readEnvironment(), NODE_ENV: 'development' }).database
  if (migrationUrl === null) throw new UsageError('DATABASE_MIGRATION_URL is not set: which database?')
  return migrationUrl
}
