/**
 * Webhooks without the booking's uid: some of Cal.com's carry only its number, or the uid or number of the booking it
 * replaces. What they are about is found by what they have; how the booking is now is asked of Cal.com.
 */
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { CalcomBooking } from '../../calcom/types.ts'
import type { CalcomWebhookEvent } from '../../calcom/webhook.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { type BookingNews, newsFromBooking, newsFromWebhook } from './news.ts'
import type { BookingOwners } from './owners.ts'

type Deps = {
  owners: Pick<BookingOwners, 'find' | 'findByNumber'>
  calcom: (connectionId: string) => Promise<Pick<CalcomApi, 'fetchBooking' | 'fetchBookings'>>
  clock: Clock
}

const requestMs = 10_000
/** Kinds that say how a booking ends or went; the others say where it is, which only Cal.com knows for sure. */
const endings: readonly CalcomWebhookEvent['kind'][] = ['cancelled', 'rejected', 'meeting_ended', 'no_show']

export class UnnamedEvents {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The news of an event without a uid; undefined when nothing in it leads to a booking of ours.
   * @throws CalcomError when Cal.com has to be asked and does not answer
   */
  async find(connectionId: string, event: CalcomWebhookEvent): Promise<BookingNews | undefined> {
    const { owners } = this.#deps
    const { bookingId, rescheduledFromUid, rescheduledFromId, metadata } = event
    const itself = await owners.findByNumber(connectionId, bookingId)
    if (itself !== null && endings.includes(event.kind)) return newsFromWebhook(event, itself)
    const attemptId = metadata?.booking_id
    const known =
      itself ??
      rescheduledFromUid ??
      (await owners.findByNumber(connectionId, rescheduledFromId)) ??
      (attemptId === undefined ? null : await owners.findByNumber(connectionId, undefined, attemptId))
    const current =
      known === null ? await this.#search(connectionId, event) : await this.#look(connectionId, known)
    return current && newsFromBooking(current)
  }

  /** Nobody here knows its number: among the bookings of its event type at its time. */
  async #search(connectionId: string, event: CalcomWebhookEvent): Promise<CalcomBooking | undefined> {
    const { bookingId, eventTypeId, start } = event
    if (bookingId === undefined || eventTypeId === undefined || start === undefined) return undefined
    const owner = await this.#deps.owners.find(connectionId, { uids: [], eventTypeId })
    if (owner.kind !== 'company') return undefined
    const api = await this.#deps.calcom(connectionId)
    const around = {
      afterStart: new Date(start.getTime() - 60_000),
      beforeEnd: new Date(start.getTime() + 86_400_000),
    }
    const { bookings } = await api.fetchBookings(
      { eventTypeIds: [eventTypeId], ...around, pagesMax: 3 },
      this.#options(),
    )
    return bookings.find(({ id }) => id === bookingId)
  }

  async #look(connectionId: string, uid: string): Promise<CalcomBooking | undefined> {
    const api = await this.#deps.calcom(connectionId)
    try {
      return await api.fetchBooking({ uid }, this.#options())
    } catch (error) {
      if (error instanceof CalcomError && error.kind === 'not_found') return undefined
      throw error
    }
  }

  #options() {
    const deadline = new Deadline({ clock: this.#deps.clock, budgetMs: requestMs })
    return { deadline, priority: 'background' as const }
  }
}
