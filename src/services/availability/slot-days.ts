/**
 * The cache of free times: one entry per day of one calendar (company, service, event type and, if asked for, host),
 * each stamped with when it was fetched and with the generation of its company and date. A change in the calendar replaces the
 * generation, so a fetch that began before the change is never taken for fresh, whoever stores it and when.
 * Limit: entries know nothing of the past, of notice or of holds; those are applied by the reader.
 */
import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { dayBounds, type LocalDay } from '../../german/index.ts'
import type { Cache, Found, Lookup } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { instantMsSchema } from '../../lib/instants.ts'

/** What decides which times are free: two askers with the same calendar get the same answer. */
export interface Calendar {
  companyId: number
  /** Cal.com connection that knows the event type. */
  connectionId: string
  serviceId: number
  eventTypeId: number
  /** Only this host of a round robin; null: any. */
  hostUserId: number | null
  teamId: number | null
  timeZone: string
  /** Of an event type with several lengths: the one that is looked for. */
  minutes?: number
}

const storedDaySchema = z.object({
  /** Starts in epoch milliseconds, ascending. */
  slots: z.array(instantMsSchema).max(3_000),
  fetchedAtMs: instantMsSchema,
  /** The generation known when the request was sent; null: none so far. */
  generation: z.string().max(50).nullable(),
})
const generationSchema = z.string().max(50)

/** One day as it was read: its copy, if any, and whether that may be believed. */
export interface ReadDay {
  day: LocalDay
  slots: readonly number[] | null
  fresh: boolean
  generation: string | null
}

/** How long an answer of Cal.com is believed; changes we hear of end it sooner. */
const freshMs = 5 * 60_000
const staleCopySeconds = 24 * 3600
/** Generations outlive every copy made under an older one. */
const generationSeconds = 2 * staleCopySeconds

export class SlotDays {
  readonly #cache: Cache
  readonly #clock: Clock
  /** Changes the shared cache has not taken (yet): this process heeds them, and tries again with every read. */
  readonly #unrecorded: LRUCache<string, string>

  constructor({ cache, clock }: { cache: Cache; clock: Clock }) {
    this.#cache = cache
    this.#clock = clock
    // Copies older than that are not believed anyway.
    this.#unrecorded = new LRUCache({ max: 10_000, ttl: freshMs, perf: { now: () => clock.now().getTime() } })
  }

  /**
   * Days of a calendar, and whatever else the caller needs, in one round trip.
   * @param more further lookups; their values come back in the same order, undefined when absent
   */
  async read<const More extends readonly Lookup<unknown>[]>(
    calendar: Calendar,
    days: readonly LocalDay[],
    more: More,
  ): Promise<{ days: ReadDay[]; extra: Found<More> }> {
    if (this.#unrecorded.size > 0) await this.#record([...this.#unrecorded.entries()])
    const values: readonly unknown[] = await this.#cache.getMany([
      ...days.map((day) => dayLookup(calendar, day)),
      ...days.map((day) => generationLookup(calendar.companyId, day)),
      ...more,
    ])
    const oldestMs = this.#clock.now().getTime() - freshMs
    const read = days.map((day, index): ReadDay => {
      const copy = values[index] as z.output<typeof storedDaySchema> | undefined
      const generation =
        this.#unrecorded.get(generationKey(calendar.companyId, day)) ??
        (values[days.length + index] as string | undefined) ??
        null
      const fresh = copy !== undefined && copy.fetchedAtMs > oldestMs && copy.generation === generation
      return {
        day,
        slots: copy === undefined ? null : startsOn(calendar, day, copy.slots),
        fresh,
        generation,
      }
    })
    return { days: read, extra: values.slice(days.length * 2) as Found<More> }
  }

  /** Keeps fetched days under the generations that held when the request was sent. */
  async store(
    calendar: Calendar,
    slotsByDay: ReadonlyMap<LocalDay, readonly number[]>,
    generations: ReadonlyMap<LocalDay, string | null>,
  ): Promise<void> {
    const fetchedAtMs = this.#clock.now().getTime()
    const entries = [...slotsByDay].map(
      ([day, slots]) =>
        [dayKey(calendar, day), { slots, fetchedAtMs, generation: generations.get(day) ?? null }] as const,
    )
    await this.#cache.setMany(entries, staleCopySeconds)
  }

  /** Says that the calendars of a company changed on these days: every copy of them stops being fresh. */
  async markChanged(companyId: number, days: readonly LocalDay[]): Promise<void> {
    if (days.length === 0) return
    const entries = [...new Set(days)].map(
      (day) => [generationKey(companyId, day), randomBytes(9).toString('base64url')] as const,
    )
    for (const [key, generation] of entries) this.#unrecorded.set(key, generation)
    await this.#record(entries)
  }

  async #record(entries: readonly (readonly [key: string, generation: string])[]): Promise<void> {
    if (!(await this.#cache.setMany(entries, generationSeconds))) return
    for (const [key, generation] of entries) {
      if (this.#unrecorded.get(key) === generation) this.#unrecorded.delete(key)
    }
  }
}

/** Identifies one day of one calendar, also for requests under way. */
export function dayKey(calendar: Calendar, day: LocalDay): string {
  const { companyId, serviceId, connectionId, eventTypeId, hostUserId, timeZone, minutes } = calendar
  const length = minutes === undefined ? '' : `:${minutes}`
  const asked = `${connectionId}:${eventTypeId}:${hostUserId ?? 'any'}:${timeZone}${length}`
  return `company:${companyId}:service:${serviceId}:availability:${day}:${asked}`
}

function dayLookup(calendar: Calendar, day: LocalDay): Lookup<z.output<typeof storedDaySchema>> {
  return { key: dayKey(calendar, day), kind: 'day', schema: storedDaySchema }
}

function generationLookup(companyId: number, day: LocalDay): Lookup<string> {
  return { key: generationKey(companyId, day), kind: 'generation', schema: generationSchema }
}

/** Only what lies on that day is a start of it, whoever wrote the copy. */
function startsOn({ timeZone }: Calendar, day: LocalDay, starts: readonly number[]): readonly number[] {
  const { start, end } = dayBounds(day, timeZone)
  const [fromMs, toMs] = [start.getTime(), end.getTime()]
  const isWithin = (start: number) => start >= fromMs && start < toMs
  return starts.every(isWithin) ? starts : starts.filter(isWithin)
}

function generationKey(companyId: number, day: LocalDay): string {
  return `company:${companyId}:availability-generation:${day}`
}
