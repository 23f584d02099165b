/**
 * Where free times come from: the cached days, and Cal.com for the rest, in one request for any range. Whoever asks for a day that is
 * being fetched joins that request, unless he knows of a change that the request cannot have seen.
 * Limit: raw starts only; notice, past and holds are applied by the reader, and waiting is the reader's business too.
 */
import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError, isPassing } from '../../calcom/errors.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import { dayBounds, type LocalDay, localDayOf } from '../../german/index.ts'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { type Calendar, dayKey, type ReadDay, SlotDays } from './slot-days.ts'

export interface SlotSourceDeps {
  cache: Cache
  /** The client of a connection. */
  calcom: (connectionId: string) => Promise<Pick<CalcomApi, 'fetchSlots'>> | Pick<CalcomApi, 'fetchSlots'>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
  /** How long one request may take, whoever waits for it. */
  requestMs?: number
}

/** Starts in epoch milliseconds by day; every asked day is in it. */
export type SlotsByDay = ReadonlyMap<LocalDay, readonly number[]>

/** No range that people speak about is longer; beyond it a range is asked in pieces. */
const windowDaysMax = 62

export class SlotSource {
  readonly #deps: SlotSourceDeps
  readonly #days: SlotDays
  readonly #flights = new Map<string, Promise<SlotsByDay>>()

  constructor(deps: SlotSourceDeps) {
    this.#deps = deps
    this.#days = new SlotDays(deps)
  }

  /** What the cache knows, see `SlotDays.read`. */
  read<const More extends readonly Lookup<unknown>[] = readonly []>(
    calendar: Calendar,
    days: readonly LocalDay[],
    more: More,
  ) {
    return this.#days.read(calendar, days, more)
  }

  /** See `SlotDays.markChanged`. */
  markChanged(companyId: number, days: readonly LocalDay[]): Promise<void> {
    return this.#days.markChanged(companyId, days)
  }

  /**
   * The missing days: starts the one request for those that nobody is asking for yet, joins the others'.
   * @param all the range they were read in, so that gaps between them are fetched along
   */
  fetchMissing(
    calendar: Calendar,
    missing: readonly ReadDay[],
    all: readonly ReadDay[],
  ): { joined: boolean; slots: Promise<SlotsByDay> } {
    const alone = missing.filter((day) => !this.#flights.has(flightKey(calendar, day)))
    for (const window of windowsOf(alone, all)) {
      const days = window.map(({ day }) => day)
      const deadline = new Deadline({ clock: this.#deps.clock, budgetMs: this.#deps.requestMs ?? 2_500 })
      this.#keep(calendar, this.#request(calendar, days, { deadline, priority: 'question' }), window)
    }
    const flights = missing.map((day) => this.#flights.get(flightKey(calendar, day))!)
    const slots = Promise.all(flights).then(
      (results) => new Map(missing.map(({ day }, index) => [day, results[index]?.get(day) ?? []])),
    )
    return { joined: alone.length === 0, slots }
  }

  /** All the days, whatever the cache knows, for a booking or move under way; the answer refreshes the cache. */
  fetchLive(
    calendar: Calendar,
    days: readonly ReadDay[],
    { bookingUidToReschedule, ...options }: CallOptions & { bookingUidToReschedule?: string },
  ): Promise<SlotsByDay> {
    const request = this.#request(
      calendar,
      days.map(({ day }) => day),
      options,
      bookingUidToReschedule,
    )
    // A view in which one booking does not count is nobody else's view.
    if (bookingUidToReschedule === undefined) this.#keep(calendar, request, days)
    return request
  }

  /** Lets others join a request, and stores its answer under the generations that held when it was sent. */
  #keep(calendar: Calendar, request: Promise<SlotsByDay>, days: readonly ReadDay[]): void {
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

  async #request(
    calendar: Calendar,
    days: readonly LocalDay[],
    options: CallOptions,
    bookingUidToReschedule?: string,
  ): Promise<SlotsByDay> {
    const { eventTypeId, teamId, hostUserId, timeZone, minutes } = calendar
    const client = await this.#deps.calcom(calendar.connectionId)
    const slots = await client.fetchSlots(
      {
        eventTypeId,
        teamId: teamId ?? undefined,
        hostUserId: hostUserId ?? undefined,
        start: dayBounds(days[0]!, timeZone).start,
        end: dayBounds(days.at(-1)!, timeZone).end,
        timeZone,
        bookingUidToReschedule,
        durationMinutes: minutes,
      },
      options,
    )
    const byDay = new Map<LocalDay, number[]>(days.map((day) => [day, []]))
    for (const slot of slots) byDay.get(localDayOf(slot, timeZone))?.push(slot.getTime())
    return byDay
  }

  #report(calendar: Calendar, error: unknown): void {
    const { companyId, serviceId, eventTypeId } = calendar
    const passing = error instanceof CalcomError && isPassing(error)
    this.#deps.log[passing ? 'warn' : 'error'](
      { component: 'availability', companyId, serviceId, eventTypeId, err: error },
      passing
        ? 'free times could not be fetched'
        : 'Cal.com refuses to tell free times: check the event type',
    )
  }
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
