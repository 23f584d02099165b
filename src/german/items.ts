/** What the rules recognise: pieces of a wish, not yet placed on the calendar. */
import type { Weekday } from './types.ts'

/** `following`: the one after the one that comes first ("am Wochenende drauf", "nicht diesen Freitag, den nächsten") */
export type WhichDay = 'bare' | 'this' | 'next' | 'coming' | 'afterNext' | 'following' | 'last'

/** A clock time as said. `fixed`: no second reading twelve hours away ("14 Uhr", "03:30"). */
export interface SaidClock {
  /** minutes after midnight as said, so "drei" is 180; NaN for a time that does not exist */
  minute: number
  fixed: boolean
  approximate: boolean
  /** said with a zone: minutes to subtract for UTC */
  offsetMinutes?: number
}

export interface SaidDate {
  kind: 'date'
  /** NaN for a number that no month has */
  day: number
  month: number | null
  year: number | null
  /** "am dritten nächsten Monats": months from now */
  monthShift: number | null
  approximate: boolean
  /** the reading of "12/04" as month and day, if that is one */
  american?: { day: number; month: number }
}

export type Portion = 'start' | 'middle' | 'end' | 'firstHalf' | 'secondHalf' | null

export type DayItem =
  | { kind: 'relative'; days: number }
  | { kind: 'weekday'; weekday: Weekday; which: WhichDay }
  | SaidDate
  | {
      kind: 'nth'
      nth: number
      weekday: Weekday | null
      month: number | null
      year: number | null
      monthShift: number
      workday: boolean
    }
  | { kind: 'nthWeek'; nth: number; month: number | null; monthShift: number }
  | { kind: 'holiday'; key: string; year: number | null }
  | { kind: 'afterHoliday'; weekday: Weekday; key: string; after: boolean }
  | { kind: 'besideDate'; weekday: Weekday; date: SaidDate; after: boolean }
  | { kind: 'bridge'; key: string }
  | { kind: 'week'; shift: number; portion: Portion; workdays: boolean }
  | { kind: 'weekOf'; date: DayItem; shift: number }
  /** `year` 0: the next such week; `weekday`: one day of it, Monday = 1 */
  | { kind: 'isoWeek'; week: number; year?: number; weekday?: number | null }
  | { kind: 'weekend'; which: WhichDay }
  | { kind: 'month'; month: number; year: number | null; portion: Portion; next: boolean }
  | { kind: 'monthShift'; shift: number; portion: Portion }
  | { kind: 'year'; shift: number }
  | { kind: 'offset'; days: number; months: number; weekly: boolean; idiom: boolean; approximate: boolean }
  | { kind: 'shifted'; base: DayItem; days: number; months: number }
  | { kind: 'within'; fromDays: number; toDays: number; toMonths: number }
  | { kind: 'betweenYears' }
  | { kind: 'range'; from: DayItem | null; to: DayItem | null; exclusive: boolean }
  | { kind: 'soonest' }
  | { kind: 'iso'; day: SaidDate; minute: number | null; offsetMinutes: number | null }
  /** `within`: from now until then, not then */
  | { kind: 'moment'; minutes: number; within?: boolean }
  /** again and again, from the day that the rest says */
  | { kind: 'every'; days: number; months: number }

export type TimeItem =
  | { kind: 'clock'; clock: SaidClock }
  | { kind: 'part'; name: string }
  | {
      kind: 'window'
      from: SaidClock | null
      to: SaidClock | null
      fromPart: string | null
      toPart: string | null
    }

export type Item = DayItem | TimeItem

/** What stands between the pieces and changes how they are taken. */
export type Marker =
  | 'not'
  | 'unable'
  | 'correction'
  | 'hesitation'
  | 'or'
  | 'and'
  | 'clause'
  | 'stop'
  | 'rhetorical'

export type Element =
  | { item: Item; marker: null; at: number; end: number }
  | { item: null; marker: Marker; at: number; end: number }

export function isTime(item: Item): item is TimeItem {
  return item.kind === 'clock' || item.kind === 'part' || item.kind === 'window'
}
