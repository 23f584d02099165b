/**
 * A Cal.com connection: address and secrets. The file names the environment variable that holds a secret; it is sealed when stored.
 * What is stored is compared with the variable's value and never shown: the field says the reference, or that it is another one.
 */
import type { Tx } from '../../db/tenancy.ts'
import { stated, type Thing } from '../thing.ts'
import type { Secrets, Section } from './section.ts'

/** What the field of a secret says when the stored one is not that of the reference. */
const anotherSecret = 'another secret'

export const connection: Section = {
  kind: 'connection',

  wanted({ calcom }) {
    if (calcom === undefined || calcom.connection === 'default') return []
    const { connection: key, ...fields } = calcom
    return [{ kind: 'connection', key, fields: stated(fields) }]
  },

  // Its row belongs to no company: see `presentConnections`.
  present: () => [],

  async write({ tx, secrets, calcomAddress }, id, fields, isNew) {
    const data = {
      ...(fields.base_url !== undefined && { baseUrl: String(fields.base_url) }),
      ...(fields.profile !== undefined && { apiProfile: String(fields.profile) }),
      ...(fields.api_key !== undefined && { apiKeyEncrypted: sealed(secrets, fields.api_key) }),
      ...(fields.webhook_secret !== undefined && {
        webhookSecretEncrypted: sealed(secrets, fields.webhook_secret),
      }),
    }
    if (!isNew) await tx.calcomConnection.update({ where: { id }, data })
    else
      await tx.calcomConnection.create({
        data: { id, baseUrl: calcomAddress, apiKeyEncrypted: '', webhookSecretEncrypted: '', ...data },
      })
  },

  intoFile(draft, things) {
    for (const { key, fields } of things)
      draft.calcom = {
        connection: key,
        base_url: String(fields.base_url),
        api_key: String(fields.api_key),
        webhook_secret: String(fields.webhook_secret),
        profile: fields.profile === 'guide' ? 'guide' : 'published',
      }
  },
}

function sealed(secrets: Secrets, reference: unknown): string {
  return secrets.seal(secrets.value(String(reference)) ?? '')
}

/**
 * The stored connections of these ids. A secret reads as the wanted reference while the environment does not say otherwise; without a
 * file, as one that could hold it.
 */
export async function presentConnections(
  tx: Tx,
  ids: readonly string[],
  wanted: readonly Thing[],
  secrets: Secrets,
): Promise<Thing[]> {
  const rows = await tx.calcomConnection.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' } })
  return rows.map((row) => {
    const want = wanted.find(({ kind, key }) => kind === 'connection' && key === row.id)?.fields
    const shown = (field: 'api_key' | 'webhook_secret', stored: string) => {
      const reference = want?.[field]
      if (reference === undefined)
        return `\${${row.id
          .toUpperCase()
          .replace(/[^A-Z0-9]+/g, '_')
          .replace(/^(?=\d|_)/, 'C')}_${field.toUpperCase()}}`
      const value = secrets.value(String(reference))
      return value === null || secrets.open(stored) === value ? reference : anotherSecret
    }
    return {
      kind: 'connection',
      key: row.id,
      fields: {
        base_url: row.baseUrl,
        api_key: shown('api_key', row.apiKeyEncrypted),
        webhook_secret: shown('webhook_secret', row.webhookSecretEncrypted),
        profile: row.apiProfile,
      },
    }
  })
}
