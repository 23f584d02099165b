/**
 * The lists in test/heldout, once scored, as tests: what was right stays right, and nothing becomes silently wrong. The numbers are those of the
 * rules today; a list may lose a line where its meaning was decided anew, with the reason in test/heldout/README.md.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { demoCatalogue } from '../../src/cli/understand/demo-catalogue.ts'
import { answerLine } from '../../src/cli/understand.ts'

const catalogue = demoCatalogue()
const folder = mkdtempSync(join(tmpdir(), 'heldout-'))
const score = (...args: string[]) =>
  spawnSync(process.execPath, ['test/heldout/score.mjs', ...args], { encoding: 'utf8' }).stdout.trim()

test.each([
  ['names', 60, 0],
  ['emails', 60, 0],
  ['phones', 60, 0],
  ['services', 88, 0],
  ['staff', 60, 0],
  ['dates', 219, 0],
  ['times', 60, 0],
])('third set, %s: at least %i right, at most %i silently wrong', (kind, rightMin, wrongMax) => {
  const list = `test/heldout/third/${kind}-heldout.jsonl`
  const answers = score(list, '--in')
    .split('\n')
    .map((line) => JSON.stringify(answerLine(line, catalogue)))
  const file = join(folder, `${kind}.jsonl`)
  writeFileSync(file, answers.join('\n'))
  const lines = score(list, file).split('\n')
  const [, right, wrong] = /right (\d+) .*silently wrong (\d+)/.exec(lines.at(-1)!)!
  expect(Number(right), lines.join('\n')).toBeGreaterThanOrEqual(rightMin)
  expect(Number(wrong), lines.join('\n')).toBeLessThanOrEqual(wrongMax)
})
