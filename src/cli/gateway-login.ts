/** Which login the running gateway has. */
import type { Config } from '../config.ts'

/** Out: the login of DATABASE_URL where the owner's (DATABASE_MIGRATION_URL) is another one; it is to be granted the gateway's roles. */
export function findGatewayLogin({ url, migrationUrl }: Config['database']): string | undefined {
  if (url === null || migrationUrl === null) return undefined
  const [login, owner] = [url, migrationUrl].map((address) => decodeURIComponent(new URL(address).username))
  return login === owner ? undefined : login
}
