/** Weekends, months and parts of weeks and months on the calendar. */
import { civilOf, type DayNumber, dayNumber, mondayOf, monthLength, weekdayOfNumber } from './days.ts'
import type { DayItem, Portion, WhichDay } from './items.ts'
import { type ResolvedDay, span } from './resolved.ts'

export const weekPortions: Record<Exclude<Portion, null>, [number, number]> = {
  start: [0, 1],
  middle: [1, 3],
  end: [3, 5],
  firstHalf: [0, 2],
  secondHalf: [3, 5],
}
const monthPortions: Record<Exclude<Portion, null>, [number, number]> = {
  start: [1, 10],
  middle: [11, 20],
  end: [21, 31],
  firstHalf: [1, 15],
  secondHalf: [16, 31],
}

export function resolveWeekend(which: WhichDay, today: DayNumber): ResolvedDay {
  const saturday = mondayOf(today) + 5
  const isWeekend = weekdayOfNumber(today) >= 6
  const days = (from: DayNumber, alternative?: DayNumber): ResolvedDay => ({
    ...span(from, from + 1),
    alternatives: alternative === undefined ? [] : [{ day: alternative, reason: 'next_week' }],
  })
  switch (which) {
    case 'next':
      return isWeekend ? days(saturday + 7) : days(saturday, saturday + 7)
    case 'coming':
      return days(isWeekend ? saturday + 7 : saturday)
    case 'afterNext':
      return isWeekend ? days(saturday + 14) : days(saturday + 7, saturday + 14)
    case 'following':
      return days(saturday + 7)
    case 'last':
      return days(saturday - 7)
    default:
      return days(saturday)
  }
}

export function resolveMonth(item: DayItem, today: DayNumber): ResolvedDay {
  const now = civilOf(today)
  if (item.kind === 'year')
    return span(dayNumber(now.year + item.shift, 1, 1), dayNumber(now.year + item.shift, 12, 31))
  let index = now.year * 12 + now.month - 1
  if (item.kind === 'monthShift') index += item.shift
  else if (item.kind === 'month') {
    const wrapped = item.month < now.month || (item.next && item.month === now.month)
    index = (item.year ?? now.year + (wrapped ? 1 : 0)) * 12 + item.month - 1
  }
  const portion = item.kind === 'month' || item.kind === 'monthShift' ? item.portion : null
  const [first, last] = portion === null ? [1, 31] : monthPortions[portion]
  const spanOf = (at: number): ResolvedDay => {
    const [year, month] = [Math.floor(at / 12), (at % 12) + 1]
    return span(
      dayNumber(year, month, first),
      dayNumber(year, month, Math.min(last, monthLength(year, month))),
    )
  }
  const resolved = spanOf(index)
  if (resolved.to >= today || portion === null) return resolved
  return spanOf(index + (item.kind === 'month' ? 12 : 1))
}
