/** Which of the days of a name or count is meant: "nächsten Freitag", "in acht Tagen". */
import { addMonths, type DayNumber } from './days.ts'
import type { DayItem, WhichDay } from './items.ts'
import { type Calendar, one, type ResolvedDay } from './resolved.ts'

/** `coming` is the weekday's day from today on; `inThisWeek` says whether that is before Monday. */
export function byWhich(
  which: WhichDay,
  coming: DayNumber,
  ahead: number,
  inThisWeek: boolean,
  cal: Calendar,
): ResolvedDay {
  const later = (day: DayNumber, reason: string): ResolvedDay => ({
    ...one(day),
    alternatives: [{ day: day + 7, reason }],
  })
  switch (which) {
    case 'bare':
      if (ahead > 0) return one(coming)
      // "Dienstag" on a Tuesday: today while that is possible, and the other reading beside it.
      return cal.todayPossible
        ? later(coming, 'next_week')
        : { ...one(coming + 7), alternatives: [{ day: coming, reason: 'today' }] }
    case 'this':
      return ahead === 0 ? later(coming, 'next_week') : one(coming)
    case 'coming':
      return one(ahead === 0 ? coming + 7 : coming)
    case 'next':
      // "nächsten Freitag" on a Tuesday is the coming one to some and next week's to others.
      if (ahead === 0) return one(coming + 7)
      return inThisWeek ? later(coming, 'next_week') : one(coming)
    case 'afterNext':
      if (ahead === 0) return one(coming + 14)
      return inThisWeek ? later(coming + 7, 'week_after_next') : one(coming + 7)
    case 'following':
      return one(coming + 7)
    case 'last':
      return { ...one(coming - 7), trouble: 'past_day' }
  }
}

export function byOffset(offset: Extract<DayItem, { kind: 'offset' }>, base: DayNumber): ResolvedDay {
  const day = addMonths(base + offset.days, offset.months)
  const alternatives = offset.idiom && offset.days === 7 ? [{ day: day + 1, reason: 'counted_days' }] : []
  return { ...one(day, offset.approximate ? 'approximate' : 'exact'), alternatives }
}
