/**
 * A business that books nothing by phone for a while (`npm run company -- pause`): callers are answered, free times and appointments
 * are read out, but nothing is held, booked or moved. What is under way when the pause begins is settled as ever.
 */
import { AppError } from '../errors.ts'
import { clockTimeOf, localDayOf } from '../german/index.ts'
import { bookingIsPaused } from '../german/sentences/catalogue.ts'
import { type Catalogue, type CatalogueBranch, isSwitchedOff } from './catalogue.ts'
import { branchClosed } from './choices.ts'

/** The pause that holds at a branch now, the one that lasts longest; null: it books. */
function pauseAt({ pauses = [] }: CatalogueBranch, now: Date): { until: Date | null } | null {
  const running = pauses.filter(({ until }) => until === null || now < until)
  const endOf = ({ until }: { until: Date | null }) => until?.getTime() ?? Number.POSITIVE_INFINITY
  return running.sort((a, b) => endOf(b) - endOf(a))[0] ?? null
}

/** Why nothing may be booked at a branch now: it is switched off (`branch_closed`) or paused (`booking_paused`); null: it books. */
export function refusalAt(catalogue: Catalogue, branch: CatalogueBranch, now: Date): AppError | null {
  if (isSwitchedOff(catalogue, branch)) return branchClosed(catalogue, branch)
  const pause = pauseAt(branch, now)
  if (pause === null) return null
  const names = catalogue.branches.filter((one) => pauseAt(one, now) === null).map(({ name }) => name)
  const { timeZone } = branch
  const until = pause.until && {
    day: localDayOf(pause.until, timeZone),
    time: clockTimeOf(pause.until, timeZone),
    today: localDayOf(now, timeZone),
  }
  return new AppError('booking_paused', bookingIsPaused(until, names), {
    fields: {
      status: 'booking_paused',
      branches: names,
      paused_until: pause.until?.toISOString() ?? null,
      fallback: 'callback_request',
    },
  })
}

/** Nothing is held or booked at such a branch, or moved to another time. @throws AppError `branch_closed`, `booking_paused` */
export function requireBookable(catalogue: Catalogue, branch: CatalogueBranch, now: Date): void {
  const refusal = refusalAt(catalogue, branch, now)
  if (refusal !== null) throw refusal
}
