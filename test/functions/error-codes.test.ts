/** Every error code that is declared is used, and stands in the agents' contract only once. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/error-codes.ts'

test('the list has no double, and no code that nothing can answer', () => {
  const src = join(import.meta.dirname, '../../src')
  const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('generated') && path !== 'error-codes.ts')
    .map((path) => readFileSync(join(src, path), 'utf8'))
    .join('\n')
  expect(new Set(errorCodes).size).toBe(errorCodes.length)
  // Put together from the field that is missing (services/booking/complete.ts).
  const composed = new Set<string>(['missing_email', 'missing_phone'])
  expect(errorCodes.filter((code) => !composed.has(code) && !text.includes(`'${code}'`))).toEqual([])
})
