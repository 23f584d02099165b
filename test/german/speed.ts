/**
 * How fast the parser is, over the caller expressions: `npx tsx test/german/speed.ts`. Prints expressions per second
 * and the percentiles of single calls in microseconds.
 */
import { readFileSync } from 'node:fs'
import { instantOf, understand } from '../../src/german/index.ts'

const roundsWarm = 20
const roundsMeasured = 100
const options = { now: instantOf('2025-11-04', '10:00', 'Europe/Berlin')!, zone: 'Europe/Berlin' }
const texts = readFileSync(new URL('./callers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text)

const single: number[] = []
let elapsedNs = 0
for (let round = 0; round < roundsWarm + roundsMeasured; round++) {
  const started = process.hrtime.bigint()
  for (const text of texts) {
    const before = process.hrtime.bigint()
    understand(text, options)
    if (round >= roundsWarm) single.push(Number(process.hrtime.bigint() - before))
  }
  if (round >= roundsWarm) elapsedNs += Number(process.hrtime.bigint() - started)
}
single.sort((a, b) => a - b)
const microseconds = (share: number) => Number((single[Math.floor(single.length * share)]! / 1000).toFixed(1))
console.log({
  perSecond: Math.round((single.length / elapsedNs) * 1e9),
  p50: microseconds(0.5),
  p99: microseconds(0.99),
  p999: microseconds(0.999),
})
