/**
 * Seals the stored secrets of Cal.com connections anew with the newest key: set ENCRYPTION_KEY to the new one and
 * ENCRYPTION_KEY_PREVIOUS to the old, run this, then drop the old. Never shows a secret.
 */
import type { Tenancy } from '../../db/tenancy.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import { writeAudit } from './audit.ts'

type Deps = { tenancy: Pick<Tenancy, 'asSystem'>; box: SecretBox }

/** Rotates in one transaction. @throws when a secret cannot be opened; then nothing is changed */
export async function rotateSecrets({ tenancy, box }: Deps): Promise<{ rotated: string[]; current: number }> {
  return tenancy.asSystem(async (tx) => {
    const connections = await tx.calcomConnection.findMany({ orderBy: { id: 'asc' } })
    const rotated: string[] = []
    for (const { id, apiKeyEncrypted, webhookSecretEncrypted } of connections) {
      if (!box.isStale(apiKeyEncrypted) && !box.isStale(webhookSecretEncrypted)) continue
      await tx.calcomConnection.update({
        where: { id },
        data: {
          apiKeyEncrypted: box.seal(box.open(apiKeyEncrypted)),
          webhookSecretEncrypted: box.seal(box.open(webhookSecretEncrypted)),
        },
      })
      const companies = await tx.company.findMany({ where: { calcomConnectionId: id }, select: { id: true } })
      for (const company of companies)
        await writeAudit(tx, {
          companyId: company.id,
          actor: 'cli',
          action: 'secrets_rotated',
          entity: 'calcom_connection',
          entityId: id,
        })
      rotated.push(id)
    }
    return { rotated, current: connections.length - rotated.length }
  })
}
