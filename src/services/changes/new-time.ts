/**
 * The new time a caller wants to move to. Nothing is defaulted: a missing day or clock time is asked for (incident I-14), and a
 * day that could be read in two ways is asked about.
 */

import {
  type ClockTime,
  clockTimeOf,
  instantOf,
  type LocalDay,
  localDayOf,
  sayDay,
  type UnderstoodTime,
  understandWish,
} from '../../german/index.ts'
import type { OfferMemory } from '../availability/offers.ts'
import type { CallScope } from '../call-context.ts'
import type { CatalogueBranch } from '../catalogue.ts'

export type NewTime =
  | { kind: 'exact'; startsAt: Date; day: LocalDay; time: ClockTime }
  /** Nothing was said yet. */
  | { kind: 'missing' }
  | { kind: 'missing_day'; time: ClockTime | null }
  /** The day is clear; `window` is a part of day or span, if one was named. */
  | { kind: 'missing_time'; day: LocalDay; window: UnderstoodTime | null }
  /** Not understood, impossible, or with several readings. */
  | { kind: 'unclear'; readings: string[] }
  | { kind: 'past' }

/** Understands the wished time at the appointment's branch; a time alone may mean one that was just offered (I-36). */
export async function readNewTime(
  scope: CallScope,
  branch: CatalogueBranch,
  wish: { newDate?: string; newTime?: string },
  offers: Pick<OfferMemory, 'resolveOffered'>,
): Promise<NewTime> {
  if (wish.newDate === undefined && wish.newTime === undefined) return { kind: 'missing' }
  const understood = understandWish(
    { date: wish.newDate, time: wish.newTime },
    { now: scope.now, zone: branch.timeZone, openingHours: branch.openingHours },
  )
  const { day, time, trouble, alternatives } = understood
  if (trouble !== null) {
    const said = alternatives.map((reading) => reading.say)
    const readings =
      trouble === 'ambiguous_day' && day !== null ? [sayDay(day.from, scope.today), ...said] : said
    return { kind: 'unclear', readings: [...new Set(readings)] }
  }
  if (day === null) {
    const words = [wish.newDate, wish.newTime].filter((text) => text !== undefined).join(' ')
    const offered = await offers.resolveOffered(scope.call.callId, {
      day: null,
      time: time?.at ?? null,
      words,
      timeZone: branch.timeZone,
    })
    if (offered.kind === 'match') return exact(offered.start, scope, branch)
    return time === null ? { kind: 'unclear', readings: [] } : { kind: 'missing_day', time: time.at }
  }
  if (day.from !== day.to) return { kind: 'missing_day', time: time?.at ?? null }
  if (time === null || time.at === null) return { kind: 'missing_time', day: day.from, window: time }
  const startsAt = instantOf(day.from, time.at, branch.timeZone)
  return startsAt === null ? { kind: 'unclear', readings: [] } : exact(startsAt, scope, branch)
}

function exact(startsAt: Date, scope: CallScope, branch: CatalogueBranch): NewTime {
  if (startsAt <= scope.now) return { kind: 'past' }
  return {
    kind: 'exact',
    startsAt,
    day: localDayOf(startsAt, branch.timeZone),
    time: clockTimeOf(startsAt, branch.timeZone),
  }
}
