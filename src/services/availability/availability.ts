/**
 * Free times as callers may have them: from the cache while they are believed, else from Cal.com. A slow answer is overtaken by
 * a stale copy while the request goes on, and an outage is never spoken as "fully booked" (design section 6, incident I-43).
 * Limit: what is free here may be taken a moment later. Only Cal.com's answer to a booking decides.
 */
import { CalcomError, isPassing } from '../../calcom/errors.ts'
import { AppError } from '../../errors.ts'
import { addDays, daysBetween, type LocalDay, localDayOf } from '../../german/index.ts'
import { calendarUnavailable } from '../../german/sentences/availability.ts'
import type { Deadline } from '../../lib/deadline.ts'
import {
  type Catalogue,
  type CatalogueBranch,
  type CatalogueService,
  type CatalogueStaff,
  type Catalogues,
  calendarOf,
  staffFor,
} from '../catalogue.ts'
import { offTimesOf } from '../day-hours.ts'
import { lengthToSend } from '../lengths.ts'
import { type Alternative, type AlternativeWish, alternativesMax, rankAlternatives } from './alternatives.ts'
import { CallLengths } from './call-lengths.ts'
import {
  CallTimes,
  type CallTimesState,
  callTimesLookup,
  noCallTimes,
  startsInOwnTime,
} from './call-times.ts'
import { holdsLookup, type StoredHold } from './holds.ts'
import { noOffers, OfferMemory, type OfferState, offersLookup } from './offers.ts'
import { joinedDays, joinedFreeTimes, presentHosts } from './present-hosts.ts'
import { effectiveTime, isRuledOut, restrictionsAfter, type Said } from './restrictions.ts'
import type { Calendar, ReadDay } from './slot-days.ts'
import { SlotSource, type SlotSourceDeps } from './slot-source.ts'
import { visitBlocks, visitTimes } from './visit-times.ts'

/** Whose free times, at which service. */
export interface CalendarQuery {
  catalogue: Catalogue
  branch: CatalogueBranch
  service: CatalogueService
  /** null: anyone who offers it. */
  staffId: number | null
  /** An appointment is moved: times of the caller's own appointments may be offered. */
  moving?: boolean
  /** Who serves it in any case, without being asked for: when they are away, nothing is free. */
  servedBy?: number | null
  /** Anyone is asked for, and this is one of them (present-hosts.ts). */
  host?: CatalogueStaff
}

export interface AvailabilityQuery extends CalendarQuery {
  /** Both inclusive, days of the branch's zone. */
  from: LocalDay
  to: LocalDay
  deadline: Deadline
  /** Whose own hold counts as free; null: nobody's. */
  call: { callId: string | null } | null
  /** With some days unknown during an outage, answer with those that are known instead of failing. */
  partial?: boolean
  /** What this question says about when and with whom; what was ruled out before in the call holds beside it. */
  said?: Said
}

export interface FreeTimes {
  /** Each asked day that is known, ascending; its bookable starts, ascending: neither past nor too soon. */
  days: Map<LocalDay, Date[]>
  /** True: a copy that may be out of date; answers carry `warning: 'stale_data'`. */
  stale: boolean
  /** False: some asked days are unknown and missing here (only with `partial`). */
  complete: boolean
  /** What the call was offered so far, read in the same round trip. */
  offers: OfferState
  /** Whose times these are: the person asked for, or the one whom the call has asked for before ("nur bei Anna"). */
  staffId: number | null
}

export type ReadOutcome = 'hit' | 'miss' | 'joined' | 'stale' | 'live' | 'failed'

export interface AvailabilityDeps extends SlotSourceDeps {
  catalogues: Pick<Catalogues, 'policyFor'>
  /** How long a caller waits when a stale copy is at hand. */
  staleAfterMs?: number
  /** Counts reads for the metrics. */
  onRead?: (outcome: ReadOutcome) => void
}

/** What is wished, and what must not be proposed. */
export interface AlternativesQuery extends Omit<AvailabilityQuery, 'from' | 'to' | 'partial'> {
  wish: { from: LocalDay; to: LocalDay; time: AlternativeWish['time'] }
  /** The times to leave out, given what the call was offered so far (epoch milliseconds). */
  exclude: (offers: OfferState) => ReadonlySet<number>
  max?: number
}

const minuteMs = 60_000
/** Alternatives and "the next one" are looked for in this many days, in one request. */
export const searchDays = 14

export class AvailabilityService {
  readonly offers: OfferMemory
  readonly callTimes: CallTimes
  readonly lengths: CallLengths
  readonly #deps: AvailabilityDeps
  readonly #source: SlotSource

  constructor(deps: AvailabilityDeps) {
    this.#deps = deps
    this.#source = new SlotSource(deps)
    this.offers = new OfferMemory(deps)
    this.callTimes = new CallTimes(deps)
    this.lengths = new CallLengths(deps)
  }

  /**
   * Free times of a range, from the cache where possible.
   * @throws AppError `calendar_unavailable` when neither Cal.com nor a copy answers in time
   */
  async load(query: AvailabilityQuery): Promise<FreeTimes> {
    const blocks = visitBlocks(query)
    if (blocks) return visitTimes(blocks, await Promise.all(blocks.map((block) => this.load(block))))
    const hosts = presentHosts(query, query)
    if (hosts) return joinedFreeTimes(await Promise.all(hosts.map((host) => this.load({ ...query, host }))))
    const calendar = readCalendar(query)
    const { days, extra } = await this.#source.read(calendar, daysOf(query), callLookups(query.call))
    const only = onlyPerson(query, extra)
    if (only !== null) return this.load({ ...query, staffId: only })
    const missing = days.filter((day) => !day.fresh)
    if (missing.length === 0) {
      this.#deps.onRead?.('hit')
      return this.#answer(query, calendar, days, extra, false)
    }
    const { joined, slots } = this.#source.fetchMissing(calendar, missing, days)
    const complete = missing.every((day) => day.slots !== null)
    const staleAfterMs = complete ? (this.#deps.staleAfterMs ?? 900) : Number.POSITIVE_INFINITY
    try {
      const fetched = await within(slots, Math.min(query.deadline.remainingMs(), staleAfterMs))
      this.#deps.onRead?.(joined ? 'joined' : 'miss')
      const merged = days.map((day) => ({ ...day, slots: fetched.get(day.day) ?? day.slots }))
      return this.#answer(query, calendar, merged, extra, false)
    } catch (error) {
      const known = days.filter((day) => day.slots !== null)
      // A key refused or an event type gone does not pass: what was free once is not told as "my last state".
      const usable = isPassing(error) && (complete || (query.partial === true && known.length > 0))
      this.#deps.onRead?.(usable ? 'stale' : 'failed')
      if (usable) return { ...this.#answer(query, calendar, known, extra, true), complete }
      throw unavailable(error)
    }
  }

  /**
   * Free times straight from Cal.com, for the check right before a booking; refreshes the cache.
   * @param query.bookingUidToReschedule this booking's own time counts as free
   * @param query.follow how many requests the booking needs after this one, see `RequestBudget.take`
   * @throws AppError `calendar_unavailable`
   */
  async fetchLive(
    query: AvailabilityQuery & { bookingUidToReschedule?: string; follow?: number },
  ): Promise<FreeTimes> {
    const hosts = presentHosts(query, query)
    if (hosts)
      return joinedFreeTimes(await Promise.all(hosts.map((host) => this.fetchLive({ ...query, host }))))
    const calendar = readCalendar(query)
    const { days, extra } = await this.#source.read(calendar, daysOf(query), callLookups(query.call))
    this.#deps.onRead?.('live')
    try {
      const { deadline, bookingUidToReschedule, follow } = query
      const options = {
        deadline,
        priority: 'call' as const,
        follow,
        answerMs: this.#deps.requestMs ?? 2_500,
        bookingUidToReschedule,
      }
      const fetched = await within(this.#source.fetchLive(calendar, days, options), deadline.remainingMs())
      const live = days.map((day) => ({ ...day, slots: fetched.get(day.day) ?? [] }))
      return this.#answer(query, calendar, live, extra, false)
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** Free times of the days that the cache knows, fresh ones only; never asks Cal.com. */
  async peek(query: CalendarQuery & { days: readonly LocalDay[] }): Promise<Map<LocalDay, Date[]>> {
    const hosts = presentHosts(query, { from: query.days[0]!, to: query.days.at(-1)! })
    if (hosts) return joinedDays(await Promise.all(hosts.map((host) => this.peek({ ...query, host }))))
    const calendar = readCalendar(query)
    const { days } = await this.#source.read(calendar, query.days, [])
    const fresh = days.filter((day) => day.fresh)
    return this.#answer(query, calendar, fresh, [], false).days
  }

  /**
   * The free times nearest to a wish, at most five: within the wished days if they have any, else in the two weeks from the
   * first of them; one request at most. During an outage from the days that are known.
   * @throws AppError `calendar_unavailable`
   */
  async alternatives(query: AlternativesQuery): Promise<{ alternatives: Alternative[]; free: FreeTimes }> {
    const { wish, branch } = query
    const to = addDays(wish.from, Math.max(daysBetween(wish.from, wish.to), searchDays - 1))
    const free = await this.load({ ...query, from: wish.from, to, partial: true })
    const exclude = query.exclude(free.offers)
    const slots = [...free.days].flatMap(([day, starts]) =>
      starts.filter((start) => !exclude.has(start.getTime())).map((start) => ({ day, start })),
    )
    const inside = wish.to > wish.from ? slots.filter(({ day }) => day <= wish.to) : []
    const alternatives = rankAlternatives(
      (inside.length > 0 ? inside : slots).map(({ start }) => start),
      {
        day: wish.from,
        time: effectiveTime(wish.time, free.offers.restrictions),
        timeZone: branch.timeZone,
        today: localDayOf(this.#deps.clock.now(), branch.timeZone),
        max: Math.min(query.max ?? alternativesMax, alternativesMax),
      },
    )
    return { alternatives, free }
  }

  /** After a booking, cancellation or move: what was known of these days is no longer believed, for any service of the company. */
  markChanged(companyId: number, days: readonly LocalDay[]): Promise<void> {
    return this.#source.markChanged(companyId, days)
  }

  /** The first instant that can be booked: now plus the notice of the service's policy. */
  earliestBookable(query: Pick<CalendarQuery, 'catalogue' | 'branch' | 'service'>): {
    at: Date
    noticeMinutes: number
  } {
    const [service = query.service] = query.service.parts ?? []
    const scope = { branchId: query.branch.id, serviceId: service.id }
    const noticeMinutes = this.#deps.catalogues.policyFor(query.catalogue, scope).minimumNoticeMinutes
    return { at: new Date(this.#deps.clock.now().getTime() + noticeMinutes * minuteMs), noticeMinutes }
  }

  /** Applies what is the reader's: own holds count as free, the past and what is too soon do not. */
  #answer(
    query: CalendarQuery & Pick<AvailabilityQuery, 'said'>,
    calendar: Calendar,
    known: readonly Pick<ReadDay, 'day' | 'slots'>[],
    [holds, offers, times]: CallMemory,
    stale: boolean,
  ): FreeTimes {
    const special = times ?? noCallTimes
    const nowMs = this.#deps.clock.now().getTime()
    const earliestMs = this.earliestBookable(query).at.getTime()
    const held = (holds ?? [])
      .filter(
        ({ eventTypeId, minutes, until }) =>
          eventTypeId === calendar.eventTypeId && minutes === calendar.minutes && Date.parse(until) > nowMs,
      )
      .map((hold) => Date.parse(hold.start))
    const unbookable = special.unbookable.flatMap(([id, start]) => (id === query.service.id ? [start] : []))
    const days = known.map(({ day, slots }): [LocalDay, Date[]] => {
      const own = held.filter((start) => localDayOf(new Date(start), calendar.timeZone) === day)
      const starts =
        own.length === 0 ? (slots ?? []) : [...new Set([...(slots ?? []), ...own])].sort((a, b) => a - b)
      const bookable = starts.filter((start) => start >= earliestMs && !unbookable.includes(start))
      return [day, withoutOff(query, day, bookable).map((start) => new Date(start))]
    })
    const state = remembered(query, offers ?? noOffers)
    const answer = { days: new Map(days), stale, complete: true, staffId: query.staffId }
    // Nobody is offered a time at which they are here anyway; whoever moves that very appointment may be.
    const mayBeHere = special.own.length > 0 && !query.moving
    const { restrictions } = state
    if (!mayBeHere && !restrictions) return { ...answer, offers: state }
    const starts = days.flatMap(([, listed]) => listed.map((start) => start.getTime()))
    const own = mayBeHere ? startsInOwnTime(starts, special, query.service.durationMinutes) : []
    const unwanted = restrictions
      ? starts.filter((start) =>
          isRuledOut(new Date(start), restrictions, query.said?.time ?? null, calendar.timeZone),
        )
      : []
    return { ...answer, offers: { ...state, ruledOut: [...own, ...unwanted] } }
  }
}

/** Starts of a day (epoch milliseconds, ascending) without those at which the branch is closed, or the person away whose time it would be. */
function withoutOff(
  { catalogue, branch, service, staffId, servedBy, host }: CalendarQuery,
  day: LocalDay,
  starts: readonly number[],
): readonly number[] {
  const last = starts.at(-1)
  if (last === undefined) return starts
  const id = staffId ?? host?.id ?? servedBy
  const absences = catalogue.staff.find((person) => person.id === id)?.absences ?? []
  const lengthMs = service.durationMinutes * minuteMs
  const lastDay = localDayOf(new Date(last + lengthMs - 1), branch.timeZone)
  const off = offTimesOf(branch, absences, lastDay === day ? [day] : [day, lastDay])
  if (off.length === 0) return starts
  return starts.filter(
    (start) => !off.some(({ startMs, endMs }) => start < endMs && start + lengthMs > startMs),
  )
}

/** What the call remembers, with what this question has said. */
function remembered({ said }: Pick<AvailabilityQuery, 'said'>, state: OfferState): OfferState {
  if (said === undefined) return state
  const restrictions = restrictionsAfter(state.restrictions, said)
  if (restrictions === undefined && state.restrictions === undefined) return state
  const restrictionsAreNew = JSON.stringify(restrictions) !== JSON.stringify(state.restrictions)
  return { ...state, restrictions, restrictionsAreNew }
}

/** The person whom this call wants and this question does not name; null if there is none, or they do not do this. */
function onlyPerson(query: AvailabilityQuery, [, offers]: CallMemory): number | null {
  const id = offers?.restrictions?.staffId ?? null
  if (id === null || query.staffId !== null || query.said === undefined || query.said.only !== undefined)
    return null
  return staffFor(query.catalogue, query.branch, query.service).some((person) => person.id === id) ? id : null
}

/**
 * "Nothing is free in this range" is said only when every day of it is known.
 * @throws AppError `calendar_unavailable`
 */
export function requireComplete(free: FreeTimes): void {
  if (!free.complete) throw unavailable(new Error('some days of the range are unknown'))
}

/**
 * The calendar that answers a query: the pair's own event type if there is one, else the service's restricted to that host.
 * @throws AppError `service_not_bookable` or `staff_not_bookable`; choices.ts asks before it comes to that
 */
function readCalendar({ catalogue, branch, service, staffId, host }: CalendarQuery): Calendar {
  const { eventTypeId, hostUserId } =
    host && staffId === null
      ? { eventTypeId: service.calcomEventTypeId, hostUserId: host.calcomUserId }
      : calendarOf(catalogue, service, staffId)
  const own = service.staff.some((pair) => pair.staffId === staffId && pair.calcomEventTypeId !== null)
  if (eventTypeId === null || (staffId !== null && !own && hostUserId === null)) {
    throw new AppError(
      eventTypeId === null ? 'service_not_bookable' : 'staff_not_bookable',
      calendarUnavailable(),
      {
        fields: { fallback: 'callback_request' },
        detail: { serviceId: service.id, staffId },
      },
    )
  }
  return {
    companyId: catalogue.company.id,
    connectionId: catalogue.company.calcomConnectionId,
    serviceId: service.id,
    eventTypeId,
    hostUserId,
    teamId: branch.calcomTeamId,
    timeZone: branch.timeZone,
    minutes: lengthToSend(catalogue, eventTypeId, service.durationMinutes),
  }
}

/** What a call remembers: its holds, offers and special times, as far as there are any. */
type CallMemory = readonly [
  holds?: StoredHold[] | undefined,
  offers?: OfferState | undefined,
  times?: CallTimesState | undefined,
]

function callLookups(call: { callId: string | null } | null) {
  return call?.callId
    ? ([holdsLookup(call.callId), offersLookup(call.callId), callTimesLookup(call.callId)] as const)
    : ([] as const)
}

function daysOf({ from, to }: { from: LocalDay; to: LocalDay }): LocalDay[] {
  if (from === to) return [from]
  return Array.from({ length: Math.max(1, daysBetween(from, to) + 1) }, (_, index) => addDays(from, index))
}

function unavailable(cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  return new AppError('calendar_unavailable', calendarUnavailable(), {
    fields: { fallback: 'callback_request', status: 'error', reason: 'technical' },
    detail: {
      reason:
        cause instanceof CalcomError ? cause.reason : cause instanceof WaitOver ? 'deadline' : 'unknown',
    },
    cause,
  })
}

class WaitOver extends Error {}

/** The promise's outcome, or `WaitOver` after `waitMs`; the work itself goes on. */
async function within<T>(work: Promise<T>, waitMs: number): Promise<T> {
  if (waitMs === Number.POSITIVE_INFINITY) return work
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WaitOver()), waitMs)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
