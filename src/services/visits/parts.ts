/** The parts of a visit in the words a caller hears. Pure. */
import type { Attempt } from '../attempts.ts'
import { spokenBooking } from '../booking/facts.ts'
import type { CallScope } from '../call-context.ts'
import type { SpokenParts } from './types.ts'

/** @throws Error for a visit without parts */
export function partsOf(attempts: readonly Attempt[], scope: CallScope): SpokenParts {
  const [first, ...rest] = attempts.map((attempt) => ({ attempt, booking: spokenBooking(attempt, scope) }))
  if (!first) throw new Error('A visit has no parts')
  return [first, ...rest]
}
