/** Which days a question about opening hours means: one, some, or the week. */
import {
  addDays,
  dayOffOn,
  daysBetween,
  type LocalDay,
  understandWish,
  weekdayOf,
} from '../../german/index.ts'
import type { CatalogueBranch } from '../../services/catalogue.ts'
import { readDayAndTime } from '../../services/choices.ts'

/** The hours of a usual week are told for any day that people ask about. */
const horizonDays = 3 * 366
/** Nobody asks for more in one breath. */
const daysMax = 31
/** "An den Feiertagen" means those that come soon. */
const soonDays = 45

const englishDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
/** Asked for in general: today and the week are the answer. */
const generally =
  /woche|immer|generell|allgemein|normal|üblich|sonst|zeiten|offen|geöffnet|alle|week|hours|open/i
/** A feast of several days is meant as a whole unless one of them is named: days before and after the one that its name stands for. */
const feasts = [
  { name: /\bweihnachten\b/i, before: 1, after: 1 },
  { name: /\bostern\b/i, before: 2, after: 1 },
  { name: /\bpfingsten\b/i, before: 0, after: 1 },
] as const
const holidays = /\bfeiertage?n?\b|weihnachtsfeiertage/i

/**
 * The days that were asked about, ascending; null when the week is meant. A weekday also in English, as some agents send it.
 * @throws AppError with the question to ask, when a day was said and not understood
 */
export function readOpeningDays(
  words: string,
  { now, branch, today }: { now: Date; branch: CatalogueBranch; today: LocalDay },
): LocalDay[] | null {
  const english = englishDays.indexOf(words.trim().toLowerCase())
  if (english >= 0) return [addDays(today, (english + 8 - weekdayOf(today)) % 7)]
  const namesNoDay = () => understandWish({ date: words }, { now, zone: branch.timeZone }).day === null
  if (holidays.test(words) && namesNoDay()) {
    const soon = daysFrom(today, soonDays).filter((day) => dayOffOn(day) !== null)
    const meant = /weihnacht/i.test(words) ? soon.filter((day) => /-12-2\d$/.test(day)) : soon
    if (meant.length > 0) return meant
  }
  if (generally.test(words) && namesNoDay()) return null
  const { day, alternatives } = readDayAndTime(
    { date: words },
    { now, branch, bookingWindowDays: horizonDays },
  )
  if (day === null) return null
  const feast = day.from === day.to ? feasts.find(({ name }) => name.test(words)) : undefined
  if (feast) return daysFrom(addDays(day.from, -feast.before), feast.before + 1 + feast.after)
  const named = alternatives.flatMap((other) => (other.reason === 'also_named' ? (other.day ?? []) : []))
  const days = daysFrom(day.from, Math.min(daysBetween(day.from, day.to) + 1, daysMax))
  return [...new Set([...days, ...named])].sort()
}

function daysFrom(first: LocalDay, count: number): LocalDay[] {
  return Array.from({ length: count }, (_, index) => addDays(first, index))
}
