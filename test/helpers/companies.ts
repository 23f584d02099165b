/** Companies from files in a test database, without a process of their own. */
import type { Applied, ApplyOptions } from '../../src/company/apply.ts'
import { CompanyFiles } from '../../src/company/apply.ts'
import { exportCompany } from '../../src/company/export.ts'
import { type Plan, planLines } from '../../src/company/plan.ts'
import { readCompanyFile } from '../../src/company/read-file.ts'
import type { CompanyFile } from '../../src/company/schema.ts'
import type { Secrets } from '../../src/company/sections/section.ts'
import type { Database } from '../../src/db/database.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'

export const encryptionKey = Buffer.alloc(32, 7).toString('base64')

/** The file of a text that must be right. */
export function fileOf(text: string): CompanyFile {
  const { file, problems } = readCompanyFile(text)
  if (file === null) throw new Error(JSON.stringify(problems, null, 1))
  return file
}

export function testSecrets(environment: Record<string, string> = {}): Secrets {
  const box = new SecretBox([encryptionKey])
  return {
    value: (reference) => environment[reference.slice(2, -1)] ?? null,
    seal: (secret) => box.seal(secret),
    open: (sealed) => box.open(sealed),
  }
}

/** Plan, apply and export as the command does them. */
export function openCompanies(
  database: Database,
  secrets: Secrets = testSecrets(),
  calcomAddress = 'http://127.0.0.1:9/v2',
) {
  const files = new CompanyFiles({ tenancy: database.tenancy, secrets, calcomAddress })
  const types = { number: (_place: string, type: number | string) => Number(type), facts: new Map() }
  return {
    plan: (text: string, whose = {}): Promise<{ companyId: number | null; plan: Plan }> =>
      files.plan(fileOf(text), types, whose),
    async lines(text: string, whose: { companyId?: number; prune?: boolean } = {}): Promise<string[]> {
      const { plan } = await files.plan(fileOf(text), types, whose)
      return planLines(plan, { prune: whose.prune ?? false })
    },
    apply: (text: string, options: Omit<ApplyOptions, 'actor'> = {}): Promise<Applied> =>
      files.apply(fileOf(text), types, { ...options, actor: 'test' }),
    export: (which: string): Promise<string> =>
      database.tenancy.asSystem((tx) => exportCompany(tx, which, secrets)),
  }
}
