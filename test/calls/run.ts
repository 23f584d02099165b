/**
 * `npm run calls [-- c03,c16]`: plays the calls of `calls/` against a gateway of their own, with the agent that the template makes, and prints
 * a table. Exit codes: 0 every call passed, 1 one failed, 2 nothing was played or one is inconclusive.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Grade } from './grade.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-calls-'))
const report = join(folder, 'calls.jsonl')
const [only] = process.argv.slice(2)
const run = spawnSync('npx', ['vitest', 'run', '--project', 'server', '--reporter=dot', 'test/calls'], {
  stdio: ['ignore', 'ignore', 'ignore'],
  env: { ...process.env, CALLS_REPORT: report, CALLS_ONLY: only ?? 'c' },
})
const grades = existsSync(report)
  ? readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Grade)
  : []
rmSync(folder, { recursive: true, force: true })

for (const { id, verdict, title, functions, calcomRequests, reasons } of grades) {
  console.log(`${verdict.padEnd(12)} ${id.padEnd(14)} ${title}`)
  console.log(`             ${functions.join(' → ')}; ${calcomRequests} requests to Cal.com`)
  for (const reason of reasons) console.log(`             ! ${reason}`)
}
const count = (verdict: Grade['verdict']) => grades.filter((one) => one.verdict === verdict).length
console.log(`${count('pass')} passed, ${count('fail')} failed, ${count('inconclusive')} inconclusive.`)
if (grades.length === 0) console.log('Nothing was played: npx vitest run test/calls says why.')
process.exitCode =
  count('fail') > 0 ? 1 : grades.length === 0 || run.status !== 0 || count('inconclusive') > 0 ? 2 : 0
