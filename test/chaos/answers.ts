/** How answers of the gateway are understood. */
import { instantOf } from '../../src/german/index.ts'
import type { Wish } from './ledger.ts'
import type { Answer } from './line.ts'
import type { Chance } from './random.ts'

const zone = 'Europe/Berlin'

/** No fact about the booking: the caller was told that it is not known. */
const unclearErrors = new Set([
  'booking_unknown',
  'booking_in_progress',
  'outcome_unknown',
  'change_in_progress',
  // Something of ours broke in the middle: nothing is said of the booking.
  'technical_error',
  'too_slow',
])
/** Says that the time is not to be had, which is a fact about every booking there. */
const takenErrors = new Set(['slot_unavailable', 'slot_taken'])

export function isUnclear({ error }: Answer): boolean {
  return unclearErrors.has(String(error))
}

export function isTaken({ error }: Answer): boolean {
  return takenErrors.has(String(error))
}

/** Nothing is settled: asking once more may tell. */
export function shouldRepeat(answer: Answer | null): boolean {
  if (answer === null) return true
  const { error } = answer
  return isUnclear(answer) || error === 'calendar_busy' || error === 'calendar_unavailable'
}

/** The start of one of the times offered instead. */
export function pickAlternative(chance: Chance, answer: Answer): number | undefined {
  const { alternatives } = answer
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined
  const { date, time } = chance.pick(alternatives) as { date: string; time: string }
  return instantOf(date, time, zone)?.getTime()
}

const strength: Wish['cancel'][] = ['none', 'refused', 'unclear', 'noted', 'cancelled']

/** What counts of two things heard about one cancellation. */
export function stronger(before: Wish['cancel'], now: Wish['cancel']): Wish['cancel'] {
  return strength.indexOf(now) > strength.indexOf(before) ? now : before
}
