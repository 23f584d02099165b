/**
 * `npm run test:hostile`: the hostile suites in their long forms (`-- --short` for the short ones), then one table of what was
 * tried and how much got through. Ends with 0 only if that is nothing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TallyLine } from './tally.ts'

const short = process.argv.includes('--short')
const folder = mkdtempSync(join(tmpdir(), 'gateway-hostile-'))
const tallyFile = join(folder, 'tally.jsonl')

const run = spawnSync('npx', ['vitest', 'run', '--project', 'server', 'test/hostile'], {
  stdio: 'inherit',
  env: { ...process.env, HOSTILE: short ? 'short' : 'long', HOSTILE_TALLY: tallyFile },
})
const lines = existsSync(tallyFile)
  ? readFileSync(tallyFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TallyLine)
  : []
rmSync(folder, { recursive: true, force: true })

const totals = new Map<string, { tried: number; through: number }>()
for (const { kind, tried, through } of lines) {
  const total = totals.get(kind) ?? { tried: 0, through: 0 }
  totals.set(kind, { tried: total.tried + tried, through: total.through + through })
}
console.log(`\nhostile world, ${short ? 'short' : 'long'} form`)
for (const [kind, { tried, through }] of totals)
  console.log(`  ${kind.padEnd(26)} ${String(tried).padStart(8)}   got through: ${through}`)
const through = [...totals.values()].reduce((sum, total) => sum + total.through, 0)
console.log(`  ${'in all, got through'.padEnd(26)} ${String(through).padStart(8)}`)
if (run.status !== 0) console.log('  a suite failed: see above')
process.exitCode = run.status === 0 && through === 0 && totals.size > 0 ? 0 : 1
