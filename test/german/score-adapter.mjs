/**
 * For the scorer of the public corpus, over the built module:
 *   npm run build && node test/fixtures/dates/score-dates.mjs test/german/score-adapter.mjs --misses misses.jsonl
 */
import { lineOf } from '../../dist/cli/dates.js'

/** The scorer wants a day and a point in time; an open window without a day is represented by its edge. */
export function parse(text, ref) {
  const { date, time, from, to } = lineOf(text, ref)
  return { date, time: time ?? (date === null ? (from ?? to) : null) }
}
