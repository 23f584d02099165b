/** What the module hands out (days, clock times, an understood wish) and what its parts hand each other. Types only. */

/** 'YYYY-MM-DD' in the branch's zone */
export type LocalDay = string
/** 'HH:mm' in the branch's zone */
export type ClockTime = string
/** ISO weekday, Monday = 1 */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** When the business is open; decides whether "um fünf" is 05:00 or 17:00. */
export type OpeningHours = Partial<Record<Weekday, ReadonlyArray<{ from: ClockTime; to: ClockTime }>>>

export interface UnderstandOptions {
  now: Date
  /** IANA name, for example 'Europe/Berlin' */
  zone: string
  openingHours?: OpeningHours
  /** when the relative words were said or offered, if that was before `now`: over midnight "morgen" stays the day it was */
  relativeTo?: Date
  /** how many days ahead a day may lie before it is asked about (`far_away`); default 400 */
  daysAhead?: number
}

export type PartOfDay =
  | 'early_morning'
  | 'morning'
  | 'noon'
  | 'afternoon'
  | 'late_afternoon'
  | 'evening'
  | 'night'

/** The day or days of a wish; `from === to` for one day, both inclusive. */
export interface UnderstoodDay {
  from: LocalDay
  to: LocalDay
  /** approximate: "so um den zehnten"; span: "nächste Woche"; soonest: "so bald wie möglich" */
  reading: 'exact' | 'approximate' | 'span' | 'soonest'
}

/** The time of a wish: `at` for a point, `from`/`to` (exclusive, null = open) for a window. */
export interface UnderstoodTime {
  at: ClockTime | null
  from: ClockTime | null
  to: ClockTime | null
  reading: 'exact' | 'approximate' | 'part_of_day' | 'span'
  part: PartOfDay | null
}

/** Why the caller must be asked instead of acting. */
export type Trouble =
  | 'impossible_date'
  | 'impossible_time'
  | 'weekday_mismatch'
  | 'past_day'
  | 'ambiguous_day'
  | 'far_away'

export interface Alternative {
  day: LocalDay | null
  time: ClockTime | null
  /** Stable code of why this reading exists, for example 'next_week', 'morning', 'weekday_wins'. */
  reason: string
  /** The reading in German, for a question back: "Freitag, den 27. November", "17 Uhr". */
  say: string
}

/** Restrictions of a wish. `to` of days is inclusive, of times exclusive and null until midnight. */
export interface Refused {
  weekdays: Weekday[]
  days: Array<{ from: LocalDay; to: LocalDay }>
  times: Array<{ from: ClockTime; to: ClockTime | null }>
}

export interface Understood {
  day: UnderstoodDay | null
  time: UnderstoodTime | null
  /** Other plausible readings, best first, never the main one. */
  alternatives: Alternative[]
  trouble: Trouble | null
  /** a day of `alternatives` is as likely as the main one ("nächsten Freitag" on a Thursday): ask which */
  ambiguous: boolean
  /** said but not understood: ask for it, never fill it in. Null: understood, or nothing was said of it. */
  unresolved: 'day' | 'time' | null
  /** how often, when a series is wished for ("alle vier Wochen ab Freitag"); `day` is then its first day */
  every: { days: number; months: number } | null
  /** what was refused ("nicht Mittwoch", "nicht vormittags"), to hold through the alternatives; null if nothing was */
  not: Refused | null
}

/** What kind of word, number or mark something is. */
export type LexType =
  | 'number'
  | 'ordinal'
  | 'one'
  | 'weekday'
  | 'month'
  | 'unit'
  | 'part'
  | 'relative'
  | 'which'
  | 'holiday'
  | 'clock'
  | 'fraction'
  | 'prep'
  | 'article'
  | 'approx'
  | 'portion'
  | 'bound'
  | 'soon'
  | 'title'
  | 'counted'
  | 'not'
  | 'unable'
  | 'correction'
  | 'hesitation'
  | 'or'
  | 'and'
  | 'clause'
  | 'rhetorical'
  | 'mark'
  | 'word'

/** A word, number or mark of what was said, as the lexer hands it on. */
export interface Lexeme {
  type: LexType
  /** which one of its type; for marks the character itself */
  name: string
  value: number
  /** the written word, folded */
  text: string
  /** no space before it */
  glued: boolean
  /** how many digits it is written with; 0 for words */
  digits: number
}
