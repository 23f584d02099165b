/**
 * What the caller answered to the read-back of a draft, where the request brings the transcript along: the yes is theirs, not the
 * agent's (production case 15). A wish for another day or time than was read back is no yes, whatever else was said. Pure.
 */
import {
  type Consent,
  clockTimeOf,
  localDayOf,
  type ReadBack,
  readConsent,
  understand,
} from '../../german/index.ts'

/** @param told the starts that were read back (a move has two), and their zone */
export function consentOf(
  words: string,
  readBack: ReadBack,
  { starts, zone, now }: { starts: readonly Date[]; zone: string; now: Date },
): Consent {
  const days = starts.map((start) => localDayOf(start, zone))
  const times = starts.map((start) => clockTimeOf(start, zone))
  return readConsent(words, readBack, (clause) => {
    const { day, time } = understand(clause, { now, zone })
    const otherDay = day !== null && days.every((told) => told < day.from || told > day.to)
    const at = time?.at ?? null
    return otherDay || (at !== null && times.every((told) => !isSameOnTheDial(at, told)))
  })
}

/** "um drei" is said of three in the afternoon as well. */
function isSameOnTheDial(one: string, other: string): boolean {
  const [hours, minutes] = [one, other]
    .map((clock) => clock.split(':').map(Number))
    .map(([h, m]) => [h! % 12, m!]) as [number[], number[]]
  return hours[0] === minutes[0] && hours[1] === minutes[1]
}
