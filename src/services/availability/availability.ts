/**
 * Free times: from the cache while they are believed, else from Cal.com, in one request for any range. Concurrent questions
 * for a day share one request; a slow answer is overtaken by a stale copy while the request goes on; an outage is never
 * spoken as "fully booked" (design section 6, incident I-43).
 * Limit: what is free here may be taken a moment later. Only Cal.com's answer to a booking decides.
 */
import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import { AppError } from '../../errors.ts'
import { addDays, dayBounds, daysBetween, type LocalDay, localDayOf } from '../../german/index.ts'
import { calendarUnavailable } from '../../german/sentences/availability.ts'
import type { Cache } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { Catalogue, CatalogueBranch, CatalogueService, Catalogues } from '../catalogue.ts'
import { OfferMemory, type OfferState, offersKey, readOfferState } from './offers.ts'
import { type Calendar, dayKey, type ReadDay, SlotDays } from './slot-days.ts'

/** Whose free times, at which service. */
export interface CalendarQuery {
  catalogue: Catalogue
  branch: CatalogueBranch
  service: CatalogueService
  /** null: anyone who offers it. */
  staffId: number | null
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
}

export interface FreeTimes {
  /** Each asked day that is known, ascending; its bookable starts, ascending: neither past nor too soon. */
  days: Map<LocalDay, Date[]>
  /** True: a copy that may be out of date; answers carry `warning: 'stale_data'`. */
  stale: boolean
  /** What the call was offered so far, read in the same round trip. */
  offers: OfferState
}

/** A hold of a call, as booking/holds.ts keeps it in the cache; instants in ISO 8601. */
interface StoredHold {
  eventTypeId: number
  start: string
  until: string
}

export type ReadOutcome = 'hit' | 'miss' | 'joined' | 'stale' | 'live' | 'failed'

interface Deps {
  cache: Cache
  /** The client of a connection. */
  calcom: (connectionId: string) => Promise<Pick<CalcomApi, 'fetchSlots'>> | Pick<CalcomApi, 'fetchSlots'>
  catalogues: Pick<Catalogues, 'policyFor'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
  /** How long a caller waits when a stale copy is at hand. */
  staleAfterMs?: number
  /** How long one request may take, whoever waits for it. */
  requestMs?: number
  /** Counts reads for the metrics. */
  onRead?: (outcome: ReadOutcome) => void
}

type Flight = Promise<ReadonlyMap<LocalDay, readonly number[]>>

const minuteMs = 60_000
const windowDaysMax = 62

/** Cache key of a call's own holds, written by booking/holds.ts. */
function holdsKey(callId: string): string {
  return `call:${callId}:holds`
}

export class AvailabilityService {
  readonly offers: OfferMemory
  readonly #deps: Deps
  readonly #days: SlotDays
  readonly #flights = new Map<string, Flight>()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#days = new SlotDays(deps)
    this.offers = new OfferMemory(deps)
  }

  /**
   * Free times of a range, from the cache where possible.
   * @throws AppError `calendar_unavailable` when neither Cal.com nor a copy answers in time
   */
  async load(query: AvailabilityQuery): Promise<FreeTimes> {
    const calendar = calendarOf(query)
    const { days, extra } = await this.#days.read(calendar, daysOf(query), callKeys(query.call))
    const missing = days.filter((day) => !day.fresh)
    if (missing.length === 0) {
      this.#deps.onRead?.('hit')
      return this.#answer(query, calendar, days, extra, false)
    }
    const fetched = this.#fetch(calendar, missing, days)
    const complete = missing.every((day) => day.slots !== null)
    try {
      const waitMs = Math.min(
        query.deadline.remainingMs(),
        complete ? this.#staleAfterMs : Number.POSITIVE_INFINITY,
      )
      const slotsByDay = await within(fetched, waitMs)
      const merged = days.map((day) => ({ ...day, slots: slotsByDay.get(day.day) ?? day.slots }))
      return this.#answer(query, calendar, merged, extra, false)
    } catch (error) {
      const known = days.filter((day) => day.slots !== null)
      if (complete || (query.partial && known.length > 0)) {
        this.#deps.onRead?.('stale')
        return this.#answer(query, calendar, known, extra, true)
      }
      this.#deps.onRead?.('failed')
      throw unavailable(error)
    }
  }

  /**
   * Free times straight from Cal.com, for the check right before a booking; refreshes the cache.
   * @param query.bookingUidToReschedule this booking's own time counts as free
   * @throws AppError `calendar_unavailable`
   */
  async fetchLive(query: AvailabilityQuery & { bookingUidToReschedule?: string }): Promise<FreeTimes> {
    const calendar = calendarOf(query)
    const { days, extra } = await this.#days.read(calendar, daysOf(query), callKeys(query.call))
    this.#deps.onRead?.('live')
    try {
      const request = this.#request(
        calendar,
        days.map(({ day }) => day),
        query.bookingUidToReschedule,
      )
      // A view in which one booking does not count is nobody else's view.
      if (query.bookingUidToReschedule === undefined) this.#keep(calendar, request, days)
      const slotsByDay = await within(request, query.deadline.remainingMs())
      const fetched = days.map((day) => ({ ...day, slots: slotsByDay.get(day.day) ?? [] }))
      return this.#answer(query, calendar, fetched, extra, false)
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** Free times of the days that the cache knows, fresh ones only; never asks Cal.com. */
  async peek(query: CalendarQuery & { days: readonly LocalDay[] }): Promise<Map<LocalDay, Date[]>> {
    const calendar = calendarOf(query)
    const { days } = await this.#days.read(calendar, query.days)
    const fresh = days.filter((day) => day.fresh)
    return this.#answer({ ...query, call: null }, calendar, fresh, [], false).days
  }

  /** After a booking, cancellation or move: what was known of these days is no longer believed, for any service of the company. */
  markChanged(companyId: number, days: readonly LocalDay[]): Promise<void> {
    return this.#days.markChanged(companyId, days)
  }

  /** The first instant that can be booked: now plus the notice of the service's policy. */
  earliestBookable(query: Pick<CalendarQuery, 'catalogue' | 'branch' | 'service'>): {
    at: Date
    noticeMinutes: number
  } {
    const { minimumNoticeMinutes } = this.#deps.catalogues.policyFor(query.catalogue, {
      branchId: query.branch.id,
      serviceId: query.service.id,
    })
    const at = new Date(this.#deps.clock.now().getTime() + minimumNoticeMinutes * minuteMs)
    return { at, noticeMinutes: minimumNoticeMinutes }
  }

  get #staleAfterMs(): number {
    return this.#deps.staleAfterMs ?? 900
  }

  #answer(
    query: CalendarQuery & Pick<AvailabilityQuery, 'call'>,
    calendar: Calendar,
    known: readonly Pick<ReadDay, 'day' | 'slots'>[],
    extra: readonly unknown[],
    stale: boolean,
  ): FreeTimes {
    const [holds, offers] = extra as [StoredHold[] | undefined, unknown]
    const nowMs = this.#deps.clock.now().getTime()
    const earliestMs = this.earliestBookable(query).at.getTime()
    const held = (holds ?? [])
      .filter((hold) => hold.eventTypeId === calendar.eventTypeId && Date.parse(hold.until) > nowMs)
      .map((hold) => Date.parse(hold.start))
    const days = new Map<LocalDay, Date[]>()
    for (const { day, slots } of known) {
      const own = held.filter((start) => localDayOf(new Date(start), calendar.timeZone) === day)
      const starts =
        own.length === 0 ? (slots ?? []) : [...new Set([...(slots ?? []), ...own])].sort((a, b) => a - b)
      days.set(
        day,
        starts.filter((start) => start >= earliestMs).map((start) => new Date(start)),
      )
    }
    return { days, stale, offers: readOfferState(offers) }
  }

  /** Starts what nobody is asking for yet and joins what somebody is. */
  async #fetch(
    calendar: Calendar,
    missing: readonly ReadDay[],
    all: readonly ReadDay[],
  ): Promise<Map<LocalDay, readonly number[]>> {
    const alone = missing.filter((day) => !this.#flights.has(flightKey(calendar, day)))
    this.#deps.onRead?.(alone.length > 0 ? 'miss' : 'joined')
    for (const window of windowsOf(alone, all)) {
      this.#keep(
        calendar,
        this.#request(
          calendar,
          window.map(({ day }) => day),
        ),
        window,
      )
    }
    const flights = missing.map((day) => this.#flights.get(flightKey(calendar, day))!)
    const results = await Promise.all(flights)
    return new Map(missing.map(({ day }, index) => [day, results[index]?.get(day) ?? []]))
  }

  /** Lets others join a request, and stores its answer under the generations that held when it was sent. */
  #keep(calendar: Calendar, request: Flight, days: readonly ReadDay[]): void {
    const keys = days.map((day) => flightKey(calendar, day)).filter((key) => !this.#flights.has(key))
    for (const key of keys) this.#flights.set(key, request)
    const generations = new Map(days.map(({ day, generation }) => [day, generation]))
    const remove = () => {
      for (const key of keys) this.#flights.delete(key)
    }
    // Whoever comes between answer and storing still finds the flight, so no second request is made.
    request
      .then((slotsByDay) => this.#days.store(calendar, slotsByDay, generations))
      .then(remove, (error) => {
        remove()
        this.#report(calendar, error)
      })
  }

  async #request(calendar: Calendar, days: readonly LocalDay[], bookingUidToReschedule?: string): Flight {
    const { calcom, clock, requestMs } = this.#deps
    const { eventTypeId, teamId, hostUserId, timeZone } = calendar
    const client = await calcom(calendar.connectionId)
    const slots = await client.fetchSlots(
      {
        eventTypeId,
        teamId: teamId ?? undefined,
        hostUserId: hostUserId ?? undefined,
        start: dayBounds(days[0]!, timeZone).start,
        end: dayBounds(days.at(-1)!, timeZone).end,
        timeZone,
        bookingUidToReschedule,
      },
      { deadline: new Deadline({ clock, budgetMs: requestMs ?? 2_500 }), priority: 'call' },
    )
    const byDay = new Map<LocalDay, number[]>(days.map((day) => [day, []]))
    for (const slot of slots) byDay.get(localDayOf(slot, timeZone))?.push(slot.getTime())
    return byDay
  }

  #report(calendar: Calendar, error: unknown): void {
    const { companyId, serviceId, eventTypeId } = calendar
    const outage = error instanceof CalcomError && isTransient(error)
    // An outage is logged where it is noticed (breaker); a refusal means that the set-up is wrong.
    this.#deps.log[outage ? 'warn' : 'error'](
      { component: 'availability', companyId, serviceId, eventTypeId, err: error },
      outage ? 'free times could not be fetched' : 'Cal.com refuses to tell free times: check the event type',
    )
  }
}

/**
 * The calendar that answers a query: the pair's own event type if there is one, else the service's restricted to that host.
 * @throws AppError `service_not_bookable` or `staff_not_bookable`; choices.ts asks before it comes to that
 */
function calendarOf({ catalogue, branch, service, staffId }: CalendarQuery): Calendar {
  const pair = staffId === null ? undefined : service.staff.find((entry) => entry.staffId === staffId)
  const own = pair?.calcomEventTypeId ?? null
  const eventTypeId = own ?? service.calcomEventTypeId
  const hostUserId =
    staffId === null || own !== null
      ? null
      : (catalogue.staff.find((person) => person.id === staffId)?.calcomUserId ?? null)
  if (eventTypeId === null || (staffId !== null && own === null && hostUserId === null)) {
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
  }
}

function callKeys(call: { callId: string | null } | null): string[] {
  return call?.callId ? [holdsKey(call.callId), offersKey(call.callId)] : []
}

function daysOf({ from, to }: { from: LocalDay; to: LocalDay }): LocalDay[] {
  return Array.from({ length: Math.max(1, daysBetween(from, to) + 1) }, (_, index) => addDays(from, index))
}

/** One contiguous window from the first to the last day needed; several only for ranges of months. */
function windowsOf(needed: readonly ReadDay[], all: readonly ReadDay[]): ReadDay[][] {
  const [first] = needed
  if (!first) return []
  const span = all.slice(all.indexOf(first), all.indexOf(needed.at(-1)!) + 1)
  const windows: ReadDay[][] = []
  for (let index = 0; index < span.length; index += windowDaysMax) {
    windows.push(span.slice(index, index + windowDaysMax))
  }
  return windows
}

/** A request may be joined only by those who know of no later change. */
function flightKey(calendar: Calendar, { day, generation }: ReadDay): string {
  return `${dayKey(calendar, day)}|${generation ?? ''}`
}

/** Failures that pass by themselves; all others are mistakes in the set-up. */
function isTransient(error: CalcomError): boolean {
  return error.kind === 'unavailable' || error.kind === 'timeout' || error.kind === 'rate_limited'
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
