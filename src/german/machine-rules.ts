/**
 * Dates as machines and language models write them: ISO 8601 with and without time and zone, ISO weeks, "20261204",
 * "04-Dec-2026". One rule for zones, in a date as in a time alone: a time with a zone ("Z", "+01:00") is that
 * instant, told in the branch's local time; one without is local time. Our own answers carry instants with "Z", so what a model
 * copies from them comes back as the same moment.
 */
import { saidDate } from './date-rules.ts'
import type { DayItem, SaidClock, TimeItem } from './items.ts'
import type { Match, Words } from './words.ts'

const isSeparator = (name: string): boolean => name === '-' || name === '/' || name === '.'

/** "2026-12-04", "2026-12-04T14:30:00+01:00", "2026/12/04", "2026-Dec-04", "2026-W49-5" */
export function isoRule(w: Words, i: number): Match<DayItem> | null {
  const year = w.at(i)
  if (year.digits !== 4) return null
  const week = isoWeekAt(w, i)
  if (week) return week
  const separator = w.at(i + 1)
  if (!isSeparator(separator.name) || !separator.glued || !w.at(i + 2).glued) return null
  const named = w.is(i + 2, 'month')
  if (!named && !w.is(i + 2, 'number')) return null
  const month = w.at(i + 2).value
  const exists = month >= 1 && month <= 12
  if (w.at(i + 3).name !== separator.name || !w.is(i + 4, 'number')) return null
  const day = saidDate(exists ? w.at(i + 4).value : Number.NaN, month, year.value)
  const time = clockAfterDate(w, i + 5)
  if (time === null) return { item: day, next: i + 5 }
  // Midnight is how machines write "no time".
  if (time.minute === 0) return { item: day, next: time.zone.next }
  const minute = time.minute < 1440 ? time.minute : null
  return {
    item: { kind: 'iso', day, minute, offsetMinutes: time.zone.offsetMinutes ?? null },
    next: time.zone.next,
  }
}

interface Zone {
  offsetMinutes?: number
  next: number
}

/** "T14:30:00Z" after a date. */
function clockAfterDate(w: Words, i: number): { minute: number; zone: Zone } | null {
  if (!w.text(i, 't') || !w.mark(i + 2, ':') || !w.is(i + 1, 'number')) return null
  const minute = w.at(i + 1).value * 60 + w.at(i + 3).value
  return { minute, zone: zoneAt(w, pastSeconds(w, i + 4)) }
}

function pastSeconds(w: Words, i: number): number {
  const at = w.mark(i, ':') && w.is(i + 1, 'number') ? i + 2 : i
  return w.mark(at, '.') && w.at(at + 1).digits > 0 && w.at(at + 1).glued ? at + 2 : at
}

/** "Z", "+01:00", "+0100", "-05", glued to the time; without one `next` is `i`. */
function zoneAt(w: Words, i: number): Zone {
  const l = w.at(i)
  if (l.text === 'z' && l.glued) return { offsetMinutes: 0, next: i + 1 }
  const hours = w.at(i + 1)
  if (!l.glued || (l.name !== '+' && l.name !== '-') || hours.type !== 'number' || !hours.glued)
    return { next: i }
  const sign = l.name === '-' ? -1 : 1
  if (hours.digits === 4)
    return { offsetMinutes: sign * (Math.floor(hours.value / 100) * 60 + (hours.value % 100)), next: i + 2 }
  if (hours.digits !== 2) return { next: i }
  const minutes = w.mark(i + 2, ':') && w.at(i + 3).digits === 2 ? w.at(i + 3).value : null
  if (minutes === null && l.name === '-') return { next: i }
  return { offsetMinutes: sign * (hours.value * 60 + (minutes ?? 0)), next: minutes === null ? i + 2 : i + 4 }
}

/** "14:30:00Z", "T14:30", "14:30+01:00": a time alone as machines write it. */
export function machineClockRule(w: Words, i: number): Match<TimeItem> | null {
  const at = w.text(i, 't') ? i + 1 : i
  const hour = w.at(at)
  if (hour.type !== 'number' || hour.digits !== 2 || !w.mark(at + 1, ':') || w.at(at + 2).digits !== 2)
    return null
  const zone = zoneAt(w, pastSeconds(w, at + 3))
  if (at === i && zone.offsetMinutes === undefined) return null
  const minute = hour.value * 60 + w.at(at + 2).value
  const valid = hour.value < 24 && w.at(at + 2).value < 60
  const clock: SaidClock = { minute: valid ? minute : Number.NaN, fixed: true, approximate: false }
  if (zone.offsetMinutes !== undefined) clock.offsetMinutes = zone.offsetMinutes
  return { item: { kind: 'clock', clock }, next: zone.next }
}

/** "2026-W49", "2026-W49-5", "2026W49", "2026W495" */
function isoWeekAt(w: Words, i: number): Match<DayItem> | null {
  const at = w.mark(i + 1, '-') ? i + 2 : i + 1
  if (!w.text(at, 'w') || !w.at(at).glued || !w.at(at + 1).glued) return null
  const year = w.at(i).value
  const { digits, value } = w.at(at + 1)
  if (digits === 3) return weekItem(year, Math.floor(value / 10), value % 10, at + 2)
  if (digits !== 2) return null
  const day =
    w.mark(at + 2, '-') && w.at(at + 3).digits === 1 && w.at(at + 3).glued ? w.at(at + 3).value : null
  return weekItem(year, value, day, day === null ? at + 2 : at + 4)
}

function weekItem(year: number, week: number, weekday: number | null, next: number): Match<DayItem> | null {
  if (week < 1 || week > 53 || (weekday !== null && (weekday < 1 || weekday > 7))) return null
  return { item: { kind: 'isoWeek', week, year, weekday }, next }
}

/** "W49" */
export function weekWordRule(w: Words, i: number): Match<DayItem> | null {
  const number = w.at(i + 1)
  return w.text(i, 'w') && number.glued && number.digits === 2 ? weekItem(0, number.value, null, i + 2) : null
}

/** "20261204", "20261204T143000Z"; "04122026" where it is certainly a day. */
export function compactRule(w: Words, i: number): Match<DayItem> | null {
  const { digits, text } = w.at(i)
  if (digits !== 8) return null
  const reversed = !/^20\d\d(?:0[1-9]|1[0-2])/.test(text)
  const announced = i === 0 || w.is(i - 1, 'article') || w.is(i - 1, 'prep', 'am') || w.mark(i - 1, ':')
  if (reversed && !(announced && /^[0-3]\d[01]\d20[2-3]\d$/.test(text))) return null
  const [year, month, day] = reversed
    ? [text.slice(4), text.slice(2, 4), text.slice(0, 2)]
    : [text.slice(0, 4), text.slice(4, 6), text.slice(6)]
  if (Number(month) < 1 || Number(month) > 12) return null
  const date = saidDate(Number(day), Number(month), Number(year))
  const time = w.at(i + 2)
  if (!w.text(i + 1, 't') || !w.at(i + 1).glued || (time.digits !== 6 && time.digits !== 4))
    return { item: date, next: i + 1 }
  const clock = time.digits === 6 ? Number(time.text.slice(0, 4)) : time.value
  const zone = zoneAt(w, i + 3)
  const minute = Math.floor(clock / 100) * 60 + (clock % 100)
  if (minute === 0) return { item: date, next: zone.next }
  const valid = clock % 100 < 60 && clock < 2400
  return {
    item: {
      kind: 'iso',
      day: date,
      minute: valid ? minute : null,
      offsetMinutes: zone.offsetMinutes ?? null,
    },
    next: zone.next,
  }
}

/** "04-Dec-2026", "04/Dec/2026", "Dec-04-2026" */
export function hyphenatedRule(w: Words, i: number): Match<DayItem> | null {
  const [first, mark, second] = [w.at(i), w.at(i + 1), w.at(i + 2)]
  if (!mark.glued || !second.glued || (mark.name !== '-' && mark.name !== '/')) return null
  const monthSecond = second.type === 'month' && first.digits > 0 && first.digits <= 2
  const monthFirst = first.type === 'month' && second.digits > 0 && second.digits <= 2
  if (!monthSecond && !monthFirst) return null
  const [day, month] = monthSecond ? [first.value, second.value] : [second.value, first.value]
  const hasYear = w.at(i + 3).name === mark.name && w.at(i + 4).digits >= 2 && w.at(i + 4).glued
  if (!hasYear) return { item: saidDate(day, month, null), next: i + 3 }
  const { value, digits } = w.at(i + 4)
  return { item: saidDate(day, month, digits === 2 ? 2000 + value : value), next: i + 5 }
}
