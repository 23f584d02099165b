/** What `npm run company` needs besides the database: secrets from the environment, and event types from Cal.com. */
import { CalcomConnections } from '../calcom/connection.ts'
import { CalcomError } from '../calcom/errors.ts'
import { type EventTypes, lookUpEventTypes } from '../company/event-types.ts'
import type { CompanyFile } from '../company/schema.ts'
import type { Secrets } from '../company/sections/section.ts'
import { CompanyProblem } from '../company/state.ts'
import { secretName } from '../company/values.ts'
import { loadConnection } from '../compose.ts'
import { type Config, readEnvironment } from '../config.ts'
import type { Database } from '../db/database.ts'
import { systemClock } from '../lib/clock.ts'
import { Deadline } from '../lib/deadline.ts'
import { SecretBox } from '../lib/secret-box.ts'

const requestMs = 20_000
const quiet = { info() {}, warn() {}, error() {} }

/** Secrets by reference: named in the file, held by the environment, sealed with the configured key. */
export function secretsOf({ encryptionKeys }: Pick<Config, 'encryptionKeys'>): Secrets {
  const box = new SecretBox(encryptionKeys)
  const environment = readEnvironment()
  return {
    value: (reference) => environment[secretName(reference)] || null,
    seal(secret) {
      if (encryptionKeys.length === 0)
        throw new CompanyProblem(
          'ENCRYPTION_KEY is not set, so the secrets of a connection cannot be stored.',
        )
      return box.seal(secret)
    },
    open(sealed) {
      try {
        return box.open(sealed)
      } catch {
        return null
      }
    },
  }
}

/** The event types that a file names, asked of its own connection; `withFacts` also of those it names by number. @throws CompanyProblem */
export async function eventTypesOf(
  file: CompanyFile,
  config: Config,
  database: Database,
  options: { withFacts: boolean },
): Promise<EventTypes> {
  const id = file.calcom?.connection ?? 'default'
  const secrets = secretsOf(config)
  const connections = new CalcomConnections({
    async load() {
      const stored = await loadConnection(config, database, id)
      const { api_key: key, base_url: baseUrl, profile } = file.calcom ?? {}
      const apiKey = key === undefined ? null : secrets.value(key)
      // What the file says counts, as it will once it is applied.
      if (apiKey === null) return stored
      return {
        id,
        webhookSecrets: [],
        bookingsVersion: config.calcom.bookingsVersion,
        apiKey,
        baseUrl: baseUrl ?? stored?.baseUrl ?? config.calcom.baseUrl,
        profile: profile ?? stored?.profile ?? 'published',
      }
    },
    clock: systemClock,
    log: quiet,
  })
  try {
    return await lookUpEventTypes(
      file,
      async (team) => {
        const teamId = team ?? (id === 'default' ? config.calcom.teamId : null)
        const deadline = new Deadline({ clock: systemClock, budgetMs: requestMs })
        const api = await connections.get(id)
        return api.fetchEventTypes(teamId === null ? {} : { teamId }, { deadline, priority: 'background' })
      },
      options,
    )
  } catch (error) {
    if (!(error instanceof CalcomError)) throw error
    throw new CompanyProblem(
      `Cal.com could not be asked for event types (${error.reason ?? error.kind}): check the connection, or write their numbers.`,
      { cause: error },
    )
  } finally {
    await connections.close()
  }
}
