/**
 * `npm run reconcile`: brings Cal.com and the database into step now. `-- --check` changes nothing: it prints every difference,
 * one a line, and ends with 1 if there is any. `-- --company N` looks at one company only.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Jobs } from '../jobs/create.ts'
import type { Difference } from '../services/sync/consistency.ts'
import { runCli } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, company: { type: 'string' } },
})
/** A call under way may have booked a moment ago: a difference counts only if it is still there after this. */
const lookAgainAfterMs = 3_000

await runCli(() =>
  withGateway(async ({ jobs }) => {
    const companies = (await jobs.owners.loadCompanies()).filter(
      ({ id }) => values.company === undefined || id === Number(values.company),
    )
    if (companies.length === 0) throw new Error('There is no such company')
    let left = 0
    for (const { id } of companies) {
      if (!values.check) {
        const { bookings, changed } = await jobs.reconciler.runCompany(id)
        const { found, repaired } = await jobs.consistency.repair(id)
        console.log(
          `Company ${id}: ${bookings} changed bookings, ${changed} applied; ${found} differences, ${repaired} repaired`,
        )
      }
      for (const difference of await lastingDifferences(jobs, id)) {
        left += 1
        console.log(lineOf(difference))
      }
    }
    console.log(left === 0 ? 'Cal.com and the database agree.' : `${left} difference(s).`)
    if (left > 0) process.exitCode = 1
  }),
)

async function lastingDifferences({ consistency }: Jobs, companyId: number): Promise<Difference[]> {
  const first = await consistency.check(companyId)
  if (first.length === 0) return first
  await pause(lookAgainAfterMs)
  const seen = new Set(first.map(lineOf))
  return (await consistency.check(companyId)).filter((difference) => seen.has(lineOf(difference)))
}

function lineOf({ companyId, kind, uid, ourId, detail }: Difference): string {
  return `company ${companyId}  ${kind}  booking ${uid ?? '-'}  ours ${ourId ?? '-'}  ${detail}`
}
