/** Days and clock times: `value` has the fields of `npm run -s dates`, also where the caller must be asked. */
import { lineOf, readTimeArgument } from '../dates.ts'
import type { Answer, Understanding } from './types.ts'

/** A date as a function's date argument brings it, with or without a time in it. */
export const understandDate: Understanding = ({ text, ref, branch }) =>
  answerTo(lineOf(text, ref, branch.timeZone))

/** A clock time or part of day as a function's time argument brings it: "drei" is an hour here. */
export const understandTime: Understanding = ({ text, ref, branch }) =>
  answerTo(readTimeArgument(text, ref, branch.timeZone))

function answerTo(line: ReturnType<typeof lineOf>): Answer {
  const said = line.date !== null || line.time !== null || line.from !== null || line.to !== null
  const asked = line.trouble !== null || line.unresolved !== null || line.ambiguous
  return {
    result: asked ? 'ask' : said ? 'match' : 'none',
    value: line,
    options: asked ? readingsOf(line) : [],
  }
}

/** What the caller can be asked to choose from, the main reading first. */
function readingsOf({ date, dateTo, time, alternatives }: ReturnType<typeof lineOf>) {
  const main = date !== null && date === dateTo ? [{ date, time }] : []
  return [...main, ...alternatives.map(({ day, time: at }) => ({ date: day, time: at }))]
}
