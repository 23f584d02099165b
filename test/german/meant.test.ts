/** What callers and language models say about days and times, by kind, with what they mean. */
import { describe, expect, test } from 'vitest'
import { lineOf } from '../../src/cli/dates.ts'
import { isMeant, shortForm } from './meant.ts'
import { further } from './meant-further.ts'
import { lists, reference } from './meant-lists.ts'

describe('what was meant', () => {
  test.each(Object.entries(lists))('%s', (_kind, list) => {
    const missed = list.flatMap(([said, meant]) => {
      const line = lineOf(said, reference)
      return isMeant(line, meant, reference)
        ? []
        : [`„${said}“: ${shortForm(line, reference)} instead of ${meant}`]
    })
    expect(missed).toEqual([])
  })

  test('more of every kind', () => {
    const missed = further.flatMap(([said, meant, ref = reference]) => {
      const line = lineOf(said, ref)
      return isMeant(line, meant, ref) ? [] : [`„${said}“: ${shortForm(line, ref)} instead of ${meant}`]
    })
    expect(missed).toEqual([])
  })
})
