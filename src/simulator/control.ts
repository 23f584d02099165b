/**
 * Everything a test or the demo may do to the simulator behind the vendor's back. In the same process call these
 * methods; from outside `control-routes.ts` offers them over HTTP under the same names.
 */
import type { BookingDesk } from './booking-desk.ts'
import { bookingOutput } from './booking-output.ts'
import { type ByHand, changeByHand } from './by-hand.ts'
import type { SimulatorClock } from './clock.ts'
import { badRequest } from './errors.ts'
import { type ChaosPlan, checkOperation, type FaultRule, type Faults, type Span } from './faults.ts'
import type { RequestEntry, RequestLog } from './request-log.ts'
import { triggerNames } from './routes/webhooks.ts'
import { everybodyIn } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Throttle } from './throttle.ts'
import type { Booking, EventTypeInput, HostInput, Operation, WebhookSubscription } from './types.ts'
import { pingBody } from './webhook-payloads.ts'
import type { Delivery, WebhookMode, WebhookSender } from './webhooks.ts'

export interface Subscribe {
  /** Account id; default the first account. */
  account?: string
  subscriberUrl: string
  /** Without it the signature header says `no-secret-provided`. */
  secret?: string | null
  /** Default: every trigger. */
  triggers?: string[]
}

export type BookingOutput = ReturnType<typeof bookingOutput>

interface Deps {
  state: SimulatorState
  clock: SimulatorClock
  faults: Faults
  throttle: Throttle
  webhooks: WebhookSender
  desk: BookingDesk
  log: RequestLog
  restart: () => void
}

export class SimulatorControl {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Moves the simulator's time: to `now` (ISO), by `offsetMs`, or back to its source; `frozen` stops it. Returns now. */
  setClock(wish: { now?: string; offsetMs?: number; frozen?: boolean }): string {
    this.#deps.clock.set(wish)
    return this.#deps.clock.now().toISOString()
  }

  /** Real milliseconds added to each answer, fixed or random, for one operation or (`*`) all without their own. */
  setLatency(ms: Span, operation: Operation | '*' = '*'): void {
    checkOperation(operation)
    this.#deps.faults.setLatency(operation, ms)
  }

  /** Orders a fault; rules strike in the order they were given, and those of `followedBy` once theirs has struck. */
  addFault(rule: FaultRule): void {
    this.#deps.faults.add(rule)
  }

  /** Lists of bookings lag: a new booking is in them only `ms` later by the simulator's clock; reading it by uid works at once. */
  setListLag(ms: number): void {
    this.#deps.faults.setListLag(ms)
  }

  /** Ends all faults, latencies, the lag of lists and the random plan. */
  clearFaults(): void {
    this.#deps.faults.clear()
  }

  /** Starts (or with null ends) a seeded random plan. */
  setChaos(plan: ChaosPlan | null): void {
    this.#deps.faults.setChaos(plan)
  }

  /** How webhooks travel from now on; the vendor's way is `{ delivery: 'inline' }`. */
  setWebhookMode(mode: WebhookMode): void {
    this.#deps.webhooks.setMode(mode)
  }

  /** Sends held and overtaken webhooks; resolves when all were answered. Returns their number. */
  flushWebhooks(order: 'fifo' | 'lifo' = 'fifo'): Promise<number> {
    return this.#deps.webhooks.flush(order)
  }

  /** Requests per minute and key, null for no limit; forgets all counts. */
  setRateLimit(limit: number | null, blockSeconds = 60): void {
    this.#deps.throttle.configure({ limit, blockSeconds })
  }

  /** Adds an event type or changes the given properties of a known one. */
  putEventType(input: EventTypeInput): void {
    this.#deps.state.putEventType(input)
  }

  /** The event type vanishes; its bookings stay. */
  removeEventType(id: number): boolean {
    return this.#deps.state.eventTypes.delete(id)
  }

  /** Adds a host or changes name, hours, breaks, days off of a known one. */
  putHost(input: HostInput): void {
    this.#deps.state.putHost(input)
  }

  /** A private appointment in a host's own calendar (ISO instants). */
  addBusyTime(entry: { hostId: number; start: string; end: string }): void {
    const { hostId, start, end } = entry
    this.#deps.state.busy.push({ hostId, start: Date.parse(start), end: Date.parse(end) })
  }

  /** From now on the key is refused as expired. */
  expireKey(key: string): void {
    this.#deps.state.accountOfKey(key)?.expiredKeys.push(key)
  }

  /** Registers a webhook receiver. Returns its id. */
  subscribe(wish: Subscribe): number {
    const id = this.#deps.state.nextId()
    const [firstAccount = ''] = this.#deps.state.accounts.keys()
    const { account: accountId = firstAccount, subscriberUrl, secret = null, triggers = triggerNames } = wish
    const webhook: WebhookSubscription = { id, accountId, subscriberUrl, secret, triggers, active: true }
    this.#deps.state.webhooks.set(id, webhook)
    return id
  }

  /** A booking made on the web, without key and metadata; `body` is that of POST /v2/bookings. */
  async bookAsStranger(body: object): Promise<BookingOutput> {
    const [booking] = await this.#deps.desk.create(body, {})
    return this.#output(booking)
  }

  /** The host cancels in Cal.com; `requestReschedule` asks the guest to pick another time. */
  async cancelAsHost(
    uid: string,
    wish: { reason?: string; requestReschedule?: boolean } = {},
  ): Promise<BookingOutput> {
    const { reason: cancellationReason, requestReschedule } = wish
    return this.#output(
      await this.#deps.desk.cancel(uid, { cancellationReason }, { asHost: true, requestReschedule }),
    )
  }

  /** The host moves the booking (ISO instant). Returns the new booking. */
  async rescheduleAsHost(uid: string, wish: { start: string; reason?: string }): Promise<BookingOutput> {
    const organizerId = this.#deps.desk.find(uid, 'change').hostIds[0] ?? 0
    const rescheduledBy = this.#deps.state.hosts.get(organizerId)?.email
    const body = { start: wish.start, reschedulingReason: wish.reason, rescheduledBy }
    return this.#output(await this.#deps.desk.reschedule(uid, body, { asHost: true }))
  }

  /**
   * The business drags the booking to another time in its calendar (ISO instant): it keeps id and uid. BOOKING_RESCHEDULED names
   * the booking itself as `rescheduleUid`, or leaves that out.
   */
  async moveInPlace(
    uid: string,
    wish: { start: string; withRescheduleUid?: boolean },
  ): Promise<BookingOutput> {
    const { start, withRescheduleUid = true } = wish
    return this.#output(await this.#deps.desk.moveInPlace(uid, Date.parse(start), withRescheduleUid))
  }

  /** The business changes length, host or attendee by hand; the time stays. */
  async changeByHand(uid: string, changes: ByHand): Promise<BookingOutput> {
    const booking = this.#deps.desk.find(uid, 'change')
    return this.#output(await changeByHand(this.#deps, booking, changes))
  }

  /** The business puts another person into anybody's booking, seated or not. */
  addAttendee(uid: string, person: { name: string; email: string; phoneNumber?: string }): BookingOutput {
    const attendee = { timeZone: 'Europe/Berlin', language: 'de', absent: false, ...person }
    return this.#output(this.#deps.desk.addAttendee(uid, attendee))
  }

  /** One person's seat in a group is cancelled, by its uid or by the person's email; the others stay. */
  async cancelSeat(uid: string, seat: { seatUid?: string; email?: string }): Promise<BookingOutput> {
    const seats = everybodyIn(this.#deps.desk.find(uid, 'change'))
    const seatUid = seat.seatUid ?? seats.find(({ email }) => email === seat.email)?.seatUid
    if (seatUid === undefined) throw badRequest(`Booking ${uid} has no such seat`)
    const body = { seatUid, cancellationReason: 'Platz abgesagt' }
    return this.#output(await this.#deps.desk.cancel(uid, body, {}))
  }

  /** What the API shows of a booking is laid over with odd values: `{ hosts: [{ id: "unknown" }] }`; null: as it is again. */
  spoilBooking(uid: string, odd: Record<string, unknown> | null): BookingOutput {
    const booking = this.#deps.desk.find(uid, 'change')
    booking.odd = odd ?? undefined
    booking.updatedAt = this.#deps.clock.nowMs()
    return this.#output(booking)
  }

  /** The same for the next booking that anybody makes, from its first answer on. */
  spoilNextBooking(odd: Record<string, unknown>): void {
    this.#deps.state.oddNext = odd
  }

  async confirmAsHost(uid: string): Promise<BookingOutput> {
    return this.#output(await this.#deps.desk.confirm(uid))
  }

  async rejectAsHost(uid: string, reason = ''): Promise<BookingOutput> {
    return this.#output(await this.#deps.desk.decline(uid, reason))
  }

  /** Marks the attendee absent (after the start time only). */
  async markNoShow(uid: string): Promise<BookingOutput> {
    const { email } = this.#deps.desk.find(uid, 'change').attendee
    return this.#output(await this.#deps.desk.markAbsent(uid, { attendees: [{ email, absent: true }] }))
  }

  /** Announces MEETING_ENDED for the booking. */
  async endMeeting(uid: string): Promise<BookingOutput> {
    return this.#output(await this.#deps.desk.endMeeting(uid))
  }

  /** The dashboard's "test this webhook" button, for one account or the first. */
  async ping(account?: string): Promise<void> {
    const [firstAccount = ''] = this.#deps.state.accounts.keys()
    await this.#deps.webhooks.send(account ?? firstAccount, 'PING', pingBody(this.#deps.clock.now()))
  }

  /** Every booking of every account as the API would show it, oldest first. */
  bookings(): BookingOutput[] {
    return [...this.#deps.state.bookings.values()].map((booking) => this.#output(booking))
  }

  /** Holds that have not run out, with ISO instants. */
  reservations(): { uid: string; eventTypeId: number; start: string; until: string }[] {
    const now = this.#deps.clock.nowMs()
    return [...this.#deps.state.reservations.values()]
      .filter((hold) => hold.until > now)
      .map(({ uid, eventTypeId, start, until }) => ({
        uid,
        eventTypeId,
        start: new Date(start).toISOString(),
        until: new Date(until).toISOString(),
      }))
  }

  /** Webhooks sent so far with exact body, signature and the receiver's status. */
  deliveries(): readonly Delivery[] {
    return this.#deps.webhooks.deliveries
  }

  /** Requests so far, optionally of one operation. */
  requests(operation?: Operation): RequestEntry[] {
    return this.#deps.log.entries.filter((entry) => operation === undefined || entry.operation === operation)
  }

  /** Empties the request log. */
  clearRequests(): void {
    this.#deps.log.clear()
  }

  /** Back to how the simulator started: seed, subscribers, clock, limit; no faults, no bookings, empty logs. */
  reset(): void {
    this.#deps.restart()
  }

  #output(booking: Booking): BookingOutput {
    return bookingOutput(this.#deps.state, booking)
  }
}
