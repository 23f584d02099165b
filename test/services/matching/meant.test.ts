/**
 * What callers mean, kind by kind, as `npm run -s understand` answers for the demo salon: lists of our own, one line a variant.
 * `result`, `value`, `options` and `elsewhere` of every line are exact; what a line leaves out is null or empty.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { demoCatalogue } from '../../../src/cli/understand/demo-catalogue.ts'
import { answerLine } from '../../../src/cli/understand.ts'

interface Line {
  text: string
  branch?: string
  result: 'match' | 'ask' | 'none'
  value?: unknown
  options?: unknown[]
  elsewhere?: string
}

const folder = new URL('meant/', import.meta.url)
const leastLines: Record<string, number> = { service: 120, name: 60, phone: 60, email: 40, staff: 40 }
const catalogue = demoCatalogue()

const linesOf = (kind: string) =>
  readFileSync(new URL(`${kind}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

test('there is a list for every kind of this folder, and each is long enough', () => {
  const kinds = readdirSync(folder).map((name) => name.replace('.jsonl', ''))
  expect(kinds.sort()).toEqual(Object.keys(leastLines).sort())
  for (const kind of kinds) expect(linesOf(kind).length, kind).toBeGreaterThanOrEqual(leastLines[kind]!)
})

describe.each(Object.keys(leastLines))('%s', (kind) => {
  test.each(linesOf(kind).map((line) => [line.text, line] as const))('"%s"', (text, line) => {
    const { branch = 'Mitte', result, value = null, options, elsewhere } = line
    const answer = answerLine(JSON.stringify({ kind, text, branch, ref: '2026-11-25T10:20:00' }), catalogue)
    expect(answer).toMatchObject({ result, value, ...(options === undefined ? {} : { options }) })
    expect(answer.elsewhere).toBe(elsewhere)
  })
})
