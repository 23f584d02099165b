/** Who changed what, without personal data: ids, counts and names of fields only. */
import type { Prisma } from '../../db/generated/client.ts'
import type { Tx } from '../../db/tenancy.ts'

/** Who asks for something to be done with a person's data, and why. */
export interface Asker {
  /** A person or login. */
  by: string
  why: string
}

export interface AuditEntry {
  companyId: number
  /** 'retention', 'cli', … */
  actor: string
  action: string
  entity: string
  entityId: string
  detail?: Prisma.InputJsonObject
}

/** Writes an entry in the transaction of what it tells. */
export async function writeAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.auditLog.create({ data: entry })
}
