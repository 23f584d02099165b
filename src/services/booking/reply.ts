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

/** @param moment when what was read back takes place, and in which zone */
export function consentOf(
  words: string,
  readBack: ReadBack,
  { startAt, zone, now }: { startAt: Date; zone: string; now: Date },
): Consent {
  const day = localDayOf(startAt, zone)
  const time = clockTimeOf(startAt, zone)
  return readConsent(words, readBack, (clause) => {
    const meant = understand(clause, { now, zone })
    const otherDay = meant.day !== null && (day < meant.day.from || day > meant.day.to)
    const otherTime = meant.time !== null && meant.time.at !== null && !isSameOnTheDial(meant.time.at, time)
    return otherDay || otherTime
  })
}

/** "um drei" is said of three in the afternoon as well. */
function isSameOnTheDial(one: string, other: string): boolean {
  const [hours, minutes] = [one, other]
    .map((clock) => clock.split(':').map(Number))
    .map(([h, m]) => [h! % 12, m!]) as [number[], number[]]
  return hours[0] === minutes[0] && hours[1] === minutes[1]
}
