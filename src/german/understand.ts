/**
 * The one entrance: text in, `Understood` out. Recognises, reads the wish, places it on the calendar and the clock,
 * and collects the other readings. Guesses nothing: what is impossible or contradicts itself comes back as trouble.
 */
import { LRUCache } from 'lru-cache'
import { saysSomething } from './absent.ts'
import { type CivilDate, civilOf, type DayNumber, dayNumber, formatDay, weekdayOfNumber } from './days.ts'
import type { DayItem } from './items.ts'
import { lexemesOf } from './lexer.ts'
import { sayDayNumber, sayTime } from './phrases.ts'
import { refusedOf } from './refused.ts'
import { resolveDay } from './resolve-day.ts'
import { type ResolvedTime, resolveTime } from './resolve-time.ts'
import type { Calendar, NoDay, ResolvedDay } from './resolved.ts'
import { elementsOf } from './rules.ts'
import type { Alternative, UnderstandOptions, Understood, Weekday } from './types.ts'
import { type Draft, hasTime, mergeWishes, type Wish, wishOf } from './wish.ts'
import { formatClock, instantOf, localNow } from './zone.ts'

const minuteMs = 60_000
/** Until when today still counts for a bare "Dienstag", if the opening hours do not say. */
const closingMinute = 1080
/** Clocks change at night; later times need no look-up. */
const clockChangeMinuteMax = 240
const alternativesMax = 5
/** An explicit year further ahead is rather misheard; a business may take bookings further ahead (`daysAhead`). */
const daysAheadDefault = 400
/** Readings that are as likely as the main one; the others are rare, or were named as a second choice. */
const likelyReasons: ReadonlySet<string> = new Set([
  'next_week',
  'week_after_next',
  'other_count',
  'month_first',
])

/** Days that an event may move: "nach den Osterferien am Dienstag". */
const looseSlots: ReadonlySet<string> = new Set(['weekday', 'week', 'weekend'])

interface Moment {
  options: UnderstandOptions
  today: DayNumber
  relativeToday: DayNumber
  minute: number
  civil: CivilDate
}

/**
 * Day and time of one utterance, as speech-to-text or a model wrote it, at `now` in `zone`. Never throws for any
 * text; if nothing is found, day and time are null.
 */
export function understand(text: string, options: UnderstandOptions): Understood {
  const moment = momentOf(options)
  return resolve(readWish(text, moment, false), moment, null)
}

/**
 * Functions get date and time as separate arguments, either possibly holding both ("morgen um drei" as the
 * date, "nachmittags" as the time). The time argument wins for the time, the date argument for the day.
 */
export function understandWish(
  wish: { date?: string; time?: string },
  options: UnderstandOptions,
): Understood {
  const moment = momentOf(options)
  const date = readWish(wish.date ?? '', moment, false)
  const time = readWish(wish.time ?? '', moment, true)
  return resolve(mergeWishes(date, time), moment, notUnderstood(wish, date, time))
}

/** An argument that says something of which nothing was understood. */
function notUnderstood(
  said: { date?: string; time?: string },
  date: Wish,
  time: Wish,
): Understood['unresolved'] {
  if (said.date !== undefined && isEmpty(date) && saysSomething(said.date)) return 'day'
  return said.time !== undefined && isEmpty(time) && saysSomething(said.time) ? 'time' : null
}

const isEmpty = ({ main, refused, every }: Wish): boolean =>
  main.order.length === 0 && !hasTime(main) && refused.length === 0 && every === null

function momentOf(options: UnderstandOptions): Moment {
  const { day, minute } = localNow(options.now, options.zone)
  const { relativeTo } = options
  const relativeToday = relativeTo ? localNow(relativeTo, options.zone).day : day
  return { options, today: day, relativeToday, minute, civil: civilOf(day) }
}

/** What short texts say, before they are placed on a calendar: "14:00" and "morgen" are said again and again. Nobody changes them. */
const said = new LRUCache<string, Wish>({ max: 500 })
const saidLengthMax = 60

function readText(text: string, thisYear: number, timeOnly: boolean): Wish {
  const key = `${thisYear}${timeOnly}${text}`
  const known = said.get(key)
  if (known) return known
  const lexemes = lexemesOf(text)
  const wish = wishOf(elementsOf(lexemes, thisYear, timeOnly), lexemes)
  if (text.length <= saidLengthMax) said.set(key, wish)
  return wish
}

function readWish(text: string, moment: Moment, timeOnly: boolean): Wish {
  const wish = readText(text, moment.civil.year, timeOnly)
  if (wish.main.days.iso === undefined && wish.others.length === 0) return wish
  return {
    ...wish,
    main: spread(wish.main, moment),
    others: wish.others.map((option) => spread(option, moment)),
  }
}

interface Reading {
  day: ResolvedDay | NoDay | null
  time: ResolvedTime
}

function readDraft(draft: Draft, moment: Moment): Reading {
  const instant = instantOfDraft(draft, moment)
  if (instant) return instant
  const { today, minute, options } = moment
  const hours = options.openingHours
  const todayTime = resolveTime(draft, hours, weekdayOfNumber(today))
  const closing = hours ? latestOpening(hours, weekdayOfNumber(today)) : closingMinute
  const todayPossible = (todayTime.latest ?? closing) > minute
  const day = resolveDay(draft, calendarOf(moment, todayPossible))
  const single = day !== null && day.from !== null && day.from === day.to
  const time = resolveTime(
    inZone(draft, single ? day.from : today, options.zone),
    hours,
    single ? weekdayOfNumber(day.from) : null,
  )
  return { day, time: single && day.from === today ? stillAhead(time, draft, minute) : time }
}

function calendarOf({ today, relativeToday, options }: Moment, todayPossible: boolean): Calendar {
  return { today, relativeToday, todayPossible, daysAhead: options.daysAhead ?? daysAheadDefault }
}

/** A clock time with a zone is told in the branch's local time of that day. */
function inZone(draft: Draft, day: DayNumber, zone: string): Draft {
  const { clock } = draft
  if (clock?.offsetMinutes === undefined || Number.isNaN(clock.minute)) return draft
  const instant = new Date((day * 1440 + clock.minute - clock.offsetMinutes) * minuteMs)
  return { ...draft, clock: { minute: localNow(instant, zone).minute, fixed: true, approximate: false } }
}

/** "heute um acht" said at half past seven in the evening is 20 Uhr; before noon nothing is that clear. */
function stillAhead(time: ResolvedTime, draft: Draft, nowMinute: number): ResolvedTime {
  const { latest } = time
  if (!time.time?.at || latest === null || draft.clock?.fixed !== false || draft.part !== null) return time
  if (nowMinute < 720 || latest >= 720 || latest + 720 <= nowMinute) return time
  return {
    ...time,
    time: { ...time.time, at: formatClock(latest + 720) },
    latest: latest + 720,
    other: latest,
  }
}

function latestOpening(hours: NonNullable<UnderstandOptions['openingHours']>, weekday: Weekday): number {
  return Math.max(
    0,
    ...(hours[weekday] ?? []).map(({ to }) => Number(to.slice(0, 2)) * 60 + Number(to.slice(3))),
  )
}

/** "in 60 Minuten": day and time are one. */
function instantOfDraft(draft: Draft, { options, today, minute }: Moment): Reading | null {
  const item = draft.days.moment
  if (item?.kind !== 'moment') return null
  const then = localNow(new Date(options.now.getTime() + item.minutes * minuteMs), options.zone)
  return item.within ? withinReading({ day: today, minute }, then) : momentReading(then)
}

/** "in den nächsten fünf Stunden": from now until then; past midnight the rest of today. */
function withinReading(
  now: { day: DayNumber; minute: number },
  then: { day: DayNumber; minute: number },
): Reading {
  const until = then.day === now.day ? then.minute : null
  return {
    day: { from: now.day, to: now.day, reading: 'exact', alternatives: [], trouble: null },
    time: {
      time: {
        at: null,
        from: formatClock(now.minute),
        to: until === null ? null : formatClock(until),
        reading: 'span',
        part: null,
      },
      latest: until ?? 1440,
      other: null,
      impossible: false,
    },
  }
}

function momentReading({ day, minute }: { day: DayNumber; minute: number }): Reading {
  const at = formatClock(minute)
  return {
    day: { from: day, to: day, reading: 'exact', alternatives: [], trouble: null },
    time: {
      time: { at, from: null, to: null, reading: 'exact', part: null },
      latest: minute,
      other: null,
      impossible: false,
    },
  }
}

/** An ISO date and time is a date and a clock time like any other; with an offset it is told in local time first. */
function spread(draft: Draft, { options }: Moment): Draft {
  const iso = draft.days.iso
  if (iso?.kind !== 'iso') return draft
  const { minute, offsetMinutes } = iso
  let point: DayItem = iso.day
  let clock = minute
  if (minute !== null && offsetMinutes !== null && iso.day.month !== null && iso.day.year !== null) {
    const n = dayNumber(iso.day.year, iso.day.month, iso.day.day)
    if (!Number.isNaN(n)) {
      const local = localNow(new Date((n * 1440 + minute - offsetMinutes) * minuteMs), options.zone)
      point = { ...iso.day, ...civilOf(local.day) }
      clock = local.minute
    }
  }
  const said = clock === null ? null : { minute: clock, fixed: true, approximate: false }
  return { ...draft, days: { point }, order: ['point'], clock: draft.clock ?? said }
}

function resolve(wish: Wish, moment: Moment, open: Understood['unresolved']): Understood {
  const { day, time } = readDraft(inSharedMonth(wish), moment)
  const alternatives = new Alternatives(moment.today)
  const rival = wish.rival && readDraft(wish.rival, moment).day
  const not = wish.refused.length === 0 ? null : refusedOf(wish.refused, calendarOf(moment, true))
  const found = withoutRefusedEnds(exacter(day, rival), not)
  const at = time.time?.at ?? null
  const single = found && found.from === found.to ? found.from : null
  for (const { day: other, reason } of day?.alternatives ?? []) alternatives.add(other, at, reason)
  for (const option of wish.others) {
    const other = readDraft(option, moment)
    const otherDay = other.day !== null && other.day.from !== null ? other.day.from : single
    alternatives.add(otherDay, hasTime(option) ? (other.time.time?.at ?? null) : at, 'also_named')
  }
  const contradicts =
    found !== null &&
    rival !== null &&
    rival.from !== null &&
    (rival.from > found.to || rival.to < found.from)
  if (contradicts) alternatives.add(rival.from, at, 'also_named')
  if (time.other !== null)
    alternatives.add(single, formatClock(time.other), time.other < 720 ? 'morning' : 'evening')
  const others = alternatives.without(single, at)
  const trouble = troubleOf(day, time, wish.unclear || contradicts, moment)
  const isDated = wish.main.order.some((slot) => !looseSlots.has(slot))
  const isUnknown =
    wish.unknown === 'always' ||
    (wish.unknown === 'vague' && !isDated) ||
    (wish.unknown === 'alone' && found === null)
  const unresolved = isUnknown && trouble === null ? 'day' : open
  return {
    day: isUnknown
      ? null
      : found && { from: formatDay(found.from), to: formatDay(found.to), reading: found.reading },
    time: time.time,
    alternatives: others,
    trouble,
    ambiguous:
      trouble === 'ambiguous_day' ||
      (single !== null &&
        others.some(({ day: other, reason }) => other !== null && likelyReasons.has(reason))),
    unresolved,
    every: wish.every,
    not,
  }
}

/** "am 24. und 25. Dezember": the month that is said with the later day is the earlier one's as well. */
function inSharedMonth({ main, others }: Pick<Wish, 'main' | 'others'>): Draft {
  const { point } = main.days
  if (point?.kind !== 'date' || point.month !== null || point.monthShift !== null || main.order.length !== 1)
    return main
  const later = others
    .map(({ days }) => days.point)
    .find((other) => other?.kind === 'date' && other.month !== null)
  if (later?.kind !== 'date' || later.day <= point.day) return main
  return { ...main, days: { point: { ...point, month: later.month, year: later.year } } }
}

/** "nächste Woche, aber nicht Montag" begins on Tuesday. */
function withoutRefusedEnds(found: ResolvedDay | null, not: Understood['not']): ResolvedDay | null {
  if (found === null || not === null || found.from === found.to) return found
  const isRefused = (day: DayNumber) =>
    not.weekdays.includes(weekdayOfNumber(day)) ||
    not.days.some(({ from, to }) => from <= formatDay(day) && formatDay(day) <= to)
  let { from, to } = found
  while (from < to && isRefused(from)) from++
  while (to > from && isRefused(to)) to--
  return { ...found, from, to }
}

/** Of two arguments that name the same time span the narrower one: "nächste Woche" and "am 12.11." */
function exacter(day: Reading['day'], rival: Reading['day']): ResolvedDay | null {
  const found = day !== null && day.from !== null ? day : null
  if (found === null || rival === null || rival.from === null) return found
  return rival.from >= found.from && rival.to <= found.to ? { ...rival, trouble: found.trouble } : found
}

function troubleOf(
  day: Reading['day'],
  time: ResolvedTime,
  unclear: boolean,
  { options }: Moment,
): Understood['trouble'] {
  if (day?.trouble) return day.trouble
  if (time.impossible) return 'impossible_time'
  const at = time.time?.at
  if (
    day &&
    day.from !== null &&
    day.from === day.to &&
    at &&
    Number(at.slice(0, 2)) * 60 < clockChangeMinuteMax
  ) {
    // In the spring gap the clocks never show this time.
    if (instantOf(formatDay(day.from), at, options.zone) === null) return 'impossible_time'
  }
  return unclear ? 'ambiguous_day' : null
}

/** The readings besides the main one, each once, in the order of their plausibility. */
class Alternatives {
  readonly #today: DayNumber
  readonly #list: Alternative[] = []

  constructor(today: DayNumber) {
    this.#today = today
  }

  add(day: DayNumber | null, time: string | null, reason: string): void {
    const say = [day === null ? null : sayDayNumber(day, this.#today), time === null ? null : sayTime(time)]
    this.#list.push({
      day: day === null ? null : formatDay(day),
      time,
      reason,
      say: say.filter((part) => part !== null).join(' um '),
    })
  }

  without(day: DayNumber | null, time: string | null): Alternative[] {
    const seen = new Set([`${day === null ? null : formatDay(day)} ${time}`])
    const unique = this.#list.filter((other) => {
      const key = `${other.day} ${other.time}`
      if (seen.has(key) || (other.day === null && other.time === null)) return false
      seen.add(key)
      return true
    })
    return unique.slice(0, alternativesMax)
  }
}
