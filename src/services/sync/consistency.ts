/**
 * Compares everything upcoming at Cal.com with everything upcoming here, both ways, and says or repairs every difference. The
 * slow and thorough sister of reconcile.ts: it also finds what only we believe.
 * Limit: what lies in the past is history; a company is compared as a whole or, when Cal.com does not answer, not at all.
 */

import type { CalcomBooking } from '../../calcom/types.ts'
import { Deadline } from '../../lib/deadline.ts'
import { liveStates } from '../attempts.ts'
import { BookingProtected, cancelGuarded, isShared } from '../booking/guard.ts'
import { isLiveBooking } from '../booking/whose.ts'
import type { Catalogue } from '../catalogue.ts'
import { fetchBookingState } from '../changes/calcom-state.ts'
import type { BookingSync, SyncDeps } from './apply.ts'
import { leaveToPerson } from './ask-person.ts'
import { eventTypesOf } from './event-types.ts'
import { newsFromBooking } from './news.ts'
import { eventTypesPerRequest } from './reconcile.ts'
import type { AttemptSettling } from './settling.ts'
import { isGoneFrom, loadParticipants, type Participant } from './shared.ts'

export type DifferenceKind =
  | 'booking_missing_here'
  | 'appointment_without_booking'
  | 'time_differs'
  | 'status_differs'
  | 'cancellation_not_told'
  | 'attempt_unsettled'
  | 'wish_booked_twice'

export interface Difference {
  kind: DifferenceKind
  companyId: number
  /** The booking's uid at Cal.com; null when there is none. */
  uid: string | null
  /** Ours: the appointment's or the attempt's id. */
  ourId: string | null
  /** Without personal data. */
  detail: string
  booking?: CalcomBooking
}

type Deps = Pick<
  SyncDeps,
  'tenancy' | 'catalogues' | 'calcom' | 'clock' | 'log' | 'recorder' | 'availability'
> & {
  sync: Pick<BookingSync, 'apply'>
  settling: Pick<AttemptSettling, 'settle' | 'push'>
}

const requestMs = 30_000
const pagesMax = 100
/** What has just begun is still compared. */
const lookBackMs = 3_600_000
/** More appointments than this that Cal.com does not know at all are no repair but a wrong key or account. */
const absentMax = 5

interface Ours {
  id: bigint
  status: string
  syncState: string
  calcomUid: string | null
  appointmentDatetime: Date
  customerId: number
  attendeeName: string | null
  attendeeEmail: string | null
  bookingAttemptId: string | null
}

export class Consistency {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Every difference of one company.
   * @throws CalcomError or Error when Cal.com's list is not to be had in full
   */
  async check(companyId: number): Promise<Difference[]> {
    const { tenancy, catalogues, clock } = this.#deps
    const catalogue = await catalogues.load(companyId)
    const now = clock.now()
    const from = new Date(now.getTime() - lookBackMs)
    const select = {
      id: true,
      status: true,
      syncState: true,
      calcomUid: true,
      appointmentDatetime: true,
      customerId: true,
      attendeeName: true,
      attendeeEmail: true,
      bookingAttemptId: true,
    } as const
    const upcoming = await tenancy.run(companyId, (tx) =>
      tx.appointment.findMany({
        where: { companyId, appointmentDatetime: { gte: from } },
        select: { ...select, calcomEventTypeId: true },
      }),
    )
    const bookings = await this.#fetchAll(catalogue, from, [
      ...new Set(upcoming.flatMap(({ calcomEventTypeId }) => calcomEventTypeId ?? [])),
    ])
    const attemptIds = bookings.flatMap(({ metadata }) => metadata?.booking_id ?? [])
    const { named, attempts, unsettled } = await tenancy.run(companyId, async (tx) => ({
      named: await tx.appointment.findMany({
        where: { companyId, calcomUid: { in: bookings.map(({ uid }) => uid) } },
        select,
      }),
      attempts: await tx.bookingAttempt.findMany({
        where: { companyId, id: { in: attemptIds } },
        select: { id: true, wishKey: true },
      }),
      unsettled: await tx.bookingAttempt.findMany({
        where: {
          companyId,
          state: { in: liveStates },
          OR: [{ leaseUntil: null }, { leaseUntil: { lte: now } }],
        },
        select: { id: true, kind: true, state: true },
      }),
    }))
    const byUid = new Map<string, Ours>(
      [...named, ...upcoming].flatMap((row) => (row.calcomUid === null ? [] : [[row.calcomUid, row]])),
    )
    const live = bookings.filter(isLiveBooking)
    const rowsOfShared = live.filter(isShared).flatMap(({ uid }) => byUid.get(uid) ?? [])
    const people = await tenancy.run(companyId, (tx) => loadParticipants(tx, companyId, rowsOfShared))
    const found = [
      ...live.flatMap((booking) => {
        const row = byUid.get(booking.uid)
        return differencesOf(booking, row, row && people.get(row.id))
      }),
      ...withoutBooking(upcoming, bookings),
      ...bookedTwice(bookings, new Map(attempts.map(({ id, wishKey }) => [id, wishKey]))),
      ...unsettled.map(({ id, kind, state }) => ({
        kind: 'attempt_unsettled' as const,
        uid: null,
        ourId: id,
        detail: `${kind} is ${state}`,
      })),
    ]
    return found.map((difference) => ({ ...difference, companyId }))
  }

  /** Repairs what can be repaired. Out: how many differences were found and how many were worked on. */
  async repair(companyId: number, signal?: AbortSignal): Promise<{ found: number; repaired: number }> {
    const differences = await this.check(companyId)
    const absent = differences.filter(
      ({ kind, booking }) => kind === 'appointment_without_booking' && !booking,
    )
    let repaired = 0
    for (const difference of differences) {
      if (signal?.aborted) throw signal.reason
      try {
        if (await this.#repairOne(difference, absent.length)) repaired += 1
      } catch (error) {
        const { kind, uid, ourId } = difference
        this.#deps.log.warn(
          { component: 'sync', companyId, kind, uid, ourId, err: error },
          'a difference could not be repaired yet',
        )
      }
    }
    return { found: differences.length, repaired }
  }

  async #repairOne(difference: Difference, absentCount: number): Promise<boolean> {
    const { companyId, kind, uid, ourId } = difference
    const { sync, settling, catalogues, calcom, log } = this.#deps
    const catalogue = await catalogues.load(companyId)
    const api = await calcom(catalogue.company.calcomConnectionId)
    switch (kind) {
      case 'attempt_unsettled':
        return ourId !== null && (await settling.settle(companyId, ourId)) !== 'nothing'
      case 'cancellation_not_told':
        return ourId !== null && (await settling.push(companyId, BigInt(ourId))) !== 'nothing_to_do'
      case 'appointment_without_booking':
        return this.#repairWithout(difference, catalogue, absentCount)
      default: {
        if (uid === null) return false
        // The list may be older than what has happened since.
        const current = await api.fetchBooking({ uid }, this.#options())
        const applied = await sync.apply(companyId, newsFromBooking(current))
        if (applied.kind === 'created' || applied.kind === 'changed') return true
        if (
          kind === 'status_differs' &&
          isLiveBooking(current) &&
          (await this.#cancelAgain(catalogue, current))
        )
          return true
        log.error(
          { component: 'sync', alarm: 'difference', companyId, kind, uid, ourId },
          'a person must look',
        )
        return false
      }
    }
  }

  /** Everybody was told that it is cancelled, and Cal.com still holds it as we knew it. */
  async #cancelAgain(catalogue: Catalogue, booking: CalcomBooking): Promise<boolean> {
    const { tenancy, calcom, clock } = this.#deps
    const { uid } = booking
    const companyId = catalogue.company.id
    const { row, teller } = await tenancy.run(companyId, async (tx) => {
      const found = await tx.appointment.findFirst({ where: { companyId, calcomUid: uid } })
      const change = await tx.appointmentChange.findFirst({
        where: { companyId, appointmentId: found?.id ?? 0n, kind: 'cancelled' },
        orderBy: { id: 'desc' },
        select: { actor: true },
      })
      return { row: found, teller: change?.actor }
    })
    if (row?.status !== 'cancelled') return false
    const { appointmentDatetime: startAt, bookingAttemptId: attemptId } = row
    const knownAt = latest(row.calcomUpdatedAt, row.cancelledAt)
    try {
      // Cal.com itself told of the end, and now tells of a booking: not ours to decide.
      if (teller === 'calcom') throw new BookingProtected('changed', booking)
      const api = await calcom(catalogue.company.calcomConnectionId)
      const target = { by: 'repair' as const, uid, startAt, attemptId, knownAt }
      await cancelGuarded(api, target, 'Telefonisch abgesagt', this.#options())
      return true
    } catch (error) {
      if (!(error instanceof BookingProtected)) throw error
      await leaveToPerson(this.#deps, { companyId, catalogue, now: clock.now() }, error)
      return true
    }
  }

  async #repairWithout(difference: Difference, catalogue: Catalogue, absentCount: number): Promise<boolean> {
    const { companyId, uid, ourId } = difference
    const { calcom, sync, tenancy, recorder, clock, log } = this.#deps
    if (uid === null) {
      log.error(
        { component: 'sync', alarm: 'difference', companyId, ourId },
        'an appointment without a booking',
      )
      return false
    }
    const api = await calcom(catalogue.company.calcomConnectionId)
    const state = await fetchBookingState(api, uid, this.#options())
    if (state.kind === 'cancelled' || state.kind === 'moved') {
      const moved = state.kind === 'moved' ? { rescheduledFromUid: uid } : { uid }
      const applied = await sync.apply(companyId, newsFromBooking({ ...state.booking, ...moved }))
      return applied.kind === 'changed' || applied.kind === 'created'
    }
    if (state.kind !== 'absent') return false
    if (absentCount > absentMax) {
      log.error(
        { component: 'sync', alarm: 'calcom_knows_nothing', companyId, absentCount },
        'Cal.com knows so few of our appointments that the key is in doubt: nothing is changed',
      )
      return false
    }
    const recorded = await tenancy.run(companyId, (tx) =>
      recorder.recordCancelled(tx, {
        companyId,
        uid,
        actor: 'system',
        reason: 'In Cal.com nicht vorhanden',
        now: clock.now(),
      }),
    )
    return recorded?.first ?? false
  }

  async #fetchAll(catalogue: Catalogue, from: Date, more: readonly number[]): Promise<CalcomBooking[]> {
    const api = await this.#deps.calcom(catalogue.company.calcomConnectionId)
    const eventTypeIds = [...new Set([...eventTypesOf(catalogue), ...more])]
    const byUid = new Map<string, CalcomBooking>()
    for (let first = 0; first < eventTypeIds.length; first += eventTypesPerRequest) {
      const chunk = eventTypeIds.slice(first, first + eventTypesPerRequest)
      const { bookings, complete } = await api.fetchBookings(
        { eventTypeIds: chunk, afterStart: from, pagesMax },
        this.#options(),
      )
      if (!complete) throw new Error("Cal.com's list of bookings is incomplete")
      for (const booking of bookings) byUid.set(booking.uid, booking)
    }
    return [...byUid.values()]
  }

  #options() {
    const deadline = new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
    return { deadline, priority: 'background' as const }
  }
}

type Found = Omit<Difference, 'companyId'>

function latest(a: Date | null, b: Date | null): Date | null {
  return a !== null && (b === null || a > b) ? a : b
}

/** `person`: whose row it is, where the booking is shared with others. */
function differencesOf(
  booking: CalcomBooking,
  row: Ours | undefined,
  person: Participant | undefined,
): Found[] {
  const { uid } = booking
  if (!row) {
    const whose = booking.metadata?.booking_id === undefined ? 'made elsewhere' : 'ours'
    return [
      { kind: 'booking_missing_here', uid, ourId: null, detail: `${booking.status}, ${whose}`, booking },
    ]
  }
  const ourId = String(row.id)
  if (row.syncState === 'cancel_pending')
    return [{ kind: 'cancellation_not_told', uid, ourId, detail: 'Cal.com does not know of it yet' }]
  const here = row.status
  const fits =
    booking.status === 'pending' ? here === 'pending' : !['pending', 'cancelled', 'rejected'].includes(here)
  // The booking goes on with the others in it.
  const over = here === 'cancelled' || here === 'rejected'
  if (over && person !== undefined && isGoneFrom(booking, person)) return []
  if (!fits)
    return [{ kind: 'status_differs', uid, ourId, detail: `${here} here, ${booking.status} there`, booking }]
  if (booking.start && booking.start.getTime() !== row.appointmentDatetime.getTime()) {
    const detail = `${row.appointmentDatetime.toISOString()} here, ${booking.start.toISOString()} there`
    return [{ kind: 'time_differs', uid, ourId, detail, booking }]
  }
  return []
}

function withoutBooking(rows: readonly Ours[], bookings: readonly CalcomBooking[]): Found[] {
  const there = new Map(bookings.map((booking) => [booking.uid, booking]))
  return rows
    .filter((row) => row.status === 'scheduled' || row.status === 'pending')
    .flatMap((row): Found[] => {
      const booking = row.calcomUid === null ? undefined : there.get(row.calcomUid)
      if (booking && isLiveBooking(booking)) return []
      const detail = row.calcomUid === null ? 'no uid' : (booking?.status ?? 'not in the list')
      return [
        {
          kind: 'appointment_without_booking',
          uid: row.calcomUid,
          ourId: String(row.id),
          detail,
          ...(booking && { booking }),
        },
      ]
    })
}

/** Live bookings of one wish, whoever made them and on whatever host. */
function bookedTwice(bookings: readonly CalcomBooking[], wishes: ReadonlyMap<string, string>): Found[] {
  const first = new Map<string, string>()
  return bookings.filter(isLiveBooking).flatMap((booking): Found[] => {
    const attemptId = booking.metadata?.booking_id
    if (attemptId === undefined) return []
    const wish = wishes.get(attemptId) ?? attemptId
    const other = first.get(wish)
    first.set(wish, other ?? booking.uid)
    if (other === undefined) return []
    return [
      { kind: 'wish_booked_twice', uid: booking.uid, ourId: attemptId, detail: `also ${other}`, booking },
    ]
  })
}
