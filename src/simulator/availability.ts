/**
 * When hosts can be booked. Conflicts cross event types, because a host has one calendar: accepted bookings block,
 * pending ones only where the event type says so (Cal.com's default lets them overlap). Holds hide slots from lists
 * but never block a booking. Starts between the offered ones are bookable, as with the vendor.
 */
import { withinLimits } from './limits.ts'
import { groupAt, seatsLeft, startsWithSeats } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Booking, EventType, Host } from './types.ts'
import { addDays, instantOf, localDate, minuteOfDay, weekdayOf } from './zone.ts'

const minuteMs = 60_000
/** Nobody documents a limit of the range; this one only keeps a mistaken request from blocking the simulator. */
const rangeDaysMax = 400

interface Interval {
  start: number
  end: number
}

const overlaps = (a: Interval, b: Interval) => a.start < b.end && b.start < a.end

/** The host's working time between two instants: hours minus breaks, days off left out. */
function workingWindows(host: Host, range: Interval): Interval[] {
  const windows: Interval[] = []
  const lastDate = localDate(host.timeZone, range.end)
  let date = localDate(host.timeZone, range.start)
  for (let day = 0; day <= rangeDaysMax && date <= lastDate; day++, date = addDays(date, 1)) {
    if (host.daysOff.includes(date)) continue
    const weekday = weekdayOf(date)
    const breaks = host.breaks
      .filter((rest) => rest.days.includes(weekday))
      .map((rest) => ({ start: minuteOfDay(rest.start), end: minuteOfDay(rest.end) }))
      .sort((a, b) => a.start - b.start)
    for (const hours of host.workingHours) {
      if (!hours.days.includes(weekday)) continue
      let from = minuteOfDay(hours.start)
      const end = minuteOfDay(hours.end)
      for (const rest of [...breaks, { start: end, end }]) {
        const until = Math.min(rest.start, end)
        if (until > from) {
          windows.push({
            start: instantOf(host.timeZone, date, from),
            end: instantOf(host.timeZone, date, until),
          })
        }
        from = Math.max(from, rest.end)
      }
    }
  }
  return windows
}

function blocks(state: SimulatorState, booking: Booking): boolean {
  if (booking.status === 'accepted') return true
  return (
    booking.status === 'pending' &&
    state.eventTypes.get(booking.eventTypeId)?.blockUnconfirmedBookings === true
  )
}

/** What keeps a host from a meeting of `eventType`: bookings widened by both buffers, and private appointments. */
function busyTimes(
  state: SimulatorState,
  hostId: number,
  eventType: EventType,
  range: Interval,
  ignoreUid?: string,
) {
  const busy: Interval[] = state.busy.filter((entry) => entry.hostId === hostId && overlaps(entry, range))
  for (const booking of state.bookingsOfHost(hostId)) {
    if (booking.uid === ignoreUid || !blocks(state, booking)) continue
    const other = state.eventTypes.get(booking.eventTypeId)
    const widened = {
      start: booking.start - ((other?.beforeEventBuffer ?? 0) + eventType.afterEventBuffer) * minuteMs,
      end: booking.end + ((other?.afterEventBuffer ?? 0) + eventType.beforeEventBuffer) * minuteMs,
    }
    if (overlaps(widened, range)) busy.push(widened)
  }
  return busy
}

/** Whether one host works during the whole meeting and has nothing else then. */
function isHostFree(
  state: SimulatorState,
  hostId: number,
  eventType: EventType,
  meeting: Interval,
  ignoreUid?: string,
) {
  const host = state.hosts.get(hostId)
  if (!host) return false
  const works = workingWindows(host, meeting).some(
    (window) => window.start <= meeting.start && meeting.end <= window.end,
  )
  return works && busyTimes(state, hostId, eventType, meeting, ignoreUid).length === 0
}

export interface SlotQuery {
  from: number
  to: number
  now: number
  durationMinutes: number
  /** The booking about to be moved does not block itself. */
  ignoreUid?: string
  /** Only these round-robin hosts. */
  hostIds?: number[]
}

/** Starts that can be booked, ascending, each once. */
export function freeSlots(state: SimulatorState, eventType: EventType, query: SlotQuery): number[] {
  const hosts = eventType.hosts
    .filter((host) => host.mandatory || !query.hostIds || query.hostIds.includes(host.userId))
    .flatMap((host) => state.hosts.get(host.userId) ?? [])
  const durationMs = query.durationMinutes * minuteMs
  const stepMs = (eventType.slotInterval ?? query.durationMinutes) * minuteMs
  const range = { start: query.from, end: query.to + durationMs }
  const everyone = needsEveryone(eventType)
  const mandatory = new Set(eventType.hosts.filter((host) => host.mandatory).map((host) => host.userId))
  const freeHosts = new Map<number, number[]>()
  for (const host of hosts) {
    const busy = busyTimes(state, host.id, eventType, range, query.ignoreUid)
    for (const window of workingWindows(host, range)) {
      // Cal.com's grid starts at the window's beginning, rounded up to the interval.
      const first = Math.ceil(window.start / stepMs) * stepMs
      const start = stepMs <= 60 * minuteMs && (60 * minuteMs) % stepMs === 0 ? first : window.start
      for (let at = start; at + durationMs <= window.end; at += stepMs) {
        if (at < query.from || at > query.to || isOutOfBounds(eventType, query.now, at)) continue
        const meeting = { start: at, end: at + durationMs }
        if (busy.some((taken) => overlaps(taken, meeting))) continue
        const free = freeHosts.get(at)
        if (free) free.push(host.id)
        else freeHosts.set(at, [host.id])
      }
    }
  }
  const holds = activeHolds(state, query.now).filter((hold) => hosts.some((host) => host.id === hold.hostId))
  const isOffered = ([at, free]: [number, number[]]) =>
    (everyone ? free.length === hosts.length : [...mandatory].every((id) => free.includes(id))) &&
    (mandatory.size === 0 || mandatory.size === hosts.length || free.some((id) => !mandatory.has(id))) &&
    !holds.some((hold) => overlaps(hold, { start: at, end: at + durationMs }))
  const mayBe = withinLimits(state, eventType, query.durationMinutes, query.ignoreUid)
  // A group that is full is not joined, whichever hosts have nothing else then.
  const isFull = (at: number) => {
    const group = groupAt(state, eventType, at)
    return group !== undefined && seatsLeft(eventType, group) <= 0
  }
  const free = [...freeHosts]
    .filter((slot) => isOffered(slot) && mayBe(slot[0]) && !isFull(slot[0]))
    .map(([at]) => at)
  return [...new Set([...free, ...startsWithSeats(state, eventType, query.from, query.to)])].sort(
    (a, b) => a - b,
  )
}

/** Holds that have not run out. */
export function activeHolds(state: SimulatorState, now: number) {
  return [...state.reservations.values()].filter((hold) => hold.until > now)
}

const needsEveryone = (eventType: EventType) => eventType.schedulingType !== 'roundRobin'

const priorities = ['lowest', 'low', 'medium', 'high', 'highest']

/**
 * Chooses who will attend, the organizer first: everybody for single-user and collective types, for a round robin
 * the mandatory hosts and the free one with the highest priority who was booked longest ago.
 * @returns the user ids, or how many of the hosts were free when that is not enough.
 */
export function chooseHosts(
  state: SimulatorState,
  eventType: EventType,
  meeting: { start: number; end: number },
  wish: { ignoreUid?: string; preferHostId?: number; hostIds?: number[] } = {},
): { hostIds: number[] } | { freeCount: number } {
  const isFree = (host: { userId: number }) =>
    isHostFree(state, host.userId, eventType, meeting, wish.ignoreUid)
  if (needsEveryone(eventType)) {
    const free = eventType.hosts.filter(isFree)
    if (free.length < eventType.hosts.length || free.length === 0) return { freeCount: free.length }
    return { hostIds: free.map((host) => host.userId) }
  }
  const mandatory = eventType.hosts.filter((host) => host.mandatory)
  const rotating = eventType.hosts.filter(
    (host) => !host.mandatory && (!wish.hostIds || wish.hostIds.includes(host.userId)),
  )
  const freeMandatory = mandatory.filter(isFree)
  const free = rotating.filter(isFree)
  if (freeMandatory.length < mandatory.length) return { freeCount: freeMandatory.length + free.length }
  if (free.length === 0 && (rotating.length > 0 || mandatory.length === 0)) return { freeCount: 0 }
  const lastBooked = (hostId: number) =>
    state.bookingsOfHost(hostId).findLast((booking) => booking.eventTypeId === eventType.id)?.id ?? 0
  const [chosen] = free.sort(
    (a, b) =>
      Number(b.userId === wish.preferHostId) - Number(a.userId === wish.preferHostId) ||
      priorities.indexOf(b.priority) - priorities.indexOf(a.priority) ||
      lastBooked(a.userId) - lastBooked(b.userId),
  )
  const hostIds = mandatory.map((host) => host.userId)
  return { hostIds: chosen ? [...hostIds, chosen.userId] : hostIds }
}

/** How many hosts have no blocking booking at that time, whatever their working hours say. */
export function countUnbookedHosts(state: SimulatorState, eventType: EventType, meeting: Interval): number {
  return eventType.hosts.filter((host) => busyTimes(state, host.userId, eventType, meeting).length === 0)
    .length
}

/** Too soon for the event type's notice, or beyond its booking window. */
export function isOutOfBounds(eventType: EventType, now: number, start: number): boolean {
  if (start < now + eventType.minimumBookingNotice * minuteMs) return true
  const window = eventType.bookingWindow
  if (!window) return false
  if (window.type === 'range') {
    const date = new Date(start).toISOString().slice(0, 10)
    return date < window.value[0] || date > window.value[1]
  }
  const today = new Date(now).toISOString().slice(0, 10)
  let last = today
  for (let left = window.value; left > 0; ) {
    last = addDays(last, 1)
    if (window.type === 'calendarDays' || weekdayOf(last) <= 5) left--
  }
  return new Date(start).toISOString().slice(0, 10) > last
}
