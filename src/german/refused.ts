/** What a caller refuses, as days and times that must not be offered: "nicht Mittwoch", "nicht vormittags". */
import { formatDay } from './days.ts'
import { type Item, isTime } from './items.ts'
import { draftOf, resolveDay } from './resolve-day.ts'
import type { Calendar } from './resolved.ts'
import type { Refused } from './types.ts'
import { partWindows } from './vocabulary.ts'
import { formatClock } from './zone.ts'

/** Clock times alone are not kept: "nicht um neun" refuses one offer, "nicht vormittags" a part of every day. */
export function refusedOf(items: readonly Item[], cal: Calendar): Refused {
  const refused: Refused = { weekdays: [], days: [], times: [] }
  for (const item of items) {
    if (item.kind === 'part') {
      const { from, to } = partWindows[item.name]!
      refused.times.push({ from: formatClock(from), to: to === null ? null : formatClock(to) })
    } else if (item.kind === 'weekday' && item.which === 'bare') refused.weekdays.push(item.weekday)
    else if (!isTime(item) && item.kind !== 'every') {
      const day = resolveDay(draftOf(item), cal)
      if (day !== null && day.from !== null)
        refused.days.push({ from: formatDay(day.from), to: formatDay(day.to) })
    }
  }
  return refused
}
