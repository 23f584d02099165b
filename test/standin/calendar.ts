/**
 * The state of the stand-in: bookings, holds and the rules between them. A host has at most one booking at a time, whoever
 * books; that is what "slot taken" means here as at Cal.com. Knows nothing of HTTP and of faults.
 */
import { randomUUID } from 'node:crypto'
import { DateTime } from 'luxon'
import { type EventType, eventTypes, type Host, workingHours } from './catalog.ts'
import { drawUid } from './chance.ts'

export type Attendee = {
  name: string
  timeZone: string
  email?: string
  phoneNumber?: string
  language?: string
}

/** Who did something: the gateway through the API, or the business and its guests on the web. */
export type Actor = 'api' | 'web'

export type Booking = {
  id: number
  uid: string
  status: 'accepted' | 'cancelled'
  type: EventType
  host: Host
  attendee: Attendee
  /** Further people in it. */
  guests: string[]
  metadata: Record<string, unknown>
  fields: Record<string, unknown>
  /** Milliseconds, as all times here. */
  start: number
  end: number
  createdAt: number
  updatedAt: number
  cancellationReason?: string
  reschedulingReason?: string
  fromUid?: string
  toUid?: string
  /** Who made the first booking of the chain of moves. */
  origin: Actor
  /** The business has moved or cancelled it, or an ancestor of it. */
  touchedByWeb: boolean
  /** The gateway has moved or cancelled it, or an ancestor of it. */
  touchedByApi: boolean
  /** How long changes take to show in lists. */
  listLagMs: number
  /** Earlier states, for lists that lag. */
  past: { until: number; state: Booking }[]
}

export type Hold = {
  uid: string
  type: EventType
  start: number
  end: number
  until: number
  minutes: number
}

type BookInput = {
  type: EventType
  start: number
  attendee: Attendee
  guests?: string[]
  metadata?: Record<string, unknown>
  fields?: Record<string, unknown>
  origin: Actor
  listLagMs?: number
}

/** Refused as Cal.com words it; the routes give it its status. */
export class Refusal extends Error {
  readonly reason: 'taken' | 'past' | 'cancelled' | 'moved' | 'held' | 'booked'
  constructor(reason: Refusal['reason']) {
    super(reason)
    this.reason = reason
  }
}

export class Calendar {
  readonly bookings = new Map<string, Booking>()
  readonly holds = new Map<string, Hold>()
  readonly #seed: number
  #lastId: number
  readonly #uidsDrawn = new Map<string, number>()

  constructor(seed: number) {
    this.#seed = seed
    this.#lastId = 700_000 + (seed % 1000) * 1000
  }

  /** Free starts of an event type within [from, to), in milliseconds, soonest first. */
  freeStarts(type: EventType, from: number, to: number, except?: Booking): number[] {
    const starts: number[] = []
    const now = Date.now()
    const among = this.#overlapping(from - 24 * 3_600_000, to + 24 * 3_600_000)
    for (let day = local(from).startOf('day'); day.toMillis() < to; day = day.plus({ days: 1 })) {
      if (day.weekday === 7) continue
      const closes = day.set({ hour: workingHours.to }).toMillis()
      let start = day.set({ hour: workingHours.from }).toMillis()
      for (; start + type.minutes * 60_000 <= closes; start += type.intervalMinutes * 60_000) {
        if (start < from || start >= to || start <= now) continue
        const held = this.#heldHosts(type, start)
        if (this.#freeHosts(type, start, except, among).length > held) starts.push(start)
      }
    }
    return starts
  }

  /** Takes the free host with the fewest bookings that day. @throws Refusal when there is none, or outside hours. */
  book(input: BookInput): Booking {
    const { type, start } = input
    if (start <= Date.now()) throw new Refusal('past')
    const host = this.#chooseHost(type, start)
    const now = Date.now()
    const booking: Booking = {
      ...this.#identity(`${input.origin}|${input.attendee.name}|${input.attendee.phoneNumber}|${start}`),
      status: 'accepted',
      type,
      host,
      attendee: input.attendee,
      guests: input.guests ?? [],
      metadata: input.metadata ?? {},
      fields: input.fields ?? {},
      start,
      end: start + type.minutes * 60_000,
      createdAt: now,
      updatedAt: now,
      origin: input.origin,
      touchedByWeb: false,
      touchedByApi: false,
      listLagMs: input.listLagMs ?? 0,
      past: [],
    }
    this.bookings.set(booking.uid, booking)
    return booking
  }

  /** @throws Refusal when it is cancelled or moved already. */
  cancel(booking: Booking, by: Actor, reason: string): void {
    refuseGone(booking)
    this.#change(booking, by, { status: 'cancelled', cancellationReason: reason })
  }

  /** A new booking with a new uid; the old one becomes cancelled and points to it. @throws Refusal. */
  move(booking: Booking, start: number, by: Actor, reason?: string, listLagMs = 0): Booking {
    refuseGone(booking)
    if (start <= Date.now()) throw new Refusal('past')
    const host = this.#chooseHost(booking.type, start, booking)
    const now = Date.now()
    const moved: Booking = {
      ...booking,
      ...this.#identity(`move|${booking.uid}|${start}`),
      host,
      start,
      end: start + booking.type.minutes * 60_000,
      createdAt: now,
      updatedAt: now,
      reschedulingReason: reason,
      fromUid: booking.uid,
      toUid: undefined,
      touchedByWeb: booking.touchedByWeb || by === 'web',
      touchedByApi: booking.touchedByApi || by === 'api',
      listLagMs,
      past: [],
    }
    this.bookings.set(moved.uid, moved)
    this.#change(booking, by, { status: 'cancelled', toUid: moved.uid })
    return moved
  }

  /** The business drags it to another time: same uid. @throws Refusal. */
  moveInPlace(booking: Booking, start: number): void {
    refuseGone(booking)
    const host = this.#chooseHost(booking.type, start, booking)
    this.#change(booking, 'web', { start, end: start + booking.type.minutes * 60_000, host })
  }

  /** The business adds somebody. */
  join(booking: Booking, guest: string): void {
    refuseGone(booking)
    this.#change(booking, 'web', { guests: [...booking.guests, guest] })
  }

  /** @throws Refusal when somebody has booked or holds it. */
  hold(type: EventType, start: number, minutes: number): Hold {
    const free = this.#freeHosts(type, start).length
    if (free === 0) throw new Refusal('booked')
    if (free <= this.#heldHosts(type, start)) throw new Refusal('held')
    const end = start + type.minutes * 60_000
    const hold = { uid: randomUUID(), type, start, end, until: Date.now() + minutes * 60_000, minutes }
    this.holds.set(hold.uid, hold)
    return hold
  }

  /** What lists show of a booking now: undefined while it is too new for them. */
  listed(booking: Booking): Booking | undefined {
    const asOf = Date.now() - booking.listLagMs
    if (booking.createdAt > asOf) return undefined
    return booking.past.find(({ until }) => until > asOf)?.state ?? booking
  }

  /** Bookings that stand, soonest first. */
  live(): Booking[] {
    return [...this.bookings.values()]
      .filter(({ status }) => status === 'accepted')
      .sort((one, other) => one.start - other.start)
  }

  #identity(key: string): { id: number; uid: string } {
    const times = (this.#uidsDrawn.get(key) ?? 0) + 1
    this.#uidsDrawn.set(key, times)
    this.#lastId += 1
    return { id: this.#lastId, uid: drawUid(this.#seed, `${key}|${times}`) }
  }

  #change(booking: Booking, by: Actor, change: Partial<Booking>): void {
    const now = Math.max(Date.now(), booking.updatedAt + 1)
    booking.past.push({ until: now, state: { ...booking, past: [] } })
    Object.assign(booking, change, { updatedAt: now })
    if (by === 'web') booking.touchedByWeb = true
    else booking.touchedByApi = true
  }

  #chooseHost(type: EventType, start: number, except?: Booking): Host {
    const day = local(start).startOf('day')
    const opens = day.set({ hour: workingHours.from }).toMillis()
    const closes = day.set({ hour: workingHours.to }).toMillis()
    const within = day.weekday !== 7 && start >= opens && start + type.minutes * 60_000 <= closes
    const free = within ? this.#freeHosts(type, start, except) : []
    if (except && free.includes(except.host)) return except.host
    const load = (host: Host) =>
      this.live().filter((other) => other.host.id === host.id && local(other.start).hasSame(day, 'day'))
        .length
    const [host] = free.map((each) => ({ each, load: load(each) })).sort((a, b) => a.load - b.load)
    if (!host) throw new Refusal('taken')
    return host.each
  }

  #freeHosts(type: EventType, start: number, except?: Booking, among?: readonly Booking[]): Host[] {
    const end = start + type.minutes * 60_000
    const busy = new Set(
      (among ?? this.#overlapping(start, end))
        .filter((other) => other !== except && other.start < end && other.end > start)
        .map(({ host }) => host.id),
    )
    return type.hosts.filter(({ id }) => !busy.has(id))
  }

  #overlapping(from: number, to: number): Booking[] {
    const found: Booking[] = []
    for (const booking of this.bookings.values())
      if (booking.status === 'accepted' && booking.start < to && booking.end > from) found.push(booking)
    return found
  }

  /** Holds are the event type's: each one takes one of its free hosts. */
  #heldHosts(type: EventType, start: number): number {
    const end = start + type.minutes * 60_000
    let held = 0
    for (const hold of this.holds.values()) {
      if (hold.until <= Date.now()) this.holds.delete(hold.uid)
      else if (hold.type.id === type.id && hold.start < end && hold.end > start) held += 1
    }
    return held
  }
}

function refuseGone({ status, toUid }: Booking): void {
  if (status === 'cancelled') throw new Refusal(toUid === undefined ? 'cancelled' : 'moved')
}

/** Berlin's clock. */
function local(millis: number): DateTime {
  return DateTime.fromMillis(millis, { zone: workingHours.zone })
}

/** The event type. */
export function findEventType(id: unknown): EventType | undefined {
  return eventTypes.get(Number(id))
}
