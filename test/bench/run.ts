/**
 * `npm run bench`: measures the built server against the targets and prints one table; exit code 1 when a target is missed.
 * `-- --quick` shorter rounds, `-- --only throughput,booking` some parts, `-- --json <file>` the figures, `-- --readme` writes
 * the table into the README, `-- --dist <folder>` another build.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { projectFolder } from './children.ts'
import { booking, initialize, uncached } from './latency.ts'
import { ownLimits } from './own-limits.ts'
import { parseDate, several, startAndMemory, wholeCalls } from './processes.ts'
import { machine, type Part, type Row, table } from './report.ts'
import { fiveMinutes, ranges } from './requests.ts'
import { startStack } from './stack.ts'
import { throughput } from './throughput.ts'

const parts: Record<string, Part> = {
  throughput,
  uncached,
  initialize,
  booking,
  ranges,
  fiveMinutes,
  ownLimits,
  parseDate,
  wholeCalls,
  startAndMemory,
  several,
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    readme: { type: 'boolean', default: false },
    dist: { type: 'string', default: 'dist' },
  },
})
const names = values.only?.split(',') ?? Object.keys(parts)
const unknown = names.filter((name) => !parts[name])
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}

const dist = resolve(projectFolder, values.dist)
const stack = await startStack(dist)
const rows: Row[] = []
try {
  for (const name of names) {
    const say = (line: string) => console.error(`  ${line}`)
    console.error(name)
    try {
      rows.push(...(await parts[name]!({ stack, dist, quick: values.quick, say })))
    } catch (error) {
      console.error(error)
      rows.push({
        what: name,
        measured: `failed: ${(error as Error).message.split('\n')[0]}`,
        ok: false,
        numbers: {},
      })
    }
  }
} finally {
  await stack.close()
}

const missed = rows.filter((row) => row.ok === false)
const title = `${machine()}, commit ${commit()}${values.quick ? ', quick' : ''}`
console.log(`\n${title}\n\n${table(rows)}\n`)
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ machine: machine(), commit: commit(), rows }, null, 2)}\n`)
if (values.readme) writeReadme(`${title}:\n\n${table(rows)}`)
console.log(missed.length === 0 ? 'Every target is met.' : `${missed.length} missed.`)
process.exitCode = missed.length === 0 ? 0 : 1

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: projectFolder,
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}

function writeReadme(text: string): void {
  const path = join(projectFolder, 'README.md')
  const readme = readFileSync(path, 'utf8')
  const marked = /<!-- bench:start -->[\s\S]*<!-- bench:end -->/
  if (!marked.test(readme)) throw new Error('README.md has no bench markers')
  writeFileSync(
    path,
    readme.replace(marked, () => `<!-- bench:start -->\n${text}\n<!-- bench:end -->`),
  )
}
