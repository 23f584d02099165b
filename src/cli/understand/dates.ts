/** Days and clock times: `value` has the fields of `npm run -s dates`, also where the caller must be asked. */
import { lineOf, readTimeArgument } from '../dates.ts'
import type { Answer, Understanding } from './types.ts'

/** A date as a function's date argument brings it, with or without a time in it. */
export const understandDate: Understanding = ({ text, ref, branch }) =>
  answerTo(lineOf(text, ref, branch.timeZone))

/** A clock time or part of day as a function's time argument brings it: "drei" is an hour here. */
export const understandTime: Understanding = ({ text, ref, branch }) => {
  const answer = answerTo(readTimeArgument(text, ref, branch.timeZone))
  const isStrange = answer.result === 'ask' && answer.value.unresolved === 'time' && !namesTime.test(text)
  return isStrange ? { ...answer, result: 'none' } : answer
}

/** Words of a time, or of what it may hang on ("wenn die Schule aus ist"); a text without any speaks of something else. */
const namesTime =
  /uhr|zeit|stunde|minute|halb|viertel|früh|spät|mittag|abend|morgen|nacht|feierabend|pause|schule|arbeit|schicht|training|kurs|(?<!\p{L})(?:nach|vor|wenn|sobald|bevor|ab|bis|zwischen|gegen|kurz|um)(?!\p{L})/iu

function answerTo(line: ReturnType<typeof lineOf>): Answer & { value: ReturnType<typeof lineOf> } {
  const said = line.date !== null || line.time !== null || line.from !== null || line.to !== null
  // "Freitag oder Samstag": a choice of the caller's, which a booking asks about; a search takes the first that is free.
  const isChoice = line.alternatives.some(({ reason }) => reason === 'also_named')
  const asked = line.trouble !== null || line.unresolved !== null || line.ambiguous || isChoice
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
