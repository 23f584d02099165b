/**
 * Whether a wish can be met: exactly the wished time, a day with its times, a part of a day, or several days. What cannot be met
 * says why, with the nearest times in the same breath. Decides; the words are in german/sentences/availability.ts.
 */

import { AppError } from '../../errors.ts'
import {
  addDays,
  clockTimeOf,
  dayBounds,
  daysBetween,
  instantOf,
  type LocalDay,
  localDayOf,
  type UnderstoodDay,
  type UnderstoodTime,
} from '../../german/index.ts'
import { askAboutTrouble, type Refusal } from '../../german/sentences/availability.ts'
import { inBackground } from '../../lib/in-background.ts'
import { laterDay } from '../choices.ts'
import { isOpenAt } from '../day-hours.ts'
import { type Alternative, isAsWished, isInWindow, rankAlternatives } from './alternatives.ts'
import {
  type AvailabilityQuery,
  type AvailabilityService,
  type FreeTimes,
  requireComplete,
  searchDays,
} from './availability.ts'
import { type Elsewhere, findElsewhere } from './elsewhere.ts'
import { whyOff } from './off.ts'
import { notProposed, type OfferState } from './offers.ts'
import { effectiveTime, type Said } from './restrictions.ts'

export interface CheckQuery extends Omit<AvailabilityQuery, 'from' | 'to' | 'partial'> {
  day: UnderstoodDay
  time: UnderstoodTime | null
  said: Said
  now: Date
}

export interface CheckOutcome {
  /** `free`: the very time; `times`: a day (or part) has some; `span`: several days have some; `refused`: not as wished. */
  kind: 'free' | 'times' | 'span' | 'refused'
  /** The wished day, the first of a span. */
  day: LocalDay
  /** The wished instant, when a time was named and the day is one. */
  start: Date | null
  /** What the day (or the wished part of it) has; empty for spans. */
  slots: Date[]
  /** Whether the wished day has any time at all. */
  sameDay: boolean
  /** Nearest times when refused; first times of the days of a span. */
  alternatives: Alternative[]
  refusal: Refusal | null
  /** With another person or at another branch, where the wished one has nothing. */
  elsewhere: Elsewhere[]
  /** Whose times these are. */
  staffId: number | null
  /** The part of the day that was wished for, now or before in the call. */
  time: UnderstoodTime | null
  /** For `booking_notice_violation`. */
  earliest: { at: Date; noticeMinutes: number }
  stale: boolean
}

/** With this many other times on the same day, no further day is asked for. */
const sameDayEnough = 3
/** A month is the longest span people name in one breath. */
const spanDaysMax = 31

/**
 * Looks the wish up and remembers for the call what is thereby offered.
 * @throws AppError `calendar_unavailable`; `impossible_time` for a time that the clocks skip
 */
export async function checkWish(availability: AvailabilityService, query: CheckQuery): Promise<CheckOutcome> {
  const single = query.day.from === query.day.to && query.day.reading !== 'soonest'
  return single ? checkDay(availability, query) : checkSpan(availability, query)
}

async function checkDay(availability: AvailabilityService, asked: CheckQuery): Promise<CheckOutcome> {
  const { branch } = asked
  const day = asked.day.from
  const start = asked.time?.at ? instantOf(day, asked.time.at, branch.timeZone) : null
  if (asked.time?.at && start === null) {
    throw new AppError('impossible_time', askAboutTrouble('impossible_time', []), {
      fields: { status: 'needs_time' },
    })
  }
  const free = await availability.load({ ...asked, from: day, to: day }).catch((error: unknown) => {
    // Without the calendar it is known all the same when a day is off.
    const off = whyOff(asked, day, start)
    if (off === null || (off.reason === 'closed' && !off.special)) throw error
    return off
  })
  if ('reason' in free) return offWithoutCalendar(availability, asked, start, free)
  const time = effectiveTime(asked.time, free.offers.restrictions)
  const query = { ...asked, time, staffId: free.staffId }
  const slots = free.days.get(day) ?? []
  const ruledOut = new Set(notProposed(free.offers))
  const earliest = availability.earliestBookable(query)
  const outcome = {
    day,
    start,
    sameDay: slots.length > 0,
    earliest,
    stale: free.stale,
    refusal: null,
    alternatives: [],
    elsewhere: [],
    staffId: free.staffId,
    time,
  }
  const wanted =
    start === null
      ? slots.filter(
          (slot) => isInWindow(clockTimeOf(slot, branch.timeZone), time) && !ruledOut.has(slot.getTime()),
        )
      : slots.some((slot) => slot.getTime() === start.getTime())
        ? [start]
        : []
  if (wanted.length > 0) {
    remember(availability, query, free, 'day', wanted)
    // With a time asked for, the day's other times still belong into the answer.
    return { ...outcome, kind: start === null ? 'times' : 'free', slots: start === null ? wanted : slots }
  }
  const refusal = refusalOf(query, start, slots, earliest)
  const [found, elsewhere] = await Promise.all([
    nearest(availability, query, start, slots, free),
    isFull(refusal, asked.staffId, slots) ? findElsewhere(availability, { ...query, day }) : [],
  ])
  return {
    ...outcome,
    kind: 'refused',
    slots: start === null ? [] : slots,
    refusal,
    elsewhere,
    alternatives: found.alternatives,
    stale: free.stale || found.stale,
  }
}

/** Closed or away is told even while Cal.com does not answer; other times are then not known. */
function offWithoutCalendar(
  availability: AvailabilityService,
  asked: CheckQuery,
  start: Date | null,
  refusal: Refusal,
): CheckOutcome {
  const { day, time, staffId } = asked
  return {
    kind: 'refused',
    day: day.from,
    start,
    slots: [],
    sameDay: false,
    alternatives: [],
    refusal,
    elsewhere: [],
    staffId,
    time,
    earliest: availability.earliestBookable(asked),
    stale: false,
  }
}

/** Whether others are worth a look: the wished person is busy then, or nobody of the branch has anything on that day. */
function isFull({ reason }: Refusal, staffId: number | null, slots: readonly Date[]): boolean {
  if (reason === 'taken') return staffId !== null || slots.length === 0
  return reason === 'day_full' || reason === 'closed' || reason === 'staff_away'
}

/** Several days: the first fitting time of each, so that the caller can choose a day. */
async function checkSpan(availability: AvailabilityService, query: CheckQuery): Promise<CheckOutcome> {
  const { branch, day, now } = query
  const today = localDayOf(now, branch.timeZone)
  const from = laterDay(day.from, today)
  const lastDay = day.reading === 'soonest' ? addDays(from, searchDays - 1) : day.to
  const to = addDays(from, Math.min(Math.max(0, daysBetween(from, lastDay)), spanDaysMax - 1))
  const free = await availability.load({ ...query, from, to, partial: true })
  const time = effectiveTime(query.time, free.offers.restrictions)
  const ruledOut = new Set(notProposed(free.offers))
  const slots = [...free.days.values()].flatMap((starts) =>
    starts
      .filter((slot) => {
        if (ruledOut.has(slot.getTime())) return false
        return isAsWished(clockTimeOf(slot, branch.timeZone), time)
      })
      .slice(0, 1),
  )
  const earliest = availability.earliestBookable(query)
  const base = {
    day: from,
    start: null,
    slots: [],
    sameDay: false,
    earliest,
    stale: free.stale,
    elsewhere: [],
    staffId: free.staffId,
    time,
  }
  if (slots.length > 0) {
    const alternatives = rankAlternatives(slots, { day: from, time: null, timeZone: branch.timeZone, today })
    remember(availability, query, free, 'alternatives', slots)
    return { ...base, kind: 'span', alternatives, refusal: null }
  }
  requireComplete(free)
  const found = await availability.alternatives({
    ...query,
    wish: { from, to, time },
    exclude: (offers) => new Set(notProposed(offers)),
  })
  remember(
    availability,
    query,
    found.free,
    'alternatives',
    found.alternatives.map(({ start }) => new Date(start)),
  )
  return {
    ...base,
    kind: 'refused',
    alternatives: found.alternatives,
    refusal: { reason: 'span_full' },
    stale: free.stale || found.free.stale,
  }
}

/** Other times: from the day itself if it has enough, else from the days after it too. */
async function nearest(
  availability: AvailabilityService,
  query: CheckQuery,
  start: Date | null,
  slots: readonly Date[],
  free: FreeTimes,
): Promise<{ alternatives: Alternative[]; stale: boolean }> {
  const { branch, time, now } = query
  const day = query.day.from
  const excluded = (offers: OfferState) =>
    new Set(start === null ? notProposed(offers) : [...notProposed(offers), start.getTime()])
  const sameDay = rankAlternatives(slots, {
    day,
    time,
    timeZone: branch.timeZone,
    today: localDayOf(now, branch.timeZone),
    exclude: excluded(free.offers),
  })
  const fitting = sameDay.filter((alternative) => isInWindow(alternative.time, time))
  const found =
    fitting.length >= sameDayEnough
      ? { alternatives: sameDay, stale: free.stale }
      : await availability
          .alternatives({
            ...query,
            wish: { from: day, to: day, time },
            exclude: excluded,
          })
          .then(({ alternatives, free: wider }) => ({ alternatives, stale: wider.stale }))
  const starts = found.alternatives.map((alternative) => new Date(alternative.start))
  remember(availability, query, free, 'alternatives', starts)
  return found
}

/** The first reason that holds, the plainest first. */
function refusalOf(
  query: CheckQuery,
  start: Date | null,
  slots: readonly Date[],
  earliest: CheckOutcome['earliest'],
): Refusal {
  const { branch, time, now } = query
  const day = query.day.from
  const dayEnds = dayBounds(day, branch.timeZone).end
  if (start !== null && start < now) return { reason: 'past_time', day }
  if (dayEnds <= now) return { reason: 'past_time', day }
  const off = whyOff(query, day, start)
  if (off?.reason === 'closed' && slots.length === 0) return off
  if ((start ?? dayEnds) < earliest.at) {
    return { reason: 'booking_notice_violation', noticeMinutes: earliest.noticeMinutes }
  }
  if (off !== null && off.reason !== 'closed') return off
  if (start !== null && !isOpenAt(branch, day, time?.at ?? ''))
    return { reason: 'outside_opening_hours', day }
  if (slots.length > 0 && start !== null) return { reason: 'taken', day }
  const window = slots.length > 0 ? time : null
  return { reason: 'day_full', day, window, ruledOut: slots.length > 0 && window === null }
}

/** Not waited for: the memory helps the next question, and never fails. */
function remember(
  availability: AvailabilityService,
  query: CheckQuery,
  free: FreeTimes,
  source: 'day' | 'alternatives',
  starts: readonly Date[],
): void {
  const wish = `check ${query.day.from} ${query.day.to} ${query.time?.at ?? query.time?.from ?? ''}`
  const offer = { serviceId: query.service.id, source, wish, starts }
  inBackground(availability.offers.remember(query.call?.callId ?? null, free.offers, offer))
}
