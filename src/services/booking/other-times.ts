/** Other times than the one that is not free, from one look at the following week. */

import type { Logger } from 'pino'
import { addDays } from '../../german/index.ts'
import { type Alternative, rankAlternatives } from '../availability/alternatives.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { refusedStarts } from '../availability/offers.ts'
import type { CallScope } from '../call-context.ts'
import type { Moment } from './moment.ts'
import type { CompleteWish } from './types.ts'

type Deps = { availability: Pick<AvailabilityService, 'load' | 'offers'>; log: Pick<Logger, 'warn'> }

export interface Found {
  alternatives: Alternative[]
  /** Whether Cal.com lists the wished time itself as free; null when it could not be asked. */
  isListed: boolean | null
}

const alternativeDays = 7

/** Finds what can be offered instead of a wish, and remembers it for the call. */
export class OtherTimes {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The nearest free times; never the wished one, one turned down, or one at which the person is here anyway. Never throws. */
  async find(
    scope: CallScope,
    wish: Pick<CompleteWish, 'branch' | 'service' | 'staffId'> & Moment,
  ): Promise<Found> {
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
      })
      const starts = [...free.days.values()].flat()
      const asked = `${service.id}:${startAt.toISOString()}`
      const exclude = refusedStarts(free.offers, { serviceId: service.id, wish: asked, now })
      exclude.add(startAt.getTime())
      const alternatives = rankAlternatives(starts, {
        day,
        time: { at: time, from: null, to: null, reading: 'exact', part: null },
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
