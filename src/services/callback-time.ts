/**
 * When a business can call back, in words that its opening hours can keep. Pure. A wish outside the opening hours is
 * moved to the next time somebody is there; without known opening hours nothing firmer than "so bald wie möglich" is said.
 */
import {
  addDays,
  instantOf,
  type LocalDay,
  localDayOf,
  type PartOfDay,
  sayOnDay,
  sayTime,
  sayWindow,
  type Understood,
} from '../german/index.ts'
import { type BranchHours, dayHours } from './day-hours.ts'

/** A promise: between these instants, spoken after "Wir rufen Sie … zurück." */
export interface CallbackPromise {
  from: Date | null
  to: Date | null
  say: string
  /** False when the caller wished for a time at which nobody is there. */
  asWished: boolean
}

interface Span {
  from: Date
  to: Date
}

interface Frame {
  now: Date
  branch: BranchHours
}

const minuteMs = 60_000
/** Somebody must get round to it: a span that ends sooner does not count. */
const leastMs = 30 * minuteMs
/** "noch heute" needs this much time. */
const leastTodayMs = 60 * minuteMs
const exactWindowMs = 60 * minuteMs
const daysAheadMax = 21

const dayParts: Record<PartOfDay, { relative: string; dated: string }> = {
  early_morning: { relative: 'früh', dated: 'morgens' },
  morning: { relative: 'Vormittag', dated: 'vormittags' },
  noon: { relative: 'Mittag', dated: 'mittags' },
  afternoon: { relative: 'Nachmittag', dated: 'nachmittags' },
  late_afternoon: { relative: 'Nachmittag', dated: 'nachmittags' },
  evening: { relative: 'Abend', dated: 'abends' },
  night: { relative: 'Abend', dated: 'abends' },
}

/** In: the frame and what the caller wished for (null: nothing said or understood). */
export function promiseCallback(frame: Frame, wish: Understood | null): CallbackPromise {
  const today = localDayOf(frame.now, frame.branch.timeZone)
  const wishes = wish !== null && (wish.day !== null || wish.time !== null) && wish.day?.reading !== 'soonest'
  if (!wishes) return { ...soonest(frame, today), asWished: true }
  const first = wish.day === null || wish.day.from < today ? today : wish.day.from
  const last = wish.day === null ? addDays(today, daysAheadMax) : wish.day.to
  for (let day = first, steps = 0; day <= last && steps <= daysAheadMax; day = addDays(day, 1), steps += 1) {
    const fitting = fitDay(frame, day, wish)
    if (fitting) return { ...fitting, say: sayWished(day, today, wish), asWished: true }
  }
  return { ...soonest(frame, first), asWished: false }
}

/** The part of a day's opening hours that the wish leaves, from now on. */
function fitDay(frame: Frame, day: LocalDay, wish: Understood): Span | null {
  const zone = frame.branch.timeZone
  for (const span of spansOf(frame, day)) {
    const time = wish.time
    let { from, to } = span
    if (time?.at != null) {
      const at = instantOf(day, time.at, zone)
      if (at === null || at < from || at >= to) continue
      from = at
      to = new Date(Math.min(to.getTime(), at.getTime() + exactWindowMs))
    } else if (time !== null) {
      from = later(from, time.from === null ? null : instantOf(day, time.from, zone))
      to = earlier(to, time.to === null ? null : instantOf(day, time.to, zone))
    }
    from = time?.at == null ? later(from, frame.now) : from
    if (from >= frame.now && to.getTime() - from.getTime() >= leastMs) return { from, to }
  }
  return null
}

/** The first opening from a day on: "noch heute", "morgen Vormittag", "am Dienstag, den 24. November vormittags". */
function soonest(frame: Frame, from: LocalDay): Omit<CallbackPromise, 'asWished'> {
  const zone = frame.branch.timeZone
  const today = localDayOf(frame.now, zone)
  if (!hasHours(frame.branch)) return { from: null, to: null, say: 'so bald wie möglich' }
  for (let day = from, steps = 0; steps <= daysAheadMax; day = addDays(day, 1), steps += 1) {
    const spans = spansOf(frame, day)
    if (day === today) {
      const open = spans.map((span) => ({ from: later(span.from, frame.now), to: span.to }))
      const [span] = open.filter((one) => one.to.getTime() - one.from.getTime() >= leastTodayMs)
      if (span) return { from: span.from, to: span.to, say: 'noch heute' }
      continue
    }
    const [span] = spans
    if (!span) continue
    const noon = instantOf(day, '12:00', zone)
    const evening = instantOf(day, '17:00', zone)
    const part: PartOfDay =
      noon !== null && span.from < noon
        ? 'morning'
        : evening !== null && span.from < evening
          ? 'afternoon'
          : 'evening'
    const end = part === 'morning' ? noon : part === 'afternoon' ? evening : null
    return { from: span.from, to: earlier(span.to, end), say: sayPart(day, today, part) }
  }
  return { from: null, to: null, say: 'so bald wie möglich' }
}

function sayWished(day: LocalDay, today: LocalDay, wish: Understood): string {
  const { time } = wish
  if (time === null) return day === today ? 'noch heute' : sayOnDay(day, today)
  if (time.at !== null) return `${sayOnDay(day, today)} gegen ${sayTime(time.at)}`
  if (time.reading === 'part_of_day' && time.part !== null) return sayPart(day, today, time.part)
  return `${sayOnDay(day, today)} ${sayWindow(time)}`
}

function sayPart(day: LocalDay, today: LocalDay, part: PartOfDay): string {
  const said = sayOnDay(day, today)
  const relative = said === 'heute' || said === 'morgen'
  return `${said} ${relative ? dayParts[part].relative : dayParts[part].dated}`
}

/** A day's opening times as instants; the whole day when the business has told none, and none when it is not sure to be open. */
function spansOf({ branch }: Frame, day: LocalDay): Span[] {
  const { timeZone: zone } = branch
  const { isKnown, isUnsure, spans } = dayHours(branch, day)
  const hours = isKnown ? spans : [{ from: '08:00', to: '18:00' }]
  if (isUnsure) return []
  return hours.flatMap((span) => {
    const from = instantOf(day, span.from, zone)
    const to = instantOf(day, span.to, zone)
    return from && to && from < to ? [{ from, to }] : []
  })
}

function hasHours({ openingHours }: BranchHours): boolean {
  return Object.values(openingHours).some((spans) => (spans?.length ?? 0) > 0)
}

function later(a: Date, b: Date | null): Date {
  return b !== null && b > a ? b : a
}

function earlier(a: Date, b: Date | null): Date {
  return b !== null && b < a ? b : a
}
