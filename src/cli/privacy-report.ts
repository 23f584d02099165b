/** `npm run privacy:report -- --company N`: what a data protection officer asks, for one company (docs/data-protection.md has the rest). */
import { parseArgs } from 'node:util'
import { loadPrivacyReport } from '../services/privacy/report.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

await runCli(async () => {
  const { values } = parseArgs({ options: { company: { type: 'string' } } })
  const companyId = Number(values.company)
  if (!Number.isInteger(companyId) || companyId < 1) throw new UsageError('--company N is needed')
  await withDatabase('gateway-privacy', async ({ tenancy }) => {
    const report = await loadPrivacyReport(tenancy, companyId, new Date())
    if (report === null) throw new UsageError(`There is no company ${companyId}.`)
    for (const [title, value] of Object.entries(report)) print(title, value)
    console.log('Processing, processors, transfers and reasons: docs/data-protection.md')
  })
})

function print(title: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    console.log(`${title}: ${String(value)}`)
    return
  }
  console.log(`${title}:`)
  const entries = Object.entries(value)
  for (const [name, one] of entries) console.log(`  ${name}: ${one === null ? 'for ever' : String(one)}`)
  if (entries.length === 0) console.log('  none')
}
