/** What a started booking is, told from the draft that holds it. */
import type { Attempt } from '../attempts.ts'
import type { CallScope } from '../call-context.ts'
import { spokenBooking } from './facts.ts'
import type { CompleteWish, Started } from './types.ts'

/** `isAgain`: the attempt was there before this request; how far it is by now is said then. */
export function ready(
  attempt: Attempt,
  scope: CallScope,
  { filled, contact, otherLength }: Pick<CompleteWish, 'filled' | 'contact' | 'otherLength'>,
  isAgain = true,
): Started {
  const again = !isAgain
    ? 'no'
    : attempt.state === 'booked'
      ? 'booked'
      : attempt.state === 'draft'
        ? 'open'
        : 'in_progress'
  return {
    kind: 'ready',
    attempt,
    booking: spokenBooking(attempt, scope),
    again,
    filled,
    contact,
    otherLength,
  }
}
