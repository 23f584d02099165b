/**
 * `npm run doctor`: what is wrong with the installation and its companies, each with what to do about it. `-- --company N` one of
 * them, `-- --fix` puts right what can be (the webhook at Cal.com), `-- --json` for programs. Exit code 1 when callers are not served
 * rightly, 2 when only warnings were found.
 */
import { parseArgs } from 'node:util'
import type { DoctorReport } from '../services/doctor/doctor.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const { values } = parseArgs({
  options: {
    company: { type: 'string' },
    fix: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const companyId = values.company === undefined ? null : Number(values.company)

await runCli(async () => {
  if (companyId !== null && !(Number.isInteger(companyId) && companyId > 0))
    throw new UsageError('--company is the number of a company, for instance --company 1.')
  const report = await withGateway(({ doctor }) =>
    doctor.run({ companyId, fix: values.fix }).catch((error: unknown) => {
      throw error instanceof RangeError ? new UsageError(error.message) : error
    }),
  )
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else tell(report)
  const worst = new Set(report.findings.map(({ severity }) => severity))
  process.exitCode = worst.has('error') ? 1 : worst.has('warning') ? 2 : 0
})

function tell({ findings, fixed }: DoctorReport): void {
  for (const sentence of fixed) console.log(`fixed    ${sentence}`)
  for (const { severity, company_id, message, remedy } of findings)
    console.log(
      `${severity.padEnd(8)} ${company_id === null ? '' : `Company ${company_id}: `}${message} ${remedy}`,
    )
  const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length
  console.log(`${count('error')} errors, ${count('warning')} warnings, ${count('hint')} hints.`)
}
