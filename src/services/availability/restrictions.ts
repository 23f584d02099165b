/**
 * What a caller has ruled out in this call: "nicht am Mittwoch", "nicht vormittags", "nicht vor zwölf", "nur bei Anna". It holds for
 * everything that is proposed from then on, until they say otherwise: whoever asks for a Wednesday by name has taken it back. Pure.
 */
import { z } from 'zod'
import {
  clockTimeOf,
  type LocalDay,
  localDayOf,
  type Refused,
  type UnderstoodDay,
  type UnderstoodTime,
  weekdayOf,
} from '../../german/index.ts'

const clock = z.string().regex(/^\d{2}:\d{2}$/)
const listMax = 20

/** How restrictions are kept with the offers of a call (offers.ts). */
export const restrictionsSchema = z.object({
  weekdays: z.array(z.literal([1, 2, 3, 4, 5, 6, 7])).max(7),
  days: z.array(z.object({ from: z.string().max(10), to: z.string().max(10) })).max(listMax),
  times: z.array(z.object({ from: clock, to: clock.nullable() })).max(listMax),
  /** The part of the day that was wished for last: "nach der Arbeit", "nicht vor zwölf". */
  within: z
    .object({
      at: z.null(),
      from: clock.nullable(),
      to: clock.nullable(),
      reading: z.enum(['exact', 'approximate', 'part_of_day', 'span']),
      part: z
        .enum(['early_morning', 'morning', 'noon', 'afternoon', 'late_afternoon', 'evening', 'night'])
        .nullable(),
    })
    .nullable(),
  /** The one person they want. */
  staffId: z.int().positive().nullable(),
})
export type Restrictions = z.output<typeof restrictionsSchema>

/** What one function call has said about when and with whom. */
export interface Said {
  day: UnderstoodDay | null
  time: UnderstoodTime | null
  not: Refused | null
  /** "nur bei Anna": her id; null: anybody, said so; undefined: nothing was said of it. */
  only?: number | null
}

const none: Restrictions = { weekdays: [], days: [], times: [], within: null, staffId: null }

/** What holds after this was said, given what held before; undefined when nothing does. */
export function restrictionsAfter(before: Restrictions | undefined, said: Said): Restrictions | undefined {
  const { day, time, not, only } = said
  if (before === undefined && not === null && !isWindow(time) && only == null) return undefined
  const held = before ?? none
  // Named by itself, so it is wanted now.
  const named = day !== null && day.from === day.to && day.reading === 'exact' ? day.from : null
  const after: Restrictions = {
    weekdays: added(
      held.weekdays.filter((weekday) => named === null || weekday !== weekdayOf(named)),
      not?.weekdays,
    ),
    days: added(
      held.days.filter(({ from, to }) => named === null || named < from || named > to),
      not?.days,
    ),
    times: added(
      held.times.filter((span) => !meets(span, time)),
      not?.times,
    ),
    within: isWindow(time) ? time : contradicts(held.within, time) ? null : held.within,
    staffId: only === undefined ? held.staffId : only,
  }
  return isEmpty(after) ? undefined : after
}

/** Whether a start lies on a day or at a time that was ruled out. `said`: the time of this very question. */
export function isRuledOut(
  start: Date,
  restrictions: Restrictions,
  said: UnderstoodTime | null,
  timeZone: string,
): boolean {
  const { weekdays, days, times, within } = restrictions
  const day: LocalDay = localDayOf(start, timeZone)
  if (weekdays.includes(weekdayOf(day))) return true
  if (days.some(({ from, to }) => day >= from && day <= to)) return true
  const at = clockTimeOf(start, timeZone)
  if (times.some(({ from, to }) => at >= from && (to === null || at < to))) return true
  // A wished part of the day is left only when it has nothing at all; a limit that was named is not.
  const isLimit = within !== null && (said?.at != null || within.reading === 'span')
  return isLimit && !holds(within, at)
}

/** The time of a question: the one it names, else the part of the day that was wished for before. */
export function effectiveTime(
  said: UnderstoodTime | null,
  restrictions: Restrictions | undefined,
): UnderstoodTime | null {
  return said ?? restrictions?.within ?? null
}

type Window = NonNullable<Restrictions['within']>

function isWindow(time: UnderstoodTime | null): time is Window {
  return time !== null && time.at === null && (time.from !== null || time.to !== null)
}

function contradicts(within: Window | null, time: UnderstoodTime | null): boolean {
  return within !== null && time?.at != null && !holds(within, time.at)
}

function holds({ from, to }: Window, at: string): boolean {
  return (from === null || at >= from) && (to === null || at < to)
}

/** Whether a wished time lies in a span that was ruled out, or reaches into it. */
function meets({ from, to }: Restrictions['times'][number], time: UnderstoodTime | null): boolean {
  if (time === null) return false
  if (time.at !== null) return time.at >= from && (to === null || time.at < to)
  return (time.to === null || time.to > from) && (to === null || time.from === null || time.from < to)
}

function added<T>(held: readonly T[], more: readonly T[] = []): T[] {
  const seen = new Set(held.map((one) => JSON.stringify(one)))
  return [...held, ...more.filter((one) => !seen.has(JSON.stringify(one)))].slice(-listMax)
}

function isEmpty({ weekdays, days, times, within, staffId }: Restrictions): boolean {
  return weekdays.length + days.length + times.length === 0 && within === null && staffId === null
}
