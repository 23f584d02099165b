/** Times, numbers and lengths as people read them on a page. Instants are shown in the zone that is given. */
import { addDays, clockTimeOf, localDayOf, sayMonth, sayWeekday, weekdayOf } from '../german/index.ts'

const minuteMs = 60_000
const shortDays = ['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So']

/** On lists: "vor 12 min", "gestern 17:52", "Mi 25.11. 16:03". */
export function timeAgo(at: Date, now: Date, zone: string): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / minuteMs)
  if (minutes >= 0 && minutes < 1) return 'gerade eben'
  if (minutes >= 0 && minutes < 60) return `vor ${minutes} min`
  const [day, today] = [localDayOf(at, zone), localDayOf(now, zone)]
  const time = clockTimeOf(at, zone)
  if (day === today) return minutes < 0 ? `heute ${time}` : `vor ${Math.floor(minutes / 60)} h`
  if (day === addDays(today, -1)) return `gestern ${time}`
  if (day === addDays(today, 1)) return `morgen ${time}`
  return exactTime(at, zone, now)
}

/** "Mi 25.11. 16:03", with the year where it is another one. */
export function exactTime(at: Date, zone: string, now: Date): string {
  return `${shortDay(localDayOf(at, zone), localDayOf(now, zone))} ${clockTimeOf(at, zone)}`
}

/** "Fr 27.11.", with the year where it is another one than today's. In: local days. */
export function shortDay(day: string, today: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${shortDays[weekdayOf(day) - 1]} ${date}.${month}.${year === today.slice(0, 4) ? '' : year}`
}

/** "Donnerstag, 26. November" */
export function longDay(day: string): string {
  return `${sayWeekday(day)}, ${Number(day.slice(8))}. ${sayMonth(day)}`
}

/** "2:41"; of null "–". */
export function minutesAndSeconds(seconds: number | null): string {
  if (seconds === null) return '–'
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

/** "in 25 min", "seit 3 h": how long until or since. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / minuteMs)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} Tagen`
}

/** A count with its word: "1 Anruf", "2 Anrufe". */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** "0171 … 4242": on lists a number is recognised, not read. Null: withheld. */
export function shortNumber(number: string | null): string {
  if (number === null) return 'unterdrückt'
  const national = number.startsWith('+49') ? `0${number.slice(3)}` : number
  return national.length <= 8 ? national : `${national.slice(0, 4)} … ${national.slice(-4)}`
}

/** "16:03:09", for what happened within a call. */
export function secondsTime(at: Date, zone: string): string {
  return `${clockTimeOf(at, zone)}:${String(at.getUTCSeconds()).padStart(2, '0')}`
}

/** "0,38 €" of euro cents. */
export function euros(cents: number): string {
  return `${(cents / 100).toFixed(2).replace('.', ',')} €`
}
