/**
 * What news of a booking means for our rows (design section 7). News comes twice, late, out of order or never, and may meet
 * our own request that is still on its way; so every step asks what is known, the same news twice changes nothing, and what is
 * over stays over. Writers of one company queue up behind an advisory lock; then the order is attempt, appointment.
 */

import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import { type Attempt, type AttemptStore, isUnderWay } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { BookingService } from '../booking/booking.ts'
import { BookingProtected, cancelGuarded, isShared, strayTarget } from '../booking/guard.ts'
import { isLiveBooking } from '../booking/whose.ts'
import type { Catalogue, Catalogues } from '../catalogue.ts'
import type { ChangeRecorder } from '../changes/record.ts'
import { leaveToPerson } from './ask-person.ts'
import { daysAt } from './days-at.ts'
import { createForeign } from './foreign.ts'
import { applyToSeats } from './groups.ts'
import {
  type Applied,
  type BookingNews,
  newsFromBooking,
  notItsOwnSuccessor,
  reasonOf,
  wasMoved,
} from './news.ts'
import {
  enrich,
  isElsewhere,
  loadMovedOn,
  loadRow,
  noteMove,
  type Row,
  setEvent,
  setRejected,
} from './rows.ts'
import { isAnothersSeat, isGoneFrom, loadParticipant } from './shared.ts'
import { isVerifiedNow } from './verified.ts'

export interface SyncDeps {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  catalogues: Pick<Catalogues, 'load' | 'forget'>
  attempts: Pick<AttemptStore, 'load' | 'loadExpiredLeases'>
  booking: Pick<BookingService, 'adopt' | 'settle'>
  recorder: Pick<ChangeRecorder, 'recordCancelled' | 'recordRescheduled'>
  availability: Pick<AvailabilityService, 'markChanged'>
  /** The client of a connection. */
  calcom: (
    connectionId: string,
  ) => Promise<Pick<CalcomApi, 'fetchBooking' | 'fetchBookings' | 'fetchEventTypes' | 'cancelBooking'>>
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

interface Scene {
  catalogue: Catalogue
  companyId: number
  news: BookingNews
  booking: CalcomBooking
  now: Date
}

/** What a transaction did, and the starts whose days are no longer as they were; or that Cal.com has to be asked. */
type Written = Applied & { starts?: Date[] }
type Asking = Written | { kind: 'ask' }
/** The row's booking is at another time than the row: moved in place, or old news. */
type Placing = Asking | { kind: 'elsewhere' }

const lookMs = 10_000
const movesMax = 10
/** Older news that would bring a booking to life is checked first: it may have been cancelled since. */
const freshMs = 3 * 60_000

export class BookingSync {
  readonly #deps: SyncDeps

  constructor(deps: SyncDeps) {
    this.#deps = deps
  }

  /**
   * Brings our rows to what the news says.
   * @throws TryAgainLater while our own request for it is on its way; CalcomError when Cal.com had to be asked and is down
   */
  async apply(companyId: number, news: BookingNews): Promise<Applied> {
    const catalogue = await this.#deps.catalogues.load(companyId)
    const booking = notItsOwnSuccessor(news.booking)
    const scene = { catalogue, companyId, news, booking, now: this.#deps.clock.now() }
    const ofGroup = await applyToSeats(scene, {
      tenancy: this.#deps.tenancy,
      look: (uid) => this.#look(catalogue, uid),
      apply: (seat) => this.apply(companyId, seat),
    })
    if (ofGroup) return ofGroup
    if (news.kind !== 'state') return this.#event(scene)
    try {
      return await (isLiveBooking(booking) ? this.#live(scene) : this.#gone(scene))
    } catch (error) {
      if (error instanceof BookingProtected) return leaveToPerson(this.#deps, scene, error)
      throw error
    }
  }

  async #live(scene: Scene): Promise<Applied> {
    const { companyId, booking } = scene
    const attemptId = booking.metadata?.booking_id
    const attempt = attemptId === undefined ? null : await this.#deps.attempts.load(companyId, attemptId)
    if (attempt?.kind !== 'book') return this.#place(scene, null)
    if (attempt.state === 'booked') return this.#place(scene, attempt)
    return this.#adopt(scene, attempt)
  }

  /** A booking of one of our attempts that is not written down yet. */
  async #adopt(scene: Scene, attempt: Attempt): Promise<Applied> {
    const { companyId, booking } = scene
    const from = booking.rescheduledFromUid
    const sameStart = booking.start?.getTime() === attempt.startAt?.getTime()
    const pending = isUnderWay(attempt)
    // Cal.com answered with another time than asked for: whoever asked, or the job that settles it, cancels it.
    const moved = wasMoved(scene.news, booking)
    if (from === undefined && !sameStart && pending && !moved)
      throw new TryAgainLater('own_request_under_way')
    // We had given up on it, or it is old news: only what Cal.com says now counts.
    const current =
      pending && sameStart && this.#isFresh(scene) ? booking : await this.#look(scene.catalogue, booking.uid)
    if (current === null || !isLiveBooking(current)) return { kind: 'old', reason: 'no_longer_live' }
    const asAsked = current.start?.getTime() === attempt.startAt?.getTime()
    // At another time because the business has moved it since: then it is the caller's booking all the same.
    if (from === undefined && !asAsked && !moved && !wasMoved(scene.news, current))
      return this.#cancelStray({ ...scene, booking: current }, 'other_start')
    const recorded = await this.#deps.booking.adopt(companyId, attempt.id, {
      ...current,
      rescheduledFromUid: from,
    })
    if (recorded.kind === 'duplicate') return { kind: 'changed', reason: 'duplicate_cancelled' }
    if (recorded.kind === 'unwanted') return { kind: 'changed', reason: 'refused_cancelled' }
    if (recorded.kind !== 'recorded') return this.#place(scene, attempt)
    if (from !== undefined) {
      const { appointmentId } = recorded.done
      await this.#write(scene, async (tx) => {
        if (appointmentId !== null) await noteMove(tx, scene, BigInt(appointmentId), from)
        return { kind: 'changed' }
      })
    }
    return recorded.first ? { kind: 'created' } : this.#place(scene, attempt)
  }

  /** Finds the row a live booking belongs to: its own, the one it was moved from, or a new one. */
  async #place(scene: Scene, attempt: Attempt | null): Promise<Applied> {
    const { booking, companyId } = scene
    const from = booking.rescheduledFromUid
    const asked = await this.#write<Placing>(scene, async (tx) => {
      const row = await loadRow(tx, companyId, { uid: booking.uid })
      const fromRow = from === undefined ? null : await loadRow(tx, companyId, { uid: from })
      if (fromRow) return this.#move(tx, scene, fromRow)
      if (row) return isElsewhere(row, booking) ? { kind: 'elsewhere' } : this.#enrich(tx, scene, row)
      if (await loadMovedOn(tx, companyId, booking.uid)) return { kind: 'old', reason: 'moved_since' }
      if (from === undefined)
        return attempt || !this.#isFresh(scene) ? { kind: 'ask' } : this.#create(tx, scene)
      const root = attempt?.appointmentId ? await loadRow(tx, companyId, { id: attempt.appointmentId }) : null
      const known = root ?? (await loadMovedOn(tx, companyId, from))
      return known ? this.#moveOn(tx, scene, known, [from]) : { kind: 'ask' }
    })
    if (asked.kind === 'elsewhere') return this.#inPlace(scene)
    if (asked.kind !== 'ask') return asked
    return from === undefined ? this.#unknown(scene, attempt) : this.#fromRoot(scene, from)
  }

  /** The row stands at another time than this news: only Cal.com knows which of the two is older. */
  async #inPlace(scene: Scene): Promise<Applied> {
    const current = await this.#look(scene.catalogue, scene.booking.uid)
    if (current === null) return { kind: 'old', reason: 'no_longer_live' }
    const booking = notItsOwnSuccessor(current)
    const now = { ...scene, booking, news: newsFromBooking(booking) }
    if (!isLiveBooking(booking)) return this.#gone(now)
    if (await isVerifiedNow(this.#deps, scene.companyId, booking)) return this.#live(now)
    return this.#write(now, async (tx) => {
      const row = await loadRow(tx, scene.companyId, { uid: booking.uid })
      if (!row) return { kind: 'old', reason: 'moved_since' }
      return isElsewhere(row, booking) ? this.#move(tx, now, row) : this.#enrich(tx, now, row)
    })
  }

  /** News of a booking that stands where its row does; of a shared one it may be that our person has left it. */
  async #enrich(tx: Tx, scene: Scene, row: Row): Promise<Written> {
    const { booking, news, companyId, now } = scene
    const whole = news.told === undefined && isShared(booking)
    if (!whole || !isGoneFrom(booking, await loadParticipant(tx, companyId, row)))
      return enrich(tx, scene, row)
    const cancelled = { companyId, uid: booking.uid, actor: 'calcom' as const, now }
    const recorded = await this.#deps.recorder.recordCancelled(tx, cancelled)
    return recorded?.first ? { kind: 'changed', starts: [row.appointmentDatetime] } : { kind: 'known' }
  }

  /** Alive a while ago, and nobody here knows it: what is it now? */
  async #unknown(scene: Scene, attempt: Attempt | null): Promise<Applied> {
    const current = await this.#look(scene.catalogue, scene.booking.uid)
    if (current === null || !isLiveBooking(current)) return { kind: 'old', reason: 'no_longer_live' }
    if (attempt) {
      const recorded = await this.#deps.booking.adopt(scene.companyId, attempt.id, current)
      return recorded.kind === 'duplicate'
        ? { kind: 'changed', reason: 'duplicate_cancelled' }
        : { kind: recorded.kind === 'recorded' && recorded.first ? 'created' : 'known' }
    }
    return this.#write(scene, async (tx) => {
      const row = await loadRow(tx, scene.companyId, { uid: current.uid })
      if (row) return enrich(tx, scene, row)
      const moved = await loadMovedOn(tx, scene.companyId, current.uid)
      return moved ? { kind: 'old', reason: 'moved_since' } : this.#create(tx, scene)
    })
  }

  /** The move before this one has not been heard of: Cal.com knows the chain. */
  async #fromRoot(scene: Scene, from: string): Promise<Applied> {
    const { companyId, catalogue } = scene
    const walked = [from]
    for (let moves = 0, uid: string | undefined = from; uid !== undefined && moves < movesMax; moves += 1) {
      const earlier: string | undefined = (await this.#look(catalogue, uid))?.rescheduledFromUid
      uid = earlier
      if (earlier === undefined) break
      const found = await this.#write<Asking>(scene, async (tx) => {
        const known =
          (await loadRow(tx, companyId, { uid: earlier })) ?? (await loadMovedOn(tx, companyId, earlier))
        return known ? this.#moveOn(tx, scene, known, walked) : { kind: 'ask' }
      })
      if (found.kind !== 'ask') return found
      walked.push(earlier)
    }
    const current = this.#isFresh(scene) ? scene.booking : await this.#look(catalogue, scene.booking.uid)
    if (current === null || !isLiveBooking(current)) return { kind: 'old', reason: 'no_longer_live' }
    return this.#write(scene, async (tx) => {
      // While we asked, others may have written what we looked for, or that this booking has been moved on.
      if (await loadMovedOn(tx, companyId, scene.booking.uid)) return { kind: 'old', reason: 'moved_since' }
      for (const uid of walked) {
        const known = (await loadRow(tx, companyId, { uid })) ?? (await loadMovedOn(tx, companyId, uid))
        if (known) return this.#moveOn(tx, scene, known, walked)
      }
      const written = await loadRow(tx, companyId, { uid: scene.booking.uid })
      const created: Written = written ? { kind: 'known' } : await this.#create(tx, scene)
      const row = written ?? (await loadRow(tx, companyId, { uid: scene.booking.uid }))
      if (row) for (const uid of walked) await noteMove(tx, scene, row.id, uid)
      return created
    })
  }

  /** The booking that takes the place of a row's present one. */
  async #move(tx: Tx, scene: Scene, row: Row): Promise<Written> {
    const { booking, catalogue, now } = scene
    const { start } = booking
    if (start === undefined || row.calcomUid === null) return { kind: 'ignored', reason: 'no_start' }
    const recorded = await this.#deps.recorder.recordRescheduled(tx, {
      catalogue,
      fromUid: row.calcomUid,
      booking: { ...booking, start },
      actor: 'calcom',
      now,
    })
    return recorded?.first ? { kind: 'changed', starts: [row.appointmentDatetime, start] } : { kind: 'known' }
  }

  /** The same for a row found by another way than its present uid: only if this move is younger than what it knows. */
  async #moveOn(tx: Tx, scene: Scene, row: Row, walked: readonly string[]): Promise<Written> {
    const { news } = scene
    // The move from its present uid is written with the move itself.
    for (const uid of walked) if (uid !== row.calcomUid) await noteMove(tx, scene, row.id, uid)
    const isOlder = row.calcomUpdatedAt !== null && (news.at === undefined || news.at < row.calcomUpdatedAt)
    if (row.calcomUid === scene.booking.uid || isOlder) return { kind: 'old', reason: 'moved_since' }
    return this.#move(tx, scene, row)
  }

  async #create(tx: Tx, { catalogue, booking, news, now }: Scene): Promise<Written> {
    const created = await createForeign(tx, catalogue, booking, news.at, now)
    if (created.kind === 'ignored') return created
    return { kind: 'created', starts: booking.start && isLiveBooking(booking) ? [booking.start] : [] }
  }

  async #gone(scene: Scene): Promise<Applied> {
    const { booking, companyId, news, now } = scene
    if (await isAnothersSeat(this.#deps, scene, (uid) => this.#look(scene.catalogue, uid)))
      return { kind: 'known', reason: 'another_seat' }
    const asked = await this.#write<Asking>(scene, async (tx) => {
      const row = await loadRow(tx, companyId, { uid: booking.uid })
      if (!row) {
        const moved = await loadMovedOn(tx, companyId, booking.uid)
        return moved ? { kind: 'old', reason: 'moved_since' } : { kind: 'ask' }
      }
      // Cancelled with a successor is a move.
      if (booking.rescheduledToUid !== undefined) return { kind: 'ask' }
      if (booking.status === 'rejected') return setRejected(tx, scene, row)
      const recorded = await this.#deps.recorder.recordCancelled(tx, {
        companyId,
        uid: booking.uid,
        actor: row.syncState === 'cancel_pending' ? 'caller' : 'calcom',
        reason: news.rescheduleRequested ? 'Der Betrieb bittet um einen anderen Termin' : reasonOf(booking),
        now,
      })
      return recorded?.first ? { kind: 'changed', starts: [row.appointmentDatetime] } : { kind: 'known' }
    })
    if (asked.kind !== 'ask') return asked
    return booking.rescheduledToUid === undefined
      ? this.#goneUnknown(scene)
      : this.#successor(scene, booking.rescheduledToUid)
  }

  /** A booking is over before we heard of it: a row all the same, so that news of its beginning comes too late. */
  async #goneUnknown(scene: Scene): Promise<Applied> {
    const { booking, companyId, catalogue } = scene
    // Cancellations come without metadata, so whether it was ours only Cal.com can say.
    const metadata = booking.metadata ?? (await this.#look(catalogue, booking.uid))?.metadata
    const attemptId = metadata?.booking_id
    const attempt = attemptId === undefined ? null : await this.#deps.attempts.load(companyId, attemptId)
    if (attempt && isUnderWay(attempt)) throw new TryAgainLater('own_request_under_way')
    if (attempt) return { kind: 'old', reason: 'never_recorded' }
    const written = await this.#write<Asking>(scene, async (tx) => {
      const row = await loadRow(tx, companyId, { uid: booking.uid })
      return row ? { kind: 'ask' } : this.#create(tx, scene)
    })
    // While we asked, the news of its beginning was written: now it can end.
    return written.kind === 'ask' ? this.#gone(scene) : written
  }

  /** What a booking was moved to in the end: alive it takes its place, over it ends it. */
  async #successor(scene: Scene, uid: string): Promise<Applied> {
    let last = await this.#look(scene.catalogue, uid)
    for (let moves = 1; last && !isLiveBooking(last) && last.rescheduledToUid && moves < movesMax; moves += 1)
      last = await this.#look(scene.catalogue, last.rescheduledToUid)
    if (last === null) return { kind: 'ignored', reason: 'no_successor' }
    if (!isLiveBooking(last)) {
      const ended = { ...last, uid: scene.booking.uid, rescheduledToUid: undefined }
      return this.#gone({ ...scene, booking: ended })
    }
    const from = last.rescheduledFromUid ?? scene.booking.uid
    return this.apply(scene.companyId, newsFromBooking({ ...last, rescheduledFromUid: from }))
  }

  async #event(scene: Scene): Promise<Applied> {
    const { companyId, booking } = scene
    return this.#write(scene, async (tx) => {
      const row = await loadRow(tx, companyId, { uid: booking.uid })
      if (row) return setEvent(tx, scene, row)
      const moved = await loadMovedOn(tx, companyId, booking.uid)
      return moved ? { kind: 'old', reason: 'moved_since' } : { kind: 'ignored', reason: 'unknown_booking' }
    })
  }

  /** Ours, at a time nobody asked for, and nobody is at it any more. */
  async #cancelStray({ catalogue, booking }: Scene, reason: string): Promise<Applied> {
    const { calcom, log } = this.#deps
    log.error(
      { component: 'sync', alarm: 'stray_booking', uid: booking.uid, reason },
      'a stray booking is cancelled',
    )
    const api = await calcom(catalogue.company.calcomConnectionId)
    await cancelGuarded(api, strayTarget(booking), 'Falsche Uhrzeit', this.#options())
    return { kind: 'changed', reason: 'stray_cancelled' }
  }

  /** The booking as Cal.com has it now; null when it knows none. @throws CalcomError when it does not say */
  async #look(catalogue: Catalogue, uid: string): Promise<CalcomBooking | null> {
    const api = await this.#deps.calcom(catalogue.company.calcomConnectionId)
    try {
      return await api.fetchBooking({ uid }, this.#options())
    } catch (error) {
      if (error instanceof CalcomError && error.kind === 'not_found') return null
      throw error
    }
  }

  async #write<W extends Placing>(scene: Scene, work: (tx: Tx) => Promise<W>): Promise<W> {
    const { companyId, catalogue } = scene
    const written = await this.#deps.tenancy.run(companyId, async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`calcom-sync:${companyId}`}, 0))`
      return work(tx)
    })
    if ('starts' in written && written.starts && written.starts.length > 0) {
      await this.#deps.availability.markChanged(companyId, daysAt(catalogue, written.starts))
    }
    return written
  }

  #isFresh({ news, now }: Scene): boolean {
    return news.at !== undefined && now.getTime() - news.at.getTime() < freshMs
  }

  #options() {
    const deadline = new Deadline({ clock: this.#deps.clock, budgetMs: lookMs })
    return { deadline, priority: 'background' as const }
  }
}
