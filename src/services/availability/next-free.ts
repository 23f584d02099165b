/** The soonest free times that fit: what find_next_available tells. Pure. */
import { clockTimeOf, instantOf, type LocalDay, type UnderstoodTime } from '../../german/index.ts'
import { isInWindow } from './alternatives.ts'
import type { FreeTimes } from './availability.ts'
import { notProposed } from './offers.ts'

/**
 * In: the free times of the days searched, the first of them, the time that was wished (a point counts as "from then on" on that
 * first day), the branch's zone. Out: at most `max` starts, ascending, none of which the call has turned down.
 */
export function nextFreeStarts(
  free: Pick<FreeTimes, 'days' | 'offers'>,
  wish: { from: LocalDay; time: UnderstoodTime | null; timeZone: string; max: number },
): Date[] {
  const { from, time, timeZone, max } = wish
  const refused = new Set(notProposed(free.offers))
  const notBefore = time?.at ? instantOf(from, time.at, timeZone) : null
  return [...free.days.values()]
    .flat()
    .filter((start) => !refused.has(start.getTime()))
    .filter((start) => isInWindow(clockTimeOf(start, timeZone), time))
    .filter((start) => notBefore === null || start >= notBefore)
    .slice(0, max)
}
