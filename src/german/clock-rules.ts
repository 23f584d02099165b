/**
 * Single clock times. Each function reads one form from index `i` on and returns the time and where it ends, or
 * null. Nothing here knows the calendar: whether "drei" is 03:00 or 15:00 is decided later.
 */
import type { SaidClock, TimeItem } from './items.ts'
import type { Context, Match, Words } from './words.ts'

type ClockMatch = { clock: SaidClock; next: number }

const invalid = Number.NaN
const minutesBeforeAfterMax = 29
const writtenMorningHour = 7

function clockMatch(
  hour: number,
  minute: number,
  fixed: boolean,
  next: number,
  approximate = false,
): ClockMatch {
  const valid = hour <= 24 && minute <= 59 && minute >= 0 && !(hour === 24 && minute > 0)
  return {
    clock: {
      minute: valid ? hour * 60 + minute : invalid,
      fixed: fixed || hour > 12,
      approximate,
    },
    next,
  }
}

/** A number that can be an hour when nothing but its place says so. Accepts "ein Uhr", "um achte". */
export function hourAt(w: Words, i: number): number | null {
  const l = w.at(i)
  // The word "null" alone is how programs write nothing.
  if (l.text === 'null' && !w.is(i + 1, 'clock')) return null
  if (l.type === 'number' && l.value <= 24 && l.digits <= 2) return l.value
  if (l.type === 'one' && w.is(i + 1, 'clock', 'uhr')) return 1
  // "um achte", "gegen neune": dialect hours that look like ordinals.
  if (l.type === 'ordinal' && l.value === 8 && /^.?ach[dt]e$/.test(l.text)) return 8
  return null
}

/** Does something follow that makes the number a count, a day or part of a date, not an hour? */
function isCounted(w: Words, i: number): boolean {
  const l = w.at(i)
  if (l.type === 'unit' || l.type === 'month' || l.type === 'counted' || l.type === 'ordinal') return true
  if (l.type === 'fraction' && w.is(i + 1, 'unit')) return true
  if (l.type === 'mark') {
    if (l.name === '%' || l.name === '€' || l.name === '+') return true
    if (l.name === '.' && l.glued)
      return w.is(i + 1, 'month') || (w.is(i + 1, 'number') && !w.is(i + 2, 'clock'))
    if (l.name === ',' && l.glued) return w.is(i + 1, 'number') && w.at(i + 1).glued
    if (l.name === '/' && l.glued) return w.is(i + 1, 'number') && w.mark(i + 2, '.')
    if (l.name === '-' && l.glued) return w.is(i + 1, 'number') && w.mark(i + 2, '-')
  }
  return false
}

type Meridiem = 'am' | 'pm' | null

/** "Uhr", "h", and "am" or "pm" from agents that write English. */
function afterHour(w: Words, i: number): [next: number, meridiem: Meridiem] {
  const next = w.is(i, 'clock', 'uhr') || w.is(i, 'clock', 'h') ? i + 1 : i
  if (w.is(next, 'clock', 'pm')) return [next + 1, 'pm']
  if (w.is(next, 'clock', 'am')) return [next + 1, 'am']
  // In German "am" announces a day, so it counts only at the very end.
  if (w.text(next, 'am') && w.mark(next + 1, 'end')) return [next + 1, 'am']
  return [next, null]
}

/** The hour of the day that "3 pm" or "12 am" means. */
function hourOf(value: number, meridiem: Meridiem): number {
  if (meridiem === null || value > 12) return value
  return (value % 12) + (meridiem === 'pm' ? 12 : 0)
}

/** "halb drei", "Viertel nach drei", "viertel drei", "drei viertel vier", "zehn vor halb drei", "zwanzig nach acht". */
function spokenClockAt(w: Words, i: number): ClockMatch | null {
  const first = w.at(i)
  if (first.type === 'fraction') return fractionAt(w, i, 0)
  if (
    first.type === 'number' &&
    first.value === 3 &&
    first.digits <= 1 &&
    w.is(i + 1, 'fraction', 'quarter')
  ) {
    const hour = hourAt(w, i + 2)
    if (hour !== null && !w.is(i + 3, 'fraction'))
      return clockMatch(hour - 1, 45, false, afterHour(w, i + 3)[0])
  }
  if (first.type !== 'number' && first.type !== 'one') return null
  if (!(first.value >= 1 && first.value <= minutesBeforeAfterMax)) return null
  let at = i + 1
  if (w.is(at, 'unit', 'minute')) at++
  const sign = w.is(at, 'bound', 'before') ? -1 : w.is(at, 'bound', 'after') ? 1 : 0
  if (sign === 0 || (first.type === 'one' && at === i + 1)) return null
  if (w.is(at + 1, 'fraction')) return fractionAt(w, at + 1, sign * first.value)
  const hour = hourAt(w, at + 1)
  if (hour === null || isCounted(w, at + 2) || w.mark(at + 2, ':')) return null
  // "von zwei nach 14 Uhr" is rare, "zwei Uhr nach …" is no minute count; both need the plain number here.
  const minute = hour * 60 + sign * first.value
  return clockMatch(Math.floor(minute / 60), minute % 60, false, afterHour(w, at + 2)[0])
}

function fractionAt(w: Words, i: number, shift: number): ClockMatch | null {
  const { name, value } = w.at(i)
  let at = i + 1
  let base: number
  const preposition = w.at(at)
  if (
    name !== 'half' &&
    preposition.type === 'bound' &&
    (preposition.name === 'before' || preposition.name === 'after')
  ) {
    // "Viertel nach drei", "Viertel vor drei"
    base = preposition.name === 'before' ? -value : value
    at++
  } else if (name !== 'half' && (w.text(at, 'ueber') || w.text(at, 'ab'))) {
    base = value
    at++
  } else {
    // "halb drei", "viertel drei", "dreiviertel drei" and Bavarian "viertel auf drei" count towards the hour.
    if (w.is(at, 'prep', 'auf')) at++
    base = value - 60
  }
  const hour = hourAt(w, at)
  if (hour === null || hour === 0 || w.is(at + 1, 'unit') || w.is(at + 1, 'month')) return null
  // "halb dreizehn Uhr achtzig" is no time at all.
  const excess = w.is(at + 1, 'clock', 'uhr') && w.is(at + 2, 'number') ? w.at(at + 2).value : 0
  if (excess > 59 && excess < 100) return clockMatch(hour, excess, true, at + 3)
  const minute = hour * 60 + base + shift
  return clockMatch(Math.floor(minute / 60), minute % 60, hour > 12, afterHour(w, at + 1)[0])
}

/** "14:30", "14.30 Uhr", "14 Uhr 30", "vierzehn Uhr dreißig", "15h30", "1430 Uhr", "09 00 Uhr". */
function numericClockAt(w: Words, i: number, c: Context, prefixed: boolean): ClockMatch | null {
  const first = w.at(i)
  if (first.type === 'clock' && first.name === 'midnight') return clockMatch(0, 0, true, i + 1)
  // English "noon" is twelve o'clock, German "mittags" a part of the day.
  if (first.type === 'clock' && first.name === 'noon') return clockMatch(12, 0, true, i + 1)
  if (first.type !== 'number' && first.type !== 'one') return null
  const next = w.at(i + 1)
  // A leading zero is how machines and timetables write; people's "3:30" may be the afternoon.
  const zeroed = (first.digits === 2 && first.value < 10) || first.value === 0
  // "7:00" is written by a clock, too; below seven the morning would be night.
  const written = zeroed || first.value >= writtenMorningHour
  if (
    next.type === 'mark' &&
    next.name === ':' &&
    first.digits > 0 &&
    w.is(i + 2, 'number') &&
    (w.at(i + 2).digits === 2 || (w.at(i + 2).digits === 1 && w.is(i + 3, 'clock')))
  ) {
    let end = i + 3
    if (w.mark(end, ':') && w.is(end + 1, 'number')) end += 2
    if (w.mark(end, '.') && w.at(end + 1).digits === 3) end += 2
    const [after, meridiem] = afterHour(w, end)
    return clockMatch(hourOf(first.value, meridiem), w.at(i + 2).value, written || meridiem !== null, after)
  }
  if (
    next.type === 'mark' &&
    next.name === '.' &&
    w.is(i + 2, 'number') &&
    w.at(i + 2).digits === 2 &&
    w.at(i + 2).glued
  ) {
    const uhr = w.is(i + 3, 'clock')
    const clockOnly = w.at(i + 2).value > 12 || w.at(i + 2).value === 0
    const closed = w.mark(i + 3, '.') && w.at(i + 3).glued
    const yearFollows = closed && ((w.is(i + 4, 'number') && w.at(i + 4).glued) || (!prefixed && !clockOnly))
    if (
      uhr ||
      ((prefixed || c.dated || clockOnly) && !yearFollows && w.at(i + 2).value <= 59 && first.value <= 24)
    ) {
      const [after, meridiem] = afterHour(w, i + 3)
      return clockMatch(hourOf(first.value, meridiem), w.at(i + 2).value, written || meridiem !== null, after)
    }
    return null
  }
  const hyphened = hyphenedAt(w, i, prefixed || c.afterDay)
  if (hyphened) return hyphened
  if (first.digits === 4 || first.digits === 3) {
    const uhr = w.is(i + 1, 'clock', 'uhr')
    const hour = Math.floor(first.value / 100)
    const plain = (prefixed || c.afterDay) && first.value % 100 < 60 && hour < 24 && !isCounted(w, i + 1)
    if (uhr || plain) return clockMatch(hour, first.value % 100, true, uhr ? i + 2 : i + 1)
    return null
  }
  if (next.type === 'clock' && next.name !== 'midnight') {
    const [after, meridiem] = afterHour(w, i + 1)
    const minute = minuteAfter(w, after)
    const hour = hourOf(first.value, meridiem)
    return minute
      ? clockMatch(hour, minute.value, zeroed, minute.next)
      : clockMatch(hour, 0, zeroed || meridiem !== null, after)
  }
  if (first.type === 'one' || first.name === 'year') return null
  // "10am", "10 am": in German "am" announces a day, so apart it counts only at the very end.
  if (first.digits > 0 && first.value <= 12 && w.text(i + 1, 'am') && (next.glued || w.mark(i + 2, 'end')))
    return clockMatch(hourOf(first.value, 'am'), 0, true, i + 2)
  // "09 00 Uhr", "vierzehn dreißig": an hour and a minute next to each other.
  if (next.type === 'number' && next.value <= 59 && first.value <= 24 && first.digits <= 2) {
    const uhr = w.is(i + 2, 'clock', 'uhr')
    const words = first.digits === 0 && next.digits === 0 && next.value >= 5 && first.value >= 1
    const alone = (prefixed || c.afterDay || i === 0) && !isCounted(w, i + 2) && !w.is(i + 2, 'number')
    // "um 14 30", "Montag 14 30"; "Montag 15 12" is rather a date.
    // "siebzehn null fünf"
    const third = w.at(i + 2)
    const isBelowTen = third.type === 'number' && third.digits === 0 && third.value > 0 && third.value < 10
    const isAnnounced = prefixed || c.afterDay || i === 0
    if (next.value === 0 && next.digits === 0 && first.digits === 0 && isBelowTen && isAnnounced)
      return clockMatch(first.value, third.value, false, w.is(i + 3, 'clock', 'uhr') ? i + 4 : i + 3)
    const figures = first.digits > 0 && next.digits === 2 && (prefixed || (c.afterDay && next.value > 12))
    if ((uhr && next.digits !== 1) || ((words || figures) && alone))
      return clockMatch(first.value, next.value, false, uhr ? i + 3 : i + 2)
  }
  return null
}

/** "acht-dreißig", "15,30 Uhr", "15-30 Uhr": no hour is as large as the second number, so it is no range. */
function hyphenedAt(w: Words, i: number, expected: boolean): ClockMatch | null {
  const [hour, mark, minute] = [w.at(i), w.at(i + 1), w.at(i + 2)]
  if (!mark.glued || !minute.glued || minute.type !== 'number' || hour.digits > 2 || hour.value > 24)
    return null
  const uhr = w.is(i + 3, 'clock')
  const dash = mark.name === '-' && minute.value > 24 && (uhr || expected || hour.digits === 0)
  const comma = mark.name === ',' && minute.digits === 2 && uhr
  if ((!dash && !comma) || minute.value > 59 || isCounted(w, i + 3)) return null
  return clockMatch(hour.value, minute.value, false, uhr ? i + 4 : i + 3)
}

/** The minutes after "14 Uhr": "30", "dreißig", "und 15 Minuten"; not a day, a count or another time. */
function minuteAfter(w: Words, i: number): { value: number; next: number } | null {
  let at = i
  if (w.is(at, 'and')) at++
  // "acht Uhr-dreißig"
  if (w.mark(i, '-') && w.at(i).glued && w.is(i + 1, 'number') && w.at(i + 1).value > 24) at++
  const l = w.at(at)
  if (l.type !== 'number' || l.value > 99 || l.digits > 2) return null
  const after = w.at(at + 1)
  if (after.type === 'unit') return after.name === 'minute' ? { value: l.value, next: at + 2 } : null
  // "vierzehn Uhr null fünf"
  if (l.value === 0 && l.digits < 2 && after.type === 'number' && after.value < 10)
    return { value: after.value, next: at + 2 }
  if (at > i && !w.mark(i, '-')) return null
  if (after.type === 'clock' || after.type === 'fraction' || isCounted(w, at + 1)) return null
  if (
    after.type === 'mark' &&
    (after.name === ':' || (after.name === '.' && after.glued && w.at(at + 2).name !== 'end'))
  )
    return null
  return { value: l.value, next: at + 1 }
}

/** Any clock time at `i`; a bare hour only where a preposition or the place announces one. */
function clockAt(w: Words, i: number, c: Context, prefixed: boolean): ClockMatch | null {
  const spoken = spokenClockAt(w, i) ?? numericClockAt(w, i, c, prefixed)
  if (spoken) return spoken
  if (!prefixed) return null
  const hour = hourAt(w, i)
  if (hour === null || isCounted(w, i + 1) || w.mark(i + 1, ':')) return null
  // "um drei viertel", "zehn nach halb": the rest is missing, so the first number is no hour.
  const isQuarters = hour === 3 && w.is(i + 1, 'fraction', 'quarter') && !w.is(i + 2, 'number')
  if (isQuarters || (w.is(i + 1, 'bound') && w.is(i + 2, 'fraction', 'half'))) return null
  return clockMatch(hour, 0, hour > 12 || hour === 0, afterHour(w, i + 1)[0])
}

/** Skips "um", "so", "circa", "kurz nach" …; says whether they announce a time and make it approximate. */
function clockPrefixAt(w: Words, i: number): { next: number; prefixed: boolean; approximate: boolean } {
  let next = i
  let prefixed = false
  let approximate = false
  for (; next < i + 5; next++) {
    const l = w.at(next)
    const swiss = l.text === 'am' && (w.is(next + 1, 'number', 'swiss') || w.is(next + 1, 'fraction'))
    // "am drü", "am halbi zwölfi": how the Swiss say "um"
    if (swiss) prefixed = true
    else if (l.type === 'approx' && l.name !== 'around') {
      if (l.name === 'shortly') {
        if (!w.is(next + 1, 'bound', 'after') && !w.is(next + 1, 'bound', 'before')) break
        next++
        prefixed = approximate = true
      } else if (l.name !== 'so') prefixed = true
      if (l.name === 'gegen' || l.name === 'about') approximate = true
      if (l.name === 'about' && w.mark(next + 1, '.')) next++
      if (l.name === 'so') approximate ||= w.is(next + 1, 'approx') || w.is(next + 1, 'prep', 'um')
    } else if (l.type === 'prep' && l.name === 'um') {
      prefixed = true
      // "um die 15 Uhr": about
      if (w.is(next + 1, 'article', 'die')) {
        next++
        approximate = true
      }
    } else if (!(l.type === 'prep' && l.name === 'in' && w.is(next + 1, 'approx', 'about'))) break
  }
  return { next, prefixed, approximate }
}

/** "rum", "herum", "ca.", "in etwa" after a time. */
function approximateAfter(w: Words, i: number): number {
  let at = i
  if (w.is(at, 'prep', 'in') && w.is(at + 1, 'approx', 'about')) at++
  if (w.is(at, 'approx', 'around') || (w.is(at, 'approx', 'about') && !w.is(at + 1, 'number'))) at++
  return at
}

/** A time with everything around it: "so gegen fünf", "um halb drei rum". Bare hours need an announcement. */
export function announcedClockAt(w: Words, i: number, c: Context, announced: boolean): ClockMatch | null {
  const prefix = clockPrefixAt(w, i)
  const match = clockAt(w, prefix.next, c, prefix.prefixed || announced)
  if (!match) return null
  const next = approximateAfter(w, match.next)
  const approximate = prefix.approximate || next > match.next
  return { clock: { ...match.clock, approximate }, next }
}

/** "um halb drei", "15 Uhr", "gegen fünf"; after a day also "morgen 15 Uhr". */
export function clockRule(w: Words, i: number, c: Context): Match<TimeItem> | null {
  const announced = c.corrected === 'clock' || c.timeOnly || endsAsHour(w, i, c)
  const match = announcedClockAt(w, i, c, announced) ?? hourAndPartAt(w, i)
  return match && { item: { kind: 'clock', clock: match.clock }, next: match.next }
}

/** "Freitag 16": a weekday and a number that ends the sentence; below eight it may as well be the day of the month. */
function endsAsHour(w: Words, i: number, c: Context): boolean {
  const { type, value } = w.at(i)
  const afterDay = c.afterDay || (w.mark(i - 1, ',') && w.is(i - 2, 'weekday'))
  if (!afterDay || c.latest?.kind !== 'weekday' || type !== 'number') return false
  return value >= 8 && value <= 20 && (w.mark(i + 1, 'end') || w.mark(i + 1, '?') || w.mark(i + 1, ','))
}

/** "8 abends", "zehn morgens", "11 am Vormittag", "fünf in der Früh": the part itself is read by its own rule. */
function hourAndPartAt(w: Words, i: number): ClockMatch | null {
  const hour = w.at(i).type === 'ordinal' ? null : hourAt(w, i)
  if (hour === null || w.at(i).name === 'year') return null
  const article = w.is(i + 1, 'prep', 'in') && w.is(i + 2, 'article')
  const part = article ? i + 3 : w.is(i + 1, 'prep', 'am') ? i + 2 : i + 1
  return w.is(part, 'part') ? clockMatch(hour, 0, false, i + 1) : null
}
