/**
 * How fast the parser is, over the caller expressions: `npx tsx test/german/speed.ts`. Prints expressions per second
 * and the percentiles of single calls in microseconds.
 */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { instantOf, understand } from '../../src/german/index.ts'

const roundsWarm = 20
const roundsMeasured = 100
const options = { now: instantOf('2025-11-04', '10:00', 'Europe/Berlin')!, zone: 'Europe/Berlin' }
const texts = readFileSync(new URL('./callers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text)

// Filled in place, so that measuring allocates nothing that the collector would have to copy.
const single = new Float64Array(roundsMeasured * texts.length)
let measured = 0
let elapsedMs = 0
for (let round = 0; round < roundsWarm + roundsMeasured; round++) {
  const started = performance.now()
  for (const text of texts) {
    const before = performance.now()
    understand(text, options)
    if (round >= roundsWarm) single[measured++] = performance.now() - before
  }
  if (round >= roundsWarm) elapsedMs += performance.now() - started
}
single.sort()
const microseconds = (share: number) => Number((single[Math.floor(measured * share)]! * 1000).toFixed(1))
console.log({
  perSecond: Math.round((measured / elapsedMs) * 1000),
  p50: microseconds(0.5),
  p99: microseconds(0.99),
  p999: microseconds(0.999),
})
