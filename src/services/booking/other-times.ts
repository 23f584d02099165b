/** Other times than the one that is not free, from one look at the following week. */

import type { Logger } from 'pino'
import { addDays } from '../../german/index.ts'
import { type Alternative, exactly, rankAlternatives } from '../availability/alternatives.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { type Elsewhere, findElsewhere } from '../availability/elsewhere.ts'
import { refusedStarts } from '../availability/offers.ts'
import type { CallScope } from '../call-context.ts'
import type { Moment } from './moment.ts'
import type { CompleteWish } from './types.ts'

type Deps = { availability: Pick<AvailabilityService, 'load' | 'offers'>; log: Pick<Logger, 'warn'> }

export interface Found {
  alternatives: Alternative[]
  /** The wished time with another person or at another branch, when it is taken. */
  elsewhere: Elsewhere[]
  /** Whether Cal.com lists the wished time itself as free; null when it could not be asked. */
  isListed: boolean | null
}

const alternativeDays = 7

type Wanted = Pick<CompleteWish, 'branch' | 'service' | 'staffId'> & Moment

/** Finds what can be offered instead of a wish, and remembers it for the call. */
export class OtherTimes {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The nearest free times; never the wished one, one turned down, or one at which the person is here anyway. Never throws. */
  async find(scope: CallScope, wish: Wanted, elsewhereToo = false): Promise<Found> {
    const others = elsewhereToo ? this.#elsewhere(scope, wish) : []
    return { ...(await this.#here(scope, wish)), elsewhere: await others }
  }

  /** With whom or where else the very time is free. */
  async #elsewhere(scope: CallScope, wish: Wanted): Promise<Elsewhere[]> {
    const { catalogue, call, deadline, now } = scope
    const { branch, service, staffId, day, time } = wish
    const asked = { catalogue, branch, service, staffId, day, time: exactly(time), deadline, call, now }
    return findElsewhere(this.#deps.availability, asked)
  }

  async #here(scope: CallScope, wish: Wanted): Promise<Omit<Found, 'elsewhere'>> {
    const { catalogue, call, deadline, now, today } = scope
    const { branch, service, staffId, time, startAt } = wish
    const { availability, log } = this.#deps
    const [day = today] = [wish.day, today].sort().reverse()
    try {
      const free = await availability.load({
        catalogue,
        branch,
        service,
        staffId,
        from: day,
        to: addDays(day, alternativeDays - 1),
        deadline,
        call,
        partial: true,
        said: { day: { from: wish.day, to: wish.day, reading: 'exact' }, time: exactly(time), not: null },
      })
      const starts = [...free.days.values()].flat()
      const asked = `${service.id}:${startAt.toISOString()}`
      const exclude = refusedStarts(free.offers, { serviceId: service.id, wish: asked, now })
      exclude.add(startAt.getTime())
      const alternatives = rankAlternatives(starts, {
        day,
        time: exactly(time),
        timeZone: branch.timeZone,
        today,
        exclude,
      })
      await availability.offers.remember(call.callId, free.offers, {
        serviceId: service.id,
        source: 'alternatives',
        wish: asked,
        starts: alternatives.map((alternative) => new Date(alternative.start)),
      })
      const isListed = free.days.has(day) && starts.some((start) => start.getTime() === startAt.getTime())
      return { alternatives, isListed: free.stale ? null : isListed }
    } catch (error) {
      log.warn({ component: 'booking', err: error }, 'no alternatives could be found')
      return { alternatives: [], isListed: null }
    }
  }
}
