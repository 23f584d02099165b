/** What happens on the web beside our calls: strangers book, the business cancels and moves, people come along. */

import type { StandIn } from './calcom.ts'
import { type Booking, Refusal } from './calendar.ts'
import { eventTypes } from './catalog.ts'
import { Chance } from './chance.ts'
import { webhookBody } from './output.ts'

const dayMs = 24 * 3_600_000
const strangers = ['Petra Lang', 'Uwe Sommer', 'Heike Brandt', 'Olaf Winter', 'Doris Engel', 'Jan Krüger']

export class Business {
  readonly counts = new Map<string, number>()
  readonly #standIn: StandIn
  readonly #chance: Chance
  #strangers = 0

  constructor(standIn: StandIn, seed: number) {
    this.#standIn = standIn
    this.#chance = new Chance(seed, 'business')
  }

  /** Strangers' bookings that are there from the start. */
  async fill(bookings: number): Promise<void> {
    for (let each = 0; each < bookings; each += 1) await this.#bookStranger(false)
  }

  /** One thing happens. */
  async act(): Promise<void> {
    const what = this.#chance.weighted({ book: 5, cancel: 2, move: 2, moveInPlace: 2, join: 1 })
    try {
      if (what === 'book') await this.#bookStranger(true)
      else await this.#change(what)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  async #bookStranger(told: boolean): Promise<void> {
    const chance = this.#chance
    const type = chance.pick([...eventTypes.values()])
    const from = Date.now() + (2 + Math.floor(chance.next() * 12)) * dayMs
    const free = this.#standIn.calendar.freeStarts(type, from, from + dayMs)
    if (free.length === 0) return
    this.#strangers += 1
    const number = String(100 + this.#strangers).padStart(3, '0')
    const booking = this.#standIn.calendar.book({
      type,
      start: chance.pick(free),
      attendee: {
        name: `${chance.pick(strangers)} ${number}`,
        timeZone: 'Europe/Berlin',
        email: `guest-${number}@guests.example`,
        phoneNumber: `+493023125${number.slice(-3)}`,
        language: 'de',
      },
      guests: chance.hits(0.2) ? [`along-${number}@guests.example`] : [],
      origin: 'web',
    })
    this.#count('book')
    if (told) await this.#tell('BOOKING_CREATED', booking)
  }

  async #change(what: 'cancel' | 'move' | 'moveInPlace' | 'join'): Promise<void> {
    const { calendar } = this.#standIn
    const live = calendar.live().filter(({ start }) => start > Date.now() + dayMs)
    if (live.length === 0) return
    const booking = this.#chance.pick(live)
    if (what === 'cancel') {
      calendar.cancel(booking, 'web', 'Wir haben geschlossen')
      await this.#tell('BOOKING_CANCELLED', booking)
    } else if (what === 'join') {
      calendar.join(booking, `along-${booking.id}@guests.example`)
    } else {
      const free = calendar.freeStarts(booking.type, booking.start + 1, booking.start + 2 * dayMs, booking)
      if (free.length === 0) return
      const start = this.#chance.pick(free)
      const old = { id: booking.id, uid: booking.uid, start: booking.start, end: booking.end }
      if (what === 'moveInPlace') {
        calendar.moveInPlace(booking, start)
        await this.#tell('BOOKING_RESCHEDULED', booking, this.#chance.hits(0.5) ? old : undefined)
      } else {
        const moved = calendar.move(booking, start, 'web', 'Verlegt')
        await this.#tell('BOOKING_RESCHEDULED', moved, old)
      }
    }
    this.#count(what)
  }

  async #tell(
    trigger: string,
    booking: Booking,
    old?: { id: number; uid: string; start: number; end: number },
  ): Promise<void> {
    await this.#standIn.webhooks.send(booking.uid, webhookBody(trigger, booking, old))
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}
