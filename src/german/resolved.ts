/** What resolving a day yields, and the small constructors for it. */
import type { DayNumber } from './days.ts'
import type { Trouble, UnderstoodDay } from './types.ts'

export interface ResolvedDay {
  from: DayNumber
  to: DayNumber
  reading: UnderstoodDay['reading']
  alternatives: Array<{ day: DayNumber; reason: string }>
  trouble: Trouble | null
}

/** What days are counted from. */
export interface Calendar {
  today: DayNumber
  /** the day that "heute", "morgen" and "in drei Tagen" count from; another than `today` when they were said before midnight */
  relativeToday: DayNumber
  /** Can a wish for today without further words still be met? Decides "Dienstag" on a Tuesday. */
  todayPossible: boolean
  /** how many days ahead an explicit year may lie before it is asked about */
  daysAhead: number
}

/** Nothing to act on, with the reason. */
export interface NoDay {
  from: null
  trouble: Trouble
  alternatives: Array<{ day: DayNumber; reason: string }>
}

export const one = (day: DayNumber, reading: UnderstoodDay['reading'] = 'exact'): ResolvedDay => ({
  from: day,
  to: day,
  reading,
  alternatives: [],
  trouble: null,
})
export const span = (from: DayNumber, to: DayNumber): ResolvedDay => ({
  from,
  to,
  reading: 'span',
  alternatives: [],
  trouble: null,
})
export const refuse = (trouble: Trouble, ...alternatives: NoDay['alternatives']): NoDay => ({
  from: null,
  trouble,
  alternatives,
})
