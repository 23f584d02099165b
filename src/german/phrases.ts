/**
 * The way back: days, times, durations, lists and prices as a caller hears them. Short, without leading
 * zeros, colons or ISO forms ("14 Uhr 30", never "14:30"), and without "halb" or "Viertel", which a
 * listener may take for another hour. Every day and time said here is understood again by `understand`.
 */
import { civilOf, type DayNumber, parseDay, weekdayOfNumber } from './days.ts'
import type { ClockTime, LocalDay, PartOfDay, UnderstoodTime } from './types.ts'
import { parseClock } from './zone.ts'

const weekdays = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag']
const months = [
  'Januar',
  'Februar',
  'März',
  'April',
  'Mai',
  'Juni',
  'Juli',
  'August',
  'September',
  'Oktober',
  'November',
  'Dezember',
]

/** Beyond this distance a day without its year could be taken for another year's. */
const yearlessDaysMax = 300

/** "Freitag" */
export function sayWeekday(day: LocalDay): string {
  return weekdays[weekdayOfNumber(parseDay(day)) - 1]!
}

/** "November" */
export function sayMonth(day: LocalDay): string {
  return months[civilOf(parseDay(day)).month - 1]!
}

/** "heute", "morgen" or "Freitag, den 27. November"; the year only when it is more than ten months away. */
export function sayDay(day: LocalDay, today: LocalDay): string {
  return sayDayNumber(parseDay(day), parseDay(today))
}

/** "5. Dezember"; the year only when it is more than ten months away. */
export function sayDate(day: LocalDay, today: LocalDay): string {
  const far = Math.abs(parseDay(day) - parseDay(today)) > yearlessDaysMax
  return `${Number(day.slice(8))}. ${sayMonth(day)}${far ? ` ${day.slice(0, 4)}` : ''}`
}

/** `sayDay` on day numbers. */
export function sayDayNumber(day: DayNumber, today: DayNumber): string {
  if (day === today) return 'heute'
  if (day === today + 1) return 'morgen'
  const { year, month, day: dayOfMonth } = civilOf(day)
  const far = Math.abs(day - today) > yearlessDaysMax
  return `${weekdays[weekdayOfNumber(day) - 1]}, den ${dayOfMonth}. ${months[month - 1]}${far ? ` ${year}` : ''}`
}

/** "heute", "morgen" or "am Freitag, den 27. November". */
export function sayOnDay(day: LocalDay, today: LocalDay): string {
  const said = sayDay(day, today)
  return said === 'heute' || said === 'morgen' ? said : `am ${said}`
}

/** "14 Uhr", "14 Uhr 30", "9 Uhr 5". */
export function sayTime(time: ClockTime): string {
  const minute = parseClock(time)
  const rest = minute % 60
  return `${Math.floor(minute / 60)} Uhr${rest === 0 ? '' : ` ${rest}`}`
}

/** "am Freitag, den 27. November um 14 Uhr 30", "morgen um 9 Uhr". */
export function sayMoment(day: LocalDay, time: ClockTime, today: LocalDay): string {
  return `${sayOnDay(day, today)} um ${sayTime(time)}`
}

/** The same words as the beginning of a sentence. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** "a", "a und b", "a, b und c". */
export function sayList(items: readonly string[], word: 'und' | 'oder'): string {
  if (items.length < 2) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

/** "45 Minuten", "eine Stunde", "eineinhalb Stunden", "2 Stunden und 15 Minuten". Whole minutes, not negative. */
export function sayDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  const restSaid = rest === 1 ? 'eine Minute' : `${rest} Minuten`
  if (hours === 0) return restSaid
  if (hours === 1 && rest === 30) return 'eineinhalb Stunden'
  const hoursSaid = hours === 1 ? 'eine Stunde' : `${hours} Stunden`
  return rest === 0 ? hoursSaid : `${hoursSaid} und ${restSaid}`
}

/** "34 Euro", "34 Euro 50", "34 Euro und 5 Cent", "50 Cent". */
export function sayPrice(cents: number): string {
  const euros = Math.floor(cents / 100)
  const rest = cents % 100
  if (euros === 0 && rest > 0) return `${rest} Cent`
  if (rest === 0) return `${euros} Euro`
  return rest < 10 ? `${euros} Euro und ${rest} Cent` : `${euros} Euro ${rest}`
}

const parts: Record<PartOfDay, string> = {
  early_morning: 'am frühen Morgen',
  morning: 'am Vormittag',
  noon: 'am Mittag',
  afternoon: 'am Nachmittag',
  late_afternoon: 'am späten Nachmittag',
  evening: 'am Abend',
  night: 'in der Nacht',
}

/** "um 14 Uhr", "gegen 14 Uhr", "am Nachmittag", "ab 16 Uhr", "vor 10 Uhr", "zwischen 14 Uhr und 16 Uhr"; '' for null. */
export function sayWindow(time: UnderstoodTime | null): string {
  if (time === null) return ''
  if (time.at !== null) return `${time.reading === 'approximate' ? 'gegen' : 'um'} ${sayTime(time.at)}`
  if (time.reading === 'part_of_day' && time.part !== null) return parts[time.part]
  if (time.from !== null && time.to !== null) return `zwischen ${sayTime(time.from)} und ${sayTime(time.to)}`
  if (time.from !== null) return `ab ${sayTime(time.from)}`
  return time.to === null ? '' : `vor ${sayTime(time.to)}`
}

/** "27.11.2026", for fields that are shown and not spoken. */
export function germanDate(day: LocalDay): string {
  return `${day.slice(8, 10)}.${day.slice(5, 7)}.${day.slice(0, 4)}`
}
