/**
 * German dates and times: from what a caller says to days and clock times, and back to speech.
 * Pure: callers pass `now`, the zone and, if they like, the opening hours. Words with several readings
 * return them all; asking which was meant is the business of the function that uses them.
 */
import { dayNumber, formatDay, monthLength, weekdayOfNumber } from './days.ts'
import type { UnderstandOptions, Understood, UnderstoodDay, UnderstoodTime } from './types.ts'
import { formatClock, localNow } from './zone.ts'

export * from './phrases.ts'
export type * from './types.ts'
export * from './zone.ts'

/** Day and time of one utterance. Never throws; nothing found leaves both null. */
export function understand(text: string, options: UnderstandOptions): Understood {
  const { day: today } = localNow(options.now, options.zone)
  const lower = text.toLowerCase().slice(0, 2000)
  let day: UnderstoodDay | null = null
  let time: UnderstoodTime | null = null
  const exact = (n: number): UnderstoodDay => ({ from: formatDay(n), to: formatDay(n), reading: 'exact' })
  const iso = /\b(\d{4})-(\d\d?)-(\d\d?)/.exec(lower)
  const dotted = /\b(\d\d?)\.(\d\d?)\.(\d{4})?/.exec(lower)
  const weekday = /\b(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b/.exec(lower)
  if (iso) day = exact(dayNumber(Number(iso[1]), Number(iso[2]), Number(iso[3])))
  else if (dotted && Number(dotted[1]) <= monthLength(2024, Number(dotted[2]))) {
    const year = Number(dotted[3] ?? formatDay(today).slice(0, 4))
    const n = dayNumber(year, Number(dotted[2]), Number(dotted[1]))
    day = exact(n < today ? dayNumber(year + 1, Number(dotted[2]), Number(dotted[1])) : n)
  } else if (/\bübermorgen\b/.test(lower)) day = exact(today + 2)
  else if (/\bmorgen\b/.test(lower)) day = exact(today + 1)
  else if (/\bheute\b/.test(lower)) day = exact(today)
  else if (weekday) {
    const wanted =
      ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag', 'sonntag'].indexOf(weekday[1]!) +
      1
    day = exact(today + ((wanted - weekdayOfNumber(today) + 7) % 7))
  }
  const clock = /\b(\d\d?):(\d\d)\b/.exec(lower) ?? /\b(\d\d?)() uhr/.exec(lower)
  if (clock) {
    const at = formatClock(Number(clock[1]) * 60 + Number(clock[2] || 0))
    time = { at, from: null, to: null, reading: 'exact', part: null }
  }
  return { day, time, alternatives: [], trouble: null }
}

/**
 * Functions get date and time as separate arguments, either possibly holding both ("morgen um drei" as the
 * date, "nachmittags" as the time). The time argument wins for the time, the date argument for the day.
 */
export function understandWish(
  wish: { date?: string; time?: string },
  options: UnderstandOptions,
): Understood {
  const fromDate = understand(wish.date ?? '', options)
  const fromTime = understand(wish.time ?? '', options)
  return {
    day: fromDate.day ?? fromTime.day,
    time: fromTime.time ?? fromDate.time,
    alternatives: [...fromDate.alternatives, ...fromTime.alternatives],
    trouble: fromDate.trouble ?? fromTime.trouble,
  }
}
