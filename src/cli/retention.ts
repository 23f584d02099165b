/** `npm run retention -- --company N [--yes] [--by NAME]`: what a company's periods would forget now; with --yes they hold, and it goes. */
import { parseArgs } from 'node:util'
import type { Periods } from '../services/privacy/periods.ts'
import { askedBy } from './person.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const kinds: ReadonlyArray<readonly [keyof Periods, string]> = [
  ['transcripts', 'transcripts, summaries, analysis'],
  ['arguments', 'arguments and answers, drafts'],
  ['messages', 'callbacks, mails, webhooks, notes, reasons'],
  ['callFacts', 'call facts (number, customer)'],
  ['recordings', 'addresses of recordings'],
  ['inactiveMonths', 'customers without appointment or call'],
]

await runCli(async () => {
  const { values } = parseArgs({
    options: {
      company: { type: 'string' },
      yes: { type: 'boolean', default: false },
      by: { type: 'string' },
    },
  })
  const companyId = Number(values.company)
  if (!Number.isInteger(companyId) || companyId < 1) throw new UsageError('--company N is needed')
  await withGateway(async ({ jobs: { retention } }) => {
    const preview = await retention.preview(companyId)
    if (preview === null) throw new UsageError(`There is no company ${companyId}.`)
    const { running, wanted, isReleased } = preview
    for (const [kind, what] of kinds)
      console.log(
        `${what}: ${said(kind, wanted[kind])}${isReleased || running[kind] === wanted[kind] ? '' : ` (until released: ${said(kind, running[kind])})`}`,
      )
    const gone = values.yes
      ? await retention.release(companyId, { by: askedBy(values.by), why: 'npm run retention --yes' })
      : preview.wouldGo
    console.log(values.yes ? 'Forgotten, rows by kind:' : 'Would be forgotten now, rows by kind:')
    for (const [what, count] of Object.entries(gone)) if (count > 0) console.log(`  ${what}: ${count}`)
    if (Object.values(gone).every((count) => count === 0)) console.log('  nothing')
    if (!values.yes)
      console.log(
        isReleased
          ? 'These periods hold; it goes in the coming night, or now with --yes.'
          : 'Nothing of this holds yet: --yes releases it.',
      )
  })
})

function said(kind: keyof Periods, period: number | null): string {
  if (period === null) return 'for ever'
  if (kind === 'inactiveMonths') return `${period} months`
  return period === 0 ? 'not kept' : `${period} days`
}
